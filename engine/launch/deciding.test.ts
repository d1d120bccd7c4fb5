import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { LaunchId } from "../protocol/index.ts";
import { as, type Bench, codeOf, credentials, madeTeam, must, openBench, saysOf } from "./testing.ts";

const LIST = `---
kind: checklist
---
# Go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** one
- [ ] **INF-02** two
- [ ] **INF-03** The decision <!-- item: {derived: decision} -->
`;
const HOUR = 3_600_000;

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
});
afterEach(() => bench.close());

const answer = async (items: string[], state = "done", more: Record<string, unknown> = {}, by = "jon") =>
  must(await bench.launches.answer(await bench.who(by), by, { launch, items, state: state as never, ...more }));
const propose = async (outcome: string, more: Record<string, unknown> = {}, by = "mira") =>
  bench.launches.propose(await bench.who(by), { launch, outcome: outcome as never, ...more });
const decide = async (by: [string, string][]) => {
  const { id } = (await bench.view(launch)).decisions.at(-1)!;
  for (const [person, role] of by) must(await bench.sign(launch, person, "decision", id, { role }));
};
const advance = async (to: string, reason?: string) =>
  bench.launches.advance(await bench.who("mira"), { launch, to: to as never, ...(reason === undefined ? {} : { reason }) });
const ready = async () => {
  await answer(["INF-01", "INF-02"]);
  must(await bench.sign(launch, "ben", "category", "infrastructure"));
};
const inHours = (hours: number) => new Date(bench.ports.clock.now() + hours * HOUR).toISOString();
const risk = async (more: Record<string, unknown> = {}) =>
  must(
    await bench.launches.risk(await bench.who("jon"), {
      launch,
      risk: {
        risk: "The vendor is slow",
        likelihood: "low",
        impact: "medium",
        controls: "",
        owner: "jon",
        status: "open",
        ...more,
      } as never,
    }),
  );

describe("a waiver that runs out", { timeout: 60_000 }, () => {
  const waive = () => answer(["INF-02"], "waived", { reason: "later", approver: credentials("mira"), expires: inHours(3) });
  const decided = async () => {
    await answer(["INF-01"]);
    await waive();
    must(await bench.sign(launch, "ben", "category", "infrastructure"));
    must(await propose("go"));
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
  };
  it("before the cut-over overtakes the decision", async () => {
    await decided();
    bench.ports.advance(4 * HOUR);
    const { decisions } = await bench.view(launch);
    expect(decisions[0]!.overtaken).toContain("the waiver ran out");
    expect(saysOf(await advance("cut-over"))).toContain("the decision rests on something that changed since");
  });

  it("after it does not: it is a blocker on the board and before the close, and answering it leaves the decision in force", async () => {
    await decided();
    must(await advance("cut-over"));
    bench.ports.advance(4 * HOUR);
    const before = await bench.view(launch);
    expect(before.decisions[0]).toMatchObject({ state: "taken", overtaken: "" });
    expect(before.header.decision!.overtaken).toBe("");
    expect(before.signatures.map((one) => one.state)).toEqual(["valid", "valid", "valid"]);
    expect(before.items.find((one) => one.id === "INF-02")).toMatchObject({
      state: "open",
      reopened: expect.stringContaining("the waiver ran out"),
    });
    expect(before.board.blockers).toMatchObject([{ kind: "reopened", item: "INF-02" }]);
    expect(before.board.waivers).toMatchObject([{ item: "INF-02", isExpired: true }]);
    must(await advance("watch"));
    bench.ports.advance(48 * HOUR);
    must(await advance("retrospective", "all quiet"));
    const shown = must(
      await bench.launches.prepare(await bench.who("mira"), { launch, subject: { kind: "close", id: launch }, meaning: "approved" }),
    );
    expect(shown.blockers).toEqual([expect.stringContaining("the waiver of INF-02 ran out at")]);
    await answer(["INF-02"]);
    const after = await bench.view(launch);
    expect(after.decisions[0]!.overtaken).toBe("");
    expect(after.board.blockers.map((one) => [one.kind, one.text])).toContainEqual([
      "flag",
      "Changed after the decision go had carried the cut-over: INF-02 was answered done",
    ]);
    bench.reopen();
    expect((await bench.view(launch)).decisions).toEqual(after.decisions);
    const closing = must(
      await bench.launches.prepare(await bench.who("mira"), { launch, subject: { kind: "close", id: launch }, meaning: "approved" }),
    );
    expect(closing.blockers).toEqual([]);
  });
});

