// A run goes from one operator to the next in the middle; substitutes; notes. Real signatures, and both verifiers over the bundle.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { verifyBundle } from "../export/verifiers/verify.mjs";
import { madeTeam } from "../launch/testing.ts";
import { as, copyOf, passwordOf } from "../people/testing.ts";
import type { OperatorId, StepId } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, openBench, type RunBench, runBench } from "./testing.ts";

const step = (id: string, inner: string, directive = "") => `## ${id}\n\n<!-- step: {id: ${id}${directive}} -->\n\n${inner}\n`;
const sh = (text: string) => `\`\`\`bash\n${text}\n\`\`\`\n`;
const TEXT = `---\ntitle: Cut-over\nparams:\n  - {name: colour, type: string, default: blue}\n---\n\n${step("a", sh("echo a"), ", planned: 5m")}${step(
  "move",
  sh("echo moved"),
  ', rollback: "#back", planned: 10m',
)}${step("b", "- [ ] The board is green\n")}${step("back", sh("echo back"), ", planned: 2m")}${step("data", sh("echo data"), ", role: approver")}`;

let home: string;
let bench: Bench;
beforeAll(async () => {
  home = await madeTeam();
  bench = await openBench({ home: copyOf(home), operator: false });
  for (const id of ["jon", "mira", "ben", "ana"]) await bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
  await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
  await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
}, 120_000);
afterAll(async () => {
  await bench.remove();
  rmSync(home, { recursive: true, force: true });
});
const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });
const sid = (id: string) => id as StepId;

let run: RunBench;
beforeEach(async () => {
  const path = bench.write("cut-over.md", TEXT);
  const { header } = await bench.call("run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {} }, at("jon"));
  run = runBench({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) } as Bench, header.run);
}, 60_000);

const header = async () => (await run.view()).header;
const propose = (by: string, to: string, text = "The board flickers") =>
  bench.ask("run.handOver", { run: run.run, to: as(to), text }, at(by));
async function sign(id: string, more: { meaning?: "approved" | "rejected"; reason?: string } = {}) {
  const { meaning = "approved", reason } = more;
  const subject = (await header()).handover!.subject;
  const shown = await bench.ask("signoff.prepare", { run: run.run, subject, meaning }, at(id));
  if (!shown.ok) return shown;
  const given = { ticket: shown.value.ticket, id: id as OperatorId, password: passwordOf(id), ...(reason === undefined ? {} : { reason }) };
  return bench.ask("signoff.add", given, at(id));
}
const start = async (id: string, by = "jon") => {
  await bench.call("run.step", { run: run.run, step: sid(id) }, at(by));
  await run.idle();
};
const codeOf = (answer: { ok: boolean; error?: { code: string } }) => (answer.ok ? "ok" : answer.error?.code);

