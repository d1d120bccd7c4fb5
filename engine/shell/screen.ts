// The engine's own screen of one shell: a headless xterm that parses everything and can be replayed into a window.
// Owns: the headless terminal, what its serialiser leaves out, and how far it is behind. Does not know about views.
import { SerializeAddon } from "@xterm/addon-serialize";
import headless from "@xterm/headless";

/** Lines kept above the screen: bounds memory whatever a step prints (12 bytes a cell: 5 MB at 80 columns, 30 MB at 500). */
export const SCROLLBACK_LINES = 5_000;
/** Longest cut escape sequence carried over into a snapshot, characters; longer ones are payload nobody draws. */
const LONGEST_CUT_ESCAPE = 4_096;

export type Screen = {
  /** `onParsed` is called when the parser has taken this text, before it takes any text written later. */
  write(text: string, onParsed?: () => void): void;
  resize(cols: number, rows: number): void;
  /** Everything a real xterm needs to show what this one shows after the text written so far, with at most `scrollback` lines above the screen; `then` runs before any later text is parsed. Empty once disposed. */
  capture(then: (picture: { data: string; cols: number; rows: number }) => void, scrollback?: number): void;
  /** Characters written and not yet parsed. */
  backlog(): number;
  /** Resolves when everything written so far is parsed, or the screen is disposed. */
  parsed(): Promise<void>;
  onReply(callback: (data: string) => void): void;
  dispose(): void;
};

export function createScreen(options: { cols: number; rows: number; scrollback: number }): Screen {
  // The proposed API is what the serialiser reads the buffer with.
  const terminal = new headless.Terminal({ ...options, allowProposedApi: true, logLevel: "off" });
  const serializer = new SerializeAddon();
  terminal.loadAddon(serializer);
  const extras = watchExtras(terminal);
  const waiting = new Set<() => void>();
  let behind = 0;
  let recent = "";
  let isDisposed = false;

  const write = (text: string, onParsed?: () => void): void => {
    if (isDisposed) return;
    behind += text.length;
    terminal.write(text, () => {
      behind -= text.length;
      if (isDisposed) return; // xterm still calls back for what it had queued
      onParsed?.();
    });
  };

  return {
    write(text, onParsed) {
      // Looked at only by `capture`: enough of the end to find a cut sequence in.
      if (text.length >= LONGEST_CUT_ESCAPE) recent = text;
      else recent = (recent.length > 2 * LONGEST_CUT_ESCAPE ? recent.slice(-LONGEST_CUT_ESCAPE) : recent) + text;
      write(text, onParsed);
    },
    resize(cols, rows) {
      // In its turn: what was written before belongs to the old size.
      write("", () => {
        extras.resized();
        terminal.resize(cols, rows);
      });
    },
    capture(then, scrollback = options.scrollback) {
      const gone = () => then({ data: "", cols: options.cols, rows: options.rows });
      if (isDisposed) {
        gone();
        return;
      }
      waiting.add(gone);
      // A sequence cut by the chunk's border is inside this parser, not on the screen: the other xterm gets its beginning too.
      const unfinished = unfinishedEscape(recent);
      write("", () => {
        waiting.delete(gone);
        then({ data: serializer.serialize({ scrollback }) + extras.sequences() + unfinished, cols: terminal.cols, rows: terminal.rows });
      });
    },
    backlog: () => behind,
    parsed: () =>
      new Promise((resolve) => {
        if (isDisposed) {
          resolve();
          return;
        }
        waiting.add(resolve);
        write("", () => {
          waiting.delete(resolve);
          resolve();
        });
      }),
    onReply(callback) {
      terminal.onData(callback);
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      terminal.dispose();
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
  };
}

/** State the serialiser (0.14) leaves out although programs depend on it: hidden cursor, scroll region, cursor shape. */
function watchExtras(terminal: InstanceType<typeof headless.Terminal>) {
  let isCursorHidden = false;
  let region = "";
  let shape = "";
  const forget = (): boolean => {
    isCursorHidden = false;
    region = "";
    shape = "";
    return false; // xterm's own handler runs as well
  };
  const { parser } = terminal;
  const showCursor = (isHidden: boolean) => (params: (number | number[])[]) => {
    if (params.includes(25)) isCursorHidden = isHidden;
    return false;
  };
  parser.registerCsiHandler({ prefix: "?", final: "h" }, showCursor(false));
  parser.registerCsiHandler({ prefix: "?", final: "l" }, showCursor(true));
  parser.registerCsiHandler({ final: "r" }, (params) => {
    const top = Number(params[0] ?? 0) || 1;
    const bottom = Math.min(Number(params[1] ?? 0) || terminal.rows, terminal.rows);
    if (bottom > top) region = top === 1 && bottom === terminal.rows ? "" : `\u001b[${top};${bottom}r`;
    return false;
  });
  parser.registerCsiHandler({ intermediates: " ", final: "q" }, (params) => {
    shape = `\u001b[${Number(params[0] ?? 0)} q`;
    return false;
  });
  parser.registerCsiHandler({ intermediates: "!", final: "p" }, forget);
  parser.registerEscHandler({ final: "c" }, forget);
  return {
    resized: () => {
      region = ""; // a resize resets the scroll region
    },
    // Setting the region moves the cursor home: saved before and put back after.
    sequences: () => `${region === "" ? "" : `\u001b7${region}\u001b8`}${shape}${isCursorHidden ? "\u001b[?25l" : ""}`,
  };
}

const ESC = "\u001b";
/** A sequence that reaches the end of the text without its final character: ESC alone, CSI, string sequence (maybe with half its terminator), ESC with intermediates. */
const UNFINISHED = /^\x1b(?:|\[[\x20-\x3f]*|[\]PX^_][^\x07\x9c\x18\x1a\x1b]*\x1b?|[\x20-\x2f]+)$/;

/** The escape sequence that `text` ends in the middle of; "" when it ends between two. */
export function unfinishedEscape(text: string): string {
  const last = text.lastIndexOf(ESC);
  // A string sequence ends in ESC \, so its own beginning may be one ESC earlier.
  const before = last > 0 ? text.lastIndexOf(ESC, last - 1) : -1;
  for (const start of [before, last]) {
    if (start < 0 || text.length - start > LONGEST_CUT_ESCAPE) continue;
    const tail = text.slice(start);
    if (UNFINISHED.test(tail)) return tail;
  }
  return "";
}
