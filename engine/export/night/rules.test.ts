import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseDocument } from "../../document/index.ts";
import { createReportSource } from "../../engine/report-source.ts";
import { madeSolo, must, openBench } from "../../launch/testing.ts";
import { exportLog } from "../index.ts";
import { contradictionsOf } from "./claims.ts";
import { compare, decimalOf, median, minus, percent, wordsOf } from "./decimal.ts";
import { downtimeOf } from "./downtime.ts";
import type { Facts, Gate } from "./facts.ts";
import { measureKey } from "./kpis.ts";
import { migrationCount } from "./summary.ts";
import type { NightReport } from "./types.ts";

const T0 = Date.parse("2026-03-15T22:00:00.000Z");
const at = (seconds: number): string => new Date(T0 + seconds * 1000).toISOString();
const FIRST = 100;
/** Probes as "12 failed": at that second, with that verdict. */
function gate(name: string, probes: string[], end: number | null): Gate {
  return {
    run: "r",
    step: "s",
    attempt: 1,
    block: 0,
    name,
    kind: "hold",
    limit: "",
    spanMs: 60_000,
    everyMs: 10_000,
    probes: probes.map((one, i) => ({ at: at(Number(one.split(" ")[0])), verdict: one.split(" ")[1]!, value: "", seq: FIRST + i })),
    warned: 0,
    gapMs: 0,
    pauses: end === null ? [] : [at(end)],
    verdict: "passed",
    because: "",
    durationMs: null,
    judged: "",
    seq: 1,
    endSeq: null,
  };
}
const downOf = (gates: Gate[], loops: Facts["loops"] = []) => downtimeOf({ gates, loops } as unknown as Facts);
const maintenance = (from: number, to: number | null) => [
  { name: "maintenance-page", openedAt: at(from), closedAt: to === null ? null : at(to), seq: 2 },
];

it("says downtime was not measured where nothing measured it, and never zero", () => {
  expect(downOf([])).toMatchObject({ method: "not measured", downMs: null, lookedMs: null });
  expect(downOf([gate("error-rate", ["0 passed", "10 failed"], 10)])).toMatchObject({ method: "not measured", downMs: null });
  expect(downOf([], maintenance(0, 60))).toMatchObject({ method: "not measured", maintenance: [{ ms: 60_000 }] });
});

it("counts an outage from the probe that failed to the next of that name that passed, over gates that follow each other", () => {
  const one = downOf([gate("downtime", ["0 passed", "10 failed", "20 failed", "30 passed", "40 passed"], 40)]);
  expect(one).toMatchObject({ downMs: 20_000, notKnownMs: 0, lookedMs: 40_000, isAtLeast: false, outages: [{ ms: 20_000 }] });
  const two = downOf([gate("downtime", ["0 passed", "10 failed"], 10), gate("downtime", ["70 passed", "80 passed"], 80)]);
  expect(two).toMatchObject({ downMs: 60_000, lookedMs: 80_000, isAtLeast: false });
});

it("says at least where no probe has passed since, and not known where a probe measured nothing", () => {
  const open = downOf([gate("downtime", ["0 passed", "10 failed", "20 failed"], 20)]);
  expect(open).toMatchObject({ downMs: 10_000, isAtLeast: true, outages: [{ to: null, ms: 10_000 }] });
  const unknown = downOf([gate("downtime", ["0 passed", "10 unknown", "20 passed"], 20)]);
  expect(unknown).toMatchObject({ downMs: 0, notKnownMs: 10_000, lookedMs: 10_000 });
});

it("counts what two gates saw down together once, and within the maintenance only", () => {
  const gates = [gate("front", ["0 passed", "10 failed", "50 passed"], 50), gate("back", ["0 passed", "20 failed", "40 passed"], 50)];
  expect(downOf(gates, maintenance(0, 100))).toMatchObject({ method: "probes during maintenance", downMs: 40_000, lookedMs: 50_000 });
  expect(downOf(gates, maintenance(30, 100))).toMatchObject({ downMs: 20_000, lookedMs: 20_000 });
});

it("takes measured values as decimals: no binary fraction, no rounding", () => {
  const of = (text: string) => decimalOf(text)!;
  expect(wordsOf(minus(of("0.3"), of("0.1")))).toBe("0.2");
  expect(wordsOf(median(["1", "0.2", "0.1", "7"].map(of))!)).toBe("0.6");
  expect(wordsOf(percent(of("-0.035"), of("1"))!)).toBe("-3.5");
  expect(wordsOf(percent(of("8"), of("245"))!)).toBe("3.3");
  expect(percent(of("1"), of("0"))).toBeNull();
  expect(compare(of("0.30"), of("0.3"))).toBe(0);
  expect([decimalOf("1e3"), decimalOf("12 %"), decimalOf(""), decimalOf("1.")]).toEqual([null, null, null, null]);
  expect([measureKey("BASELINE_ERROR_RATE"), measureKey("Error rate"), measureKey("error-rate")]).toEqual(Array(3).fill("error-rate"));
  expect(["3", "a.sql, b.sql", " ", "a.sql\nb.sql\nc.sql"].map((value) => migrationCount({ value }))).toEqual([3, 2, 0, 3]);
});

