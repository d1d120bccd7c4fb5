// How a report says things: times, durations, states with their shapes. Owns: the wording; the same in PDF, tables and Markdown.
import type { Colour } from "./tokens.ts";
import type { Piece } from "./type.ts";

/** "2026-11-20 11:40:22", in UTC; what is no moment is given back as it is. */
export function utc(at: string | null | undefined): string {
  if (at === null || at === undefined || at === "") return "";
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(at) ? `${at.slice(0, 10)} ${at.slice(11, 19)}` : at;
}
export const minuteUtc = (at: string | null | undefined): string => utc(at).replace(/:\d\d$/, "");

/** "2026-11-20 13:40:22 Europe/Vilnius (UTC+02:00)": the signer's own clock. `offset` in minutes. */
export function local(at: string, zone: string, offset: number | null): string {
  const moment = Date.parse(at);
  if (Number.isNaN(moment) || offset === null) return zone === "" ? "" : `${zone} (offset not recorded)`;
  const sign = offset < 0 ? "-" : "+";
  const pad = (n: number) => String(n).padStart(2, "0");
  const name = `UTC${sign}${pad(Math.floor(Math.abs(offset) / 60))}:${pad(Math.abs(offset) % 60)}`;
  return `${utc(new Date(moment + offset * 60_000).toISOString())} ${zone === "" ? name : `${zone} (${name})`}`;
}

/** An age as it is read: "43 days", "5 h", "12 min". */
export function ageWords(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  return hours >= 48 ? `${Math.floor(hours / 24)} days` : hours > 0 ? `${hours} h` : `${Math.floor(ms / 60_000)} min`;
}

/** "1 h 02 min 05 s", "4.2 s", "350 ms"; "" where it is not known. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return "";
  const sign = ms < 0 ? "-" : "";
  const much = Math.abs(ms);
  if (much < 1_000) return `${sign}${Math.round(much)} ms`;
  if (much < 10_000) return `${sign}${(Math.floor(much / 100) / 10).toFixed(1)} s`;
  const seconds = Math.floor(much / 1_000);
  const [h, m, s] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const pad = (n: number) => String(n).padStart(2, "0");
  if (h > 0) return `${sign}${h} h ${pad(m)} min${s > 0 ? ` ${pad(s)} s` : ""}`;
  return m > 0 ? `${sign}${m} min${s > 0 ? ` ${pad(s)} s` : ""}` : `${sign}${s} s`;
}
export const bytesOf = (n: number): string =>
  n < 1_000 ? `${n} bytes` : n < 1_000_000 ? `${(n / 1_000).toFixed(1)} kB` : `${(n / 1_000_000).toFixed(1)} MB`;
/** A title that would fill a page is cut, and says so; it stands whole where it is a cell of a table. */
export const shortened = (text: string, most = 300): string =>
  text.length <= most ? text : `${[...text.slice(0, most)].slice(0, -1).join("")}… (${text.length} characters in all)`;
export const plural = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** What "state" means in words, and which of the twelve shapes says it. */
const STATES: Record<string, { word: string; mark: string; colour: Colour }> = {
  open: { word: "open", mark: "open", colour: "t3" },
  done: { word: "done", mark: "passed", colour: "ok" },
  passed: { word: "passed", mark: "passed", colour: "ok" },
  accepted: { word: "accepted", mark: "passed", colour: "ok" },
  signed: { word: "signed", mark: "passed", colour: "ok" },
  valid: { word: "valid", mark: "passed", colour: "ok" },
  taken: { word: "taken", mark: "passed", colour: "ok" },
  finished: { word: "finished", mark: "passed", colour: "ok" },
  "rolled back": { word: "rolled back", mark: "failed", colour: "fail" },
  "passed with skips": { word: "passed with skips", mark: "passed", colour: "ok" },
  met: { word: "met", mark: "passed", colour: "ok" },
  failed: { word: "failed", mark: "failed", colour: "fail" },
  rejected: { word: "rejected", mark: "failed", colour: "fail" },
  aborted: { word: "aborted", mark: "failed", colour: "fail" },
  "not met": { word: "not met", mark: "failed", colour: "fail" },
  unknown: { word: "unknown", mark: "unknown", colour: "warn" },
  skipped: { word: "skipped", mark: "skipped", colour: "t3" },
  waived: { word: "waived", mark: "waived", colour: "t2" },
  "not-applicable": { word: "not applicable", mark: "not-applicable", colour: "t3" },
  stale: { word: "stale", mark: "stale", colour: "warn" },
  withdrawn: { word: "taken back", mark: "failed", colour: "fail" },
  replaced: { word: "replaced", mark: "skipped", colour: "t3" },
  unsigned: { word: "unsigned", mark: "waiting", colour: "warn" },
  partly: { word: "partly signed", mark: "waiting", colour: "warn" },
  none: { word: "nothing to sign", mark: "open", colour: "t3" },
  running: { word: "running", mark: "running", colour: "accent" },
  active: { word: "active", mark: "running", colour: "accent" },
  held: { word: "held", mark: "held", colour: "warn" },
  "not started": { word: "not started", mark: "open", colour: "t3" },
  "near-miss": { word: "near-miss", mark: "near-miss", colour: "warn" },
  incident: { word: "incident", mark: "failed", colour: "fail" },
};
export const wordOf = (state: string): string => STATES[state]?.word ?? state.replaceAll("-", " ");
/** Shape, word and colour together, never one alone. */
export function status(state: string, word = wordOf(state)): Piece[] {
  const known = STATES[state];
  const mark = known?.mark ?? "open";
  return [{ mark }, { text: ` ${word}`, style: { colour: known?.colour ?? "t2", face: "medium" } }];
}

export const OUTCOMES: Record<string, string> = { go: "GO", "conditional-go": "CONDITIONAL GO", "no-go": "NO-GO" };
export const GLASS: Record<string, string> = {
  "outside-window": "outside the change window",
  "approver-absent": "an approver was absent",
  "no-go-override": "against a NO-GO",
};
export const strong = (text: string): Piece => ({ text, style: { face: "medium" } });
export const quiet = (text: string): Piece => ({ text, style: { colour: "t3" } });
export const mono = (text: string): Piece => ({ text, style: { face: "mono" } });
export const say = (text: string): Piece => ({ text });
/** Pieces on lines of their own; empty ones are left out. */
export function lines(...parts: (Piece[] | string | null | undefined | false)[]): Piece[] {
  const kept = parts.filter((part): part is Piece[] | string => part !== null && part !== undefined && part !== false && part.length > 0);
  return kept.flatMap((part, i) => [...(i === 0 ? [] : [say("\n")]), ...(typeof part === "string" ? [say(part)] : part)]);
}
