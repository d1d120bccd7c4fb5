// Words of a launch: its states, its window in the site's zone, what a failure of a form is.
// Owns: the wording. Pure.
import type { Decision, LaunchFacts, LaunchHeader, LaunchState } from "../../engine/protocol/index.ts";
import { formatDate, formatDuration, formatMinute, type StatusState, zoneWord } from "../design/index.ts";

export const STATE_WORDS: Record<LaunchState, string> = {
  preparing: "Preparing",
  ready: "Ready for the decision",
  go: "GO, not begun",
  "cut-over": "In cut-over",
  watch: "On watch",
  retrospective: "In retrospective",
  closed: "Closed",
};
export const STATE_GLYPHS: Record<LaunchState, StatusState> = {
  preparing: "open",
  ready: "signoff",
  go: "passed",
  "cut-over": "running",
  watch: "running",
  retrospective: "held",
  closed: "passed",
};

/** The state as it is shown: a GO that something has overtaken carries no cut-over, and never stands there as passed. */
export function stateShown({ state, decision }: Pick<LaunchHeader, "state" | "decision">): { state: StatusState; word: string } {
  if (state === "go" && decision !== null && decision.overtaken !== "") return { state: "stale", word: "GO, overtaken" };
  return { state: STATE_GLYPHS[state], word: STATE_WORDS[state] };
}

const OUTCOME_WORDS: Record<Decision["outcome"], string> = { go: "GO", "conditional-go": "Conditional GO", "no-go": "NO-GO" };
export function decisionWords(decision: LaunchHeader["decision"]): { state: StatusState; word: string } {
  if (decision === null) return { state: "open", word: "Not proposed" };
  const word = OUTCOME_WORDS[decision.outcome];
  switch (decision.state) {
    case "open":
      return { state: "signoff", word: `${word}, signatures missing` };
    case "taken":
      if (decision.overtaken !== "") return { state: "stale", word: `${word}, overtaken` };
      return { state: decision.outcome === "no-go" ? "failed" : "passed", word };
    case "stale":
      return { state: "stale", word: `${word}, overtaken` };
    case "replaced":
      return { state: "skipped", word: `${word}, replaced` };
    case "withdrawn":
      return { state: "skipped", word: `${word}, withdrawn` };
  }
}

/** `14 Mar 2026, 22:00 to 02:00 UTC, 00:00 to 04:00 EET`; "" without a window. */
export function windowWords({ windowStart, windowEnd, zone }: Pick<LaunchFacts, "windowStart" | "windowEnd" | "zone">): string {
  if (windowStart === null) return "";
  const span = (of: string): string =>
    `${formatMinute(windowStart, of)}${windowEnd === null ? "" : ` to ${formatMinute(windowEnd, of)}`} ${zoneWord(windowStart, of)}`;
  const day = formatDate(windowStart);
  return zone === "" || zoneWord(windowStart, zone) === "UTC" ? `${day}, ${span("UTC")}` : `${day}, ${span("UTC")}, ${span(zone)}`;
}

/** `in 5:23:20`, `in 3 days`, `began 2:10 ago`. Milliseconds from now; negative is past. */
export function untilWords(ms: number): string {
  const days = Math.floor(Math.abs(ms) / 86_400_000);
  const span = days >= 2 ? `${days} days` : formatDuration(Math.abs(ms));
  return ms >= 0 ? `in ${span}` : `${span} ago`;
}

/** Distance of a zone from UTC at a moment, milliseconds. */
export function zoneOffsetMs(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const value = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  return (
    Date.UTC(value("year"), value("month") - 1, value("day"), value("hour"), value("minute"), value("second")) -
    Math.floor(at / 1000) * 1000
  );
}

/** `2026-03-14 22:00`: a moment on the clock of a zone, as it is typed; "" for none. */
export function toLocalInput(at: string | null, zone: string): string {
  if (at === null || at === "") return "";
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return "";
  return new Date(ms + zoneOffsetMs(zone, ms)).toISOString().slice(0, 16).replace("T", " ");
}

export const isLocalMoment = (local: string): boolean => /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}$/.test(local.trim());

/** The moment that a wall clock of the zone shows; null for none. Where the clocks jump, the offset before the jump holds. */
export function fromLocalInput(local: string, zone: string): string | null {
  const wall = isLocalMoment(local) ? Date.parse(`${local.trim().replace(" ", "T")}Z`) : Number.NaN;
  if (Number.isNaN(wall)) return null;
  const first = wall - zoneOffsetMs(zone, wall);
  return new Date(wall - zoneOffsetMs(zone, first)).toISOString();
}

/** Name of an operator-facing act by role, or why it is not to be had. */
export function roleProblem(roles: readonly string[] | null, wanted: readonly string[], what: string): string | null {
  if (roles === null || roles.some((role) => wanted.includes(role))) return null;
  return `${what} is for ${wanted.join(" or ")}; you are signed in as ${roles.join(", ")}.`;
}
