// The runs of one engine: the live ones in memory, the ended ones folded when asked for.
// Owns: which run a command goes to, and that two commands on one run do not cross. Rules are in commands.ts and lifecycle.ts.

import {
  type Amendment,
  type ClusterName,
  type Debrief,
  type Failure,
  type Finding,
  fail,
  type HandedFile,
  type HandoverSummary,
  type LaunchId,
  ok,
  type PlanView,
  type Result,
  type RunbookDocument,
  type RunHeader,
  type RunId,
  type RunNote,
  type RunView,
  type SignSubject,
  type StartRequest,
  type StepId,
  type StepState,
  type TerminalId,
  type ValueView,
  type WatchedObject,
  type WayBackView,
} from "../protocol/index.ts";
import { amend } from "./amend.ts";
import { ATTACHMENT } from "./attached.ts";
import { watchAway } from "./away.ts";
import { driveChecks } from "./checks.ts";
import * as commands from "./commands.ts";
import { endCountdown, stopCountdown } from "./countdown.ts";
import type { LaneShell, LiveRun, RunDeps, Who } from "./deps.ts";
import { settleWhens } from "./drive.ts";
import { withEarlier } from "./earlier.ts";
import { closeLoops } from "./fold-work.ts";
import { nothingLearnt, planViewOf, previewOf, windowOf } from "./forecast.ts";
import { endSoak, type GateCall, goOnGate, isLiftedByRetry, liftForRetry } from "./gate-commands.ts";
import { addNote, propose, summary } from "./handover.ts";
import { debrief, notice, recall } from "./instructing.ts";
import { laneOf } from "./lanes.ts";
import * as lifecycle from "./lifecycle.ts";
import { ENGINE, standIn } from "./live.ts";
import { closeLoop, watchLoops } from "./loops.ts";
import { type ManualCall, recordManual } from "./manual.ts";
import { type RecheckCall, recheck } from "./recheck.ts";
import { loadRun, recoverRun } from "./recover.ts";
import { declare } from "./recovery.ts";
import { active, allIdle, begunSoFar, startedMeanwhile } from "./refusals.ts";
import { dropUnstarted, linkAgain, measure, notGoingBack, type RollbackCall, type Runs, rollback } from "./rollback.ts";
import { type RunSignable, signableOf } from "./signables.ts";
import { createSources } from "./sources.ts";
import { preflight, startRun } from "./start.ts";
import { createTurns } from "./turns.ts";
import { changeValue, type ValueCall, valuesOf } from "./values.ts";
import { headerOf, stepsOf, terminalsOf, viewOf } from "./view.ts";
import { type PlaybackCall, playback, type WalkedCall, walked } from "./walked.ts";
import { watchCluster } from "./watching.ts";
import { wayBackView } from "./wayback-candidates.ts";
import { createWhereabouts } from "./whereabouts.ts";

/** Who finishes a way back that has recovered. */
const AUTOMATIC: Who = { actor: ENGINE, roles: [], title: "", isAuthenticated: false };
/** Ended runs kept folded for the next look; each holds its steps and its parsed text. */
const KEPT_ENDED = 8;
/** A shell that is none of these runs something. */
const RESTING: ReadonlySet<string> = new Set(["starting", "idle", "gone"]);

export type ChecksRequest = {
  launch: LaunchId;
  /** The checks as a runbook, and the bytes of the checklist that they were cut from. */
  document: RunbookDocument;
  bytes: Uint8Array;
  path: string;
  /** The launch's cluster; null where it has none. */
  context: string | null;
  params: Record<string, string>;
  typedCluster: string | undefined;
};

export type RunService = ReturnType<typeof createRunService>;

