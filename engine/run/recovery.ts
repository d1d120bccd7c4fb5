// Recovery measured: the disaster is declared, the last recoverable write is read from a block's output, the verified end gives the time.
// Owns: those events and the refusals of `run.declare`. Figures as they stand are recovery-state.ts; nobody types one in.
import { type Actor, type Block, type CanonicalValue, fail, lostMs, type Result, type RunbookDocument } from "../protocol/index.ts";
import type { BlockOutcome } from "../shell/index.ts";
import type { LiveRun, RunDeps, Who } from "./deps.ts";
import { append, type Draft, eventOf } from "./live.ts";
import { momentIn } from "./moment.ts";
import { playedShift } from "./played-writes.ts";
import { recoveryView, stretched, waitedMs } from "./recovery-state.ts";
import { spanWords } from "./run-clock.ts";

/** A server's clock may be ahead by this; a moment further in the future is no moment of a write. Milliseconds. */
const AHEAD_MS = 60_000;

/** What `run.started` and `run.amended` hold of it; nothing for a text that measures no recovery. */
export function recoveryData({ rtoMs, rpoMs, recovery }: RunbookDocument): Record<string, CanonicalValue> {
  if (rtoMs === null && rpoMs === null && recovery === undefined) return {};
  const { declared = null, verified = null, lastWrite = [] } = recovery ?? {};
  return { recovery: { rto_ms: rtoMs, rpo_ms: rpoMs, declared, verified, last_write: lastWrite } };
}

/**
 * A person declares the disaster, or says with a reason that it was declared at another moment. `conflict` for a run whose recovery is
 * verified, or whose text names nothing that would end the clock; `invalid-params` for a moment to come.
 */
export function declare(deps: RunDeps, live: LiveRun, who: Who, { at, reason }: { at?: string | undefined; reason: string }): Result<null> {
  const { state } = live;
  const { recovery } = state;
  if (state.status === "finished" || state.status === "aborted")
    return fail("conflict", `${state.title} is ${state.status}; its recovery clocks do not move any more.`);
  if (recovery === null || (recovery.keys.verified === null && recovery.keys.lastWrite.length === 0))
    return fail(
      "conflict",
      `${state.path} names neither a step that verifies a recovery nor a block that measures the last write, so there is no clock to start. Add recovery: to its front matter and amend the run.`,
    );
  if (recovery.verified !== null)
    return fail(
      "conflict",
      `The recovery is verified (event ${recovery.verified.seq}); the moment of the disaster does not move any more.`,
    );
  if (at !== undefined && Date.parse(at) > deps.ports.clock.now())
    return fail("invalid-params", `A disaster is not declared ahead: ${at} is still to come.`);
  const earlier = recovery.declared;
  const moment = at === undefined ? "" : new Date(at).toISOString();
  const draft = eventOf(live, who.actor, {
    type: "disaster.declared",
    reason,
    data: { at: moment, of: 0, claimed: at !== undefined, rto_ms: recovery.rtoMs, rpo_ms: recovery.rpoMs },
  });
  const written = append(deps, live, [{ ...draft, ...(earlier === null ? {} : { corrects: earlier.seq }) }]);
  if (written.ok) settleRecovery(deps, live);
  return written;
}

/**
 * Puts on record what follows from ends that stand there: the declaring step has passed, the verifying step has passed. Safe to call at
 * any time; what was cut off by a crash between two events is made up for.
 */
export function settleRecovery(deps: RunDeps, live: LiveRun): void {
  const { state } = live;
  if (state.recovery === null || state.status === "finished" || state.status === "aborted") return;
  if (state.recovery.declared === null) settleDeclared(deps, live);
  const { declared, verified, keys } = state.recovery;
  if (declared === null || verified !== null || keys.verified === null) return;
  const end = goodEnd(deps, live, keys.verified);
  if (end === null || Date.parse(end.at) < Date.parse(declared.at)) return;
  const rtoMs = Date.parse(end.at) - Date.parse(declared.at);
  const compress = state.rehearsal?.compress ?? 1;
  const waited = compress === 1 ? 0 : waitedMs(state.recovery, declared.at, end.at);
  const measured = keys.lastWrite.flatMap((name) => {
    const one = state.recovery?.measured.get(name);
    return one === undefined ? [] : [{ seq: one.seq, name, lost_ms: lostMs(declared.at, one.lastWrite) }];
  });
  const parted = deps.store
    .eventsOfType(live.log, ["clock.step"])
    .filter(({ body }) => body.seq > declared.seq && body.seq < end.seq)
    .reduce((sum, { body }) => sum + Math.abs(Number(body.data["parted_ms"]) || 0), 0);
  const written = append(deps, live, [
    eventOf(live, end.actor, {
      type: "recovery.verified",
      step: keys.verified,
      attempt: end.attempt,
      data: {
        of: end.seq,
        at: end.at,
        declared: declared.seq,
        declared_at: declared.at,
        rto_ms: rtoMs,
        rto_target_ms: state.recovery.rtoMs,
        ...(compress === 1 ? {} : { waited_ms: waited, rto_text_ms: stretched(rtoMs, waited, compress) }),
        measured,
        rpo_ms: measured.length === 0 ? null : Math.max(...measured.map((one) => one.lost_ms)),
        rpo_target_ms: state.recovery.rpoMs,
        clocks_parted_ms: parted,
      },
    }),
  ]);
  if (written.ok) tell(deps, live);
}

