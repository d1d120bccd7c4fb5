// The staging soak: all of its 48 hours with a probe every ten minutes, in a real shell over HTTP, on a clock that the test drives.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { HEALTHY, missingPrograms, startMetrics } from "../../build/services/index.ts";
import { MIN, openGates } from "./testing-gates.ts";
import { LIBRARY } from "./testing-procedures.ts";

const FILE = "deploy/staging-soak.md";
const TEN_MINUTES = 10 * MIN;
/** Two days, one in ten minutes; each is a real curl and a real jq. */
const PROBES = 288;

/** The procedure at the begin of its two days. */
async function soaking() {
  const metrics = await startMetrics(HEALTHY);
  onTestFinished(() => metrics.stop());
  const gates = await openGates();
  onTestFinished(() => gates.bench.close());
  const { runs, who } = gates.bench;
  const press = async (step: string) => {
    const started = await runs.step(who, gates.run, { step });
    if (!started.ok) throw new Error(started.error.message);
  };
  const tick = async (step: string) => {
    for (const { index } of (await gates.step(step)).checks) {
      const checked = await runs.check(who, gates.run, { step, check: index });
      if (!checked.ok) throw new Error(checked.error.message);
    }
  };
  gates.follow(await gates.bench.start(readFileSync(join(LIBRARY, FILE), "utf8").replaceAll("http://127.0.0.1:9090", metrics.url)));
  await tick("traffic");
  await press("start");
  await gates.pass(1);
  await gates.until("a sound start", async () => (await gates.step("start")).verdict === "passed");
  await press("soak");
  await gates.until("the gate", async () => gates.clock.next() !== null);
  const gate = async () => (await gates.step("soak")).blocks[0]?.gate;
  return { metrics, gates, gate, tick };
}

describe.skipIf(missingPrograms().some((program) => program === "curl" || program === "jq"))("the staging soak", () => {
  it("passes after 48 hours and 288 probes, and not a millisecond sooner", { timeout: 240_000 }, async () => {
    const { gates, gate, tick } = await soaking();
    await gates.pass(PROBES * TEN_MINUTES - 1);
    expect((await gates.step("soak")).status).toBe("running");
    await gates.pass(1);
    await gates.until("the end", async () => (await gates.step("soak")).verdict === "passed");
    expect((await gate())?.counts).toEqual({ passed: PROBES, failed: 0, unknown: 0, warned: 0 });
    await tick("after");
    expect((await gates.bench.header(gates.run)).nextAction.kind).toBe("finish");
  });

  it("ends with the first probe that is past a limit", async () => {
    const { metrics, gates, gate } = await soaking();
    await gates.pass(TEN_MINUTES);
    metrics.set("api:request_errors:percent_rate5m", 0.31);
    await gates.pass(TEN_MINUTES);
    await gates.until("the end", async () => (await gates.step("soak")).verdict === "failed");
    expect((await gate())?.counts).toMatchObject({ passed: 1, failed: 1, unknown: 0 });
    expect((await gates.bench.header(gates.run)).status).toBe("held");
  });

  it("holds, and judges nothing, where a figure is missing or nobody answers", async () => {
    const { metrics, gates, gate } = await soaking();
    metrics.set("api:persistence_errors:percent_rate5m", null);
    await gates.pass(TEN_MINUTES);
    await gates.until("the hold", async () => (await gate())?.state === "interrupted");
    expect((await gates.step("soak")).verdict).toBeNull();
    expect((await gates.bench.header(gates.run)).status).toBe("held");
  });
});
