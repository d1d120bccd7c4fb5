// Jobs: long commands in a process of their own, which go on without the window and the engine, and are attached again after a restart.
// Owns: what is recorded of them, letting them go and finding them again. The process and its shell are engine/shell/job.ts.
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ClusterPin, NOWHERE_CONTEXT, nowhereKubeconfig } from "../cluster/index.ts";
import { type Block, fail, ok, type Result, type StepState, TerminalId } from "../protocol/index.ts";
import { attachJob, type BlockOutcome, type Job, type JobEnd, type JobOutcome, jobFolder, type Known, startJob } from "../shell/index.ts";
import { type BlockEnd, type BlockRequest, prepareText, recordEnd, recordStart } from "./blocks.ts";
import type { LaneShell, LiveRun, RunDeps } from "./deps.ts";
import { followAttempts, isGuarded, surround } from "./guard.ts";
import { sentText } from "./injected.ts";
import { laneOf } from "./lanes.ts";
import { eventOf } from "./live.ts";
import { freePath, hashAfterCrash, recordingTitle } from "./recordings.ts";
import { blockDirectory, clusterOf, NO_KUBECONFIG, shellEnvironment, variablesFor } from "./shells.ts";

const COLS = 120;
const ROWS = 32;

/** Beside the runtime directory, since that is swept at every start. */
const folders = (deps: RunDeps): string => `${deps.runtimeDir}-jobs`;
type Place = Pick<BlockRequest, "step" | "block" | "attempt" | "who"> & { job: string; path: string };

/** Runs the block to its end, or until this engine lets it go. Fails where it could not begin: nothing was run then. */
export async function runJob(deps: RunDeps, live: LiveRun, request: BlockRequest): Promise<Result<BlockEnd>> {
  const { step, block, attempt } = request;
  if (request.nested) return fail("conflict", "A job runs in a process of its own; it cannot be typed into a nested shell.");
  const prepared = await prepareText(deps, live, request);
  if (!prepared.ok) return prepared;
  const { kind, label, filled, lane: shell } = prepared.value;
  const found = freePath(deps, live, step, attempt, `.job-${block.index}`);
  if (!found.ok) return found;
  const path = found.value;
  const job = deps.ports.ids.next().slice(-10).toLowerCase();
  let folder: string;
  try {
    folder = jobFolder(folders(deps), job);
  } catch (error) {
    return fail("unreadable", `The private directory of the job cannot be made: ${(error as Error).message}. Nothing was run.`);
  }
  const terminal = TerminalId.parse(`${live.run}.${shell.cluster}.${kind}.job-${job}`);
  const pin = live.pins.get(shell.cluster);
  const guarded = isGuarded(live) ? await surroundJob(deps, live, pin, folder) : null;
  const kubeconfig = guarded?.content ?? (pin ? await readFile(pin.kubeconfigPath, "utf8") : null);
  const at = { step, attempt, cluster: shell.cluster };
  const cwd = shell.session.reported()?.cwd ?? shell.cwd ?? live.folder;
  const began = recordStart(deps, live, request, { ...prepared.value, lane: { ...shell, id: terminal, cwd }, path }, [
    { type: "job.started", ...at, data: { block: block.index, job } },
  ]);
  if (!began.ok) return began;
  const { options } = block;
  const { environment, hasSecrets } = variablesFor(live);
  const started = await startJob({
    folder,
    terminal,
    shell: kind,
    cwd,
    environment: guarded?.environment ?? shellEnvironment(deps.environment),
    guarded: guarded?.order ?? null,
    pinned: { KUBECONFIG: process.platform === "win32" ? "NUL" : "/dev/null" },
    kubeconfig,
    known: knownOf(live),
    cols: COLS,
    rows: ROWS,
    recording: join(deps.home, "recordings", path),
    title: recordingTitle(live, step, attempt),
    label,
    ...sentText(deps, live, request, filled, null),
    hasSecrets,
    timeoutMs: options.timeoutMs ?? null,
    match: options.match ?? null,
    expect: options.expect ?? null,
    blockCwd: blockDirectory(live, options.cwd),
    exports: environment,
  });
  const place = { ...request, job, path };
  request.onBegun();
  if (started === null) return ok(await endJob(deps, live, place, { ...shell, id: terminal }, { how: "gone" }));
  return ok(await follow(deps, live, place, started, guarded?.lane));
}

/** A rehearsal's job has surroundings of its own, which outlive the engine as it does. */
async function surroundJob(deps: RunDeps, live: LiveRun, pin: ClusterPin | undefined, folder: string) {
  const content = pin ? await withToken(pin.kubeconfigPath) : nowhereKubeconfig();
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, content, { mode: 0o600 });
  const target = { kubeconfig, context: pin?.context ?? NOWHERE_CONTEXT };
  const { environment, guarded, confined, pathFirst, withdrawn } = await surround(
    deps,
    live,
    shellEnvironment(deps.environment),
    target,
    folder,
  );
  const order = { told: guarded.told, ...(confined ? { confined } : {}), pathFirst: pathFirst ?? "", withdrawn: withdrawn ?? [] };
  // What it reports of its copy counts as the pin's own.
  return { content, environment, order, lane: { ...guarded, kubeconfig: pin?.kubeconfigPath ?? NO_KUBECONFIG } };
}

/** A token that lies in a file beside the pin goes with the engine; the job's copy holds the one of now. */
async function withToken(path: string): Promise<string> {
  const text = await readFile(path, "utf8");
  const config = JSON.parse(text) as { users: { user: { tokenFile?: string; token?: string } }[] };
  const user = config.users[0]?.user;
  if (user?.tokenFile === undefined || !user.tokenFile.startsWith(dirname(path))) return text;
  const { tokenFile, ...rest } = user;
  return JSON.stringify({ ...config, users: [{ ...config.users[0], user: { ...rest, token: await readFile(tokenFile, "utf8") } }] });
}

