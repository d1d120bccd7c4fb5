// Opening a bundle through the engine's door: rows, filters, the event that it was viewed, and that nothing else is written.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, openBench } from "./testing.ts";

let bench: Bench;
let path: string;
beforeAll(async () => {
  bench = await openBench({ home: mkdtempSync(join(tmpdir(), "hp-bundles-")) });
  const run = await bench.start("---\ntitle: Small run\nrequires: {cluster: false}\n---\n\n## A\n\n- [ ] seen\n");
  await bench.call("run.abort", { run: run.run, reason: "only to have a log" });
  const { log } = (await bench.call("record.logs", {})).find(({ kind }) => kind === "run")!;
  path = (await bench.call("record.export", { log, format: "bundle" })).path;
});
afterAll(() => bench.remove());

it("shows what the log held, and records that it was viewed in the installation's log alone", async () => {
  const before = await bench.call("record.logs", {});
  const view = await bench.call("bundle.open", { path });
  expect(view.report.problems).toEqual([]);
  expect(view.log).toMatchObject({ kind: "run", title: "Small run", status: "aborted" });
  const log = view.log!.log;
  const { rows, total } = await bench.call("bundle.events", { bundle: view.bundle, filter: {}, offset: 0, limit: 1000 });
  const own = await bench.call("record.events", { log, filter: {}, offset: 0, limit: total });
  expect(rows).toEqual(own.rows);
  const held = await bench.call("bundle.events", { bundle: view.bundle, filter: { type: "run.aborted" }, offset: 0, limit: 10 });
  expect(held).toMatchObject({ matching: 1, total });
  const event = await bench.call("bundle.event", { bundle: view.bundle, seq: held.rows[0]!.seq });
  expect(event).toEqual(await bench.call("record.event", { log, seq: held.rows[0]!.seq }));

  const after = await bench.call("record.logs", {});
  expect(after.filter(({ kind }) => kind !== "install")).toEqual(before.filter(({ kind }) => kind !== "install"));
  const install = after.find(({ kind }) => kind === "install")!;
  const [last] = (await bench.call("record.events", { log: install.log, filter: { type: "record.viewed" }, offset: 0, limit: 10 })).rows;
  const viewed = await bench.call("record.event", { log: install.log, seq: last!.seq });
  expect(viewed.body).toMatchObject({ outcome: view.report.verdict, data: { log, sha256: view.sha256 } });
});

it("forgets a bundle that is closed", async () => {
  const { bundle } = await bench.call("bundle.open", { path });
  await bench.call("bundle.close", { bundle });
  expect(await bench.ask("bundle.event", { bundle, seq: 1 })).toMatchObject({ ok: false, error: { code: "not-found" } });
});
