// The run room's door: other rooms import from here only.

export { createAwake, sleepFinding } from "./awake.ts";
export { batteryFinding, readBattery } from "./battery.ts";
export { COUNTDOWN_S } from "./countdown.ts";
export type { LaunchForRun, LaunchWindow, RunDeps, Who } from "./deps.ts";
export { applyEvent, foldRun } from "./fold.ts";
export { scenariosBeside } from "./instructing.ts";
export { createLearnt } from "./learnt.ts";
export { ownPast, type Past } from "./past.ts";
export { planOf } from "./plan.ts";
export { nextAction } from "./primary.ts";
export { recoveryView } from "./recovery-state.ts";
export { spanWords } from "./run-clock.ts";
export { createRunService, type RunService } from "./service.ts";
export type { RunSignable } from "./signables.ts";
export { secretLooking } from "./start.ts";
export type { RunState } from "./state.ts";
