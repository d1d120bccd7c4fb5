// What is kept an eye on in a launch's night, at a moment: loops, escalations, updates, and the alarms that stand. Owns: that computation.
// Pure: the same state and moment give the same. Nothing is sent, called or closed here.
import type {
  Audience,
  Contact,
  DutyView,
  Escalation,
  LaunchAlarm,
  LaunchPlan,
  LaunchView,
  OpenLoop,
  WatchView,
} from "../protocol/index.ts";
import type { AudienceFact } from "./night-state.ts";
import type { LaunchFold } from "./state.ts";
import { composed, momentWords, updateValues } from "./update-text.ts";

const iso = (ms: number): string => new Date(ms).toISOString();
/** In these states the launch is under way: what is overdue then alarms. */
const UNDER_WAY: readonly string[] = ["go", "cut-over", "watch"];

export type DutyInput = { state: LaunchFold; plan: LaunchPlan; watch: WatchView; hasAddress(audience: AudienceFact): boolean; now: number };

export function dutyView(input: DutyInput): DutyView {
  const { state, now } = input;
  const loops = state.night.loops.map(
    (one): OpenLoop => ({
      ...one,
      isOverdue: one.closedAt === null && one.dueAt !== null && Date.parse(one.dueAt) <= now,
    }),
  );
  const escalations = state.notes.filter((one) => one.kind === "incident").map((one) => escalationOf(state, one, now));
  const values = updateValues(state, input.plan, now);
  const audiences = [...state.night.audiences.values()].map((one) => audienceOf(input, one, composed(one.template, values)));
  const duty = { loops, escalations, audiences, updates: [...state.night.updates.values()] };
  return { ...duty, alarms: alarmsOf(input, duty) };
}

function escalationOf({ facts }: LaunchFold, note: LaunchView["notes"][number], now: number): Escalation {
  const since = Date.parse(note.at);
  const levels = [...facts.escalation].sort((a, b) => a.afterMs - b.afterMs);
  const isStopped = note.acknowledgedAt !== null || note.closedAt !== null;
  const come = isStopped ? undefined : levels.findLast((one) => since + one.afterMs <= now);
  const next = isStopped ? undefined : levels.find((one) => since + one.afterMs > now);
  const at = (level: number): Contact[] => facts.contacts.filter((one) => one.level === level);
  return {
    seq: note.seq,
    title: note.title,
    since: note.at,
    acknowledgedAt: note.acknowledgedAt,
    acknowledgedBy: note.acknowledgedBy,
    level: come?.level ?? 0,
    call: come === undefined ? [] : at(come.level),
    next: next === undefined ? null : { level: next.level, at: iso(since + next.afterMs), call: at(next.level) },
  };
}

function audienceOf({ state, hasAddress, now }: DutyInput, fact: AudienceFact, text: string): Audience {
  const sent = [...state.night.updates.values()].filter((one) => one.audience === fact.id);
  const lastAt = sent.at(-1)?.at ?? null;
  const isAsked = state.state === "cut-over" || (state.state === "watch" && fact.onWatch);
  // Counts from the last update, but not from before the cut-over, nor from before the audience was there.
  const begun = state.states.findLast((one) => one.state === "cut-over")?.at ?? "";
  const from = [lastAt ?? "", begun, fact.since].sort().at(-1) ?? "";
  const due = isAsked ? Date.parse(from) + fact.everyMs : null;
  const { since: _, ...shown } = fact;
  return {
    ...shown,
    address: fact.channel === "clipboard" ? "none" : hasAddress(fact) ? "ready" : "wanted",
    lastAt,
    dueAt: due === null ? null : iso(due),
    isOverdue: due !== null && due <= now,
    text,
    queued: sent.filter((one) => one.state === "queued").length,
  };
}

type Duty = Omit<DutyView, "alarms">;