/** Values to be masked: of the environment, of the run, of its clusters. */
const knownOf = (live: LiveRun): Known[] => [
  ...live.masked,
  ...[...live.secrets].map(([name, value]) => ({ name, value })),
  ...[...live.pins.values()].flatMap((pin) => pin.secretValues),
];

/** Waits for its end with its terminal among those of the run. */
async function follow(deps: RunDeps, live: LiveRun, place: Place, job: Job, guarded?: LaneShell["guarded"]): Promise<BlockEnd> {
  const { session } = job;
  const lane: LaneShell = {
    id: session.id,
    lane: laneOf(live.state, place.step),
    cluster: clusterOf(live, place.step),
    kind: session.shell,
    session,
    cwd: null,
    givenUp: null,
    typist: null,
    accepted: job.begun,
    job,
    ...(guarded === undefined ? {} : { guarded }),
  };
  followAttempts(deps, live, lane);
  live.lanes.add(lane);
  deps.notify.changed(live.run, null);
  if (live.isClosing) letGo(live, lane);
  const end = await job.ended;
  live.lanes.delete(lane);
  guarded?.stop();
  if (end.how === "detached") return { verdict: "unknown", because: "", lane, reported: null, shellAlive: true, isDetached: true };
  const ended = await endJob(deps, live, place, lane, end);
  // What is not on record yet stays with its process: the next engine asks for it again.
  if (live.unwritten.length === 0) job.collected();
  return ended;
}

async function endJob(
  deps: RunDeps,
  live: LiveRun,
  place: Place,
  lane: LaneShell,
  end: Exclude<JobOutcome, { how: "detached" }>,
): Promise<BlockEnd> {
  const { step, attempt, block, job, path } = place;
  const outcome =
    end.how === "ended"
      ? outcomeOf(live, lane, end)
      : withoutEnd(
          end.how === "failed" ? "failed" : "unknown",
          end.how === "failed"
            ? `${end.message} Nothing was run.`
            : "the process of the job is gone without an end of its command; whether it took effect is not known",
        );
  const recording =
    end.how === "ended"
      ? { recording: path, recording_sha256: end.recording.sha256, recording_bytes: end.recording.bytes }
      : await hashAfterCrash(deps, path);
  const more = [
    {
      type: "job.ended",
      step,
      attempt,
      cluster: lane.cluster,
      outcome: end.how === "gone" ? "lost" : "ended",
      data: { block: block.index, job, ...recording },
    },
  ];
  return recordEnd(deps, live, place, lane, outcome, path, more);
}

/** Its copy of the pinned kubeconfig counts as the pin's own, as long as nothing has rewritten it. */
function outcomeOf(live: LiveRun, lane: LaneShell, { outcome, isIntact }: JobEnd): BlockOutcome {
  const pin = live.pins.get(lane.cluster);
  if (outcome.reported["KUBECONFIG"] !== "") return outcome;
  if (!isIntact) return { ...outcome, reported: { KUBECONFIG: "the job's own copy, which was rewritten" } };
  // After a restart there is no pin yet: the cluster is pinned and proved again before the end counts.
  return { ...outcome, reported: pin ? { KUBECONFIG: pin.kubeconfigPath } : {} };
}

function withoutEnd(verdict: "failed" | "unknown", because: string): BlockOutcome {
  return {
    verdict,
    kind: "shell-gone",
    exitCode: null,
    signal: null,
    pipeStatus: [],
    because,
    durationMs: 0,
    bytes: 0,
    outputSha256: "",
    invalidBytes: 0,
    redactions: {},
    cwd: null,
    reported: {},
    lastLine: null,
    lastNumber: null,
    tail: "",
    shellAlive: true,
    handOver: null,
  };
}

/** The engine closes: the job runs on by itself, and nothing is recorded of it. */
function letGo(live: LiveRun, lane: LaneShell): void {
  live.lanes.delete(lane);
  lane.job?.detach();
}

/** True where there was one. */
export function letJobsGo(live: LiveRun): boolean {
  const jobs = [...live.lanes].filter((lane) => lane.job !== undefined);
  for (const lane of jobs) letGo(live, lane);
  return jobs.length > 0;
}

export type FoundJob = { job: Job; step: StepState; block: Block };

/** After a restart: the process of a job that was under way, where it is still there. */
export async function findJob(deps: RunDeps, live: LiveRun, step: StepState, index: number): Promise<FoundJob | null> {
  const known = step.blocks[index]?.job;
  const block = live.plan.byId.get(step.id)?.step.blocks[index];
  if (known?.state !== "running" || !block || step.terminal === null || step.shell === null) return null;
  const job = await attachJob(join(folders(deps), known.job), step.terminal, step.shell);
  return job && { job, step, block };
}

/** Goes on with a job that was found; resolves with its end, null where this engine lets it go again. */
export async function followFound(
  deps: RunDeps,
  live: LiveRun,
  { job, step, block }: FoundJob,
  who: BlockRequest["who"],
  path: string,
): Promise<BlockEnd | null> {
  const place = { step: step.id, block, who, attempt: step.attempt, job: step.blocks[block.index]?.job?.job ?? "", path };
  const end = await follow(deps, live, place, job);
  return end.isDetached === true ? null : end;
}

/** On record that it was found again. */
export const attachedEvent = (live: LiveRun, who: BlockRequest["who"], { step, block }: FoundJob) =>
  eventOf(live, who.actor, {
    type: "job.attached",
    step: step.id,
    attempt: step.attempt,
    cluster: step.on,
    data: { block: block.index, job: step.blocks[block.index]?.job?.job ?? "" },
  });