it("sums the run up, is signed by both, and from then on the taker operates it; both verifiers agree", { timeout: 120_000 }, async () => {
  await start("a");
  await start("move");
  await bench.call("run.step", { run: run.run, step: sid("b") }, at("jon"));
  await bench.call("run.note", { run: run.run, kind: "incident", title: "Latency doubled", text: "" }, at("jon"));
  await bench.call("run.hold", { run: run.run, reason: "shift ends" }, at("jon"));
  expect(await propose("jon", "mira")).toMatchObject({ ok: true });
  const { handover } = await header();
  expect(handover).toMatchObject({ from: { id: "jon" }, to: { id: "mira" }, text: "The board flickers", signed: [], staleBecause: "" });
  const { summary } = handover!;
  expect(summary.done.map((line) => line.replace(/ \(.*/, ""))).toEqual(["Step 1 a: passed", "Step 2 move: passed"]);
  expect(summary.held).toEqual([expect.stringMatching(/^Held by Jon since .*: shift ends$/)]);
  expect(summary.open).toEqual([
    "Step 3 b: “The board is green” is not confirmed",
    expect.stringMatching(/^incident at .*: Latency doubled$/),
  ]);
  expect(summary.values).toEqual(["colour = blue"]);
  expect(summary.wayBack).toEqual(["Step 2 move is undone by back"]);
  expect(summary.next).toHaveLength(1);

  const giver = await sign("jon");
  expect(giver).toMatchObject({ ok: true, value: { n: 1, m: 2, role: "operator" } });
  expect((giver as { value: { statement: string } }).value.statement).toContain(
    `Jon hands over and Mira takes over run ${(await header()).number} “Cut-over”, as summed up in event ${handover!.seq}; from now on Mira operates it.`,
  );
  expect((await header()).operator).toBe("Jon");
  expect(codeOf(await sign("jon")), "nobody signs for both").toBe("forbidden");
  expect(codeOf(await sign("ben")), "somebody else").toBe("forbidden");
  expect(await sign("mira")).toMatchObject({ ok: true, value: { n: 2, m: 2 } });
  expect(await header()).toMatchObject({ operator: "Mira", operatorId: "mira", handover: null, handovers: [{ from: "Jon", to: "Mira" }] });
  const [done] = await run.events("handover.done");
  expect(done!.body).toMatchObject({ actor: { op_id: "mira" }, data: { from: "jon", to: "mira", proposed: handover!.seq } });
  // Who gave it away does not give it away again; a lead does.
  expect(codeOf(await propose("jon", "ana"))).toBe("forbidden");
  expect(codeOf(await propose("mira", "jon"))).toBe("ok");

  const { log } = await header();
  const out = join(bench.folder, "handed.zip");
  await bench.call("record.export", { log, format: "bundle", out }, at("mira"));
  expect(verifyBundle(out).problems).toEqual([]);
  const verifier = fileURLToPath(new URL("../export/verifiers/verify.py", import.meta.url));
  const python = JSON.parse(spawnSync("python3", [verifier, out, "--json"]).stdout.toString()) as { problems: unknown[] };
  expect(python.problems).toEqual([]);
});

it("is stale as soon as something happens, says what, and is summed up again", { timeout: 60_000 }, async () => {
  expect(await propose("jon", "mira")).toMatchObject({ ok: true });
  expect(codeOf(await sign("jon"))).toBe("ok");
  await start("a");
  const after = (await header()).handover!;
  expect(after).toMatchObject({ signed: [], staleBecause: expect.stringMatching(/^step 1: step started \(event \d+\)$/) });
  const [stale] = await run.events("signoff.invalidated");
  const cause = stale!.body.data["cause"];
  expect((await run.events("step.started")).map(({ body }) => body.seq)).toContain(cause);
  expect(await sign("mira")).toMatchObject({
    ok: false,
    error: { code: "not-ready", message: expect.stringContaining("Sum it up again") },
  });
  expect(await propose("jon", "mira")).toMatchObject({ ok: true });
  expect((await header()).handover!.summary.done).toHaveLength(1);
  expect(codeOf(await sign("mira")), "either may sign first").toBe("ok");
  expect(codeOf(await sign("jon"))).toBe("ok");
  expect((await header()).operator).toBe("Mira");
});

it("is refused by the taker with a reason, and then is nothing any more", { timeout: 60_000 }, async () => {
  expect(await propose("jon", "mira")).toMatchObject({ ok: true });
  expect(codeOf(await sign("mira", { meaning: "rejected" }))).toBe("reason-needed");
  expect(codeOf(await sign("mira", { meaning: "rejected", reason: "I am on another run" }))).toBe("ok");
  expect(await header()).toMatchObject({ handover: null, operator: "Jon" });
  expect((await run.events("handover.refused"))[0]!.body).toMatchObject({ actor: { op_id: "mira" }, reason: "I am on another run" });
});

it("goes to nobody who could not drive it, and not to oneself", { timeout: 60_000 }, async () => {
  expect(codeOf(await propose("jon", "jon"))).toBe("invalid-params");
  expect(codeOf(await propose("jon", "nobody"))).toBe("not-found");
  expect(codeOf(await propose("jon", "aud"))).toBe("forbidden");
  expect((await header()).handover).toBeNull();
});

it("lets a substitute run a step for a role while the delegation is in force, on record as on behalf of", { timeout: 60_000 }, async () => {
  const call = { run: run.run, step: sid("data"), reason: "the data first" };
  expect(await bench.ask("run.step", call, at("jon"))).toMatchObject({ error: { code: "forbidden" } });
  const giver = as("ben");
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const handed = { to: as("jon"), roles: ["approver"], until, reason: "asleep", password: passwordOf(giver) };
  const given = await bench.call("people.delegate", handed, at(giver));
  await bench.call("run.step", call, at("jon"));
  await run.idle();
  expect((await run.events("step.started")).at(-1)!.body.actor).toMatchObject({ op_id: "jon", on_behalf_of: giver });
  await bench.call("people.revokeDelegation", { seq: given.seq, reason: "awake", password: passwordOf(giver) }, at(giver));
  expect(await bench.ask("run.retry", call, at("jon"))).toMatchObject({ error: { code: "forbidden" } });
});
