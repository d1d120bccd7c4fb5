import { rmSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { verifyBundle } from "../export/verifiers/verify.mjs";
import { madeTeam } from "../launch/testing.ts";
import { as, copyOf, passwordOf } from "../people/testing.ts";
import type { LaunchId, OperatorId, ParamsOf, SignatureView, StepId } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, openBench, type RunBench, runBench } from "./testing.ts";

const step = (id: string, inner: string, directive = "") => `## ${id}\n\n<!-- step: {id: ${id}${directive}} -->\n\n${inner}\n`;
const sh = (text: string) => `\`\`\`bash\n${text}\n\`\`\`\n`;
const TEXT = `---\ntitle: Cut-over\n---\n\n${step("a", sh("echo a"))}${step("b", sh("echo b"))}${step(
  "gate",
  "Look at the board.",
  ", signoff: [lead]",
)}${step("c", sh("echo c"), ", signoff: [lead, dba]")}${step("d", sh("echo d"))}`;

let home: string;
let bench: Bench;
beforeAll(async () => {
  home = await madeTeam();
  bench = await openBench({ home: copyOf(home), operator: false });
  for (const id of ["jon", "mira"]) await bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
  await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
  await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
}, 120_000);
afterAll(async () => {
  await bench.remove();
  rmSync(home, { recursive: true, force: true });
});
const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });

let run: RunBench;
const start = async (more: Partial<ParamsOf<"run.start">> = {}): Promise<RunBench> => {
  const path = bench.write("cut-over.md", TEXT);
  const { header } = await bench.call("run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {}, ...more }, at("jon"));
  return {
    ...runBench({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) } as Bench, header.run),
  };
};
const sid = (id: string) => id as StepId;
type Signed = { ok: true; value: SignatureView } | { ok: false; error: { code: string; message: string } };
async function sign(
  id: string,
  about: string,
  more: { role?: string; meaning?: "approved" | "rejected"; reason?: string; launch?: LaunchId } = {},
) {
  const { meaning = "approved", role, reason, launch } = more;
  const shown = await bench.ask(
    "signoff.prepare",
    {
      run: run.run,
      ...(launch === undefined ? {} : { launch }),
      subject: { kind: "holdpoint", id: `${run.run}/${about}` },
      meaning,
      ...(role === undefined ? {} : { role }),
    },
    at("mira"),
  );
  if (!shown.ok) return shown as Signed;
  const { ticket } = shown.value;
  const given = { ticket, id: id as OperatorId, password: passwordOf(id), ...(reason === undefined ? {} : { reason }) };
  return (await bench.ask("signoff.add", given, at("mira"))) as Signed;
}
const codeOf = (signed: Signed) => (signed.ok ? "ok" : signed.error.code);
const goTo = async (kind: string) => run.until(kind, (one) => one.nextAction.kind === kind);

beforeEach(() => {
  run = undefined as never;
});

it("stops a run-on before a hold point; no reason goes past it, the roles' signatures do", { timeout: 60_000 }, async () => {
  run = await start();
  expect(codeOf(await sign("mira", "gate"))).toBe("not-ready");
  await bench.call("run.on", { run: run.run }, at("jon"));
  const stopped = await goTo("blocked");
  expect(stopped.nextAction).toMatchObject({ step: "gate", signs: { roles: ["lead"], subject: { kind: "holdpoint" } } });
  const call = { run: run.run, step: sid("gate"), reason: "no time" };
  expect(await bench.ask("run.skip", call, at("jon"))).toMatchObject({ error: { code: "forbidden" } });
  const later = { ...call, step: sid("d") };
  expect(await bench.ask("run.step", later, at("jon"))).toMatchObject({ error: { code: "not-ready" } });
  expect(await bench.ask("run.block", { ...later, block: 0 }, at("jon"))).toMatchObject({ error: { code: "not-ready" } });
  // The person who executed does not sign, and who has not the role neither.
  expect(codeOf(await sign("ben", "gate"))).toBe("forbidden");
  const signed = await sign("mira", "gate");
  expect(signed).toMatchObject({ ok: true, value: { meaning: "approved", role: "lead", run: run.run } });
  expect((signed as { value: SignatureView }).value.statement).toBe(
    "I release the hold point “gate” (step 3) of Cut-over as lead: 2 steps before it, 2 passed.",
  );
  // A step of only a hold point is done by it, in Holdpoint's name.
  expect(await run.step("gate")).toMatchObject({ status: "done", verdict: "passed", signoff: { signed: [{ name: "Mira" }] } });
  expect((await run.events("step.ended")).at(-1)!.body.actor.op_id).toBe("engine");
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "blocked", step: "c", signs: { roles: ["lead", "dba"] } });
});

