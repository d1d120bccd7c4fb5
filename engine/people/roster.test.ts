import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CanonicalValue } from "../protocol/index.ts";
import { type Envelope, envelopeProblem, verifyDatabase } from "../record/index.ts";
import { tamper } from "../record/testing.ts";
import { ROSTER_PAYLOAD_TYPE } from "./index.ts";
import { as, copyOf, credentials, type Desk, madeRoster, newPerson, openDesk, passwordOf } from "./testing.ts";

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

const entry = (id: string) => desk.people.roster().people.find((one) => one.id === id)!;
const ownPassword = passwordOf("dana");
const second = credentials("mira");
const code = (result: { ok: true } | { ok: false; error: { code: string } }) => (result.ok ? "ok" : result.error.code);
const lastOf = (type: string) => desk.store.eventsOfType(desk.store.install, [type]).at(-1)!.body;

/** Each envelope of an event holds under its signer's key, binds the head before it, and says what the event says. */
function expectSigned(type: string, signers: string[]): void {
  const { store, people } = desk;
  const body = lastOf(type);
  const { envelopes, ...data } = body.data as { envelopes: Envelope[] } & Record<string, CanonicalValue>;
  expect(envelopes.map(({ payload }) => (payload["signer"] as { op_id: string }).op_id)).toEqual(signers);
  expect(new Set(envelopes.map(({ signatures }) => signatures[0]!.keyid)).size, "distinct keys").toBe(signers.length);
  expect(new Set(envelopes.map(({ payload }) => (payload["signer"] as { session: string }).session)).size).toBe(signers.length);
  for (const [i, envelope] of envelopes.entries()) {
    const key = people.keysOf(signers[i]!).find(({ key_id }) => key_id === envelope.signatures[0]!.keyid);
    expect(envelopeProblem(envelope, ROSTER_PAYLOAD_TYPE, key!.public_key)).toBeNull();
    expect(envelope.payload).toMatchObject({
      ...data,
      act: type,
      reason: body.reason,
      install_id: store.installId,
      head: { seq: body.seq - 1, hash: body.prev },
    });
  }
}

