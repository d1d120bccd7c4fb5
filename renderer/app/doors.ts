// What the frame asks of the run's half of the window (renderer/run/index.ts): two components and their props.
// Owns: the agreement. Does not contain either component.
import type { Mode, RunId } from "../../engine/protocol/index.ts";

/**
 * RunView fills the frame's middle: it returns <FrameSituation>, <FrameAlarm> (while unseen) and <FrameWork> from renderer/app/Frame.tsx,
 * calls useFrameSubject({kind: "run", header}), and gives the palette its steps and actions with usePaletteEntries.
 */
export type RunViewProps = { run: RunId };
/** Asks for mode (`mode` is chosen first), cluster, parameters and preflight, then starts. `onStarted` leads to the run. */
export type StartDialogProps = { path: string; mode: Mode; onClose(): void; onStarted(run: RunId): void };
