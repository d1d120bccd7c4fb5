// What windows see of one shell: every attached view fed in time and in order, a slow one re-synced, none of them able to stall the shell.
// Owns: the views, their credit, and which side answers a terminal query. Does not read the PTY, redact or record.
import { ACK_EVERY_CHARS, RESYNC_BEHIND_CHARS, type TerminalFromEngine } from "../protocol/index.ts";
import { createScreen, SCROLLBACK_LINES } from "./screen.ts";

/** At most one message in this time, milliseconds: half a frame, so coalescing is never seen. The first one goes at once. */
const COALESCE_MS = 8;
/** A message this long goes without waiting, characters. */
const COALESCE_CHARS = 16 * 1_024;
/** A view that fell behind is re-synced when this little is unacknowledged, characters: less than one batch is never acknowledged at all. */
const CAUGHT_UP_CHARS = 2 * ACK_EVERY_CHARS;
/**
 * Cancels a sequence in progress and resets. A view resets on a `screen` message as well, but at once, while text sent earlier may still
 * wait in its parser; this comes in order after that text.
 */
const START_AFRESH = "\u0018\u001bc";

export type Attached = {
  receive(message: { type: "ack"; chars: number }): void;
  detach(): void;
  /** Sends the whole screen again. */
  resync(): void;
};
export type Views = {
  /** `mayWait`: a line of ours; it goes with the output that follows, if that comes within half a frame, and never delays it. */
  output(text: string, mayWait?: boolean): void;
  /** Of the engine's screen. With several views, each gets the whole screen in the new size. */
  resize(cols: number, rows: number): void;
  /** The view gets a `screen` message first, then everything after it. `send` must not throw. */
  attach(send: (message: TerminalFromEngine) => void): Attached;
  /** What a view attached now would be sent, after the reset. */
  snapshot(): Promise<string>;
  /** Characters the screen's parser is behind: the session pauses the PTY above 1 MB (1,000,000). */
  backlog(): number;
  /** Resolves when the screen has parsed everything so far. */
  parsed(): Promise<void>;
  /** Answers to terminal queries (DA, DSR, …) that must go to the PTY: given only for queries no attached view was sent. */
  onReply(callback: (data: string) => void): void;
  /** Tells every view, after all output, that nothing more will come. */
  closed(reason: string): void;
  dispose(): void;
};

export function createViews(options: { cols: number; rows: number; scrollback?: number }): Views {
  const screen = createScreen({ cols: options.cols, rows: options.rows, scrollback: options.scrollback ?? SCROLLBACK_LINES });
  const views = new Set<View>();
  let closedBecause: string | null = null;
  // Of the text being parsed now: whether an attached xterm got it and answers its queries itself.
  const parsing: { isFed: boolean }[] = [];

  return {
    output(text, mayWait = false) {
      if (text === "") return;
      const chunk = { isFed: false };
      parsing.push(chunk);
      // The screen first: a view that asks for the whole screen while it is fed must get one with this text in it.
      screen.write(text, () => parsing.shift());
      for (const view of [...views]) chunk.isFed = view.feed(text, mayWait) || chunk.isFed;
    },
    resize(cols, rows) {
      screen.resize(cols, rows);
      // One view has the new size already, since it asked for it; of several, the others have not.
      if (views.size > 1) for (const view of views) view.resync();
    },
    attach(send) {
      const view = createView(send, screen.capture);
      views.add(view);
      if (closedBecause !== null) view.close(closedBecause);
      return {
        receive: (message) => view.acknowledge(message.chars),
        detach: () => {
          views.delete(view);
          view.dispose();
        },
        resync: () => view.resync(),
      };
    },
    snapshot: () => new Promise((resolve) => screen.capture((picture) => resolve(picture.data))),
    backlog: () => screen.backlog(),
    parsed: () => screen.parsed(),
    onReply(callback) {
      screen.onReply((data) => {
        if (parsing[0]?.isFed !== true) callback(data);
      });
    },
    closed(reason) {
      closedBecause = reason;
      for (const view of views) view.close(reason);
    },
    dispose() {
      for (const view of views) view.dispose();
      views.clear();
      screen.dispose();
    },
  };
}

/**
 * Lines that a view gets back while output is still flowing: the whole scrollback, half a megabyte a time, would itself put
 * it behind again. All of it follows once nothing was printed for QUIET_MS.
 */
