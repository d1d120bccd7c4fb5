// Rehearsals with an instructor: scenarios, drills made from a seed, and what is injected when.
// Owns: what other rooms may import. Runs nothing; what is played or really broken is engine/run.
export type { Instructor, Moment, Override } from "./types.ts";
