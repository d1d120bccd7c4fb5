// Launches over a real record with real people, for tests. Owns: setting up and asking; used by tests only.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { as, copyOf, credentials, type Desk, newPerson, openDesk, passwordOf } from "../people/testing.ts";
import {
  type LaunchId,
  LaunchView,
  type Result,
  type Role,
  type RunbookDocument,
  type SignatureView,
  type StoredEvent,
} from "../protocol/index.ts";
import type { LaunchDeps, Who } from "./deps.ts";
import { createLaunchService, type LaunchService } from "./service.ts";

export type Parse = (source: Uint8Array, path: string) => RunbookDocument;

export type SignMore = { role?: string; meaning?: string; onBehalfOf?: string; reason?: string; between?: () => Promise<unknown> };

export type Bench = Desk & {
  launches: LaunchService;
  refused: string[];
  news: string[];
  /** Text of the redactor: whatever is written as SECRET goes. */
  write(name: string, text: string): string;
  /** Signs in at a door of their own and says who gives the command. */
  who(id: string): Promise<Who>;
  /** A launch with this checklist, made by Jon. */
  launch(text: string, facts?: Record<string, unknown>): Promise<LaunchId>;
  view(launch: LaunchId): Promise<LaunchView>;
  events(launch: LaunchId, type?: string): StoredEvent[];
  /** Shows and signs as `id`; what it says is the signing's own answer. */
  sign(launch: LaunchId, id: string, kind: string, subject: string, more?: SignMore): Promise<Result<SignatureView>>;
  /** The service made anew over the same record: what was only in memory is gone. */
  reopen(again?: Partial<LaunchDeps>): void;
};

/** Dana: admin and lead. Mira: approver and lead. Jon: operator. Ana, Ben, Cy: approvers. Wim: witness. Aud: auditor. A closed directory. */
export async function madeTeam(): Promise<string> {
  const desk = openDesk();
  await desk.people.createFirst({ ...credentials("dana"), name: "Dana" }, "w1");
  const mira = await desk.people.enrol("w1", { ...newPerson("mira", ["approver", "lead"]), ownPassword: passwordOf("dana") });
  must(mira);
  const others: [string, Role[]][] = [
    ["jon", ["operator"]],
    ["ana", ["approver", "operator"]],
    ["ben", ["approver"]],
    ["wim", ["witness"]],
    ["aud", ["auditor"]],
  ];
  for (const [id, roles] of others)
    must(await desk.people.enrol("w1", { ...newPerson(id, roles), ownPassword: passwordOf("dana"), second: credentials("mira") }));
  desk.people.close();
  desk.store.close();
  return desk.home;
}

export async function madeSolo(): Promise<string> {
  const desk = openDesk();
  await desk.people.createFirst({ ...credentials("dana"), name: "Dana" }, "w1");
  desk.people.close();
  desk.store.close();
  return desk.home;
}

export function openBench(home: string, parse: Parse, more: Partial<LaunchDeps> = {}): Bench {
  const desk = openDesk(copyOf(home));
  const folder = mkdtempSync(join(tmpdir(), "hp-launch-"));
  const refused: string[] = [];
  const news: string[] = [];
  const make = (again: Partial<LaunchDeps> = {}): LaunchService =>
    createLaunchService({
      ports: desk.ports,
      store: desk.store,
      people: desk.people,
      documents: { parse: async (source, path) => parse(source, path) },
      classOf: () => null,
      redactText: (text) => text.replaceAll("SECRET", "•••"),
      notify: {
        changed: (launch) => void news.push(launch),
        refused: (who, what) => void refused.push(`${who.actor.op_id}: ${what}`),
      },
      ...more,
      ...again,
    });
  const close = desk.close;
  const bench: Bench = Object.assign(desk, {
    launches: make(),
    refused,
    news,
    write(name: string, text: string) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    // Made rather than signed in: a session costs a third of a second of scrypt, and is not what is tested here.
    async who(id: string): Promise<Who> {
      const person = desk.people.operator(id);
      if (person === null) return desk.people.who("nobody's door");
      const actor = { op_id: id, name: person.name, role: person.roles[0] ?? "", session: `session of ${id}`, on_behalf_of: "" };
      return { actor, roles: person.roles, title: person.title, isAuthenticated: true };
    },
    async launch(text: string, facts: Record<string, unknown> = {}) {
      const checklist = bench.write("list.md", text);
      const by = desk.people.isSolo() ? "dana" : "jon";
      const made = must(await bench.launches.create(await bench.who(by), { facts: { name: "v1.0-rc1", ...facts } as never, checklist }));
      return made.header.launch;
    },
    // Held against the protocol each time: what the window gets is what was promised.
    view: async (launch: LaunchId) => LaunchView.parse(must(await bench.launches.get(launch)).view),
    events(launch: LaunchId, type?: string) {
      const log = desk.store.logs().find((one) => one.genesis["launch"] === launch)!.log;
      return desk.store.events(log).filter((event) => type === undefined || event.body.type === type);
    },
    async sign(launch: LaunchId, id: string, kind: string, subject: string, more: SignMore = {}) {
      const who = await bench.who(id);
      const { role, meaning = "approved", onBehalfOf, reason, between } = more;
      const prepared = await bench.launches.prepare(who, {
        launch,
        subject: { kind: kind as never, id: subject },
        meaning: meaning as never,
        ...(role === undefined ? {} : { role }),
      });
      if (!prepared.ok) return prepared;
      await between?.();
      return bench.launches.sign(who, id, {
        ticket: prepared.value.ticket,
        ...credentials(id),
        ...(onBehalfOf === undefined ? {} : { onBehalfOf: as(onBehalfOf) }),
        ...(reason === undefined ? {} : { reason }),
      });
    },
    reopen(again?: Partial<LaunchDeps>) {
      bench.launches.close();
      bench.launches = make(again);
    },
    close() {
      bench.launches.close();
      close();
      rmSync(folder, { recursive: true, force: true });
    },
  });
  return bench;
}

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}
export const codeOf = (result: Result<unknown>): string => (result.ok ? "ok" : result.error.code);
export const saysOf = (result: Result<unknown>): string => (result.ok ? "" : result.error.message);
export { as, credentials, passwordOf };
export const base64 = (text: string): string => Buffer.from(text).toString("base64");