describe("enrolment", { timeout: 120_000 }, () => {
  it("says who enrolled, who stood beside, who checked the identity and how; alone, that nobody stood beside", () => {
    expect(desk.people.isSolo()).toBe(false);
    expect(entry("dana")).toMatchObject({ enrolledBy: [], second: "", how: "first operator of this installation", status: "active" });
    expect(entry("mira")).toMatchObject({ enrolledBy: ["dana"], second: "no second person existed", checkedBy: "Dana" });
    expect(entry("jon")).toMatchObject({ enrolledBy: ["dana", "mira"], second: "mira", how: "passport, in person", resets: 0 });
    expectSigned("operator.enrolled", ["dana", "mira"]);
    expect(entry("jon").keyId).toBe(desk.people.keysOf("jon")[0]!.key_id);
    desk.store.close();
    expect(verifyDatabase(`${desk.home}/holdpoint.db`).problems).toEqual([]);
    desk.restart();
  });

  it("takes an admin signed in, and refuses everybody else with an event", async () => {
    const eve = { ...newPerson("eve", ["admin"]), ownPassword: passwordOf("jon"), second };
    expect(code(await desk.people.enrol("w1", eve))).toBe("not-signed-in");
    await desk.enter("w1", "jon");
    expect(code(await desk.people.enrol("w1", eve))).toBe("forbidden");
    const escalation = { id: as("jon"), roles: ["admin" as const], reason: "I would like to", ownPassword: passwordOf("jon"), second };
    expect(code(await desk.people.change("w1", escalation))).toBe("forbidden");
    expect(code(await desk.people.reset("w1", { ...escalation, id: as("dana"), password: "mine from now on" }))).toBe("forbidden");
    desk.people.lock("w1");
    expect(code(await desk.people.enrol("w1", eve))).toBe("locked");
    expect(desk.refusals()).toEqual([
      "os:dana: people.enrol",
      "jon: people.enrol",
      "jon: people.change",
      "jon: people.reset",
      "os:dana: people.enrol",
    ]);
    expect(desk.people.roster().people).toHaveLength(3);
    expect(entry("jon").roles).toEqual(["operator", "witness"]);
  });

  it("takes a second person who is another, active, and knows the password", async () => {
    await desk.enter("w1", "dana");
    const eve = newPerson("eve", ["operator"]);
    const tried = async (beside: object) => code(await desk.people.enrol("w1", { ...eve, ownPassword, ...beside }));
    expect(await tried({})).toBe("confirmation-needed");
    expect(await tried({ second: credentials("dana") })).toBe("forbidden");
    expect(await tried({ second: { id: as("eve"), password: eve.password } })).toBe("forbidden");
    expect(desk.refusals()).toEqual(["dana: people.enrol", "dana: people.enrol"]);
    expect(await tried({ second: { ...second, password: "guessed" } })).toBe("wrong-password");
    expect(await tried({ second, ownPassword: "guessed" })).toBe("wrong-password");
    expect(desk.people.operator("eve")).toBeNull();
    expect(await tried({ second })).toBe("ok");
  });

  it("never gives an id twice, nor one of the record's own, nor admin and approver to one person", async () => {
    await desk.enter("w1", "dana");
    const tried = async (id: string, roles: Parameters<typeof newPerson>[1]) =>
      code(await desk.people.enrol("w1", { ...newPerson(id, roles), ownPassword, second }));
    expect(await tried("jon", ["operator"])).toBe("already-exists");
    expect(code(await desk.people.change("w1", { id: as("jon"), status: "gone", reason: "left", ownPassword }))).toBe("ok");
    expect(await tried("jon", ["operator"])).toBe("already-exists");
    expect(await tried("engine", ["operator"])).toBe("already-exists");
    expect(await tried("eve", ["approver", "admin"])).toBe("conflict");
  });

  it("lets one alone be approver and admin, who must choose before a second person comes", async () => {
    const alone = openDesk();
    try {
      await alone.people.createFirst({ ...credentials("dana"), name: "Dana" }, "w1");
      expect(alone.people.requireRole("w1", ["approver"], "signoff.add").ok).toBe(true);
      expect(alone.people.holdsRole("dana", "approver")).toBe(true);
      expect(alone.people.requireRole("w1", ["auditor"], "record.audit").ok).toBe(false);
      const roles = (...all: ("lead" | "admin" | "approver")[]) => ({ id: as("dana"), roles: all, reason: "alone here", ownPassword });
      expect(code(await alone.people.change("w1", roles("lead", "admin", "approver")))).toBe("ok");
      expect(alone.people.who("w1").roles, "at once, in the open session").toEqual(["lead", "admin", "approver"]);
      const mira = { ...newPerson("mira", ["approver"]), ownPassword };
      expect(code(await alone.people.enrol("w1", mira))).toBe("conflict");
      expect(code(await alone.people.change("w1", roles("lead", "admin")))).toBe("ok");
      expect(code(await alone.people.enrol("w1", mira))).toBe("ok");
      expect(alone.people.isSolo()).toBe(false);
      expect(alone.people.requireRole("w1", ["approver"], "signoff.add").ok).toBe(false);
    } finally {
      alone.close();
    }
  });
});

