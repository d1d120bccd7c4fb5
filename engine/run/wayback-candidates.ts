// Every way back that is offered now, with what it runs, what it undoes and why it may be gone; files are read for it.
// Owns: the list and its order, and which procedures answer to which trouble. Starts nothing.
import { basename, dirname, isAbsolute, join } from "node:path";
import {
  type Block,
  paramsNamedIn,
  type RunbookDocument,
  type Step,
  type StepState,
  TROUBLES,
  type Trouble,
  type WayBackCandidate,
  type WayBackView,
} from "../protocol/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { windowOf } from "./forecast.ts";
import { placeholderValues } from "./live.ts";
import { planOf } from "./plan.ts";
import { readRunbook } from "./start.ts";
import {
  begunSteps,
  type CountedWay,
  goneWords,
  latestFor,
  noReturn,
  noReturnWords,
  validUntil,
  verifyMs,
  wayOfRun,
  waysOfSteps,
} from "./wayback.ts";
import { stepsNamed, subsetOf } from "./wayback-text.ts";

const EMERGENCY = "emergency-rollback.md";

/** A candidate with what starting it needs. `bytes` null: the run's own text. */
export type Candidate = {
  view: WayBackCandidate;
  document: RunbookDocument;
  /** Steps that are run; null for all of a file. */
  only: string[] | null;
  file: { path: string; bytes: Uint8Array } | null;
};

type Read = { path: string; bytes: Uint8Array; document: RunbookDocument; problem: string };

export async function candidatesOf(deps: RunDeps, live: LiveRun): Promise<Candidate[]> {
  const { state, plan } = live;
  const files = new Map<string, Promise<Read | null>>();
  const read = (path: string): Promise<Read | null> => {
    const known = files.get(path) ?? readFile(deps, path);
    files.set(path, known);
    return known;
  };
  const beside = (target: string): { path: string; anchor: string } => {
    const [name = "", anchor = ""] = target.split("#", 2);
    return { path: isAbsolute(name) ? name : join(dirname(state.path), name), anchor };
  };
  const ways = [...waysOfSteps(state, plan, focusOf(state.steps))];
  const whole = wayOfRun(state, plan);
  if (whole) ways.push(whole);
  const procedures = (await deps.procedures?.()) ?? [];
  const emergency =
    plan.document.wayBack?.emergency ??
    procedures.find((one) => one.builtIn && basename(one.path) === EMERGENCY && one.path !== state.path)?.path;
  if (emergency) ways.push({ kind: "emergency", step: null, undoes: [], targetMs: null, ids: [], file: emergency, title: "" });
  for (const { path } of procedures)
    if (path !== state.path && !ways.some((way) => way.file !== null && beside(way.file).path === path))
      ways.push({ kind: "procedure", step: null, undoes: [], targetMs: null, ids: [], file: path, title: "" });
  const found: Candidate[] = [];
  for (const way of ways) {
    const candidate = way.file === null ? ofText(deps, live, way) : await ofFile(deps, live, way, beside(way.file), read);
    if (candidate) found.push(candidate);
  }
  return found.filter((one, index) => !isCopy(one, index, found));
}

/** The same text in two opened folders is one procedure: the one that may run is offered, else the first. */
function isCopy(one: Candidate, index: number, all: readonly Candidate[]): boolean {
  if (one.view.kind !== "procedure" || one.file === null) return false;
  const mayRun = ({ view }: Candidate): boolean => view.gone === "";
  return all.some(
    (other, at) =>
      other !== one &&
      other.file !== null &&
      other.only === null &&
      other.document.sha256 === one.document.sha256 &&
      (mayRun(other) === mayRun(one) ? at < index : mayRun(other)),
  );
}

const isSame = (one: Candidate, other: Candidate): boolean =>
  one.file?.path === other.file?.path &&
  JSON.stringify(one.only) === JSON.stringify(other.only) &&
  one.view.undoes.length === other.view.undoes.length;

