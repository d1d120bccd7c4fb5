// The schedule of a plan: durations, order, planned and forecast times, critical path. Pure; imports the protocol alone.
export { durationsOf, type StepDuration } from "./durations.ts";
export { quartiles } from "./quartiles.ts";
export type { Actual } from "./schedule.ts";
export { createSchedule, type Schedule } from "./view.ts";
