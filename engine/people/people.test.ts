import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RecordStore } from "../record/index.ts";
import { mustOpen, type TestPorts, temporaryHome, testPorts } from "../record/testing.ts";
import { createPeople, LOCKOUT_AFTER, LOCKOUT_MS, type People, REFUSAL_GAP_MS } from "./index.ts";
import { makeWrappedKey, openKey } from "./keys.ts";

const PASSWORD = "correct horse battery";
const DANA = { id: "dana", name: "Dana Mercer", password: PASSWORD };
const MINUTE = 60_000;

let home: string;
let remove: () => void;
let ports: TestPorts;
let store: RecordStore;
let people: People;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  ports = testPorts();
  store = mustOpen(home, ports);
  people = createPeople({ store, ports });
});
afterEach(() => {
  people.close();
  store.close();
  remove();
});

const restart = (): void => {
  people.close();
  store.close();
  store = mustOpen(home, ports);
  people = createPeople({ store, ports });
};
const types = (): string[] => store.events(store.install).map((event) => event.body.type);

describe("the first operator", () => {
  it("is made once, signed in at that door only, and the record says so", async () => {
    expect(people.isSolo()).toBe(true);
    expect(await people.createFirst(DANA, "w1")).toMatchObject({
      ok: true,
      value: { operator: { id: "dana", name: "Dana Mercer" }, locked: false },
    });
    expect(people.session("w1")).toMatchObject({ operator: { id: "dana" } });
    expect(people.session("w2")).toBeNull();
    expect(people.list().map(({ id }) => id)).toEqual(["dana"]);
    expect(people.isSolo()).toBe(true);
    expect(await people.createFirst({ ...DANA, id: "eve" }, "w2")).toMatchObject({ ok: false, error: { code: "already-exists" } });
    expect(types()).toEqual(expect.arrayContaining(["operator.enrolled", "operator.signed_in"]));
    expect(people.list()).toHaveLength(1);
  });

  it("is made once even when two doors ask at the same moment", async () => {
    const made = await Promise.all([people.createFirst(DANA, "w1"), people.createFirst({ ...DANA, id: "eve" }, "w2")]);
    expect(made.map((result) => result.ok).sort()).toEqual([false, true]);
    expect(people.list()).toHaveLength(1);
  });

  it("keeps id and row for good: no deletion, no renaming, no second use of the id", async () => {
    await people.createFirst(DANA, "w1");
    expect(() => store.database.exec("DELETE FROM operators")).toThrow(/never deleted/);
    expect(() => store.database.exec("UPDATE operators SET id = 'x'")).toThrow(/never changed/);
    expect(() =>
      store.database.exec(
        "INSERT INTO operators SELECT operator_no + 1, id, name, title, roles, created_at, public_key, kdf, salt, nonce, wrapped_key FROM operators",
      ),
    ).toThrow(/never used again/);
  });
});

// Each try costs a third of a second of scrypt, several on a busy machine.
describe("signing in", { timeout: 300_000 }, () => {
  beforeEach(async () => {
    await people.createFirst(DANA, "w1");
    people.signOut("w1");
  });

  it("takes the right password, and nothing else", async () => {
    expect(await people.signIn("w1", { id: "dana", password: `${PASSWORD} ` })).toMatchObject({
      ok: false,
      error: { code: "wrong-password" },
    });
    expect(await people.signIn("w1", { id: "nobody", password: PASSWORD })).toMatchObject({ ok: false, error: { code: "wrong-password" } });
    expect(people.actor("w1")).toEqual({ op_id: "os:dana", name: "dana", role: "unauthenticated", session: "", on_behalf_of: "" });
    expect(await people.signIn("w1", { id: "dana", password: PASSWORD })).toMatchObject({ ok: true });
    expect(people.actor("w1")).toMatchObject({ op_id: "dana", name: "Dana Mercer", role: "lead" });
    expect(people.who("w1")).toMatchObject({ isAuthenticated: true, roles: ["lead", "operator", "admin"] });
  });

  it("takes a password composed differently by another system", async () => {
    const wrapped = await makeWrappedKey("ana", "pässwörter", ports.ids.random);
    expect((await openKey("ana", "pässwörter".normalize("NFD"), wrapped)).ok).toBe(true);
    expect((await openKey("ana", "passworter", wrapped)).ok).toBe(false);
    expect((await openKey("eve", "pässwörter", wrapped)).ok, "a key moved to another operator's row").toBe(false);
  });

  it("locks out after ten failures in a row, across a restart, and lets in again after the time", async () => {
    for (let i = 1; i < LOCKOUT_AFTER; i++) {
      expect(await people.signIn("w1", { id: "dana", password: "wrong" })).toMatchObject({ error: { code: "wrong-password" } });
      if (i === 5) restart();
    }
    expect(await people.signIn("w1", { id: "dana", password: "wrong" })).toMatchObject({ error: { code: "locked" } });
    restart();
    expect(await people.signIn("w1", { id: "dana", password: PASSWORD })).toMatchObject({ error: { code: "locked" } });
    expect(types().filter((type) => type === "operator.locked_out")).toHaveLength(1);
    ports.advance(LOCKOUT_MS - 1);
    expect(await people.signIn("w1", { id: "dana", password: PASSWORD })).toMatchObject({ error: { code: "locked" } });
    ports.advance(1);
    expect(await people.signIn("w1", { id: "dana", password: "wrong" }), "one more failure locks at once").toMatchObject({
      error: { code: "locked" },
    });
    ports.advance(LOCKOUT_MS);
    expect(await people.signIn("w1", { id: "dana", password: PASSWORD })).toMatchObject({ ok: true });
    people.signOut("w1");
    expect(await people.signIn("w1", { id: "dana", password: "wrong" }), "counted anew").toMatchObject({
      error: { code: "wrong-password" },
    });
  });

  it("counts every failure of tries made at the same time", async () => {
    const tries = Array.from({ length: LOCKOUT_AFTER + 2 }, () => people.signIn("w1", { id: "dana", password: "wrong" }));
    const codes = (await Promise.all(tries)).map((result) => (result.ok ? "ok" : result.error.code));
    expect(codes.filter((code) => code === "wrong-password")).toHaveLength(LOCKOUT_AFTER - 1);
    expect(codes.filter((code) => code === "locked")).toHaveLength(3);
  });

  it("keeps passwords, and ids that may be passwords, out of every file", async () => {
    await people.signIn("w1", { id: "hunter2-typed-as-id", password: "hunter2-as-password" });
    await people.signIn("w1", { id: "dana", password: PASSWORD });
    for (const file of ["holdpoint.db", "holdpoint.db-wal", "checkpoints.ndjson", "install.key"]) {
      const bytes = readFileSync(join(home, file), "latin1");
      expect(bytes.includes("hunter2"), file).toBe(false);
      expect(bytes.includes(PASSWORD), file).toBe(false);
    }
  });

  it("replaces the session of whoever was at the door", async () => {
    await people.signIn("w1", { id: "dana", password: PASSWORD });
    const before = people.actor("w1").session;
    await people.signIn("w1", { id: "dana", password: PASSWORD });
    expect(people.actor("w1").session).not.toBe(before);
    expect(types().filter((type) => type === "session.ended")).toHaveLength(2);
  });
});

