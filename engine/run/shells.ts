// The shells of a run: one per lane, named cluster and language, opened when first needed.
// Owns: their environment, their names, hand-over after `exit`, lines typed by hand. Does not decide what runs in them.
import { rm } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { WATCHED } from "../cluster/index.ts";
import { fail, ok, type Result, type ShellKind, TerminalId } from "../protocol/index.ts";
import { type HandOver, openPlayedSession, openShellSession } from "../shell/index.ts";
import type { LaneShell, LiveRun, RunDeps } from "./deps.ts";
import { followAttempts, isGuarded, lookAtTyped, readAttempts, recordAttempts, surround } from "./guard.ts";
import { laneOf } from "./lanes.ts";
import { appendOrKeep, ENGINE, eventOf, holdByEngine } from "./live.ts";
import type { Playing } from "./playing.ts";

/** Size of a screen before a view says its own. */
const COLS = 120;
const ROWS = 32;
/** A shell bound to no cluster reads this: kubectl finds nothing there and can write nothing to it. */
export const NO_KUBECONFIG = process.platform === "win32" ? "NUL" : "/dev/null";

export const shellKey = ({ lane, cluster, kind }: Pick<LaneShell, "lane" | "cluster" | "kind">): string =>
  JSON.stringify([lane, cluster, kind]);

/** Cluster whose pin the step's shell carries; `none` for `on: none` and for a run without clusters. */
export function clusterOf(live: LiveRun, step: string): string {
  const on = live.plan.byId.get(step)?.on ?? "none";
  return on !== "none" && live.state.pins.has(on as never) ? on : "none";
}

/** Where a shell belongs: one is kept per such place. */
export type ShellPlace = Pick<LaneShell, "lane" | "cluster" | "kind">;

/** Where the commands of this step in this language run. */
export const placeOf = (live: LiveRun, step: string, kind: ShellKind): ShellPlace => ({
  lane: laneOf(live.state, step),
  cluster: clusterOf(live, step),
  kind,
});

/** The step's shell for this language, opened now where there is none. Fails with `shell-missing` or what the shell room says. */
export async function ensureShell(deps: RunDeps, live: LiveRun, place: ShellPlace, isBackground = false): Promise<Result<LaneShell>> {
  const key = shellKey(place);
  const present = live.shells.get(key);
  if (isBackground) return openLane(deps, live, place, asChildOf(present));
  if (present?.session.isAlive() && present.session.activity() !== "replaced") return ok(present);
  if (present) await retireShell(deps, live, present);
  const opened = await openLane(deps, live, place, live.handOvers.get(key));
  if (!opened.ok) return opened;
  live.handOvers.delete(key);
  live.shells.set(key, opened.value);
  return opened;
}

/** A background command begins in the directory where the lane's shell is; what that shell exported by hand stays there. */
function asChildOf(lane: LaneShell | undefined): Before {
  const cwd = lane?.session.reported()?.cwd ?? null;
  return { from: null, cwd, why: "a background command has a shell of its own" };
}

type Before = { from: HandOver | null; cwd: string | null; why: string };

async function openLane(
  deps: RunDeps,
  live: LiveRun,
  { lane: laneName, cluster, kind }: ShellPlace,
  before: Before | undefined,
): Promise<Result<LaneShell>> {
  const id = TerminalId.parse(`${live.run}.${cluster}.${kind}.${++live.terminals}`);
  if (live.playing !== null) return ok(openPlayer(deps, live, live.playing, { lane: laneName, cluster, kind }, id));
  const { document } = live.plan;
  const pin = live.pins.get(cluster);
  if (cluster !== "none" && !pin)
    return fail("cluster-invalid", `Cluster ${cluster} is not pinned in this run. Resume the run to pin it again.`);
  const cwd = before?.cwd ?? (document.cwd === null ? live.folder : resolve(live.folder, document.cwd));
  const made: { lane: LaneShell | null } = { lane: null };
  const plain = shellEnvironment(deps.environment);
  const own = pin === undefined ? null : { kubeconfig: pin.kubeconfigPath, context: pin.context };
  const { guarded, ...surroundings } = isGuarded(live)
    ? await surround(deps, live, plain, own)
    : {
        environment: plain,
        pinned: { KUBECONFIG: own?.kubeconfig ?? NO_KUBECONFIG },
        ...(pin ? { watched: WATCHED } : {}),
        guarded: undefined,
      };
  const opened = await openShellSession({
    id,
    shell: kind,
    cwd,
    ...surroundings,
    runtimeDir: join(deps.runtimeDir, live.run),
    redactor: live.redactor,
    ports: deps.ports,
    cols: COLS,
    rows: ROWS,
    ...(before?.from ? { inherited: before.from } : {}),
    report: ["KUBECONFIG"],
    onFromRc: (name, value) => {
      if (guarded === undefined || live.isClosing) return;
      const what =
        value === "" ? `${name} was set by an rc file and taken away again` : `${name} was set to ${value} by an rc file and set back`;
      recordAttempts(deps, live, { id, lane: laneName, cluster }, [{ how: "rc file", what }]);
    },
    onRecordingFailed: (error) => holdByEngine(deps, live, error.message, null),
    onHandTyped: (line) => {
      if (live.isClosing) return;
      const typist = made.lane?.typist ?? ENGINE;
      appendOrKeep(deps, live, [
        eventOf(live, typist, { type: "input.typed", cluster, data: { line, reported_by: "shell", terminal: id } }),
      ]);
      if (made.lane) lookAtTyped(deps, live, made.lane, line);
    },
    onClosed: ({ code, signal }) => {
      if (made.lane) readAttempts(deps, live, made.lane);
      made.lane?.guarded?.stop();
      if (live.isClosing) return;
      appendOrKeep(deps, live, [eventOf(live, ENGINE, { type: "shell.ended", cluster, data: { terminal: id, code, signal } })]);
    },
  });
  if (!opened.ok) return opened;
  // Pinned again meanwhile: this shell's KUBECONFIG names a file that is gone, and what it inherited is of before.
  if (cluster !== "none" && live.pins.get(cluster) !== pin) {
    await opened.value.close();
    return openLane(deps, live, { lane: laneName, cluster, kind }, { from: null, cwd: null, why: "the cluster was pinned again" });
  }
  const lane: LaneShell = {
    id,
    lane: laneName,
    cluster,
    kind,
    session: opened.value,
    cwd,
    givenUp: null,
    typist: null,
    accepted: Promise.resolve(),
    ...(guarded === undefined ? {} : { guarded }),
  };
  made.lane = lane;
  followAttempts(deps, live, lane);
  live.lanes.add(lane);
  const why = before?.why ?? "first use";
  appendOrKeep(deps, live, [
    eventOf(live, ENGINE, { type: "shell.opened", cluster, data: { terminal: id, shell: kind, lane: laneName, why } }),
  ]);
  if (before) lane.session.announce(`New shell: ${why}.`);
  return ok(lane);
}

