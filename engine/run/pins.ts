// The clusters of a run: pinned at the start, proved before and after every step, pinned again after a difference.
// Owns: what is recorded of a check and what it does to the run. The proof itself is engine/cluster.
import { type Actual, type ClusterPin, createPin, identityKey, type PinCheck } from "../cluster/index.ts";
import { type Actor, type ClusterName, fail, ok, type Result } from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";
import { cameBack, watchAway } from "./away.ts";
import type { LaneShell, LiveRun, RunDeps } from "./deps.ts";
import { behindStandIns, guardDiffers, isGuarded, mayRehearseOn, recordAttempts } from "./guard.ts";
import { laneNowOf } from "./lanes.ts";
import { appendOrKeep, canonical, ENGINE, eventOf, holdByEngine } from "./live.ts";
import { isBusyShell, retireShell } from "./shells.ts";
import { watchAgain } from "./watching.ts";

/** Between two questions to a cluster that does not answer, milliseconds: soon enough for a person, rare enough for a server coming up. */
const RETRY_MS = 3_000;

export type Proof = "proved" | "stopped";

/**
 * Proves the cluster before a step, reading the shell's own KUBECONFIG. Waits while the cluster does not answer, and says so
 * once through `onWaiting`, so that a command is answered and other commands get through meanwhile; a difference
 * or ended credentials hold the run and fail with `cluster-differs` / `cluster-invalid`.
 */
export async function proveBefore(
  deps: RunDeps,
  live: LiveRun,
  lane: LaneShell,
  step: string,
  nested: boolean,
  onWaiting: () => void,
  /** Looking is done in a held run too. */
  whileHeld = false,
): Promise<Result<null>> {
  const pin = live.pins.get(lane.cluster);
  if (!pin) return guardBefore(deps, live, lane, step);
  const stop = new AbortController();
  const now = laneNowOf(live, step);
  now.stopWaiting = stop;
  now.checking = step;
  deps.notify.changed(live.run, null);
  try {
    let told = "";
    for (;;) {
      const check = await askPin(pin, lane, nested);
      if (check.state !== "unreachable" || told !== "unreachable") recordCheck(deps, live, lane.cluster, "before", check, step);
      told = check.state;
      if (live.isClosing || stop.signal.aborted || (live.state.status !== "active" && !whileHeld))
        return fail("conflict", "The wait for the cluster was ended; the step was not started.");
      if (check.state === "proved") {
        if (pin.takeReturn()) cameBack(deps, live, pin);
        return stillForRehearsal(deps, live, pin, step);
      }
      if (check.state !== "unreachable") return stopBefore(deps, live, lane.cluster, check, step);
      now.waitingFor = { step, cluster: lane.cluster };
      onWaiting();
      now.checking = null;
      deps.notify.changed(live.run, null);
      await pause(RETRY_MS, stop.signal);
    }
  } finally {
    now.stopWaiting = null;
    now.checking = null;
    now.waitingFor = null;
    deps.notify.changed(live.run, null);
  }
}

const expiredWords = (cluster: string): string =>
  `Credentials of cluster ${cluster} have expired. Log in again, then resume: it must be the same person.`;

function stopBefore(deps: RunDeps, live: LiveRun, cluster: string, check: PinCheck, step: string): Result<null> {
  const isExpired = check.state === "expired";
  const reason = isExpired
    ? expiredWords(cluster)
    : `Cluster ${cluster} is not the one that was pinned: ${check.differs.join("; ") || check.because || "it cannot be proved"}. The step was not started.`;
  holdByEngine(deps, live, reason, step);
  return fail(isExpired ? "cluster-invalid" : "cluster-differs", reason, { differs: check.differs });
}

