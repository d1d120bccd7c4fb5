// Tells the engine that a person is there, so that its idle lock counts from the last key or pointer, not from the last call.
// Owns: how often. The lock itself is the engine's.
import { useEffect } from "react";
import { bridge } from "../bridge/index.ts";
import { useApp } from "./store.ts";

/** At most one word per this time: the shortest idle lock is one minute. Milliseconds. */
const EVERY_MS = 20_000;

export function useStirring(): void {
  const isOpen = useApp(({ snapshot }) => snapshot?.session !== null && snapshot?.session?.locked === false);
  useEffect(() => {
    if (!isOpen) return;
    let last = 0;
    const stir = (): void => {
      if (Date.now() - last < EVERY_MS) return;
      last = Date.now();
      void bridge().call("people.stir", {});
    };
    const kinds = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
    for (const kind of kinds) window.addEventListener(kind, stir, { passive: true });
    return () => {
      for (const kind of kinds) window.removeEventListener(kind, stir);
    };
  }, [isOpen]);
}