export async function wayBackView(deps: RunDeps, live: LiveRun): Promise<WayBackView> {
  const all = await candidatesOf(deps, live);
  // Where the whole run's way back is that of its one step it is said once.
  const candidates = all
    .filter((one) => one.view.kind !== "run" || !all.some((other) => other !== one && isSame(one, other)))
    .map(({ view }) => view);
  const byTrouble = Object.fromEntries(
    TROUBLES.map((trouble) => [
      trouble,
      candidates
        .filter((one) => serves(one, trouble))
        .sort(byUse(trouble))
        .map((one) => one.id),
    ]),
  ) as Record<Trouble, string[]>;
  return { run: live.run, candidates, byTrouble, windowEnd: windowOf(deps, live.launch).end, verifyMs: verifyMs(live.plan) };
}

/** A procedure is for the troubles it names; what undoes the release is for a bug, for performance and for security, and never repairs data. */
function serves({ troubles, kind, gone }: WayBackCandidate, trouble: Trouble): boolean {
  if (gone !== "") return false;
  if (troubles.length > 0) return troubles.includes(trouble);
  return trouble !== "data" && kind !== "procedure";
}

/** What names the trouble comes first, then the nearest: one step, the whole run, the emergency. */
const ORDER: Record<WayBackCandidate["kind"], number> = { step: 1, run: 2, emergency: 3, procedure: 4 };
const byUse =
  (trouble: Trouble) =>
  (a: WayBackCandidate, b: WayBackCandidate): number =>
    Number(b.troubles.includes(trouble)) - Number(a.troubles.includes(trouble)) || ORDER[a.kind] - ORDER[b.kind];

/** The step whose way back comes first: what failed or is unknown, else what runs. */
const focusOf = (steps: readonly StepState[]): string | null =>
  (
    steps.find((step) => step.status === "done" && (step.verdict === "failed" || step.verdict === "unknown") && step.passedOver !== true) ??
    steps.find((step) => step.status === "running" || step.status === "open")
  )?.id ?? null;

function ofText(deps: RunDeps, live: LiveRun, way: CountedWay): Candidate {
  const document = subsetOf(live.plan.document, way.ids);
  const gone = goneWords(live.state, live.plan, way.ids);
  const view = { ...common(deps, live, way, document), path: null, title: way.title, targetMs: way.targetMs, troubles: [], gone };
  return { view: finished(deps, live, view), document, only: way.ids, file: null };
}

async function ofFile(
  deps: RunDeps,
  live: LiveRun,
  way: CountedWay,
  { path, anchor }: { path: string; anchor: string },
  read: (path: string) => Promise<Read | null>,
): Promise<Candidate | null> {
  const file = await read(path);
  // A file that the library lists and that is gone meanwhile is no way back; one that the text names is said to be missing.
  if (file === null && way.kind === "procedure") return null;
  const point = noReturn(live.state, live.plan);
  if (file === null) {
    const missing = { ...common(deps, live, way, null), path, title: basename(path), targetMs: way.targetMs, troubles: [] };
    return { view: { ...missing, latest: null, gone: "the file cannot be read" }, document: live.plan.document, only: null, file: null };
  }
  const { document, bytes } = file;
  const named = anchor === "" ? null : stepsNamed(document, anchor);
  const only = named === null ? null : named.map((step) => step.id as string);
  const run = only === null ? document : subsetOf(document, only);
  const said = document.steps.flatMap((step) => step.directive.targetMs ?? []);
  const targetMs = way.targetMs ?? document.wayBack?.targetMs ?? (said.length > 0 ? Math.max(...said) : document.plannedMs);
  const gone =
    document.kind !== "runbook" || run.steps.length === 0
      ? "the file has no step to run"
      : point !== null && document.wayBack?.afterNoReturn !== true
        ? noReturnWords(live.state, point)
        : file.problem;
  const title = named === null ? document.title : named.map((step) => step.title).join(", ");
  const troubles = document.wayBack?.troubles ?? [];
  const view = { ...common(deps, live, way, run), path, title, targetMs, troubles, gone };
  return { view: finished(deps, live, view), document: run, only, file: { path, bytes } };
}