/** Proves again after a step. The words say what differs; null where nothing does (an unreachable cluster differs in nothing). */
export async function proveAfter(
  deps: RunDeps,
  live: LiveRun,
  lane: LaneShell,
  step: string,
  reported: string | null,
): Promise<string | null> {
  const pin = live.pins.get(lane.cluster);
  if (!pin) return guardAfter(deps, live, lane, step);
  const alive = lane.session.isAlive() && lane.session.activity() === "idle";
  const check = alive
    ? await askPin(pin, lane, false)
    : await pin.prove(reported === null ? null : { kubeconfig: reported, ...resolvedIn(lane) });
  const differs = [...check.differs];
  if (reported !== null && reported !== pin.kubeconfigPath && differs.length === 0) differs.push(`KUBECONFIG of the shell was ${reported}`);
  recordCheck(deps, live, lane.cluster, "after", { ...check, differs }, step);
  // The step is judged by what it did; that nothing more can be asked in this name holds the run.
  if (check.state === "expired") holdByEngine(deps, live, expiredWords(lane.cluster), step);
  if (differs.length === 0) return null;
  return `cluster ${lane.cluster} differs after the step: ${differs.join("; ")}`;
}

/** A shell that is bound to no cluster, in a rehearsal: it still is, or another one takes its place before the step is started. */
async function guardBefore(deps: RunDeps, live: LiveRun, lane: LaneShell, step: string): Promise<Result<null>> {
  const differs = live.guard === null ? [] : guardDiffers(lane, live.guard.starts);
  if (differs.length === 0) return ok(null);
  recordAttempts(
    deps,
    live,
    lane,
    differs.map((what) => ({ how: "shell", what, step })),
  );
  await retireShell(deps, live, lane, "something in the one before led out of the rehearsal");
  return fail(
    "cluster-differs",
    `The shell of the step could have left the rehearsal: ${differs.join("; ")}. The step was not started, and a new shell takes its place: run it again.`,
    { differs },
  );
}

/** As guardBefore, behind a step: nothing has reached a cluster, so its verdict stands; the shell does not. */
async function guardAfter(deps: RunDeps, live: LiveRun, lane: LaneShell, step: string): Promise<null> {
  const differs = live.guard === null || !lane.session.isAlive() ? [] : guardDiffers(lane, live.guard.starts);
  if (differs.length === 0) return null;
  recordAttempts(
    deps,
    live,
    lane,
    differs.map((what) => ({ how: "shell", what, step })),
  );
  await retireShell(deps, live, lane, "something in the one before led out of the rehearsal");
  return null;
}

/** Somebody may have said meanwhile what the cluster is. */
function stillForRehearsal(deps: RunDeps, live: LiveRun, pin: ClusterPin, step: string): Result<null> {
  const { class: kind } = pin.view();
  if (!isGuarded(live) || mayRehearseOn(kind)) return ok(null);
  const reason = `Cluster ${pin.name} (${pin.context}) is ${kind === null ? "of no class" : kind} now, and a rehearsal runs on a sandbox or a local cluster only. The step was not started.`;
  holdByEngine(deps, live, reason, step);
  return fail("cluster-differs", reason, { differs: [reason] });
}

async function askPin(pin: ClusterPin, lane: LaneShell, nested: boolean): Promise<PinCheck> {
  // Inside another program the shell cannot be asked; the file and the server can.
  if (nested) return pin.prove(null);
  const reported = lane.session.reported();
  if (reported !== null) return pin.prove({ kubeconfig: reported.values.KUBECONFIG || null, ...resolvedIn(lane) });
  const check = await pin.prove(null);
  return check.state === "proved" ? { ...check, state: "unproved", differs: ["the shell does not say what its KUBECONFIG is"] } : check;
}

/** What the lane's shell says of the commands that reach a cluster; of one that has ended, what it said last. */
function resolvedIn({ session, kind, guarded }: LaneShell): Pick<Actual, "resolved"> {
  const [first, now] = [session.reportedFirst(), session.reported()];
  return first === null || now === null
    ? {}
    : { resolved: { lane: kind, first: behindStandIns(first.commands, guarded), now: behindStandIns(now.commands, guarded) } };
}

