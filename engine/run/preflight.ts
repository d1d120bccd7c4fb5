// Everything that can be found out before the first step, all at once, each with what to do.
// Owns: the list of findings. Changes nothing; a run is started by start.ts, which records them.
import { type ClusterPin, checkTools, findBypasses, findWaysOut } from "../cluster/index.ts";
import type { ClusterClass, Finding, ShellKind, StartRequest } from "../protocol/index.ts";
import { shellsAvailable } from "../shell/index.ts";
import { sleepFinding } from "./awake.ts";
import { batteryFinding, readBattery } from "./battery.ts";
import type { LaunchForRun, RunDeps, Who } from "./deps.ts";
import { guardOutlook, mayRehearseOn, rehearsalEnvironment } from "./guard.ts";
import type { RunPlan } from "./plan.ts";
import { roleFindings } from "./roles.ts";
import { shellEnvironment } from "./shells.ts";
import type { Coverage } from "./sources.ts";

/** Below this a run may not keep its recordings for a night; a long log with 500 MB of output needs it whole. */
const DISK_BYTES = 1_000_000_000;
/** A clock this far from the API server's makes times in the record disputable, milliseconds. */
const CLOCK_MS = 2_000;

export type PreflightInput = {
  request: StartRequest;
  plan: RunPlan;
  pins: ClusterPin[];
  /** Contexts that a rehearsal does not even ask: their class is known. */
  refused: { name: string; kind: ClusterClass }[];
  who: Who;
  /** Problem of parameters, from checkParams; null when they are fine. */
  paramProblem: string | null;
  trusted: boolean;
  /** The launch that the run is part of. */
  launch: LaunchForRun | null;
  /** Automatic checks of a launch: they look, and have no text of their own to review. */
  isChecks: boolean;
  /** Nothing is run: of a replay, how much of the text its source covers. */
  played?: { coverage: Coverage | null } | null;
  nowMs: number;
};

export async function preflightFindings(deps: RunDeps, input: PreflightInput): Promise<Finding[]> {
  if (input.played)
    return sorted([
      documentFindings({ ...input, review: null }),
      inputFindings(input),
      playedFindings(input.played),
      await diskFindings(deps),
    ]);
  const groups = await Promise.all([
    documentFindings({ ...input, review: signedReview(deps, input) }),
    inputFindings(input),
    shellFindings(deps, input.plan),
    checkTools(input.plan.document.requires.tools, environmentOf(deps, input)),
    sandboxFindings(deps, input),
    Promise.all(input.pins.map((pin) => clusterFindings(input, pin))).then((all) => all.flat()),
    launchFindings(input),
    input.isChecks || input.request.mode !== "live" ? [] : roleFindings(deps, input.request.launch ?? null, input.plan),
    bypassFindings(input),
    diskFindings(deps),
    powerFindings(deps, input),
  ]);
  return sorted(groups);
}

const ORDER = { blocker: 0, warning: 1, ok: 2 };
const sorted = (groups: Finding[][]): Finding[] => groups.flat().sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);

/** What is said of a rehearsal in which nothing is run: no tool, cluster or shell of this machine matters to it. */
function playedFindings({ coverage }: { coverage: Coverage | null }): Finding[] {
  const found = [finding("nothing-is-run", "ok", "rehearsal", "Nothing is run: no shell is opened, and no cluster is asked.")];
  if (coverage === null) return found;
  const { same, changed, absent } = coverage;
  const steps = (count: number) => `${count} ${count === 1 ? "step" : "steps"}`;
  found.push(finding("recorded", "ok", "recordings", `${steps(same + changed)} will play as recorded.`));
  if (changed > 0)
    found.push(
      finding(
        "recorded-text",
        "warning",
        "recordings",
        `${steps(changed)} had another text then.`,
        "What plays there is what the old text did.",
      ),
    );
  if (absent > 0)
    found.push(finding("not-recorded", "warning", "recordings", `${steps(absent)} were not run then.`, "They are walked through instead."));
  return found;
}

export function finding(
  code: string,
  severity: Finding["severity"],
  subject: string,
  message: string,
  todo = "",
  at: { step?: string; line?: number } = {},
): Finding {
  return { code, severity, subject, message, todo, step: at.step ?? null, line: at.line ?? null };
}

