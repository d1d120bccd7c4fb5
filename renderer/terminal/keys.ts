// Which keystrokes a focused terminal leaves to the window. Everything else belongs to the shell.
// Owns: the list. Does not act on them: renderer/app/keys.ts and the run view do.

export type TerminalKey = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;
/**
 * window: bubbles to the window's own bindings · leave: out of the terminal · copy, paste, find: done by the view · shell: goes to the shell.
 * Esc and Ctrl K stay with the shell (editors and readline need them); the documented ways out are F6 and Ctrl Shift Esc.
 */
export type TerminalKeyMeaning = "window" | "leave" | "copy" | "paste" | "find" | "shell";

export function meaningOf(event: TerminalKey, isMac: boolean, hasSelection: boolean): TerminalKeyMeaning {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const letter = key.length === 1 ? key.toLowerCase() : key;
  if (key === "F6" || key === "F8" || key === "F9") return "window";
  if (key === "Enter" && (ctrlKey || metaKey) && !altKey) return "window";
  if (key === "Escape" && ctrlKey && shiftKey) return "leave";
  if (isMac && metaKey && !ctrlKey && !altKey) {
    if (letter === "c") return "copy";
    if (letter === "v") return "paste";
    if (letter === "f") return "find";
    if (letter === "k") return "window";
    return "shell";
  }
  if (ctrlKey && shiftKey && !altKey && !metaKey) {
    if (letter === "c") return "copy";
    if (letter === "v") return "paste";
    if (letter === "f") return "find";
    if (letter === "k") return "window";
  }
  // Ctrl C with something selected copies, as in every terminal that people know; without, it interrupts.
  if (ctrlKey && !shiftKey && !altKey && !metaKey && letter === "c" && hasSelection) return "copy";
  if (shiftKey && key === "Insert") return "paste";
  if (ctrlKey && !shiftKey && key === "Insert" && hasSelection) return "copy";
  return "shell";
}

/** A single message may carry this many characters (engine/protocol/terminal.ts); a long paste is sent in pieces. */
export const INPUT_MAX_CHARS = 100_000;
/** Cut at surrogate pairs, never through one. */
export function inputPieces(data: string, max = INPUT_MAX_CHARS): string[] {
  const pieces: string[] = [];
  let at = 0;
  while (at < data.length) {
    let end = Math.min(data.length, at + max);
    const last = data.charCodeAt(end - 1);
    if (end < data.length && last >= 0xd800 && last <= 0xdbff && end - 1 > at) end -= 1;
    pieces.push(data.slice(at, end));
    at = end;
  }
  return pieces;
}
