import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { madeTeam } from "../launch/testing.ts";
import { as, copyOf, passwordOf } from "../people/testing.ts";
import type { OperatorId, ParamsOf, SignSubject, StepId } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, openBench, type RunBench, runBench } from "./testing.ts";

const step = (id: string, inner: string, directive = "") => `## ${id}\n\n<!-- step: {id: ${id}${directive}} -->\n\n${inner}\n`;
const sh = (text: string) => `\`\`\`bash\n${text}\n\`\`\`\n`;
const front = "---\ntitle: Cut-over\n---\n\n";
const [A, B, GATE, C, D] = [
  step("a", sh("echo a")),
  step("b", sh("echo b")),
  step("gate", sh("echo gate"), ", signoff: [lead]"),
  step("c", sh("echo c")),
  step("d", sh("echo d")),
];
const BEFORE = `${front}${A}${B}${GATE}${C}${D}`;
const AFTER = `${front}${A}${step("b", `${sh("echo b, better")}${sh("echo and more")}`)}${GATE}${step("e", sh("echo e"))}${D}`;

const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });
const sid = (id: string) => id as StepId;
let home: string;
let bench: Bench;
let run: RunBench;
const enter = async (id: string) => bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
const asJon = (): Bench => ({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) });
beforeAll(async () => {
  home = await madeTeam();
  bench = await openBench({ home: copyOf(home), operator: false });
  for (const id of ["jon", "mira"]) await enter(id);
  await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
  await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
}, 120_000);
afterAll(async () => {
  await bench.remove();
  rmSync(home, { recursive: true, force: true });
});

async function sign(id: string, subject: SignSubject, more: { meaning?: "approved" | "rejected"; reason?: string } = {}) {
  const { meaning = "approved", reason } = more;
  const shown = await bench.ask("signoff.prepare", { run: run.run, subject, meaning }, at("mira"));
  if (!shown.ok) return shown;
  const given = { ticket: shown.value.ticket, id: id as OperatorId, password: passwordOf(id), ...(reason === undefined ? {} : { reason }) };
  return bench.ask("signoff.add", given, at("mira"));
}
const amend = (reason?: string) => bench.ask("run.amend", { run: run.run, ...(reason === undefined ? {} : { reason }) }, at("jon"));

it("takes the file's new text when a second person signs it, and keeps what was done under its own text", { timeout: 90_000 }, async () => {
  const path = bench.write("amended.md", BEFORE);
  const request: ParamsOf<"run.start"> = { path, mode: "live", contexts: {}, params: {}, placeholders: {} };
  const { header } = await bench.call("run.start", request, at("jon"));
  run = runBench(asJon(), header.run);
  await bench.call("run.on", { run: run.run }, at("jon"));
  await run.until("the hold point", (one) => one.nextAction.kind === "blocked");
  expect(await sign("mira", { kind: "holdpoint", id: `${run.run}/gate` })).toMatchObject({ ok: true });
  const same = await bench.call("run.amend", { run: run.run }, at("jon"));
  expect(same).toMatchObject({ isSame: true, proposed: null, stale: 0 });
  expect(await amend("no reason to")).toMatchObject({ ok: false, error: { code: "conflict" } });

  bench.write("amended.md", `${front}\`\`\`\n`);
  expect(await amend("an empty text")).toMatchObject({ ok: false, error: { code: "not-ready" } });
  bench.write("amended.md", AFTER);
  const shown = await bench.call("run.amend", { run: run.run }, at("jon"));
  expect(shown.steps.map(({ id, change, status }) => [id, change, status])).toEqual([
    ["a", "same", "done"],
    ["b", "changed", "done"],
    ["gate", "same", "todo"],
    ["e", "added", "todo"],
    ["d", "same", "todo"],
    ["c", "removed", "todo"],
  ]);
  const texts = new Map(shown.steps.map(({ id, before, after }) => [id as string, { before, after }]));
  expect(texts.get("a")).toEqual({ before: null, after: null });
  expect(texts.get("b")).toEqual({ before: expect.stringContaining("echo b\n"), after: expect.stringContaining("echo b, better\n") });
  expect(texts.get("c")).toEqual({ before: expect.stringContaining("echo c"), after: null });
  expect(texts.get("e")).toEqual({ before: null, after: expect.stringContaining("echo e") });
  expect(shown).toMatchObject({ isSame: false, blockers: [], stale: 1, proposed: null });
  // Looking records nothing.
  expect(await run.events("run.amendment_proposed")).toEqual([]);
  const proposed = await bench.call("run.amend", { run: run.run, reason: "b was too weak" }, at("jon"));
  expect(proposed.proposed).toMatchObject({ by: "Jon", reason: "b was too weak", subject: { kind: "amendment" } });
  const { subject } = proposed.proposed!;
  expect((await run.view()).header.proposed).toMatchObject({ by: "Jon", reason: "b was too weak", sha256: proposed.sha256, subject });

  // The file is edited again: what was proposed is what is signed.
  bench.write("amended.md", `${AFTER}\nStill typing`);
  expect((await run.view()).header.planSha256).toBe(shown.from);
  expect(await sign("jon", subject)).toMatchObject({ ok: false, error: { code: "forbidden" } });
  const signed = await sign("mira", subject);
  expect(signed).toMatchObject({ ok: true, value: { subject, name: "Mira" } });
  expect(signed.ok && signed.value.statement).toContain("steps: 1 added, 1 removed, 1 changed, 3 as before");

  const { header: now, steps } = await run.view();
  expect(now.planSha256).toBe(proposed.sha256);
  expect(steps.map(({ id, status, verdict, earlierText }) => [id, status, verdict, earlierText === true])).toEqual([
    ["a", "done", "passed", false],
    ["b", "done", "passed", true],
    ["gate", "todo", null, false],
    ["e", "todo", null, false],
    ["d", "todo", null, false],
  ]);
  const [stale] = await run.events("signoff.invalidated");
  const [event] = await run.events("run.amended");
  expect(stale!.body.data.cause).toBe(event!.body.seq);
  expect(event!.body).toMatchObject({ actor: { op_id: "mira" }, reason: "b was too weak", subject: { plan_sha256: proposed.sha256 } });
  // The hold point has to be signed again.
  expect(now.nextAction).toMatchObject({ kind: "blocked", step: "gate" });
  expect(await sign("mira", subject)).toMatchObject({ ok: false, error: { code: "not-found" } });
});

