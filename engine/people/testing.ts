// Helpers for tests of people: a data directory with people in it, made once and copied for each test (scrypt is dear).
// Owns: nothing of the product.
import { cpSync, rmSync } from "node:fs";
import type { OperatorId, Role } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import { mustOpen, type TestPorts, temporaryHome, testPorts } from "../record/testing.ts";
import { createPeople, type People } from "./index.ts";

export const as = (id: string): OperatorId => id as OperatorId;
export const passwordOf = (id: string): string => `the password of ${id}`;
export const credentials = (id: string): { id: OperatorId; password: string } => ({ id: as(id), password: passwordOf(id) });

export type Desk = {
  home: string;
  ports: TestPorts;
  store: RecordStore;
  people: People;
  /** Signs in with the right password or throws. */
  enter(callerId: string, id: string): Promise<void>;
  /** The window closes and comes back: sessions end, the record stays. */
  restart(): void;
  /** Types and subjects of refusals so far. */
  refusals(): string[];
  types(): string[];
  close(): void;
};

/** A desk over `home`, or over an empty one. */
export function openDesk(home = temporaryHome().home): Desk {
  const ports = testPorts();
  const open = (): Pick<Desk, "store" | "people"> => {
    const store = mustOpen(home, ports);
    return { store, people: createPeople({ store, ports }) };
  };
  const desk: Desk = {
    home,
    ports,
    ...open(),
    async enter(callerId, id) {
      const entered = await desk.people.signIn(callerId, credentials(id));
      if (!entered.ok) throw new Error(entered.error.message);
    },
    restart() {
      desk.people.close();
      desk.store.close();
      Object.assign(desk, open());
    },
    refusals: () =>
      desk.store.eventsOfType(desk.store.install, ["access.refused"]).map(({ body }) => `${body.actor.op_id}: ${body.data["what"]}`),
    types: () => desk.store.events(desk.store.install).map(({ body }) => body.type),
    close() {
      desk.people.close();
      desk.store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
  return desk;
}

/** A closed data directory, copied. */
export function copyOf(home: string): string {
  const copy = temporaryHome().home;
  cpSync(home, copy, { recursive: true });
  return copy;
}

export const newPerson = (id: string, roles: Role[]) => ({
  id: as(id),
  name: `${id[0]!.toUpperCase()}${id.slice(1)}`,
  title: "",
  roles,
  password: passwordOf(id),
  checkedBy: "Dana",
  how: "passport, in person",
});

export const inDays = (ports: TestPorts, days: number): string => new Date(ports.clock.now() + Math.round(days * 86_400_000)).toISOString();

/** Dana (admin), Mira (approver), Jon (operator, witness); nobody signed in. The path of the closed data directory. */
export async function madeRoster(): Promise<string> {
  const desk = openDesk();
  await desk.people.createFirst({ ...credentials("dana"), name: "Dana" }, "w1");
  const mira = await desk.people.enrol("w1", { ...newPerson("mira", ["approver", "lead"]), ownPassword: passwordOf("dana") });
  if (!mira.ok) throw new Error(mira.error.message);
  const beside = { ownPassword: passwordOf("dana"), second: credentials("mira") };
  const jon = await desk.people.enrol("w1", { ...newPerson("jon", ["operator", "witness"]), ...beside });
  if (!jon.ok) throw new Error(jon.error.message);
  desk.people.close();
  desk.store.close();
  return desk.home;
}
