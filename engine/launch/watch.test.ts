import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId } from "../protocol/index.ts";
import { WATCH_DEFAULT } from "./night-state.ts";
import { bare } from "./night-testing.ts";
import { type Bench, codeOf, credentials, madeTeam, must, openBench, saysOf } from "./testing.ts";
import { countOf, dueTimes, gapsOf, offsetsOf, watchView } from "./watch.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse("2026-03-15T02:00:00.000Z");
const at = (ms: number) => new Date(START + ms).toISOString();

describe("the schedule", () => {
  it("looks every 15 minutes for four hours, hourly until the 24th, every four hours until the 48th", () => {
    const offsets = offsetsOf(WATCH_DEFAULT.schedule, WATCH_DEFAULT.durationMs);
    expect(offsets.length).toBe(16 + 20 + 6);
    expect([offsets[0], offsets[15], offsets[16], offsets[35], offsets[36], offsets.at(-1)]).toEqual(
      [0.25, 4, 5, 24, 28, 48].map((hours) => hours * HOUR),
    );
  });
  it("holds the last span to the end, passes over spans beyond it, and counts what it makes", () => {
    const spans = [
      { untilMs: HOUR, everyMs: 25 * MINUTE },
      { untilMs: 2 * HOUR, everyMs: 30 * MINUTE },
    ];
    expect(offsetsOf(spans, 3 * HOUR).map((ms) => ms / MINUTE)).toEqual([25, 50, 90, 120, 150, 180]);
    expect(offsetsOf(spans, 40 * MINUTE).map((ms) => ms / MINUTE)).toEqual([25]);
    for (const hours of [0.1, 0.5, 1, 1.3, 2, 7, 48]) expect(countOf(spans, hours * HOUR)).toBe(offsetsOf(spans, hours * HOUR).length);
    expect(countOf(WATCH_DEFAULT.schedule, 24 * HOUR)).toBe(36);
  });
  it("undoes no look that was due before the schedule changed", () => {
    const config = (everyMs: number) => ({ ...WATCH_DEFAULT, durationMs: 2 * HOUR, schedule: [{ untilMs: 2 * HOUR, everyMs }] });
    const configs = [
      { at: at(-HOUR), config: config(10 * MINUTE) },
      { at: at(-MINUTE), config: config(20 * MINUTE) },
      { at: at(50 * MINUTE), config: config(30 * MINUTE) },
    ];
    expect(dueTimes(START, configs).map((due) => (due - START) / MINUTE)).toEqual([20, 40, 60, 90, 120]);
  });
  it("names the times without a shift", () => {
    const shift = (from: number, to: number) => ({ operator: "jon" as never, name: "Jon", from: at(from), to: at(to) });
    const shifts = [shift(2 * HOUR, 4 * HOUR), shift(0, HOUR), shift(3 * HOUR, 5 * HOUR)];
    expect(gapsOf({ ...WATCH_DEFAULT, shifts }, START, START + 6 * HOUR)).toEqual([
      { from: at(HOUR), to: at(2 * HOUR) },
      { from: at(5 * HOUR), to: at(6 * HOUR) },
    ]);
  });
});

it("shows what is due, missed and to come from the time alone", () => {
  const { state } = bare({ state: "watch", since: at(0) });
  const view = (ms: number) => watchView(state, START + ms);
  expect(view(10 * MINUTE)).toMatchObject({ state: "running", nextDue: at(15 * MINUTE), counts: { planned: 42, due: 0, missed: 0 } });
  expect(view(20 * MINUTE).slots[0]).toMatchObject({ state: "due", until: at(25 * MINUTE) });
  expect(view(26 * MINUTE)).toMatchObject({ counts: { missed: 1 }, nextDue: at(30 * MINUTE) });
  expect(view(48 * HOUR)).toMatchObject({ state: "over", endedAt: at(48 * HOUR), nextDue: null });
});

const LIST = `---
kind: checklist
---
# L

<!-- decision: {roles: [lead, approver]} -->

## A

- [ ] **A-1** x
`;

