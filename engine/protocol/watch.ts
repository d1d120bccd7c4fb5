// The watch after a launch: how long, when somebody looks, who is on shift, what was seen and what was not. Owns: shapes and parameters.
// Which looks are due is computed from the schedule (engine/launch/watch.ts); nothing of it is filled in. Moments ISO 8601 UTC, durations milliseconds.
import { z } from "zod";
import { Expectation } from "./document.ts";
import { LaunchId, OperatorId, RunId, Timestamp } from "./ids.ts";

const text = (max: number) => z.string().trim().max(max);

/** Something that is looked at, each time. */
export const WatchLook = z.object({
  id: z.string().max(40),
  title: text(200).min(1),
  unit: text(40),
  expect: Expectation.nullable(),
  /** Checklist item whose automatic check may give the value; "" for none. */
  item: z.string().max(100),
});
export type WatchLook = z.infer<typeof WatchLook>;
/** Until so long after the start: a look every so often. */
export const WatchSpan = z.object({ untilMs: z.int().min(1), everyMs: z.int().min(1) });
export type WatchSpan = z.infer<typeof WatchSpan>;
export const WatchShift = z.object({ operator: OperatorId, name: z.string(), from: Timestamp, to: Timestamp });
export type WatchShift = z.infer<typeof WatchShift>;

export const WatchConfig = z.object({
  durationMs: z.int().min(1),
  schedule: z.array(WatchSpan),
  /** After its due time, before it counts as missed. */
  graceMs: z.int().min(0),
  looks: z.array(WatchLook),
  shifts: z.array(WatchShift),
});
export type WatchConfig = z.infer<typeof WatchConfig>;

const LookVerdict = z.enum(["met", "not met", "unknown", "none"]);
export const WatchValue = z.object({
  look: z.string(),
  title: z.string(),
  value: z.string(),
  unit: z.string(),
  /** `none`: no limit was given for it. */
  verdict: LookVerdict,
  /** "<= 0.3 %", or "". */
  limit: z.string(),
  /** Seq of the check on record that gave it; null where a person typed it. */
  check: z.int().nullable(),
});
export type WatchValue = z.infer<typeof WatchValue>;

export const WatchEntry = z.object({
  seq: z.int(),
  /** The look it is for; null for one that nobody asked for. */
  due: Timestamp.nullable(),
  /** Unknown: a value that has a limit was not measured. A value outside its limit is never ok, whatever was said. */
  outcome: z.enum(["ok", "not-ok", "unknown"]),
  values: z.array(WatchValue),
  note: z.string(),
  by: z.string(),
  /** When they say they looked, and when it was entered. */
  claimedAt: Timestamp,
  enteredAt: Timestamp,
  isLate: z.boolean(),
  /** Run of this launch that it rests on. */
  run: RunId.nullable(),
});
export type WatchEntry = z.infer<typeof WatchEntry>;

export const WatchSlot = z.object({
  due: Timestamp,
  /** Until then it can be entered in time. */
  until: Timestamp,
  /** late: was missed, and was entered afterwards. */
  state: z.enum(["upcoming", "due", "entered", "missed", "late"]),
  entry: WatchEntry.nullable(),
  /** On shift when it was due. */
  onShift: z.array(z.string()),
});
export type WatchSlot = z.infer<typeof WatchSlot>;

export const WatchView = z.object({
  /** planned: not begun · running · over: its time is up · ended: before its time, by two. */
  state: z.enum(["planned", "running", "over", "ended"]),
  config: WatchConfig,
  isConfigured: z.boolean(),
  startedAt: Timestamp.nullable(),
  endsAt: Timestamp.nullable(),
  endedAt: Timestamp.nullable(),
  endedEarly: z.object({ by: z.string(), second: z.string(), reason: z.string(), leftMs: z.int() }).nullable(),
  slots: z.array(WatchSlot),
  /** Entries that no look asked for. */
  extra: z.array(WatchEntry),
  counts: z.object({ planned: z.int(), entered: z.int(), late: z.int(), missed: z.int(), due: z.int(), notOk: z.int() }),
  nextDue: Timestamp.nullable(),
  onShift: z.array(z.string()),
  /** Times of the watch when nobody is on shift. */
  gaps: z.array(z.object({ from: Timestamp, to: Timestamp })),
});
export type WatchView = z.infer<typeof WatchView>;

const at = { launch: LaunchId };
export const watchParams = {
  /** What is left out stays. On watch a reason is needed, and it can become longer but not shorter: that is ending it early. */
  set: z.strictObject({
    ...at,
    hours: z.number().positive().max(1000).optional(),
    schedule: z
      .array(z.strictObject({ untilHours: z.number().positive().max(1000), everyMinutes: z.number().positive().max(10_080) }))
      .min(1)
      .max(50)
      .optional(),
    graceMinutes: z.number().min(0).max(1440).optional(),
    looks: z
      .array(
        z.strictObject({
          title: text(200).min(1),
          unit: text(40).optional(),
          expect: Expectation.nullable().optional(),
          item: z.string().max(100).optional(),
        }),
      )
      .max(50)
      .optional(),
    shifts: z
      .array(z.strictObject({ operator: OperatorId, from: Timestamp, to: Timestamp }))
      .max(100)
      .optional(),
    reason: z.string().max(2000).optional(),
  }),
  enter: z.strictObject({
    ...at,
    /** The due time of the look; left out for one that nobody asked for. */
    due: Timestamp.optional(),
    ok: z.boolean(),
    values: z.array(z.strictObject({ look: z.string().max(40), value: text(200) })).max(50),
    note: text(10_000).optional(),
    /** When it was looked, where that is not now. */
    claimedAt: Timestamp.optional(),
    run: RunId.optional(),
  }),
  /** Before its time: a reason and the password of a second person, unless one person is all there is. */
  end: z.strictObject({
    ...at,
    reason: z.string().trim().min(1, "a reason is needed").max(2000),
    second: z.strictObject({ id: OperatorId, password: z.string().min(1).max(1024) }).optional(),
  }),
};