describe("locks", () => {
  beforeEach(async () => {
    await people.createFirst(DANA, "w1");
  });

  it("locks a session left alone, whatever the wall clock says, and opens it with the password only", async () => {
    ports.advance(-3_600_000, 9 * MINUTE);
    people.stir("w1");
    ports.advance(0, 10 * MINUTE - 1);
    expect(people.session("w1")).toMatchObject({ locked: false });
    ports.advance(0, 1);
    expect(people.session("w1")).toMatchObject({ locked: true });
    expect(people.actor("w1").role).toBe("unauthenticated");
    people.stir("w1");
    expect(people.session("w1")).toMatchObject({ locked: true });
    expect(types().at(-1)).toBe("session.locked");
    expect(await people.signIn("w1", { id: "dana", password: PASSWORD })).toMatchObject({ ok: true, value: { locked: false } });
  });

  it("never waits longer than fifteen minutes", () => {
    people.setIdleMinutes(600);
    ports.advance(15 * MINUTE);
    expect(people.session("w1")).toMatchObject({ locked: true });
  });

  it("locks at once when asked, tells who listens, and records it once", () => {
    const told: string[] = [];
    people.onChanged((callerId) => told.push(callerId));
    people.lock("w1");
    people.lock("w1");
    expect(people.session("w1")).toMatchObject({ locked: true });
    expect(told).toEqual(["w1"]);
    expect(types().filter((type) => type === "session.locked")).toHaveLength(1);
  });

  it("signs everybody out at a restart", () => {
    restart();
    expect(people.session("w1")).toBeNull();
    expect(people.list()).toHaveLength(1);
  });
});

describe("roles", () => {
  it("lets the role in and records each refusal", async () => {
    await people.createFirst(DANA, "w1");
    expect(people.requireRole("w1", ["operator"], "run.start")).toMatchObject({ ok: true, value: { op_id: "dana" } });
    expect(people.requireRole("w1", ["auditor"], "record.audit")).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(people.requireRole("w2", ["operator"], "run.start")).toMatchObject({ ok: false, error: { code: "not-signed-in" } });
    people.lock("w1");
    expect(people.requireRole("w1", ["operator"], "run.start")).toMatchObject({ ok: false, error: { code: "locked" } });
    const refused = store.eventsOfType(store.install, ["access.refused"]).map((event) => [event.body.actor.op_id, event.body.data["what"]]);
    expect(refused).toEqual([
      ["dana", "record.audit"],
      ["os:dana", "run.start"],
      ["os:dana", "run.start"],
    ]);
  });

  it("records a refusal that repeats once a minute, with how many it stands for, also where nobody asks again", async () => {
    await people.createFirst(DANA, "w1");
    people.lock("w1");
    const refusals = () => store.eventsOfType(store.install, ["access.refused"]).map(({ body }) => [body.data["what"], body.data["count"]]);
    const again = (times: number) => {
      for (let n = 0; n < times; n++) people.refused(people.actor("w1"), "run.step", "the window is locked", "w1");
    };
    again(40);
    people.refused(people.actor("w1"), "run.hold", "the window is locked", "w1");
    expect(refusals()).toEqual([
      ["run.step", 1],
      ["run.hold", 1],
    ]);
    ports.advance(REFUSAL_GAP_MS);
    again(3);
    expect(refusals().at(-1)).toEqual(["run.step", 40]);
    const [event] = store.eventsOfType(store.install, ["access.refused"]);
    expect(event!.body.actor.role).toBe("unauthenticated");
    expect(event!.body.data["session"]).toBe(store.eventsOfType(store.install, ["operator.signed_in"])[0]!.body.data["session"]);
    people.close();
    expect(refusals().at(-1)).toEqual(["run.step", 2]);
    people = createPeople({ store, ports });
  });
});
