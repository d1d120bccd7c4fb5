import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId, RunId } from "../protocol/index.ts";
import type { NewEvent } from "../record/index.ts";
import type { ChecksRequest } from "./deps.ts";
import { as, type Bench, codeOf, madeTeam, must, openBench, saysOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** Three instances answer <!-- item: {expect: ">= 3", max-age: 24h} -->

  \`\`\`sh
  kubectl get pods | wc -l
  \`\`\`
- [ ] **INF-02** by hand
`;
const WORDS_ONLY = LIST.replace("```sh", "```sh {match=/ready/}");
const WITH_PARAMS = `---
kind: checklist
params:
  - {name: RELEASE, type: string, required: true}
  - {name: TOKEN, type: secret, required: true}
  - {name: REL, type: string, required: true}
---
# Go-live

## Infrastructure

- [ ] **INF-01** The release runs

  \`\`\`sh
  kubectl get pods -l version=\${RELEASE}
  \`\`\`
- [ ] **INF-02** The service answers

  \`\`\`sh
  curl -H "Authorization: $TOKEN" https://example.test/<REL>
  \`\`\`
`;
const HOUR = 3_600_000;
const RUN = "run-01JZZZZZZZZZZZZZZZZZZZZZZZ" as RunId;
const JON = { op_id: "jon", name: "Jon", role: "operator", session: "s", on_behalf_of: "" };

let home: string;
let bench: Bench;
let launch: LaunchId;
let asked: ChecksRequest[];
beforeAll(async () => {
  home = await madeTeam();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(async () => {
  asked = [];
  const runs = {
    startChecks: async (_: unknown, request: ChecksRequest) => {
      asked.push(request);
      return { ok: true as const, value: { run: RUN } };
    },
  };
  bench = openBench(home, (source, path) => parseDocument(source, { path }), { runs });
  launch = await bench.launch(LIST);
  must(await bench.launches.assign(await bench.who("mira"), { launch, role: "infrastructure-lead", operator: as("ben") }));
});
afterEach(() => bench.close());

/** What a run of checks leaves in the launch's log. */
function ran(outcome: string, lastNumber: string, attempt = 1, actor = JON): void {
  const log = bench.store.logs().at(-1)!.log;
  const subject = { launch, run: RUN, step: "INF-01", attempt, cluster: "main" };
  const events: NewEvent[] = [
    {
      type: "run.started",
      actor: JON,
      subject: { launch, run: RUN },
      data: { kind: "checks", title: "Checks", steps: [{ id: "INF-01" }] },
    },
    { type: "block.ended", actor, subject, outcome, data: { block: 0, last_number: lastNumber } },
    { type: "step.ended", actor, subject, outcome, data: { because: outcome === "passed" ? "exit 0" : "exit 1" } },
  ];
  bench.store.appendAll(log, attempt === 1 ? events : events.slice(1));
}
const item = async (id = "INF-01") => (await bench.view(launch)).items.find((one) => one.id === id)!;
const answer = async (items: string[], by = "jon", value?: number) =>
  bench.launches.answer(await bench.who(by), by, { launch, items, state: "done", ...(value === undefined ? {} : { value }) });

describe("automatic checks", { timeout: 60_000 }, () => {
  it("are handed over as steps of their own, for one item, a category, or all", async () => {
    const jon = await bench.who("jon");
    expect(must(await bench.launches.check(jon, { launch }))).toEqual({ run: RUN });
    must(await bench.launches.check(jon, { launch, items: ["INF-01"] }));
    must(await bench.launches.check(jon, { launch, category: "infrastructure" }));
    expect(asked.map((one) => one.document.steps.map((step) => step.id))).toEqual([["INF-01"], ["INF-01"], ["INF-01"]]);
    expect(asked[0]).toMatchObject({
      launch,
      context: null,
      document: { steps: [{ title: "INF-01 Three instances answer", phase: ["Infrastructure"] }] },
    });
    expect(Buffer.from(asked[0]!.bytes).toString()).toBe(LIST);
    expect(codeOf(await bench.launches.check(jon, { launch, items: ["INF-02"] }))).toBe("not-found");
    expect(codeOf(await bench.launches.check(await bench.who("aud"), { launch }))).toBe("forbidden");
  });

  it("ask only for the parameters that they name", async () => {
    const jon = await bench.who("jon");
    const other = await bench.launch(WITH_PARAMS);
    const required = async (items: string[]) => {
      must(await bench.launches.check(jon, { launch: other, items }));
      return asked
        .at(-1)!
        .document.params.filter((param) => param.required)
        .map((param) => param.name);
    };
    expect(await required(["INF-01"])).toEqual(["RELEASE"]);
    expect(await required(["INF-02"])).toEqual(["TOKEN", "REL"]);
    expect(await required(["INF-01", "INF-02"])).toEqual(["RELEASE", "TOKEN", "REL"]);
  });

  it("become the item's check, with its number, and make their runner an executor", async () => {
    ran("passed", "3", 1, { ...JON, op_id: "ana", name: "Ana" });
    expect((await item()).check).toMatchObject({ verdict: "passed", measured: 3, run: RUN, isOld: false });
    expect((await bench.view(launch)).runs).toMatchObject([{ run: RUN, kind: "checks", title: "Checks" }]);
    must(await answer(["INF-01", "INF-02"]));
    must(await bench.launches.assign(await bench.who("mira"), { launch, role: "infrastructure-lead", operator: as("ana") }));
    expect(saysOf(await bench.sign(launch, "ana", "category", "infrastructure"))).toBe(
      "Ana ran the check of INF-01: who executed does not approve it.",
    );
    bench.ports.advance(25 * HOUR);
    expect((await item()).check!.isOld).toBe(true);
    expect((await bench.view(launch)).board.criteria).toMatchObject([
      { item: "INF-01", measured: "3", limit: ">= 3", isOld: true, verdict: "not met" },
    ]);
  });

  it("hold no number against the limit of an item that they were not asked to measure", async () => {
    launch = await bench.launch(WORDS_ONLY);
    ran("passed", "200");
    expect((await item()).check).toMatchObject({ verdict: "passed", measured: null });
    expect(saysOf(await answer(["INF-01"]))).toContain("a value is needed");
    must(await answer(["INF-01"], "jon", 3));
  });

  it("stand against done when they failed, missed the limit or are unknown and not accepted", async () => {
    ran("failed", "2");
    expect(saysOf(await answer(["INF-01"]))).toBe("INF-01: 2 is below the limit of 3; INF-01: the automatic check failed: exit 1.");
    ran("unknown", "", 2);
    expect(saysOf(await answer(["INF-01"], "jon", 3))).toContain("is unknown, and nobody has judged it");
    const log = bench.store.logs().at(-1)!.log;
    bench.store.append(log, {
      type: "step.judged",
      actor: JON,
      subject: { launch, run: RUN, step: "INF-01" },
      outcome: "accepted",
      reason: "seen",
    });
    expect((await item()).check!.judgement).toBe("accepted");
    expect(codeOf(await answer(["INF-01"], "jon", 3))).toBe("ok");
  });

  it("make a signature stale when they are run again", async () => {
    ran("passed", "3");
    must(await answer(["INF-01", "INF-02"]));
    must(await bench.sign(launch, "ben", "category", "infrastructure"));
    ran("passed", "4", 2);
    const view = await bench.view(launch);
    expect(view.signatures[0]).toMatchObject({ state: "stale", staleBecause: "INF-01 was checked again: passed" });
  });

  it("say on which cluster they were made, by its context and class and not by the run's name for it", async () => {
    const log = bench.store.logs().at(-1)!.log;
    const subject = { launch, run: RUN, step: "INF-01", attempt: 1, cluster: "main" };
    const pinned = (context: string) => ({
      name: "main",
      context,
      class: "staging",
      identity: null,
      principal: null,
      state: "proved",
      why: "start",
    });
    bench.store.appendAll(log, [
      {
        type: "run.started",
        actor: JON,
        subject: { launch, run: RUN },
        data: { kind: "checks", title: "Checks", steps: [{ id: "INF-01" }] },
      },
      { type: "cluster.pinned", actor: JON, subject: { launch, run: RUN, cluster: "main" }, data: pinned("staging-eu-1") },
      { type: "block.ended", actor: JON, subject, outcome: "passed", data: { block: 0, last_number: "3" } },
      { type: "step.ended", actor: JON, subject, outcome: "passed", data: { because: "exit 0" } },
    ]);
    expect((await item()).check).toMatchObject({ cluster: "main", context: "staging-eu-1", clusterClass: "staging" });
  });

  it("reach their item after a crash between the two", async () => {
    bench.launches.close();
    ran("passed", "3");
    expect(bench.events(launch, "item.checked")).toEqual([]);
    bench.reopen();
    expect((await item()).check).toMatchObject({ verdict: "passed", measured: 3 });
    expect(
      bench.events(launch, "item.checked").map(({ body }) => [body.actor.op_id, body.data["step_seq"], body.data["item_sha256"]]),
    ).toEqual([["jon", bench.events(launch, "step.ended")[0]!.body.seq, (await item()).sha256]]);
    bench.reopen();
    await item();
    expect(bench.events(launch, "item.checked")).toHaveLength(1);
  });
});
