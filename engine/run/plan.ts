// What a document means for a run: the order of actions in a step, the ways back, the keys that stop a run, the planned times.
// Owns: reading of the parsed document. Pure; knows neither events nor shells.
import type { Block, BlockState, CanonicalValue, Check, RunbookDocument, Step, StepState } from "../protocol/index.ts";
import { gateProblems } from "./gate-settings.ts";
import { jobProblems } from "./job-settings.ts";
import { isFileTarget, stepsNamed } from "./wayback-text.ts";

/** One thing to do in a step, in the order of the page. */
export type StepAction = { kind: "block"; index: number; block: Block } | { kind: "check"; index: number; check: Check };

export type StepPlan = {
  step: Step;
  actions: StepAction[];
  /** Keys of this step that this version cannot honour: the run stops here and says so. */
  unsupported: string[];
  /** Named by another step's `rollback`: off the main path, never reached by going on. */
  isWayBack: boolean;
  /** Of blocks whose unknown end another block can look at: that block, by index. */
  rechecks: Map<number, RecheckTarget>;
  /** Named cluster, or `none`. A step that names none is on `main`, or on the first of the file's own names. */
  on: string;
};

/** A block that only looks, and the step it stands in. */
export type RecheckTarget = { step: Step; block: Block };

export type RunPlan = {
  document: RunbookDocument;
  steps: StepPlan[];
  byId: Map<string, StepPlan>;
  plannedMs: number | null;
  /** Named clusters that steps use, without `none`. */
  clusters: string[];
};

/** A point of no return is released by a signature; where its step names no role, by this one. */
export const NO_RETURN_ROLES = ["lead"];

export function planOf(text: RunbookDocument): RunPlan {
  const document = withNoReturns(text);
  const named = [...document.steps.map((step) => step.directive.rollback), document.wayBack?.rollback ?? null];
  const waysBack = new Set<string>(
    named.flatMap((target) => (target === null || isFileTarget(target) ? [] : stepsNamed(document, target).map((step) => step.id))),
  );
  const looking = new Set(document.steps.flatMap((step) => [...rechecksOf(document, step).values()].map((target) => target.block)));
  const steps = document.steps.map((step) => ({
    step,
    actions: actionsOf(step, looking),
    unsupported: unsupportedKeys(document, step),
    isWayBack: waysBack.has(step.id),
    rechecks: rechecksOf(document, step),
    on: clusterOfStep(document, step),
  }));
  return {
    document,
    steps,
    byId: new Map(steps.map((entry) => [entry.step.id, entry])),
    plannedMs: plannedTotal(document, waysBack),
    clusters: clustersOf(document),
  };
}

/** The steps as `run.started` and `run.amended` record them. */
export const stepsData = (plan: RunPlan): Record<string, CanonicalValue>[] =>
  plan.steps.map(({ step, unsupported, isWayBack, on }) => ({
    id: step.id,
    title: step.title,
    number: step.number,
    sha256: step.sha256,
    phase: step.phase,
    lane: step.directive.lane,
    on,
    planned_ms: step.directive.plannedMs,
    blocks: step.blocks.length,
    checks: step.checks.length,
    unsupported,
    way_back: isWayBack,
  }));

/**
 * Blocks that run and checks, by line: a check written above a command is confirmed before the command runs. A block that another names as
 * its recheck runs when it is asked, unless its step has nothing else to run.
 */
function actionsOf(step: Step, looking: ReadonlySet<Block>): StepAction[] {
  const runnable = step.blocks.filter((block) => block.runnable);
  const own = runnable.filter((block) => !looking.has(block));
  const blocks: StepAction[] = (own.length === 0 ? runnable : own).map((block) => ({ kind: "block", index: block.index, block }));
  const checks: StepAction[] = step.checks.map((check) => ({ kind: "check", index: check.index, check }));
  const line = (action: StepAction) => (action.kind === "block" ? action.block.line : action.check.line);
  return [...blocks, ...checks].sort((a, b) => line(a) - line(b));
}