function documentFindings({ plan, request, trusted, nowMs, review }: PreflightInput & { review: Finding | null }): Finding[] {
  const { document } = plan;
  const found: Finding[] = [];
  if (!trusted)
    found.push(
      finding("not-trusted", "blocker", "folder", "Its folder was not trusted to run commands.", "Read it, then trust the folder."),
    );
  if (document.kind !== "runbook")
    found.push(finding("not-a-runbook", "blocker", "file", "This is a checklist; it has no steps to run.", "Open a runbook."));
  else if (document.steps.length === 0)
    found.push(
      finding("no-steps", "blocker", "file", "The file has no step to run.", "Add a command, a check or a step directive under a heading."),
    );
  for (const problem of document.diagnostics)
    if (problem.severity === "error")
      found.push(
        finding(problem.code, "blocker", "file", problem.message, `Look at ${request.path}:${problem.line}.`, { line: problem.line }),
      );
  for (const { step, unsupported } of plan.steps)
    if (unsupported.length > 0)
      found.push(
        finding(
          "unsupported-step",
          "warning",
          `step ${step.number}`,
          `It uses ${unsupported.join(", ")}, which this version does not do yet. The run stops there.`,
          "Plan to do it by hand and skip it with a reason.",
          { step: step.id, line: step.line },
        ),
      );
  for (const { step } of plan.steps)
    if (step.directive.signoff.length > 0)
      found.push(
        finding(
          "hold-point",
          "ok",
          `step ${step.number}`,
          `A hold point: ${step.directive.signoff.join(" and ")} must sign before it goes on.`,
          "See that they are reachable then.",
          { step: step.id, line: step.line },
        ),
      );
  if (request.mode === "live") found.push(...reviewFindings(input(document), nowMs));
  if (review !== null) found.push(review);
  return found;
}

/** On production the text carries the signature of somebody who did not write it; going on without one is a deviation. */
function signedReview(deps: RunDeps, { plan, request, pins, who, isChecks }: PreflightInput): Finding | null {
  if (isChecks || request.mode !== "live" || !pins.some((pin) => pin.view().class === "production")) return null;
  const review = deps.reviewsOf?.(plan.document.sha256).at(-1);
  if (review)
    return finding("signed-review", "ok", "review", `${review.name} reviewed this text for production as ${review.role}, ${review.at}.`);
  const words = `Nobody but ${plan.document.owner ?? "its author"} has signed this text for production`;
  if (deps.isSolo())
    return finding(
      "not-signed",
      "warning",
      "review",
      `SOLO: ${words}; ${who.actor.name} goes on without, and the record says so.`,
      "Have somebody who did not write it read it first.",
    );
  return finding("not-signed", "blocker", "review", `${words}.`, "Have somebody who did not write it review and sign it.");
}

const input = (document: RunPlan["document"]) => ({ reviewed: document.reviewed, due: document.reviewDue });

function reviewFindings({ reviewed, due }: { reviewed: string | null; due: string | null }, nowMs: number): Finding[] {
  if (reviewed === null)
    return [
      finding("not-reviewed", "warning", "review", "The file says no review date.", "Have it reviewed, and write `reviewed:` into it."),
    ];
  if (due !== null && Date.parse(due) < nowMs)
    return [
      finding(
        "review-due",
        "warning",
        "review",
        `Reviewed ${reviewed}; that ran out on ${due}.`,
        "Read it through before you start, and have it reviewed.",
      ),
    ];
  return [finding("reviewed", "ok", "review", `Reviewed ${reviewed}.`)];
}

function inputFindings({ plan, request, paramProblem, pins, refused, played }: PreflightInput): Finding[] {
  const found: Finding[] = [];
  if (paramProblem !== null) found.push(finding("params", "blocker", "parameters", paramProblem, "Give the value, then start again."));
  const secrets = new Set(plan.document.params.filter((param) => param.type === "secret").map((param) => param.name));
  const given = new Set([...Object.keys(request.params), ...Object.keys(request.placeholders), ...captures(plan)]);
  for (const param of plan.document.params) if (param.default !== null) given.add(param.name);
  for (const { step } of plan.steps)
    for (const block of step.blocks) {
      if (!block.runnable) continue;
      for (const name of block.placeholders) {
        const at = { step: step.id, line: block.line };
        if (secrets.has(name))
          found.push(
            finding(
              "secret-placeholder",
              "blocker",
              `step ${step.number}`,
              `<${name}> is a secret and would be written into the command.`,
              `Use "$${name}" instead.`,
              at,
            ),
          );
        else if (!given.has(name) && !played)
          found.push(finding("placeholder", "blocker", `step ${step.number}`, `<${name}> has no value.`, "Give it a value.", at));
      }
    }
  if (played) return found;
  const pinned = new Set<string>([...pins, ...refused].map(({ name }) => name));
  for (const name of plan.clusters)
    if (!pinned.has(name))
      found.push(
        request.mode === "rehearsal"
          ? finding(
              "no-context-rehearsal",
              "warning",
              `cluster ${name}`,
              "Rehearsed without a cluster: its shells have an empty kubeconfig.",
              "Choose a sandbox to rehearse on one.",
            )
          : finding("no-context", "blocker", `cluster ${name}`, "The runbook needs it, and no context was chosen.", "Choose a context."),
      );
  return found;
}

