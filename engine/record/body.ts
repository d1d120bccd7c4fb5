// Makes an event's body from what happened, the clocks and the chain's head. Owns: the body's keys and the rules an event
// must keep before it is hashed (reasons, corrections, clock steps). Does not write anything.

import type { Ports } from "../ports.ts";
import type { Actor, CanonicalValue, EventBody, LogId, PayloadRef, Subject } from "../protocol/index.ts";
import { eventHash, payloadCommitment, SALT_BYTES } from "./chain.ts";
import { RecordError } from "./errors.ts";
import { jcs } from "./jcs.ts";

export type NewPayload = { name: string; mediaType: string; bytes: Uint8Array };
export type NewEvent = {
  type: string;
  actor: Actor;
  subject?: Partial<Subject>;
  outcome?: string;
  reason?: string;
  data?: Record<string, CanonicalValue>;
  payloads?: NewPayload[];
  /** seq of the event of the same log that this one corrects; needs a reason. */
  corrects?: number;
};

/** The end of a log, and what its last event said of the clocks (null where there is none yet). */
export type Tip = { log: LogId; seq: number; hash: Buffer; time: Moment | null };
export type Moment = { wallMs: number; monoNs: bigint; boot: string };
export type Made = {
  line: string;
  body: EventBody;
  hash: Buffer;
  payloads: { name: string; salt: Uint8Array; bytes: Uint8Array }[];
  tip: Tip;
};

/** Acts of the engine itself: starts, clock steps, checkpoints. */
export const ENGINE_ACTOR: Actor = { op_id: "engine", name: "Holdpoint", role: "engine", session: "", on_behalf_of: "" };

/** RECORDS.md: past this the clocks have parted (the clock was set, or the machine slept), and the record says so first. */
const CLOCKS_PART_MS = 2_000;

const NEEDS_REASON = new Set(["step.skipped", "step.judged", "run.held", "run.aborted"]);

const NO_SUBJECT: Subject = { launch: "", run: "", mode: "", plan_sha256: "", step: "", attempt: 0, cluster: "" };

export const momentNow = (ports: Ports): Moment => ({
  wallMs: ports.clock.now(),
  monoNs: ports.clock.monotonicNs(),
  boot: ports.clock.boot,
});
export const momentOf = (body: EventBody): Moment => ({
  wallMs: Date.parse(body.ts_utc),
  monoNs: BigInt(body.mono_ns),
  boot: body.boot,
});

/** The `clock.step` that must come before an event at `now`, or null. Two boots are compared by wall clock only, backwards. */
export function clockStep(before: Moment | null, now: Moment): NewEvent | null {
  if (before === null) return null;
  const wallMs = now.wallMs - before.wallMs;
  const sameBoot = before.boot === now.boot;
  const monoMs = sameBoot ? Number((now.monoNs - before.monoNs) / 1_000_000n) : 0;
  const partedMs = sameBoot ? wallMs - monoMs : Math.min(wallMs, 0);
  if (Math.abs(partedMs) <= CLOCKS_PART_MS) return null;
  return {
    type: "clock.step",
    actor: ENGINE_ACTOR,
    data: { wall_ms: wallMs, monotonic_ms: sameBoot ? monoMs : null, parted_ms: partedMs, same_boot: sameBoot },
  };
}

/** Builds the next event of a log. Throws RecordError `invalid-params` or `reason-needed`. */
export function makeEvent(tip: Tip, event: NewEvent, now: Moment, ports: Ports, installId: string): Made {
  const reason = event.reason ?? "";
  const corrects = event.corrects ?? 0;
  if ((NEEDS_REASON.has(event.type) || corrects !== 0) && reason.trim() === "")
    throw new RecordError("reason-needed", `${event.type} needs a reason in words; nothing was recorded.`);
  if (corrects !== 0 && !(Number.isSafeInteger(corrects) && corrects >= 1 && corrects <= tip.seq))
    throw new RecordError("invalid-params", `${event.type} says it corrects event ${corrects}, but the log has events 1 to ${tip.seq}.`);
  const zone = ports.clock.zone();
  const { refs, kept } = bindPayloads(event, ports);
  const body: EventBody = {
    v: 1,
    log: tip.log,
    seq: tip.seq + 1,
    prev: tip.hash.toString("hex"),
    type: event.type,
    ts_utc: new Date(now.wallMs).toISOString(),
    tz: zone.name,
    tz_off_min: zone.offsetMinutes,
    mono_ns: now.monoNs.toString(),
    boot: now.boot,
    actor: event.actor,
    device: { install: installId, host: ports.place.host, os_user: ports.place.osUser, app: ports.place.app },
    subject: event.subject === undefined ? NO_SUBJECT : { ...NO_SUBJECT, ...event.subject },
    outcome: event.outcome ?? "",
    reason,
    data: event.data ?? {},
    payloads: refs,
    corrects,
  };
  const line = jcs(body as unknown as CanonicalValue);
  const hash = eventHash(tip.hash, Buffer.from(line, "utf8"));
  // What is handed on is what was written, not the caller's object, which may change later.
  return { line, body: JSON.parse(line) as EventBody, hash, payloads: kept, tip: { log: tip.log, seq: body.seq, hash, time: now } };
}

function bindPayloads(event: NewEvent, ports: Ports): { refs: PayloadRef[]; kept: Made["payloads"] } {
  const refs: PayloadRef[] = [];
  const kept: Made["payloads"] = [];
  for (const { name, mediaType, bytes } of event.payloads ?? []) {
    if (kept.some((other) => other.name === name))
      throw new RecordError("invalid-params", `${event.type} has two payloads named "${name}"; names are unique within an event.`);
    const salt = ports.ids.random(SALT_BYTES);
    refs.push({ name, media_type: mediaType, bytes: bytes.length, commitment: payloadCommitment(salt, bytes) });
    kept.push({ name, salt, bytes });
  }
  return { refs, kept };
}
