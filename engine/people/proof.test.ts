import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CanonicalValue, StoredEvent } from "../protocol/index.ts";
import { type Envelope, keyIdOf, type NewEvent, signEnvelope } from "../record/index.ts";
import { ROSTER_PAYLOAD_TYPE } from "./index.ts";
import { openKey } from "./keys.ts";
import { applyRosterEvent, emptyRoster } from "./roster.ts";
import { operatorById } from "./rows.ts";
import { as, copyOf, credentials, type Desk, inDays, madeRoster, openDesk, passwordOf } from "./testing.ts";

type Data = Record<string, CanonicalValue>;
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

/** What somebody can write who has the data directory and knows the format, but nobody's password. */
function forge(type: string, data: Data, from: Partial<NewEvent> = {}): void {
  const actor = { op_id: "dana", name: "Dana", role: "admin", session: "made-up", on_behalf_of: "" };
  desk.store.append(desk.store.install, { type, actor, data, reason: "as agreed", ...from });
}
const changes = { roles: { from: ["operator", "witness"], to: ["admin"] } };
const second = credentials("mira");
const ownPassword = passwordOf("dana");
const lastOf = (type: string) => desk.store.eventsOfType(desk.store.install, [type]).at(-1)!.body;
const rolesOf = (id: string) => desk.people.operator(id)!.roles;

/** The forgery counts neither now nor after a restart, and is said. */
function expectIgnored(words: RegExp): void {
  for (const _ of ["now", "after a restart"]) {
    expect(desk.people.rosterProblems()).toEqual([expect.stringMatching(words)]);
    expect(rolesOf("jon")).toEqual(["operator", "witness"]);
    desk.restart();
  }
}

describe("a roster event that nobody signed as it must be", { timeout: 120_000 }, () => {
  it("makes no admin: without signatures, and with those of an earlier act", async () => {
    forge("operator.changed", { id: "jon", changes });
    expectIgnored(/operator\.changed\) does not count: nobody signed it/);
    desk.close();
    desk = openDesk(copyOf(made));
    const { envelopes } = lastOf("operator.enrolled").data as { envelopes: CanonicalValue };
    forge("operator.changed", { id: "jon", changes, envelopes });
    expectIgnored(/signed at another place of the log/);
  });

  it("is not one played again: what was signed once counts once", async () => {
    await desk.enter("w1", "dana");
    const given = { id: as("jon"), reason: "as agreed", ownPassword, second };
    for (const roles of [["lead" as const], ["operator" as const, "witness" as const]])
      expect(await desk.people.change("w1", { ...given, roles })).toMatchObject({ ok: true, value: { roles } });
    const [, first] = desk.store
      .eventsOfType(desk.store.install, ["operator.changed"])
      .map(({ body }) => body.data as Data)
      .reverse();
    expect(desk.people.rosterProblems()).toEqual([]);
    forge("operator.changed", first!);
    expectIgnored(/signed at another place of the log/);
  });

  it.each<[string, (envelope: Envelope, one: Envelope) => unknown, RegExp]>([
    ["another's signature under it", (envelope, other) => ({ ...envelope, signatures: other.signatures }), /another key/],
    ["its payload changed", (envelope) => ({ ...envelope, payload: { ...envelope.payload, id: "mira" } }), /does not fit its text/],
    ["another type", (envelope) => ({ ...envelope, payloadType: "x" }), /its type is x/],
    [
      "a signer who is not there",
      (envelope) => ({ ...envelope, payload: { ...envelope.payload, signer: { op_id: "eve" } } }),
      /not on the roster/,
    ],
    ["nothing", () => null, /not on the roster/],
  ])("is refused with %s", async (_what, edit, words) => {
    const { envelopes, ...data } = lastOf("operator.enrolled").data as Data & { envelopes: Envelope[] };
    const [own, beside] = envelopes as [Envelope, Envelope];
    forge("operator.enrolled", {
      ...data,
      id: "eve",
      envelopes: [edit(own, beside) as CanonicalValue, beside as unknown as CanonicalValue],
    });
    expect(desk.people.operator("eve")).toBeNull();
    expectIgnored(words);
  });

  it("nor one that a person signed who may not: each is refused by whose signatures it lacks", async () => {
    // Signed for real, with a key that its person could open, at the right place: only the roster's rules stand against it.
    const { store, people } = desk;
    const forgeSigned = async (type: string, data: Data, ids: string[]) => {
      const envelopes: CanonicalValue[] = [];
      // The passwords' own events come first, so that every statement binds the head right before the act.
      const pens: ((payload: Data) => Envelope)[] = [];
      for (const id of ids) pens.push(await penOf(id));
      const { seq, hash } = store.head(store.install);
      for (const [i, id] of ids.entries()) {
        const { key_id } = people.keysOf(id)[0]!;
        const view = people.operator(id)!;
        const signer = { op_id: id, name: view.name, title: view.title, role: "admin", key_id, session: `s${i}` };
        const common = { v: 1, kind: "roster", install_id: store.installId, head: { seq, hash }, act: type, reason: "as agreed" };
        envelopes.push(pens[i]!({ ...data, ...common, at: inDays(desk.ports, 0), signer }) as unknown as CanonicalValue);
      }
      const before = people.rosterProblems().length;
      forge(type, { ...data, envelopes });
      return people.rosterProblems().slice(before).join();
    };
    expect(await forgeSigned("operator.changed", { id: "jon", changes }, ["jon", "mira"])).toMatch(/no admin signed it/);
    expect(await forgeSigned("operator.changed", { id: "jon", changes }, ["dana"])).toMatch(/takes two people/);
    expect(await forgeSigned("operator.changed", { id: "jon", changes }, ["dana", "jon"])).toMatch(/stood beside/);
    expect(await forgeSigned("operator.changed", { id: "jon", changes }, ["dana", "dana"])).toMatch(/one person signed it twice/);
    expect(await forgeSigned("operator.reset", { id: "dana", public_key: "0".repeat(64) }, ["dana", "mira"])).toMatch(/about signed it/);
    expect(await forgeSigned("operator.reset", { id: "jon", public_key: "0".repeat(64) }, ["dana"])).toMatch(/takes two people/);
    expect(await forgeSigned("operator.password_changed", { id: "jon" }, ["dana"])).toMatch(/owner did not sign/);
    const handed = { from: "mira", to: "jon", roles: ["approver"], until: inDays(desk.ports, 3) };
    expect(await forgeSigned("delegation.added", handed, ["jon"])).toMatch(/who delegates did not sign/);
    expect(people.delegationInForce("mira", "jon", "approver", inDays(desk.ports, 0))).toBeNull();
    expect(rolesOf("jon")).toEqual(["operator", "witness"]);
    // The control: the same, signed by those whom it takes, counts.
    expect(await forgeSigned("delegation.added", handed, ["mira"])).toBe("");
    expect(people.delegationInForce("mira", "jon", "approver", inDays(desk.ports, 0))).not.toBeNull();
    expect(await forgeSigned("operator.changed", { id: "jon", changes }, ["dana", "mira"])).toBe("");
    expect(rolesOf("jon")).toEqual(["admin"]);
  });

  it("may have a step of the clock before it, which the record puts there by itself", async () => {
    const { store, ports } = desk;
    const pen = await penOf("dana");
    const { key_id } = desk.people.keysOf("dana")[0]!;
    const { seq, hash } = store.head(store.install);
    const data = { id: "jon", changes: { title: { from: "", to: "Night shift" } } };
    const signer = { op_id: "dana", name: "Dana", title: "", role: "admin", key_id, session: "s" };
    const common = { v: 1, kind: "roster", install_id: store.installId, head: { seq, hash }, act: "operator.changed", reason: "as agreed" };
    const envelopes = [pen({ ...data, ...common, at: inDays(ports, 0), signer })] as unknown as CanonicalValue;
    ports.advance(3_600_000, 0);
    forge("operator.changed", { ...data, envelopes });
    expect(desk.types().slice(-2)).toEqual(["clock.step", "operator.changed"]);
    expect(desk.people.operator("jon")!.title).toBe("Night shift");
    expect(desk.people.rosterProblems()).toEqual([]);
  });
});

