// A launch made by engine/launch and engine/people themselves, exported: what they record is what the verifiers ask for.
// The other tests of bundles write events by hand; this one fails where rooms and verifiers part.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import { as, type Bench, base64, credentials, madeSolo, madeTeam, must, openBench } from "../launch/testing.ts";
import type { LaunchId } from "../protocol/index.ts";
import { DANA } from "../record/testing.ts";
import { exportLog } from "./index.ts";
import { bothVerdicts, openPython, type Python } from "./testing-bundle.ts";

const LIST = `---
kind: checklist
---
# Go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead, security-lead]} -->

- [ ] **INF-01** one
- [ ] **INF-02** two

## Business
<!-- category: {signoff: [product-owner]} -->

- [ ] **BUS-01** three
- [ ] **BUS-02** All others have signed <!-- item: {derived: signoffs-of-other-categories} -->
- [ ] **BUS-03** The decision <!-- item: {derived: decision} -->
`;
const homes: string[] = [];
let python: Python;
beforeAll(async () => {
  python = openPython();
  homes.push(await madeTeam(), await madeSolo());
}, 120_000);
afterAll(() => {
  python.close();
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});
const open = (home: string): Bench => openBench(home, (source, path) => parseDocument(source, { path }));

async function verdict(bench: Bench, launch: LaunchId) {
  const { log, fingerprint } = bench.store.logs().find((one) => one.genesis["launch"] === launch)!;
  const out = join(bench.home, "out.zip");
  const made = await exportLog(bench.store, log, { format: "bundle", out, recordingsDir: join(bench.home, "recordings"), actor: DANA });
  if (!made.ok) throw new Error(made.error.message);
  return bothVerdicts(python, readFileSync(out), { fingerprint });
}

it("a launch of several people verifies: answers, evidence, delegation, stale and new signatures, a newer text, the decision", {
  timeout: 120_000,
}, async () => {
  const bench = open(homes[0]!);
  try {
    const launch = await bench.launch(LIST);
    for (const [operator, role] of [
      ["ben", "infrastructure-lead"],
      ["mira", "security-lead"],
      ["ana", "product-owner"],
    ] as const)
      must(await bench.launches.assign(await bench.who("mira"), { launch, role, operator: as(operator) }));
    const answer = async (items: string[], state = "done", more: Record<string, unknown> = {}) =>
      must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items, state: state as never, ...more }));
    await answer(["INF-01", "INF-02", "BUS-01"]);
    must(
      await bench.launches.evidence(await bench.who("jon"), {
        launch,
        item: "INF-02",
        kind: "text",
        title: "log",
        name: "log.txt",
        mediaType: "text/plain",
        base64: base64("all good ≤ 2\n"),
      } as never),
    );
    must(await bench.sign(launch, "ben", "category", "infrastructure", { role: "infrastructure-lead" }));
    await answer(["INF-01"], "not-applicable", { reason: "there is none" });
    must(await bench.sign(launch, "ben", "category", "infrastructure", { role: "infrastructure-lead" }));
    must(await bench.sign(launch, "mira", "category", "infrastructure", { role: "security-lead" }));
    await bench.enter("ana's", "ana");
    const until = new Date(bench.ports.clock.now() + 86_400_000).toISOString();
    const { password } = credentials("ana");
    must(await bench.people.delegate("ana's", { to: as("ben"), roles: ["product-owner"], until, reason: "holiday", password } as never));
    must(await bench.sign(launch, "ben", "category", "business", { role: "product-owner", onBehalfOf: "ana" }));
    const text = LIST.replace("three", "three and a half");
    must(
      await bench.launches.replaceChecklist(await bench.who("mira"), {
        launch,
        checklist: bench.write("new.md", text),
        reason: "clearer",
      } as never),
    );
    await answer(["BUS-01"]);
    must(await bench.sign(launch, "ana", "category", "business", { role: "product-owner" }));
    const stale = bench.events(launch, "signoff.invalidated").length;
    expect(stale).toBeGreaterThan(1);
    for (const [id, key, role] of [
      ["ben", "infrastructure", "infrastructure-lead"],
      ["mira", "infrastructure", "security-lead"],
    ] as const)
      if ((await bench.view(launch)).categories.find((one) => one.key === key)!.missing.includes(role))
        must(await bench.sign(launch, id, "category", key, { role }));
    must(await bench.launches.propose(await bench.who("mira"), { launch, outcome: "go" } as never));
    const decision = (await bench.view(launch)).decisions.at(-1)!;
    const deciders = { lead: "mira", approver: "ben" } as Record<string, string>;
    for (const role of decision.missing) must(await bench.sign(launch, deciders[role] ?? "ana", "decision", decision.id, { role }));
    expect(bench.events(launch, "decision.taken")).toHaveLength(1);
    const answers = await verdict(bench, launch);
    expect(answers).toEqual({ verdict: "VERIFIED", problems: [], warnings: [], parted: "" });
  } finally {
    bench.close();
  }
});

it("a launch of one person alone verifies, labelled SOLO", { timeout: 120_000 }, async () => {
  const bench = open(homes[1]!);
  try {
    const launch = await bench.launch(LIST);
    must(await bench.launches.answer(await bench.who("dana"), "dana", { launch, items: ["INF-01", "INF-02"], state: "done" } as never));
    for (const role of ["infrastructure-lead", "security-lead"])
      must(await bench.sign(launch, "dana", "category", "infrastructure", { role }));
    expect(await verdict(bench, launch)).toEqual({ verdict: "VERIFIED WITH WARNINGS", problems: [], warnings: ["solo"], parted: "" });
  } finally {
    bench.close();
  }
});
