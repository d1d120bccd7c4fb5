// What a gate's attributes ask for: how often, how long, and when each probe is due. Owns: that arithmetic. Pure.
import type { BlockAttributes } from "../protocol/index.ts";

export type GateSettings = {
  kind: "hold" | "wait";
  everyMs: number;
  /** `for` of a hold, `within` of a wait. */
  spanMs: number;
  /** A probe that has not ended by then measured nothing. */
  timeoutMs: number;
};

/** A probe without a `timeout` of its own may take two turns, and this long at least, milliseconds: one that hangs must not stop a gate for good. */
const LEAST_TIMEOUT_MS = 10_000;

/** Null for a block that is no gate, and for a gate of which something is not said. */
export function gateSettings(options: BlockAttributes): GateSettings | null {
  const { gate: kind, everyMs, timeoutMs } = options;
  const spanMs = kind === "hold" ? options.forMs : options.withinMs;
  if (kind === undefined || gateProblems(options).length > 0 || everyMs === undefined || spanMs === undefined) return null;
  return { kind, everyMs, spanMs, timeoutMs: timeoutMs ?? Math.max(2 * everyMs, LEAST_TIMEOUT_MS) };
}

/** What keeps the gate from being run, as keys; empty where nothing does. */
export function gateProblems(options: BlockAttributes): string[] {
  const { gate, forMs, everyMs, withinMs } = options;
  if (gate === undefined) {
    const stray = [forMs !== undefined && "for", everyMs !== undefined && "every", withinMs !== undefined && "within"];
    const more = [options.warn !== undefined && "warn", options.minSamples !== undefined && "min-samples"];
    return [...stray, ...more].filter((key) => key !== false).map((key) => `${key} without gate`);
  }
  const problems: string[] = [];
  if (gate === "hold" && !forMs) problems.push("gate=hold without for");
  if (gate === "wait" && !withinMs) problems.push("gate=wait without within");
  if (!everyMs) problems.push(`gate=${gate} without every`);
  if (options.background) problems.push("gate in the background");
  if (options.job) problems.push("gate as a job");
  if (options.match !== undefined && !isPattern(options.match)) problems.push("gate with a match that is no regular expression");
  return problems;
}

function isPattern({ source, flags }: { source: string; flags: string }): boolean {
  try {
    new RegExp(source, flags);
    return !/[gy]/.test(flags);
  } catch {
    return false;
  }
}

/** A hold is probed at the end of every turn and at its own end; a wait at once and at the beginning of every turn. */
export const firstDue = ({ kind, everyMs, spanMs }: GateSettings): number => (kind === "wait" ? 0 : Math.min(everyMs, spanMs));

/** How many probes there will be if each is on time. */
export const probeCount = ({ everyMs, spanMs }: GateSettings): number => Math.ceil(spanMs / everyMs);

/**
 * When the probe after that of `due` is due, and how many turns had passed entirely by `now` and are left out: n × every from the
 * start whatever a probe took, so that nothing drifts and nothing is made up for in a burst. Null where none follows.
 */
export function nextDue({ kind, everyMs, spanMs }: GateSettings, due: number, now: number): { due: number; leftOut: number } | null {
  if (kind === "hold" && due >= spanMs) return null;
  const next = (Math.floor(due / everyMs) + 1) * everyMs;
  const overdue = Math.floor(now / everyMs) * everyMs;
  const slot = Math.max(next, overdue);
  const leftOut = Math.max(0, (slot - next) / everyMs);
  if (kind === "wait") return slot >= spanMs ? null : { due: slot, leftOut };
  return slot >= spanMs ? { due: spanMs, leftOut: Math.max(0, Math.ceil((spanMs - next) / everyMs)) } : { due: slot, leftOut };
}
