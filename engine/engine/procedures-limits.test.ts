// Each limit of each probe that asks for several figures at once: the probe's own text in a real shell, over HTTP, judged as the engine does.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HEALTHY, type Metrics, missingPrograms, startMetrics } from "../../build/services/index.ts";
import { parseDocument } from "../document/index.ts";
import { judgeProbe } from "../run/gate-probe.ts";
import { LIBRARY } from "./testing-procedures.ts";

const CANARY = "api:request_duration_ms:p95_rate5m:canary";
/** File, step with the gate, query, a value that is still within the limit, and the first that is not. */
const LIMITS: [string, string, string, number, number][] = [
  ["deploy/canary-ladder.md", "weight-5", "api:request_duration_ms:p50_rate5m:canary", 199, 200],
  ["deploy/canary-ladder.md", "weight-5", CANARY, 499, 500],
  ["deploy/canary-ladder.md", "weight-25", "api:request_duration_ms:p99_rate5m:canary", 1999, 2000],
  ["deploy/canary-ladder.md", "weight-50", "api:request_errors:percent_rate5m:canary", 0.99, 1],
  ["deploy/canary-ladder.md", "weight-100", "api:cache_hits:percent_rate5m:canary", 80.1, 80],
  ["deploy/canary-ladder.md", "weight-100", "api:cache_hits:percent_rate5m:canary", 97, 0],
  ["deploy/canary-ladder.md", "weight-100", "api:drift:percent", 0.49, 0.5],
  ["deploy/canary-three-steps.md", "weight-10", CANARY, 300, 1968],
  ["deploy/canary-three-steps.md", "weight-10", `${CANARY}:enhanced`, 418, 418.1],
  ["deploy/canary-three-steps.md", "weight-50", "api:request_errors:percent_rate5m:canary", 0.3, 0.301],
  ["deploy/canary-three-steps.md", "weight-50", "api:persistence_errors:percent_rate5m", 0.1, 0.11],
  ["deploy/canary-three-steps.md", "weight-100", "api:schema_repairs:percent_rate5m", 0.5, 0.51],
  ["deploy/staging-soak.md", "soak", 'min(up{job="api"})', 1, 0],
  ["deploy/staging-soak.md", "soak", "api:request_duration_ms:p95_rate5m:enhanced", 410, 411],
  ["deploy/staging-soak.md", "soak", "api:schema_repairs:percent_rate5m", 0.5, 0.51],
  ["deploy/flag-roll-out.md", "share-25", "api:request_duration_ms:p95_rate5m", 499, 500],
  ["deploy/flag-roll-out.md", "share-50", "api:request_errors:percent_rate5m", 0.99, 1],
  ["deploy/flag-roll-out.md", "share-50", "api:cpu:percent", 69, 70],
  ["deploy/flag-roll-out.md", "share-100", "api:memory:percent", 79, 80],
  ["gradual-rollout.md", "share-100", "api:database_connections", 99, 100],
  ["gradual-rollout.md", "features", 'feature:request_duration_ms:p95_rate5m{feature="market"}', 499, 500],
  ["gradual-rollout.md", "features", 'feature:request_errors:percent_rate5m{feature="market"}', 0.19, 0.2],
  ["gradual-rollout.md", "features", 'feature:request_errors:percent_rate5m{feature="churn"}', 0.09, 0.1],
];

describe.skipIf(missingPrograms().some((program) => program === "curl" || program === "jq"))("probes of several figures", () => {
  let metrics: Metrics;
  const features = ["maintenance", "churn", "market", "reporting", "risk"].flatMap((name) => [
    [`feature:request_duration_ms:p95_rate5m{feature="${name}"}`, 200],
    [`feature:request_errors:percent_rate5m{feature="${name}"}`, 0.02],
  ]) as [string, number][];
  const healthy = new Map<string, number>([...Object.entries(HEALTHY), ...features]);
  beforeAll(async () => {
    metrics = await startMetrics(Object.fromEntries(healthy));
  });
  afterAll(() => metrics?.stop());

  /** What one probe of the step's gate says, as the engine judges it. */
  async function probe(file: string, step: string) {
    const path = join(LIBRARY, file);
    const document = parseDocument(readFileSync(path), { path });
    const block = document.steps.find((one) => one.id === step)?.blocks.find((one) => one.options.gate !== undefined);
    if (!block) throw new Error(`${file}: step ${step} has no gate`);
    const params = document.params.flatMap(({ name, default: value }) => (value === null ? [] : [[name, String(value)]]));
    const env = { ...process.env, ...Object.fromEntries(params), PROMETHEUS: metrics.url };
    const { exitCode, tail } = await new Promise<{ exitCode: number; tail: string }>((resolve) => {
      execFile("bash", ["-eo", "pipefail", "-c", block.commands], { env }, (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : Number(error.code), tail: stderr + stdout }),
      );
    });
    return judgeProbe({ kind: "exit", exitCode, because: "", tail }, block.options);
  }

  it.each(LIMITS)("%s, %s: %s may be %d and not %d, and a missing or empty figure is unknown", async (file, step, query, within, past) => {
    try {
      metrics.set(query, within);
      expect(await probe(file, step)).toMatchObject({ verdict: "passed" });
      metrics.set(query, past);
      expect(await probe(file, step)).toMatchObject({ verdict: "failed" });
      metrics.set(query, Number.NaN);
      expect(await probe(file, step)).toMatchObject({ verdict: "unknown" });
      metrics.set(query, null);
      expect(await probe(file, step)).toMatchObject({ verdict: "unknown" });
    } finally {
      metrics.set(query, healthy.get(query) ?? null);
    }
  });

  it("takes fewer than 100 requests for no measurement, and an endpoint that is away for none either", async () => {
    metrics.set("api:requests:increase5m:canary", 99.9);
    expect((await probe("canary-rollout.md", "weight-10")).because).toContain("99 samples are no measurement");
    expect((await probe("cut-over-night.md", "canary")).because).toContain("99 samples are no measurement");
    metrics.set("api:requests:increase5m:canary", 100);
    expect(await probe("cut-over-night.md", "canary")).toMatchObject({ verdict: "passed", value: 0.15, samples: 100 });
    metrics.isDown = true;
    expect((await probe("cut-over-night.md", "canary")).verdict).toBe("unknown");
    expect((await probe("deploy/canary-ladder.md", "weight-5")).verdict).toBe("unknown");
    metrics.isDown = false;
  });
});