function withNoReturns(document: RunbookDocument): RunbookDocument {
  const isBare = ({ directive }: Step) => directive.pointOfNoReturn && directive.signoff.length === 0;
  if (!document.steps.some(isBare)) return document;
  const steps = document.steps.map((step) =>
    isBare(step) ? { ...step, directive: { ...step.directive, signoff: [...NO_RETURN_ROLES] } } : step,
  );
  return { ...document, steps };
}

/** By name: in the step itself, else in the file. Lint says what is wrong with one that is not found. */
function rechecksOf(document: RunbookDocument, step: Step): Map<number, RecheckTarget> {
  const found = new Map<number, RecheckTarget>();
  for (const asking of step.blocks) {
    const name = asking.options.recheck;
    if (name === undefined || !asking.runnable) continue;
    for (const one of [step, ...document.steps]) {
      const block = one.blocks.find((other) => other !== asking && other.name === name && other.runnable && other.options.danger !== true);
      if (!block) continue;
      found.set(asking.index, { step: one, block });
      break;
    }
  }
  return found;
}

function unsupportedKeys(document: RunbookDocument, step: Step): string[] {
  const keys: string[] = [];
  const rechecks = rechecksOf(document, step);
  for (const { options, runnable, index } of step.blocks) {
    if (!runnable) continue;
    keys.push(...gateProblems(options));
    keys.push(...jobProblems(options));
    if (options.recheck !== undefined && !rechecks.has(index)) keys.push(`recheck=${options.recheck}, which names no block that runs`);
  }
  return [...new Set(keys)];
}

function clusterOfStep({ clusters }: RunbookDocument, { directive }: Step): string {
  return directive.on === "main" && !clusters.includes("main") ? (clusters[0] ?? "main") : directive.on;
}

/** The names that a start needs a context for: those beside `main` always, `main` where the file needs a cluster at all. */
function clustersOf(document: RunbookDocument): string[] {
  const named = new Set(document.clusters);
  for (const step of document.steps) named.add(clusterOfStep(document, step));
  named.delete("none");
  if (!document.requires.cluster) named.delete("main");
  return [...named];
}

/** The file's `planned`, else the sum of what phases and steps say; null where nothing does. */
function plannedTotal(document: RunbookDocument, waysBack: Set<string>): number | null {
  if (document.plannedMs !== null) return document.plannedMs;
  const inPhase = new Set<string>();
  let total = 0;
  let isSaid = false;
  for (const phase of document.phases) {
    if (phase.plannedMs === null) continue;
    isSaid = true;
    total += phase.plannedMs;
    for (const id of phase.steps) inPhase.add(id);
  }
  for (const step of document.steps) {
    if (inPhase.has(step.id) || waysBack.has(step.id) || step.directive.plannedMs === null) continue;
    isSaid = true;
    total += step.directive.plannedMs;
  }
  return isSaid ? total : null;
}

/** True where the block needs the cluster's name typed: `confirm=typed` always, `danger` on production. */
export function needsTyping(block: Block, isProduction: boolean): boolean {
  return block.options.confirmTyped === true || (block.options.danger === true && isProduction);
}

/** True where run-on must leave the block to a person. */
export function stopsRunOn(block: Block): boolean {
  return block.options.danger === true || block.options.confirmTyped === true || block.options.excludeFromRunAll === true;
}

/** Blocks marked dangerous of which nobody knows what they did: those whose end is unknown, or all of them where it is the step's own. */
export function dangerousUnknowns(step: Step, { verdict, blocks }: StepState): BlockState[] {
  if (verdict !== "unknown") return [];
  const marked = blocks.filter((block) => step.blocks[block.index]?.options.danger === true);
  const unknown = blocks.filter((block) => block.verdict === "unknown");
  return unknown.length === 0 ? marked : marked.filter((block) => block.verdict === "unknown" || block.verdict === "passed");
}
