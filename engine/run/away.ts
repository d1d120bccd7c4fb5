// Clusters of a run that do not answer: the normal case of a disaster. Their steps wait, the others go on.
// Owns: asking again until they answer, and going past a step of one with a reason and a second person. The proof is pins.ts.
import { createHash } from "node:crypto";
import type { ClusterPin } from "../cluster/index.ts";
import { ClusterIdentity, type ClusterName, fail, ok, type Result, type SignSubject, type StepState } from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import { isAway } from "./away-state.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { laneNow } from "./lanes.ts";
import { append, appendOrKeep, ENGINE, eventOf, holdByEngine } from "./live.ts";
import { pinnedEvent, recordCheck } from "./pins.ts";
import type { RunSignable } from "./signables.ts";

/** Between two questions to a cluster that is away, milliseconds. A step that waits for it asks for itself. */
const ASK_MS = 3_000;
/** Older runs say nothing that a newer one does not. */
const MOST_LOGS = 200;

/** Asks every cluster that does not answer until it does, and proves then that it is the same. Called after whatever may have changed that. */
export function watchAway(deps: RunDeps, live: LiveRun): void {
  if (live.awayTimer !== null || namesAway(live).length === 0) return;
  live.awayTimer = setTimeout(() => {
    void askAway(deps, live)
      .catch((error: unknown) => {
        process.emitWarning(error instanceof Error ? error : String(error), "HoldpointRun");
      })
      .finally(() => {
        live.awayTimer = null;
        if (!isOver(live)) watchAway(deps, live);
      });
  }, ASK_MS);
  live.awayTimer.unref();
}

const isOver = (live: LiveRun): boolean => live.isClosing || live.state.status === "finished" || live.state.status === "aborted";

const namesAway = (live: LiveRun): ClusterName[] =>
  [...live.state.pins.values()].filter(({ name, state }) => state === "unreachable" && live.pins.has(name)).map(({ name }) => name);

async function askAway(deps: RunDeps, live: LiveRun): Promise<void> {
  for (const name of namesAway(live)) {
    const isAsked = [...live.laneNows.values()].some((now) => now.waitingFor?.cluster === name || now.checking !== null);
    const pin = live.pins.get(name);
    if (isAsked || pin === undefined) continue;
    const check = await pin.prove(null);
    if (isOver(live) || live.pins.get(name) !== pin || check.state === "unreachable") continue;
    recordCheck(deps, live, name, "back", check, "");
    if (check.state === "proved") isBack(deps, live, pin);
    else if (check.state === "differs")
      holdByEngine(
        deps,
        live,
        `Cluster ${name} answers again, and is another one: ${check.differs.join("; ")}. Nothing was run on it.`,
        null,
      );
  }
}

function isBack(deps: RunDeps, live: LiveRun, pin: ClusterPin): void {
  if (pin.takeReturn()) cameBack(deps, live, pin);
  deps.notify.alarm(live.run, null, "info", `Cluster ${pin.name} answers again`, "It was proved to be the same. Its steps can be started.");
  deps.notify.changed(live.run, null);
}

/** Of a cluster that was away from the start: who it is stands on record now, and whether that is who it was when it was seen before. */
export function cameBack(deps: RunDeps, live: LiveRun, pin: ClusterPin): void {
  const was = live.state.pins.get(pin.name)?.identity?.kubeSystemUid ?? null;
  const now = pin.view().identity?.kubeSystemUid ?? null;
  const why =
    was !== null && was === now
      ? "it answers again: the same cluster as before"
      : "it answers for the first time: until then only its address and its authority were known";
  appendOrKeep(deps, live, [pinnedEvent(live, ENGINE, pin, why)]);
}

/** Who a context's cluster was when a run of this installation pinned it last; null where none did. */
export function lastIdentity(deps: RunDeps, context: string): ClusterIdentity | null {
  for (const { log } of deps.store.logs().toReversed().slice(0, MOST_LOGS)) {
    const seen = deps.store
      .eventsOfType(log, ["cluster.pinned"])
      .filter(({ body }) => body.data.context === context && body.data.state !== "unreachable")
      .at(-1);
    const identity = ClusterIdentity.safeParse(seen?.body.data.identity);
    if (identity.success) return identity.data;
  }
  return null;
}

