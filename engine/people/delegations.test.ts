import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { as, copyOf, type Desk, inDays, madeRoster, openDesk, passwordOf } from "./testing.ts";

let made: string;
let desk: Desk;
beforeAll(async () => {
  made = await madeRoster();
}, 120_000);
afterAll(() => openDesk(made).close());
beforeEach(() => {
  desk = openDesk(copyOf(made));
});
afterEach(() => desk.close());

const code = (result: { ok: true } | { ok: false; error: { code: string } }) => (result.ok ? "ok" : result.error.code);
const hand = (callerId: string, from: string, to: string, roles: string[], days = 10) =>
  desk.people.delegate(callerId, { to: as(to), roles, until: inDays(desk.ports, days), reason: "on leave", password: passwordOf(from) });
const inForce = (from: string, to: string, role: string, days = 0) =>
  desk.people.delegationInForce(from, to, role, inDays(desk.ports, days)) !== null;

describe("a delegation", { timeout: 120_000 }, () => {
  it("is in force for its roles and its time, from one to one, and ends by itself", async () => {
    await desk.enter("w1", "mira");
    const handed = await hand("w1", "mira", "jon", ["approver", "infrastructure-lead"]);
    expect(handed).toMatchObject({ ok: true, value: { from: "mira", to: "jon", state: "in force", reason: "on leave" } });
    expect(inForce("mira", "jon", "approver")).toBe(true);
    expect(inForce("mira", "jon", "infrastructure-lead", 9.99)).toBe(true);
    expect(inForce("mira", "jon", "lead"), "a role not named").toBe(false);
    expect(inForce("jon", "mira", "approver"), "the other way").toBe(false);
    expect(inForce("mira", "dana", "approver"), "somebody else").toBe(false);
    expect(inForce("mira", "jon", "approver", -1), "before it was given").toBe(false);
    expect(inForce("mira", "jon", "approver", 10), "at its end").toBe(false);
    desk.restart();
    expect(inForce("mira", "jon", "approver"), "after a restart").toBe(true);
    desk.ports.advance(10 * 86_400_000);
    expect(desk.people.roster().delegations).toMatchObject([{ state: "expired" }]);
    await desk.enter("w1", "mira");
    const revoked = await desk.people.revokeDelegation("w1", {
      seq: desk.people.roster().delegations[0]!.seq,
      reason: "back",
      password: passwordOf("mira"),
    });
    expect(code(revoked), "nothing to revoke").toBe("conflict");
  });

  it("of all roles covers what the giver holds, and never admin", async () => {
    await desk.enter("w1", "mira");
    expect(code(await hand("w1", "mira", "jon", []))).toBe("ok");
    expect(inForce("mira", "jon", "lead")).toBe(true);
    expect(inForce("mira", "jon", "security-lead"), "whether mira is that, the launch knows").toBe(true);
    expect(inForce("mira", "jon", "operator"), "mira is no operator").toBe(false);
    await desk.enter("w1", "dana");
    expect(code(await hand("w1", "dana", "jon", []))).toBe("ok");
    expect(inForce("dana", "jon", "lead")).toBe(true);
    expect(inForce("dana", "jon", "admin")).toBe(false);
  });

  it("cannot be handed on", async () => {
    await desk.enter("w1", "mira");
    expect(code(await hand("w1", "mira", "jon", ["lead", "infrastructure-lead"]))).toBe("ok");
    await desk.enter("w2", "jon");
    expect(code(await hand("w2", "jon", "dana", ["lead"]))).toBe("forbidden");
    expect(desk.refusals()).toEqual(["jon: people.delegate"]);
    expect(code(await hand("w2", "jon", "dana", []))).toBe("ok");
    expect(inForce("jon", "dana", "lead")).toBe(false);
    expect(inForce("mira", "dana", "lead")).toBe(false);
    expect(inForce("mira", "dana", "infrastructure-lead")).toBe(false);
  });

  it("is refused for longer than thirty days, into the past, to oneself, to nobody, of admin, and of approver to an admin", async () => {
    await desk.enter("w1", "mira");
    expect(code(await hand("w1", "mira", "jon", [], 30.001))).toBe("invalid-params");
    expect(code(await hand("w1", "mira", "jon", [], 0))).toBe("invalid-params");
    expect(code(await hand("w1", "mira", "mira", []))).toBe("invalid-params");
    expect(code(await hand("w1", "mira", "nobody", []))).toBe("not-found");
    expect(code(await hand("w1", "mira", "jon", ["admin"]))).toBe("forbidden");
    expect(code(await hand("w1", "mira", "dana", ["approver"]))).toBe("forbidden");
    expect(code(await hand("w1", "mira", "jon", [" "]))).toBe("invalid-params");
    expect(code(await hand("w2", "mira", "jon", []))).toBe("not-signed-in");
    expect(code(await hand("w1", "jon", "dana", ["lead"])), "another's password").toBe("wrong-password");
    expect(desk.people.roster().delegations).toEqual([]);
    expect(code(await hand("w1", "mira", "jon", [], 30)), "exactly thirty").toBe("ok");
  });

  it("ends when it is revoked, by the giver or an admin and by nobody else", async () => {
    await desk.enter("w1", "mira");
    await hand("w1", "mira", "jon", ["approver"]);
    const { seq } = desk.people.roster().delegations[0]!;
    const revoke = (callerId: string, id: string) =>
      desk.people.revokeDelegation(callerId, { seq, reason: "back early", password: passwordOf(id) });
    await desk.enter("w2", "jon");
    expect(code(await revoke("w2", "jon"))).toBe("forbidden");
    expect(inForce("mira", "jon", "approver")).toBe(true);
    expect(await revoke("w1", "mira")).toMatchObject({ ok: true, value: { state: "revoked" } });
    expect(inForce("mira", "jon", "approver")).toBe(false);
    expect(code(await revoke("w1", "mira"))).toBe("conflict");
    expect(code(await desk.people.revokeDelegation("w1", { seq: 1, reason: "x", password: "x" }))).toBe("not-found");
  });

  it("ends when either of the two leaves, also if they come back, and when the giver loses the role", async () => {
    await desk.enter("w1", "mira");
    await hand("w1", "mira", "jon", []);
    await desk.enter("w1", "dana");
    const beside = { reason: "as agreed", ownPassword: passwordOf("dana"), second: { id: as("mira"), password: passwordOf("mira") } };
    expect(code(await desk.people.change("w1", { ...beside, id: as("jon"), status: "gone" }))).toBe("ok");
    expect(inForce("mira", "jon", "lead")).toBe(false);
    expect(code(await desk.people.change("w1", { ...beside, id: as("jon"), status: "active" }))).toBe("ok");
    expect(inForce("mira", "jon", "lead"), "the old one stays ended").toBe(false);
    await desk.enter("w2", "mira");
    await hand("w2", "mira", "jon", []);
    expect(inForce("mira", "jon", "lead")).toBe(true);
    const jonBeside = { ...beside, second: { id: as("jon"), password: passwordOf("jon") } };
    expect(code(await desk.people.change("w1", { ...jonBeside, id: as("mira"), roles: ["approver"] }))).toBe("ok");
    expect(inForce("mira", "jon", "lead")).toBe(false);
    expect(inForce("mira", "jon", "approver")).toBe(true);
  });
});