describe("the decision", { timeout: 60_000 }, () => {
  it("cannot be go while anything stands against it, and says what", async () => {
    await answer(["INF-01"]);
    const refused = await propose("go");
    expect(codeOf(refused)).toBe("not-ready");
    expect(saysOf(refused)).toBe("GO is stopped by: INF-02 “two” is open; Infrastructure is unsigned: infrastructure-lead still to sign.");
    expect(codeOf(await propose("go", {}, "jon")), "an operator does not propose").toBe("forbidden");
    expect(codeOf(await propose("no-go"))).toBe("reason-needed");
    must(await propose("no-go", { reason: "the list is not done" }));
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
    const view = await bench.view(launch);
    expect(view.decisions).toMatchObject([{ outcome: "no-go", state: "taken", signed: ["Mira", "Ben"], missing: [] }]);
    expect(view.items.at(-1)).toMatchObject({ derived: "decision", state: "failed" });
    expect(view.header.state).toBe("preparing");
  });

  it("is taken by the lead and one approver who is another person and executed nothing", async () => {
    await ready();
    expect((await bench.view(launch)).header.state).toBe("ready");
    must(await propose("go"));
    const { id, missing } = (await bench.view(launch)).decisions[0]!;
    expect(missing).toEqual(["lead", "approver"]);
    must(await bench.sign(launch, "mira", "decision", id, { role: "lead" }));
    expect(saysOf(await bench.sign(launch, "mira", "decision", id, { role: "approver" }))).toContain("has signed already");
    expect(codeOf(await bench.sign(launch, "jon", "decision", id, { role: "approver" }))).toBe("forbidden");
    must(await bench.launches.change(await bench.who("jon"), { launch, change: { summary: "in brief" } }));
    must(await bench.sign(launch, "ben", "decision", id, { role: "approver" }));
    const view = await bench.view(launch);
    expect(view.header).toMatchObject({ state: "go", decision: { outcome: "go", state: "taken" } });
    expect(view.items.at(-1)!.state).toBe("done");
    expect(
      bench
        .events(launch)
        .slice(-3)
        .map((event) => event.body.type),
    ).toEqual(["signoff.added", "decision.taken", "launch.state"]);
  });

  it("is not approved by who executed anything in the launch", async () => {
    await answer(["INF-01"], "done", {}, "ana");
    await answer(["INF-02"], "done", {}, "dana");
    must(await bench.sign(launch, "ben", "category", "infrastructure"));
    must(await propose("go"));
    const { id } = (await bench.view(launch)).decisions[0]!;
    expect(saysOf(await bench.sign(launch, "ana", "decision", id, { role: "approver" }))).toBe(
      "Ana answered items or ran steps in this launch: who did the work does not decide on it.",
    );
  });

  it("is not signed by a lead who executed, only by one whose team did", async () => {
    await answer(["INF-01"], "done", {}, "dana");
    await answer(["INF-02"]);
    must(await bench.sign(launch, "ben", "category", "infrastructure"));
    must(await propose("go", {}, "dana"));
    const { id } = (await bench.view(launch)).decisions[0]!;
    expect(codeOf(await bench.sign(launch, "dana", "decision", id, { role: "lead" }))).toBe("forbidden");
    must(await bench.sign(launch, "mira", "decision", id, { role: "lead" }));
    must(await bench.sign(launch, "ben", "decision", id, { role: "approver" }));
    expect((await bench.view(launch)).decisions[0]!.state).toBe("taken");
  });

  it("falls back to nothing when what it rests on changes before it is taken", async () => {
    await ready();
    must(await propose("go"));
    const { id } = (await bench.view(launch)).decisions[0]!;
    must(await bench.sign(launch, "mira", "decision", id, { role: "lead" }));
    await risk();
    const view = await bench.view(launch);
    expect(view.decisions[0]).toMatchObject({ state: "stale", signed: [] });
    expect(view.signatures.at(-1)).toMatchObject({ state: "stale", staleBecause: "risk R1 changed" });
    expect(saysOf(await bench.sign(launch, "ben", "decision", id, { role: "approver" }))).toContain("propose it anew");
  });

  it("carries an open risk on a condition, but not a critical one, an open item or a missing signature", async () => {
    await risk();
    await ready();
    const conditions = [{ text: "The vendor confirms in writing", owner: "jon", due: inHours(4) }];
    expect(saysOf(await propose("go"))).toBe("GO is stopped by: Risk R1 “The vendor is slow” is open (likelihood low, impact medium).");
    expect(codeOf(await propose("conditional-go"))).toBe("invalid-params");
    expect(codeOf(await propose("go", { conditions }))).toBe("invalid-params");
    expect(codeOf(await propose("conditional-go", { conditions: [{ ...conditions[0], owner: "nobody" }] }))).toBe("not-found");
    expect(codeOf(await propose("conditional-go", { conditions: [{ ...conditions[0], due: inHours(-1) }] }))).toBe("invalid-params");
    await risk({ id: "R1", impact: "high", likelihood: "medium" });
    expect(saysOf(await propose("conditional-go", { conditions }))).toContain("Conditional GO is stopped by: Risk R1");
    await risk({ id: "R1", impact: "medium", likelihood: "low" });
    must(await propose("conditional-go", { conditions }));
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
    const { id } = (await bench.view(launch)).decisions[0]!;
    const close = async (by: string) =>
      bench.launches.closeCondition(await bench.who(by), { launch, decision: id, index: 0, note: "letter of 15 March" });
    expect(codeOf(await close("wim"))).toBe("forbidden");
    bench.ports.advance(5 * HOUR);
    expect(saysOf(await advance("cut-over"))).toContain("the condition “The vendor confirms in writing” was due");
    must(await close("jon"));
    expect(codeOf(await close("jon"))).toBe("conflict");
    must(await advance("cut-over"));
  });

  it("is shown as resting on something else when an item changes after it, and stops the cut-over until it is taken anew", async () => {
    await ready();
    must(await propose("go"));
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
    await answer(["INF-01"], "failed", { reason: "the node is gone" });
    const view = await bench.view(launch);
    expect(view.decisions[0]!).toMatchObject({ state: "taken", overtaken: expect.stringContaining("INF-01 was answered failed") });
    expect(view.decisions[0]!.signed, "who took it").toHaveLength(2);
    expect(view.header.decision?.overtaken).toBe(view.decisions[0]!.overtaken);
    expect(view.board.blockers.map((one) => one.kind)).toEqual(["failed", "decision", "stale"]);
    expect(saysOf(await advance("cut-over"))).toContain("the decision rests on something that changed since: INF-01 was answered failed");
    expect(codeOf(await propose("no-go")), "why another decision").toBe("reason-needed");
    must(await propose("no-go", { reason: "the node is gone" }));
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
    const after = await bench.view(launch);
    expect(after.decisions.map((one) => [one.outcome, one.state, one.replaces])).toEqual([
      ["go", "replaced", null],
      ["no-go", "taken", after.decisions[0]!.id],
    ]);
    expect(after.header.state).toBe("preparing");
    expect([view.header.stale, after.header.stale], "the category stays to be signed, the decision was").toEqual([3, 1]);
  });

  it("is withdrawn by a rejection, whose reason stays on record", async () => {
    await ready();
    must(await propose("go"));
    const { id } = (await bench.view(launch)).decisions[0]!;
    must(await bench.sign(launch, "ben", "decision", id, { role: "approver", meaning: "rejected", reason: "no rehearsal was held" }));
    expect((await bench.view(launch)).decisions[0]!.state).toBe("withdrawn");
    expect(bench.events(launch, "decision.withdrawn")[0]!.body.reason).toBe("no rehearsal was held");
  });
});

