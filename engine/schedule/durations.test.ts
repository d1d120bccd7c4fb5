// Where durations come from, when a fixed start is, and what a document's plan comes to. Documents are parsed, never made up.
import { expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LearntDuration, Step } from "../protocol/index.ts";
import { durationsOf } from "./durations.ts";
import { fixedStarts } from "./fixed-starts.ts";
import { quartiles } from "./quartiles.ts";
import type { Actual } from "./schedule.ts";
import { createSchedule } from "./view.ts";

const parse = (text: string) => parseDocument(Buffer.from(text), { path: "/x/plan.md" });
const step = (id: string, keys = "", fence = "sh") => `### ${id}\n\n<!-- step: {id: ${id}${keys}} -->\n\n\`\`\`${fence}\ntrue\n\`\`\`\n\n`;
const MINUTE = 60_000;
const minutesOf = (text: string, learnt: Record<string, number> = {}) =>
  durationsOf(parse(text), never, learntFrom(learnt)).map(({ ms, source }) => `${ms / MINUTE} ${source}`);
const never = () => false;
const learntFrom =
  (minutes: Record<string, number>) =>
  ({ id }: Step): LearntDuration | null => {
    const ms = (minutes[id] ?? 0) * MINUTE;
    return ms === 0 ? null : { medianMs: ms, p25Ms: ms, p75Ms: ms, n: 3, sameText: 3 };
  };

it("takes the text's figure, else what was learnt, else the step's share of its phase, and says which", () => {
  const phase = `# T\n\n## P\n\n<!-- phase: {planned: 30m} -->\n\n${step("a", ", planned: 10m")}${step("b")}${step("c")}${step("d")}`;
  expect(minutesOf(phase, { a: 99, d: 6 })).toEqual(["10 text", "7 phase", "7 phase", "6 learnt"]);
  expect(minutesOf(`# T\n\n## P\n\n${step("a")}`)).toEqual(["0 none"]);
  expect(durationsOf(parse(phase), never, learntFrom({ a: 99 }))[0]).toMatchObject({
    textMs: 10 * MINUTE,
    learnt: { medianMs: 99 * MINUTE },
  });
});

it("gives lanes side by side the whole of what their phase plans, each", () => {
  const phase = `# T\n\n## P\n\n<!-- phase: {planned: 30m} -->\n\n${step("a", ", lane: x")}${step("b", ", lane: y")}${step("c", ", lane: y")}`;
  expect(minutesOf(phase)).toEqual(["15 phase", "15 phase", "15 phase"]);
  const joined = `# T\n\n## P\n\n<!-- phase: {planned: 30m} -->\n\n${step("a", ", lane: x, planned: 12m")}${step("b", ", lane: y, needs: [a]")}`;
  expect(minutesOf(joined)).toEqual(["12 text", "18 phase"]);
});

it("counts gates and soak at least, and draws them inside the step", () => {
  const text = `# T\n\n## P\n\n${step("a", ", soak: 5m", "sh {gate=hold for=2m every=5s}")}${step("b", ", planned: 1m, soak: 5m")}${step("c", ", planned: 9m", "sh {gate=wait within=4m every=5s}")}`;
  const durations = durationsOf(parse(text), never, () => null);
  expect(durations.map(({ ms, source, isBelowWaits }) => [ms / MINUTE, source, isBelowWaits])).toEqual([
    [7, "text", false],
    [5, "text", true],
    [9, "text", false],
  ]);
  expect(durations.map(({ parts }) => parts.map(({ kind, ms }) => `${kind} ${ms / MINUTE}`))).toEqual([
    ["hold 2", "soak 5"],
    ["soak 5"],
    ["wait 4"],
  ]);
});

it("puts a phase's start where its offset or its clock says, over midnight and with clocks that change", () => {
  const at = (moment: string) => Date.parse(moment);
  const said = (starts: (string | null)[], start: string, zone: string) =>
    fixedStarts(starts, at(start), zone).map((ms) => (ms === null ? null : new Date(ms).toISOString().slice(0, 19)));
  expect(said(["+0:30", null, "-0:10"], "2026-05-29T22:00:00Z", "UTC")).toEqual(["2026-05-29T22:30:00", null, "2026-05-29T21:50:00"]);
  // begun six minutes late: the hour is tonight's; the ones after it follow over midnight
  expect(said(["22:00", "23:30", "01:15"], "2026-05-29T22:06:00Z", "UTC")).toEqual([
    "2026-05-29T22:00:00",
    "2026-05-29T23:30:00",
    "2026-05-30T01:15:00",
  ]);
  expect(said(["03:00"], "2026-05-29T22:00:00Z", "Europe/Vilnius")).toEqual(["2026-05-30T00:00:00"]);
  // spring, 03:00 becomes 04:00 at 01:00 UTC: 03:30 is never shown, and counts as the jump; autumn shows 03:30 twice: the first
  expect(said(["03:30", "04:30"], "2026-03-28T23:00:00Z", "Europe/Vilnius")).toEqual(["2026-03-29T01:00:00", "2026-03-29T01:30:00"]);
  expect(said(["03:30"], "2026-10-24T22:00:00Z", "Europe/Vilnius")).toEqual(["2026-10-25T00:30:00"]);
  expect(said(["24:30"], "2026-10-24T22:00:00Z", "")).toEqual([null]);
});

