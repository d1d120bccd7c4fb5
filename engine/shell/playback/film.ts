// One recording made seekable: read once from beginning to end, with a picture of the screen kept every half megabyte.
// Owns: the pictures, and what is known of the recording so far. Runs in a thread of its own (worker.ts); never holds the whole file.
// Everything in a recording may be somebody else's: lines, sizes, labels and what is kept are bounded.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { type CastEvent, exitStatusOf, readCastHeader, readCastLine } from "../cast-lines.ts";
import { createScreen, type Screen } from "../screen.ts";
import { linesOf } from "./lines.ts";

/** A picture at least this often, bytes of the file: so much is parsed anew for any moment, about 25 ms on a slow core. */
const PICTURE_EVERY = 512 * 1_024;
/** All pictures together, compressed, bytes. Past it every other one is dropped, and they come half as often. */
const PICTURES_BYTES = 64 << 20;
/** Lines above the screen that a picture keeps: what scrolled by just before; more is one seek away. */
const SCROLLBACK = 200;
/** Sent in one piece at most, bytes of the file (one line at least). */
const PIECE_BYTES = 128 * 1_024;
/** Output handed to the parser at once, characters; after it other questions get their turn. */
const TURN_CHARS = 128 * 1_024;
const MOST_MARKS = 1_000;
const LABEL_CHARS = 200;
/** Sides of a screen that is drawn at all; what says otherwise is drawn in the size of an ordinary one. */
const SIDE = { min: 2, max: 1_000 };
const ORDINARY = { cols: 80, rows: 24 };

export type FilmSource = {
  path: string;
  /** Where in the file the recording lies: whole files from 0. Bytes. */
  at: number;
  size: number;
  /** Of the whole file as it was when it was found; null while it is still being written. Changed since: refused. */
  stamp: { size: number; mtimeMs: number } | null;
};
export type FilmState = {
  bytes: number;
  readBytes: number;
  isComplete: boolean;
  durationS: number;
  startedAt: number | null;
  marks: { at: number; label: string }[];
  broken: number;
  exitStatus: number | null;
  /** Hash of all bytes once they are read. */
  sha256: string | null;
};
export type FilmScreen = { at: number; cols: number; rows: number; screen: string; next: number; nextAt: number };
export type FilmPiece = { events: [number, "o" | "r", string][]; next: number; nextAt: number; isEnd: boolean };
export type Film = {
  state(): FilmState;
  seek(at: number): Promise<FilmScreen>;
  read(next: number, nextAt: number): FilmPiece;
  /** Reads to the end; resolves when it is all known, or the film was closed. */
  develop(): Promise<void>;
  close(): void;
};
type Picture = { at: number; next: number; cols: number; rows: number; screen: Buffer };

/** In words for a person: what the thread answers instead of a defect. */
export class FilmError extends Error {}

