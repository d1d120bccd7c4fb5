// The keyboard map: combinations bound once at the window, with the rules of when they are let through.
// Owns: matching and the guards. Does not know what a key does.
import { useEffect, useRef } from "react";

/**
 * `free`: not while typing in a field or a terminal, nor on a control that uses the key itself, nor under a dialog.
 * `always`: function keys and Ctrl/⌘ combinations that must work everywhere (hold, search).
 */
export type KeyScope = "free" | "always";

/** `Mod` is Ctrl or, on a Mac, ⌘. Keys by `KeyboardEvent.key`, single letters in upper case. */
export function comboOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const parts = [
    event.ctrlKey || event.metaKey ? "Mod" : "",
    event.altKey ? "Alt" : "",
    event.shiftKey && key.length > 1 ? "Shift" : "",
    key,
  ];
  return parts.filter((part) => part !== "").join("+");
}

/** Whether the element with the focus wants `key` for itself. */
export function usesKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, .xterm") !== null)
    return true;
  const control = target.closest(
    "button, a[href], summary, [role=menuitem], [role=option], [role=tab], [role=slider], input, [data-own-keys]",
  );
  if (control === null) return false;
  return key === "Enter" || key === " " || key.startsWith("Arrow") || key === "Home" || key === "End";
}

type Binding = { combo: string; scope: KeyScope; run(event: KeyboardEvent): void };
const bindings = new Set<{ current: Binding[] }>();

function onKeyDown(event: KeyboardEvent): void {
  // A held key repeats: it must not confirm twice what was meant once. Words being composed (IME) are not commands.
  if (event.repeat || event.isComposing || event.defaultPrevented) return;
  const combo = comboOf(event);
  const isFree = !usesKey(event.target, event.key) && document.querySelector("[role=dialog], [role=menu]") === null;
  // The view mounted last is the one in front.
  for (const list of [...bindings].reverse()) {
    const found = list.current.find((one) => one.combo === combo && (one.scope === "always" || isFree));
    if (found !== undefined) {
      event.preventDefault();
      found.run(event);
      return;
    }
  }
}

/** Binds while the component is mounted. The list may change at every render. */
export function useKeys(list: Binding[]): void {
  const ref = useRef(list);
  ref.current = list;
  useEffect(() => {
    if (bindings.size === 0) window.addEventListener("keydown", onKeyDown);
    bindings.add(ref);
    return () => {
      bindings.delete(ref);
      if (bindings.size === 0) window.removeEventListener("keydown", onKeyDown);
    };
  }, []);
}
