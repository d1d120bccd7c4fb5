// Terminals of the window. Import from here.
export type { TerminalLook } from "./registry.ts";
export { keepTerminals } from "./registry.ts";
export { recordingWords, type TerminalInfo, TerminalPanel } from "./TerminalPanel.tsx";
