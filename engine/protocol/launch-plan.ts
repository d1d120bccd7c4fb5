// The plan of a launch: which runbooks run in which order and when, and what came of each. Owns: shapes and methods.
// What an entry comes to is computed from the launch's runs (engine/launch/plan.ts). Moments ISO 8601 UTC, durations milliseconds.
import { z } from "zod";
import { LaunchId, OperatorId, RunId, Timestamp } from "./ids.ts";

const text = (max: number) => z.string().trim().max(max);

/** What was planned of one runbook. */
export const PlanEntry = z.object({
  id: z.string().max(40),
  path: z.string().min(1).max(4096),
  title: text(300),
  /** From the runbook's text where the person planned nothing else; null where neither says. */
  plannedMs: z.int().min(0).nullable(),
  /** Planned start after the window's start, or as a moment; both null: after what it needs, else after the entry before. */
  offsetMs: z.int().nullable(),
  at: Timestamp.nullable(),
  /** Launch role and person who run it; "" where nobody is named. */
  role: text(100),
  owner: z.string(),
  ownerName: z.string(),
  /** Earlier entries that must be done. Empty: the one before. */
  needs: z.array(z.string()),
  note: text(2000),
  /** Of the text as it was planned; a run of another text says so. */
  sha256: z.string(),
});
export type PlanEntry = z.infer<typeof PlanEntry>;

export const PlanState = z.enum(["planned", "due", "running", "done", "failed", "skipped"]);
export type PlanState = z.infer<typeof PlanState>;

export const LaunchPlanRow = PlanEntry.extend({
  state: PlanState,
  /** In words: what it waits for, why it was skipped, how its run ended. */
  because: z.string(),
  /** Over, one way or the other, so that what needs it can go on: done, skipped, or failed and gone past with a reason. */
  isSettled: z.boolean(),
  /** Starts with the window, or with what it needs; null while nothing says when. */
  plannedStart: Timestamp.nullable(),
  plannedEnd: Timestamp.nullable(),
  actualStart: Timestamp.nullable(),
  actualEnd: Timestamp.nullable(),
  forecastEnd: Timestamp.nullable(),
  /** Behind the plan (positive) or ahead of it: at its end where it has ended, else now. Null where nothing was planned or it is not due. */
  driftMs: z.int().nullable(),
  /** The run that stands for it, the last of several. */
  run: RunId.nullable(),
  runStatus: z.string(),
  runs: z.int(),
  /** Its text is another than the one that was planned. */
  isOtherText: z.boolean(),
});
export type LaunchPlanRow = z.infer<typeof LaunchPlanRow>;

export const LaunchPlan = z.object({
  entries: z.array(LaunchPlanRow),
  /** The watch, which follows the last entry; null where the plan is empty. */
  watch: z.object({ plannedStart: Timestamp.nullable(), plannedEnd: Timestamp.nullable(), durationMs: z.int() }).nullable(),
  /** Entry to start next; null where one runs, waits for another, or all are over. */
  next: z.string().nullable(),
  running: z.array(z.string()),
  plannedEnd: Timestamp.nullable(),
  /** Of the last entry, from what happened so far. */
  forecastEnd: Timestamp.nullable(),
  /** The latest known drift against the plan; null before anything was due. */
  driftMs: z.int().nullable(),
  /** From the forecast end to the end of the window; negative: over it. */
  slackMs: z.int().nullable(),
});
export type LaunchPlan = z.infer<typeof LaunchPlan>;

const at = { launch: LaunchId };
/** Handlers answer with the whole launch; the schema of it is added where LAUNCH_METHODS are made. */
export const planParams = {
  entry: z.strictObject({
    ...at,
    /** Without `id` a new entry, with it that one changed; what is left out stays. */
    entry: z
      .strictObject({
        id: z.string().max(40).optional(),
        path: z.string().min(1).max(4096).optional(),
        title: text(300).optional(),
        plannedMs: z.int().min(0).nullable().optional(),
        offsetMs: z.int().nullable().optional(),
        at: Timestamp.nullable().optional(),
        role: text(100).optional(),
        owner: OperatorId.or(z.literal("")).optional(),
        needs: z.array(z.string().max(40)).max(100).optional(),
        note: text(2000).optional(),
        /** Where it stands, from 0; at the end where not said. */
        position: z.int().min(0).max(1000).optional(),
      })
      .optional(),
    remove: z.string().max(40).optional(),
    /** Will not be run: needs a reason. */
    skip: z.string().max(40).optional(),
    /** Needed once the decision has been taken. */
    reason: z.string().max(2000).optional(),
  }),
};
