// Begins a run: one text, one set of inputs, pinned clusters, findings joined, all of it the first events of a new log.
// Owns: what a start demands and records. A secret parameter is kept in this process alone.
import { dirname } from "node:path";
import { type ClusterPin, createPin, identityKey, type PinOptions } from "../cluster/index.ts";
import { readRegularFile } from "../ports.ts";
import {
  type CanonicalValue,
  type ClusterClass,
  type ClusterName,
  cannotRead,
  type Finding,
  fail,
  ok,
  type Param,
  type PinView,
  type Result,
  type RunbookDocument,
  RunId,
  type StartRequest,
  type Undoes,
} from "../protocol/index.ts";
import { createRedactor } from "../shell/index.ts";
import { lastIdentity } from "./away.ts";
import type { LaunchForRun, LiveRun, RunDeps, Who } from "./deps.ts";
import { foldRun } from "./fold.ts";
import { mayRehearseOn } from "./guard.ts";
import { briefFor, hasInstructor, hire } from "./instructing.ts";
import { append, canonical, type Draft, ENGINE, eventOf } from "./live.ts";
import { adoptPin, pinnedEvent } from "./pins.ts";
import { planOf, type RunPlan, stepsData } from "./plan.ts";
import { isPlayedWay, playingOf } from "./playing.ts";
import { preflightFindings } from "./preflight.ts";
import { recoveryData } from "./recovery.ts";
import { rehearsalAsked, rehearsalData } from "./rehearsed.ts";
import { type Chosen, chosenSource } from "./sources.ts";

/** Larger than any runbook a person reads; the parser has its own limits below it. */
const FILE_BYTES = 20_000_000;
/** A parameter of such a name would choose a cluster behind the pin's back. */
const PIN_NAMES = /^(kubeconfig|helm_kube.*|path|bash_env|env|prompt_command|ld_preload)$/i;

/** The text of a run: read from the file, or handed over by a launch that keeps its own copy. */
type Text = { bytes: Uint8Array; document: RunbookDocument };
type Prepared = {
  who: Who;
  /** With the launch's cluster filled in. */
  request: StartRequest;
  launch: LaunchForRun | null;
  isChecks: boolean;
  wayBack: WayBackStart["wayBack"] | null;
  bytes: Uint8Array;
  plan: RunPlan;
  params: Record<string, string>;
  secrets: Record<string, string>;
  pins: ClusterPin[];
  findings: Finding[];
  /** Of a replay: what it plays. */
  chosen: Chosen | null;
};

export async function preflight(deps: RunDeps, who: Who, request: StartRequest): Promise<Result<Finding[]>> {
  const prepared = await prepare(deps, who, request);
  if (!prepared.ok) return prepared;
  await disposeAll(prepared.value.pins);
  const { findings } = prepared.value;
  deps.store.append(deps.store.install, {
    type: "preflight.finished",
    actor: who.actor,
    data: { path: request.path, mode: request.mode, findings: canonical(findings) },
  });
  return ok(findings);
}

/** Automatic checks of a launch: their text is the launch's copy of its checklist. */
export type ChecksStart = Text & { isChecks: true };

/** A way back: its text is what the run before has pinned, or a file that was read to be shown. */
export type WayBackStart = Text & {
  isChecks: false;
  wayBack: {
    undoes: Undoes;
    /** Steps of the text that are run, in this order; null for all. `rest`: the others, as the record lists them. */
    only: string[] | null;
    rest: Record<string, CanonicalValue>[];
    /** The clusters must be these. */
    pins: ReadonlyMap<ClusterName, PinView>;
    /** Parameters and captured values of the run before, for steps of its own text. */
    values: Record<string, string>;
    reason: string;
  };
};
type Given = ChecksStart | WayBackStart;
const wayBackOf = (given: Given | null): WayBackStart["wayBack"] | null => (given !== null && !given.isChecks ? given.wayBack : null);