describe("a change", { timeout: 120_000 }, () => {
  it("is signed, says from what to what and why, and gives rights only before a second person who does not get them", async () => {
    await desk.enter("w1", "dana");
    await desk.enter("w2", "jon");
    const given = {
      id: as("jon"),
      roles: ["lead" as const, "operator" as const],
      title: "Shift lead",
      reason: "takes over nights",
      ownPassword,
    };
    expect(code(await desk.people.change("w1", given))).toBe("confirmation-needed");
    expect(code(await desk.people.change("w1", { ...given, second: credentials("jon") }))).toBe("forbidden");
    expect(code(await desk.people.change("w1", { ...given, second }))).toBe("ok");
    expect(lastOf("operator.changed")).toMatchObject({
      reason: "takes over nights",
      actor: { op_id: "dana", role: "admin" },
      data: {
        id: "jon",
        changes: { title: { from: "", to: "Shift lead" }, roles: { from: ["operator", "witness"], to: ["lead", "operator"] } },
      },
    });
    expectSigned("operator.changed", ["dana", "mira"]);
    expect(desk.people.who("w2")).toMatchObject({ roles: ["lead", "operator"], title: "Shift lead" });
    desk.restart();
    expect(desk.people.operator("jon")).toMatchObject({ roles: ["lead", "operator"], title: "Shift lead" });
    expect(code(await desk.people.change("w1", { ...given, second }))).toBe("not-signed-in");
  });

  it("takes two where the last other lead leaves, and where a third person leaves in a day: nobody empties the roster alone", async () => {
    await desk.enter("w1", "dana");
    const leaves = (id: string, more = {}) =>
      desk.people.change("w1", { id: as(id), status: "gone", reason: "left the company", ownPassword, ...more });
    for (const id of ["ina", "ole", "pia"])
      expect(code(await desk.people.enrol("w1", { ...newPerson(id, ["operator"]), ownPassword, second }))).toBe("ok");
    expect(code(await leaves("mira")), "the only lead besides Dana").toBe("confirmation-needed");
    expect(code(await leaves("mira", { second: credentials("mira") })), "who leaves stands beside nobody").toBe("forbidden");
    expect(code(await leaves("ina"))).toBe("ok");
    expect(code(await leaves("ole"))).toBe("ok");
    expect(code(await leaves("pia"))).toBe("confirmation-needed");
    expect(code(await leaves("pia", { second }))).toBe("ok");
    expectSigned("operator.changed", ["dana", "mira"]);
    desk.ports.advance(25 * 3_600_000, 0);
    expect(code(await leaves("mira", { second: credentials("jon") }))).toBe("ok");
    // Nobody is left to stand beside: it goes on, with one signature.
    expect(code(await leaves("jon"))).toBe("ok");
    expectSigned("operator.changed", ["dana"]);
  });

  it("never leaves the roster without an admin, and changes nothing where nothing differs", async () => {
    await desk.enter("w1", "dana");
    const dana = { id: as("dana"), reason: "enough of it", ownPassword, second };
    expect(code(await desk.people.change("w1", { ...dana, roles: ["lead"] }))).toBe("conflict");
    expect(code(await desk.people.change("w1", { ...dana, status: "gone" }))).toBe("conflict");
    expect(code(await desk.people.change("w1", { ...dana, name: "Dana" }))).toBe("invalid-params");
    expect(code(await desk.people.change("w1", { ...dana, id: as("nobody") }))).toBe("not-found");
    expect(lastOf("operator.signed_in").data["id"], "no password was asked for that").toBe("dana");
  });

  it("ends the sessions of who is gone, who then neither signs in, nor signs, nor stands beside; the keys stay known", async () => {
    await desk.enter("w1", "dana");
    await desk.enter("w2", "jon");
    expect(code(await desk.people.change("w1", { id: as("jon"), status: "gone", reason: "left the firm", ownPassword }))).toBe("ok");
    expect(desk.people.session("w2")).toBeNull();
    expect(desk.people.list().map(({ id }) => id)).toEqual(["dana", "mira"]);
    expect(entry("jon")).toMatchObject({ status: "gone" });
    expect(desk.people.keysOf("jon")).toHaveLength(1);
    expect(code(await desk.people.signIn("w2", credentials("jon")))).toBe("forbidden");
    expect(code(await desk.people.signAs({ ...credentials("jon"), callerId: "w2" }, "x", (signer) => ({ signer })))).toBe("forbidden");
    const eve = { ...newPerson("eve", ["operator"]), ownPassword, second: credentials("jon") };
    expect(code(await desk.people.enrol("w1", eve))).toBe("forbidden");
    expect(desk.refusals()).toEqual(["os:dana: people.signIn", "os:dana: signature", "dana: people.enrol, as second person"]);
    const back = { id: as("jon"), status: "active" as const, reason: "came back", ownPassword };
    expect(code(await desk.people.change("w1", back))).toBe("confirmation-needed");
    expect(code(await desk.people.change("w1", { ...back, second }))).toBe("ok");
    expect(code(await desk.people.signIn("w2", credentials("jon")))).toBe("ok");
  });

  it("counts only where an event says so: roles written into the table change nothing", async () => {
    desk.store.database.exec(`UPDATE operators SET roles = '["admin"]', name = 'Boss' WHERE id = 'jon'`);
    await desk.enter("w1", "jon");
    expect(desk.people.who("w1")).toMatchObject({ roles: ["operator", "witness"], actor: { name: "Jon" } });
    desk.restart();
    expect(desk.people.operator("jon")).toMatchObject({ name: "Jon", roles: ["operator", "witness"] });
    desk.people.close();
    desk.store.close();
    tamper(desk.home, "DELETE FROM operators; DELETE FROM lockouts");
    desk.restart();
    expect(code(await desk.people.createFirst({ id: "eve", name: "Eve", password: "the first again" }, "w1"))).toBe("already-exists");
    expect(code(await desk.people.signIn("w1", credentials("dana")))).toBe("record-damaged");
  });
});