const REPORT = {
  subject: { title: "x" },
  summary: {
    elapsedMs: 55 * 60_000,
    steps: { passed: 9, total: 10 },
    gates: { passed: 4, total: 4 },
    kpis: { met: 4, total: 4 },
    incidents: { total: 0 },
    nearMisses: 3,
    migrations: 3,
    deviations: 1,
    wayBacks: { total: 1 },
  },
  downtime: { downMs: 40_000, isAtLeast: false },
  wayBack: [{ durationMs: 440_000 }],
  features: Array(10).fill({}),
  kpis: [
    { name: "p95", last: "465", median: "465", worst: "470", baseline: { value: "450" }, changePercent: "3.3", samples: 3, where: "w" },
    {
      name: "error-rate",
      last: "0.03",
      median: "0.03",
      worst: "0.05",
      baseline: { value: "0.02" },
      changePercent: "50",
      samples: 3,
      where: "w",
    },
  ],
} as unknown as NightReport;
const flagged = (text: string): string[] => contradictionsOf([{ seq: 7, where: "note", text }], REPORT).map(({ said }) => said);

it.each([
  ["Deployed 02:00 to 04:30 UTC (4.5 hours total).", "02:00 to 04:30 UTC (4.5 hours"],
  ["Performance impact: <2 % degradation.", "<2 % degradation"],
  ["All 13 tickets went in.", "13 tickets"],
  ["Rollback not required.", "Rollback not required"],
  ["Zero minutes of user-facing downtime.", "Zero minutes of user-facing downtime"],
  ["The error rate settled at 0.3 %.", "error rate settled at 0.3"],
  ["The P95 was 445 ms.", "P95 was 445"],
  ["Deployment success rate: 100%", "success rate: 100%"],
  ["The cut-over took 50 minutes.", "cut-over took 50 minutes"],
  ["Two incidents were handled.", "Two incidents"],
  ["The rollback took 9 min.", "rollback took 9 min"],
  ["All steps passed.", "All steps passed"],
  ["9 of 9 steps were run.", "9 of 9 steps"],
])("flags what the record contradicts: %s", (text, said) => {
  expect(flagged(text)).toEqual([said]);
});

it.each([
  "The rollback took 7 min, with 40 s of downtime.",
  "The cut-over took 55 minutes; planned 60 min.",
  "No incidents, three near-misses, 3 migrations.",
  "The error rate was 0.05 at worst, limit 0.3; P95 450 before and 465 after.",
  "A rollback should take under 2 minutes. Rollback target: 15 min.",
  "All gates passed. 9 of 10 steps passed.",
  "Warm the cache for 10 minutes before the next night, from 22:00 to 22:10.",
  "We need two more gates and a rollback plan.",
])("leaves alone what the record bears out, and what is no claim: %s", (text) => {
  expect(flagged(text)).toEqual([]);
});

it("gives the same bytes of the same head, later events or not, and the looks of the watch as measured values", async () => {
  const bench = openBench(await madeSolo(), (source, path) => parseDocument(source, { path }));
  const out = mkdtempSync(join(tmpdir(), "hp-night-"));
  try {
    const launch = await bench.launch("---\nkind: checklist\n---\n# L\n\n## A\n\n- [ ] **A-1** x\n");
    const dana = await bench.who("dana");
    const { log } = (await bench.view(launch)).header;
    const looks = [{ title: "Error rate", unit: "%", expect: { operator: "<=", value: 0.3 } }];
    must(await bench.launches.watchSet(dana, { launch, hours: 1, schedule: [{ untilHours: 1, everyMinutes: 20 }], looks } as never));
    bench.store.append(log, { type: "launch.state", actor: dana.actor, subject: { launch }, data: { from: "cut-over", to: "watch" } });
    for (const value of ["0.2", "0.72"]) {
      bench.ports.advance(20 * 60_000);
      const { slots, config } = (await bench.view(launch)).watch;
      const due = slots.findLast((one) => one.state === "due")!.due;
      must(
        await bench.launches.watchEnter(dana, {
          launch,
          due,
          ok: value === "0.2",
          values: [{ look: config.looks[0]!.id, value }],
          note: "",
        } as never),
      );
    }
    must(await bench.launches.note(dana, { launch, kind: "lesson", title: "Look twice", text: "<b>not markup</b> | a cell" }));
    const source = createReportSource({ ...bench, documents: { parse: async (bytes, path) => parseDocument(bytes, { path }) } });
    const upTo = bench.store.head(log).seq;
    const made = async (name: string): Promise<Buffer[]> => {
      const path = join(out, name);
      must(await exportLog(bench.store, log, { format: "report", out: path, recordingsDir: out, actor: dana.actor, source, upTo }));
      return [path, path.replace(/\.\w+$/, ".json")].map((one) => readFileSync(one));
    };
    for (const ending of ["md", "pdf"]) {
      const first = await made(`a.${ending}`);
      expect(await made(`${ending}/a.${ending}`)).toEqual(first);
      rmSync(join(out, "a.json"));
    }
    const report = JSON.parse((await made("b.md"))[1]!.toString()) as NightReport;
    expect(report.kpis).toMatchObject([
      {
        name: "Error rate",
        from: "watch",
        target: "<= 0.3",
        unit: "%",
        samples: 2,
        last: "0.72",
        median: "0.46",
        worst: "0.72",
        verdict: "not met",
      },
    ]);
    expect(report.summary.outcome).toBe("nothing run");
    expect(report.downtime.method).toBe("not measured");
    expect(readFileSync(join(out, "b.md"), "utf8")).toContain("\\<b\\>not markup\\</b\\> \\| a cell");
  } finally {
    bench.close();
    rmSync(out, { recursive: true, force: true });
  }
}, 120_000);