/** The new run, on record. Fails with `not-trusted`, `invalid-params`, `confirmation-needed`, `not-ready` (details: findings), or the cluster's own code. */
export async function startRun(deps: RunDeps, who: Who, asked: StartRequest, given: Given | null = null): Promise<Result<LiveRun>> {
  const prepared = await prepare(deps, who, asked, given);
  if (!prepared.ok) return prepared;
  const { request, launch, pins, findings, plan } = prepared.value;
  const refused = refusal(prepared.value);
  if (refused) {
    await disposeAll(pins);
    return refused;
  }
  const brief = await briefFor(request, plan.document);
  if (!brief.ok) {
    await disposeAll(pins);
    return brief;
  }
  const live = newLive(deps, plan, dirname(request.path));
  for (const [name, value] of Object.entries(prepared.value.secrets)) addSecret(live, name, value);
  for (const pin of pins) adoptPin(live, pin);
  live.run = RunId.parse(`run-${deps.ports.ids.next()}`);
  live.state.mode = request.mode;
  live.state.planSha256 = plan.document.sha256;
  live.launch = request.launch ?? null;
  try {
    live.log =
      launch?.log ??
      deps.store.createLog({
        kind: "run",
        genesis: {
          run: live.run,
          title: plan.document.title,
          path: request.path,
          mode: request.mode,
          plan_sha256: plan.document.sha256,
          solo: deps.isSolo(),
        },
        actor: who.actor,
      });
  } catch (error) {
    await disposeAll(pins);
    const code = (error as { code?: unknown }).code;
    if (!(error instanceof Error) || typeof code !== "string") throw error;
    return fail(code === "disk-full" ? "disk-full" : "record-damaged", error.message);
  }
  live.number = deps.store.logs().find((entry) => entry.log === live.log)?.number ?? 0;
  const written = append(deps, live, [
    eventOf(live, who.actor, startedDraft(deps, prepared.value)),
    eventOf(live, ENGINE, { type: "preflight.finished", data: { findings: canonical(findings) } }),
    ...pins.map((pin) => pinnedEvent(live, who.actor, pin, request.typedCluster === undefined ? "chosen" : "chosen and typed")),
  ]);
  const hired = written.ok && brief.value !== null ? await hire(deps, live, who, brief.value) : written;
  if (!hired.ok) {
    await disposeAll([...live.pins.values()]);
    return hired;
  }
  live.playing = playingOf(deps, live);
  return ok(live);
}

/** What neither a reason nor anything else goes past: there would be no run, or one on the wrong cluster. */
const HARD = ["not-a-runbook", "no-steps", "rehearsal-guard", "secret-placeholder", "no-context"];
/** Of checks each stands for itself: what keeps one from running makes that one unknown. */
const HARD_FOR_CHECKS = ["no-steps", "no-context"];

function refusal({ who, request, launch, isChecks, wayBack, findings, pins, plan }: Prepared): Result<never> | null {
  const blocker = (code: string) => findings.find((one) => one.code === code && one.severity === "blocker");
  const untrusted = blocker("not-trusted");
  if (untrusted) return fail("not-trusted", `${request.path}: ${untrusted.message} ${untrusted.todo}`);
  const params = blocker("params");
  if (params) return fail("invalid-params", `${request.path}: ${params.message}`, { findings });
  for (const code of isChecks ? HARD_FOR_CHECKS : HARD) {
    const found = blocker(code);
    if (found) return fail("not-ready", `${request.path}: ${found.subject}: ${found.message} ${found.todo}`, { findings });
  }
  // A way back was confirmed once, on the clusters whose names were typed for the run that it undoes; what else is missing is a deviation on record.
  if (wayBack !== null) return isOnSameClusters(wayBack.pins, pins);
  // A run on two production clusters is confirmed by both names.
  const typed = (request.typedCluster ?? "").split(/[\s,]+/);
  const production = pins.filter((pin) => pin.view().class === "production");
  if (production.length > 0 && launch !== null && launch.notYet !== "" && request.mode === "live" && !isChecks)
    return fail("not-ready", `${launch.name} may not be run on production yet: ${launch.notYet}.`, { findings });
  for (const pin of production)
    if (request.typedCluster !== pin.context && !typed.includes(pin.context))
      return fail("confirmation-needed", `${pin.context} is a PRODUCTION cluster. Type its name to start ${plan.document.title} there.`, {
        type: pin.context,
      });
  const blockers = isChecks ? [] : findings.filter((one) => one.severity === "blocker");
  if (blockers.length > 0 && !request.overrideReason?.trim())
    return fail(
      "not-ready",
      `${request.path} is not ready to run: ${blockers.map((one) => `${one.subject}: ${one.message}`).join(" ")} Put it right, or start with a reason.`,
      { findings },
    );
  if (!isChecks && blocker("not-signed") && !who.isAuthenticated)
    return fail(
      "not-signed-in",
      `${request.path}: nobody has reviewed this text for production. Only a person who has signed in answers for going on without.`,
    );
  return null;
}