/** What signs as this person from now on: the key as their password opens it. */
async function penOf(id: string): Promise<(payload: Data) => Envelope> {
  const { wrapped } = operatorById(desk.store.database, id)!;
  const key = await openKey(id, passwordOf(id), wrapped);
  if (!key.ok) throw new Error(key.error.message);
  return (payload) =>
    signEnvelope(ROSTER_PAYLOAD_TYPE, payload, {
      keyId: keyIdOf(wrapped.publicKey),
      publicKey: wrapped.publicKey,
      privateKey: key.value,
    });
}

describe("the first enrolment", { timeout: 60_000 }, () => {
  const first = () => desk.store.eventsOfType(desk.store.install, ["operator.enrolled"])[0]!;
  const roster = (event: StoredEvent): string[] => {
    const read = emptyRoster();
    const { store } = desk;
    applyRosterEvent(read, event, {
      installId: store.installId,
      between: (from, to) => store.events(store.install, { from, limit: to - from + 1 }),
    });
    return read.problems;
  };
  const withData = (change: Data): StoredEvent => {
    const event = first();
    return { ...event, body: { ...event.body, data: { ...event.body.data, ...change } } };
  };

  it("is signed by the first operator's own new key, over the head before it", () => {
    const { body } = first();
    const own = body.data["own_signature"] as unknown as Envelope;
    expect(own.signatures[0]!.keyid).toBe(desk.people.keysOf("dana")[0]!.key_id);
    expect(own.payload).toMatchObject({ act: "operator.enrolled", id: "dana", head: { seq: body.seq - 1, hash: body.prev } });
    expect(roster(first())).toEqual([]);
  });

  it("does not count under another name, title, role or key than was signed, and counts where an older Holdpoint signed nothing", () => {
    const other = desk.people.keysOf("mira")[0]!.public_key;
    for (const change of [{ name: "Eve" }, { title: "Director" }, { roles: ["admin", "approver"] }, { public_key: other }, { id: "eve" }])
      expect(roster(withData(change)), JSON.stringify(change)).toEqual([expect.stringMatching(/first operator/)]);
    const { own_signature: _, ...before } = first().body.data;
    expect(roster({ ...first(), body: { ...first().body, data: before } })).toEqual([]);
  });
});
