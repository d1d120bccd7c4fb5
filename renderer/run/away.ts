// Steps that wait for a cluster that does not answer, and what signing about them is called. Owns: those words. Pure.
import type { NextAction, StepState } from "../../engine/protocol/index.ts";

/** In the order of the file. */
export const waitingFor = (steps: readonly StepState[], cluster: string): StepState[] =>
  steps.filter((step) => step.on === cluster && step.status === "todo" && step.wayBack !== true);

/** The button of an action that is a signature. */
export const signWords = ({ signs }: Pick<NextAction, "signs">): string =>
  signs?.subject.kind === "skip" ? "Sign to go past it" : "Sign hold point";