function isOnSameClusters(before: ReadonlyMap<ClusterName, PinView>, pins: readonly ClusterPin[]): Result<never> | null {
  for (const pin of pins) {
    const was = [...before.values()].find((view) => view.context === pin.context);
    const now = pin.view();
    if (!was || (was.identity && now.identity && identityKey(was.identity) !== identityKey(now.identity)))
      return fail(
        "cluster-differs",
        `Context ${pin.context} no longer leads to the cluster of the run that is undone. Nothing was started.`,
      );
  }
  return null;
}

async function prepare(deps: RunDeps, who: Who, asked: StartRequest, given: Given | null = null): Promise<Result<Prepared>> {
  const read = given === null ? await readRunbook(deps, asked.path) : ok(given);
  if (!read.ok) return read;
  const { document, bytes } = read.value;
  const plan = planOf(document);
  const found = await launchOf(deps, asked);
  if (!found.ok) return found;
  const launch = found.value;
  const request = launch === null ? asked : onItsCluster(asked, plan, launch);
  const rehearsal = rehearsalAsked(request);
  // Where nothing is run nothing is pinned, and no secret is asked for.
  const isPlayed = isPlayedWay(rehearsal);
  const chosen = rehearsal?.way === "replay" ? chosenSource(deps.past, document, rehearsal.source, wayBackOf(given) !== null) : ok(null);
  if (!chosen.ok) return chosen;
  const checked = checkedParams(
    deps,
    isPlayed ? withoutSecrets(document) : document,
    isPlayed ? openParams(document, request.params) : request.params,
  );
  const pinned = await pinAll(deps, isPlayed ? { ...request, contexts: {} } : request);
  if (!pinned.ok) return pinned;
  const { pins, refused } = pinned.value;
  const findings = await preflightFindings(deps, {
    request,
    plan,
    pins,
    refused,
    who,
    paramProblem: checked.ok ? null : checked.error.message,
    // Where nothing runs there is nothing to trust: what came from another machine can be walked and replayed as it is.
    trusted: isPlayed || deps.folderOf(request.path)?.trusted === true,
    launch,
    isChecks: given?.isChecks === true,
    played: isPlayed ? { coverage: chosen.value?.coverage ?? null } : null,
    nowMs: deps.ports.clock.now(),
  });
  const [params, secrets] = splitSecrets(document.params, checked.ok ? checked.value : {});
  return ok({
    who,
    request,
    launch,
    isChecks: given?.isChecks === true,
    wayBack: wayBackOf(given),
    bytes,
    plan,
    params,
    secrets,
    pins,
    findings,
    chosen: chosen.value,
  });
}

async function launchOf(deps: RunDeps, { launch }: StartRequest): Promise<Result<LaunchForRun | null>> {
  if (launch === undefined) return ok(null);
  return deps.launches ? deps.launches.forRun(launch) : fail("not-found", `There is no launch ${launch} in this data directory.`);
}

