// The text of a status update: a template with what holds now. Owns: the names that may stand in it, and their words.
// Pure. Times are said in UTC, and in the site's zone where that is another.
import type { LaunchPlan } from "../protocol/index.ts";
import type { LaunchFold } from "./state.ts";

const STATES: Record<LaunchFold["state"], string> = {
  preparing: "in preparation",
  ready: "ready for the decision",
  go: "GO, not begun",
  "cut-over": "in cut-over",
  watch: "on watch",
  retrospective: "in retrospective",
  closed: "closed",
};

export function updateValues(state: LaunchFold, plan: LaunchPlan, now: number): Record<string, string> {
  const { facts, states, notes } = state;
  const begun = states.findLast((one) => one.state === "cut-over")?.at;
  const run = [...state.runs.values()].findLast((one) => one.kind === "runbook" && (one.status === "active" || one.status === "held"));
  const next = plan.entries.find((one) => one.id === plan.next) ?? plan.entries.find((one) => !one.isSettled && one.state !== "running");
  const lasts = plan.entries.reduce<number | null>((sum, one) => (sum === null || one.plannedMs === null ? null : sum + one.plannedMs), 0);
  const open = notes.filter((one) => one.kind === "incident" && one.closedAt === null);
  const at = (moment: string | null): string => (moment === null ? "not known" : clock(moment, facts.zone));
  return {
    launch: facts.name,
    version: facts.version,
    state: STATES[state.state],
    step: run === undefined ? "no run under way" : run.current === "" ? run.title : `${run.title}, ${run.current}`,
    elapsed: begun === undefined ? "not begun" : spanWords(Math.max(0, now - Date.parse(begun))),
    planned: lasts === null || plan.entries.length === 0 ? "not planned" : spanWords(lasts),
    drift: plan.driftMs === null ? "on plan" : driftWords(plan.driftMs),
    next: next?.title ?? (state.state === "cut-over" ? "the watch" : "nothing more"),
    forecast: at(plan.forecastEnd),
    window_end: at(facts.windowEnd),
    incidents: open.length === 0 ? "no open incident" : open.map((one) => one.title).join("; "),
    bridge: facts.bridge,
    time: at(new Date(now).toISOString()),
  };
}

/** `Sun 15 Mar 02:00 UTC`, as sentences of alarms say a moment. */
export const momentWords = (moment: string): string =>
  `${new Date(moment).toLocaleString("en-GB", { timeZone: "UTC", weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).replaceAll(",", "")} UTC`;

/** Under half a minute nobody is late. Milliseconds. */
const ON_PLAN_MS = 30_000;
export const driftWords = (ms: number): string =>
  Math.abs(ms) < ON_PLAN_MS ? "on plan" : `${spanWords(Math.abs(ms))} ${ms > 0 ? "late" : "ahead"}`;

/** `{name}` is replaced where the name is known, and stays as it is where it is not. */
export const composed = (template: string, values: Record<string, string>): string =>
  template.replace(/\{([a-z_]+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? (values[name] as string) : whole));

function clock(moment: string, zone: string): string {
  const utc = `${moment.slice(11, 16)} UTC`;
  if (zone === "" || zone === "UTC") return utc;
  try {
    const format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZoneName: "short",
    });
    const local = format.format(new Date(moment));
    return local.startsWith(moment.slice(11, 16)) ? utc : `${utc} (${local})`;
  } catch {
    return utc; // a zone that this computer does not know
  }
}

/** `45 min`, `2 h 05 min`. */
function spanWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}