const CATCH_UP_LINES = 1_000;
const QUIET_MS = 500;

type View = ReturnType<typeof createView>;
type Capture = ReturnType<typeof createScreen>["capture"];

/**
 * One view. Its states: `syncing` (the screen is on its way, later output waits), `live` (output is sent, coalesced),
 * `behind` (output is not sent; the whole screen will be, once the view has caught up).
 */
function createView(send: (message: TerminalFromEngine) => void, capture: Capture) {
  let state: "syncing" | "live" | "behind" | "gone" = "syncing";
  let queued: string[] = [];
  let queuedChars = 0;
  let timer: NodeJS.Timeout | null = null;
  let lastSentAt = Number.NEGATIVE_INFINITY;
  // The replayed screen may be longer than the limit; only what came after it says whether the view keeps up.
  let unackedScreen = 0;
  let unackedData = 0;
  let round = 0;
  let closeReason: string | null = null;
  let quiet: NodeJS.Timeout | null = null;

  const stopTimer = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const sendQueued = (): void => {
    stopTimer();
    if (queuedChars === 0 || state !== "live") return;
    const data = queued.join("");
    queued = [];
    queuedChars = 0;
    unackedData += data.length;
    lastSentAt = performance.now();
    send({ type: "data", data });
    if (unackedData > RESYNC_BEHIND_CHARS) state = "behind";
  };
  const finish = (): void => {
    if (closeReason === null || state === "gone") return;
    sendQueued();
    const reason = closeReason;
    state = "gone";
    send({ type: "closed", reason });
  };
  /** The rest of the scrollback is still owed. */
  let isShort = false;
  const waitForQuiet = (): void => {
    if (quiet !== null) clearTimeout(quiet);
    quiet = null;
    if (!isShort || state === "gone") return;
    quiet = setTimeout(() => {
      if (state === "live" && unackedScreen + unackedData <= CAUGHT_UP_CHARS) sync();
      else waitForQuiet();
    }, QUIET_MS);
    quiet.unref();
  };
  const sync = (scrollback = SCROLLBACK_LINES): void => {
    stopTimer();
    isShort = scrollback < SCROLLBACK_LINES;
    waitForQuiet();
    state = "syncing";
    queued = [];
    queuedChars = 0;
    round += 1;
    const mine = round;
    capture((picture) => {
      if (state !== "syncing" || mine !== round) return;
      state = "live";
      const data = START_AFRESH + picture.data;
      unackedScreen = data.length;
      unackedData = 0;
      send({ ...picture, type: "screen", data });
      sendQueued();
      finish();
    }, scrollback);
  };
  const catchUp = (): void => {
    if (state === "behind" && unackedScreen + unackedData <= CAUGHT_UP_CHARS) sync(CATCH_UP_LINES);
  };
  sync();

  return {
    /** True when this view's xterm will see the text. */
    feed(text: string, mayWait: boolean): boolean {
      if (isShort) waitForQuiet();
      if (state === "behind" || state === "gone") return false;
      queued.push(text);
      queuedChars += text.length;
      if (state === "syncing") {
        // The parser is far behind: begin again after what it has by then.
        if (queuedChars > RESYNC_BEHIND_CHARS) sync(CATCH_UP_LINES);
        return true;
      }
      const wait = mayWait ? COALESCE_MS : lastSentAt + COALESCE_MS - performance.now();
      if (wait <= 0 || queuedChars >= COALESCE_CHARS) sendQueued();
      else timer ??= setTimeout(sendQueued, wait);
      return true;
    },
    acknowledge(chars: number): void {
      const ofScreen = Math.min(chars, unackedScreen);
      unackedScreen -= ofScreen;
      unackedData = Math.max(0, unackedData - (chars - ofScreen));
      catchUp();
    },
    resync(): void {
      if (state !== "gone") sync();
    },
    /** After everything sent so far; a view that is behind gets the last screen first. */
    close(reason: string): void {
      if (state === "gone") return;
      closeReason = reason;
      if (state === "behind") sync();
      else if (state === "live") finish();
    },
    dispose(): void {
      stopTimer();
      if (quiet !== null) clearTimeout(quiet);
      isShort = false;
      state = "gone";
      queued = [];
    },
  };
}