/** A live run of a launch is on the launch's cluster where nothing else was chosen. */
function onItsCluster(request: StartRequest, plan: RunPlan, { context }: LaunchForRun): StartRequest {
  const name = (plan.document.clusters[0] ?? "main") as ClusterName;
  if (context === null || request.mode !== "live" || request.contexts[name] !== undefined || !plan.clusters.includes(name)) return request;
  return { ...request, contexts: { ...request.contexts, [name]: context } };
}

export async function readRunbook(deps: RunDeps, path: string): Promise<Result<{ bytes: Buffer; document: RunbookDocument }>> {
  try {
    const bytes = await readRegularFile(path, FILE_BYTES);
    return ok({ bytes, document: await deps.documents.parse(bytes, path) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EFBIG" || code === "ENOTFILE") return fail("unreadable", (error as Error).message);
    return cannotRead(path, error);
  }
}

const withoutSecrets = (document: RunbookDocument): RunbookDocument => ({
  ...document,
  params: document.params.filter((param) => param.type !== "secret"),
});

function openParams({ params }: RunbookDocument, given: Record<string, string>): Record<string, string> {
  const secret = new Set(params.filter((param) => param.type === "secret").map((param) => param.name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => !secret.has(name)));
}

export function checkedParams(deps: RunDeps, document: RunbookDocument, given: Record<string, string>): Result<Record<string, string>> {
  const bad = document.params.find((param) => PIN_NAMES.test(param.name));
  if (bad)
    return fail("invalid-params", `line ${bad.line}: a parameter may not be called ${bad.name}: it would steer the shell or the cluster.`);
  return deps.documents.checkParams(document.params, given);
}

export function splitSecrets(params: Param[], values: Record<string, string>): [Record<string, string>, Record<string, string>] {
  const secret = new Set(params.filter((param) => param.type === "secret").map((param) => param.name));
  const entries = Object.entries(values);
  return [
    Object.fromEntries(entries.filter(([name]) => !secret.has(name))),
    Object.fromEntries(entries.filter(([name]) => secret.has(name))),
  ];
}

type Pinned = { pins: ClusterPin[]; refused: { name: string; kind: ClusterClass }[] };

async function pinAll(deps: RunDeps, request: StartRequest): Promise<Result<Pinned>> {
  const pins: ClusterPin[] = [];
  const refused: Pinned["refused"] = [];
  const away: { options: PinOptions; pin: Result<ClusterPin> }[] = [];
  const order = Object.keys(request.contexts);
  const loaded = deps.contexts();
  for (const [name, context] of Object.entries(request.contexts)) {
    if (context === undefined || context === "") continue;
    // What is known to be no place for a rehearsal is not even asked who it is.
    const kind = loaded.entries.find((entry) => entry.name === context)?.class ?? null;
    if (request.mode === "rehearsal" && kind !== null && !mayRehearseOn(kind)) {
      refused.push({ name, kind });
      continue;
    }
    const options: PinOptions = {
      loaded,
      context,
      name: name as ClusterName,
      ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
      runtimeDir: deps.runtimeDir,
      isForRehearsal: request.mode === "rehearsal",
    };
    const pin = await createPin(options);
    if (pin.ok) pins.push(pin.value);
    else if (pin.error.code === "cluster-unreachable") away.push({ options, pin });
    else {
      await disposeAll(pins);
      return pin;
    }
  }
  for (const { options, pin } of away) {
    // Of several clusters one may be lost: that is what the run is for. With none left there would be nothing to run on.
    const made =
      pins.length === 0
        ? pin
        : await createPin({ ...options, whileAway: { identity: lastIdentity(deps, options.context), principal: null } });
    if (!made.ok) {
      await disposeAll(pins);
      return made;
    }
    pins.push(made.value);
  }
  return ok({ pins: pins.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name)), refused });
}

