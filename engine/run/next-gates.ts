// The next action where a gate or a soak is under way, was interrupted, or failed: the words for it.
// Owns: choice and wording of those. Pure; next.ts asks it first, and adds what comes after the step.
import type { GateState, NextAction, StepState } from "../protocol/index.ts";
import { limitWords } from "./gate-probe.ts";
import { gateSettings, probeCount } from "./gate-settings.ts";
import type { RunPlan, StepPlan } from "./plan.ts";
import { spanWords } from "./run-clock.ts";

export type GateAction = Pick<NextAction, "kind" | "say" | "detail" | "button"> & { block: number | null };

/** What runs or waits by itself: a block that probes, or a soak; null where neither does. */
export function gateWait(step: StepState, plan: StepPlan | undefined, block: number | null): GateAction | null {
  const named = `Step ${step.number}`;
  if (block === null) {
    const { soak } = step;
    if (soak?.state !== "soaking" || step.status !== "open") return null;
    return {
      kind: "wait",
      block: null,
      say: `${named} soaks for ${spanWords(soak.ms)}, until ${clockWords(soak.endsAt)}`,
      detail: "The run goes on by itself then. It is ended early only with a reason.",
      button: "",
    };
  }
  const gate = step.blocks[block]?.gate;
  if (gate?.state !== "probing") return null;
  const name = nameOf(plan, block);
  const total = countOf(plan, block);
  const made = gate.counts.passed + gate.counts.failed + gate.counts.unknown;
  const limit = gate.threshold === null ? "" : ` ${limitWords(gate.threshold)}`;
  return {
    kind: "wait",
    block,
    say: `${named}: gate${name}, ${made === 0 ? "first probe to come" : `probe ${made}${total === null ? "" : ` of ${Math.max(total, made)}`}`}`,
    detail:
      gate.kind === "hold"
        ? `Every probe must pass${limit} until ${clockWords(gate.endsAt)}; one that fails holds the run.`
        : `The first probe that passes${limit} goes on; after ${clockWords(gate.endsAt)} it is too late, and the run is held.`,
    button: "",
  };
}

/** What a person decides: how an interrupted gate or soak goes on, or what follows a gate that failed; null where it is neither. */
export function gateDecision(step: StepState, plan: RunPlan): GateAction | null {
  const named = `Step ${step.number}`;
  if (step.status === "open") {
    const block = step.blocks.find((one) => one.gate?.state === "interrupted");
    const stands = block?.gate ?? (step.soak?.state === "interrupted" ? step.soak : null);
    if (stands === null) return null;
    const what = block ? `gate${nameOf(plan.byId.get(step.id), block.index)}` : "soak";
    return {
      kind: "gate",
      block: block?.index ?? null,
      say: `${named}: the ${what} was interrupted`,
      detail: `${sentence(stands.interruptedBecause)} ${block ? "Nothing was measured" : "It is not known to have waited"} since ${clockWords(stands.elapsedAt)}. At the step: go on with a reason, or judge it.`,
      button: "Start it again",
    };
  }
  // What was gone back from is not asked for again: the run is finished, or resumed and the step tried once more.
  if (step.status !== "done" || step.verdict !== "failed" || step.passedOver === true || step.undone !== undefined) return null;
  const failed = step.blocks.find((one) => one.gate?.state === "done" && one.verdict === "failed");
  if (!failed) return null;
  const own = plan.byId.get(step.id)?.step;
  const back = own?.directive.rollback ?? null;
  const what = `gate${nameOf(plan.byId.get(step.id), failed.index)}`;
  if (back === null)
    return {
      kind: "retry-or-skip",
      block: failed.index,
      say: `${named}: the ${what} failed`,
      detail: sentence(step.because),
      button: "Retry",
    };
  const target = own?.directive.targetMs ?? plan.byId.get(back.replace(/^#/, ""))?.step.directive.targetMs ?? null;
  const title = back.startsWith("#") ? (plan.byId.get(back.slice(1))?.step.title ?? back) : back;
  return {
    kind: "way-back",
    block: failed.index,
    say: `Go back: ${title}?`,
    detail: `The ${what} failed: ${failed.because}. One confirmation${target === null ? "" : `; the clock runs against the promised ${spanWords(target)}`}.`,
    button: "Start the way back",
  };
}

/** Why the step is not simply gone on with; null where nothing of it was interrupted. */
export function interruptedWords(step: StepState): { say: string; detail: string } | null {
  if (step.status !== "open") return null;
  if (step.soak !== undefined && step.soak.state === "soaking")
    return { say: `step ${step.number} soaks`, detail: "It goes on by itself; end the soak early with a reason." };
  const stands = step.blocks.some((one) => one.gate?.state === "interrupted") || step.soak?.state === "interrupted";
  if (!stands) return null;
  return {
    say: `step ${step.number} was interrupted in its gate or soak`,
    detail: "Start that again, go on with a reason, or judge the step.",
  };
}

function nameOf(plan: StepPlan | undefined, block: number): string {
  const name = plan?.step.blocks[block]?.name ?? null;
  return name === null ? "" : ` ${name}`;
}

function countOf(plan: StepPlan | undefined, block: number): number | null {
  const settings = gateSettings(plan?.step.blocks[block]?.options ?? {});
  return settings === null || settings.kind === "wait" ? null : probeCount(settings);
}

const clockWords = (at: GateState["endsAt"]): string => (at === null ? "its end" : `${at.slice(11, 19)} UTC`);
const sentence = (text: string): string =>
  text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;