export function createRunService(deps: RunDeps) {
  const runs = new Map<RunId, LiveRun>();
  const turns = createTurns();
  const whereabouts = createWhereabouts(deps.store);
  const sources = createSources(deps.past);

  // A loop may be closed by another run of the launch, or by hand; and what is open is watched as soon as it stands on record.
  const keepAwake = () => deps.awake?.keep([...runs.values()].some(({ state }) => state.status === "active" || state.running.length > 0));
  const unsubscribe = deps.store.onAppended((log, { body }) => {
    if (deps.awake && /^(run|block)\./.test(body.type)) queueMicrotask(keepAwake);
    if (!body.type.startsWith("loop.")) return;
    for (const live of runs.values()) {
      if (live.log !== log) continue;
      const isOwn = body.subject.run === live.run;
      if (!isOwn && body.type === "loop.closed") {
        closeLoops(live.state, body);
        deps.notify.changed(live.run, null);
      }
      // An event of its own is folded when its append has returned.
      queueMicrotask(() => watchLoops(deps, live));
    }
  });

  const back: Runs = { open, adopt };
  const isOver = (live: LiveRun) => live.state.status === "finished" || live.state.status === "aborted";

  /** The run, live or read back from its log; `not-found` where no log has it. */
  async function open(run: RunId): Promise<Result<LiveRun>> {
    const known = runs.get(run);
    if (known) return ok(known);
    const place = whereabouts.find(run);
    if (place === null) return fail("not-found", `There is no run ${run} in this data directory.`);
    const loaded = await loadRun(deps, place);
    if (!loaded.ok) return loaded;
    const ended = [...runs.values()].filter(isOver);
    if (ended.length >= KEPT_ENDED && ended[0]) runs.delete(ended[0].run);
    adopt(loaded.value);
    return loaded;
  }

  /** Keeps a run, and looks after every event of it at what follows for a way back. */
  function adopt(live: LiveRun) {
    runs.set(live.run, live);
    let isLooking = false;
    live.hooks = {
      written: () => {
        // Once the caller has done what it does after the event.
        if (isLooking || (live.state.undoes === null && live.state.countdown === null)) return;
        isLooking = true;
        queueMicrotask(() => {
          isLooking = false;
          void lookAtWayBack(live);
        });
      },
      goBack: (who, step) => void goBack(live, who, step),
    };
  }

  async function lookAtWayBack(live: LiveRun) {
    if (live.state.countdown !== null && live.state.status !== "held") endCountdown(deps, live, null, "the run went on");
    if (!(await measure(deps, back, live)) || isOver(live)) return;
    // Recovered: its record is closed by itself once what drove it is put away.
    await Promise.all([...live.drives]);
    await command(live.run, (one) => lifecycle.finish(deps, one, AUTOMATIC, undefined));
  }

  async function goBack(live: LiveRun, who: Who, step: string) {
    const gone = await rollbackOnce(live, who, {
      kind: "step",
      step: step as StepId,
      reason: "its gate failed by measurement, and nobody stopped the automatic way back",
    });
    if (gone.ok) return;
    endCountdown(deps, live, null, `the way back could not start: ${gone.error.message}`);
    deps.notify.alarm(live.run, step as StepId, "fail", "The automatic way back could not start", gone.error.message);
  }

  async function rollbackOnce(live: LiveRun, who: Who, call: RollbackCall): Promise<Result<LiveRun>> {
    const gone = await rollback(deps, back, live, who, call);
    if (gone.ok) live.countdownTimer?.();
    return gone;
  }

  /** One command at a time on the whole run, from its checks to its record; a step that goes on behind holds nothing up. */
  async function command(run: RunId, work: (live: LiveRun) => Promise<Result<unknown>>): Promise<Result<RunHeader>> {
    const opened = await open(run);
    if (!opened.ok) return opened;
    const result = await turns.take(run, null, () => work(opened.value));
    return result.ok ? ok(headerOf(deps, opened.value)) : result;
  }

  /** One command at a time on a step's lane. `starts`: refused where the step was begun by somebody else after this was asked for. */
  async function onStep(
    run: RunId,
    step: string,
    work: (live: LiveRun) => Promise<Result<unknown>>,
    starts = false,
  ): Promise<Result<RunHeader>> {
    const opened = await open(run);
    if (!opened.ok) return opened;
    const live = opened.value;
    const before = begunSoFar(live, step);
    const result = await turns.take(
      run,
      laneOf(live.state, step),
      async () => (starts ? startedMeanwhile(live, step, before) : null) ?? (await work(live)),
    );
    return result.ok ? ok(headerOf(deps, live)) : result;
  }

  /** Commands that must reach a run while another waits: hold, cancel, abort. */
  async function atOnce(run: RunId, work: (live: LiveRun) => Promise<Result<unknown>>): Promise<Result<RunHeader>> {
    const opened = await open(run);
    if (!opened.ok) return opened;
    const result = await work(opened.value);
    return result.ok ? ok(headerOf(deps, opened.value)) : result;
  }

  /** Checks are made behind, one after the other; when all are done the run finishes by itself. */
  function goOnChecking(live: LiveRun, who: Who): Result<null> {
    const refused = active(live) ?? allIdle(live);
    if (refused) return refused;
    void driveChecks(deps, live, who).then((isDone) => {
      if (isDone) return command(live.run, () => lifecycle.finish(deps, live, who, undefined));
    });
    return ok(null);
  }

  return {
    preflight: (who: Who, request: StartRequest): Promise<Result<Finding[]>> => {
      // Read while the person looks at the findings, so that the start finds it read.
      deps.learnt?.warm(request.path, new Date(deps.ports.clock.now()).toISOString());
      return preflight(deps, who, request);
    },
    async start(who: Who, request: StartRequest): Promise<Result<RunView>> {
      const started = await startRun(deps, who, request);
      if (!started.ok) return started;
      const live = started.value;
      adopt(live);
      settleWhens(deps, live);
      watchAway(deps, live);
      deps.notify.changed(live.run, null);
      return ok(viewOf(deps, live));
    },
    /** Starts the automatic checks of a launch's items in the launch's log; answers when they have begun. */
    async startChecks(who: Who, checks: ChecksRequest): Promise<Result<{ run: RunId }>> {
      const { launch, document, bytes, path, context, params, typedCluster } = checks;
      const contexts = context === null ? {} : { [document.clusters[0] ?? "main"]: context };
      const typed = typedCluster === undefined ? {} : { typedCluster };
      const request: StartRequest = { path, mode: "live", contexts, params, placeholders: {}, launch, ...typed };
      const started = await startRun(deps, who, request, { document, bytes, isChecks: true });
      if (!started.ok) return started;
      const live = started.value;
      adopt(live);
      deps.notify.changed(live.run, null);
      goOnChecking(live, who);
      return ok({ run: live.run });
    },
    /** Something of a run that can be signed, as it stands now; signed by the launch room's flow. */
    async signable(run: RunId, subject: SignSubject): Promise<Result<RunSignable>> {
      const opened = await open(run);
      if (!opened.ok) return opened;
      return signableOf(deps, opened.value, subject);
    },
    /** What earlier runs of a file took over its steps, up to `before` (ISO 8601). */
    learntOf: (path: string, before: string) => deps.learnt?.of(path, before) ?? nothingLearnt,
    async get(run: RunId): Promise<Result<{ view: RunView; document: RunbookDocument }>> {
      const opened = await open(run);
      return opened.ok ? ok({ view: viewOf(deps, opened.value), document: opened.value.plan.document }) : opened;
    },
    async plan(run: RunId): Promise<Result<PlanView>> {
      const opened = await open(run);
      return opened.ok ? ok(planViewOf(deps, opened.value)) : opened;
    },
    /** The plan of a file before it is started: from `start`, else from the launch's window where that is to come, else from now. */
    preview(document: RunbookDocument, path: string, given: { start?: string | undefined; launch?: LaunchId | undefined }): PlanView {
      const now = deps.ports.clock.now();
      const window = windowOf(deps, given.launch ?? null);
      const opens = window.start === null ? Number.NEGATIVE_INFINITY : Date.parse(window.start);
      const learntOf = deps.learnt?.of(path, new Date(now).toISOString()) ?? nothingLearnt;
      const startMs = given.start === undefined ? Math.max(now, opens) : Date.parse(given.start);
      return previewOf(document, path, { startMs, launch: given.launch ?? null, window, learntOf });
    },
    step: (who: Who, run: RunId, call: commands.StepCall) =>
      onStep(run, call.step, (live) => commands.runStep(deps, live, standIn(deps, live, who, call.step), call), true),
    block: (who: Who, run: RunId, call: commands.StepCall & { block: number }) =>
      onStep(run, call.step, (live) => commands.runBlockAlone(deps, live, standIn(deps, live, who, call.step), call), true),
    on: async (who: Who, run: RunId) =>
      command(run, async (live) => (live.state.isChecks ? goOnChecking(live, who) : commands.runOn(deps, live, who))),
    arm: (who: Who, run: RunId, typed: string) => command(run, (live) => commands.arm(deps, live, who, typed)),
    check: (who: Who, run: RunId, call: { step: string; check: number; value?: string | undefined; file?: HandedFile | undefined }) =>
      onStep(run, call.step, (live) => commands.confirmCheck(deps, live, standIn(deps, live, who, call.step), call)),
    retry: async (who: Who, run: RunId, call: commands.StepCall) => {
      const opened = await open(run);
      // Lifting the hold of a failed gate concerns every lane: it takes the whole run's turn.
      if (opened.ok && isLiftedByRetry(opened.value, call.step))
        return command(
          run,
          async (live) =>
            (await liftForRetry(deps, live, standIn(deps, live, who, call.step), call)) ??
            commands.retry(deps, live, standIn(deps, live, who, call.step), call),
        );
      return onStep(run, call.step, (live) => commands.retry(deps, live, standIn(deps, live, who, call.step), call), true);
    },
    sources,
    walked: (who: Who, run: RunId, call: WalkedCall) =>
      atOnce(run, (live) => walked(deps, live, standIn(deps, live, who, call.step), call)),
    playback: (who: Who, run: RunId, call: PlaybackCall) => atOnce(run, (live) => playback(deps, live, who, call)),
    async wayBack(run: RunId): Promise<Result<WayBackView>> {
      const opened = await open(run);
      return opened.ok ? ok(await wayBackView(deps, opened.value)) : opened;
    },
    /** Must reach a run that waits for something: it takes no turn, and of two who press at once one decides. */
    async rollback(who: Who, run: RunId, call: RollbackCall): Promise<Result<RunHeader>> {
      const opened = await open(run);
      if (!opened.ok) return opened;
      const gone = await rollbackOnce(opened.value, who, call);
      return gone.ok ? ok(headerOf(deps, gone.value)) : gone;
    },
    stopRollback: (who: Who, run: RunId) => atOnce(run, (live) => stopCountdown(deps, live, who)),
    gate: (who: Who, run: RunId, call: GateCall) => command(run, (live) => goOnGate(deps, live, standIn(deps, live, who, call.step), call)),
    async values(run: RunId): Promise<Result<ValueView[]>> {
      const opened = await open(run);
      return opened.ok ? ok(valuesOf(opened.value)) : opened;
    },
    value: (who: Who, run: RunId, call: ValueCall) => command(run, (live) => changeValue(deps, live, who, call)),
    closeLoop: (who: Who, run: RunId, call: { name: string; reason: string }) => command(run, (live) => closeLoop(deps, live, who, call)),
    endSoak: (who: Who, run: RunId, call: { step: string; reason: string }) =>
      onStep(run, call.step, (live) => endSoak(deps, live, standIn(deps, live, who, call.step), call)),
    skip: (who: Who, run: RunId, call: { step: string; reason: string }) =>
      onStep(run, call.step, (live) => commands.skip(deps, live, standIn(deps, live, who, call.step), call)),
    judge: (who: Who, run: RunId, call: { step: string; outcome: "accepted" | "rejected"; reason: string }) =>
      onStep(run, call.step, (live) => commands.judge(deps, live, standIn(deps, live, who, call.step), call)),
    manual: (who: Who, run: RunId, call: ManualCall) =>
      onStep(run, call.step, (live) => recordManual(deps, live, standIn(deps, live, who, call.step), call)),
    /** Bytes that a check or transcribed work of the run carries. */
    async payload(run: RunId, seq: number): Promise<Result<{ mediaType: string; base64: string }>> {
      const opened = await open(run);
      if (!opened.ok) return opened;
      const [event] = deps.store.events(opened.value.log, { from: seq, limit: 1 });
      const reference =
        event?.body.seq === seq && event.body.subject.run === run ? event.body.payloads.find((one) => one.name === ATTACHMENT) : undefined;
      if (!reference) return fail("not-found", `Event ${seq} of this run carries no file.`);
      const bytes = deps.store.payload(opened.value.log, seq, ATTACHMENT);
      if (bytes === null) return fail("not-found", `The file of event ${seq} was erased; the record still holds its hash.`);
      return ok({ mediaType: reference.media_type, base64: Buffer.from(bytes).toString("base64") });
    },
    recheck: (who: Who, run: RunId, call: RecheckCall) =>
      onStep(run, call.step, (live) => recheck(deps, live, standIn(deps, live, who, call.step), call)),
    asShell: (who: Who, run: RunId, call: commands.AsShellCall) =>
      onStep(run, call.step, (live) => commands.runAsShell(deps, live, standIn(deps, live, who, call.step), call), true),
    resume: (who: Who, run: RunId, given: { reason?: string | undefined; secrets?: Record<string, string> | undefined }) =>
      command(run, async (live) => {
        const busy = await notGoingBack(back, live);
        if (busy) return busy;
        const resumed = await lifecycle.resume(deps, live, who, given);
        return resumed.ok && live.state.isChecks ? goOnChecking(live, who) : resumed;
      }),
    finish: (who: Who, run: RunId, reason: string | undefined) => command(run, (live) => lifecycle.finish(deps, live, who, reason)),
    async amend(who: Who, run: RunId, reason: string | undefined): Promise<Result<Amendment>> {
      const shown: { amendment: Amendment | null } = { amendment: null };
      const result = await command(run, async (live) => {
        const amended = await amend(deps, live, who, reason);
        if (amended.ok) shown.amendment = amended.value;
        return amended;
      });
      return result.ok ? ok(shown.amendment as Amendment) : result;
    },
    async summary(run: RunId): Promise<Result<HandoverSummary>> {
      const opened = await open(run);
      return opened.ok ? ok(await summary(deps, opened.value)) : opened;
    },
    handOver: (who: Who, run: RunId, given: { to: string; text: string }) => atOnce(run, (live) => propose(deps, live, who, given)),
    /** "I see a fault". */
    notice: (who: Who, run: RunId, given: { step?: string | undefined; text: string }) =>
      atOnce(run, async (live) => notice(deps, live, who, given)),
    /** With the same faults of earlier rehearsals of the file beside them. */
    async debrief(run: RunId): Promise<Result<Debrief>> {
      const opened = await open(run);
      if (!opened.ok) return opened;
      const made = debrief(deps, opened.value);
      return made.ok ? ok(await withEarlier(made.value, opened.value, whereabouts.all(), open, (live) => debrief(deps, live))) : made;
    },
    note: (who: Who, run: RunId, given: Pick<RunNote, "kind" | "title" | "text">) =>
      atOnce(run, async (live) => addNote(deps, live, who, given)),
    declare: (who: Who, run: RunId, given: { at?: string | undefined; reason: string }) =>
      atOnce(run, async (live) => declare(deps, live, who, given)),
    hold: (who: Who, run: RunId, reason: string) => atOnce(run, (live) => lifecycle.hold(deps, live, who, reason)),
    abort: (who: Who, run: RunId, reason: string) => atOnce(run, (live) => lifecycle.abort(deps, live, who, reason)),
    async cancel(who: Who, run: RunId, call: lifecycle.CancelCall): Promise<Result<{ survivors: { pid: number; command: string }[] }>> {
      const opened = await open(run);
      return opened.ok ? lifecycle.cancel(deps, opened.value, who, call) : opened;
    },
    async watch(run: RunId, cluster: ClusterName): Promise<Result<WatchedObject[]>> {
      const opened = await open(run);
      return opened.ok ? watchCluster(deps, opened.value, cluster) : opened;
    },
    async terminals(run: RunId): Promise<Result<RunHeader["terminals"]>> {
      const opened = await open(run);
      return opened.ok ? ok(terminalsOf(opened.value)) : opened;
    },
    /** The launch it is part of, null for none; undefined where there is no such run. */
    launchOf(run: RunId): LaunchId | null | undefined {
      const live = runs.get(run);
      return live ? live.launch : whereabouts.find(run)?.launch;
    },
    numberOf: (run: RunId): number | null => runs.get(run)?.number ?? null,
    /** The run that this one goes back from, as far as this process holds it. */
    undoneBy: (run: RunId): RunId | null => runs.get(run)?.state.undoes?.run ?? null,
    /** Of a run, those that go back from it and the others of its launch, the newest: one that has not ended before others. */
    newestWith(run: RunId, launch: LaunchId | null): RunId | null {
      const isKin = (live: LiveRun) => live.run === run || live.state.undoes?.run === run || (launch !== null && live.launch === launch);
      const kin = [...runs.values()].filter((live) => !live.state.isChecks && isKin(live)).sort((a, b) => (a.run < b.run ? 1 : -1));
      return (kin.find((live) => !isOver(live)) ?? kin[0])?.run ?? null;
    },
    /** The shell behind a terminal's id, while it lives in this process. */
    terminal(id: string): { live: LiveRun; lane: LaneShell } | null {
      for (const live of runs.values()) for (const lane of live.lanes) if (lane.id === (id as TerminalId)) return { live, lane };
      return null;
    },
    /** Header and the given steps of a live run, for its news; null where it is not in memory. */
    news(run: RunId, steps: Iterable<string>): { header: RunHeader; steps: StepState[] } | null {
      const live = runs.get(run);
      return live ? { header: headerOf(deps, live), steps: stepsOf(deps, live, steps) } : null;
    },
    /** The newest run that has not ended; one of checks, which goes on by itself, only where there is no other. */
    activeRun(): RunId | null {
      const open = [...runs.values()].filter((live) => !isOver(live)).sort((a, b) => (a.run < b.run ? 1 : -1));
      return (open.find((live) => !live.state.isChecks) ?? open[0])?.run ?? null;
    },
    /** Every run without an end, as it stood. What cannot be read back is named, and hinders nothing else. */
    async recover(): Promise<Failure[]> {
      const problems: Failure[] = [];
      for (const place of whereabouts.all()) {
        if (place.isOver) continue;
        const loaded = await loadRun(deps, place);
        const recovered = loaded.ok ? await recoverRun(deps, loaded.value) : loaded;
        if (!recovered.ok) problems.push(recovered.error);
        if (!loaded.ok) continue;
        adopt(loaded.value);
        await recall(deps, loaded.value);
        endCountdown(deps, loaded.value, null, "Holdpoint ended during the countdown; the run stays held");
        watchLoops(deps, loaded.value);
      }
      for (const live of [...runs.values()]) {
        await linkAgain(deps, back, live);
        // It may have ended between its last step and its measure.
        void lookAtWayBack(live);
      }
      for (const live of runs.values()) if (!isOver(live)) dropUnstarted(deps, live);
      return problems;
    },
    /** Whether a run's events or output do not reach the disk: an orderly end would wait for a disk that does not come. */
    cannotWrite: (): boolean => [...runs.values()].some((live) => live.problem !== null || live.stallWatch !== null),
    /** A command runs in some shell, one typed by hand too; a gate or soak that waits for its next turn is no work. */
    isWorking: (): boolean => [...runs.values()].some((live) => [...live.lanes].some(({ session }) => !RESTING.has(session.activity()))),
    /** Secret parameters of the runs under way, so that they can be searched for in what leaves. */
    secrets: (): { name: string; value: string }[] =>
      [...runs.values()].flatMap((live) => [...live.secrets].map(([name, value]) => ({ name, value }))),
    /** Ends every shell at once, for a process that ends without closing: the next start finds its runs as after a crash. */
    endShells(): void {
      for (const live of runs.values())
        for (const { session, job } of live.lanes) {
          // A job lives on, and is found again.
          if (job !== undefined) continue;
          try {
            if (session.pid !== null && session.isAlive()) process.kill(session.pid, "SIGKILL");
          } catch {
            // gone already
          }
        }
    },
    async close(): Promise<void> {
      unsubscribe();
      deps.awake?.close();
      for (const live of runs.values()) endCountdown(deps, live, null, "Holdpoint was closed during the countdown; the run stays held");
      await Promise.all([...runs.values()].map((live) => lifecycle.closeRun(deps, live)));
    },
  };
}
