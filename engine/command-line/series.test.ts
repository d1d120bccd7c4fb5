import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ResultOf } from "../protocol/index.ts";
import { type Bench, createBench } from "./in-test.ts";

let bench: Bench;
let file: string;
beforeAll(() => {
  bench = createBench();
  file = bench.file("books/restore.md", book("echo one"));
});
afterAll(() => bench.close());

const book = (restore: string): string =>
  `---
title: Restore
drill: 90 days
rto: 1h
rpo: 15m
recovery: {declared: "#lost", verified: "#back", last-write: last-write}
---

## Lost

\`\`\`sh
true
\`\`\`

## Back

\`\`\`sh {name=last-write}
${restore}
date -u +%Y-%m-%dT%H:%M:%SZ
\`\`\`
`.replace("## Back\n", "## Back\n\n<!-- step: {id: back} -->\n");

it("prints the series of a runbook, the difference of two of its runs, and writes the measurements", { timeout: 120_000 }, async () => {
  const rehearsed = await bench.holdpoint(["run", file, "--mode", "rehearsal", "--yes"]);
  expect(rehearsed.code, rehearsed.err).toBe(0);
  bench.file("books/restore.md", book("echo two"));
  expect((await bench.holdpoint(["run", file, "--yes"])).code).toBe(0);

  const json = async <T>(args: string[]): Promise<T> => {
    const ended = await bench.holdpoint([...args, "--json"]);
    expect(ended.code, ended.err).toBe(0);
    return JSON.parse(ended.out) as T;
  };
  const view = await json<ResultOf<"series.of">>(["series", file]);
  expect(view.runs.map(({ mode, status }) => [mode, status])).toEqual([
    ["rehearsal", "finished"],
    ["live", "finished"],
  ]);
  expect(view.drill).toMatchObject({ state: "in-time", every: "90 days" });
  const said = await bench.holdpoint(["series", file]);
  expect(said.code, said.err).toBe(0);
  for (const words of ["1 rehearsed, 1 live", "REHEARSAL 1", "LIVE 1", "RTO", "text changed since", "in time"])
    expect(said.out).toContain(words);
  const list = await json<ResultOf<"series.list">>(["series"]);
  expect(list.find(({ path }) => path === view.path)).toMatchObject({ rehearsals: 1, live: 1 });

  const [a, b] = view.runs.map(({ run }) => String(run)) as [string, string];
  const compared = await bench.holdpoint(["compare", a, b]);
  expect(compared.code, compared.err).toBe(0);
  for (const words of ["Their texts differ.", "text changed", "output differs", "same output"]) expect(compared.out).toContain(words);
  expect((await bench.holdpoint(["compare", a, a])).code).toBe(2);
  expect((await bench.holdpoint(["series", join(bench.folder, "nothing.md")])).code).toBe(2);

  const out = join(bench.folder, "recovery.csv");
  const written = await json<{ path: string }>(["export", "--recovery", "--format", "csv", "--out", out]);
  expect(written.path).toBe(out);
  const [head, ...lines] = readFileSync(out, "utf8").trim().split("\r\n");
  const at = head!.split(",").indexOf("rto_ms");
  expect(lines.map((line) => line.split(",")[at])).toEqual(view.runs.map(({ recovery }) => String(recovery!.rto.ms)));
  for (const wrong of [
    ["export", "latest", "--recovery"],
    ["export", "--recovery", "--signoffs"],
    ["export", "--recovery", "--signer", "dana"],
  ])
    expect((await bench.holdpoint([...wrong, "--format", "csv", "--out", join(bench.folder, "no.csv")])).code).toBe(2);
});
