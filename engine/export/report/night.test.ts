import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDocument } from "../../document/index.ts";
import { createReportSource } from "../../engine/report-source.ts";
import { type Bench, madeTeam, must, openBench } from "../../launch/testing.ts";
import type { LaunchId, LogId } from "../../protocol/index.ts";
import { exportLog } from "../index.ts";
import { faultsOf, readPdf, squeezed } from "./testing-pdf.ts";
import { readZip } from "./testing-zip.ts";

const MINUTE = 60_000;
const LIST = "---\nkind: checklist\n---\n# L\n\n## A\n\n- [ ] **A-1** x\n";
const BOOK = "---\ntitle: Switch\nplanned: 7m\n---\n# Switch\n\n## One\n\n```sh\necho 1\n```\n";

let bench: Bench;
let out: string;
let launch: LaunchId;
let log: LogId;
beforeAll(async () => {
  bench = openBench(await madeTeam(), (source, path) => parseDocument(source, { path }));
  out = mkdtempSync(join(tmpdir(), "hp-night-report-"));
  launch = await bench.launch(LIST, { windowStart: "2026-03-15T00:00:00.000Z", windowEnd: "2026-03-15T02:00:00.000Z" });
  const jon = await bench.who("jon");
  log = (await bench.view(launch)).header.log;
  const path = bench.write("switch.md", BOOK);
  must(await bench.launches.planEntry(jon, { launch, entry: { path, role: "release-manager" } } as never));
  must(await bench.launches.planEntry(jon, { launch, entry: { path, title: "Announce" } } as never));
  must(await bench.launches.planEntry(jon, { launch, skip: "P2", reason: "told by phone" } as never));
  const looks = [{ title: "Error rate", unit: "%", expect: { operator: "<=", value: 0.3 } }];
  must(
    await bench.launches.watchSet(jon, {
      launch,
      hours: 1,
      schedule: [{ untilHours: 1, everyMinutes: 20 }],
      graceMinutes: 5,
      looks,
    } as never),
  );
  must(await bench.launches.openLoop(jon, { launch, name: "alert silence", byMinutes: 30 }));
  bench.store.append(log, { type: "launch.state", actor: jon.actor, subject: { launch }, data: { from: "cut-over", to: "watch" } });
  bench.ports.advance(21 * MINUTE);
  const { slots, config } = (await bench.view(launch)).watch;
  const enter = { launch, due: slots[0]!.due, ok: false, values: [{ look: config.looks[0]!.id, value: "0.72" }], note: "one node behind" };
  must(await bench.launches.watchEnter(jon, enter as never));
  bench.ports.advance(30 * MINUTE);
  must(await bench.launches.note(jon, { launch, kind: "note", title: "later", text: "" }));
}, 60_000);
afterAll(() => {
  bench.close();
  rmSync(out, { recursive: true, force: true });
});

async function made(format: "pdf" | "xlsx"): Promise<Buffer> {
  const source = createReportSource({ ...bench, documents: { parse: async (bytes, path) => parseDocument(bytes, { path }) } });
  const { actor } = await bench.who("jon");
  const path = join(out, `r.${format}`);
  must(await exportLog(bench.store, log, { format, out: path, recordingsDir: out, actor, source }));
  return readFileSync(path);
}

it("prints the plan beside what happened, the looks of the watch with those missed, and what is still open", async () => {
  const { pages, text } = readPdf(await made("pdf"));
  const said = squeezed(text);
  for (const words of [
    "The plan",
    "Switch",
    "release-manager",
    "told by phone",
    "The watch",
    "0.72 %",
    "one node behind",
    "1 missed",
    "alert silence",
    "still open",
  ])
    expect(said, words).toContain(squeezed(words));
  expect(pages.flatMap(faultsOf)).toEqual([]);
});

it("gives plan, watch and open loops as sheets of their own", async () => {
  const files = readZip(await made("xlsx"));
  const workbook = files.find(({ path }) => path === "xl/workbook.xml")!.bytes.toString("utf8");
  for (const name of ["Plan", "Watch", "Open loops"]) expect(workbook).toContain(`name="${name}"`);
  const strings = files
    .filter(({ path }) => path.startsWith("xl/"))
    .map(({ bytes }) => bytes.toString("utf8"))
    .join("");
  for (const words of ["Error rate &lt;= 0.3 %", "missed", "one node behind"]) expect(strings).toContain(words);
});