describe("the watch of a launch", { timeout: 60_000 }, () => {
  let home: string;
  let bench: Bench;
  let launch: LaunchId;
  let jon: Awaited<ReturnType<Bench["who"]>>;
  let mira: typeof jon;
  beforeAll(async () => {
    home = await madeTeam();
  }, 60_000);
  beforeEach(async () => {
    bench = openBench(home, (source, path) => parseDocument(source, { path }));
    launch = await bench.launch(LIST);
    jon = await bench.who("jon");
    mira = await bench.who("mira");
  });
  afterEach(() => bench.close());
  const set = (more: object) => bench.launches.watchSet(jon, { launch, ...more } as never);
  const enter = (more: object, who = jon) => bench.launches.watchEnter(who, { launch, ok: true, values: [], ...more } as never);
  const watch = async () => (await bench.view(launch)).watch;
  /** On watch, whatever came before: the way there is tested elsewhere. */
  const begin = async () => {
    const { log } = (await bench.view(launch)).header;
    bench.store.append(log, { type: "launch.state", actor: mira.actor, subject: { launch }, data: { from: "cut-over", to: "watch" } });
    return Date.parse((await watch()).startedAt!);
  };
  const advance = (reason?: string) =>
    bench.launches.advance(mira, { launch, to: "retrospective", ...(reason === undefined ? {} : { reason }) } as never);

  it("takes entries in time, holds values against their limits, and never calls a value outside ok", async () => {
    must(
      await set({
        hours: 2,
        schedule: [{ untilHours: 2, everyMinutes: 30 }],
        graceMinutes: 10,
        looks: [
          { title: "Error rate", unit: "%", expect: { operator: "<=", value: 0.3 } },
          { title: "Board", unit: "" },
        ],
      }),
    );
    expect(codeOf(await enter({})), "not on watch").toBe("conflict");
    const start = await begin();
    const due = (index: number) => new Date(start + (index + 1) * 30 * MINUTE).toISOString();
    const [rate, board] = (await watch()).config.looks.map((one) => one.id);
    expect(codeOf(await enter({ due: due(0) })), "not yet due").toBe("conflict");
    bench.ports.advance(31 * MINUTE);
    expect(codeOf(await enter({ due: at(-HOUR * 100) })), "no such look").toBe("not-found");
    expect(codeOf(await enter({ due: due(0), values: [{ look: rate, value: "low" }] })), "no number").toBe("invalid-params");
    must(
      await enter({
        due: due(0),
        values: [
          { look: rate, value: "0.21" },
          { look: board, value: "green" },
        ],
      }),
    );
    expect(codeOf(await enter({ due: due(0) })), "twice").toBe("conflict");
    bench.ports.advance(30 * MINUTE);
    const bad = { due: due(1), values: [{ look: rate, value: "0.72" }] };
    expect(saysOf(await enter(bad))).toContain("Error rate: 0.72 % is outside <= 0.3 %");
    must(await enter({ ...bad, note: "one spike" }));
    bench.ports.advance(30 * MINUTE);
    must(await enter({ due: due(2), note: "the board was down" }));
    bench.reopen();
    const { slots, counts } = await watch();
    expect(slots.map((one) => [one.state, one.entry?.outcome])).toEqual([
      ["entered", "ok"],
      ["entered", "not-ok"],
      ["entered", "unknown"],
      ["upcoming", undefined],
    ]);
    expect(slots[1]!.entry!.values[0]).toMatchObject({ verdict: "not met", limit: "<= 0.3 %", value: "0.72" });
    expect(counts.notOk).toBe(2);
  });

  it("shows a missed look as missed, and one entered afterwards as late with both times", async () => {
    must(await set({ hours: 1, schedule: [{ untilHours: 1, everyMinutes: 20 }], graceMinutes: 5 }));
    const start = await begin();
    bench.ports.advance(46 * MINUTE);
    const events = bench.events(launch).length;
    expect((await watch()).slots.map((one) => one.state)).toEqual(["missed", "missed", "upcoming"]);
    expect(bench.events(launch).length, "nothing was filled in").toBe(events);
    const claimedAt = new Date(start + 21 * MINUTE).toISOString();
    expect(codeOf(await enter({ claimedAt: new Date(start + 3 * HOUR).toISOString() })), "still to come").toBe("invalid-params");
    must(await enter({ due: new Date(start + 20 * MINUTE).toISOString(), claimedAt }));
    const [late] = (await watch()).slots;
    expect(late).toMatchObject({ state: "late", entry: { claimedAt, isLate: true } });
    expect(Date.parse(late!.entry!.enteredAt) - start).toBeGreaterThan(45 * MINUTE);
    expect(bench.events(launch, "watch.entered")[0]!.body.data).toMatchObject({ late: true, claimed_at: claimedAt });
    const { alarms } = (await bench.view(launch)).duty;
    expect(alarms.map((one) => one.title)).toEqual(["A look of the watch was missed"]);
  });

  it("keeps the retrospective until it is over; sooner takes a reason and two people", async () => {
    const start = await begin();
    bench.ports.advance(HOUR);
    expect(saysOf(await advance("all quiet"))).toContain("47 h are left");
    const end = (more: object, who = mira) =>
      bench.launches.watchEnd(who, who.actor.op_id, { launch, reason: "rolled back", ...more } as never);
    expect(codeOf(await end({}))).toBe("confirmation-needed");
    expect(codeOf(await end({ second: credentials("mira") }))).toBe("forbidden");
    expect(codeOf(await end({ second: credentials("wim") }))).toBe("forbidden");
    expect(codeOf(await end({}, jon)), "for leads").toBe("forbidden");
    expect(codeOf(await end({ second: { ...credentials("jon"), password: "not that one" } }))).toBe("wrong-password");
    must(await end({ second: credentials("jon") }));
    const view = await watch();
    expect(view).toMatchObject({ state: "ended", endedEarly: { second: "Jon", reason: "rolled back" } });
    expect(view.slots.every((one) => Date.parse(one.due) <= start + HOUR + MINUTE)).toBe(true);
    expect(bench.events(launch, "watch.ended")[0]!.body.data["envelope"]).toMatchObject({
      payload: { kind: "watch-end", asked_by: "mira" },
    });
    must(await advance());
  });

  it("ends by its time, can be made longer on the way with a reason, and never shorter", async () => {
    must(await set({ hours: 1, schedule: [{ untilHours: 1, everyMinutes: 30 }] }));
    await begin();
    expect(codeOf(await set({ hours: 2 }))).toBe("reason-needed");
    expect(codeOf(await set({ hours: 0.5, reason: "tired" }))).toBe("conflict");
    must(await set({ hours: 2, reason: "a cache was cold" }));
    bench.ports.advance(HOUR + MINUTE);
    expect(codeOf(await advance())).toBe("not-ready");
    bench.ports.advance(HOUR + 10 * MINUTE);
    expect((await bench.view(launch)).next).toMatchObject({ kind: "watch", target: "retrospective" });
    must(await advance());
  });

  it("refuses a schedule in which nobody looks, one of a million looks, and a shift that ends before it begins", async () => {
    expect(saysOf(await set({ hours: 1, schedule: [{ untilHours: 1, everyMinutes: 61 }] }))).toContain("nobody looks");
    expect(saysOf(await set({ hours: 1000, schedule: [{ untilHours: 1000, everyMinutes: 0.001 }] }))).toContain("takes up to");
    expect(codeOf(await set({ shifts: [{ operator: "jon", from: at(HOUR), to: at(0) }] }))).toBe("invalid-params");
    expect(codeOf(await set({ shifts: [{ operator: "nobody", from: at(0), to: at(HOUR) }] }))).toBe("not-found");
    expect(codeOf(await set({ looks: [{ title: "x", item: "Z-9" }] }))).toBe("not-found");
  });
});
