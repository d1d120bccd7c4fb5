// The roster and the keys of a bundle, as the install log has them up to its cut. Owns: the two files' shapes.
// They are copies for reading and for `--roster`: the verifiers make them again from the install log and compare.
import type { CanonicalValue, StoredEvent } from "../../protocol/index.ts";
import { jcs, keyIdOf, type RecordStore } from "../../record/index.ts";

export const ROSTER_TYPES = [
  "operator.enrolled",
  "operator.changed",
  "operator.reset",
  "operator.password_changed",
  "delegation.added",
  "delegation.revoked",
];
const SHOWN = ["name", "title", "roles", "status"] as const;

type Value = CanonicalValue;
type Key = { key_id: string; public_key: string; since: number; until: number };
type Person = { id: string; name: Value; title: Value; roles: Value; status: Value; keys: Key[] };
type Given = { seq: number; from: Value; to: Value; roles: Value; until: Value; revoked: number };

export function rosterFiles(store: RecordStore, upTo: number): { roster: string; keys: string } {
  const people = new Map<string, Person>();
  const given = new Map<number, Given>();
  for (const event of store.eventsOfType(store.install, ROSTER_TYPES)) if (event.body.seq <= upTo) apply(event, people, given);
  const sorted = [...people.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const common = { v: 1, install_id: store.installId, install_key: store.installKey, log: store.install, seq: upTo };
  const all = sorted.flatMap(({ id, keys }) => keys.map((key): [string, Value] => [key.key_id, { op_id: id, public_key: key.public_key }]));
  return {
    roster: `${jcs({ ...common, people: sorted, delegations: [...given.values()] } as Value)}\n`,
    keys: `${jcs({ ...common, keys: Object.fromEntries(all) })}\n`,
  };
}

function apply({ body: { type, seq, data: told } }: StoredEvent, people: Map<string, Person>, given: Map<number, Given>): void {
  const data = told as Record<string, Value>;
  const person = people.get(String(data["id"]));
  const newKey = (): Key => {
    const publicKey = String(data["public_key"]);
    return { key_id: keyIdOf(publicKey), public_key: publicKey, since: seq, until: 0 };
  };
  if (type === "operator.enrolled" && person === undefined) {
    const { id, name, title, roles } = data as { id: string; name: string; title: string; roles: string[] };
    people.set(id, { id, name, title, roles, status: "active", keys: [newKey()] });
  } else if (type === "operator.reset" && person !== undefined) {
    person.keys.at(-1)!.until = seq;
    person.keys.push(newKey());
  } else if (type === "operator.changed" && person !== undefined) {
    const changes = data["changes"] as Record<string, { to?: Value }>;
    for (const field of SHOWN) {
      const to = changes[field]?.to;
      if (to !== undefined) person[field] = to;
    }
  } else if (type === "delegation.added") {
    const { from, to, roles, until } = data as Record<"from" | "to" | "roles" | "until", Value>;
    given.set(seq, { seq, from, to, roles, until, revoked: 0 });
  } else if (type === "delegation.revoked") {
    const one = given.get(Number(data["seq"]));
    if (one !== undefined && one.revoked === 0) one.revoked = seq;
  }
}
