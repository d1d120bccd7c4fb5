// Verifying and copying a long record through the engine's door, while the engine goes on.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { realPorts } from "../ports.ts";
import { openRecordStore, verifyDatabase } from "../record/index.ts";
import { type Bench, openBench } from "./testing.ts";

/** A tenth of a second of verifying on a fast machine. */
const EVENTS = 5_000;
let bench: Bench;

beforeAll(async () => {
  const home = mkdtempSync(join(tmpdir(), "hp-records-"));
  const opened = openRecordStore({ home, ports: realPorts() });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const actor = { op_id: "dana", name: "Dana", role: "operator", session: "", on_behalf_of: "" };
  const note = { type: "note.filled", actor, data: { filler: "x".repeat(500) } };
  for (let done = 0; done < EVENTS; done += 500)
    store.appendAll(
      store.install,
      Array.from({ length: 500 }, () => note),
    );
  store.close();
  bench = await openBench({ home });
});
afterAll(() => bench.remove());

it("answers other calls while it verifies the record", async () => {
  const order: string[] = [];
  const verifying = bench.call("record.verify", {}).then((report) => {
    order.push("verified");
    return report;
  });
  for (let call = 0; call < 5; call += 1) {
    await bench.call("record.logs", {});
    order.push("answered");
  }
  expect(await verifying).toMatchObject({ problems: [] });
  expect(order).toEqual([...Array.from({ length: 5 }, () => "answered"), "verified"]);
});

it("answers other calls while it copies the record, and records on; the copy holds what was there, and is whole", async () => {
  const order: string[] = [];
  const copying = bench.call("record.backup", {}).then((made) => {
    order.push("copied");
    return made;
  });
  // What is recorded and checkpointed meanwhile must not make the copy look cut.
  for (let round = 0; round < 5; round += 1) {
    const run = await bench.start("---\ntitle: T\nrequires: {cluster: false}\n---\n\n## A\n\n- [ ] seen\n");
    await bench.call("run.abort", { run: run.run, reason: "only to record something" });
    order.push("answered");
  }
  const { path, report } = await copying;
  expect(order[0]).toBe("answered");
  expect(report.problems).toEqual([]);
  expect(verifyDatabase(path).problems).toEqual([]);
  const refused = await bench.ask("record.backup", { out: path });
  expect(refused.ok ? "ok" : refused.error.code).toBe("already-exists");
});
