import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Caller } from "../engine.ts";
import type { OperatorId } from "../protocol/index.ts";
import { type Bench, openBench } from "./testing.ts";

const PASSWORD = "correct horse battery";
const JON = { id: "jon" as OperatorId, name: "Jon Aas", title: "Night shift", password: "the password of jon" };
const jonsWindow: Caller = { id: "jons-window", door: "window", isReadOnly: false };
const commandLine: Caller = { id: "a-terminal", door: "command-line", isReadOnly: false };

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.remove());

describe("the roster, at the engine's door", { timeout: 120_000 }, () => {
  it("grows by an admin's act, ends SOLO, and is refused to everybody else with an event", async () => {
    const identity = { checkedBy: "Dana Mercer", how: "badge 4411, in person" };
    expect((await bench.call("app.snapshot", {})).solo).toBe(true);
    const entry = await bench.call("people.enrol", { ...JON, ...identity, roles: ["operator"], ownPassword: PASSWORD });
    expect(entry).toMatchObject({ id: "jon", enrolledBy: ["dana"], second: "no second person existed", ...identity });
    expect((await bench.call("app.snapshot", {})).solo).toBe(false);
    expect(bench.news).toContainEqual({ event: "app.changed", payload: { what: "session" } });

    await bench.call("people.signIn", { id: JON.id, password: JON.password }, jonsWindow);
    const change = { id: JON.id, roles: ["admin" as const], reason: "I would like to", ownPassword: JON.password };
    expect(await bench.ask("people.change", change, jonsWindow)).toMatchObject({ error: { code: "forbidden" } });
    expect(await bench.ask("people.change", change, commandLine)).toMatchObject({ error: { code: "not-signed-in" } });
    const { people } = await bench.call("people.roster", {}, jonsWindow);
    expect(people.map(({ id, roles }) => [id, roles])).toEqual([
      ["dana", ["lead", "operator", "admin"]],
      ["jon", ["operator"]],
    ]);
    const install = (await bench.call("record.logs", {})).find(({ kind }) => kind === "install")!.log;
    const { rows } = await bench.call("record.events", { log: install, filter: { type: "access.refused" }, offset: 0, limit: 10 });
    expect(rows.map(({ who }) => who)).toEqual(expect.arrayContaining(["Jon Aas"]));
    expect(rows).toHaveLength(2);
    expect((await bench.call("record.verify", {})).problems).toEqual([]);
  });
});
