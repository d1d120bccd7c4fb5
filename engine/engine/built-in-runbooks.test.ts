// Every runbook that comes with Holdpoint: reviewed, planned, linted clean, and with ways back and links that lead somewhere.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { findBypasses } from "../cluster/index.ts";
import { lintDocument, parseDocument } from "../document/index.ts";
import { isMarkdown } from "../library/index.ts";
import { readScenario } from "../rehearsal/index.ts";
import { LIBRARY } from "./testing-procedures.ts";

const files = readdirSync(LIBRARY, { recursive: true, encoding: "utf8" }).filter(isMarkdown).sort();

it("finds the library", () => expect(files.length).toBeGreaterThan(25));

for (const file of files) {
  const path = join(LIBRARY, file);
  const source = readFileSync(path);
  const document = parseDocument(source, { path });
  const text = source.toString("utf8");

  it(`${file} is linted clean`, () => {
    const found = [...document.diagnostics, ...lintDocument(document, source)].filter((one) => one.severity !== "info");
    expect(found.map((one) => `${file}:${one.line} ${one.message}`)).toEqual([]);
    expect(document.steps.flatMap((step) => step.blocks.flatMap((block) => findBypasses(block.commands)))).toEqual([]);
  });

  it(`${file} says who owns it and when it was reviewed, and plans each step`, () => {
    expect(document).toMatchObject({ kind: "runbook", owner: expect.any(String), version: expect.any(String) });
    expect(document.plannedMs).toBeGreaterThan(0);
    if (file !== "practice.md") expect([document.reviewed, document.reviewDue]).toEqual([expect.any(String), expect.any(String)]);
    expect(document.steps.filter((step) => step.directive.plannedMs === null).map((step) => step.id)).toEqual([]);
  });

  it(`${file} leads only to files that are there`, () => {
    const backs = document.steps.flatMap((step) => step.directive.rollback ?? []).filter((target) => !target.startsWith("#"));
    const links = [...text.matchAll(/\]\(([^)#\s]+\.md)/g)].map((match) => match[1] ?? "");
    const missing = [...backs, ...links].filter((target) => !existsSync(join(dirname(path), target.split("#")[0] ?? "")));
    expect(missing).toEqual([]);
  });

  it(`${file} keeps secrets out of its commands' arguments`, () => {
    const secrets = document.params.filter((param) => param.type === "secret").map((param) => param.name);
    const commands = document.steps.flatMap((step) => step.blocks.map((block) => block.commands)).join("\n");
    // `printf` is the shell's own: its arguments are in no process list.
    const lines = commands.replaceAll("\\\n", " ").split("\n");
    const shown = lines.filter((line) => secrets.some((name) => line.includes(`$${name}`)) && !/^\s*printf /.test(line));
    expect(shown).toEqual([]);
  });
}

const scenarios = readdirSync(LIBRARY, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".scenario.yaml"));
it.each(scenarios)("%s lies beside its runbook, fits it, and says what a practised team does", (name) => {
  const path = join(LIBRARY, name.replace(/\.scenario\.yaml$/, ".md"));
  const { scenario, diagnostics } = readScenario(readFileSync(join(LIBRARY, name)), parseDocument(readFileSync(path), { path }));
  expect(diagnostics).toEqual([]);
  expect(scenario.runbook).toBe(basename(path));
  expect(scenario.faults.length).toBeGreaterThan(1);
  expect(scenario.faults.filter(({ hint, expected, title }) => hint === null || expected === "" || title === "")).toEqual([]);
});

it("runs every procedure in a test, or says at its top that it cannot", () => {
  const tests = readdirSync(import.meta.dirname).filter((name) => /^procedures-.*\.test\.ts$/.test(name));
  const walked = tests.map((name) => readFileSync(join(import.meta.dirname, name), "utf8")).join("\n");
  const unseen = files
    .map((file) => relative(LIBRARY, join(LIBRARY, file)))
    .filter((file) => !walked.includes(`"${file}"`) && !/In Holdpoint's own\s+tests/.test(readFileSync(join(LIBRARY, file), "utf8")));
  // The practice runbook is walked by tests of its own elsewhere.
  expect(unseen.filter((file) => file !== "practice.md")).toEqual([]);
});