const captures = (plan: RunPlan): string[] =>
  plan.steps.flatMap(({ step }) => step.blocks.flatMap((block) => (block.options.capture === undefined ? [] : [block.options.capture])));

async function shellFindings(deps: RunDeps, plan: RunPlan): Promise<Finding[]> {
  const wanted = new Map<ShellKind, { step: string; line: number }>();
  for (const { step } of plan.steps)
    for (const block of step.blocks) {
      if (!block.runnable) continue;
      const kind = block.shell ?? plan.document.shell ?? "bash";
      if (!wanted.has(kind)) wanted.set(kind, { step: step.id, line: block.line });
    }
  const present = new Map((await shellsAvailable(shellEnvironment(deps.environment))).map((shell) => [shell.shell, shell]));
  return [...wanted].map(([kind, at]) => {
    const shell = present.get(kind);
    return shell
      ? finding("shell", "ok", `shell ${kind}`, `${shell.path} ${shell.version}`)
      : finding("shell-missing", "blocker", `shell ${kind}`, `${kind} is not on this machine.`, `Install ${kind}.`, at);
  });
}

async function clusterFindings({ plan, request, nowMs }: PreflightInput, pin: ClusterPin): Promise<Finding[]> {
  const subject = `cluster ${pin.name}`;
  const view = pin.view();
  if (view.state === "unreachable") return awayFindings(request, pin, subject);
  const found = await pin.permissions(plan.document.requires.permissions);
  const check = await pin.prove(null);
  if (check.state === "proved") found.push(finding("cluster", "ok", subject, `${pin.context} is ${view.identity?.server ?? "there"}.`));
  else
    found.push(
      finding(
        "cluster",
        "blocker",
        subject,
        `${pin.context}: ${check.differs.join("; ") || check.state}.`,
        "Check the network and the log-in, then try again.",
      ),
    );
  if (view.identity?.strength === "weak")
    found.push(
      finding(
        "weak-identity",
        "warning",
        subject,
        "kube-system cannot be read, so it is known by server, certificate and user only.",
        "Ask for `get namespaces/kube-system`.",
      ),
    );
  if (view.principal?.isShared)
    found.push(
      finding(
        "shared-user",
        "warning",
        subject,
        `${view.principal.username ?? "The user"} looks shared or all-powerful: the record cannot say who it was.`,
        "Use a personal account.",
      ),
    );
  if (view.class === null)
    found.push(
      finding(
        "unclassified",
        "warning",
        subject,
        "Nobody has said what this cluster is, so production's guard is off.",
        "Set its class: production, staging, sandbox or local.",
      ),
    );
  found.push(...guardFindings(request.mode, view.class, subject));
  found.push(...expiryFindings(plan, pin, nowMs, subject));
  if (check.clockOffsetMs !== null && Math.abs(check.clockOffsetMs) > CLOCK_MS)
    found.push(
      finding(
        "clock",
        "warning",
        "clock",
        `This machine's clock is ${Math.round(check.clockOffsetMs / 1000)} s away from the cluster's.`,
        "Set the clock before the record depends on it.",
      ),
    );
  return found;
}

/** One of several clusters does not answer: the run goes on with the others. */
function awayFindings(request: StartRequest, pin: ClusterPin, subject: string): Finding[] {
  const { identity, class: kind } = pin.view();
  const known =
    identity?.kubeSystemUid == null
      ? "it was never seen by this installation, and is taken as what answers first"
      : "it must be the cluster of before";
  return [
    finding(
      "cluster-away",
      "warning",
      subject,
      `${pin.context} does not answer (${identity?.server ?? "no address"}). Its steps wait, or are skipped with a reason and a second person; the others go on. When it answers, ${known}.`,
      "Start, if that is why you are here; else check the network or the tunnel.",
    ),
    ...guardFindings(request.mode, kind, subject),
  ];
}