it("says middle and quartiles", () => {
  expect(quartiles([])).toBeNull();
  expect(quartiles([7])).toEqual({ p25Ms: 7, medianMs: 7, p75Ms: 7 });
  expect(quartiles([40, 10, 30, 20])).toEqual({ p25Ms: 18, medianMs: 25, p75Ms: 33 });
});

const NIGHT = `---
title: Night
planned: 60m
---

# Night

## Freeze

${step("freeze", ", planned: 5m")}${step("migrate", ", planned: 10m, lane: data, needs: [freeze]")}${step("green", ", planned: 15m, lane: traffic, needs: [freeze]")}
## Turn

<!-- phase: {start: "+0:30"} -->

${step("turn", ", planned: 5m, lane: traffic, needs: [migrate], rollback: '#back'")}${step("back", ", planned: 2m, lane: traffic")}${step("tell", ", planned: 5m, needs: [turn]")}`;

function night(at: number, done: Record<string, [number, number | null]>, windowEnd: number | null = null) {
  const document = parse(NIGHT);
  const schedule = createSchedule({ document, isWayBack: ({ id }) => id === "back", learntOf: () => null });
  const actuals = document.steps.map(({ id }): Actual => {
    const [start, end] = done[id] ?? [null, null];
    return {
      status: start === null ? "todo" : end === null ? "running" : "done",
      start: start === null ? null : start * MINUTE,
      end: end === null ? null : end * MINUTE,
      isOff: false,
    };
  });
  const head = {
    run: null,
    number: null,
    log: null,
    fingerprint: null,
    launch: null,
    mode: null,
    path: "/x",
    title: "Night",
    version: null,
  };
  const view = schedule.view(
    { ...head, sha256: document.sha256, isStarted: true },
    {
      startMs: 0,
      nowMs: at * MINUTE,
      endedMs: null,
      actuals,
      zone: "UTC",
      windowStart: 0,
      windowEnd: windowEnd === null ? null : windowEnd * MINUTE,
    },
    (position) => ({
      status: actuals[position]!.status === "again" ? "done" : (actuals[position]!.status as "todo"),
      verdict: null,
      actualMs: null,
    }),
  );
  return { view, of: (id: string) => view.steps.find((one) => one.id === id)! };
}
const minute = (moment: string | null) => (moment === null ? null : Date.parse(moment) / MINUTE);

it("plans a night in three lanes: the fixed start decides, then the path through it", () => {
  const { view, of } = night(0, {});
  expect(view.lanes).toEqual(["main", "data", "traffic"]);
  expect([minute(view.plannedEnd), view.driftMs, view.criticalPath, view.fixedStarts]).toEqual([
    40,
    0,
    ["turn", "tell"],
    [{ phase: "Turn", at: "1970-01-01T00:30:00.000Z" }],
  ]);
  expect([of("migrate").slackMs, of("green").slackMs, of("freeze").slackMs].map((ms) => ms! / MINUTE)).toEqual([15, 10, 10]);
  expect(of("back")).toMatchObject({ plannedStart: null, start: null, slackMs: null, isCritical: false, isWayBack: true });
});

it("carries a late step to the end, past the window, and says what it cost each", () => {
  const { view, of } = night(40, { freeze: [0, 6], green: [6, 20], migrate: [6, null] }, 45);
  // the migration is 24 minutes over its plan and ends now
  expect([minute(view.forecastEnd), view.driftMs! / MINUTE, view.windowSlackMs! / MINUTE]).toEqual([50, 10, -5]);
  expect(view.criticalPath).toEqual(["freeze", "migrate", "turn", "tell"]);
  expect([of("freeze").driftMs, of("green").driftMs, of("turn").driftMs].map((ms) => ms! / MINUTE)).toEqual([1, 0, 10]);
  expect(view.restMs / MINUTE).toBe(10);
});
