// What both verifiers read of checklists and runbooks, held against engine/document on the lists and runbooks that come with
// Holdpoint, on hard forms, and on texts put together at random: what it finds there, they must not miss and must not invent.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { categoriesOf } from "../checklist/index.ts";
import { parseDocument } from "../document/index.ts";
import type { CanonicalValue, RunbookDocument } from "../protocol/index.ts";
import { bothVerifiers } from "./testing-attacks.ts";
import { type Launch, staffed } from "./testing-launch.ts";
import { verifyBundle } from "./verifiers/verify.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** Random texts: HOLDPOINT_MUTATIONS=all tries 2,000, a number so many times the default. */
const GIVEN = process.env["HOLDPOINT_MUTATIONS"] ?? "1";
const RANDOM = GIVEN === "all" ? 2_000 : 120 * Number(GIVEN);
const { verdictOf } = bothVerifiers();

const files = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"));
const LISTS = [
  `---\nkind: checklist\ntitle: Night\n---\n- [ ] before any heading\n\n# T\n\n- [ ] under the title\n`,
  `---\nkind: checklist\n---\n# T\n\n<!-- decision:\n  rule: all-categories-signed\n  signoff:\n    - lead\n    - cto\n  eyes: 3 -->\n\n## A & B <small>x</small>\n<!-- category: {signoff: ["ops lead", 'dba'], eyes: 2} -->\n\n- [ ] **INF-01** Load\n\n  more\n\n  - plain\n  - [x] nested\n\n    \`\`\`sh\n    # a comment, no heading\n    - [ ] no task\n    \`\`\`\n- [ ] last\ngoes on\n\n### Detail\n\n1. [X] ordered\n2) [ ] other\n* no task\n`,
  `---\nkind: checklist\n---\n## Integration\n\n- [ ] a\n- [ ] **INT-4** b\n- [ ] a\n\n## Internal\n\n- [ ] c\n- [ ] **INT-4** d\n\n## 安全\n\n- [ ] e\n- - [ ] two marks\n\n> - [ ] quoted\n>   on\n`,
  `---\nkind: checklist\n---\n# T\n\nSetext\n------\n\n| ID | What | Status |\n| --- | --- | --- |\n| TST-1 | a **b** | open |\n| 2 | c | ✅ done |\n|  |  |  |\n| TST-1 | again | no |\n\n| x | y |\n|---|---|\n| no | list |\n\n\`\`\`\n- [ ] fenced\n\`\`\`\n\n<!--\n- [ ] hidden\n-->\n\n<pre>\n\n- [ ] raw\n</pre>\n`,
  `---\nkind: checklist\n---\n# T\n\n## One \`code\` *and* [link](https://example.invalid/x) ##\n<!-- category: {signoff: [lead]} -->\n\n-\t[ ] tab\n+ [ ] __PLS-01.2:__ underlined <!-- item: {derived: decision} -->\n-\n  [ ] below its mark\n`,
  `# Runbook-like\n\n## A\n<!-- category: {signoff: lead} -->\n\n- [ ] x\n    - [ ] deep\n        - [ ] deeper\n`,
];
const BOOKS = [
  `# Book\n\n## Plain\n\n\`\`\`sh\ntrue\n\`\`\`\n\n## Gate\n<!-- step: {id: gate, planned: 5m, signoff: [lead, approver]} -->\n\nWait.\n\n### Within\n\n\`\`\`sh\n# no heading\ntrue\n\`\`\`\n`,
  `# Book\n\n## Many\n\n1. First\n\n   \`\`\`sh\n   true\n   \`\`\`\n\n2. Second <!-- step: {signoff: lead} -->\n\n   \`\`\`sh\n   true\n   \`\`\`\n\n3. Third\n   <!-- step:\n     signoff:\n       - lead\n       - 'd b a'\n     planned: 1m -->\n\n   \`\`\`sh\n   true\n   \`\`\`\n\nAfter it\n\n\`\`\`sh\ntrue\n\`\`\`\n`,
  `# Book\n\n## Same\n<!-- step: {id: x, signoff: [a]} -->\n\none\n\n## Same\n<!-- step: {id: x, signoff: [b]} -->\n\ntwo\n\n## Two\n<!-- step: {id: first} -->\n\n<!-- step: {id: second, signoff: [c]} -->\n\n\`\`\`sh\ntrue\n\`\`\`\n`,
  `# Book\n\nWrite \`<!-- step: {signoff: [lead]} -->\` or\n\n\`\`\`md\n<!-- step: {id: doc, signoff: [lead]} -->\n\`\`\`\n\n## Setext is here\n\nSetext\n======\n<!-- step: {signoff: ["ops, lead"]} -->\n\n- [ ] check it\n`,
];
/** What random texts are put together from. */
const PARTS = [
  "## Part\n", "### Part *two*\n<!-- category: {signoff: [lead, dba]} -->\n", "# Top\n", "- [ ] one\n", "- [x] **ABC-1** two\n  goes on\n", "  - [ ] three\n",
  "    - [ ] four\n", "* plain\n", "1. [ ] five\n", "\n", "\n", "words\n", "> - [ ] quoted\n", "```sh\ntrue\n```\n", "  ```sh\n  true\n  ```\n", "---\n",
  "<!-- note\n- [ ] no\n-->\n", "- [ ] six <!-- item: {derived: decision} -->\n", "<details>\n", "</details>\n", "\t- [ ] tab\n", "- [ ]\n", "`- [ ]` code\n",
  "| A | Done |\n| --- | --- |\n| row | yes |\n| row 2 | |\n", "    - [ ] indented\n", "<!-- step: {signoff: [lead]} -->\n", "<!-- step: {id: gate, signoff: [dba, lead]} -->\n",
  "1. Do it\n\n   ```sh\n   true\n   ```\n", "   <!-- step: {id: in-list, signoff: [cto]} -->\n", "~~~\n", "Title\n===\n", "- ", "> ", "é ≤ ✅\n",
]; // biome-ignore format: one list
function* random(count: number): Generator<string> {
  let state = 7;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  for (let i = 0; i < count; i++) yield Array.from({ length: 4 + next(24) }, () => PARTS[next(PARTS.length)]!).join("");
}
const WRITTEN: ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll("\n", "\r\n"),
  (text) => text.replaceAll("\n", "\r"),
  (text) => `\ufeff${text.trimEnd()}`,
];

