// Walks one log, event by event, and names everything that does not hold. Owns: the order of the checks.
// Knows neither database nor file: it is fed exact bytes, and keeps only what later checks need, so memory stays flat.
import type { EventBody } from "../../protocol/index.ts";
import { clockStep, type Moment, momentOf } from "../body.ts";
import { eventHash } from "../chain.ts";
import { isCanonical } from "../jcs.ts";
import { bodyProblem } from "./body-shape.ts";
import type { Findings } from "./report.ts";

export type RecordingRef = { log: string; seq: number; path: string; sha256: string; bytes: number | null; isWhole: boolean };
export type PayloadRefAt = { log: string; seq: number; name: string; commitment: string; bytes: number };

/** What a walk leaves behind for the checks that need the whole picture. */
export type Walked = {
  log: string;
  events: number;
  /** Highest seq seen, and the hash after it. */
  seq: number;
  head: Buffer;
  recordings: RecordingRef[];
  /** Recordings that a block began and nothing bound by hash yet, with the block's seq. */
  unbound: Map<string, number>;
  payloads: PayloadRefAt[];
};

export type ChainCheck = {
  /** Checks the next event; returns its body where it could be read. `stored` is what a database says beside the bytes. */
  push(bytes: Buffer, stored?: { seq: number; type: string; hash: Buffer }): { body: EventBody | null; hash: Buffer };
  walked: Walked;
};

const NEEDS_REASON = new Set(["step.skipped", "step.judged", "run.held", "run.aborted"]);
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `partial`: a filtered export, whose events need not follow each other. */
export function createChainCheck(log: string, genesisHash: Buffer, name: string, findings: Findings, partial = false): ChainCheck {
  const walked: Walked = { log, events: 0, seq: 0, head: genesisHash, recordings: [], unbound: new Map(), payloads: [] };
  let before: Moment | null = null;
  let excused = false; // the line before could not be read, which was named already

  function push(bytes: Buffer, stored?: { seq: number; type: string; hash: Buffer }): { body: EventBody | null; hash: Buffer } {
    walked.events += 1;
    const wanted = stored?.seq ?? walked.seq + 1;
    const body = read(bytes, wanted);
    // Each event is held against the hash it says it follows, and that against the event before: one break is named once.
    const hash = eventHash(body === null ? walked.head : Buffer.from(body.prev, "hex"), bytes);
    if (body !== null && !partial) follow(body, wanted);
    if (stored !== undefined) compare(stored, hash, body);
    excused = stored === undefined && body === null;
    walked.seq = Math.max(walked.seq, body?.seq ?? wanted);
    walked.head = stored?.hash ?? hash;
    if (body !== null) look(body);
    return { body, hash };
  }

  function read(bytes: Buffer, wanted: number): EventBody | null {
    const unread = (code: string, why: string): null => {
      findings.problem(code, `Event ${wanted} of ${name}: ${why}.`, log, wanted);
      return null;
    };
    let value: unknown;
    let line: string;
    try {
      line = utf8.decode(bytes);
      value = JSON.parse(line);
    } catch {
      return unread("event-unreadable", "it is not JSON in UTF-8: it was changed");
    }
    if (!isCanonical(line, value))
      return unread("event-not-canonical", "its bytes are not the canonical text of what they say: it was changed");
    const wrong = bodyProblem(value);
    return wrong === null ? (value as EventBody) : unread("event-malformed", wrong);
  }

  /** Place in the log: log id, seq, and the hash it says it follows. */
  function follow(body: EventBody, wanted: number): void {
    const say = (code: string, message: string, seq = body.seq) => findings.problem(code, message, log, seq);
    if (body.log !== log) say("event-of-another-log", `Event ${body.seq} of ${name} belongs to ${body.log}: it was put in.`);
    const expected = walked.seq + 1;
    if (body.seq > expected) {
      const missing = body.seq - expected === 1 ? `event ${expected} is` : `events ${expected} to ${body.seq - 1} are`;
      say("gap", `Before event ${body.seq} of ${name}, ${missing} missing: removed, or moved.`, expected);
    } else if (body.seq < expected) {
      say("out-of-order", `Event ${body.seq} of ${name} comes again or too late, after event ${walked.seq}: a duplicate, or moved.`);
    } else if (body.seq !== wanted) {
      say("event-misplaced", `Event ${body.seq} of ${name} is stored as event ${wanted}.`);
    } else if (body.prev !== walked.head.toString("hex") && !excused) {
      const first = body.seq === 1;
      const message = first
        ? `Event 1 of ${name} does not follow its genesis: one of the two was changed.`
        : `Event ${body.seq} of ${name} does not follow the event ${body.seq - 1} that is here: one of the two was changed or put in.`;
      say("chain-broken", message, first ? 1 : body.seq - 1);
    }
  }

  function compare(stored: { seq: number; type: string; hash: Buffer }, hash: Buffer, body: EventBody | null): void {
    if (!stored.hash.equals(hash))
      findings.problem(
        "event-changed",
        `Event ${stored.seq} of ${name} does not have the hash stored with it: it was changed.`,
        log,
        stored.seq,
      );
    if (body !== null && body.type !== stored.type)
      findings.problem(
        "column-changed",
        `Event ${stored.seq} of ${name} is stored as ${stored.type}, but says ${body.type}.`,
        log,
        stored.seq,
      );
  }

  function look(body: EventBody): void {
    const { seq, type, data } = body;
    if (type === "run.started") findings.runs.set(body.subject.run, body.subject.mode);
    if ((NEEDS_REASON.has(type) || body.corrects !== 0) && body.reason.trim() === "")
      findings.problem("reason-missing", `Event ${seq} of ${name} (${type}) has no reason.`, log, seq);
    const now = momentOf(body);
    if (!partial && type !== "clock.step" && clockStep(before, now) !== null)
      findings.warning(
        "clock-parted",
        `Before event ${seq} of ${name} the clocks parted by more than 2 s, and no clock.step says so.`,
        log,
        seq,
      );
    before = now;
    for (const { name: payload, commitment, bytes } of body.payloads) walked.payloads.push({ log, seq, name: payload, commitment, bytes });
    const path = data["recording"];
    if (typeof path !== "string" || path === "") return;
    const { recording_sha256: sha256, recording_bytes: bytes } = data;
    if (typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256)) {
      const isWhole = type !== "block.ended"; // every other event that binds a recording comes after it was closed
      walked.recordings.push({ log, seq, path, sha256, bytes: typeof bytes === "number" ? bytes : null, isWhole });
      walked.unbound.delete(path);
    } else if (type === "block.started") walked.unbound.set(path, seq);
  }

  return { push, walked };
}
