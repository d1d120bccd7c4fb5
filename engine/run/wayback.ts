// The ways back from a run as it stands: what each would undo, what it promises, how long it is valid and still fits the window.
// Owns: that derivation. Pure over state and plan; files are read by wayback-candidates.ts, starting is rollback.ts.
import type { RunHeader, Step, StepState, WayBackKind } from "../protocol/index.ts";
import type { RunPlan } from "./plan.ts";
import type { RunState } from "./state.ts";
import { isFileTarget, stepsNamed } from "./wayback-text.ts";

/** A way back counted out: steps of the run's own text (`ids`, in the order in which they are run), or a file. */
export type CountedWay = {
  kind: WayBackKind;
  step: StepState["id"] | null;
  undoes: StepState[];
  targetMs: number | null;
  ids: string[];
  file: string | null;
  title: string;
};
type WayParts = Pick<CountedWay, "ids" | "undoes" | "targetMs">;

/** Steps of the main path that have begun and stand undone by nothing, the newest first. One that was skipped before it began changed nothing. */
export function begunSteps(state: RunState): StepState[] {
  return state.steps
    .map((step, at) => ({ step, at }))
    .filter(({ step }) => step.wayBack !== true && step.startedAt !== null && step.undone === undefined)
    .sort((a, b) => Date.parse(b.step.startedAt ?? "") - Date.parse(a.step.startedAt ?? "") || b.at - a.at)
    .map(({ step }) => step);
}

const directiveOf = (plan: RunPlan, id: string) => plan.byId.get(id)?.step.directive;

/** Promised time of the way back of one step: what the step says, else what the way back itself says. */
function targetOf(plan: RunPlan, forward: StepState, way: Step[]): number | null {
  const own = directiveOf(plan, forward.id)?.targetMs ?? null;
  if (own !== null) return own;
  const said = way.flatMap((step) => step.directive.targetMs ?? []);
  return said.length === 0 ? null : Math.max(...said);
}

/** The step that verifies a recovery, where the file names one. */
export const verifyStep = ({ document }: RunPlan): Step | null => stepsNamed(document, document.wayBack?.verify ?? "")[0] ?? null;

const withVerification = (plan: RunPlan, ids: string[]): string[] => {
  const verify = verifyStep(plan);
  return verify === null || ids.includes(verify.id) || ids.length === 0 ? ids : [...ids, verify.id];
};

/** Ways back of single steps that are steps of this text or files, the nearest first; the one of `first` before all others. */
export function waysOfSteps(state: RunState, plan: RunPlan, first: string | null = null): CountedWay[] {
  const found = new Map<string, CountedWay>();
  const begun = begunSteps(state);
  for (const step of [...begun.filter((one) => one.id === first), ...begun]) {
    const target = directiveOf(plan, step.id)?.rollback?.trim() ?? "";
    if (target === "") continue;
    const way = isFileTarget(target) ? null : stepsNamed(plan.document, target);
    if (way?.length === 0) continue;
    const key = way === null ? target : way.map((one) => one.id).join(" ");
    const known = found.get(key);
    if (known) {
      if (!known.undoes.includes(step)) known.undoes.push(step);
      continue;
    }
    const common = { kind: "step" as const, step: step.id, undoes: [step], targetMs: targetOf(plan, step, way ?? []) };
    found.set(
      key,
      way === null
        ? { ...common, ids: [], file: target, title: "" }
        : {
            ...common,
            ids: withVerification(
              plan,
              way.map((one) => one.id),
            ),
            file: null,
            title: way.map((one) => one.title).join(", "),
          },
    );
  }
  return [...found.values()];
}

