// What of a launch belongs to its night and the two days after: plan, watch, loops, audiences, updates. Owns: the shape, its empty value, defaults.
// A part of the fold (state.ts); what depends on the time is computed in plan.ts, watch.ts and duty.ts.
import type { Audience, EscalationLevel, OpenLoop, PlanEntry, Update, WatchConfig, WatchEntry } from "../protocol/index.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export type PlanFact = PlanEntry & { skipped: { reason: string; by: string; at: string } | null };
export type LoopFact = Omit<OpenLoop, "isOverdue">;
export type AudienceFact = Pick<Audience, "id" | "name" | "everyMs" | "template" | "channel" | "environment" | "onWatch"> & {
  since: string;
};
export type WatchEnd = { at: string; by: string; second: string; reason: string; leftMs: number };

export type NightFold = {
  plan: PlanFact[];
  /** Each with the moment from which it holds. */
  watchConfigs: { at: string; config: WatchConfig }[];
  watchEntries: WatchEntry[];
  watchEnd: WatchEnd | null;
  loops: LoopFact[];
  audiences: Map<string, AudienceFact>;
  /** Seq of the last `updates.audience_set` of an id, whether it is still there or not: numbers are not given twice. */
  audiencesMade: number;
  entriesMade: number;
  updates: Map<string, Update>;
};

export const emptyNight = (): NightFold => ({
  plan: [],
  watchConfigs: [],
  watchEntries: [],
  watchEnd: null,
  loops: [],
  audiences: new Map(),
  audiencesMade: 0,
  entriesMade: 0,
  updates: new Map(),
});

/** Seeds 002 and 004: 48 hours, close at first. A look counts as missed ten minutes after it was due, or when the next is. */
export const WATCH_DEFAULT: WatchConfig = {
  durationMs: 48 * HOUR,
  schedule: [
    { untilMs: 4 * HOUR, everyMs: 15 * MINUTE },
    { untilMs: 24 * HOUR, everyMs: HOUR },
    { untilMs: 48 * HOUR, everyMs: 4 * HOUR },
  ],
  graceMs: 10 * MINUTE,
  looks: [],
  shifts: [],
};

/** Seed 002: L1 → L2 → L3 after 5, 15 and 30 minutes. */
export const ESCALATION_DEFAULT: EscalationLevel[] = [
  { level: 1, afterMs: 5 * MINUTE },
  { level: 2, afterMs: 15 * MINUTE },
  { level: 3, afterMs: 30 * MINUTE },
];
