// Reports through the engine's door: names, places, formats. What stands in them is engine/export/report's to test.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LogId, METHODS } from "../protocol/index.ts";
import { type Bench, openBench } from "./testing.ts";

let bench: Bench;
let log: LogId;
beforeAll(async () => {
  bench = await openBench({ home: mkdtempSync(join(tmpdir(), "hp-reports-")) });
  const run = await bench.start("---\ntitle: Small run\nrequires: {cluster: false}\n---\n\n## A\n\n- [ ] seen\n");
  await bench.call("run.abort", { run: run.run, reason: "only to have a log" });
  log = (await bench.call("record.logs", {})).find(({ kind }) => kind === "run")!.log;
});
afterAll(() => bench.remove());

it("makes every format that the protocol names, under a name of its own with the format's ending", async () => {
  const formats = METHODS["record.export"].params.shape.format.options;
  for (const format of formats) {
    const { path } = await bench.call("record.export", { log, format });
    expect(path).toMatch({ json: /\d{3}Z$/, bundle: /\.zip$/, report: /-report\.pdf$/ }[format as string] ?? new RegExp(`\\.${format}$`));
    if (format === "pdf") expect(readFileSync(path).subarray(0, 5).toString()).toBe("%PDF-");
  }
  for (const format of METHODS["record.exportSignoffs"].params.shape.format.options) {
    const { path } = await bench.call("record.exportSignoffs", { format, from: "2026-01-01" });
    expect(path).toMatch(format === "bundle" ? /signoffs-.*\.zip$/ : new RegExp(`signoffs-.*\\.${format}$`));
  }
});

it("refuses a path that depends on where the program was started, and dates that are none", async () => {
  expect(await bench.ask("record.export", { log, format: "pdf", out: "report.pdf" })).toMatchObject({
    ok: false,
    error: { code: "invalid-params" },
  });
  expect(await bench.ask("record.exportSignoffs", { format: "pdf", out: "s.pdf" })).toMatchObject({
    ok: false,
    error: { code: "invalid-params" },
  });
  expect(await bench.ask("record.exportSignoffs", { format: "csv", to: "2026-13-01" })).toMatchObject({
    ok: false,
    error: { code: "invalid-params" },
  });
});

it("answers other calls while a report is made", async () => {
  let isMade = false;
  const making = bench.call("record.export", { log, format: "pdf" }).then(() => {
    isMade = true;
  });
  let answered = 0;
  while (!isMade) {
    await bench.call("record.logs", {});
    answered += 1;
    // A turn of the event loop: an answer made of promises alone would never let the report's thread be heard.
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(answered).toBeGreaterThan(2);
  await making;
});
