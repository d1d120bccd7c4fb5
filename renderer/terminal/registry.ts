// The xterm objects of this window, one per shell, outside the store: components hold an id.
// Owns: their channels, acknowledgements, size and screen. Does not draw anything around them.
import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Terminal } from "@xterm/xterm";
import type { TerminalFromEngine, TerminalToEngine } from "../../engine/protocol/index.ts";
import { bridge, type TerminalChannel } from "../bridge/index.ts";
import { createAckCounter } from "./acks.ts";
import { inputPieces, meaningOf } from "./keys.ts";
import { themeFrom } from "./theme.ts";

/** Lines kept for scrolling back in the window; the recording on disk keeps everything. */
const SCROLLBACK_LINES = 10_000;
/** Smallest and largest screens the engine accepts (engine/protocol/terminal.ts). */
const COLS = { min: 20, max: 500 };
const ROWS = { min: 2, max: 300 };

export type TerminalState = { phase: "connecting" | "live" | "closed"; reason: string; cols: number; rows: number; isFocused: boolean };
export type TerminalLook = { fontSize: number; isScreenReader: boolean };
export type Entry = {
  readonly id: string;
  readonly terminal: Terminal;
  readonly search: SearchAddon;
  readonly state: TerminalState;
  /** Puts the screen into `host`, where it stays until another host takes it. */
  mount(host: HTMLElement): void;
  unmount(host: HTMLElement): void;
  fit(): void;
  restyle(look: TerminalLook): void;
  copy(): Promise<boolean>;
  paste(): Promise<boolean>;
  clearSelection(): void;
  subscribe(listener: () => void): () => void;
  onLeave(callback: (() => void) | null): void;
  onFind(callback: (() => void) | null): void;
  dispose(): void;
};

const entries = new Map<string, Entry>();
const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** The terminal with this id; made, and attached to its shell, at the first call. */
export function terminalOf(id: string, look: TerminalLook): Entry {
  const found = entries.get(id);
  if (found) return found;
  const made = createEntry(id, look);
  entries.set(id, made);
  return made;
}
/** Lets go of every terminal that is not in `ids`: those of a run that was left. */
export function keepTerminals(ids: ReadonlySet<string>): void {
  for (const [id, entry] of entries) if (!ids.has(id)) entry.dispose();
}

