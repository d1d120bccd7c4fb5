// The two whole plans: the cut-over night to its end and with a canary that fails in its third probe, and the gradual roll-out.
// On the test cluster, a real PostgreSQL, and a pipeline and a channel that answer over HTTP.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNight, type Pipeline } from "../../build/services/index.ts";
import type { StoredEvent } from "../protocol/index.ts";
import { runBench } from "./testing.ts";
import { goBack, openGround, openWorld, releasesAlone, type Walk, type World, walk } from "./testing-procedures.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const contexts = { main: "primary" };
const WEIGHT = "jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}";
const MIN = 60_000;

const FEATURES = {
  maintenance: [212, 0.02],
  churn: [338, 0.04],
  market: [421, 0.11],
  reporting: [640, 0.05],
  risk: [287, 0.01],
} as const;

describe.skipIf(!cluster)("whole plans", () => {
  let world: World;
  let pipeline: Pipeline;
  let night: Walk;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "");
    const prepared = await openNight(world);
    pipeline = prepared.pipeline;
    for (const [feature, [p95, errors]] of Object.entries(FEATURES)) {
      world.metrics.set(`feature:request_duration_ms:p95_rate5m{feature="${feature}"}`, p95);
      world.metrics.set(`feature:request_errors:percent_rate5m{feature="${feature}"}`, errors);
    }
    night = {
      file: "cut-over-night.md",
      contexts,
      sign: releasesAlone(world.bench),
      params: prepared.params,
    };
  });
  afterAll(async () => {
    await pipeline?.stop();
    await world?.close();
  });
  const kubectl = (...args: string[]) => world.spaces.kubectl("primary", args);
  const weight = () => kubectl("get", "ingress", "api-canary", "-o", WEIGHT);
  const selected = () => kubectl("get", "service", "api", "-o", "jsonpath={.spec.selector.colour}");
  const at = (events: StoredEvent[], type: string, step: string) =>
    Date.parse(events.find((event) => event.body.type === type && event.body.subject.step === step)?.body.ts_utc ?? "");

  it("is planned at 55 minutes, the migration beside the roll-out, and the gradual roll-out at 210", async () => {
    const plan = async (name: string) => {
      const view = await world.bench.call("document.plan", { path: join(import.meta.dirname, "../../runbooks", name) });
      return { problems: view.problems, minutes: (Date.parse(view.plannedEnd ?? "") - Date.parse(view.start)) / MIN };
    };
    expect(await plan("cut-over-night.md")).toEqual({ problems: [], minutes: 55 });
    expect(await plan("gradual-rollout.md")).toEqual({ problems: [], minutes: 210 });
  });

  it("holds in the third probe of a failing canary, and has users back in less than the promised two minutes", async () => {
    world.metrics.set("api:request_errors:percent_rate5m:canary", (nth) => (nth < 3 ? 0.2 : 2.4));
    const { own, view, steps } = await walk(world.bench, { ...night, stopsAt: "way-back" });
    world.metrics.set("api:request_errors:percent_rate5m:canary", 0.15);
    const gate = steps.get("canary")?.blocks.find((one) => one.gate)?.gate;
    expect(gate?.probes.map(({ verdict, value }) => [verdict, Number(value)])).toEqual([
      ["passed", 0.2],
      ["passed", 0.2],
      ["failed", 2.4],
    ]);
    expect(view.header).toMatchObject({
      status: "held",
      nextAction: { kind: "way-back", step: "canary", say: "Go back: Weight to zero?" },
    });
    expect([await weight(), await selected()]).toEqual(["10", "blue"]);
    const { run } = await world.bench.call("run.rollback", { run: own.run, kind: "step", step: "canary" as never });
    const back = runBench(world.bench, run);
    await back.until("the end of the way back", (header) => header.status === "finished");
    expect((await back.view()).header).toMatchObject({ result: "passed", undoes: { run: own.run, steps: ["canary"], targetMs: 2 * MIN } });
    const [finished] = await own.events("rollback.finished");
    expect(finished?.body.data).toMatchObject({ target_ms: 2 * MIN, met: true });
    expect(await weight()).toBe("0");
    expect(pipeline.state).toBe("disabled_manually");
    expect((await goBack(world.bench, own, "thaw-now")).verdict).toBe("passed");
    expect(pipeline.state).toBe("active");
    await world.bench.call("run.abort", { run: own.run, reason: "The canary failed; users are on the old release." });
  });

  it("goes through its six acts, both lanes at once, and tells the channel", async () => {
    pipeline.underWay = 1;
    const seen: string[] = [];
    const { own, view } = await walk(world.bench, {
      ...night,
      before: {
        canary: async () => void seen.push(`${await weight()} ${await selected()}`),
        full: async () => void seen.push(`${await weight()} ${await selected()}`),
        served: async () => void seen.push(`${await weight()} ${await selected()}`),
        thaw: async () => void seen.push(`${await world.setting("flags", "ROLLOUT_PERCENT")} ${pipeline.state}`),
      },
      waysBack: ["flags-back", "selector-back", "weight-0", "thaw-now"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["0 blue", "10 blue", "0 green", "100 disabled_manually"]);
    expect(await world.postgres.sql("select version from schema_migrations", "app")).toBe("v1.0-rc1");
    expect(pipeline.said.at(-1)).toMatch(/^api v1\.0-rc1 serves all users since \d\d:\d\d UTC/);
    const events = await own.events();
    const signed = events.filter((event) => event.body.type === "signoff.added").map((event) => event.body.data["role"]);
    expect(signed).toEqual(["dba", "release-manager"]);
    // The new colour starts before the migration has ended, and the smoke test after both.
    expect(at(events, "step.started", "start")).toBeLessThan(at(events, "step.ended", "lives"));
    expect(at(events, "step.started", "smoke")).toBeGreaterThanOrEqual(at(events, "step.ended", "lives"));
    expect(await selected()).toBe("blue");
    expect(await world.setting("flags", "ROLLOUT_PERCENT")).toBe("");
  });

  it("gives five features to everybody in five phases, measures each, and compares with before", async () => {
    const share = () => world.setting("flags", "ROLLOUT_PERCENT");
    const seen: string[] = [];
    const look = async () => void seen.push(await share());
    const folder = join(world.folder, "backups-gradual");
    const { view, printed } = await walk(world.bench, {
      file: "gradual-rollout.md",
      contexts,
      sign: releasesAlone(world.bench),
      params: { ...world.database, ...world.prometheus, BACKUPS: folder },
      before: {
        "share-25": look,
        "share-50": look,
        "share-100": look,
        smoke: look,
        compare: () => world.metrics.set("api:request_duration_ms:avg_rate5m", 248),
      },
      waysBack: ["share-before"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["0", "25", "50", "100"]);
    expect(await printed("compare")).toMatch(/245 ms before, 248 ms after[\s\S]*1\.2244/);
    expect(await printed("features")).toContain("market 421 ms 0.11 %");
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await share()).toBe("0");
  });
});
