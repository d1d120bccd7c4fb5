// What of a run can be signed, for the signing flow: hold points, and amendments (amend.ts). Owns: sentence, lines, who may not, and what follows a signature.
// The flow itself (tickets, password, keys, four eyes) is engine/launch; who started the engine joins them.
import { fail, type LogId, ok, type Result, type SignMeaning, type SignSubject, type StepId, type StoredEvent } from "../protocol/index.ts";
import { type NewEvent, RecordError } from "../record/index.ts";
import { amendmentSignable, proposedText } from "./amend.ts";
import { skipSignable } from "./away.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { settleWhens } from "./drive.ts";
import { applyEvent } from "./fold.ts";
import { handoverSignable } from "./handover.ts";
import { coveredSteps, executedBefore, holdPointBlockers, holdPointCovers, holdPointDigest, holdPointOf } from "./hold-points.ts";
import { endRunOn, wakeRunOn } from "./lanes.ts";
import { append, awayWords, ENGINE, overtakenHandover, staleEvent } from "./live.ts";
import { loopDrafts } from "./loops.ts";
import type { RunPlan, StepPlan } from "./plan.ts";
import type { RunSignature } from "./state.ts";
import { stepEndWords } from "./step-words.ts";

export type RunSignable = {
  log: LogId;
  launch: string;
  run: string;
  subject: SignSubject;
  meanings: readonly SignMeaning[];
  planSha256: string;
  digest: string;
  covered: number[];
  roles: string[];
  needed: number;
  /** seq of the signatures that count already. */
  countedSeqs: number[];
  missing: string[];
  blockers: string[];
  lines: string[];
  statement(meaning: SignMeaning, speaker: { role: string; note: string }): string;
  /** Why this person may not sign; "" where they may. */
  excluded(operator: string, role: string): string;
  needsRight: boolean;
  after(signed: {
    meaning: SignMeaning;
    reason: string;
    head: { seq: number };
    count?: number;
    missing: string[];
  }): Omit<NewEvent, "actor">[];
  record(events: NewEvent[]): StoredEvent[];
};

/** The subject as it stands now. `not-found` where this run has no such thing. */
export async function signableOf(deps: RunDeps, live: LiveRun, subject: SignSubject): Promise<Result<RunSignable>> {
  if (subject.kind === "amendment") {
    const text = await proposedText(deps, live);
    return amendmentSignable(deps, live, { ...common(deps, live, subject, text?.plan) }, subject, text);
  }
  if (subject.kind === "handover") return handoverSignable(deps, live, common(deps, live, subject), subject);
  if (subject.kind === "skip") return skipSignable(live, common(deps, live, subject), subject);
  if (subject.kind !== "holdpoint") return fail("not-found", `Nothing of the kind “${subject.kind}” can be signed in a run.`);
  const about = subject.id.startsWith(`${live.run}/`) ? subject.id.slice(live.run.length + 1) : null;
  const own = about === null ? undefined : live.plan.byId.get(about);
  if (!own || own.step.directive.signoff.length === 0)
    return fail("not-found", `${live.state.title} has no hold point “${about ?? subject.id}”.`);
  return holdPoint(deps, live, subject, own);
}

function holdPoint(deps: RunDeps, live: LiveRun, subject: SignSubject, own: StepPlan): Result<RunSignable> {
  const { state, plan } = live;
  if (state.status === "finished" || state.status === "aborted") return fail("conflict", `${state.title} is ${state.status}.`);
  const id = own.step.id;
  const now = state.steps[state.positions.get(id) ?? -1];
  const point = holdPointOf(state, own)!;
  const isNoReturn = own.step.directive.pointOfNoReturn;
  if (now?.status !== "todo" && point.missing.length === 0)
    return fail("conflict", `Step ${own.step.number} has begun: its hold point is behind it.`);
  const before = coveredSteps(state, id);
  const count = (verdict: string) => before.filter((step) => step.verdict === verdict).length;
  const counts = (["passed", "failed", "unknown", "skipped"] as const).flatMap((verdict) =>
    count(verdict) > 0 ? [`${count(verdict)} ${verdict}`] : [],
  );
  const where = [...state.pins.values()].map((pin) => pin.context).join(" and ");
  return ok({
    ...common(deps, live, subject),
    meanings: ["approved", "rejected"],
    digest: holdPointDigest(state, plan, own),
    covered: holdPointCovers(state, id),
    roles: point.roles,
    needed: point.roles.length,
    countedSeqs: point.signed.map((one) => one.seq),
    missing: point.missing,
    blockers: holdPointBlockers(state, id),
    lines: before.map((step) => `${step.number} ${step.title}: ${stepEndWords(step)}`),
    statement: (meaning, { role, note }) =>
      sentence(
        `I ${meaning === "rejected" ? "reject" : "release"} the ${isNoReturn ? "point of no return" : "hold point"} “${own.step.title}” (step ${own.step.number}) of ${state.title}${
          where === "" ? "" : ` on ${where}`
        } as ${role}: ${before.length === 0 ? "nothing comes before it" : `${before.length} step${before.length === 1 ? "" : "s"} before it, ${counts.join(", ") || "none done"}`}.${isNoReturn && meaning === "approved" ? ` ${lostWords(live, id)}` : ""}`,
        note,
      ),
    excluded: (operator, role) => awayFromSigning(deps, live, operator, role) || executedBefore(state, id, operator),
    needsRight: true,
    after: ({ meaning, reason, head, missing }) => {
      if (meaning === "rejected") return rejection(live, id, point.signed, reason, head.seq + 1);
      if (missing.length > 0 || own.actions.length > 0) return [];
      return passing(own, now?.attempt ?? 0);
    },
  });
}

