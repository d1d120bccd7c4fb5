import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPdf, squeezed } from "../export/report/testing-pdf.ts";
import { type Bench, createBench } from "./in-test.ts";

let bench: Bench;
beforeAll(() => {
  bench = createBench();
});
afterAll(() => bench.close());

it("exports a run as pages, tables and the file with its results, and the sign-offs of all launches", { timeout: 120_000 }, async () => {
  const file = bench.file(
    "books/run.md",
    "# Look\n\n## First\n\n<!-- step: {planned: 2m} -->\n\n```sh\necho hello ≤\n```\n\n## Second\n\n```sh\nfalse\n```\n",
  );
  expect((await bench.holdpoint(["run", file, "--yes"])).code).toBe(1);
  const wrote = async (format: string) => {
    const out = join(bench.folder, `out.${format}`);
    const ended = await bench.holdpoint(["export", "latest", "--format", format, "--out", out]);
    expect(ended.code, ended.err).toBe(0);
    return readFileSync(out);
  };
  const { pages, text } = readPdf(await wrote("pdf"));
  const all = squeezed(text);
  for (const said of ["Run record", "Look", "echo hello ≤", "2 min", "exit 1", "Verification"]) expect(all).toContain(squeezed(said));
  expect(all, "a run has no readiness").not.toContain("Readiness");
  expect(pages.length).toBeGreaterThan(3);
  expect((await wrote("xlsx")).subarray(0, 2).toString()).toBe("PK");
  const results = (await wrote("md")).toString("utf8");
  expect(results).toContain("## First\n\n> **passed**; ");
  expect(results).toContain("## Second\n\n> **failed**; ");

  const night = join(bench.folder, "night.md");
  const ended = await bench.holdpoint(["export", "latest", "--format", "report", "--out", night, "--json"]);
  expect(ended.code, ended.err).toBe(0);
  expect(JSON.parse(ended.out)).toMatchObject({ path: night, files: ["night.md", "night.json"] });
  expect(readFileSync(night, "utf8")).toContain("| **Steps** | 1 of 2 passed; 1 failed |");
  expect(JSON.parse(readFileSync(join(bench.folder, "night.json"), "utf8"))).toMatchObject({
    source: { of: "run" },
    summary: { steps: { failed: 1 } },
  });
  expect((await bench.holdpoint(["export", "latest", "--format", "report", "--out", join(bench.folder, "night.doc")])).code).not.toBe(0);

  const none = join(bench.folder, "none.csv");
  const signoffs = await bench.holdpoint(["export", "--signoffs", "--from", "2026-01-01", "--format", "csv", "--out", none, "--json"]);
  expect(signoffs.code, signoffs.err).toBe(0);
  expect(JSON.parse(signoffs.out)).toMatchObject({ path: none, files: ["none.csv"] });
  expect(readFileSync(none, "utf8").split("\r\n"), "a head and no row").toHaveLength(2);
  for (const wrong of [
    ["export", "--format", "pdf", "--out", "x"],
    ["export", "latest", "--signoffs", "--format", "pdf", "--out", "x"],
    ["export", "latest", "--from", "2026-01-01", "--format", "pdf", "--out", "x"],
    ["export", "--signoffs", "--format", "md", "--out", "x"],
    ["export", "--signoffs", "--launch", "77", "--format", "csv", "--out", "x"],
  ])
    expect((await bench.holdpoint(wrong)).code, wrong.join(" ")).toBe(2);
  const date = await bench.holdpoint([
    "export",
    "--signoffs",
    "--to",
    "2026-02-30",
    "--format",
    "csv",
    "--out",
    join(bench.folder, "y.csv"),
  ]);
  expect(date.code).not.toBe(0);
  expect(date.err).toContain("is not a date");
});