function settleDeclared(deps: RunDeps, live: LiveRun): void {
  const { recovery } = live.state;
  const step = recovery?.keys.declared ?? null;
  const end = step === null ? null : goodEnd(deps, live, step);
  if (recovery === null || step === null || end === null) return;
  append(deps, live, [
    eventOf(live, end.actor, {
      type: "disaster.declared",
      step,
      attempt: end.attempt,
      data: { at: end.at, of: end.seq, claimed: false, rto_ms: recovery.rtoMs, rpo_ms: recovery.rpoMs },
    }),
  ]);
}

type End = { seq: number; at: string; attempt: number; actor: Actor };

/** The event that ended the step well: passed, or unknown and accepted by a person. */
function goodEnd(deps: RunDeps, live: LiveRun, id: string): End | null {
  const step = live.state.steps[live.state.positions.get(id) ?? -1];
  if (step?.status !== "done" || step.removed === true) return null;
  if (step.verdict !== "passed" && !(step.verdict === "unknown" && step.judgement?.outcome === "accepted")) return null;
  const seq = live.state.endSeqs.get(id) ?? 0;
  const [event] = deps.store.events(live.log, { from: seq, limit: 1 });
  if (event?.body.seq !== seq) return null;
  return { seq, at: event.body.ts_utc, attempt: step.attempt, actor: event.body.actor };
}

/** The clock has stopped: how it stands against the target. */
function tell(deps: RunDeps, live: LiveRun): void {
  const view = recoveryView(live.state);
  if (view?.rto.ms === null || view === null) return;
  const rto = `Recovered after ${spanWords(view.rto.ms)}${view.rto.targetMs === null ? "" : `, target ${spanWords(view.rto.targetMs)}`}`;
  const lost =
    view.rpo.ms === null
      ? "The loss was not measured."
      : `Lost at most ${spanWords(view.rpo.ms)} of data${view.rpo.targetMs === null ? "" : `, target ${spanWords(view.rpo.targetMs)}`}.`;
  const isMissed = view.rto.state === "missed" || view.rpo.state === "missed";
  deps.notify.alarm(live.run, null, isMissed ? "warn" : "info", rto, lost);
}

/**
 * What a block that measures the last recoverable write has measured: the event to record with its end, or why it failed. A block that
 * promises a moment and prints none has failed, as one that promises a value.
 */
export function measureOf(
  deps: RunDeps,
  live: LiveRun,
  { block, step, attempt }: { block: Block; step: string; attempt: number },
  outcome: BlockOutcome,
): { draft: Draft | null; problem: string | null } {
  const { recovery } = live.state;
  const name = block.name ?? "";
  if (recovery === null || outcome.verdict !== "passed" || !recovery.keys.lastWrite.includes(name)) return { draft: null, problem: null };
  // Walked through by a person's word: there is nothing to measure, and nothing to fail for.
  if (outcome.kind === "walked" && momentIn(outcome.lastLine?.trim() ?? "") === null) return { draft: null, problem: null };
  const line = outcome.lastLine?.trim() ?? "";
  const said = live.redactor.redactText(line);
  if (said !== line)
    return { draft: null, problem: "its last line holds a secret, and is the moment of the last write, which the record keeps" };
  const moment = momentIn(line);
  const now = deps.ports.clock.now();
  if (moment === null)
    return {
      draft: null,
      problem: `its last line is no moment of a last write: ${line === "" ? "nothing was printed" : JSON.stringify(line.slice(0, 80))}. Print ISO 8601 with a zone, or seconds since 1970`,
    };
  const played = outcome.isRecorded === true ? playedShift(deps, live) : null;
  const lastWrite = moment + (played?.shiftMs ?? 0);
  if (played === null && lastWrite > now + AHEAD_MS)
    return { draft: null, problem: `its last line is a moment that is still to come: ${new Date(lastWrite).toISOString()}` };
  const at = new Date(lastWrite).toISOString();
  return {
    problem: null,
    draft: {
      type: "recovery.measured",
      step,
      attempt,
      data: {
        block: block.index,
        name,
        said,
        last_write: at,
        lost_ms: recovery.declared === null ? null : lostMs(recovery.declared.at, at),
        ...(played === null ? {} : { played: true, shift_ms: played.shiftMs }),
      },
    },
  };
}
