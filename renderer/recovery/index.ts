// Recovery clocks for other parts of the window. Owns: what they may use.
export { type Clock, clockNotes, rpoClock, rtoClock } from "./clocks.ts";
export { RecoveryClocks } from "./RecoveryClocks.tsx";