/** What stands now and wants somebody, the worst first. */
function alarmsOf({ state, plan, watch, now }: DutyInput, { loops, escalations, audiences, updates }: Duty): LaunchAlarm[] {
  const alarms: LaunchAlarm[] = [];
  const isUnderWay = UNDER_WAY.includes(state.state);
  for (const one of escalations)
    if (one.level > 0) {
      const { afterMs } = state.facts.escalation.find((level) => level.level === one.level)!;
      alarms.push({
        key: `escalation ${one.seq} ${one.level}`,
        severity: "fail",
        title: `Level ${one.level} is to be called: ${one.title}`,
        detail: one.call.length === 0 ? `Nobody is named for level ${one.level}.` : one.call.map(reachOf).join("; "),
        at: iso(Date.parse(one.since) + afterMs),
      });
    }
  if (state.state !== "closed")
    for (const one of loops)
      if (one.isOverdue && one.dueAt !== null)
        alarms.push({
          key: `loop ${one.name} ${one.openedAt}`,
          severity: "fail",
          title: `${one.name} is still open`,
          detail: `It was to be closed again by ${momentWords(one.dueAt)}; opened by ${one.openedBy}.`,
          at: one.dueAt,
        });
  if (watch.state === "running") {
    const missed = watch.slots.filter((one) => one.state === "missed");
    const last = missed.at(-1);
    if (last)
      alarms.push({
        key: `missed ${last.due}`,
        severity: "fail",
        title: missed.length === 1 ? "A look of the watch was missed" : `${missed.length} looks of the watch were missed`,
        detail: `The last was due ${momentWords(last.due)}${last.onShift.length === 0 ? ", with nobody on shift" : `, on the shift of ${last.onShift.join(", ")}`}.`,
        at: last.until,
      });
    const due = watch.slots.find((one) => one.state === "due");
    if (due)
      alarms.push({
        key: `due ${due.due}`,
        severity: "warn",
        title: "A look of the watch is due",
        detail: `Enter it by ${momentWords(due.until)}${due.onShift.length === 0 ? "" : `: ${due.onShift.join(", ")}`}.`,
        at: due.due,
      });
    if (watch.config.shifts.length > 0 && watch.onShift.length === 0) {
      const gap = watch.gaps.find((one) => Date.parse(one.from) <= now && now < Date.parse(one.to));
      if (gap)
        alarms.push({
          key: `shift ${gap.from}`,
          severity: "warn",
          title: "Nobody is on shift",
          detail: `From ${momentWords(gap.from)} to ${momentWords(gap.to)}.`,
          at: gap.from,
        });
    }
  }
  if (state.state === "watch" && watch.state === "over" && watch.endedAt !== null)
    alarms.push({
      key: `over ${watch.endedAt}`,
      severity: "warn",
      title: "The watch is over",
      detail: "The retrospective can begin.",
      at: watch.endedAt,
    });
  if (isUnderWay)
    for (const one of plan.entries)
      if (one.state === "due" && one.plannedStart !== null)
        alarms.push({
          key: `plan ${one.id} ${one.plannedStart}`,
          severity: "warn",
          title: `${one.title} was to start`,
          detail: `Planned for ${momentWords(one.plannedStart)}${one.because === "" ? "" : `, ${one.because}`}.`,
          at: one.plannedStart,
        });
  for (const one of audiences) {
    if (one.isOverdue && one.dueAt !== null)
      alarms.push({
        key: `update ${one.id} ${one.dueAt}`,
        severity: "warn",
        title: `An update for ${one.name} is due`,
        detail: one.lastAt === null ? "None has been given yet." : `The last was at ${momentWords(one.lastAt)}.`,
        at: one.dueAt,
      });
    const stuck = updates.find((update) => update.audience === one.id && update.state === "queued");
    if (stuck && one.address === "wanted")
      alarms.push({
        key: `address ${one.id}`,
        severity: "warn",
        title: `The address for ${one.name} is wanted`,
        detail: "An update waits for it. Addresses are kept in memory alone, and are wanted again after each start of Holdpoint.",
        at: stuck.at,
      });
    const failed = updates.findLast((update) => update.audience === one.id);
    if (failed?.state === "failed")
      alarms.push({
        key: `refused ${failed.id}`,
        severity: "warn",
        title: `An update did not reach ${one.name}`,
        detail: failed.because,
        at: failed.at,
      });
  }
  return alarms.sort((a, b) => (a.severity === b.severity ? (a.at < b.at ? -1 : 1) : a.severity === "fail" ? -1 : 1));
}

const reachOf = ({ name, role, reach }: Contact): string => [name, role, reach].filter((part) => part !== "").join(", ");

/** The next moment at which something becomes due, after `now`; null where nothing will. Milliseconds since 1970. */
export function nextMoment(
  { facts, plan, watch, duty, state }: { facts: LaunchFold["facts"]; state: string; plan: LaunchPlan; watch: WatchView; duty: DutyView },
  now: number,
): number | null {
  const moments = [
    ...duty.loops.filter((one) => one.closedAt === null).map((one) => one.dueAt),
    ...duty.escalations.map((one) => one.next?.at ?? null),
    ...duty.audiences.map((one) => one.dueAt),
    ...(UNDER_WAY.includes(state) ? plan.entries.map((one) => one.plannedStart) : []),
    ...(watch.state === "running"
      ? [watch.endsAt, ...watch.slots.flatMap((one) => [one.due, one.until]), ...watch.config.shifts.flatMap((one) => [one.from, one.to])]
      : []),
    facts.windowEnd,
  ].flatMap((one) => (one === null ? [] : [Date.parse(one)]));
  const coming = moments.filter((one) => one > now);
  return coming.length === 0 ? null : Math.min(...coming);
}
