// A fault in words: when it was to come and what it was. Owns: the sentences of debrief, screen and report. Pure.
import type { Fault } from "./types.ts";

export function spanWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [h > 0 ? `${h} h` : "", m > 0 ? `${m} min` : "", s > 0 ? `${s} s` : ""];
  return parts.filter((part) => part !== "").join(" ");
}

/** `step`: number and title of a step, or its id. */
export function momentWords({ trigger }: Fault, step: (id: string) => string): string {
  const after = "afterMs" in trigger && trigger.afterMs > 0 ? `${spanWords(trigger.afterMs)} after ` : "";
  switch (trigger.on) {
    case "block":
      return `at ${step(trigger.step)}${trigger.probe > 1 ? `, from look ${trigger.probe} of its gate` : ""}${trigger.attempts === 1 ? "" : trigger.attempts === null ? ", every attempt" : `, ${trigger.attempts} attempts`}`;
    case "step":
      return `${after === "" ? "at " : after}the ${trigger.edge} of ${step(trigger.step)}`;
    case "gate":
      return `${after === "" ? "at " : after}the beginning of the gate of ${step(trigger.step)}`;
    default:
      return after === "" ? `at the ${trigger.on}` : `${after}the ${trigger.on}`;
  }
}

const FIRST = 300;
const first = (text: string): string => (text.length > FIRST ? `${text.slice(0, FIRST)}…` : text).trim();

export function whatWords({ effect, forMs }: Fault): string {
  const long = forMs === null ? "" : ` for ${spanWords(forMs)}`;
  switch (effect.kind) {
    case "fails":
      return `exit ${effect.exitCode}${effect.output === "" ? "" : `: ${first(effect.output)}`}`;
    case "hangs":
      return `nothing came any more${effect.output === "" ? "" : ` after: ${first(effect.output)}`}`;
    case "reads":
      return effect.value !== null ? `it read ${first(effect.value)}` : `${spanWords(effect.olderMs ?? 0)} older than promised`;
    case "slow":
      return `it took ${spanWords(effect.byMs)} longer`;
    case "cut":
      return `nothing reached ${effect.cluster ?? [effect.host, effect.port].filter((one) => one !== null).join(" and ")}${long}`;
    case "away":
      return `nobody with the role ${effect.role} answered${long}`;
    case "commands":
      return `${first(effect.run)}${long}`;
    case "scale-down":
      return `${effect.workload} scaled to ${effect.to}${long}`;
    default:
      return `the server of ${effect.pidFile} ${effect.how === "freeze" ? "frozen" : "killed"}${long}`;
  }
}