/** The way back of the whole run: what the file names, else the ways back of all that has begun, in reverse order. Null where nothing of it can be undone. */
export function wayOfRun(state: RunState, plan: RunPlan): CountedWay | null {
  const begun = begunSteps(state);
  const named = plan.document.wayBack?.rollback?.trim() ?? "";
  const promised = plan.document.wayBack?.targetMs ?? null;
  if (begun.length === 0) return null;
  if (named !== "" && isFileTarget(named))
    return { kind: "run", step: null, undoes: begun, targetMs: promised, ids: [], file: named, title: "" };
  if (named !== "") {
    const way = stepsNamed(plan.document, named);
    const said = way.flatMap((step) => step.directive.targetMs ?? []);
    const targetMs = promised ?? (said.length === 0 ? null : Math.max(...said));
    const ids = withVerification(
      plan,
      way.map((one) => one.id),
    );
    return way.length === 0 ? null : { kind: "run", step: null, undoes: begun, targetMs, ids, file: null, title: "The whole run" };
  }
  const parts = new Map<string, WayParts>();
  for (const step of begun) {
    const target = directiveOf(plan, step.id)?.rollback?.trim() ?? "";
    if (target === "" || isFileTarget(target)) continue;
    const way = stepsNamed(plan.document, target);
    if (way.length === 0) continue;
    const key = way.map((one) => one.id).join(" ");
    const own = targetOf(plan, step, way);
    const part = parts.get(key) ?? { ids: way.map((one) => one.id), undoes: [], targetMs: null };
    part.undoes.push(step);
    // One way back undoes several steps at once: the longest of their promises is what it is held to.
    part.targetMs = own === null ? part.targetMs : Math.max(own, part.targetMs ?? 0);
    parts.set(key, part);
  }
  const all = [...parts.values()];
  if (all.length === 0) return null;
  const isPromised = all.every((part) => part.targetMs !== null);
  return {
    kind: "run",
    step: null,
    undoes: all.flatMap((part) => part.undoes),
    targetMs: promised ?? (isPromised ? all.reduce((sum, part) => sum + (part.targetMs ?? 0), 0) : null),
    ids: withVerification(plan, [...new Set(all.flatMap((part) => part.ids))]),
    file: null,
    title: "The whole run",
  };
}

/** Until when what undoes these steps is valid, as their text says; null for ever. */
export function validUntil(plan: RunPlan, undoes: readonly StepState[]): string | null {
  const ends = undoes.flatMap((step) => {
    const ms = directiveOf(plan, step.id)?.rollbackValidMs ?? null;
    return ms === null || step.endedAt === null ? [] : [Date.parse(step.endedAt) + ms];
  });
  return ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
}

/** Planned time of the verification that follows a way back. */
export function verifyMs(plan: RunPlan): number {
  const verify = verifyStep(plan);
  return (verify?.directive.plannedMs ?? 0) + (verify?.directive.soakMs ?? 0);
}

/** Window's end − rollback − verification; null without a window or a promise. */
export function latestFor(plan: RunPlan, targetMs: number | null, windowEnd: string | null): string | null {
  if (windowEnd === null || targetMs === null) return null;
  return new Date(Date.parse(windowEnd) - targetMs - verifyMs(plan)).toISOString();
}

/** The latest moment for the way back of all that was done, else of what was done last. */
export function latestWayBack(state: RunState, plan: RunPlan, windowEnd: string | null): string | null {
  const whole = wayOfRun(state, plan);
  const targetMs = whole?.targetMs ?? waysOfSteps(state, plan).find((way) => way.targetMs !== null)?.targetMs ?? null;
  return latestFor(plan, targetMs, windowEnd);
}

/** The point of no return that lies behind the run; null before it. Signed by whoever released it. */
export function noReturn(state: RunState, plan: RunPlan): NonNullable<RunHeader["pointOfNoReturn"]> | null {
  const step = state.steps.find((one) => one.startedAt !== null && directiveOf(plan, one.id)?.pointOfNoReturn === true);
  if (!step || step.startedAt === null) return null;
  const signed = state.signatures.filter(({ kind, about, meaning }) => kind === "holdpoint" && about === step.id && meaning === "approved");
  return { step: step.id, at: step.startedAt, by: [...new Set(signed.map((one) => one.name))].join(" and ") };
}

/** Why these steps are no way back any more; "" where they are. */
export function goneWords(state: RunState, plan: RunPlan, ids: readonly string[]): string {
  const point = noReturn(state, plan);
  if (point === null || ids.every((id) => directiveOf(plan, id)?.afterNoReturn === true || id === verifyStep(plan)?.id)) return "";
  return noReturnWords(state, point);
}

export function noReturnWords(state: RunState, point: NonNullable<RunHeader["pointOfNoReturn"]>): string {
  const step = state.steps[state.positions.get(point.step) ?? -1];
  return `gone since ${point.at.slice(11, 16)} UTC: step ${step?.number ?? point.step} “${step?.title ?? ""}” is a point of no return${point.by === "" ? "" : `, signed by ${point.by}`}. Restore, or fix forward`;
}

/** What the window says of a step's own way back. */
export function rollbackOf(plan: RunPlan, step: StepState, nowMs: number): StepState["rollback"] {
  const target = directiveOf(plan, step.id)?.rollback?.trim() ?? "";
  if (target === "") return undefined;
  const way = isFileTarget(target) ? [] : stepsNamed(plan.document, target);
  const until = validUntil(plan, [step]);
  return {
    name: way.length === 0 ? target : way.map((one) => one.title).join(", "),
    targetMs: targetOf(plan, step, way),
    validUntil: until,
    isExpired: until !== null && nowMs > Date.parse(until),
  };
}