/** Where a lane waits for a cluster that does not answer, another step of it may be started instead: the wait ends, with nothing begun. */
export async function leaveWait(live: LiveRun, step: StepState): Promise<void> {
  const now = laneNow(live, step.lane);
  if (now.waitingFor === null || now.waitingFor.step === step.id || isAway(live.state, step)) return;
  now.stopWaiting?.abort();
  while (now.driving.length > 0) await new Promise((resolve) => live.sleepers.push(() => resolve(null)));
}

const where = (live: LiveRun, step: StepState): string => {
  const pin = live.state.pins.get(step.on as ClusterName);
  return pin === undefined || pin.context === step.on ? `cluster ${step.on}` : `cluster ${step.on} (${pin.context})`;
};

/** Puts it on record that somebody wants to go past a step whose cluster is away. `null`: one alone decides it at once, and the record says SOLO. */
export function proposeSkip(deps: RunDeps, live: LiveRun, who: Who, step: StepState, reason: string): Result<null> | null {
  if (!isAway(live.state, step) || deps.isSolo()) return null;
  if (!who.isAuthenticated)
    return fail(
      "not-signed-in",
      `Step ${step.number} waits for ${where(live, step)}. Going past it is asked for by somebody who has signed in.`,
    );
  return append(deps, live, [
    eventOf(live, who.actor, {
      type: "skip.proposed",
      step: step.id,
      attempt: step.attempt,
      cluster: step.on,
      reason,
      data: { because: `${where(live, step)} does not answer` },
    }),
  ]);
}

/** What a skip of such a step says on record beside its reason. */
export const awayWords = (live: LiveRun, step: StepState): string =>
  `skipped by hand while ${where(live, step)} did not answer; SOLO: there is nobody else to sign`;

/** SHA-256("holdpoint/skip/v1\0" ‖ JCS). The verifiers have the same. */
const digestOf = (run: string, { step, seq, cluster }: { step: string; seq: number; cluster: string }): string =>
  createHash("sha256")
    .update("holdpoint/skip/v1\0")
    .update(jcs({ run, step, proposed: seq, cluster }))
    .digest("hex");

type Common = Pick<RunSignable, "log" | "launch" | "run" | "subject" | "planSha256" | "record">;

/** The second person's signature, which goes past the step. */
export function skipSignable(live: LiveRun, common: Common, subject: SignSubject): Result<RunSignable> {
  const { state } = live;
  const proposed = [...state.skips.values()].find(({ seq }) => subject.id === `${live.run}/${seq}`);
  const step = proposed && state.steps[state.positions.get(proposed.step) ?? -1];
  if (!proposed || !step) return fail("not-found", `This skip in ${state.title} is done, refused, or its step could be run after all.`);
  if (state.status === "finished" || state.status === "aborted") return fail("conflict", `${state.title} is ${state.status}.`);
  return ok({
    ...common,
    meanings: ["approved", "rejected"],
    digest: digestOf(live.run, proposed),
    covered: [state.startedSeq, proposed.seq],
    roles: [],
    needed: 1,
    countedSeqs: [],
    missing: [],
    blockers: isAway(state, step) ? [] : [`${where(live, step)} answers again: its step can be run`],
    lines: [`${proposed.name}: ${proposed.reason}`, `Step ${step.number} ${step.title}`, `${where(live, step)} does not answer`],
    statement: (meaning, { note }) => {
      const verb = meaning === "rejected" ? "refuse to go" : "agree, as a second person, to go";
      const words = `I ${verb} past step ${step.number} “${step.title}” of ${state.title}, as ${proposed.name} asks in event ${proposed.seq}: ${where(live, step)} does not answer.`;
      return note === "" ? words : `${words} ${note}.`;
    },
    excluded: (operator) => (operator === proposed.by ? "asked for it: a second person is needed" : ""),
    needsRight: false,
    after: ({ meaning, reason }) => {
      const at = { step: step.id, attempt: step.attempt, cluster: proposed.cluster };
      if (meaning === "rejected") return [{ type: "skip.refused", subject: at, reason, data: { proposed: proposed.seq } }];
      const data = {
        because: `${where(live, step)} did not answer; asked for by ${proposed.name}, signed by a second person`,
        proposed: proposed.seq,
        proposed_by: proposed.by,
      };
      return [{ type: "step.skipped", subject: at, outcome: "skipped", reason: proposed.reason, data }];
    },
  });
}
