// Series of a runbook: what its runs teach, computed from their events alone.
// Owns: what other rooms may import. Reads no log and no file; both are handed in.
export { type ComparedInput, compareRuns } from "./compare.ts";
export { drillDue, drillsIn, urgency } from "./drill.ts";
export { type Attempt, paceOf, type RunFacts, runsIn, TELLING } from "./facts.ts";
export { LEARNING, learntFrom, notLearnt } from "./learning.ts";
export { type Outside, runsOf, samplesOf, seriesOf, type Text, trendOf, viewsOf } from "./series.ts";
export { type RecoveryRow, recoveryRow } from "./table.ts";
