// The terminal's colours and type, from the window's tokens, so that it changes with theme and contrast.
// Owns: the mapping of the sixteen ANSI colours. Does not own the tokens.
import type { ITheme } from "@xterm/xterm";

/** Reads the tokens as they are now; `element` decides which apply (a rehearsal's are violet). */
export function themeFrom(element: Element): ITheme {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const isLight = style.getPropertyValue("color-scheme").trim() === "light";
  return {
    background: token("term"),
    foreground: token("t1"),
    cursor: token("t1"),
    cursorAccent: token("term"),
    selectionBackground: token("accent-line"),
    selectionInactiveBackground: token("s4"),
    // "black" text must be readable on the ground of either theme, and so must "white"
    black: isLight ? token("t1") : token("ctl"),
    red: token("fail"),
    green: token("ok"),
    yellow: token("warn"),
    blue: token("accent"),
    magenta: token("reh"),
    cyan: token("sand"),
    white: isLight ? token("t2") : token("t2"),
    brightBlack: token("t3"),
    brightRed: token("fail"),
    brightGreen: token("ok"),
    brightYellow: token("warn"),
    brightBlue: token("accent"),
    brightMagenta: token("reh"),
    brightCyan: token("sand"),
    brightWhite: token("t1"),
    scrollbarSliderBackground: token("s4"),
    scrollbarSliderHoverBackground: token("line2"),
    scrollbarSliderActiveBackground: token("ctl"),
  };
}
