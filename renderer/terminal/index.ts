// Terminals of the window. Import from here.
export { SPEEDS, speedWord } from "./pace.ts";
export { isPlayedView } from "./RehearsalHead.tsx";
export type { TerminalLook } from "./registry.ts";
export { keepTerminals } from "./registry.ts";
export { recordingWords, type TerminalInfo, TerminalPanel } from "./TerminalPanel.tsx";