const PLAYS = {
  replay: "Nothing is typed into a replay: there is no shell here, and what you see was recorded",
  walk: "Nothing is typed in a walk-through: there is no shell here, and no command is run",
};

/** What stands in for a shell where nothing is run. No process is started, so none is on record. */
function openPlayer(
  deps: RunDeps,
  live: LiveRun,
  { way, pace }: Playing,
  { lane: name, cluster, kind }: ShellPlace,
  id: TerminalId,
): LaneShell {
  const played = openPlayedSession({
    id,
    shell: kind,
    redactor: live.redactor,
    ports: deps.ports,
    pace,
    cols: COLS,
    rows: ROWS,
    refusal: PLAYS[way],
    onRecordingFailed: (error) => holdByEngine(deps, live, error.message, null),
    onProgress: () => deps.notify.changed(live.run, null),
  });
  const accepted = Promise.resolve();
  const lane: LaneShell = { id, lane: name, cluster, kind, session: played, cwd: null, givenUp: null, typist: null, accepted, played };
  live.lanes.add(lane);
  return lane;
}

/** A command of a step runs in it, or it was replaced by one. */
export const isBusyShell = ({ session }: LaneShell): boolean => session.activity() === "block" || session.activity() === "replaced";

/** Puts a shell away that is gone, replaced or no longer to be trusted. Its successor says why it is new. */
export async function retireShell(deps: RunDeps, live: LiveRun, lane: LaneShell, why?: string) {
  const key = shellKey(lane);
  if (live.shells.get(key) === lane) live.shells.delete(key);
  if (!live.handOvers.has(key))
    live.handOvers.set(key, { from: null, cwd: null, why: why ?? "the shell before it is gone; its variables and directory are lost" });
  await closeLane(live, lane);
  deps.notify.changed(live.run, null);
}

export async function closeLane(live: LiveRun, lane: LaneShell) {
  live.lanes.delete(lane);
  await lane.session.close();
}

export async function closeShells(deps: RunDeps, live: LiveRun) {
  await Promise.all([...live.lanes].map((lane) => lane.session.close()));
  live.lanes.clear();
  live.shells.clear();
  await rm(join(deps.runtimeDir, live.run), { recursive: true, force: true });
}

/** What the shell's KUBECONFIG is while nothing has changed it. */
export const kubeconfigOf = (live: LiveRun, { cluster, guarded }: Pick<LaneShell, "cluster" | "guarded">): string =>
  guarded?.kubeconfig ?? live.pins.get(cluster)?.kubeconfigPath ?? NO_KUBECONFIG;

/** Environment without anything that chooses a cluster: every spelling of KUBECONFIG, and Helm's and kubectl's own overrides. */
export function shellEnvironment(environment: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined || /^(kubeconfig|helm_kube.*|kubernetes_master|kube_context|kubectl_context)$/i.test(name)) continue;
    // These steer Electron and Node, not the operator's commands.
    if (/^(electron_.*|node_options|node_channel_fd|npm_.*|init_cwd)$/i.test(name)) continue;
    kept[name] = value;
  }
  return { ...kept, TERM: "xterm-256color", COLORTERM: "truecolor" };
}

/** Variables every block is given: parameters, secrets, captures. The shell is sent only what it does not have yet. */
export function variablesFor(live: LiveRun): { environment: Record<string, string>; hasSecrets: boolean } {
  const environment = { ...live.state.values, ...live.relays?.variables(), ...Object.fromEntries(live.secrets) };
  return { environment, hasSecrets: live.secrets.size > 0 };
}

/** `cwd=` of a block: relative to the front matter's directory, as Runme has it. */
export function blockDirectory(live: LiveRun, cwd: string | undefined): string | null {
  if (cwd === undefined) return null;
  const base = live.plan.document.cwd === null ? live.folder : resolve(live.folder, live.plan.document.cwd);
  return isAbsolute(cwd) ? cwd : resolve(base, cwd);
}
