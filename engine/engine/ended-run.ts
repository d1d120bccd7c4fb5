// A run that has ended, as evidence binds it: its last event with its hash, who ran it where, and what it measured of a recovery.
// Owns: reading that from the record. Changes nothing.
import { fail, ok, type Result, type RunId, RunSource } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import { foldRun, recoveryView } from "../run/index.ts";

const PERSONAL = new Set(["step.started", "block.started", "check.confirmed", "manual.performed", "step.walked"]);

type Store = Pick<RecordStore, "summaries" | "events">;

/** `not-found` for a run that is not here; `not-ready` for one that goes on. */
export function readEndedRun(store: Store, run: RunId): Result<RunSource> {
  const summary = store.summaries().find((one) => one.run === run || one.runs?.includes(run));
  if (summary === undefined) return fail("not-found", `There is no run ${run} in this data directory.`);
  const events = store.events(summary.log).filter(({ body }) => body.subject.run === run);
  const end = events.findLast(({ body }) => body.type === "run.finished" || body.type === "run.aborted");
  const state = foldRun(events);
  if (end === undefined) return fail("not-ready", `“${state.title}” has not ended yet. It is evidence once it has.`);
  const people = new Map<string, string>();
  for (const { body } of events)
    if (PERSONAL.has(body.type) && !["", "engine"].includes(body.actor.op_id)) people.set(body.actor.op_id, body.actor.name);
  const view = recoveryView(state);
  const source = RunSource.safeParse({
    run,
    number: summary.number ?? 0,
    log: summary.log,
    seq: end.body.seq,
    hash: end.hash,
    title: state.title,
    path: state.path,
    planSha256: state.planSha256,
    mode: state.mode,
    way: state.rehearsal?.way ?? null,
    compress: state.rehearsal?.compress ?? 1,
    speed: state.rehearsal?.speed ?? 1,
    result: state.result,
    startedAt: state.startedAt,
    endedAt: end.body.ts_utc,
    clusters: [...state.pins.values()].map((pin) => ({ context: pin.context, clusterClass: pin.class ?? "" })),
    ranBy: [...people].map(([id, name]) => ({ id, name })),
    recovery:
      view === null
        ? null
        : {
            declaredAt: view.declared?.at ?? null,
            verifiedAt: view.verified?.at ?? null,
            rtoMs: view.rto.ms,
            rtoTextMs: view.rto.textMs,
            rtoTargetMs: view.rto.targetMs,
            rpoMs: view.rpo.ms,
            rpoTargetMs: view.rpo.targetMs,
            missing: view.rpo.missing,
          },
  });
  return source.success ? ok(source.data) : fail("unreadable", `The record of run ${run} is not one that can be evidence.`);
}
