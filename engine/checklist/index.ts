// The checklist room's door: what items, answers, evidence and signatures come to. Pure: no store, no clock, no file.
export * from "./board.ts";
export * from "./categories.ts";
export { checksDocument } from "./checks-document.ts";
export { categoryDigest, coveredBy, type DecisionBasis, decisionDigest, subjectDigest } from "./digest.ts";
export * from "./facts.ts";
export {
  buildItem,
  buildItems,
  categoriesOf,
  day,
  duration,
  isWaiverOver,
  type KeyedCategory,
  minute,
  obstaclesOf,
  standingCheck,
} from "./items.ts";
export { readTestReport, type TestReport, testReportFindings } from "./junit.ts";
export { decimal, limitFinding, limitText, readDecimal } from "./numbers.ts";
export * from "./statements.ts";
export { textFindings } from "./text-evidence.ts";