describe("the way to closed", { timeout: 120_000 }, () => {
  it("goes through the window, or through glass that two broke and that is reviewed before the close", async () => {
    must(await bench.launches.change(await bench.who("jon"), { launch, change: { windowStart: inHours(2), windowEnd: inHours(4) } }));
    await ready();
    must(await propose("go"));
    expect(codeOf(await advance("cut-over")), "not decided").toBe("not-ready");
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
    expect(saysOf(await advance("cut-over"))).toContain("outside of it the glass must be broken by two");
    const jon = await bench.who("jon");
    must(await bench.launches.breakGlass(jon, { launch, kind: "outside-window", reason: "the certificate ends at noon" }));
    expect(codeOf(await bench.launches.breakGlass(jon, { launch, kind: "outside-window", reason: "again" }))).toBe("already-exists");
    const glass = String((await bench.view(launch)).breakGlass[0]!.seq);
    expect(saysOf(await advance("cut-over")), "nobody has confirmed it").toContain("broken by two");
    expect(codeOf(await bench.sign(launch, "jon", "break-glass", glass, { role: "operator" }))).toBe("forbidden");
    must(await bench.sign(launch, "ben", "break-glass", glass, { role: "approver" }));
    must(await advance("cut-over"));
    expect(codeOf(await advance("closed"))).toBe("not-ready");
    must(await advance("watch"));
    expect(saysOf(await advance("retrospective", "all is quiet"))).toBe(
      "retrospective is not possible yet: the watch lasts 48 hours, and 48 h are left; ending it before takes a reason and two people.",
    );
    bench.ports.advance(48 * HOUR);
    must(await bench.launches.note(jon, { launch, kind: "incident", title: "Errors for a minute", text: "", severity: "low" }));
    must(await advance("retrospective"));
    const close = (id: string, role: string) => bench.sign(launch, id, "close", launch, { role });
    expect(saysOf(await close("mira", "lead"))).toContain("has not been reviewed; the incident “Errors for a minute” is open");
    const incident = (await bench.view(launch)).notes[0]!;
    must(await bench.launches.note(jon, { launch, kind: "note", title: "Found", text: "a cold cache", closes: incident.seq }));
    must(await bench.sign(launch, "mira", "break-glass-review", glass, { meaning: "reviewed", role: "lead" }));
    must(await close("mira", "lead"));
    must(await close("ben", "approver"));
    const view = await bench.view(launch);
    expect(view.header.state).toBe("closed");
    expect(view.states.map((one) => one.state)).toEqual(["preparing", "go", "cut-over", "watch", "retrospective", "closed"]);
    expect(codeOf(await bench.launches.itemNote(jon, { launch, item: "INF-01", text: "late" }))).toBe("conflict");
    const [last] = bench.events(launch, "launch.closed");
    expect(last!.body.data["head"]).toBe(bench.events(launch).at(-3)!.hash);
  });

  it("does not count a close signed before something was added", async () => {
    await ready();
    must(await propose("go"));
    await decide([
      ["mira", "lead"],
      ["ben", "approver"],
    ]);
    must(await advance("cut-over"));
    must(await advance("retrospective", "rolled back at once"));
    must(await bench.sign(launch, "mira", "close", launch, { role: "lead" }));
    must(await bench.launches.note(await bench.who("jon"), { launch, kind: "note", title: "one more thing", text: "" }));
    must(await bench.sign(launch, "ben", "close", launch, { role: "approver" }));
    const view = await bench.view(launch);
    expect(view.header.state).toBe("retrospective");
    expect(view.signatures.filter((one) => one.subject.kind === "close").map((one) => one.state)).toEqual(["stale", "valid"]);
  });
});