function startedDraft(deps: RunDeps, { request, isChecks, wayBack, findings, plan, params, bytes, chosen }: Prepared): Draft {
  const { document } = plan;
  const rehearsal = rehearsalAsked(request);
  // What was gone past with the reason; of checks nothing is, each says itself what kept it.
  const deviations = isChecks ? [] : findings.filter((one) => one.severity === "blocker");
  const override = request.overrideReason?.trim();
  return {
    type: "run.started",
    ...(override ? { reason: override } : {}),
    data: {
      kind: isChecks ? "checks" : "runbook",
      title: document.title,
      path: request.path,
      version: document.version,
      reviewed: document.reviewed,
      owner: document.owner,
      mode: request.mode,
      ...(rehearsal === null
        ? {}
        : { rehearsal: rehearsalData(rehearsal, { source: chosen?.source ?? null, hasInstructor: hasInstructor(rehearsal) }) }),
      params: { ...wayBack?.values, ...params },
      secret_params: document.params.filter((param) => param.type === "secret").map((param) => param.name),
      placeholders: request.placeholders,
      namespace: request.namespace ?? null,
      contexts: isPlayedWay(rehearsal) ? {} : (request.contexts as Record<string, CanonicalValue>),
      planned_ms: plan.plannedMs,
      ...recoveryData(document),
      plan_entry: request.planEntry ?? "",
      solo: deps.isSolo(),
      trusted: deps.folderOf(request.path)?.trusted === true,
      preflight: "joined",
      deviations: deviations.map(({ code, subject, message }) => ({ code, subject, message })),
      steps: [...stepsData(plan), ...(wayBack?.rest ?? [])],
      ...(wayBack === null ? {} : { undoes: undoesData(wayBack.undoes), only: wayBack.only }),
    },
    payloads: [{ name: "plan", mediaType: "text/markdown", bytes }],
  };
}

const undoesData = ({ run, kind, title, steps, decidedAt, targetMs }: Undoes): Record<string, CanonicalValue> => ({
  run,
  kind,
  title,
  steps,
  decided_at: decidedAt,
  target_ms: targetMs,
});

/** A run as this process holds it before any event was folded. */
export function newLive(deps: RunDeps, plan: RunPlan, folder: string): LiveRun {
  const masked = secretLooking(deps.environment);
  const live: LiveRun = {
    run: "" as LiveRun["run"],
    log: "" as LiveRun["log"],
    launch: null,
    number: 0,
    state: foldRun([]),
    plan,
    folder,
    redactor: createRedactor(masked),
    masked,
    secrets: new Map(),
    secretsWanted: [],
    pins: new Map(),
    guard: null,
    watches: new Map(),
    touches: new Map(),
    shells: new Map(),
    lanes: new Set(),
    handOvers: new Map(),
    terminals: 0,
    recordings: new Map(),
    begun: new Map(),
    laneNows: new Map(),
    sleepers: [],
    problem: null,
    problemSince: "",
    unwritten: [],
    unconcluded: [],
    isStalled: false,
    stallWatch: null,
    drives: new Set(),
    cancels: 0,
    waits: new Set(),
    soaks: new Map(),
    awayTimer: null,
    loopTimer: null,
    measuredAt: new Map(),
    background: new Set(),
    isClosing: false,
    decidedNs: null,
    isDeciding: false,
    countdownTimer: null,
    playing: null,
    instructor: null,
    relays: null,
    hooks: null,
  };
  return live;
}

export function addSecret(live: LiveRun, name: string, value: string) {
  live.secrets.set(name, value);
  live.redactor.add([{ name, value }]);
}

/** Values of environment names that look secret are masked in output, whoever prints them. */
export function secretLooking(environment: Record<string, string | undefined>): { name: string; value: string }[] {
  return Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined &&
    value.length >= 6 &&
    /(secret|token|passw(or)?d|passphrase|api_?key|private_?key|access_?key|credential)/i.test(name)
      ? [{ name, value }]
      : [],
  );
}

const disposeAll = (pins: ClusterPin[]) => Promise.all(pins.map((pin) => pin.dispose()));