describe("a lost password", { timeout: 120_000 }, () => {
  it("is reset by two others: a new key, and what the old one signed still holds under it", async () => {
    const before = await desk.people.signAs({ ...credentials("jon"), callerId: "w2" }, "x", (signer) => ({ signer }));
    if (!before.ok) throw new Error(before.error.message);
    await desk.enter("w1", "dana");
    await desk.enter("w2", "jon");
    desk.ports.advance(1_000);
    const given = { id: as("jon"), password: "a fresh password", reason: "forgot it", ownPassword, second };
    expect(code(await desk.people.reset("w1", given))).toBe("ok");
    expectSigned("operator.reset", ["dana", "mira"]);
    const [old, current] = desk.people.keysOf("jon");
    expect(old!.until).toBe(current!.since);
    expect(current!.until).toBeNull();
    expect(lastOf("operator.reset").data).toMatchObject({ old_key_id: old!.key_id, public_key: current!.public_key, by: ["dana", "mira"] });
    expect(entry("jon")).toMatchObject({ resets: 1, keyId: current!.key_id });
    expect(desk.people.session("w2"), "signed out").toBeNull();
    expect(envelopeProblem(before.value, "x", old!.public_key)).toBeNull();
    expect(envelopeProblem(before.value, "x", current!.public_key)).not.toBeNull();
    expect(code(await desk.people.signIn("w2", credentials("jon")))).toBe("wrong-password");
    const after = await desk.people.signAs({ id: "jon", password: "a fresh password", callerId: "w2" }, "x", (signer) => ({ signer }));
    expect(after.ok && envelopeProblem(after.value, "x", current!.public_key)).toBeNull();
    desk.store.close();
    expect(verifyDatabase(`${desk.home}/holdpoint.db`).problems).toEqual([]);
    desk.restart();
  });

  it("of the only admin is reset by a lead and a second person, and by nobody else while it is so", async () => {
    const given = { id: as("dana"), password: "a fresh password", reason: "back from leave, forgot it" };
    await desk.enter("w1", "jon");
    expect(code(await desk.people.reset("w1", { ...given, ownPassword: passwordOf("jon"), second }))).toBe("forbidden");
    await desk.enter("w2", "mira");
    const byMira = { ...given, ownPassword: passwordOf("mira") };
    expect(code(await desk.people.reset("w2", { ...byMira, second: credentials("dana") })), "nobody stands beside their own").toBe(
      "forbidden",
    );
    expect(code(await desk.people.reset("w2", { ...byMira, id: as("jon"), second: credentials("dana") })), "no admin").toBe("forbidden");
    expect(code(await desk.people.reset("w2", { ...byMira, second: credentials("jon") }))).toBe("ok");
    expectSigned("operator.reset", ["mira", "jon"]);
    expect(lastOf("operator.reset")).toMatchObject({ actor: { op_id: "mira", role: "lead" }, reason: given.reason });
    desk.restart();
    expect(desk.people.rosterProblems()).toEqual([]);
    expect(code(await desk.people.signIn("w1", { id: "dana", password: given.password }))).toBe("ok");
    const other = { ...newPerson("otto", ["admin"]), ownPassword: given.password, second };
    expect(code(await desk.people.enrol("w1", other))).toBe("ok");
    await desk.enter("w2", "mira");
    expect(code(await desk.people.reset("w2", { ...byMira, second: credentials("jon") })), "another admin can").toBe("forbidden");
  });

  it("is not reset by the person, nor with the person beside, nor for who is gone", async () => {
    await desk.enter("w1", "dana");
    const given = { password: "a fresh password", reason: "forgot it", ownPassword };
    expect(code(await desk.people.reset("w1", { ...given, id: as("dana"), second }))).toBe("forbidden");
    expect(code(await desk.people.reset("w1", { ...given, id: as("jon"), second: credentials("jon") }))).toBe("forbidden");
    expect(code(await desk.people.reset("w1", { ...given, id: as("jon"), second: credentials("dana") }))).toBe("forbidden");
    expect(desk.refusals()).toEqual(["dana: people.reset", "dana: people.reset", "dana: people.reset"]);
    expect(desk.people.keysOf("jon")).toHaveLength(1);
  });

  it("and one that is changed opens the same key", async () => {
    await desk.enter("w1", "jon");
    const { key_id } = desk.people.keysOf("jon")[0]!;
    const tried = async (password: string, newPassword: string) => code(await desk.people.changePassword("w1", { password, newPassword }));
    expect(await tried("guessed", "the next password")).toBe("wrong-password");
    expect(await tried(passwordOf("jon"), passwordOf("jon"))).toBe("invalid-params");
    expect(await tried(passwordOf("jon"), "the next password")).toBe("ok");
    expectSigned("operator.password_changed", ["jon"]);
    expect(desk.people.keysOf("jon").map((key) => key.key_id)).toEqual([key_id]);
    expect(code(await desk.people.signIn("w2", credentials("jon")))).toBe("wrong-password");
    expect(code(await desk.people.signIn("w2", { id: "jon", password: "the next password" }))).toBe("ok");
  });
});
