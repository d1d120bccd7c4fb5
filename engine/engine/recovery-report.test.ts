// A rehearsal with measured recovery, exported in every format: its figures, and the mark of the rehearsal on every page and line.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import { exportLog } from "../export/index.ts";
import { faultsOf, readPdf, squeezed } from "../export/report/testing-pdf.ts";
import { readZip } from "../export/report/testing-zip.ts";
import { readBag } from "../export/testing-bundle.ts";
import { verifyBundle, wordsOf } from "../export/verifiers/verify.mjs";
import { createReportSource } from "./report-source.ts";
import { MIN } from "./testing-gates.ts";
import { recovering, recoveryBook } from "./testing-recovering.ts";

const START = Date.UTC(2026, 2, 29, 0, 30);

async function drilled(mode: "live" | "rehearsal") {
  const soak = "\n## Soak\n\n<!-- step: {id: soak, soak: 30m} -->\n\n```bash\ntrue\n```\n\n";
  const lastWrite = new Date(START - 9 * MIN - 40_000).toISOString();
  const run = await recovering(
    recoveryBook(`echo ${lastWrite}`, soak),
    mode === "rehearsal" ? { way: "sandbox", compress: 60 } : undefined,
  );
  await run.done("declare");
  await run.done("restore");
  await run.begin("soak");
  await run.until("its soak", async () => (await run.step("soak")).soak?.state === "soaking" && run.clock.next() !== null);
  await run.clock.pass(mode === "rehearsal" ? 30_000 : 30 * MIN);
  await run.until("the soak's end", async () => (await run.step("soak")).status === "done");
  await run.clock.pass(12 * MIN);
  await run.done("verify");
  const finished = await run.bench.runs.finish(run.bench.who, run.run, undefined);
  if (!finished.ok) throw new Error(finished.error.message);
  const { log } = await run.bench.header(run.run);
  const out = mkdtempSync(join(tmpdir(), "hp-recovery-report-"));
  const { store, home } = run.bench;
  const documents = { parse: async (bytes: Uint8Array, path: string) => parseDocument(bytes, { path }) };
  const source = createReportSource({ store, people: { list: () => [] }, documents } as unknown as Parameters<
    typeof createReportSource
  >[0]);
  const made = async (format: "pdf" | "md" | "xlsx" | "csv" | "bundle", name: string): Promise<Buffer> => {
    const written = await exportLog(store, log, {
      format,
      out: join(out, name),
      recordingsDir: join(home, "recordings"),
      actor: run.bench.who.actor,
      source,
    });
    if (!written.ok) throw new Error(written.error.message);
    return readFileSync(format === "csv" ? join(out, name) : written.value.path);
  };
  return { run, made, out };
}

it("marks a rehearsal on every page, sheet and line, and prints its figures against the targets", async () => {
  const { made, out } = await drilled("rehearsal");
  const { pages, text } = readPdf(await made("pdf", "run.pdf"));
  for (const page of pages) expect(page.text.match(/REHEARSAL/g)?.length ?? 0).toBeGreaterThanOrEqual(2);
  expect(pages.flatMap(faultsOf)).toEqual([]);
  const all = squeezed(text);
  for (const said of [
    "Recovery time",
    "12 min 30 s",
    "target 1 h 00 min",
    "42 min with the waits of the text",
    "9 min 40 s",
    "target 15 min",
    "rehearsal, sandbox, waits compressed by 60",
    "last-write: last write 2026-03-29T00:20:20.000Z",
  ])
    expect(all).toContain(squeezed(said));

  const markdown = (await made("md", "run.md")).toString("utf8");
  expect(markdown.match(/REHEARSAL/g)?.length).toBe(5);
  expect(markdown).toContain(
    "Recovery of “Recovery” (rehearsal, sandbox, waits compressed by 60): 12 min 30 s of 1 h 00 min (met); lost 9 min 40 s of 15 min (met)",
  );
  const sheets = new Map(readZip(await made("xlsx", "run.xlsx")).map((file) => [file.path, file.bytes.toString("utf8")]));
  expect(sheets.get("xl/workbook.xml")).toContain('name="Recovery"');
  expect(sheets.get("xl/sharedStrings.xml")).toContain("waits compressed by 60");
  const [head = "", ...rows] = (await made("csv", "run.csv")).toString("utf8").trim().split("\r\n");
  const column = head.split(",").indexOf("mode");
  expect(
    rows.filter((row) => /,(?:run|step|block|soak|disaster|recovery)\./.test(row)).every((row) => row.split(",")[column] === "rehearsal"),
  ).toBe(true);

  const zip = await made("bundle", "run.zip");
  const words = wordsOf(verifyBundle(zip));
  expect(words.at(-1)).toBe("REHEARSAL VERIFIED WITH WARNINGS");
  expect(words.every((line) => line.startsWith("REHEARSAL "))).toBe(true);
  writeFileSync(join(out, "verify.py"), readBag(zip).get("verify.py")!);
  const python = (() => {
    try {
      return execFileSync("python3", [join(out, "verify.py"), join(out, "run.zip")], { encoding: "utf8" });
    } catch (error) {
      // VERIFIED WITH WARNINGS is exit 2.
      return String((error as { stdout: string }).stdout);
    }
  })();
  expect(python.trim().split("\n")).toEqual(words);
}, 120_000);

it("gives a live run the same figures and no mark", async () => {
  const { made } = await drilled("live");
  const { text, pages } = readPdf(await made("pdf", "run.pdf"));
  expect(text).not.toContain("REHEARSAL");
  expect(squeezed(text)).toContain(squeezed("42 min"));
  expect(squeezed(text)).toContain(squeezed("9 min 40 s"));
  expect(pages.flatMap(faultsOf)).toEqual([]);
  const report = verifyBundle(await made("bundle", "run.zip"));
  expect([report.problems, report.rehearsals]).toEqual([[], []]);
  expect(wordsOf(report).join("\n")).not.toContain("REHEARSAL");
}, 120_000);