type Common = Omit<WayBackCandidate, "path" | "title" | "targetMs" | "latest" | "troubles" | "gone">;

function common(deps: RunDeps, live: LiveRun, way: CountedWay, document: RunbookDocument | null): Common {
  const begun = begunSteps(live.state);
  const isUndone = new Set(way.undoes.map((step) => step.id));
  const until = validUntil(live.plan, way.undoes);
  const name = ({ id, number, title }: StepState) => ({ id, number, title });
  return {
    id: `${way.kind}:${way.step ?? way.file ?? ""}`,
    kind: way.kind,
    step: way.step,
    runs: (document?.steps ?? []).map((step) => ({ ...name(step as never), ...doneBy(deps, live, step, way.file === null) })),
    undoes: way.undoes.map(name),
    // What a whole procedure leaves is not known from here: it says so in its text.
    stays: way.file !== null && way.undoes.length === 0 ? [] : begun.filter((step) => !isUndone.has(step.id)).map(name),
    validUntil: until,
    isExpired: until !== null && deps.ports.clock.now() > Date.parse(until),
    params: document === null ? [] : paramsFor(live, document, way.file === null),
    secrets: document === null ? [] : secretsFor(live, document),
  };
}

const finished = (deps: RunDeps, live: LiveRun, view: Omit<WayBackCandidate, "latest">): WayBackCandidate => ({
  ...view,
  latest: view.gone === "" ? latestFor(live.plan, view.targetMs, windowOf(deps, live.launch).end) : null,
});

function doneBy(deps: RunDeps, live: LiveRun, step: Step, isOwnText: boolean): { commands: string[]; checks: string[] } {
  const filled = (block: Block): string => {
    const text = isOwnText ? deps.documents.fillPlaceholders(block, placeholderValues(live), live.plan.document.params) : null;
    return (text?.ok ? text.value : block.commands).trimEnd();
  };
  return { commands: step.blocks.filter((block) => block.runnable).map(filled), checks: step.checks.map((check) => check.text) };
}

/** Of the run's own text the values stand; a file takes those of the same name, and each is shown before it starts. */
function paramsFor(live: LiveRun, document: RunbookDocument, isOwnText: boolean): WayBackCandidate["params"] {
  if (isOwnText) return [];
  const known = placeholderValues(live);
  return document.params
    .filter((param) => param.type !== "secret")
    .map(({ name, about, default: said, choices, type }) => {
      const own = known[name];
      const from = own !== undefined ? ("run" as const) : said !== null ? ("default" as const) : ("none" as const);
      return { name, about, value: own ?? said ?? "", from, choices: type === "bool" ? ["true", "false"] : choices };
    });
}

/** Secrets that its commands name and this process does not know any more. */
export function secretsFor(live: LiveRun, document: RunbookDocument): string[] {
  const named = new Set(
    paramsNamedIn(
      document.params,
      document.steps.flatMap((step) => step.blocks),
    ).map((param) => param.name),
  );
  return document.params
    .filter(
      ({ name, type, required }) =>
        type === "secret" && !live.secrets.has(name) && (required || (named.has(name) && live.secretsWanted.includes(name))),
    )
    .map((param) => param.name);
}

async function readFile(deps: RunDeps, path: string): Promise<Read | null> {
  const read = await readRunbook(deps, path);
  if (!read.ok) return null;
  const trusted = deps.folderOf(path)?.trusted === true;
  // As a run of it would read it, hold points included.
  const { document } = planOf(read.value.document);
  return { path, bytes: read.value.bytes, document, problem: trusted ? "" : "its folder is not trusted to run commands" };
}
