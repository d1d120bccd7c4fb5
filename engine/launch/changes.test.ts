import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId } from "../protocol/index.ts";
import { as, type Bench, base64, madeTeam, must, openBench } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** Three instances answer
- [ ] **INF-02** Latency <!-- item: {expect: "<= 500", unit: ms} -->

## Testing
<!-- category: {signoff: [qa-lead]} -->

- [ ] **TST-01** green
`;

let home: string;
let bench: Bench;
let launch: LaunchId;
beforeAll(async () => {
  home = await madeTeam();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(async () => {
  bench = openBench(home, (source, path) => parseDocument(source, { path }));
  launch = await bench.launch(LIST);
  must(await bench.launches.assign(await bench.who("mira"), { launch, role: "infrastructure-lead", operator: as("ben") }));
  await answer("INF-01", "done");
  await answer("INF-02", "done", { value: 465.2 });
  must(await bench.sign(launch, "ben", "category", "infrastructure"));
});
afterEach(() => bench.close());

const answer = async (item: string, state: string, more: Record<string, unknown> = {}) =>
  must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items: [item], state: state as never, ...more }));
const signature = async () => (await bench.view(launch)).signatures[0]!;
const rows = async () => (await signature()).changed?.map(({ item, what, from, to }) => [item, what, from, to]);
const lastSeq = (type: string) => bench.events(launch, type).at(-1)!.body.seq;

it("says of a stale signature what changed, from what was signed to what stands now, with the event", { timeout: 60_000 }, async () => {
  expect((await signature()).changed, "nothing while it is valid").toBeUndefined();
  await answer("TST-01", "failed", { reason: "of another category" });
  expect((await signature()).state).toBe("valid");
  await answer("INF-02", "failed", { reason: "slow" });
  await answer("INF-02", "done", { value: 300 });
  await answer("INF-01", "not-applicable", { reason: "one is enough" });
  must(
    await bench.launches.evidence(await bench.who("jon"), {
      launch,
      item: "INF-01",
      kind: "text",
      title: "report",
      base64: base64("seen"),
    }),
  );
  expect(await rows()).toEqual([
    ["INF-02", "answer", "done, 465.2", "done, 300"],
    ["INF-01", "answer", "done", "not applicable"],
    ["INF-01", "evidence", "", "report"],
  ]);
  const changed = (await signature()).changed!;
  expect(changed.at(-1)!.seq).toBe(lastSeq("evidence.added"));
  expect(changed[1]!.seq).toBe(lastSeq("item.answered"));
  bench.reopen();
  expect((await signature()).changed, "the record alone says the same").toEqual(changed);
});

it("shows the text of an item as it was signed and as it is, and what was added and taken out", { timeout: 60_000 }, async () => {
  const path = bench.write(
    "newer.md",
    LIST.replace("Three instances answer", "Five instances answer").replace(/- \[ \] \*\*INF-02.*\n/, "- [ ] **INF-03** new\n"),
  );
  must(await bench.launches.replaceChecklist(await bench.who("mira"), { launch, checklist: path, reason: "corrected" }));
  const texts = [
    ["INF-01", "text", "Three instances answer", "Five instances answer"],
    ["INF-02", "text", "Latency", ""],
    ["INF-03", "text", "", "new"],
  ];
  expect((await rows())!.filter(([, what]) => what === "text")).toEqual(texts);
  expect(await rows()).toContainEqual(["INF-01", "answer", "done", "open"]);
  bench.reopen();
  expect((await rows())!.filter(([, what]) => what === "text")).toEqual(texts);
});

it("names a fact of the launch that the sentence spoke of", { timeout: 60_000 }, async () => {
  must(await bench.launches.change(await bench.who("jon"), { launch, change: { version: "v2", summary: "not signed" } }));
  expect(await rows()).toEqual([["version", "launch", "", "v2"]]);
});
