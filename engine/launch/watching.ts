// Commands on the watch of a launch: configured, entered, ended before its time. Owns: their rules.
// What is due and what was missed is computed (watch.ts); an entry says when it was looked and when it was entered, and fills in nothing else.
import { decimal, limitText, readDecimal, standingCheck } from "../checklist/index.ts";
import { type CanonicalValue, fail, meets, ok, type Result, type WatchConfig, type WatchLook, type WatchValue } from "../protocol/index.ts";
import { personOf } from "./commands.ts";
import type { LaunchDeps, Params, Who } from "./deps.ts";
import { KEEPERS, LEADERS, mayChange } from "./guards.ts";
import type { Live, Lives } from "./live.ts";
import { countOf, dueTimes, startOfWatch, watchConfig, watchEnd, watchView } from "./watch.ts";

/** A look every minute for two days is 2,880; more is a typing error. */
const MOST_LOOKS = 5_000;
/** A clock of another computer may be ahead; beyond this a claimed time is in the future. Milliseconds. */
const AHEAD_MS = 60_000;

const ms = (value: number, unit: number): number => Math.max(1, Math.round(value * unit));
const MINUTE = 60_000;
const HOUR = 3_600_000;

export function setWatch(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.watchSet">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.watchSet");
  if (!allowed.ok) return allowed;
  const { state } = live;
  const now = lives.now();
  const ended = watchEnd(state, now);
  if (state.state === "retrospective" || ended?.isOver === true) return fail("conflict", "The watch is over: what it was stands.");
  const reason = deps.redactText(params.reason?.trim() ?? "");
  if (state.state === "watch" && reason === "") return fail("reason-needed", "The watch is under way. Give a reason for changing it.");
  const known = watchConfig(state.night);
  const durationMs = params.hours === undefined ? known.durationMs : ms(params.hours, HOUR);
  if (state.state === "watch" && durationMs < known.durationMs)
    return fail(
      "conflict",
      "A watch that is under way can become longer, not shorter. To end it before its time takes a reason and two people.",
    );
  const schedule =
    params.schedule?.map((one) => ({ untilMs: ms(one.untilHours, HOUR), everyMs: ms(one.everyMinutes, MINUTE) })) ?? known.schedule;
  const count = countOf(schedule, durationMs);
  if (count === 0) return fail("invalid-params", "In this schedule nobody looks before the watch is over.");
  if (count > MOST_LOOKS) return fail("invalid-params", `This schedule comes to ${count} looks; a watch takes up to ${MOST_LOOKS}.`);
  const shifts: WatchConfig["shifts"] = [];
  for (const { operator, from, to } of params.shifts ?? []) {
    const person = personOf(deps, operator);
    if (!person.ok) return person;
    if (Date.parse(from) >= Date.parse(to))
      return fail("invalid-params", `The shift of ${person.value.name} ends (${to}) before it begins (${from}).`);
    shifts.push({ operator: person.value.id, name: person.value.name, from, to });
  }
  const looks = params.looks === undefined ? known.looks : params.looks.map((one, index): WatchLook => lookOf(known, one, index));
  const missing = looks.find((one) => one.item !== "" && !state.checklist?.items.has(one.item));
  if (missing) return fail("not-found", `The checklist of this launch has no item ${missing.item}.`);
  const data: Record<string, CanonicalValue> = {
    duration_ms: durationMs,
    schedule: schedule.map((one) => ({ until_ms: one.untilMs, every_ms: one.everyMs })),
    grace_ms: params.graceMinutes === undefined ? known.graceMs : Math.round(params.graceMinutes * MINUTE),
    looks: looks.map((one) => ({
      id: one.id,
      title: deps.redactText(one.title),
      unit: one.unit,
      operator: one.expect?.operator ?? "",
      limit: one.expect === null ? "" : decimal(one.expect.value),
      item: one.item,
    })),
    shifts: (params.shifts === undefined ? known.shifts : shifts).map((one) => ({
      op_id: one.operator,
      name: one.name,
      from: one.from,
      to: one.to,
    })),
  };
  lives.append(live, allowed.value, [{ type: "watch.configured", reason, data }]);
  return ok(null);
}

