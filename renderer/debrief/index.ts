// The debrief's half of the window. Owns: what other features import of it.
export { DebriefPage } from "./DebriefPage.tsx";
export { FaultSeen } from "./FaultSeen.tsx";
