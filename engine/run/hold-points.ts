// Hold points: steps that go on only when the roles they name have signed. Owns: which are open, what a signature covers, what makes it stale.
// Pure over state and plan. The signing itself (password, key, four eyes) is the launch room's flow; engine/run/signables.ts hands it over.
import { createHash } from "node:crypto";
import type { CanonicalValue, StepState } from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import type { RunPlan, StepPlan } from "./plan.ts";
import { isSettled, type RunSignature, type RunState } from "./state.ts";

export type HoldPoint = { roles: string[]; signed: RunSignature[]; missing: string[] };

/** Null for a step that names no role. */
export function holdPointOf(state: RunState, plan: StepPlan): HoldPoint | null {
  const roles = plan.step.directive.signoff;
  if (roles.length === 0) return null;
  const signed = state.signatures.filter(
    (one) => one.kind === "holdpoint" && one.about === plan.step.id && !one.isStale && one.meaning === "approved",
  );
  const missing = [...roles];
  for (const { role } of signed) {
    const index = missing.indexOf(role);
    if (index !== -1) missing.splice(index, 1);
  }
  return { roles, signed, missing };
}

export const isReleased = (point: HoldPoint | null): boolean => point === null || point.missing.length === 0;

/** Steps of the main path before this one, as the text in force has them: what its hold point covers. */
export function coveredSteps(state: RunState, id: string): StepState[] {
  const position = state.positions.get(id) ?? 0;
  return state.steps.slice(0, position).filter((step) => step.wayBack !== true && step.removed !== true);
}

/** The first hold point before a step of the main path that nobody has released; a way back is never kept waiting. */
export function openHoldPointBefore(state: RunState, plan: RunPlan, step: StepState): StepPlan | null {
  if (step.wayBack === true) return null;
  for (const before of coveredSteps(state, step.id)) {
    const own = before.status === "todo" ? plan.byId.get(before.id) : undefined;
    if (own && !isReleased(holdPointOf(state, own))) return own;
  }
  return null;
}

/** Why it cannot be released yet. A way back is taken from the middle: it waits for nothing before it. */
export function holdPointBlockers(state: RunState, id: string): string[] {
  if (state.steps[state.positions.get(id) ?? -1]?.wayBack === true) return [];
  const open = coveredSteps(state, id).filter((step) => !isSettled(step));
  return open.map((step) => `step ${step.number} “${step.title}” is ${step.status === "done" ? (step.verdict ?? "unknown") : "not done"}`);
}

/** SHA-256("holdpoint/holdpoint/v1\0" ‖ JCS of the run, the text and how every step before it ended). */
export function holdPointDigest(state: RunState, plan: RunPlan, own: StepPlan): string {
  const before = coveredSteps(state, own.step.id).map((step) => ({
    id: step.id,
    text: plan.byId.get(step.id)?.step.sha256 ?? "",
    verdict: step.verdict ?? "",
    judgement: step.judgement?.outcome ?? "",
    passed_over: step.passedOver === true,
    seq: state.endSeqs.get(step.id) ?? 0,
  }));
  const value: CanonicalValue = { run: state.run, step: own.step.id, text: own.step.sha256, plan: state.planSha256, before };
  return createHash("sha256").update("holdpoint/holdpoint/v1\0").update(jcs(value)).digest("hex");
}

export function holdPointCovers(state: RunState, id: string): number[] {
  const seqs = coveredSteps(state, id).map((step) => state.endSeqs.get(step.id) ?? 0);
  return [...new Set([state.startedSeq, ...seqs])].filter((seq) => seq > 0).sort((a, b) => a - b);
}

/** What this person did in the steps before: who executed does not release. "" for nothing. */
export function executedBefore(state: RunState, id: string, operator: string): string {
  const done = coveredSteps(state, id).filter((step) => state.executors.get(step.id)?.has(operator));
  if (done.length === 0) return "";
  const said = done.slice(0, 3).map((step) => `step ${step.number}`);
  return `executed ${said.join(", ")}${done.length > said.length ? ` and ${done.length - said.length} more` : ""}: who executed does not release it`;
}

/** Signatures in force that rest on this step. */
export function signaturesOver(state: RunState, step: string): RunSignature[] {
  const position = state.positions.get(step);
  if (position === undefined || state.steps[position]?.wayBack === true) return [];
  return state.signatures.filter(
    (one) => one.kind === "holdpoint" && one.meaning === "approved" && !one.isStale && (state.positions.get(one.about) ?? -1) > position,
  );
}

/** Signatures in force that released a step which has not begun: what it will be given is part of what was released. */
export const signaturesAhead = (state: RunState): RunSignature[] =>
  state.signatures.filter(
    (one) =>
      one.kind === "holdpoint" &&
      one.meaning === "approved" &&
      !one.isStale &&
      state.steps[state.positions.get(one.about) ?? -1]?.status === "todo",
  );
