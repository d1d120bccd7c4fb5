// Faults that the instructor put into a rehearsal, as the record has them. Owns: reading them, and that nobody is told before the debrief.
import type { EventBody, SeriesFault } from "../protocol/index.ts";
import { DEED_EVENTS, noticedBy } from "../rehearsal/index.ts";
import type { RunFacts } from "./facts.ts";
import { textOf } from "./read.ts";

export const FAULT_EVENTS: readonly string[] = ["fault.injected", "fault.cleared", ...DEED_EVENTS];

export type FaultFact = {
  id: string;
  title: string;
  kind: string;
  step: string;
  /** That nothing reached; "" for none. */
  cluster: string;
  injectedAt: string;
  noticedAt: string | null;
  clearedAt: string | null;
  isInForce: boolean;
  /** Steps whose commands it can make slower, or read what is not so: "" for all, null for none. */
  touches: string | null;
};

/** From the end of its run on everything is told. */
export const isDebriefed = (body: EventBody): boolean => body.type === "run.finished" || body.type === "run.aborted";

export function foldFault(run: RunFacts, body: EventBody): void {
  const id = textOf(body.data, "fault");
  if (body.type === "fault.injected") {
    const touches = touchedBy(body);
    const step = body.subject.step || textOf(body.data, "step");
    run.faults.push({
      id,
      title: textOf(body.data, "title") || textOf(body.data, "kind"),
      kind: textOf(body.data, "kind"),
      step,
      cluster: textOf(body.data, "kind") === "cut" ? body.subject.cluster : "",
      injectedAt: body.ts_utc,
      noticedAt: null,
      clearedAt: null,
      isInForce: true,
      touches,
    });
    for (const attempt of run.attempts)
      if (attempt.endedAt === null && touches !== null && (touches === "" || attempt.step === touches)) attempt.faults.add(id);
    return;
  }
  noteNotice(run, body);
  const fault = run.faults.findLast((one) => one.id === id);
  if (fault === undefined) return;
  if (body.type === "fault.cleared") Object.assign(fault, { clearedAt: fault.clearedAt ?? body.ts_utc, isInForce: false });
}

/** What is really broken is broken for every step; what is played shows in its own. Whom a step waits for, it waits for before it begins. */
function touchedBy({ subject, data }: EventBody): string | null {
  if (textOf(data, "kind") === "away") return null;
  return textOf(data, "how") === "real" ? "" : subject.step;
}

/** A command's own end was made up: a later attempt that passes was not touched by it. */
const ENDS_THE_COMMAND: readonly string[] = ["fails", "hangs"];

/** Faults that an attempt of this step begins under. */
export const openIn = (run: RunFacts, step: string): Set<string> =>
  new Set(
    run.faults
      .filter(({ isInForce, kind, touches }) => isInForce && !ENDS_THE_COMMAND.includes(kind) && (touches === "" || touches === step))
      .map(({ id }) => id),
  );

/** As the debrief counts it: said, or the first thing that somebody did about it. */
function noteNotice(run: RunFacts, body: EventBody): void {
  const open = run.faults.filter((one) => one.noticedAt === null);
  const places = open.map(({ id, step, cluster }) => ({ name: id, step: step || null, cluster: cluster || null }));
  const names = noticedBy({ body }, places, (step) => run.steps.find(({ id }) => id === step)?.on ?? "none");
  for (const one of open) if (names.includes(one.id)) one.noticedAt = body.ts_utc;
}

/** Null until the debrief. */
export function faultsOf(run: RunFacts): SeriesFault[] | null {
  if (run.hasInstructor && !run.isDebriefed) return null;
  return run.faults.map(({ title, kind, step, injectedAt, noticedAt, clearedAt }) => ({
    title,
    kind,
    step,
    injectedAt,
    noticedAt,
    clearedAt,
    foundMs: noticedAt === null ? null : Date.parse(noticedAt) - Date.parse(injectedAt),
  }));
}
