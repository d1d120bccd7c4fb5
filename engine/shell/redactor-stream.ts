// Redacts one stream of terminal output as it comes, in chunks of any size.
// Owns: the shadow text (what the output is without escape codes and line wraps), what is held back, what is replaced.
// Does not know any secret: redactor-machine.ts and redactor-patterns.ts do.

import { type Candidate, follow, heldFrom, startCandidate } from "./redactor-candidates.ts";
import { addGap, type Context, makeContext, moveContext, resetContext, restate, startOf, stateAt } from "./redactor-context.ts";
import { type Machine, SPECIAL } from "./redactor-machine.ts";
import { SHAPES, type Shape } from "./redactor-patterns.ts";
import { createSpans } from "./redactor-spans.ts";

/**
 * No more than this is held back, characters. Known forms and shapes need 2,500 at most; beyond that escape codes are being stuffed
 * between, and what waits is let go (its state is kept: if it turns out to be a secret, the rest is still redacted).
 */
const MOST_HELD_CHARS = 16_384;
/** Candidates of one shape followed at once. Later ones inside the same run would end where the earlier ones do. */
const MOST_PER_SHAPE = 4;

const LF = 0x0a;
const CR = 0x0d;
const ESC = 0x1b;
const SPACE = 0x20;

type Escape = "none" | "begun" | "csi" | "intermediate" | "string-end";

export type RedactorStream = {
  /** The text that is decided, redacted. */
  push(text: string): string;
  /** The rest, as the stream's end or after the hold-back limit. The stream may go on: what completes a secret later is still redacted. */
  flush(): string;
  /** Characters held back. */
  pendingChars(): number;
  /** What is held back, as it came: a view may show it early, a disk never. */
  pendingText(): string;
  /** What is held back and was not given out by this function before: a view that must not wait longer shows it early. */
  earlyText(): string;
  /**
   * What the last `push` or `flush` returned, for a view that shows early text too: without the characters it has already.
   * Where they turned out to be a secret, its replacement follows them.
   */
  viewText(): string;
  /** Moment (`performance.now()`, milliseconds) since which something is held back; null when nothing is. */
  pendingSince(): number | null;
  /** Redactions so far, by rule. */
  hits(): Record<string, number>;
};

