// A run that goes from one operator to the next in the middle, and what is put on a run's own timeline. Owns: shapes and methods.
// The signatures are signing.ts (kind `handover`); summing up and what a hand-over changes are engine/run.
import { z } from "zod";
import { OperatorId, RunId, Timestamp } from "./ids.ts";
import { SignSubject } from "./signing.ts";

const lines = z.array(z.string());
/** What whoever takes over has to know, computed from the run as it stands; one line each, empty where there is nothing. */
export const HandoverSummary = z.object({
  /** The run as a whole: hold, plan, forecast, where it runs. */
  standing: lines,
  done: lines,
  running: lines,
  held: lines,
  late: lines,
  /** Loops, checks, signatures, unknown ends, conditions and incidents that wait for somebody. */
  open: lines,
  values: lines,
  next: lines,
  wayBack: lines,
});
export type HandoverSummary = z.infer<typeof HandoverSummary>;
/** Sections in the order in which they are read, with their titles on screen and on paper. */
export const HANDOVER_SECTIONS: readonly { key: keyof HandoverSummary; title: string }[] = [
  { key: "standing", title: "How it stands" },
  { key: "running", title: "Running" },
  { key: "held", title: "Held" },
  { key: "late", title: "Late" },
  { key: "open", title: "Open" },
  { key: "next", title: "Next" },
  { key: "wayBack", title: "Way back" },
  { key: "values", title: "Values set" },
  { key: "done", title: "Done" },
];

/** A hand-over that was proposed and is neither done nor refused. */
export const HandoverView = z.object({
  seq: z.int(),
  from: z.object({ id: z.string(), name: z.string() }),
  to: z.object({ id: z.string(), name: z.string() }),
  at: Timestamp,
  /** The giver's own words. */
  text: z.string(),
  summary: HandoverSummary,
  /** Who has signed; the giver comes first. */
  signed: z.array(z.object({ id: z.string(), name: z.string(), at: Timestamp })),
  /** What happened since, so that the summary is no longer true; "" while it is. */
  staleBecause: z.string(),
  subject: SignSubject,
});
export type HandoverView = z.infer<typeof HandoverView>;

/** What a person put on the run's own timeline. */
export const RunNote = z.object({
  seq: z.int(),
  at: Timestamp,
  by: z.string(),
  kind: z.enum(["incident", "near-miss", "note", "decision", "lesson", "next-step"]),
  title: z.string(),
  text: z.string(),
});
export type RunNote = z.infer<typeof RunNote>;

/** Who looks at a run now. `id` "" for somebody who follows by a link: `name` is then the link's. */
export const Looker = z.object({ id: z.string(), name: z.string(), follows: z.boolean(), count: z.int() });
export type Looker = z.infer<typeof Looker>;

const run = { run: RunId };
export const HANDOVER_SHAPES = {
  /** The summary as it would be proposed now. */
  "run.summary": { params: z.strictObject(run), result: HandoverSummary },
  /**
   * Looks at a run (null: no more), as one window of the caller; forgotten after a while where it is not said again. Recorded nowhere.
   * The answer is who looks at it.
   */
  "run.look": {
    params: z.strictObject({ run: RunId.nullable(), window: z.string().min(1).max(60) }),
    result: z.array(Looker),
  },
} as const;
export const handoverParams = z.strictObject({ ...run, to: OperatorId, text: z.string().max(10_000) });
export const noteParams = z.strictObject({
  ...run,
  kind: RunNote.shape.kind,
  title: z.string().trim().min(1).max(300),
  text: z.string().max(10_000),
});