type GivenLook = NonNullable<Params<"launch.watchSet">["looks"]>[number];
/** A look of the same title stays the same look, so that its values read on. */
function lookOf(known: WatchConfig, given: GivenLook, index: number): WatchLook {
  const same = known.looks.find((one) => one.title === given.title);
  const taken = Math.max(0, ...known.looks.map((one) => Number(one.id.slice(1)) || 0));
  return {
    id: same?.id ?? `L${taken + index + 1}`,
    title: given.title,
    unit: given.unit ?? "",
    expect: given.expect ?? null,
    item: given.item ?? "",
  };
}

export function enterWatch(deps: LaunchDeps, lives: Lives, live: Live, who: Who, params: Params<"launch.watchEnter">): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "launch.watchEnter");
  if (!allowed.ok) return allowed;
  const { state } = live;
  const now = lives.now();
  const start = startOfWatch(state);
  if (state.state !== "watch" || start === null)
    return fail("conflict", `${state.facts.name} is not on watch: looks are entered between the cut-over and the retrospective.`);
  const config = watchConfig(state.night);
  const due = params.due === undefined ? null : Date.parse(params.due);
  const slot = due === null ? undefined : watchView(state, now).slots.find((one) => Date.parse(one.due) === due);
  if (due !== null) {
    if (!slot || !dueTimes(start, state.night.watchConfigs).includes(due))
      return fail("not-found", `No look of this watch is due at ${params.due}.`);
    if (slot.entry) return fail("conflict", `The look of ${slot.due} was entered by ${slot.entry.by}. Enter another one beside it.`);
    if (slot.state === "upcoming") return fail("conflict", `The look of ${slot.due} is not due yet.`);
  }
  const claimed = params.claimedAt === undefined ? now : Date.parse(params.claimedAt);
  if (claimed > now + AHEAD_MS) return fail("invalid-params", `${params.claimedAt} is still to come: it cannot have been looked at then.`);
  if (claimed < start) return fail("invalid-params", `${params.claimedAt} was before the watch began.`);
  const run = params.run === undefined ? null : state.runs.get(params.run);
  if (run === undefined) return fail("not-found", "That run is none of this launch.");
  const since = due === null ? start : (previousDue(live, start, due) ?? start);
  const values = config.looks.map((look) =>
    lookValue(deps, live, look, params.values.find((one) => one.look === look.id)?.value ?? "", since),
  );
  const unknownLook = params.values.find((one) => !config.looks.some((look) => look.id === one.look));
  if (unknownLook) return fail("invalid-params", `This watch does not look at “${unknownLook.look}”.`);
  const unreadable = values.find((one) => one.verdict === "unknown" && one.value !== "");
  if (unreadable)
    return fail("invalid-params", `“${unreadable.value}” is no number, and ${unreadable.title} has the limit ${unreadable.limit}.`);
  const note = deps.redactText(params.note ?? "");
  const outside = values.filter((one) => one.verdict === "not met");
  if (params.ok && outside.length > 0 && note === "")
    return fail(
      "reason-needed",
      `${outside.map((one) => `${one.title}: ${one.value} ${one.unit} is outside ${one.limit}`.replace("  ", " ")).join("; ")}. It is recorded as not ok; say in a note why you call it ok.`,
    );
  const outcome = outside.length > 0 || !params.ok ? "not-ok" : values.some((one) => one.verdict === "unknown") ? "unknown" : "ok";
  const data: Record<string, CanonicalValue> = {
    due: slot?.due ?? "",
    said_ok: params.ok,
    values: values.map((one) => ({ ...one })),
    note,
    claimed_at: new Date(claimed).toISOString(),
    late: slot?.state === "missed",
    run: params.run ?? "",
  };
  lives.append(live, allowed.value, [
    { type: "watch.entered", outcome, data, ...(params.run === undefined ? {} : { subject: { run: params.run } }) },
  ]);
  return ok(null);
}

