// The plan of a night beside what happens. Import from here.
export { endWords } from "./PlanSummary.tsx";
export { DocumentPlan, RunPlan } from "./Plans.tsx";
