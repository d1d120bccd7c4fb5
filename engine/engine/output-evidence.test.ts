// The output of a command as evidence of an item: real shells, real recordings, the bundle held against both verifiers.
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bothVerdicts, openPython, type Python, readBag } from "../export/testing-bundle.ts";
import type { LaunchId, RunId, StepId } from "../protocol/index.ts";
import { type Bench, openBench, type RunBench, runBench, runbookOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Speed

- [ ] **PRF-01** The 95th percentile stays below the limit <!-- item: {evidence: required, expect: "<= 1500", unit: ms} -->
- [ ] **PRF-02** The backup was restored <!-- item: {evidence: required} -->
- [ ] **PRF-03** Nothing to show <!-- item: {evidence: none} -->
- [ ] **PRF-04** It checks itself

  \`\`\`sh
  echo "checked 7"
  \`\`\`
`;
const BOOK = runbookOf({
  restore: 'echo "restored 12 tables"; TOKEN=ghp_0123456789abcdefghijklmnopqrstuvwxyzAB; echo "token $TOKEN"',
  slow: 'echo "p95: 1968 ms"',
  breaks: "echo seen; exit 3",
});

let bench: Bench;
let python: Python;
let launch: LaunchId;
let inside: RunBench;
let outside: RunBench;
const sid = (id: string) => id as StepId;
beforeAll(async () => {
  python = openPython();
  bench = await openBench();
  ({ launch } = (await bench.call("launch.create", { facts: { name: "v1.0-rc1" }, checklist: bench.write("list.md", LIST) })).header);
  inside = await bench.start(BOOK, { launch });
  outside = await bench.start(BOOK);
  for (const run of [inside, outside]) await run.runStep("restore");
}, 60_000);
afterAll(async () => {
  python.close();
  await bench.remove();
});

const item = async (id: string) => (await bench.call("launch.get", { launch })).view.items.find((one) => one.id === id)!;
const take = (id: string, run: RunId, step: string, title = "Output", more: { attempt?: number } = {}) =>
  bench.ask("item.outputEvidence", { launch, item: id, run, step: sid(step), title, ...more });
const codeOf = (answer: { ok: boolean; error?: { code: string } }) => (answer.ok ? "ok" : answer.error?.code);
const events = async (type: string) => (await inside.events(type)).map(({ body }) => body);

it("is what was printed, redacted, with the event, the verdict, the commands and the hashes that bind it", async () => {
  expect(codeOf(await take("PRF-02", inside.run, "restore", "Restore of Sunday"))).toBe("ok");
  const ended = (await inside.events("step.ended")).find(({ body }) => body.subject.run === inside.run)!;
  const block = (await events("block.ended")).find((body) => body.subject.run === inside.run)!;
  const [shown] = (await item("PRF-02")).evidences;
  expect(shown).toMatchObject({
    kind: "output",
    title: "Restore of Sunday",
    mediaType: "text/plain",
    run: inside.run,
    step: "restore",
    findings: [],
    output: {
      run: inside.run,
      log: (await inside.view()).header.log,
      seq: ended.body.seq,
      hash: ended.hash,
      title: "Test",
      mode: "live",
      stepTitle: "restore",
      attempt: 1,
      verdict: "passed",
      ranBy: [{ id: "dana", name: "Dana Mercer" }],
      commands: [{ verdict: "passed", because: "exit 0", outputSha256: block.data["output_sha256"] }],
      recordings: [{ path: ended.body.data["recording"], sha256: ended.body.data["recording_sha256"] }],
    },
  });
  const { base64 } = await bench.call("launch.payload", { launch, seq: shown!.seq, name: "evidence" });
  const bytes = Buffer.from(base64, "base64");
  expect(bytes.toString()).toContain("restored 12 tables\n");
  expect(bytes.toString()).not.toContain("ghp_0123456789");
  expect(shown!.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
  expect(shown!.output!.chars).toBe(shown!.output!.kept);
  expect((await item("PRF-02")).obstacles).toEqual([]);
});

it("is looked at before it is taken, and nothing is recorded by looking", async () => {
  const before = (await bench.call("launch.get", { launch })).view.header.events;
  const seen = await bench.call("item.previewOutput", { launch, item: "PRF-02", run: outside.run, step: sid("restore") });
  expect(seen.text).toContain("restored 12 tables");
  expect(seen).toMatchObject({ findings: [], attempts: [{ attempt: 1, verdict: "passed" }], source: { step: "restore" } });
  expect((await bench.call("launch.get", { launch })).view.header.events).toBe(before);
});

it("may come of a run of another log, and says which", async () => {
  expect(codeOf(await take("PRF-02", outside.run, "restore"))).toBe("ok");
  const shown = (await item("PRF-02")).evidences.at(-1)!;
  const { log } = (await outside.view()).header;
  expect(log).not.toBe((await inside.view()).header.log);
  expect(shown.output).toMatchObject({ run: outside.run, log });
  expect(codeOf(await take("PRF-02", outside.run, "restore")), "the same attempt twice").toBe("already-exists");
});

it("speaks against the item where the command did not pass, or printed a number beyond the limit", async () => {
  await inside.runStep("slow");
  await inside.runStep("breaks");
  expect(codeOf(await take("PRF-01", inside.run, "slow", "Load test"))).toBe("ok");
  expect((await item("PRF-01")).evidences[0]!.findings).toEqual(["1968 ms is above the limit of 1500 ms"]);
  const refused = await bench.ask("item.answer", { launch, items: ["PRF-01"], state: "done", value: 1200 });
  expect(refused).toMatchObject({ ok: false, error: { message: "PRF-01: “Load test” says: 1968 ms is above the limit of 1500 ms." } });
  expect(codeOf(await take("PRF-04", inside.run, "breaks"))).toBe("ok");
  expect((await item("PRF-04")).evidences[0]!.findings).toEqual(["the command ended failed: exit 3"]);
});

it("is refused where there is none to take", async () => {
  expect(codeOf(await take("PRF-03", inside.run, "restore")), "the item takes none").toBe("conflict");
  expect(codeOf(await take("PRF-02", "run-01JZZZZZZZZZZZZZZZZZZZZZZZ" as RunId, "restore"))).toBe("not-found");
  expect(codeOf(await take("PRF-02", outside.run, "slow")), "has not run").toBe("not-found");
  expect(codeOf(await take("PRF-02", inside.run, "restore", "Output", { attempt: 9 }))).toBe("not-found");
});

it("takes an automatic check's output too", async () => {
  const { run } = await bench.call("item.check", { launch, items: ["PRF-04"] });
  await runBench(bench, run).until("the end", (one) => one.status === "finished");
  expect(codeOf(await take("PRF-04", run, "PRF-04"))).toBe("ok");
  expect((await item("PRF-04")).evidences.at(-1)).toMatchObject({ findings: [], output: { run, verdict: "passed" } });
});

it("is in the bundle, which both verifiers accept", { timeout: 60_000 }, async () => {
  const { header } = (await bench.call("launch.get", { launch })).view;
  const made = await bench.call("record.export", { log: header.log, format: "bundle" });
  const bytes = readFileSync(made.path);
  const said = await bothVerdicts(python, bytes, { fingerprint: header.fingerprint });
  expect(said).toMatchObject({ problems: [], parted: "" });
  expect(said.verdict).not.toBe("NOT VERIFIED");
  const bag = readBag(bytes);
  const texts = [...bag.values()].map((one) => Buffer.from(one).toString("utf8"));
  expect(texts.some((one) => one.startsWith("restored 12 tables\n"))).toBe(true);
});

it("is refused where the recording is not the one on record any more", async () => {
  const { source } = await bench.call("item.previewOutput", { launch, item: "PRF-02", run: inside.run, step: sid("restore") });
  const file = join(bench.home, "recordings", source.recordings[0]!.path);
  appendFileSync(file, '[0.1, "o", "restored 99 tables"]\n');
  expect(codeOf(await take("PRF-01", inside.run, "restore"))).toBe("unreadable");
  renameSync(file, `${file}.away`);
  expect(codeOf(await take("PRF-01", inside.run, "restore"))).toBe("unreadable");
});