const previousDue = (live: Live, start: number, due: number): number | undefined =>
  dueTimes(start, live.state.night.watchConfigs).findLast((one) => one < due);

/** What a person typed, else what the item's automatic check measured since the look before. */
function lookValue(deps: LaunchDeps, live: Live, look: WatchLook, typed: string, since: number): WatchValue {
  const facts = typed === "" && look.item !== "" ? live.state.items.get(look.item) : undefined;
  const checked = facts === undefined ? null : standingCheck({ sha256: live.state.checklist?.items.get(look.item)?.sha256 ?? "" }, facts);
  const isFresh = checked !== null && Date.parse(checked.at) > since;
  const value = isFresh ? (checked.measured === null ? checked.verdict : decimal(checked.measured)) : deps.redactText(typed);
  const base = {
    look: look.id,
    title: look.title,
    value,
    unit: look.unit,
    limit: look.expect === null ? "" : limitText(look.expect, look.unit),
    check: isFresh ? checked.seq : null,
  };
  if (isFresh && look.expect === null)
    return { ...base, verdict: checked.verdict === "passed" ? "met" : checked.verdict === "failed" ? "not met" : "unknown" };
  if (look.expect === null) return { ...base, verdict: "none" };
  const number = readDecimal(value.replace(",", "."));
  return { ...base, verdict: number === null ? "unknown" : meets(number, look.expect) ? "met" : "not met" };
}

export const WATCH_END_TYPE = "application/vnd.holdpoint.watch-end.v1+json";

/** Before its time: a reason, and another person's id and password, unless the launch is SOLO and one person is all there is. */
export async function endWatch(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  callerId: string,
  params: Params<"launch.watchEnd">,
): Promise<Result<null>> {
  const allowed = mayChange(deps, live, who, LEADERS, "launch.watchEnd");
  if (!allowed.ok) return allowed;
  const { state } = live;
  const left = watchEnd(state, lives.now());
  if (state.state !== "watch" || left === null) return fail("conflict", `${state.facts.name} is not on watch.`);
  if (left.isOver) return fail("conflict", "The watch is over: there is nothing left to end.");
  const reason = deps.redactText(params.reason);
  const missed = watchView(state, lives.now()).counts.missed;
  const base: Record<string, CanonicalValue> = { left_ms: left.leftMs, missed, second: "", second_name: "", envelope: null };
  if (params.second === undefined) {
    if (!lives.isAlone(live))
      return fail("confirmation-needed", "Ending the watch before its time takes two people: give the id and password of the second.");
    lives.append(live, allowed.value, [{ type: "watch.ended", reason, data: base }]);
    return ok(null);
  }
  const person = personOf(deps, params.second.id);
  if (!person.ok) return person;
  const why =
    params.second.id === who.actor.op_id && !lives.isAlone(live)
      ? `${person.value.name} asked to end the watch and cannot be the second`
      : !person.value.roles.some((role) => role === "lead" || role === "operator" || role === "approver")
        ? `${person.value.name} is ${person.value.roles.join(", ") || "without a role"}, and cannot end a watch`
        : "";
  if (why !== "") {
    deps.notify.refused(who, "launch.watchEnd", why);
    return fail("forbidden", `${why}. Ask another person.`);
  }
  const signed = await deps.people.signAs({ ...params.second, callerId }, WATCH_END_TYPE, (signer) => ({
    v: 1,
    kind: "watch-end",
    install_id: deps.store.installId,
    log: live.log,
    launch: live.launch,
    asked_by: who.actor.op_id,
    reason,
    left_ms: left.leftMs,
    missed,
    signer,
    at: lives.nowText(),
  }));
  if (!signed.ok) return signed;
  const data = { ...base, second: person.value.id, second_name: person.value.name, envelope: signed.value as unknown as CanonicalValue };
  lives.append(live, allowed.value, [{ type: "watch.ended", reason, data }]);
  return ok(null);
}
