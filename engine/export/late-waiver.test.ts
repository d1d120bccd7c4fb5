// A waiver that runs out after the cut-over began, in a bundle: both verifiers take a record in which it undoes no decision.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import { as, credentials, madeTeam, must, openBench } from "../launch/testing.ts";
import { DANA } from "../record/testing.ts";
import { exportLog } from "./index.ts";
import { bothVerdicts, openPython, type Python } from "./testing-bundle.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** one
- [ ] **INF-02** two
`;
const HOUR = 3_600_000;
let home: string;
let python: Python;
beforeAll(async () => {
  python = openPython();
  home = await madeTeam();
}, 120_000);
afterAll(() => {
  python.close();
  rmSync(home, { recursive: true, force: true });
});

it("verifies before and after the item is answered anew", { timeout: 120_000 }, async () => {
  const bench = openBench(home, (source, path) => parseDocument(source, { path }));
  const launch = await bench.launch(LIST);
  const mira = await bench.who("mira");
  const answer = async (items: string[], state: string, more: Record<string, unknown> = {}) =>
    must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items, state: state as never, ...more }));
  must(await bench.launches.assign(mira, { launch, role: "infrastructure-lead", operator: as("ben") }));
  await answer(["INF-01"], "done");
  const expires = new Date(bench.ports.clock.now() + 3 * HOUR).toISOString();
  await answer(["INF-02"], "waived", { reason: "later", approver: credentials("mira"), expires });
  must(await bench.sign(launch, "ben", "category", "infrastructure"));
  must(await bench.launches.propose(mira, { launch, outcome: "go" }));
  const { id } = (await bench.view(launch)).decisions[0]!;
  must(await bench.sign(launch, "mira", "decision", id, { role: "lead" }));
  must(await bench.sign(launch, "ben", "decision", id, { role: "approver" }));
  must(await bench.launches.advance(mira, { launch, to: "cut-over" }));
  bench.ports.advance(4 * HOUR);
  must(await bench.launches.advance(mira, { launch, to: "watch" }));
  const verdict = async (name: string) => {
    const { log, fingerprint } = bench.store.logs().find((one) => one.genesis["launch"] === launch)!;
    const out = join(bench.home, name);
    const made = await exportLog(bench.store, log, { format: "bundle", out, recordingsDir: join(bench.home, "recordings"), actor: DANA });
    if (!made.ok) throw new Error(made.error.message);
    return bothVerdicts(python, readFileSync(out), { fingerprint });
  };
  expect(bench.events(launch, "signoff.invalidated")).toEqual([]);
  expect(await verdict("expired.zip")).toMatchObject({ problems: [], parted: "" });
  await answer(["INF-02"], "done");
  expect((await bench.view(launch)).decisions[0]).toMatchObject({ state: "taken", overtaken: "" });
  expect(await verdict("answered.zip")).toMatchObject({ problems: [], parted: "" });
  bench.close();
});
