import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import { type LaunchId, type OutputSource, ok, type RunId } from "../protocol/index.ts";
import { as, type Bench, codeOf, madeTeam, must, openBench, saysOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** Restored once <!-- item: {evidence: required} -->
`;
const RUN = "run-01JZZZZZZZZZZZZZZZZZZZZZZZ" as RunId;
const AT = "2026-03-15T00:30:00.000Z";
const SOURCE: OutputSource = {
  run: RUN,
  log: "log-01JZZZZZZZZZZZZZZZZZZZZZZZ" as OutputSource["log"],
  seq: 7,
  hash: "a".repeat(64) as OutputSource["hash"],
  title: "Restore",
  mode: "live",
  step: "restore",
  stepTitle: "Restore the copy",
  attempt: 1,
  verdict: "passed",
  because: "its command passed",
  judgement: "",
  endedAt: AT as OutputSource["endedAt"],
  cluster: "main",
  context: "staging-1",
  clusterClass: "staging",
  ranBy: [{ id: "ben", name: "Ben" }],
  commands: [{ text: "restore", textSha256: "b".repeat(64), verdict: "passed", because: "exit 0", outputSha256: "c".repeat(64) }],
  recordings: [{ path: "x.cast", sha256: "d".repeat(64) as OutputSource["hash"], bytes: 10 }],
  chars: 20,
  kept: 20,
};

let home: string;
let bench: Bench;
let launch: LaunchId;
let source: OutputSource;
beforeAll(async () => {
  home = await madeTeam();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(async () => {
  source = SOURCE;
  const outputs = {
    read: async () => ok({ source, text: "restored with SECRET\n", attempts: [{ attempt: 1, verdict: "passed" as const, endedAt: AT }] }),
  };
  bench = openBench(home, (bytes, path) => parseDocument(bytes, { path }), { outputs });
  launch = await bench.launch(LIST);
  must(await bench.launches.assign(await bench.who("mira"), { launch, role: "infrastructure-lead", operator: as("ben") }));
});
afterEach(() => bench.close());

const take = async (by = "jon") =>
  bench.launches.outputEvidence(await bench.who(by), { launch, item: "INF-01", run: RUN, step: "restore" as never, title: "Restore" });
const item = async () => (await bench.view(launch)).items[0]!;
const findings = async () => (await item()).evidences.at(-1)!.findings;

it("makes who ran the command an executor of the item, whoever took it as evidence", { timeout: 60_000 }, async () => {
  must(await take());
  must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items: ["INF-01"], state: "done" }));
  expect(saysOf(await bench.sign(launch, "ben", "category", "infrastructure"))).toBe(
    "Ben ran a command that is evidence for INF-01: who executed does not approve it.",
  );
  const before = await item();
  expect(before.evidences[0]!.output).toEqual(SOURCE);
  bench.reopen();
  expect(await item(), "the record alone says the same").toEqual(before);
});

it("holds an unknown end against the item until a person has accepted it", { timeout: 60_000 }, async () => {
  source = { ...SOURCE, verdict: "unknown", because: "the shell is gone" };
  must(await take());
  expect(await findings()).toEqual(["the command ended unknown, and nobody has judged it: the shell is gone"]);
  source = { ...source, hash: "e".repeat(64) as OutputSource["hash"], judgement: "rejected by Ana: half of it" };
  must(await take());
  expect(await findings()).toEqual(["the command ended unknown (rejected by Ana: half of it): the shell is gone"]);
  source = { ...source, hash: "f".repeat(64) as OutputSource["hash"], judgement: "accepted by Ana: seen by hand" };
  must(await take());
  expect(await findings()).toEqual([]);
});

it("is for who keeps the launch, and loses what the redactor knows", { timeout: 60_000 }, async () => {
  expect(codeOf(await take("aud"))).toBe("forbidden");
  must(await take());
  const [shown] = (await item()).evidences;
  expect(Buffer.from(must(await bench.launches.payload(launch, shown!.seq, "evidence")).base64, "base64").toString()).toBe(
    "restored with •••\n",
  );
  expect(must(await bench.launches.previewOutput({ launch, item: "INF-01", run: RUN, step: "restore" as never })).text).toBe(
    "restored with •••\n",
  );
});