/** Whoever has the role in their own right is away while the instructor of a rehearsal says so; who has it delegated to them is not. */
function awayFromSigning(deps: RunDeps, live: LiveRun, operator: string, role: string): string {
  const words = awayWords(live, role);
  const roles: readonly string[] = deps.people?.list().find((one) => one.id === operator)?.roles ?? [role];
  return words !== null && roles.includes(role) ? words : "";
}

/** What is no longer possible once a point of no return has begun, and what still is: derived from the text, and part of what is signed. */
function lostWords({ plan, state }: LiveRun, id: string): string {
  const names = (steps: readonly { title: string }[]) => steps.map((step) => `“${step.title}”`).join(", ");
  const backs = plan.steps.filter((one) => one.isWayBack && state.positions.has(one.step.id)).map((one) => one.step);
  const kept = backs.filter((step) => step.directive.afterNoReturn === true);
  const lost = backs.filter((step) => !kept.includes(step));
  const before = plan.steps
    .slice(
      0,
      plan.steps.findIndex((one) => one.step.id === id),
    )
    .filter((one) => !one.isWayBack).length;
  const gone =
    lost.length === 0
      ? `what ${before} ${before === 1 ? "step" : "steps"} before it did can no longer be undone`
      : `no longer possible: ${names(lost)}`;
  return `Once it has begun, ${gone}; what is left is ${kept.length === 0 ? "a restore or a fix forward" : names(kept)}.`;
}

type Common = Pick<RunSignable, "log" | "launch" | "run" | "subject" | "planSha256" | "record">;
const common = (deps: RunDeps, live: LiveRun, subject: SignSubject, plan?: RunPlan): Common => ({
  log: live.log,
  launch: live.launch ?? "",
  run: live.run,
  subject,
  planSha256: live.state.planSha256,
  record: (events) => {
    // A step that is being started has read the text that was in force.
    if (plan && live.drives.size > 0) throw new RecordError("conflict", "A step was started meanwhile. Wait for its end, then sign.");
    const stored = record(deps, live, events);
    if (plan && events.some((event) => event.type === "run.amended")) live.plan = plan;
    settleWhens(deps, live);
    return stored;
  },
});

const sentence = (words: string, note: string): string => (note === "" ? words : `${words} ${note}.`);

/** Holds the run; who had approved before has to look again. */
function rejection(live: LiveRun, step: string, signed: RunSignature[], reason: string, cause: number): Omit<NewEvent, "actor">[] {
  const stale = signed.map((one) => staleEvent(live, one, cause, `the hold point was rejected: ${reason}`));
  const held = live.state.status === "active" ? [{ type: "run.held", reason, subject: { step } }] : [];
  return [...stale, ...held];
}

/** A step of only a hold point is done by its last signature. */
function passing(own: StepPlan, attempt: number): Omit<NewEvent, "actor">[] {
  const { id, title, number, sha256 } = own.step;
  const subject = { step: id, attempt: attempt + 1 };
  return [
    { type: "step.started", subject, data: { title, number, sha256, only_block: null } },
    { type: "step.ended", subject, outcome: "passed", data: { because: "released by signature", duration_ms: 0, planned_ms: null } },
    ...loopDrafts(own, attempt + 1).map(({ type, data = {} }) => ({ type, subject, data })),
  ];
}

/** The step that a signature is about, so that the news of it carries the step. */
function stepOf(live: LiveRun, { data }: NewEvent): { step?: string } {
  const { kind, id } = (data?.["subject"] ?? {}) as { kind?: unknown; id?: unknown };
  return kind === "holdpoint" && typeof id === "string" ? { step: id.slice(live.run.length + 1) } : {};
}

/** Appends for the run: its own state goes with its log, and what follows a signature by rule is Holdpoint's act. */
function record(deps: RunDeps, live: LiveRun, events: NewEvent[]): StoredEvent[] {
  const kept = append(deps, live, []);
  if (!kept.ok) throw new RecordError(kept.error.code === "disk-full" ? "disk-full" : "record-damaged", kept.error.message);
  const subject = { ...(live.launch === null ? {} : { launch: live.launch }), run: live.run, mode: live.state.mode };
  const stale = overtakenHandover(live, events, deps.store.head(live.log).seq + 1);
  const stored = deps.store.appendAll(
    live.log,
    [...events, ...stale].map((event) => ({
      ...event,
      actor: event.type.startsWith("step.") || event.type === "signoff.invalidated" ? ENGINE : event.actor,
      subject: { ...subject, plan_sha256: live.state.planSha256, ...stepOf(live, event), ...event.subject },
    })),
  );
  for (const event of stored) {
    const step = applyEvent(live.state, event);
    deps.notify.changed(live.run, step as StepId | null);
  }
  if (live.state.status === "held") endRunOn(live);
  wakeRunOn(live);
  live.hooks?.written();
  return stored;
}
