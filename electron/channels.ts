// Names and shapes of what travels between preload, main and the engine process.
// Owns: those alone. Imported by all three, so it must stay free of Electron and Node.
import type { Result } from "../engine/protocol/index.ts";

/** Window → main, answered. */
export const CALL = "holdpoint:call";
/** Main → window. */
export const EVENT = "holdpoint:event";
/** Window → main: a terminal is wanted; main → window: here is its port. */
export const TERMINAL = "holdpoint:terminal";

/** Main → engine process. A terminal's message carries its port. */
export type ToEngine =
  | { kind: "call"; id: number; method: string; params: unknown }
  | { kind: "terminal"; terminal: string }
  | { kind: "close" };
/** Engine process → main. */
export type FromEngine =
  | { kind: "ready" }
  | { kind: "failed"; message: string }
  | { kind: "result"; id: number; result: Result<unknown> }
  | { kind: "event"; event: string; payload: unknown }
  | { kind: "closed" };

/** Pseudo-event of the shell itself: the window shows it and, after "online", takes a new snapshot and attaches its terminals again. */
export const CONNECTION_EVENT = "connection";
export type ConnectionState = { state: "online" | "restarting" | "failed"; message: string };
