// The fold of a launch's night: what each event of plan, watch, loops, audiences and updates changes. Owns: these handlers.
// Event data is read as untrusted: a missing or wrong key gives the neutral value, never an exception.
import { type EventBody, type LaunchView, type RunId, type Update, UpdateChannel, WatchConfig, WatchValue } from "../protocol/index.ts";
import type { PlanFact } from "./night-state.ts";
import { type Data, list, number, text, texts, truth } from "./read-data.ts";
import type { LaunchFold } from "./state.ts";

type Handler = (state: LaunchFold, body: EventBody) => void;

const whole = (data: Data, key: string): number | null => (Number.isSafeInteger(data[key]) ? (data[key] as number) : null);
const moment = (data: Data, key: string): string | null => (Number.isNaN(Date.parse(text(data, key))) ? null : text(data, key));
const runOf = (id: string): RunId | null => (id === "" ? null : (id as RunId));

export const NIGHT_HANDLERS: Record<string, Handler> = {
  "plan.entry_set": ({ night }, { data }) => {
    const id = text(data, "id");
    const known = night.plan.find((one) => one.id === id);
    const entry: PlanFact = {
      id,
      path: text(data, "path"),
      title: text(data, "title"),
      plannedMs: whole(data, "planned_ms"),
      offsetMs: whole(data, "offset_ms"),
      at: moment(data, "at"),
      role: text(data, "role"),
      owner: text(data, "owner"),
      ownerName: text(data, "owner_name"),
      needs: texts(data, "needs"),
      note: text(data, "note"),
      sha256: text(data, "sha256"),
      skipped: known?.skipped ?? null,
    };
    if (!known) night.entriesMade += 1;
    const others = night.plan.filter((one) => one.id !== id);
    others.splice(Math.max(0, number(data, "position")), 0, entry);
    night.plan = others;
  },
  "plan.entry_removed": ({ night }, { data }) => {
    const id = text(data, "id");
    night.plan = night.plan.filter((one) => one.id !== id).map((one) => ({ ...one, needs: one.needs.filter((need) => need !== id) }));
  },
  "plan.entry_skipped": ({ night }, { data, reason, actor, ts_utc }) => {
    const id = text(data, "id");
    night.plan = night.plan.map((one) => (one.id === id ? { ...one, skipped: { reason, by: actor.name, at: ts_utc } } : one));
  },
  "watch.configured": ({ night }, { data, ts_utc }) => {
    const config = WatchConfig.safeParse({
      durationMs: data["duration_ms"],
      schedule: (list(data, "schedule") as Data[]).map((one) => ({ untilMs: one?.["until_ms"], everyMs: one?.["every_ms"] })),
      graceMs: data["grace_ms"],
      looks: (list(data, "looks") as Data[]).map((one) => ({
        id: text(one, "id"),
        title: text(one, "title"),
        unit: text(one, "unit"),
        expect: expectationOf(one),
        item: text(one, "item"),
      })),
      shifts: (list(data, "shifts") as Data[]).map((one) => ({
        operator: text(one, "op_id"),
        name: text(one, "name"),
        from: text(one, "from"),
        to: text(one, "to"),
      })),
    });
    if (config.success) night.watchConfigs.push({ at: ts_utc, config: config.data });
  },
  "watch.entered": ({ night }, { seq, data, outcome, actor, ts_utc }) => {
    const values = (list(data, "values") as Data[]).map((one) =>
      WatchValue.safeParse({
        look: text(one, "look"),
        title: text(one, "title"),
        value: text(one, "value"),
        unit: text(one, "unit"),
        verdict: one?.["verdict"],
        limit: text(one, "limit"),
        check: whole(one, "check"),
      }),
    );
    night.watchEntries.push({
      seq,
      due: moment(data, "due"),
      outcome: outcome === "ok" || outcome === "not-ok" ? outcome : "unknown",
      values: values.flatMap((one) => (one.success ? [one.data] : [])),
      note: text(data, "note"),
      by: actor.name,
      claimedAt: moment(data, "claimed_at") ?? ts_utc,
      enteredAt: ts_utc,
      isLate: truth(data, "late"),
      run: runOf(text(data, "run")),
    });
  },
  "watch.ended": ({ night }, { data, reason, actor, ts_utc }) => {
    night.watchEnd = { at: ts_utc, by: actor.name, second: text(data, "second_name"), reason, leftMs: number(data, "left_ms") };
  },
  "loop.opened": ({ night }, { data, subject, actor, ts_utc }) => {
    const byMs = whole(data, "by_ms");
    const name = text(data, "name");
    // A step that is run again opens what is open already: one thing to be closed, and due as it was.
    if (
      night.loops.some((one) => one.closedAt === null && one.name === name && one.run === runOf(subject.run) && one.step === subject.step)
    )
      return;
    night.loops.push({
      name,
      openedAt: ts_utc,
      openedBy: actor.name,
      run: runOf(subject.run),
      step: subject.step,
      note: text(data, "note"),
      dueAt: byMs === null ? null : new Date(Date.parse(ts_utc) + byMs).toISOString(),
      closedAt: null,
      closedBy: "",
    });
  },
  // Several may have opened what has one name; it is closed once.
  "loop.closed": ({ night }, { data, actor, ts_utc }) => {
    const name = text(data, "name");
    night.loops = night.loops.map((one) =>
      one.name === name && one.closedAt === null ? { ...one, closedAt: ts_utc, closedBy: actor.name } : one,
    );
  },
  "note.acknowledged": (state, { data, actor, ts_utc }) => {
    const seq = number(data, "seq");
    state.notes = state.notes.map((one) =>
      one.seq === seq && one.acknowledgedAt === null ? { ...one, acknowledgedAt: ts_utc, acknowledgedBy: actor.name } : one,
    );
  },
  "updates.audience_set": ({ night }, { data, ts_utc }) => {
    const id = text(data, "id");
    const known = night.audiences.get(id);
    if (!known) night.audiencesMade += 1;
    night.audiences.set(id, {
      id,
      name: text(data, "name"),
      everyMs: number(data, "every_ms"),
      template: text(data, "template"),
      channel: UpdateChannel.safeParse(data["channel"]).data ?? "clipboard",
      environment: text(data, "environment"),
      onWatch: truth(data, "on_watch"),
      since: known?.since ?? ts_utc,
    });
  },
  "updates.audience_removed": ({ night }, { data }) => void night.audiences.delete(text(data, "id")),
  "update.queued": (state, body) => addUpdate(state, body, "queued"),
  "update.attempted": ({ night }, { data, outcome }) => {
    const update = night.updates.get(text(data, "id"));
    if (update)
      night.updates.set(update.id, { ...update, attempts: update.attempts + 1, because: outcome === "sent" ? "" : text(data, "because") });
  },
  "update.sent": (state, body) => {
    const { data, outcome, ts_utc } = body;
    const update = state.night.updates.get(text(data, "id"));
    if (update)
      state.night.updates.set(update.id, {
        ...update,
        state: outcome === "failed" ? "failed" : "sent",
        sentAt: outcome === "failed" ? null : ts_utc,
      });
    else addUpdate(state, body, "copied");
  },
};

