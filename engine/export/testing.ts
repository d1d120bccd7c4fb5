// A log like a real run's, with payload and recording, for tests of exports. Owns: nothing of the product.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LogId } from "../protocol/index.ts";
import type { NewEvent, RecordStore } from "../record/index.ts";
import { sha256OfFile } from "../record/index.ts";
import { DANA, type TestPorts } from "../record/testing.ts";

export const CAST = '{"version":3}\n[0.1,"o","pod/web ok\\r\\n"]\n';

/** Twelve events: a failed and judged step, a passed one, text that needs escaping, a plan, a recording. */
export function appendTwelve(store: RecordStore, ports: TestPorts): LogId {
  const log = store.createLog({ kind: "run", genesis: { title: "Blue-green switch", run: "run-x" }, actor: DANA });
  const path = "run-x/switch-1.cast";
  const file = join(store.home, "recordings", path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, CAST);
  const recorded = { recording: path, recording_sha256: sha256OfFile(file).sha256, recording_bytes: CAST.length };
  const switching = { run: "run-x", mode: "live", step: "switch", attempt: 1, cluster: "main" };
  const checking = { ...switching, step: "check" };
  const plan = [{ name: "plan", mediaType: "text/markdown", bytes: Buffer.from("# Plan\n\n≤ 2 minutes\n") }];
  const events: NewEvent[] = [
    {
      type: "run.started",
      actor: DANA,
      subject: { plan_sha256: createHash("sha256").update(plan[0]!.bytes).digest("hex") },
      data: { title: "Blue-green switch" },
      payloads: plan,
    },
    { type: "step.started", actor: DANA, subject: switching },
    { type: "block.started", actor: DANA, subject: switching, data: { block: 0, text: "=cmd|' /C calc'!A0", recording: path } },
    {
      type: "input.typed",
      actor: DANA,
      subject: switching,
      data: { line: "\u001b[31mecho \"ü ≤ 😀\", 'x'\u001b[0m", reported_by: "shell" },
    },
    {
      type: "block.ended",
      actor: DANA,
      subject: switching,
      outcome: "unknown",
      data: { block: 0, exit_code: null, pipe_status: [0, 141], because: "-x" },
    },
    { type: "step.ended", actor: DANA, subject: switching, outcome: "unknown", data: { duration_ms: 1500, ...recorded } },
    { type: "step.judged", actor: DANA, subject: switching, outcome: "accepted", reason: 'Seen in Grafana,\r\n"all green"' },
    { type: "step.started", actor: DANA, subject: checking },
    { type: "block.ended", actor: DANA, subject: checking, outcome: "passed", data: { block: 0, exit_code: 0, duration_ms: -1 } },
    { type: "step.ended", actor: DANA, subject: checking, outcome: "passed" },
    { type: "step.skipped", actor: DANA, subject: { ...switching, step: "optional" }, outcome: "skipped", reason: "@home" },
    { type: "run.finished", actor: DANA, data: { result: "passed" } },
  ];
  for (const event of events) {
    ports.advance(1_000);
    store.append(log, event);
  }
  return log;
}