export function openFilm(source: FilmSource): Film {
  const file = openSync(source.path, "r");
  const end = source.at + source.size;
  const check = (): void => {
    if (source.stamp === null) return;
    const { size, mtimeMs } = fstatSync(file);
    if (size !== source.stamp.size || mtimeMs !== source.stamp.mtimeMs)
      throw new FilmError("The recording changed since it was opened here. Open it again: it is held against the record anew then.");
  };
  const first = linesOf(file, source.at, end).next();
  const header = readCastHeader(first.done === true ? "" : (first.value.text ?? ""));
  if (typeof header === "string") {
    closeSync(file);
    throw new FilmError(header);
  }
  const { version, timestamp } = header;
  const begin = first.done === true ? end : first.value.next;
  const size = sized(header.cols, header.rows) ?? ORDINARY;
  let pictures: Picture[] = [{ at: 0, next: begin, ...size, screen: deflateRawSync("") }];
  let kept = 0;
  let every = PICTURE_EVERY;
  let isClosed = false;
  const state: FilmState = {
    bytes: source.size,
    readBytes: begin - source.at,
    isComplete: false,
    durationS: 0,
    startedAt: timestamp === null ? null : timestamp * 1_000,
    marks: [],
    broken: 0,
    exitStatus: null,
    sha256: null,
  };

  const keep = (picture: Picture): void => {
    pictures.push(picture);
    kept += picture.screen.length;
    if (kept <= PICTURES_BYTES) return;
    pictures = pictures.filter((_, index) => index % 2 === 0);
    kept = pictures.reduce((sum, { screen }) => sum + screen.length, 0);
    every *= 2;
  };
  const note = (event: CastEvent): void => {
    if (event.code === "m" && state.marks.length < MOST_MARKS) state.marks.push({ at: event.at, label: event.data.slice(0, LABEL_CHARS) });
    if (event.code === "x") state.exitStatus = exitStatusOf(event.data);
  };

  async function develop(): Promise<void> {
    const hash = createHash("sha256");
    const paper = createPaper({ ...size, at: 0 });
    let taken = begin;
    let turned = begin;
    for (const { text, next } of linesOf(file, source.at, end, (piece) => hash.update(piece))) {
      if (next <= begin) continue; // the header
      const event = text === null ? null : readCastLine(text, version, paper.at());
      if (event === null) state.broken += 1;
      else if (event !== "none") {
        note(event);
        paper.put(event);
      }
      if (next - turned < TURN_CHARS && next < end) continue;
      turned = next;
      await paper.settled();
      if (next - taken >= every) {
        taken = next;
        const { screen, ...shape } = await paper.picture();
        keep({ ...shape, next, screen: deflateRawSync(screen, { level: 1 }) });
      }
      state.readBytes = next - source.at;
      state.durationS = paper.at();
      await turn();
      if (isClosed) return paper.dispose();
      check();
    }
    paper.dispose();
    Object.assign(state, { readBytes: source.size, durationS: paper.at(), isComplete: true, sha256: hash.digest("hex") });
  }

  async function seek(wanted: number): Promise<FilmScreen> {
    check();
    const until = source.at + state.readBytes;
    const at = Math.min(wanted, state.durationS);
    const from = lastBefore(pictures, at);
    const paper = createPaper(from);
    paper.write(inflateRawSync(from.screen).toString("utf8"));
    let next = from.next;
    for (const line of linesOf(file, from.next, until)) {
      const event = line.text === null ? null : readCastLine(line.text, version, paper.at());
      if (event !== null && event !== "none") {
        if (event.at > at) break;
        paper.put(event);
      }
      next = line.next;
    }
    const picture = await paper.picture();
    paper.dispose();
    return { ...picture, at, next, nextAt: picture.at };
  }

  function read(from: number, fromAt: number): FilmPiece {
    check();
    const until = source.at + state.readBytes;
    const events: FilmPiece["events"] = [];
    let next = Math.max(begin, from);
    let now = fromAt;
    for (const line of linesOf(file, next, until)) {
      const event = line.text === null ? null : readCastLine(line.text, version, now);
      next = line.next;
      if (event !== null && event !== "none") {
        now = event.at;
        if (event.code === "o") events.push([event.at, "o", event.data]);
        if (event.code === "r" && sizeIn(event.data) !== null) events.push([event.at, "r", event.data]);
      }
      if (next - from >= PIECE_BYTES) break;
    }
    return { events, next, nextAt: now, isEnd: next >= until };
  }

  return {
    state: () => state,
    seek,
    read,
    develop,
    close: () => {
      if (isClosed) return;
      isClosed = true;
      closeSync(file);
    },
  };
}

/** A screen that events are put on, in order; output is joined, since a call of the parser costs more than a short text. */
function createPaper(from: { at: number; cols: number; rows: number }) {
  const screen: Screen = createScreen({ cols: from.cols, rows: from.rows, scrollback: SCROLLBACK });
  let joined = "";
  let now = from.at;
  const flush = (): void => {
    if (joined !== "") screen.write(joined);
    joined = "";
  };
  return {
    at: () => now,
    write: (text: string) => screen.write(text),
    put(event: CastEvent): void {
      now = event.at;
      if (event.code === "o") {
        joined += event.data;
        if (joined.length >= TURN_CHARS) flush();
        return;
      }
      const size = event.code === "r" ? sizeIn(event.data) : null;
      if (size === null) return;
      flush();
      screen.resize(size.cols, size.rows);
    },
    settled: () => {
      flush();
      return screen.parsed();
    },
    picture: () => {
      flush();
      return new Promise<{ at: number; cols: number; rows: number; screen: string }>((resolve) =>
        screen.capture(({ data, cols, rows }) => resolve({ at: now, cols, rows, screen: data })),
      );
    },
    dispose: () => screen.dispose(),
  };
}

/** The last picture of a moment not after `at`; there is always the blank one of the beginning. */
function lastBefore(pictures: readonly Picture[], at: number): Picture {
  let low = 0;
  let high = pictures.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (pictures[middle]!.at <= at) low = middle;
    else high = middle;
  }
  return pictures[low]!;
}

const isSide = (side: number): boolean => Number.isInteger(side) && side >= SIDE.min && side <= SIDE.max;
const sized = (cols: number, rows: number) => (isSide(cols) && isSide(rows) ? { cols, rows } : null);
function sizeIn(data: string): { cols: number; rows: number } | null {
  const found = /^(\d{1,4})x(\d{1,4})$/.exec(data);
  return found === null ? null : sized(Number(found[1]), Number(found[2]));
}