it("lets nobody sign for what they executed, nor twice, and goes stale when a step before it is run again", {
  timeout: 60_000,
}, async () => {
  run = await start();
  await bench.call("run.step", { run: run.run, step: sid("a") }, at("mira"));
  await run.idle();
  await bench.call("run.on", { run: run.run }, at("jon"));
  await goTo("blocked");
  const own = await sign("mira", "gate");
  expect(own).toMatchObject({ ok: false, error: { code: "forbidden", message: expect.stringContaining("executed step 1") } });
  expect(codeOf(await sign("dana", "gate"))).toBe("ok");
  await bench.call("run.retry", { run: run.run, step: sid("b"), reason: "to be sure" }, at("jon"));
  await run.idle();
  const [stale] = await run.events("signoff.invalidated");
  const again = (await run.events("step.started")).at(-1)!.body;
  expect(stale!.body.data).toMatchObject({ cause: again.seq, why: "step 2 was run again after it was signed" });
  expect((await run.step("gate")).signoff).toMatchObject({
    signed: [],
    stale: [{ name: "Dana", because: "step 2 was run again after it was signed" }],
    rejected: null,
  });
});

it("takes outside a launch the title on the roster for a role that nobody can be assigned to", { timeout: 60_000 }, async () => {
  const text = `---\ntitle: Cut-over\n---\n\n${step("gate", "Look.", ", signoff: [release-manager]")}${step("a", sh("echo a"))}`;
  const path = bench.write("titled.md", text);
  const request = { path, mode: "live" as const, contexts: {}, params: {}, placeholders: {} };
  const preflight = await bench.call("run.preflight", request, at("jon"));
  expect(preflight.find((one) => one.code === "hold-point")?.message).toBe("A hold point: release-manager must sign before it goes on.");
  const { header } = await bench.call("run.start", request, at("jon"));
  run = runBench({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) } as Bench, header.run);
  expect(codeOf(await sign("ben", "gate"))).toBe("forbidden");
  await bench.call("people.signIn", { id: as("dana"), password: passwordOf("dana") }, at("dana"));
  const titled = { id: as("ben"), title: "Release Manager", reason: "he is", ownPassword: passwordOf("dana") };
  await bench.call("people.change", { ...titled, second: { id: as("mira"), password: passwordOf("mira") } }, at("dana"));
  expect(codeOf(await sign("mira", "gate"))).toBe("forbidden");
  expect(await sign("ben", "gate")).toMatchObject({ ok: true, value: { role: "release-manager", title: "Release Manager" } });
  expect((await run.step("gate")).verdict).toBe("passed");
});

it("holds the run when it is rejected with a reason, and takes the approvals back that stood", { timeout: 60_000 }, async () => {
  const { header } = await bench.call("launch.create", { facts: { name: "v1" } }, at("jon"));
  const { launch, log } = header;
  await bench.call("launch.assign", { launch, role: "dba", operator: as("ben") }, at("mira"));
  run = await start({ launch });
  await bench.call("run.on", { run: run.run }, at("jon"));
  await goTo("blocked");
  expect(codeOf(await sign("mira", "gate"))).toBe("invalid-params");
  expect(codeOf(await sign("mira", "gate", { launch }))).toBe("ok");
  expect(codeOf(await sign("mira", "c", { launch, role: "lead" }))).toBe("ok");
  expect(codeOf(await sign("ben", "c", { launch, role: "dba", meaning: "rejected" }))).toBe("reason-needed");
  expect(codeOf(await sign("ben", "c", { launch, role: "dba", meaning: "rejected", reason: "the lag is too high" }))).toBe("ok");
  const held = (await run.view()).header;
  expect(held).toMatchObject({ status: "held", log, hold: { by: "Ben", reason: "the lag is too high" } });
  expect((await run.step("c")).signoff).toMatchObject({
    signed: [],
    stale: [{ name: "Mira", because: "the hold point was rejected: the lag is too high" }],
    rejected: { name: "Ben", role: "dba", reason: "the lag is too high" },
  });
  await bench.call("run.resume", { run: run.run }, at("jon"));
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "blocked", signs: { roles: ["lead", "dba"] } });
  for (const [id, role] of [
    ["ben", "dba"],
    ["mira", "lead"],
  ] as const)
    expect(codeOf(await sign(id, "c", { launch, role }))).toBe("ok");
  await bench.call("run.on", { run: run.run }, at("jon"));
  await run.until("the end of its steps", (one) => one.nextAction.kind === "finish");
  await bench.call("run.finish", { run: run.run }, at("jon"));
  expect((await bench.call("launch.get", { launch }, at("jon"))).view.signatures).toHaveLength(5);
  expect((await bench.call("record.verify", {}, at("jon"))).problems).toEqual([]);
  const { path } = await bench.call("record.export", { log, format: "bundle" }, at("jon"));
  expect(verifyBundle(path).problems).toEqual([]);
  // Read back from the log alone it stands as it stood.
  const before = await run.view();
  const { home: own } = bench;
  await bench.close();
  bench = await openBench({ home: own, operator: false });
  await bench.call("people.signIn", { id: as("jon"), password: passwordOf("jon") }, at("jon"));
  const { view } = await bench.call("run.get", { run: run.run }, at("jon"));
  expect(view.steps).toEqual(before.steps.map((one) => ({ ...one })));
});