function addUpdate(state: LaunchFold, { data, actor, ts_utc }: EventBody, how: Update["state"]): void {
  const id = text(data, "id");
  state.night.updates.set(id, {
    id,
    audience: text(data, "audience"),
    name: text(data, "name"),
    text: text(data, "text"),
    channel: UpdateChannel.safeParse(data["channel"]).data ?? "clipboard",
    at: ts_utc,
    by: actor.name,
    state: how,
    sentAt: how === "copied" ? ts_utc : null,
    attempts: 0,
    because: "",
  });
}

/** `expect` is recorded as operator and decimal string: numbers in the record are whole. */
function expectationOf(one: Data): { operator: string; value: number } | null {
  const operator = text(one, "operator");
  const value = Number(text(one, "limit"));
  return operator === "" || !Number.isFinite(value) ? null : { operator, value };
}

/** What a run of the launch is doing, for plan and updates. */
export function runStarted(state: LaunchFold, { data, subject, actor, ts_utc }: EventBody): void {
  const steps = list(data, "steps") as Data[];
  state.runs.set(subject.run, {
    run: subject.run as LaunchView["runs"][number]["run"],
    title: text(data, "title"),
    kind: text(data, "kind") === "checks" ? "checks" : "runbook",
    status: "active",
    startedAt: ts_utc,
    startedBy: { op_id: actor.op_id, name: actor.name },
    items: new Set(steps.map((step) => text(step, "id"))),
    pins: new Map(),
    path: text(data, "path"),
    mode: text(data, "mode"),
    planEntry: text(data, "plan_entry"),
    isWayBack: data.undoes !== undefined && data.undoes !== null,
    sha256: subject.plan_sha256,
    endedAt: null,
    result: "",
    steps: new Map(steps.map((step) => [text(step, "id"), `${text(step, "number")} ${text(step, "title")}`.trim()])),
    current: "",
  });
}
export function runEnded(state: LaunchFold, { subject, data, ts_utc }: EventBody, status: "finished" | "aborted"): void {
  const run = state.runs.get(subject.run);
  if (run) Object.assign(run, { status, endedAt: ts_utc, result: status === "finished" ? text(data, "result") : "aborted", current: "" });
}
