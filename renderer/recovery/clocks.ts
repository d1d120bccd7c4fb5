// The recovery clocks in words and lengths: what each stands at, against its target. Owns: that reckoning. Does not draw.
import type { RecoveryView, RehearsalView } from "../../engine/protocol/index.ts";
import { formatDuration, formatSpent } from "../design/index.ts";

export type ClockTone = "idle" | "good" | "near" | "missed";
export type Clock = {
  label: string;
  /** `34:12`; a dash where nothing is known. */
  value: string;
  /** `target 1:00:00`; "" for none. */
  target: string;
  /** Beside the value: `25:48 left`, `9:00 too late`, `starts when step 1.4 has passed`. */
  aside: string;
  tone: ClockTone;
  /** Parts of the track, 0 to 1: filled, and where the target stands; null without a target. */
  filled: number;
  mark: number | null;
};

/** From this part of the target on the clock is near it. */
const NEAR = 0.8;
/** The target stands here on the track while it is not passed: what comes after it has room to be seen. */
const TARGET_AT = 0.98;

const toneOf = (ms: number, targetMs: number | null): ClockTone =>
  targetMs === null ? "good" : ms > targetMs ? "missed" : ms >= NEAR * targetMs ? "near" : "good";

function track(ms: number, targetMs: number | null): Pick<Clock, "filled" | "mark"> {
  if (targetMs === null || targetMs <= 0) return { filled: ms > 0 ? 1 : 0, mark: null };
  const whole = Math.max(ms, targetMs / TARGET_AT);
  return { filled: Math.min(1, ms / whole), mark: targetMs / whole };
}

const targetWords = (targetMs: number | null): string => (targetMs === null ? "" : `target ${formatDuration(targetMs)}`);

/** `numberOf`: the number of a step by its id. `endedAt`: of a run that is over. */
export function rtoClock(view: RecoveryView, now: number, endedAt: string | null, numberOf: (step: string) => string): Clock {
  const { rto, declared, keys } = view;
  const target = targetWords(rto.targetMs);
  if (declared === null) {
    const starts = keys.declared === null ? "a person declares it" : `step ${numberOf(keys.declared)} has passed`;
    const aside = endedAt === null ? `starts when ${starts}` : "no disaster was declared";
    return { label: "RTO, elapsed", value: "–:––", target, aside, tone: "idle", filled: 0, mark: null };
  }
  const ms = rto.ms ?? Math.max(0, (endedAt === null ? now : Date.parse(endedAt)) - Date.parse(declared.at));
  const left = rto.targetMs === null ? null : rto.targetMs - ms;
  const isDone = rto.ms !== null;
  const label = isDone ? "RTO, measured" : endedAt === null ? "RTO, elapsed" : "RTO, not verified";
  const asides = isDone ? { ahead: "to spare", over: "too late", none: "verified" } : { ahead: "left", over: "over", none: "runs" };
  const aside = left === null ? asides.none : `${formatDuration(Math.abs(left))} ${left >= 0 ? asides.ahead : asides.over}`;
  return {
    label,
    value: isDone ? formatSpent(ms) : formatDuration(ms),
    target,
    aside,
    tone: toneOf(ms, rto.targetMs),
    ...track(ms, rto.targetMs),
  };
}

export function rpoClock({ rpo, declared }: RecoveryView, isOver: boolean): Clock {
  const target = targetWords(rpo.targetMs);
  if (rpo.ms === null) {
    const by = rpo.missing.join(", ");
    const aside =
      rpo.measured.length > 0 && declared === null
        ? "counts from the declaration"
        : by === ""
          ? "no block measures it"
          : isOver
            ? "was not measured"
            : `measured by ${by}`;
    return { label: "RPO, data lost", value: "–:––", target, aside, tone: "idle", filled: 0, mark: null };
  }
  const left = rpo.targetMs === null ? null : rpo.targetMs - rpo.ms;
  const rest = rpo.missing.length === 0 ? "" : `, ${rpo.missing.length} of ${rpo.missing.length + rpo.measured.length} still to measure`;
  const spare = left === null ? "measured" : `${formatDuration(Math.abs(left))} ${left >= 0 ? "to spare" : "too much"}`;
  return {
    label: rpo.measured.length > 1 ? "RPO, data lost at worst" : "RPO, data lost",
    value: formatDuration(rpo.ms),
    target,
    aside: `${spare}${rest}`,
    tone: toneOf(rpo.ms, rpo.targetMs),
    ...track(rpo.ms, rpo.targetMs),
  };
}

/** What a reader must know beside the two figures; empty where they stand for themselves. */
export function clockNotes(view: RecoveryView, rehearsal: RehearsalView | null | undefined): string[] {
  const notes: string[] = [];
  if (view.declared?.isClaimed === true) notes.push(`Declared at a moment given by ${view.declared.by}: ${view.declared.reason}`);
  if (rehearsal != null && rehearsal.compress !== 1)
    notes.push(
      view.rto.textMs === null
        ? `Waits are compressed by ${rehearsal.compress}`
        : `Waits compressed by ${rehearsal.compress}; ${formatSpent(view.rto.textMs)} with those of the text`,
    );
  if (rehearsal?.way === "replay" && rehearsal.speed !== 1)
    notes.push(`Output is played at ${rehearsal.speed || "once"}${rehearsal.speed ? " times its speed" : ""}`);
  if (rehearsal?.way === "walk") notes.push("Walked through: nothing was run");
  if (view.rpo.measured.some((one) => one.isPlayed)) notes.push("The last write stands as far back as in the recorded run");
  if (view.clocksPartedMs !== 0)
    notes.push(`The clocks parted by ${formatDuration(view.clocksPartedMs)} in between: the figures are as exact as that`);
  if (view.rpo.measured.length > 1)
    notes.push(view.rpo.measured.map((one) => `${one.block} ${one.lostMs === null ? "waits" : formatDuration(one.lostMs)}`).join(" · "));
  return notes;
}