export function createStream(machineNow: () => Machine, onHit: (rule: string) => void): RedactorStream {
  let machine = machineNow();
  let buffer = "";
  let position = 0;
  // Characters at the buffer's beginning that a flush gave out already although they are not decided.
  let shown = 0;
  // Characters at its beginning that `earlyText` gave out for a view.
  let early = 0;
  let forView = "";
  const spans = createSpans();
  let sequence: Escape = "none";
  let escapeStart = 0;
  let stringStart = 0;
  let isStringMarked = false;
  let since: number | null = null;
  const counts = new Map<string, number>();
  const main = makeContext();
  const inside = makeContext();
  let context: Context = main;

  const hit = (rule: string): void => {
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
    onHit(rule);
  };

  /** A wrap here would stand inside what may be a secret. */
  const isWatchful = (): boolean => machine.heldDepth(context.state) > 0 || context.candidates.length > 0;
  const gap = (start: number, end: number, isKept: boolean): void => addGap(context, start, end, isKept);
  /** The candidate's secret was decided, or goes on. */
  const mark = (candidate: Candidate, isNew: boolean): void => {
    if (isNew) spans.add(candidate.start, candidate.end);
    else spans.extend(candidate.grownTo, candidate.end);
    candidate.grownTo = candidate.end;
    isStringMarked ||= context === inside;
  };

  const feed = (unit: number, index: number): void => {
    let isAnyOver = false;
    for (const candidate of context.candidates) {
      if (candidate.isOver) continue;
      switch (follow(candidate, unit, index)) {
        case "goes-on":
          break;
        case "decided":
          hit(candidate.shape.name);
          mark(candidate, true);
          // What began later inside it is the same token.
          for (const other of context.candidates) if (other.shape === candidate.shape && !other.isDecided) other.isOver = true;
          isAnyOver = true;
          break;
        case "grows":
          mark(candidate, false);
          isAnyOver ||= candidate.isOver;
          break;
        case "over":
          candidate.isOver = true;
          isAnyOver = true;
          break;
      }
    }
    if (isAnyOver) context.candidates = context.candidates.filter((candidate) => !candidate.isOver);
  };
  /** Inside a decided token of this shape, or as many possible ones as are followed at once. */
  const isFollowed = (shape: Shape): boolean => {
    let undecided = 0;
    for (const candidate of context.candidates) {
      if (candidate.shape !== shape) continue;
      if (candidate.isDecided && candidate.pem === null) return true;
      undecided += 1;
    }
    return undecided >= MOST_PER_SHAPE;
  };
  /** What ends at the state just reached, whose last unit ends at `end`. */
  const report = (end: number): void => {
    const found = machine.found(context.state);
    if (found === undefined) return;
    for (const { name, length } of found.known) {
      const start = startOf(context, length, end);
      spans.add(start, end);
      isStringMarked ||= context === inside;
      // A value that overlaps itself is one secret, however often it begins.
      const rule = `known:${name}`;
      if (start >= (context.lastHit.get(rule) ?? Number.NEGATIVE_INFINITY)) {
        context.lastHit.set(rule, end);
        hit(rule);
      }
    }
    for (const { rule, length } of found.rules) {
      const shape = SHAPES[rule]!;
      if (isFollowed(shape)) continue;
      const candidate = startCandidate(shape, startOf(context, length, end), end);
      context.candidates.push(candidate);
      if (candidate.isDecided) {
        hit(shape.name);
        mark(candidate, true);
      }
    }
  };

  const endString = (end: number): void => {
    context = main;
    gap(stringStart, end, !isStringMarked);
    sequence = "none";
  };
  const beginString = (): void => {
    stringStart = escapeStart;
    isStringMarked = false;
    sequence = "none";
    context = inside;
    resetContext(inside, position);
  };
  const endEscape = (end: number): void => {
    sequence = "none";
    gap(escapeStart, end, true);
  };

  /** The usual case at once: a colour or a cursor movement that is whole. */
  const skipPlainCsi = (end: number): boolean => {
    let at = position;
    let unit = 0;
    while (at < end) {
      unit = buffer.charCodeAt(at);
      if (unit < SPACE || unit > 0x3f) break;
      at += 1;
    }
    if (at >= end || unit < 0x40) return false;
    position = at + 1;
    endEscape(position);
    return true;
  };
  /** Consumes units of an escape sequence up to its end or the text's. */
  const skipEscape = (end: number): void => {
    if (sequence === "csi" && skipPlainCsi(end)) return;
    while (position < end && sequence !== "none") {
      const unit = buffer.charCodeAt(position);
      position += 1;
      if (sequence === "string-end") {
        // Only ESC \ ends a string properly; another sequence cuts it off.
        if (unit === 0x5c) {
          endString(position);
          return;
        }
        escapeStart = position - 2;
        endString(escapeStart);
        sequence = "begun";
      }
      if (unit === ESC) {
        gap(escapeStart, position - 1, true);
        escapeStart = position - 1;
        sequence = "begun";
      } else if (unit === 0x18 || unit === 0x1a) {
        endEscape(position);
      } else if (unit < SPACE) {
        // Executed by the terminal in the middle of the sequence; not part of the text here.
      } else if (sequence === "begun") {
        if (unit === 0x5b) sequence = "csi";
        else if (unit === 0x5d || unit === 0x50 || unit === 0x58 || unit === 0x5e || unit === 0x5f) beginString();
        else if (unit <= 0x2f) sequence = "intermediate";
        else endEscape(position);
      } else if (sequence === "csi") {
        if (unit >= 0x40) endEscape(position);
      } else if (unit >= 0x30) {
        endEscape(position);
      }
    }
  };

  /** A control character or the beginning of an escape sequence at `position`. */
  const special = (unit: number): void => {
    const index = position;
    position += 1;
    if (context === inside && (unit === 0x07 || unit === 0x9c || unit === 0x18 || unit === 0x1a)) {
      endString(position);
    } else if (unit === ESC) {
      if (context === inside) {
        sequence = "string-end";
        return;
      }
      escapeStart = index;
      const isCsi = buffer.charCodeAt(position) === 0x5b; // NaN at the end of the text
      sequence = isCsi ? "csi" : "begun";
      if (isCsi) position += 1;
    } else if (unit === 0x9b) {
      sequence = "csi";
      escapeStart = index;
    } else if (unit === 0x90 || unit === 0x98 || unit === 0x9d || unit === 0x9e || unit === 0x9f) {
      escapeStart = index;
      if (context === main) beginString();
      else gap(index, position, false);
    } else if (unit === LF) {
      gap(index, position, false);
      feed(LF, index);
    } else if (unit === CR) {
      carriageReturn(index);
    } else if (unit === 0x08) {
      context.state = 0;
      gap(index, position, true);
      feed(unit, index);
    } else {
      gap(index, position, true); // BEL, NUL and the like show nothing
    }
  };
  /**
   * CR LF is a line break. Line editors wrap by ` CR` (bash and zsh as one types), or by writing the first character of the new line,
   * CR and the same character again (bash when text is pasted, zsh after its ` CR`).
   */
  const carriageReturn = (index: number): void => {
    const next = position < buffer.length ? buffer.charCodeAt(position) : LF;
    const before = index > context.markIndex ? buffer.charCodeAt(index - 1) : LF;
    if (next === LF || next === CR) {
      gap(index, position, false);
    } else if (before === SPACE || before === next) {
      context.state = stateAt(context, machine, buffer, index - 1);
      gap(index - 1, position, false);
    } else {
      gap(index, position, false);
      feed(CR, index);
    }
  };

  /** One unit, with everything that may follow from it. */
  const takeOne = (): void => {
    const unit = buffer.charCodeAt(position);
    if (
      unit === SPACE &&
      position + 2 < buffer.length &&
      buffer.charCodeAt(position + 1) === CR &&
      !isBreak(buffer.charCodeAt(position + 2))
    ) {
      position += 2;
      gap(position - 2, position, false);
      return;
    }
    const next = machine.step(context.state, unit);
    if (next === SPECIAL) {
      special(unit);
      return;
    }
    context.state = next;
    if (context.candidates.length > 0) feed(unit, position);
    position += 1;
    if (next >= machine.attentionFrom) report(position);
  };

  const scan = (end: number): void => {
    while (position < end) {
      if (sequence !== "none") {
        skipEscape(end);
      } else if (context.candidates.length > 0) {
        takeOne();
      } else {
        // The way of ordinary text: one table look-up for each unit.
        const { table, classes, attentionFrom } = machine;
        const text = buffer;
        let state = context.state;
        let index = position;
        let next = 0;
        if (state < table.length) {
          for (; index < end; index += 1) {
            const unit = text.charCodeAt(index);
            next = table[state + classes[unit]!]!;
            if (next < attentionFrom) {
              state = next;
            } else if (state === 0 && (unit === LF || (unit === CR && text.charCodeAt(index + 1) === LF))) {
              context.markIndex = index + 1; // a line's end where nothing is under way
              context.markState = 0;
            } else {
              break;
            }
          }
        }
        context.state = state;
        position = index;
        if (index < end) takeOne();
      }
    }
  };

  /** Where the outer text that was taken so far ends: before an escape or string sequence that is still open. */
  const mainEnd = (): number => (context === inside ? stringStart : sequence === "none" ? position : escapeStart);
  /** First index that must wait for more text. */
  const holdFrom = (): number => {
    let from = position;
    for (const one of context === main ? [main] : [main, inside]) {
      const depth = machine.heldDepth(one.state);
      if (depth > 0) from = Math.min(from, startOf(one, depth, one === main ? mainEnd() : position));
      for (const candidate of one.candidates) from = Math.min(from, heldFrom(candidate));
    }
    return from;
  };

  /** Gives out everything before `cut`, and moves all indices. */
  const emit = (cut: number): string => {
    const out = spans.render(buffer, main.gaps, shown, cut);
    forView = early > shown ? spans.render(buffer, main.gaps, early, cut) : out;
    if (cut === 0) return out;
    spans.drop(cut);
    shown = Math.max(0, shown - cut);
    early = Math.max(0, early - cut);
    buffer = buffer.slice(cut);
    position -= cut;
    escapeStart = Math.max(0, escapeStart - cut);
    stringStart = Math.max(0, stringStart - cut);
    moveContext(main, cut);
    moveContext(inside, cut);
    return out;
  };
  /** New known values were added. */
  const renew = (): void => {
    machine = machineNow();
    restate(main, machine, buffer, mainEnd());
    inside.state = 0;
    inside.markIndex = position;
    inside.markState = 0;
  };

  return {
    push(text) {
      if (machine !== machineNow()) renew();
      const hadPending = buffer !== "";
      buffer = hadPending ? buffer + text : text;
      if (!hadPending) {
        context.markIndex = 0;
        context.markState = context.state;
      }
      const end = buffer.length;
      scan(end - undecidedEnd(buffer, position));
      if (position < end && !isWatchful()) scan(end);
      const hold = holdFrom();
      const out = emit(buffer.length - hold > MOST_HELD_CHARS ? position : hold);
      if (buffer.length === shown) since = null;
      else if (out !== "" || since === null) since = performance.now();
      return out;
    },
    flush() {
      since = null;
      const decided = emit(position);
      const rest = buffer.slice(shown);
      forView += buffer.slice(Math.max(shown, early));
      shown = buffer.length;
      return decided + rest;
    },
    viewText: () => forView,
    earlyText() {
      const text = buffer.slice(Math.max(shown, early));
      early = buffer.length;
      return text;
    },
    pendingText: () => buffer.slice(shown),
    pendingChars: () => buffer.length - shown,
    pendingSince: () => since,
    hits: () => Object.fromEntries(counts),
  };
}

function isBreak(unit: number): boolean {
  return unit === LF || unit === CR;
}

/** Length of a blank, CR or blank and CR at the end: only what follows tells a line editor's wrap from ordinary text. */
function undecidedEnd(text: string, from: number): number {
  const last = text.length - 1;
  if (last < from) return 0;
  const unit = text.charCodeAt(last);
  if (unit === SPACE) return 1;
  if (unit !== CR) return 0;
  return last > from && text.charCodeAt(last - 1) === SPACE ? 2 : 1;
}