describe("an absent approver", { timeout: 60_000 }, () => {
  it("is stood in for by another only behind glass that two broke, and every sentence says so", async () => {
    await answer(["INF-01", "INF-02"]);
    const sign = () => bench.sign(launch, "mira", "category", "infrastructure");
    expect(codeOf(await sign())).toBe("forbidden");
    must(await bench.launches.breakGlass(await bench.who("jon"), { launch, kind: "approver-absent", reason: "Ben is ill" }));
    expect(codeOf(await sign()), "not confirmed").toBe("forbidden");
    const glass = String((await bench.view(launch)).breakGlass[0]!.seq);
    must(await bench.sign(launch, "dana", "break-glass", glass, { role: "lead" }));
    const { statement } = must(await sign());
    expect(statement).toContain(`The glass is broken (event ${glass}): an approver is absent.`);
    must(await bench.sign(launch, "mira", "break-glass-review", glass, { meaning: "reviewed", role: "lead" }));
    expect((await bench.view(launch)).breakGlass[0]).toMatchObject({ second: "Dana", isOpen: false, reviewedAt: expect.any(String) });
  });
});

describe("a briefing", { timeout: 60_000 }, () => {
  it("is attended by who signs that they were there", async () => {
    must(await bench.launches.briefing(await bench.who("mira"), { launch, text: "Who does what tonight" }));
    const { seq } = (await bench.view(launch)).briefings[0]!;
    must(await bench.sign(launch, "wim", "briefing", String(seq), { meaning: "witnessed" }));
    must(await bench.sign(launch, "jon", "briefing", String(seq), { meaning: "witnessed" }));
    // Each in their own role, whoever is signed in at the window.
    expect((await bench.view(launch)).signatures.map(({ signer, role }) => [signer, role])).toEqual([
      ["wim", "witness"],
      ["jon", "operator"],
    ]);
    expect(codeOf(await bench.sign(launch, "wim", "briefing", String(seq), { meaning: "witnessed" }))).toBe("forbidden");
    expect((await bench.view(launch)).briefings[0]!.attended).toEqual(["Wim", "Jon"]);
  });
});
