// A run goes from one operator to the next in the middle: proposed with a summary, signed by both, then the other one's.
// Owns: refusals, the subject that both sign, what follows. Passwords and keys are the signing flow's (engine/launch), by signables.ts.
import { createHash } from "node:crypto";
import {
  fail,
  HANDOVER_SECTIONS,
  type HandoverSummary,
  type HandoverView,
  ok,
  type Result,
  type RunNote,
  type SignSubject,
} from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { handoverSignatures } from "./handover-state.ts";
import { append, canonical, eventOf, staleEvent } from "./live.ts";
import { ended } from "./refusals.ts";
import type { RunSignable } from "./signables.ts";
import { summaryOf } from "./summing.ts";

/** Of those who can drive a run. */
const DRIVERS = ["lead", "operator"];

export const summary = async (deps: RunDeps, live: LiveRun): Promise<HandoverSummary> =>
  summaryOf(deps, live, live.launch === null ? [] : ((await deps.launches?.waiting?.(live.launch, live.run)) ?? []));

/**
 * Puts the summary of this moment on record as a proposal. Another one that waited is replaced, and its signatures count no more.
 * `forbidden` for somebody who neither operates the run nor is a lead; `not-found` for a taker who could not drive it.
 */
export async function propose(deps: RunDeps, live: LiveRun, who: Who, given: { to: string; text: string }): Promise<Result<null>> {
  const { state } = live;
  if (state.status === "finished" || state.status === "aborted") return ended(live);
  const { op_id: from, name } = who.actor;
  if (!who.isAuthenticated) return fail("not-signed-in", "A run is handed over by somebody who is signed in: both sign for it.");
  const owner = state.operatorId;
  if (owner !== "" && owner !== from && !who.roles.includes("lead")) {
    const why = `${state.operator} operates this run, and ${name} is no lead`;
    deps.notify.refused(who, `run.handOver ${live.run}`, why);
    return fail("forbidden", `${why}. ${state.operator} hands it over, or a lead does.`);
  }
  if (given.to === from) return fail("invalid-params", "A run is handed over to somebody else.");
  const to = deps.people?.list().find((one) => one.id === given.to);
  if (!to) return fail("not-found", `Nobody active on the roster has the id "${given.to}".`);
  if (!to.roles.some((role) => DRIVERS.includes(role)))
    return fail("forbidden", `${to.name} is neither lead nor operator, and could not go on with the run.`);
  const words = live.redactor.redactText(given.text.trim());
  const lines = await summary(deps, live);
  const proposed = eventOf(live, who.actor, {
    type: "handover.proposed",
    data: {
      from,
      from_name: name,
      to: to.id,
      to_name: to.name,
      operator: owner,
      text: words,
      summary: canonical(redacted(live, lines)),
      last: state.happened,
    },
  });
  deps.store.settleClock(live.log);
  const seq = deps.store.head(live.log).seq + 1 + live.unwritten.length;
  const stale = handoverSignatures(state).map((one) => staleEvent(live, one, seq, "the hand-over was proposed anew"));
  return append(deps, live, [proposed, ...stale]);
}

const redacted = (live: LiveRun, lines: HandoverSummary): HandoverSummary =>
  Object.fromEntries(
    Object.entries(lines).map(([key, some]) => [key, some.map((line) => live.redactor.redactText(line))]),
  ) as HandoverSummary;

/** SHA-256("holdpoint/handover/v1\0" ‖ JCS): another event of the run that counts gives another digest. */
function digestOf({ run, state }: LiveRun): string {
  const { seq, from, to } = state.handover!;
  const value = { run, proposed: seq, from: from.id, to: to.id, last: state.happened };
  return createHash("sha256").update("holdpoint/handover/v1\0").update(jcs(value)).digest("hex");
}

type Common = Pick<RunSignable, "log" | "launch" | "run" | "subject" | "planSha256" | "record">;

/** The proposal as something that both sign: one sentence, which names who gives and who takes. */
export function handoverSignable(deps: RunDeps, live: LiveRun, common: Common, subject: SignSubject): Result<RunSignable> {
  const { state } = live;
  const { handover } = state;
  if (handover === null || subject.id !== `${live.run}/${handover.seq}`)
    return fail("not-found", `This hand-over of ${state.title} is done, refused or replaced by another one.`);
  if (state.status === "finished" || state.status === "aborted") return fail("conflict", `${state.title} is ${state.status}.`);
  const { from, to, seq } = handover;
  const counted = handoverSignatures(state);
  const taker = deps.people?.list().find((one) => one.id === to.id);
  const blockers: string[] = [];
  if (handover.staleBecause !== "") blockers.push(`something happened after it was summed up: ${handover.staleBecause}. Sum it up again`);
  if (!taker?.roles.some((role) => DRIVERS.includes(role))) blockers.push(`${to.name} can drive no run any more`);
  return ok({
    ...common,
    meanings: ["approved", "rejected"],
    digest: digestOf(live),
    covered: [state.startedSeq, seq],
    roles: [],
    needed: 2,
    countedSeqs: counted.map((one) => one.seq),
    missing: [],
    blockers,
    lines: [
      ...(handover.text === "" ? [] : [`${from.name}: ${handover.text}`]),
      ...HANDOVER_SECTIONS.flatMap(({ key, title }) => handover.summary[key].map((line) => `${title}: ${line}`)),
    ],
    statement: (meaning, { note }) => {
      const what = `run ${live.number} “${state.title}” from ${from.name} to ${to.name}, as summed up in event ${seq}`;
      const words =
        meaning === "rejected"
          ? `I refuse the hand-over of ${what}.`
          : `${from.name} hands over and ${to.name} takes over run ${live.number} “${state.title}”, as summed up in event ${seq}; from now on ${to.name} operates it.`;
      return note === "" ? words : `${words} ${note}.`;
    },
    excluded: (operator) => (operator === from.id || operator === to.id ? "" : "neither gives nor takes this run"),
    needsRight: false,
    after: ({ meaning, reason, count }) => {
      const data = { proposed: seq, from: from.id, from_name: from.name, to: to.id, to_name: to.name };
      if (meaning === "rejected") return [{ type: "handover.refused", reason, data }];
      return (count ?? 0) < 2 ? [] : [{ type: "handover.done", data }];
    },
  });
}

/** As every header of the run carries it. */
export function handoverView({ run, state }: LiveRun): HandoverView | null {
  const { handover } = state;
  if (handover === null) return null;
  const { last: _, ...rest } = handover;
  const signed = handoverSignatures(state).map(({ operator: id, name, at }) => ({ id, name, at }));
  return { ...rest, signed, subject: { kind: "handover", id: `${run}/${handover.seq}` } };
}

/** Puts an incident, a near-miss, a note or a decision on the run's own timeline. */
export function addNote(deps: RunDeps, live: LiveRun, who: Who, given: Pick<RunNote, "kind" | "title" | "text">): Result<null> {
  if (live.launch !== null)
    return fail("conflict", `${live.state.title} is part of a launch: what happens is put on the launch's timeline.`);
  if (live.state.status === "finished" || live.state.status === "aborted") return ended(live);
  const { kind, title, text } = given;
  return append(deps, live, [
    eventOf(live, who.actor, {
      type: "note.added",
      data: { kind, title: live.redactor.redactText(title), text: live.redactor.redactText(text), severity: "" },
    }),
  ]);
}