const stepsOf = (document: RunbookDocument) =>
  document.steps.map(({ id, title, number, sha256 }) => ({ id, title, number, sha256, way_back: false }));
const adoptionOf = (document: RunbookDocument, path: string) => {
  const categories = categoriesOf(document);
  return {
    path,
    title: document.title,
    version: "",
    sha256: document.sha256,
    items: categories.flatMap(({ key, items }) => items.map(({ id, sha256, derived }) => ({ id, category: key, sha256, derived }))),
    categories: categories.map(({ key, title, signoff, eyes }) => ({ key, title, signoff, eyes })),
    decision: JSON.stringify(document.decision ?? {}),
  };
};
/** Everything that engine/document reads of these texts, as engine/launch and engine/run would record it. */
function recordAll(on: Launch, texts: readonly string[]): { wanted: number[]; lists: number; texts: Map<number, string> } {
  const wanted: number[] = [];
  const said = new Map<number, string>();
  let lists = 0;
  for (const [i, text] of texts.entries()) {
    const bytes = Buffer.from(text);
    const document = parseDocument(bytes, { path: "book.md" });
    if (document.kind === "checklist") {
      lists += 1;
      const data = adoptionOf(document, "list.md") as unknown as Record<string, CanonicalValue>;
      said.set(
        on.append("checklist.adopted", "dana", data, { payloads: [{ name: "checklist", mediaType: "text/markdown", bytes }] }),
        text,
      );
      continue;
    }
    const of = { run: `run-${i}`, plan_sha256: document.sha256 };
    const payloads = [{ name: "plan", mediaType: "text/markdown", bytes }];
    const data = { title: document.title, version: document.version, owner: "", steps: stepsOf(document) as CanonicalValue };
    said.set(on.append("run.started", "eve", data, { subject: of, payloads }), text);
    for (const step of document.steps) {
      if (document.steps.findLast((one) => one.id === step.id) !== step) continue;
      const seq = on.append("step.started", "eve", { only_block: null }, { subject: { ...of, step: step.id, attempt: 1 } });
      if (step.directive.signoff.length > 0) wanted.push(seq);
    }
  }
  return { wanted, lists, texts: said };
}

async function compare(texts: readonly string[]): Promise<{ lists: number; holds: number; warned: number }> {
  const own = staffed();
  try {
    const on = own.launch("texts");
    on.append("launch.created", "dana", { launch: on.launch, facts: {}, solo: false });
    const { wanted, lists, texts: said } = recordAll(on, texts);
    const { bundle, parted } = await verdictOf(own, on.log);
    expect(parted).toBe("");
    const { problems, warnings } = verifyBundle(bundle);
    const invented = problems.filter(({ code }) => code !== "hold-point-unsigned");
    expect(invented.map(({ code, message, seq }) => `${code}: ${message}\n${JSON.stringify(said.get(seq ?? 0))}`)).toEqual([]);
    const found = problems.flatMap(({ code, seq }) => (code === "hold-point-unsigned" && seq !== null ? [seq] : []));
    const startOf = (seq: number) => [...said.keys()].findLast((one) => one < seq)!;
    const at = (seq: number) => `${seq}: ${JSON.stringify(said.get(startOf(seq)))}`;
    // What cannot be told without Markdown is said: of each such text there is a warning.
    const unread = new Set(warnings.filter(({ code }) => code === "hold-point-unplaced").map(({ seq }) => seq));
    const more = found.filter((seq) => !wanted.includes(seq));
    const fewer = wanted.filter((seq) => !found.includes(seq) && !unread.has(startOf(seq)));
    expect({ more: more.map(at), fewer: fewer.map(at) }).toEqual({ more: [], fewer: [] });
    return { lists, holds: found.length, warned: warnings.filter(({ code }) => code !== "origin-not-proved").length };
  } finally {
    own.close();
  }
}

it("of what comes with Holdpoint, and of hard forms, in each way to end a line, nothing is missed and nothing invented", {
  timeout: 300_000,
}, async () => {
  const texts = [...files("checklists"), ...files("runbooks"), ...files("docs"), ...LISTS, ...BOOKS];
  for (const write of WRITTEN) {
    const { lists, holds } = await compare(texts.map(write));
    expect(lists).toBeGreaterThan(10);
    expect(holds).toBeGreaterThan(5);
  }
});

it("of texts put together at random nothing is missed and nothing invented", { timeout: 3_600_000 }, async () => {
  const { lists, holds, warned } = await compare(
    [...random(RANDOM)].map((text, i) => (i % 2 === 0 ? `---\nkind: checklist\n---\n${text}` : text)),
  );
  expect(lists).toBeGreaterThanOrEqual(RANDOM / 2);
  process.stdout.write(
    `attacks: ${RANDOM} random texts, ${lists} of them lists, ${holds} hold points: none missed, no problem invented, ${warned} warnings\n`,
  );
});
