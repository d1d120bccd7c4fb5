// Rehearsals with an instructor: scenarios, drills made from a seed, what is injected when, and the debrief.
// Owns: what other rooms may import. Runs nothing; what is played or really broken is engine/run.
export { debriefsIn, SCHEDULE } from "./from-record.ts";
export { createInstructor } from "./instructor.ts";
export { DEED_EVENTS, noticedBy } from "./noticing.ts";
export { scenarioFromSeed } from "./random.ts";
export { readScenario, runbookOf } from "./scenario.ts";
export { readSchedule, scheduleBytes } from "./schedule.ts";
export type { Effect, Fault, HandResult, Hands, Instructor, Override, Scenario } from "./types.ts";
