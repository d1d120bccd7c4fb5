// Words of a launch's night: states of entries and looks, drift, moments with their zones. Owns: the wording. Pure.
import type {
  Audience,
  Expectation,
  LaunchFacts,
  LaunchPlanRow,
  PlanState,
  Update,
  WatchConfig,
  WatchSlot,
  WatchView,
} from "../../engine/protocol/index.ts";
import { formatDay, formatMinute, formatPlanned, type StatusState, zoneWord } from "../design/index.ts";

export const PLAN_WORDS: Record<PlanState, { state: StatusState; word: string }> = {
  planned: { state: "open", word: "Planned" },
  due: { state: "nearmiss", word: "Due" },
  running: { state: "running", word: "Running" },
  done: { state: "passed", word: "Done" },
  failed: { state: "failed", word: "Failed" },
  skipped: { state: "skipped", word: "Skipped" },
};

/** An entry whose run is held does not run: the state says so, and no clock turns beside it. */
export const rowWord = ({ state, runStatus }: Pick<LaunchPlanRow, "state" | "runStatus">): { state: StatusState; word: string } =>
  state === "running" && runStatus === "held" ? { state: "held", word: "Held" } : PLAN_WORDS[state];

export const slotWord = (slot: WatchSlot): { state: StatusState; word: string } => {
  switch (slot.state) {
    case "upcoming":
      return { state: "open", word: "To come" };
    case "due":
      return { state: "nearmiss", word: "Due now" };
    case "missed":
      return { state: "failed", word: "Missed" };
    case "entered":
    case "late": {
      const late = slot.state === "late" ? ", entered late" : "";
      if (slot.entry?.outcome === "ok") return { state: slot.state === "late" ? "stale" : "passed", word: `Ok${late}` };
      return slot.entry?.outcome === "not-ok" ? { state: "failed", word: `Not ok${late}` } : { state: "unknown", word: `Unknown${late}` };
    }
  }
};

export const WATCH_WORDS: Record<WatchView["state"], string> = {
  planned: "not begun",
  running: "under way",
  over: "over",
  ended: "ended before its time",
};
export const UPDATE_WORDS: Record<Update["state"], { state: StatusState; word: string }> = {
  copied: { state: "passed", word: "Copied" },
  queued: { state: "held", word: "Waiting" },
  sent: { state: "passed", word: "Sent" },
  failed: { state: "failed", word: "Not sent" },
};
export const CHANNEL_WORDS: Record<Audience["channel"], string> = {
  clipboard: "clipboard",
  slack: "Slack webhook",
  teams: "Teams webhook",
};

/** Under half a minute nobody is late. Milliseconds. */
const ON_PLAN_MS = 30_000;
/** `4 minutes late`, `on plan`; "" where nothing is known. */
export function driftWords(ms: number | null): string {
  if (ms === null) return "";
  if (Math.abs(ms) < ON_PLAN_MS) return "on plan";
  return `${formatPlanned(Math.abs(ms))} ${ms > 0 ? "late" : "ahead"}`;
}

/** `00:55`, with the day where it is not that of `beside`. */
export const clockOf = (moment: string | null, beside: string | null = null): string => {
  if (moment === null) return "";
  const day = formatDay(moment);
  return beside !== null && formatDay(beside) === day ? formatMinute(moment) : `${day} ${formatMinute(moment)}`;
};

/** `02:55 EET`, where the site's clock is another than UTC; else "". */
export const siteClock = (moment: string | null, { zone }: Pick<LaunchFacts, "zone">): string => {
  if (moment === null || zone === "" || zoneWord(moment, zone) === "UTC") return "";
  return `${formatMinute(moment, zone)} ${zoneWord(moment, zone)}`;
};

/** `every 15 minutes until hour 4, every 1 h until hour 24`. */
export const scheduleWords = ({ schedule }: Pick<WatchConfig, "schedule">): string =>
  schedule.map((one) => `every ${formatPlanned(one.everyMs)} until hour ${hoursOf(one.untilMs)}`).join(", ");
export const hoursOf = (ms: number): number => Math.round((ms / 3_600_000) * 10_000) / 10_000;
export const minutesOf = (ms: number): number => Math.round((ms / 60_000) * 10_000) / 10_000;

export const limitWords = (expect: Expectation | null, unit: string): string =>
  expect === null ? "" : `${expect.operator} ${expect.value}${unit === "" ? "" : ` ${unit}`}`;

/** "<= 0.3" as an expectation; null for "", undefined for what is neither. */
export function readLimit(text: string): Expectation | null | undefined {
  if (text.trim() === "") return null;
  const found = /^(<=|>=|==|!=|<|>|≤|≥)\s*(-?\d+(?:[.,]\d+)?)$/.exec(text.trim());
  if (found === null) return undefined;
  const operator = (found[1] === "≤" ? "<=" : found[1] === "≥" ? ">=" : found[1]) as Expectation["operator"];
  return { operator, value: Number((found[2] ?? "").replace(",", ".")) };
}

/** Minutes typed as `90`, `1:30` or `+1:30`; null for "", undefined for what is neither. */
export function readSpan(text: string): number | null | undefined {
  const given = text.trim().replace(/^\+/, "");
  if (given === "") return null;
  const clock = /^(\d{1,3}):([0-5]\d)$/.exec(given);
  if (clock !== null) return (Number(clock[1]) * 60 + Number(clock[2])) * 60_000;
  return /^\d+(\.\d+)?$/.test(given) ? Math.round(Number(given) * 60_000) : undefined;
}
export const spanText = (ms: number | null): string =>
  ms === null ? "" : `${Math.floor(ms / 3_600_000)}:${String(Math.round(ms / 60_000) % 60).padStart(2, "0")}`;
