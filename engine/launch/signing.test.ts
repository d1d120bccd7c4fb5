import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId } from "../protocol/index.ts";
import { envelopeProblem } from "../record/chain.ts";
import { jcs } from "../record/index.ts";
import { SIGNATURE_TYPE, TICKET_MS } from "./signing.ts";
import { as, type Bench, base64, codeOf, credentials, madeSolo, madeTeam, must, openBench, passwordOf, saysOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead, security-lead]} -->

- [ ] **INF-01** one
- [ ] **INF-02** two
- [ ] **INF-03** three

## Business
<!-- category: {signoff: [product-owner], eyes: 1} -->

- [ ] **BUS-01** four
- [ ] **BUS-02** All others have signed <!-- item: {derived: signoffs-of-other-categories} -->
- [ ] **BUS-03** The decision <!-- item: {derived: decision} -->
`;

let home: string;
let soloHome: string;
let bench: Bench;
let launch: LaunchId;
beforeAll(async () => {
  [home, soloHome] = [await madeTeam(), await madeSolo()];
}, 120_000);
afterAll(() => {
  for (const one of [home, soloHome]) rmSync(one, { recursive: true, force: true });
});
const parse = (source: Uint8Array, path: string) => parseDocument(source, { path });
beforeEach(async () => {
  bench = openBench(home, parse);
  launch = await bench.launch(LIST, { context: "prod-eu-1" });
  await assign("ben", "infrastructure-lead");
  await assign("mira", "security-lead");
});
afterEach(() => bench.close());

const assign = async (id: string, role: string, remove = false) =>
  must(await bench.launches.assign(await bench.who("mira"), { launch, role, operator: as(id), remove }));
const answer = async (items: string[], state = "done", more: Record<string, unknown> = {}, by = "jon") =>
  bench.launches.answer(await bench.who(by), by, { launch, items, state: state as never, ...more });
const INF = ["INF-01", "INF-02", "INF-03"];
const category = async (key: string) => (await bench.view(launch)).categories.find((one) => one.key === key)!;
const signInf = (id: string, more = {}) => bench.sign(launch, id, "category", "infrastructure", more);

describe("a category's signature", { timeout: 60_000 }, () => {
  it("binds the sentence, the items and the head right before it, under the signer's own key", async () => {
    must(await answer(["INF-01", "INF-02"]));
    must(await answer(["INF-03"], "not-applicable", { reason: "no cache here" }));
    const prepared = must(
      await bench.launches.prepare(await bench.who("ben"), {
        launch,
        subject: { kind: "category", id: "infrastructure" },
        meaning: "approved",
      }),
    );
    expect(prepared).toMatchObject({
      role: "infrastructure-lead",
      statement: "I approve Infrastructure for v1.0-rc1 on prod-eu-1 as infrastructure-lead: 3 items, 2 done, 1 not applicable.",
      n: 1,
      m: 2,
      blockers: [],
      eligible: [{ id: "ben", name: "Ben", onBehalfOf: null }],
    });
    const before = bench.events(launch).at(-1)!;
    const signed = must(await bench.launches.sign(await bench.who("ben"), "ben", { ticket: prepared.ticket, ...credentials("ben") }));
    const event = bench.events(launch, "signoff.added")[0]!;
    expect(event.body).toMatchObject({
      seq: before.body.seq + 1,
      actor: { op_id: "ben", role: "infrastructure-lead" },
      outcome: "approved",
    });
    const envelope = event.body.data["envelope"] as { payload: Record<string, unknown> };
    expect(envelopeProblem(envelope, SIGNATURE_TYPE, bench.people.keysOf("ben")[0]!.public_key)).toBeNull();
    expect(envelope.payload).toMatchObject({
      head: { seq: before.body.seq, hash: before.hash },
      statement: prepared.statement,
      screen_sha256: prepared.screenSha256,
      signer: { op_id: "ben", name: "Ben", role: "infrastructure-lead" },
      subject: { kind: "category", id: "infrastructure", digest: prepared.digest, plan_sha256: prepared.planSha256 },
      tz: "Europe/Bucharest",
      tz_off_min: 120,
    });
    expect(() => jcs(envelope.payload as never)).not.toThrow();
    expect(signed).toMatchObject({ state: "valid", signer: "ben", n: 1, m: 2, meaning: "approved" });
    expect(await category("infrastructure")).toMatchObject({ state: "partly", signed: 1, missing: ["security-lead"] });
  });

  it("goes stale in the same act that changes an item, evidence or the text it covers, and is renewed by a new one", async () => {
    must(await answer(INF));
    must(await signInf("ben"));
    must(await signInf("mira"));
    expect((await category("infrastructure")).state).toBe("signed");
    must(await answer(["BUS-01"]));
    expect((await category("infrastructure")).state, "another category's item").toBe("signed");
    const seq = bench.events(launch).at(-1)!.body.seq;
    must(
      await bench.launches.evidence(await bench.who("jon"), { launch, item: "INF-02", kind: "text", title: "log", base64: base64("ok") }),
    );
    const after = bench
      .events(launch)
      .slice(seq)
      .map(({ body }) => [body.type, body.data["cause"] ?? null, body.reason]);
    expect(after).toEqual([
      ["evidence.added", null, ""],
      ["signoff.invalidated", seq + 1, "evidence was added to INF-02"],
      ["signoff.invalidated", seq + 1, "evidence was added to INF-02"],
    ]);
    const view = await bench.view(launch);
    expect(view.header.stale).toBe(2);
    expect(view.signatures.map((one) => [one.state, one.staleBecause])).toEqual([
      ["stale", "evidence was added to INF-02"],
      ["stale", "evidence was added to INF-02"],
    ]);
    expect(view.categories[0]).toMatchObject({ state: "stale", signed: 0 });
    expect(view.board.blockers.map((one) => one.kind)).toContain("stale");
    must(await signInf("ben"));
    expect(await category("infrastructure")).toMatchObject({ state: "partly", signed: 1 });
    bench.reopen();
    expect((await bench.view(launch)).signatures.map((one) => one.state)).toEqual(["stale", "stale", "valid"]);
  });

  it("asks for a reason before an item that it covers is opened again, and for none where nothing is signed", async () => {
    must(await answer(INF));
    must(await answer(["INF-01"], "open"));
    must(await answer(["INF-01"]));
    must(await signInf("ben"));
    const refused = await answer(["INF-01", "INF-02"], "open");
    expect([codeOf(refused), saysOf(refused)]).toEqual([
      "reason-needed",
      "INF-01, INF-02 are signed. Opening again takes the signature out of force: give a reason.",
    ]);
    const states = async () => (await bench.view(launch)).signatures.map((one) => one.state);
    expect(await states()).toEqual(["valid"]);
    must(await answer(["INF-01"], "open", { reason: "it was the other cluster" }));
    expect(await states()).toEqual(["stale"]);
    must(await answer(["INF-02"], "open"));
  });

  it("is not given twice by the same person, nor on behalf of who has signed", async () => {
    must(await answer(INF));
    await assign("ben", "security-lead");
    must(await signInf("ben", { role: "infrastructure-lead" }));
    const twice = await signInf("ben", { role: "security-lead" });
    expect([codeOf(twice), saysOf(twice)]).toEqual([
      "forbidden",
      "Ben has signed already (Ben as infrastructure-lead): every signature is another person's.",
    ]);
    await bench.enter("ben", "ben");
    must(
      await bench.people.delegate("ben", {
        to: as("ana"),
        roles: ["security-lead"],
        until: new Date(bench.ports.clock.now() + 86_400_000).toISOString(),
        reason: "leave",
        password: passwordOf("ben"),
      }),
    );
    expect(codeOf(await signInf("ana", { role: "security-lead", onBehalfOf: "ben" }))).toBe("forbidden");
    expect(await category("infrastructure")).toMatchObject({ signed: 1, missing: ["security-lead"] });
    expect(bench.refused).toEqual(["ben: signoff.add category as ben", "ana: signoff.add category as ana"]);
  });

  it("is refused to who answered, supplied evidence or holds no such role, whatever the roster says", async () => {
    must(await answer(["INF-01", "INF-02"]));
    must(await answer(["INF-03"], "done", {}, "ana"));
    // Answered over by somebody else: who executed once stays an executor.
    must(await answer(["INF-03"], "done", {}, "jon"));
    await assign("ana", "infrastructure-lead");
    expect(saysOf(await signInf("ana", { role: "infrastructure-lead" }))).toBe("Ana answered INF-03: who executed does not approve it.");
    await assign("jon", "infrastructure-lead");
    expect(saysOf(await signInf("jon", { role: "infrastructure-lead" }))).toBe("Jon is neither approver nor lead by the roster.");
    expect(saysOf(await signInf("mira", { role: "infrastructure-lead" }))).toBe("Mira is not infrastructure-lead in this launch.");
    await assign("dana", "infrastructure-lead");
    expect(saysOf(await signInf("dana", { role: "infrastructure-lead" }))).toContain("admin and approver never meet");
    expect(
      codeOf(
        await bench.launches.prepare(await bench.who("aud"), {
          launch,
          subject: { kind: "category", id: "infrastructure" },
          meaning: "approved",
        }),
      ),
    ).toBe("forbidden");
    const prepared = must(
      await bench.launches.prepare(await bench.who("mira"), {
        launch,
        subject: { kind: "category", id: "infrastructure" },
        meaning: "approved",
        role: "infrastructure-lead",
      }),
    );
    expect(prepared.eligible.map((one) => one.id)).toEqual(["ben"]);
    expect(prepared.excluded.map((one) => one.id)).toEqual(["dana", "jon", "ana"]);
    expect(bench.events(launch, "signoff.added")).toEqual([]);
  });

  it("is not to be had while an item is open or failed; a rejection is, with a reason", async () => {
    must(await answer(["INF-01"]));
    must(await answer(["INF-02"], "failed", { reason: "one node is down" }));
    const refused = await signInf("ben");
    expect([codeOf(refused), saysOf(refused)]).toEqual([
      "not-ready",
      "This cannot be signed: INF-02 failed: one node is down; INF-03 is open.",
    ]);
    expect(codeOf(await signInf("ben", { meaning: "rejected" }))).toBe("reason-needed");
    must(await signInf("ben", { meaning: "rejected", reason: "not on two of three nodes" }));
    expect(await category("infrastructure")).toMatchObject({ state: "rejected", signed: 0 });
    must(await answer(INF));
    expect(await category("infrastructure"), "what was rejected has changed").toMatchObject({ state: "unsigned" });
    expect((await bench.view(launch)).signatures).toMatchObject([{ meaning: "rejected", state: "valid" }]);
  });

  it("goes stale when the launch is of another version or on another cluster, and not for its summary", async () => {
    must(await answer(INF));
    must(await signInf("ben"));
    const change = async (given: Record<string, unknown>) =>
      must(await bench.launches.change(await bench.who("jon"), { launch, change: given }));
    await change({ summary: "in brief", windowStart: "2026-03-16T00:00:00.000Z" });
    expect((await bench.view(launch)).signatures[0]!.state).toBe("valid");
    await change({ context: "prod-us-1" });
    expect((await bench.view(launch)).signatures[0]).toMatchObject({ state: "stale", staleBecause: "context of the launch changed" });
  });

  it("is taken back by the signer alone, with a signed reason, and the category is unsigned again", async () => {
    must(await answer(INF));
    const { id } = must(await signInf("ben"));
    const withdraw = async (by: string, password = passwordOf(by)) =>
      bench.launches.withdraw(await bench.who(by), by, { launch, signature: id, id: as(by), password, reason: "looked again" });
    expect(codeOf(await withdraw("mira"))).toBe("forbidden");
    expect(codeOf(await withdraw("ben", "guessed"))).toBe("wrong-password");
    expect(must(await withdraw("ben"))).toMatchObject({ state: "stale", staleBecause: "taken back: looked again" });
    expect(codeOf(await withdraw("ben"))).toBe("conflict");
    expect(await category("infrastructure")).toMatchObject({ state: "unsigned", signed: 0 });
    must(await signInf("ben"));
  });
});

describe("a ticket", { timeout: 60_000 }, () => {
  it("serves once, for five minutes, and for what was shown", async () => {
    must(await answer(INF));
    const who = await bench.who("ben");
    const prepare = async () =>
      must(await bench.launches.prepare(who, { launch, subject: { kind: "category", id: "infrastructure" }, meaning: "approved" })).ticket;
    const sign = (ticket: string, password = passwordOf("ben")) => bench.launches.sign(who, "ben", { ticket, id: as("ben"), password });
    const old = await prepare();
    bench.ports.advance(TICKET_MS + 1);
    expect(codeOf(await sign(old)), "too old").toBe("conflict");
    const changed = await prepare();
    must(await answer(["INF-02"], "done", { note: "again" }));
    expect(codeOf(await sign(changed)), "something covered changed").toBe("conflict");
    const other = await prepare();
    must(await signInf("mira"));
    expect(codeOf(await sign(other)), "it is the second now, not the first").toBe("conflict");
    const once = await prepare();
    expect(codeOf(await sign(once, "guessed"))).toBe("wrong-password");
    const both = await Promise.all([sign(once), sign(once)]);
    expect(both.map(codeOf).sort()).toEqual(["conflict", "ok"]);
    expect(codeOf(await sign(once)), "used").toBe("conflict");
    expect(codeOf(await sign("made up"))).toBe("conflict");
    expect(bench.events(launch, "signoff.added")).toHaveLength(2);
  });

  it("survives events that change nothing of it, and the signature co-signs the head as it is then", async () => {
    must(await answer(INF));
    const signed = must(await signInf("ben", { between: async () => must(await answer(["BUS-01"])) }));
    const event = bench.events(launch, "signoff.added")[0]!.body;
    expect((event.data["envelope"] as { payload: { head: { seq: number } } }).payload.head.seq).toBe(event.seq - 1);
    expect(signed.state).toBe("valid");
  });

  it("signs again where a run writes to the log while the password is checked", async () => {
    must(await answer(INF));
    const log = bench.store.logs().at(-1)!.log;
    const write = () =>
      bench.store.append(log, { type: "output.noted", actor: { op_id: "jon", name: "Jon", role: "", session: "", on_behalf_of: "" } });
    const pending = signInf("ben");
    await new Promise((resolve) => setTimeout(resolve, 60));
    write();
    must(await pending);
    const [event] = bench.events(launch, "signoff.added");
    expect((event!.body.data["envelope"] as { payload: { head: { seq: number } } }).payload.head.seq).toBe(event!.body.seq - 1);
  });
});

describe("an old copy of the database put back", { timeout: 60_000 }, () => {
  it("takes no sign-off: its record does not extend the last checkpoint", async () => {
    bench.store.checkpoint(bench.store.install, "test");
    bench.people.close();
    bench.store.close();
    cpSync(join(home, "holdpoint.db"), join(bench.home, "holdpoint.db"));
    bench.launches.close();
    bench = openBench(bench.home, parse);
    launch = await bench.launch(LIST);
    await assign("ben", "infrastructure-lead");
    must(await answer(INF));
    const ben = await bench.who("ben");
    const prepared = must(
      await bench.launches.prepare(ben, { launch, subject: { kind: "category", id: "infrastructure" }, meaning: "approved" }),
    );
    expect(prepared.blockers.join()).toContain("the record cannot be trusted now");
    expect(codeOf(await bench.launches.sign(ben, "ben", { ticket: prepared.ticket, ...credentials("ben") }))).toBe("record-damaged");
  });
});

describe("a delegation", { timeout: 60_000 }, () => {
  it("lets the delegate sign as self, on behalf of, until it ends; and not where the giver executed", async () => {
    must(await answer(INF));
    await bench.enter("ben", "ben");
    const until = new Date(bench.ports.clock.now() + 3_600_000).toISOString();
    must(
      await bench.people.delegate("ben", {
        to: as("ana"),
        roles: ["infrastructure-lead"],
        until,
        reason: "leave",
        password: passwordOf("ben"),
      }),
    );
    expect(codeOf(await signInf("ana", { role: "infrastructure-lead" })), "for herself").toBe("forbidden");
    const signed = must(await signInf("ana", { role: "infrastructure-lead", onBehalfOf: "ben" }));
    expect(signed).toMatchObject({ signer: "ana", onBehalfOf: "ben", role: "infrastructure-lead" });
    expect(bench.events(launch, "signoff.added")[0]!.body.actor).toMatchObject({ op_id: "ana", on_behalf_of: "ben" });
    expect(codeOf(await signInf("ben", { role: "security-lead" })), "the giver for the other role").toBe("forbidden");
    must(await answer(["INF-01"]));
    bench.ports.advance(3_600_000);
    expect(saysOf(await signInf("ana", { role: "infrastructure-lead", onBehalfOf: "ben" }))).toContain(
      "holds no delegation of infrastructure-lead from ben",
    );
  });
});

describe("a delegation by somebody who executed", { timeout: 60_000 }, () => {
  it("makes nobody an approver of it", async () => {
    must(await answer(INF, "done", {}, "ana"));
    await assign("ana", "infrastructure-lead");
    await bench.enter("ana", "ana");
    const until = new Date(bench.ports.clock.now() + 3_600_000).toISOString();
    must(await bench.people.delegate("ana", { to: as("mira"), roles: [], until, reason: "leave", password: passwordOf("ana") }));
    expect(saysOf(await signInf("mira", { role: "infrastructure-lead", onBehalfOf: "ana" }))).toContain(
      "ana: answered INF-01, answered INF-02",
    );
  });
});

describe("one person alone", { timeout: 60_000 }, () => {
  it("may sign everything, and every sentence says so", async () => {
    bench.close();
    bench = openBench(soloHome, parse);
    launch = await bench.launch(LIST);
    must(await answer([...INF, "BUS-01"], "done", {}, "dana"));
    const first = must(await signInf("dana"));
    expect(first.statement).toContain("SOLO: nobody else exists to check.");
    must(await signInf("dana"));
    must(await bench.sign(launch, "dana", "category", "business"));
    const dana = await bench.who("dana");
    must(await bench.launches.propose(dana, { launch, outcome: "go" }));
    const decision = (await bench.view(launch)).decisions[0]!;
    must(await bench.sign(launch, "dana", "decision", decision.id));
    must(await bench.sign(launch, "dana", "decision", decision.id));
    const view = await bench.view(launch);
    expect(view.header).toMatchObject({ solo: true, state: "go", decision: { outcome: "go", state: "taken" } });
    expect(view.items.filter((one) => one.derived !== null).map((one) => one.state)).toEqual(["done", "done"]);
    expect(view.signatures.every((one) => one.statement.includes("SOLO"))).toBe(true);
  });
});