function createEntry(id: string, look: TerminalLook): Entry {
  const terminal = new Terminal({
    allowProposedApi: true, // the search addon marks its hits with decorations
    cursorBlink: false, // nothing blinks but a failure that is not yet seen
    fontFamily: '"HP Mono", ui-monospace, monospace',
    fontSize: look.fontSize,
    lineHeight: 1.2,
    scrollback: SCROLLBACK_LINES,
    screenReaderMode: look.isScreenReader,
    minimumContrastRatio: 4.5, // whatever colours a program asks for, its text stays readable (WCAG 1.4.3)
    theme: themeFrom(document.documentElement),
    macOptionIsMeta: true,
  });
  const fitter = new FitAddon();
  const search = new SearchAddon();
  terminal.loadAddon(fitter);
  terminal.loadAddon(search);
  const acks = createAckCounter();
  const listeners = new Set<() => void>();
  let round = 0;
  let state: TerminalState = { phase: "connecting", reason: "", cols: terminal.cols, rows: terminal.rows, isFocused: false };
  const become = (change: Partial<TerminalState>): void => {
    state = { ...state, ...change };
    for (const listener of [...listeners]) listener();
  };

  const surface = document.createElement("div");
  surface.className = "terminal-surface";
  let isOpened = false;
  let leave: (() => void) | null = null;
  let find: (() => void) | null = null;

  const send = (message: TerminalToEngine): void => channel.send(message);
  const receive = (message: TerminalFromEngine): void => {
    switch (message.type) {
      case "screen":
        // A fresh attachment or a re-sync: the engine counts from here, so what was on its way before no longer does.
        round += 1;
        acks.reset();
        terminal.reset();
        if (message.data !== "") write(message.data);
        become({ phase: "live", reason: "" });
        sendSize();
        return;
      case "data":
        write(message.data);
        return;
      case "closed":
        become({ phase: "closed", reason: message.reason });
        return;
      default:
        message satisfies never; // a newer engine may say more; what is not understood is not drawn
    }
  };
  const write = (data: string): void => {
    const mine = round;
    terminal.write(data, () => {
      if (mine !== round) return;
      const chars = acks.written(data.length);
      if (chars > 0) send({ type: "ack", chars });
    });
  };
  const sendSize = (): void => {
    const cols = Math.min(COLS.max, Math.max(COLS.min, terminal.cols));
    const rows = Math.min(ROWS.max, Math.max(ROWS.min, terminal.rows));
    send({ type: "resize", cols, rows });
    become({ cols, rows });
  };
  const channel: TerminalChannel = bridge().connectTerminal(id, receive);

  terminal.onData((data) => {
    if (state.phase !== "live") return;
    for (const piece of inputPieces(data)) send({ type: "input", data: piece });
  });
  terminal.onResize(sendSize);

  const copy = async (): Promise<boolean> => {
    const text = terminal.getSelection();
    if (text === "") return false;
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false; // the host refused the clipboard; the caller says so
    }
  };
  const paste = async (): Promise<boolean> => {
    try {
      terminal.paste(await navigator.clipboard.readText());
      return true;
    } catch {
      return false;
    }
  };
  terminal.attachCustomKeyEventHandler((event) => {
    if (event.type !== "keydown") return true;
    const meaning = meaningOf(event, isMac, terminal.hasSelection());
    if (meaning === "shell") return true;
    if (meaning === "window") return false;
    // Pasting by key is left to the browser: its paste event needs no permission, and xterm takes it from there.
    if (meaning === "paste") return false;
    event.preventDefault();
    event.stopPropagation();
    if (meaning === "copy") void copy().then((done) => done && terminal.clearSelection());
    else if (meaning === "find") find?.();
    else leave?.();
    return false;
  });

  const entry: Entry = {
    id,
    terminal,
    search,
    get state() {
      return state;
    },
    mount(host) {
      host.append(surface);
      if (!isOpened) {
        isOpened = true;
        terminal.open(surface);
        terminal.textarea?.setAttribute("aria-label", "Terminal input. F6 or Ctrl Shift Esc leaves the terminal.");
        terminal.textarea?.addEventListener("focus", () => become({ isFocused: true }));
        terminal.textarea?.addEventListener("blur", () => become({ isFocused: false }));
      }
      entry.fit();
    },
    unmount(host) {
      if (surface.parentElement === host) surface.remove();
    },
    fit() {
      // A hidden or collapsed host has no size; fitting to it would tell the shell of a screen of two columns.
      if (!isOpened || surface.clientWidth < 40 || surface.clientHeight < 20) return;
      const wanted = fitter.proposeDimensions();
      if (!wanted || !Number.isFinite(wanted.cols) || !Number.isFinite(wanted.rows)) return;
      const cols = Math.min(COLS.max, Math.max(COLS.min, wanted.cols));
      const rows = Math.min(ROWS.max, Math.max(ROWS.min, wanted.rows));
      if (cols !== terminal.cols || rows !== terminal.rows) terminal.resize(cols, rows);
    },
    restyle({ fontSize, isScreenReader }) {
      terminal.options.theme = themeFrom(document.documentElement);
      terminal.options.screenReaderMode = isScreenReader;
      if (terminal.options.fontSize !== fontSize) {
        terminal.options.fontSize = fontSize;
        entry.fit();
      }
    },
    copy,
    paste,
    clearSelection: () => terminal.clearSelection(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLeave(callback) {
      leave = callback;
    },
    onFind(callback) {
      find = callback;
    },
    dispose() {
      entries.delete(id);
      channel.close();
      listeners.clear();
      terminal.dispose();
      surface.remove();
    },
  };
  return entry;
}
