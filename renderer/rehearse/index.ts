// The Rehearse page, and the trend beside a run: what other features of the window use of it.
export { RehearseView } from "./RehearseView.tsx";
export { RunTrend } from "./RunTrend.tsx";
export { useDrillsDue } from "./useDrillsDue.ts";