/** A launch goes live on one cluster: a run of it on another is somebody's decision. */
function launchFindings({ request, launch, pins }: PreflightInput): Finding[] {
  if (launch === null || launch.context === null || request.mode !== "live" || pins.length === 0) return [];
  if (pins.some((pin) => pin.context === launch.context)) return [];
  return [
    finding(
      "other-cluster",
      "blocker",
      "cluster",
      `${launch.name} goes live on ${launch.context}, and this run would be on ${pins.map((pin) => pin.context).join(" and ")}.`,
      "Choose the launch's cluster, or give a reason for another.",
    ),
  ];
}

/** A rehearsal is on clusters that somebody has called a sandbox or local. */
export function guardFindings(mode: StartRequest["mode"], kind: ClusterClass | null, subject: string): Finding[] {
  if (mode !== "rehearsal" || mayRehearseOn(kind)) return [];
  return [
    finding(
      "rehearsal-guard",
      "blocker",
      subject,
      `A rehearsal never runs on ${kind === null ? "an unclassified cluster" : kind}.`,
      "Choose a sandbox, or no cluster.",
    ),
  ];
}

const environmentOf = (deps: RunDeps, { request }: PreflightInput): Record<string, string> => {
  const environment = shellEnvironment(deps.environment);
  return request.mode === "rehearsal" ? rehearsalEnvironment(environment) : environment;
};

/** What the shells of a sandbox do without, and what this system cannot hide from them. */
async function sandboxFindings(deps: RunDeps, { request, refused }: PreflightInput): Promise<Finding[]> {
  const found = refused.flatMap(({ name, kind }) => guardFindings(request.mode, kind, `cluster ${name}`));
  if (request.mode !== "rehearsal" || (request.rehearsal?.way ?? "sandbox") !== "sandbox") return found;
  const { because, leftOut } = await guardOutlook(shellEnvironment(deps.environment), deps.runtimeDir);
  const names = leftOut.length === 0 ? "" : ` Left out of their environment: ${leftOut.join(", ")}.`;
  return [
    ...found,
    because === ""
      ? finding("sandbox-shells", "ok", "shells", `The shells of this rehearsal see none of this machine's credentials.${names}`)
      : finding(
          "sandbox-shells",
          "warning",
          "shells",
          `Files cannot be hidden from the shells of this rehearsal: ${because}. A program that opens a kubeconfig or a key by its path reads it.${names}`,
          "Rehearse on a machine or an account that has no credentials for production.",
        ),
  ];
}

function expiryFindings(plan: RunPlan, pin: ClusterPin, nowMs: number, subject: string): Finding[] {
  if (pin.expiry === null) return [];
  const back = Math.max(0, ...plan.steps.map(({ step }) => step.directive.targetMs ?? 0));
  const end = nowMs + (plan.plannedMs ?? 0) + back;
  if (Date.parse(pin.expiry) > end) return [finding("expiry", "ok", subject, `Credentials last until ${pin.expiry}.`)];
  return [
    finding(
      "expiry",
      "warning",
      subject,
      `Credentials end ${pin.expiry}, before the planned end with a way back (${new Date(end).toISOString()}).`,
      "Log in again before you start.",
    ),
  ];
}

function bypassFindings({ plan, request }: PreflightInput): Finding[] {
  return plan.steps.flatMap(({ step }) =>
    step.blocks
      .filter((block) => block.runnable)
      .flatMap((block) =>
        (request.mode === "rehearsal" ? findWaysOut : findBypasses)(block.commands).map(({ line, what }) =>
          finding(
            "walks-round-pin",
            "warning",
            `step ${step.number}`,
            `${what} can reach another cluster than the pinned one.${request.mode === "rehearsal" ? " A rehearsal refuses the step." : ""}`,
            "Take it out, so that the pin decides.",
            { step: step.id, line: block.line + line },
          ),
        ),
      ),
  );
}

/** Checks of a launch are over before a machine falls asleep. */
async function powerFindings(deps: RunDeps, { isChecks }: PreflightInput): Promise<Finding[]> {
  if (!deps.awake || isChecks) return [];
  const [problem, battery] = await Promise.all([deps.awake.probe(), readBattery(process.platform)]);
  return [sleepFinding(problem), ...batteryFinding(battery)];
}

async function diskFindings(deps: RunDeps): Promise<Finding[]> {
  const free = await deps.diskFree();
  if (free === null) return [finding("disk", "warning", "disk", "Free space could not be read.", "See that there is room for recordings.")];
  const gigabytes = (free / 1e9).toFixed(1);
  return free < DISK_BYTES
    ? [finding("disk", "warning", "disk", `Only ${gigabytes} GB are free at ${deps.home}.`, "Free space: a full disk holds the run.")]
    : [finding("disk", "ok", "disk", `${gigabytes} GB are free.`)];
}