/** `when`: before or after a step, or when a cluster that was away is `back`. */
export function recordCheck(deps: RunDeps, live: LiveRun, name: string, when: string, check: PinCheck, step: string) {
  const data = {
    name,
    when,
    state: check.state,
    differs: check.differs,
    because: check.because,
    clock_offset_ms: check.clockOffsetMs === null ? null : Math.round(check.clockOffsetMs),
  };
  appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "cluster.checked", step, cluster: name, data })]);
  watchAway(deps, live);
}

export function pinnedEvent(live: LiveRun, actor: Actor, pin: ClusterPin, why: string): NewEvent {
  const view = pin.view();
  return eventOf(live, actor, {
    type: "cluster.pinned",
    cluster: pin.name,
    data: {
      name: pin.name,
      context: pin.context,
      class: view.class,
      identity: canonical(view.identity),
      principal: canonical(view.principal),
      state: view.state,
      why,
    },
  });
}

/**
 * Makes the pins of a run that has none (after a restart) or whose pin no longer holds, and demands the cluster and the person
 * of before. Shells of a pin that is replaced are closed: their KUBECONFIG names a file that is gone.
 */
export async function pinAgain(deps: RunDeps, live: LiveRun, actor: Actor): Promise<Result<null>> {
  for (const view of live.state.pins.values()) {
    const present = live.pins.get(view.name);
    if (present && view.state !== "differs" && view.state !== "expired" && view.state !== "unproved") continue;
    const busy = [...live.shells.values()].find((lane) => lane.cluster === view.name && isBusyShell(lane));
    if (busy)
      return fail(
        "busy",
        `Cluster ${view.name} must be pinned again, which ends its shells, and a command still runs in lane ${busy.lane}. Wait for its end or cancel it, then resume.`,
      );
    const made = await createPin({
      loaded: deps.contexts(),
      context: view.context,
      name: view.name,
      ...(live.state.namespace === null ? {} : { namespace: live.state.namespace }),
      runtimeDir: deps.runtimeDir,
      ...throughRelay(live, view.name),
      isForRehearsal: isGuarded(live),
      // With another cluster of the run to go on with, one that does not answer keeps nobody from resuming.
      ...(live.state.pins.size > 1 ? { whileAway: { identity: view.identity, principal: view.principal } } : {}),
    });
    if (!made.ok) return made;
    const now = made.value.view();
    const was = view.identity;
    if (was && now.identity && identityKey(was) !== identityKey(now.identity)) {
      await made.value.dispose();
      return fail(
        "cluster-differs",
        `Context ${view.context} no longer leads to the cluster that this run was pinned to. The run stays held.`,
      );
    }
    if (view.principal?.username && now.principal?.username && view.principal.username !== now.principal.username) {
      await made.value.dispose();
      return fail(
        "cluster-differs",
        `Cluster ${view.name} answers to ${now.principal.username}, but the run was begun as ${view.principal.username}. Log in as that person.`,
      );
    }
    for (const lane of live.shells.values())
      if (lane.cluster === view.name) await retireShell(deps, live, lane, "the cluster was pinned again");
    await present?.dispose();
    adoptPin(live, made.value);
    appendOrKeep(deps, live, [pinnedEvent(live, actor, made.value, now.state === "unreachable" ? "it does not answer" : "pinned again")]);
    watchAgain(deps, live, view.name);
  }
  watchAway(deps, live);
  return ok(null);
}

/** A cluster that the instructor of a rehearsal may cut off is reached through its relay, by its shells too. */
export function throughRelay(live: LiveRun, cluster: string): { proxyUrl?: string } {
  const proxyUrl = live.relays?.proxyOf(cluster) ?? null;
  return proxyUrl === null ? {} : { proxyUrl };
}

export function adoptPin(live: LiveRun, pin: ClusterPin) {
  live.pins.set(pin.name, pin);
  live.redactor.add(pin.secretValues);
}

export async function disposePins(deps: RunDeps, live: LiveRun) {
  for (const [name, watch] of live.watches) {
    watch.watch?.stop();
    deps.notify.watched(live.run, name as ClusterName, watch.objects, "off", []);
  }
  live.watches.clear();
  await Promise.all([...live.pins.values()].map((pin) => pin.dispose()));
  live.pins.clear();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