it("goes on with the amended text, also after a restart, and runs a changed step again as the new text has it", {
  timeout: 90_000,
}, async () => {
  const before = await run.view();
  const { home: own } = bench;
  await bench.close();
  bench = await openBench({ home: own, operator: false });
  for (const id of ["jon", "mira"]) await enter(id);
  run = runBench(asJon(), run.run);
  expect((await run.view()).steps).toEqual(before.steps);
  await bench.call("run.resume", { run: run.run }, at("jon"));
  await bench.call("run.retry", { run: run.run, step: sid("b"), reason: "under the new text" }, at("jon"));
  await run.idle();
  const again = await run.step("b");
  expect(again).toMatchObject({ verdict: "passed", earlierText: false, attempt: 2 });
  expect(again.blocks.map((block) => block.resolved)).toEqual(["echo b, better\n", "echo and more\n"]);
  expect(await sign("mira", { kind: "holdpoint", id: `${run.run}/gate` })).toMatchObject({ ok: true });
  await bench.call("run.on", { run: run.run }, at("jon"));
  await run.until("the end of its steps", (one) => one.nextAction.kind === "finish");
  expect((await run.events("block.started")).at(-1)!.body.data.text).toBe("echo d\n");
});

it("keeps a removed step that was done on record, and drops a proposal that is rejected", { timeout: 90_000 }, async () => {
  bench.write("amended.md", `${front}${A}${GATE}${D}`);
  const first = await bench.call("run.amend", { run: run.run, reason: "shorter" }, at("jon"));
  const rejected = await sign("mira", first.proposed!.subject, { meaning: "rejected", reason: "not now" });
  expect(rejected).toMatchObject({ ok: true });
  expect((await bench.call("run.amend", { run: run.run }, at("jon"))).proposed).toBeNull();
  expect(await sign("mira", first.proposed!.subject)).toMatchObject({ ok: false, error: { code: "not-found" } });
  const second = await bench.call("run.amend", { run: run.run, reason: "shorter after all" }, at("jon"));
  expect(await sign("mira", second.proposed!.subject)).toMatchObject({ ok: true });
  const { steps, header } = await run.view();
  expect(steps.map(({ id, removed }) => [id, removed === true])).toEqual([
    ["a", false],
    ["b", true],
    ["gate", false],
    ["e", true],
    ["d", false],
  ]);
  expect(header.nextAction.kind).toBe("finish");
  expect((await bench.call("run.finish", { run: run.run }, at("jon"))).result).toBe("passed");
  expect((await bench.call("record.verify", {}, at("jon"))).problems).toEqual([]);
});
