import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { fail } from "../protocol/index.ts";
import { type Envelope, envelopeProblem } from "../record/index.ts";
import { LOCKOUT_AFTER, LOCKOUT_MS, type Signer } from "./index.ts";
import { as, copyOf, credentials, type Desk, madeRoster, openDesk, passwordOf } from "./testing.ts";

const TYPE = "application/vnd.holdpoint.signature.v1+json";
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

const signedBy = (envelope: Envelope): Signer => envelope.payload["signer"] as unknown as Signer;
async function sign(id: string, callerId = "w1", password = passwordOf(id)): Promise<Envelope> {
  const signed = await desk.people.signAs({ id, password, callerId }, TYPE, (signer) => ({ v: 1, signer }));
  if (!signed.ok) throw new Error(`${signed.error.code}: ${signed.error.message}`);
  return signed.value;
}

describe("a signature", { timeout: 120_000 }, () => {
  it("is made with the signer's own key, in the session of their door or in one of its own", async () => {
    await desk.enter("w1", "mira");
    const own = await sign("mira");
    const beside = await sign("jon");
    const again = await sign("jon");
    const session = desk.people.actor("w1").session;
    expect(signedBy(own)).toEqual({ op_id: "mira", name: "Mira", title: "", key_id: own.signatures[0]!.keyid, session });
    expect(new Set([session, signedBy(beside).session, signedBy(again).session]).size, "three sessions").toBe(3);
    expect(own.signatures[0]!.keyid).not.toBe(beside.signatures[0]!.keyid);
    for (const envelope of [own, beside]) {
      const [key] = desk.people.keysOf(signedBy(envelope).op_id);
      expect(envelopeProblem(envelope, TYPE, key!.public_key)).toBeNull();
    }
    const [jonsKey] = desk.people.keysOf("jon");
    expect(envelopeProblem(own, TYPE, jonsKey!.public_key), "under another's key").not.toBeNull();
    expect(desk.types().slice(-3)).toEqual(["operator.reauthenticated", "operator.signed_once", "operator.signed_once"]);
    expect(desk.people.actor("w1").op_id, "who sits there still does").toBe("mira");
  });

  it("finds the record in its builder as it stands when signed, and is not made where the builder refuses", async () => {
    const { store, people } = desk;
    let head = 0;
    await people.signAs({ ...credentials("jon"), callerId: "w1" }, TYPE, (signer) => {
      head = store.head(store.install).seq;
      return { signer };
    });
    expect(store.head(store.install).seq).toBe(head);
    const refused = await people.signAs({ ...credentials("jon"), callerId: "w1" }, TYPE, () => fail("conflict", "the text changed"));
    expect(refused).toMatchObject({ ok: false, error: { code: "conflict" } });
    const forged = people.signAs({ ...credentials("jon"), callerId: "w1" }, TYPE, (signer) => ({ signer: { ...signer, op_id: "mira" } }));
    await expect(forged).rejects.toThrow(/signer\.op_id/);
    expect((await sign("jon")).signatures, "the room goes on").toHaveLength(1);
  });

  it("is refused to a wrong password, an unknown id, and a window that is locked", async () => {
    let built = 0;
    const tried = (id: string, password: string, callerId = "w1") =>
      desk.people.signAs({ id, password, callerId }, TYPE, (signer) => {
        built += 1;
        return { signer };
      });
    expect(await tried("jon", passwordOf("mira"))).toMatchObject({ error: { code: "wrong-password" } });
    expect(await tried("nobody", passwordOf("jon"))).toMatchObject({ error: { code: "wrong-password" } });
    await desk.enter("w1", "mira");
    desk.people.lock("w1");
    expect(await tried("mira", passwordOf("mira"))).toMatchObject({ error: { code: "locked" } });
    expect(await tried("jon", passwordOf("jon"))).toMatchObject({ error: { code: "locked" } });
    expect(built).toBe(0);
  });

  it("counts wrong passwords with those of signing in, also as second person and across a restart, and locks out", async () => {
    const { store } = desk;
    await desk.enter("w1", "dana");
    store.database.prepare("INSERT INTO lockouts VALUES (3, ?, NULL)").run(LOCKOUT_AFTER - 3); // jon's; typing them all would take long
    const wrong = { id: "jon", password: "not this one" };
    expect(await desk.people.signAs({ ...wrong, callerId: "w1" }, TYPE, (signer) => ({ signer }))).toMatchObject({
      error: { code: "wrong-password" },
    });
    const change = { id: as("mira"), title: "Head", reason: "promoted", ownPassword: passwordOf("dana") };
    expect(await desk.people.change("w1", { ...change, second: { ...wrong, id: as("jon") } })).toMatchObject({
      error: { code: "wrong-password", details: { whose: "second" } },
    });
    desk.restart();
    expect(await desk.people.signIn("w1", wrong)).toMatchObject({ error: { code: "locked" } });
    const right = { ...credentials("jon"), callerId: "w1" };
    expect(await desk.people.signAs(right, TYPE, (signer) => ({ signer }))).toMatchObject({ error: { code: "locked" } });
    const entry = () => desk.people.roster().people.find(({ id }) => id === "jon")!;
    expect(entry().lockedOutUntil).not.toBeNull();
    desk.ports.advance(LOCKOUT_MS);
    expect((await desk.people.signAs(right, TYPE, (signer) => ({ signer }))).ok).toBe(true);
    expect(entry().lockedOutUntil).toBeNull();
    expect(desk.store.database.prepare("SELECT failures FROM lockouts WHERE operator_no = 3").pluck().get(), "counted anew").toBe(0);
    const failures = desk.store.eventsOfType(desk.store.install, ["operator.signin_failed"]);
    expect(failures.map(({ body }) => [body.data["what"], body.data["why"]])).toEqual([
      ["signature", "wrong password"],
      ["people.change, as second person", "wrong password"],
      ["people.signIn", "wrong password"],
      ["signature", "locked out"],
    ]);
    expect(desk.types().filter((type) => type === "operator.locked_out")).toHaveLength(1);
  });

  it("does not come from a key moved to another's row, nor from one put into the table", async () => {
    const { database } = desk.store;
    const swap = (columns: string[]) => {
      const rows = database.prepare("SELECT * FROM operators WHERE id IN ('mira', 'jon') ORDER BY id").all() as Record<string, unknown>[];
      for (const [i, row] of rows.entries())
        database
          .prepare(`UPDATE operators SET ${columns.map((column) => `${column} = ?`).join(", ")} WHERE id = ?`)
          .run(...columns.map((column) => rows[1 - i]![column]), row["id"]);
    };
    const wrapping = ["kdf", "salt", "nonce", "wrapped_key"];
    const tried = (id: string, password: string) => desk.people.signAs({ id, password, callerId: "w1" }, TYPE, (signer) => ({ signer }));
    swap(wrapping);
    // Jon knows his password, and his key now lies in Mira's row: it must not make him Mira.
    expect(await tried("mira", passwordOf("jon"))).toMatchObject({ error: { code: "wrong-password" } });
    expect(await tried("mira", passwordOf("mira"))).toMatchObject({ error: { code: "wrong-password" } });
    swap(["public_key"]);
    expect(await tried("mira", passwordOf("jon")), "with its public half").toMatchObject({ error: { code: "record-damaged" } });
    swap([...wrapping, "public_key"]);
    expect((await tried("jon", passwordOf("jon"))).ok, "put back").toBe(true);
  });
});
