// What the events of a run say of its recovery: the disaster's moment, the last recoverable writes, the verified end, compressed waits.
// Owns: those facts, their handlers, and the figures as they stand. Reads no clock.
import { againstTarget, lostMs, type RecoveryKeys, type RecoveryState, type RecoveryView, type StoredEvent } from "../protocol/index.ts";
import { type Data, numberOrNull, text, textOrNull, whole } from "./fold-data.ts";
import type { RunState } from "./state.ts";

export type RecoveryFacts = {
  keys: RecoveryKeys;
  rtoMs: number | null;
  rpoMs: number | null;
  declared: RecoveryView["declared"];
  /** The last of each block, in the order of the front matter. */
  measured: Map<string, { seq: number; step: string; at: string; lastWrite: string; isPlayed: boolean }>;
  verified: (NonNullable<RecoveryView["verified"]> & { rtoMs: number; textMs: number | null; partedMs: number }) | null;
  /** Compressed waits: those that are over, and since when at least one is under way. */
  waits: { from: string; to: string }[];
  waiting: { keys: Set<string>; since: string };
};

type Handler = (state: RunState, event: StoredEvent) => void;
export const RECOVERY_HANDLERS: Record<string, Handler> = {
  "disaster.declared": (state, { body }) => {
    state.recovery ??= factsFrom(NOTHING_NAMED);
    const claimed = textOrNull(body.data, "at");
    state.recovery.declared = {
      seq: body.seq,
      at: claimed === null || claimed === "" ? body.ts_utc : claimed,
      by: body.actor.name,
      step: body.subject.step,
      reason: body.reason,
      isClaimed: body.data.claimed === true,
    };
  },
  "recovery.measured": (state, { body }) => {
    const { recovery } = state;
    const lastWrite = text(body.data, "last_write");
    if (recovery === null || Number.isNaN(Date.parse(lastWrite))) return;
    recovery.measured.set(text(body.data, "name"), {
      seq: body.seq,
      step: body.subject.step,
      at: body.ts_utc,
      lastWrite,
      isPlayed: body.data.played === true,
    });
  },
  "recovery.verified": (state, { body }) => {
    const { recovery } = state;
    if (recovery === null) return;
    const { data } = body;
    recovery.verified = {
      seq: body.seq,
      at: textOrNull(data, "at") ?? body.ts_utc,
      by: body.actor.name,
      step: body.subject.step,
      rtoMs: whole(data, "rto_ms"),
      textMs: numberOrNull(data, "rto_text_ms"),
      partedMs: whole(data, "clocks_parted_ms"),
    };
  },
};

const NOTHING_NAMED: Data = {};

/** What the start or an amendment has of it; what was measured and declared before stays. */
export function readRecovery(state: RunState, data: Data): void {
  const said = data.recovery;
  if (said === null || typeof said !== "object") return;
  const facts = factsFrom(said as Data);
  state.recovery = state.recovery === null ? facts : { ...state.recovery, keys: facts.keys, rtoMs: facts.rtoMs, rpoMs: facts.rpoMs };
}

const factsFrom = (said: Data): RecoveryFacts => ({
  keys: {
    declared: textOrNull(said, "declared"),
    verified: textOrNull(said, "verified"),
    lastWrite: Array.isArray(said.last_write) ? said.last_write.filter((name) => typeof name === "string") : [],
  },
  rtoMs: numberOrNull(said, "rto_ms"),
  rpoMs: numberOrNull(said, "rpo_ms"),
  declared: null,
  measured: new Map(),
  verified: null,
  waits: [],
  waiting: { keys: new Set(), since: "" },
});

/** Every event, before its own handler: waits of a compressed rehearsal, and a verification that is begun again. */
export function noteRecovery(state: RunState, { body }: StoredEvent): void {
  const { recovery } = state;
  if (recovery === null) return;
  const { type, subject, data } = body;
  if (type === "step.started" && subject.step === recovery.keys.verified) recovery.verified = null;
  if ((state.rehearsal?.compress ?? 1) === 1) return;
  const key = type.startsWith("soak.") ? `${subject.step}/soak` : `${subject.step}/${whole(data, "block")}`;
  const { waiting } = recovery;
  if (BEGINS.has(type)) {
    if (waiting.keys.size === 0) waiting.since = body.ts_utc;
    waiting.keys.add(key);
  } else if (ENDS.has(type) && waiting.keys.delete(key) && waiting.keys.size === 0) {
    // Interrupted by a process that ended: it waited until it was last seen, not until that was noticed.
    recovery.waits.push({ from: waiting.since, to: textOrNull(data, "since") ?? body.ts_utc });
  }
}
const BEGINS = new Set(["gate.started", "gate.resumed", "soak.started", "soak.resumed"]);
const ENDS = new Set(["gate.interrupted", "block.ended", "soak.interrupted", "soak.ended"]);

/** How long compressed waits were under way between two moments, each moment counted once. */
export function waitedMs({ waits, waiting }: RecoveryFacts, from: string, to: string): number {
  const all = waiting.keys.size === 0 ? waits : [...waits, { from: waiting.since, to }];
  const [first, last] = [Date.parse(from), Date.parse(to)];
  return all.reduce((sum, wait) => sum + Math.max(0, Math.min(last, Date.parse(wait.to)) - Math.max(first, Date.parse(wait.from))), 0);
}

/** The time that compressed waits would have taken more, rounded half up. */
export const stretched = (ms: number, waited: number, compress: number): number => ms + Math.floor(waited * (compress - 1) + 0.5);

/** For the header; null where a run has nothing to do with recovery. */
export function recoveryView(state: RunState): RecoveryView | null {
  const { recovery } = state;
  if (recovery === null) return null;
  const { keys, declared, verified, rtoMs, rpoMs } = recovery;
  const isOver = state.status === "finished" || state.status === "aborted";
  const measured = [...recovery.measured].map(([block, one]) => ({
    block,
    step: one.step,
    at: one.at,
    lastWrite: one.lastWrite,
    lostMs: declared === null ? null : lostMs(declared.at, one.lastWrite),
    isPlayed: one.isPlayed,
  }));
  const missing = keys.lastWrite.filter((name) => !recovery.measured.has(name));
  const lost = measured.flatMap((one) => one.lostMs ?? []);
  const worst = lost.length === 0 ? null : Math.max(...lost);
  const unfinished: RecoveryState = isOver ? "open" : declared === null ? "waiting" : "running";
  return {
    keys,
    declared,
    verified: verified === null ? null : { seq: verified.seq, at: verified.at, by: verified.by, step: verified.step },
    rto: {
      targetMs: rtoMs,
      ms: verified?.rtoMs ?? null,
      textMs: verified?.textMs ?? null,
      state: verified === null ? unfinished : againstTarget(verified.rtoMs, rtoMs),
    },
    rpo: {
      targetMs: rpoMs,
      ms: worst,
      measured,
      missing,
      // A miss is one as soon as one store has it; that it was met needs all of them.
      state:
        worst === null
          ? unfinished
          : againstTarget(worst, rpoMs) === "missed"
            ? "missed"
            : missing.length > 0
              ? unfinished
              : againstTarget(worst, rpoMs),
    },
    clocksPartedMs: verified?.partedMs ?? 0,
  };
}
