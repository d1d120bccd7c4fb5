import { EventEmitter } from "node:events";
import type { MessagePortMain, UtilityProcess } from "electron";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ok } from "../engine/protocol/index.ts";
import type { ConnectionState, FromEngine, ToEngine } from "./channels.ts";
import { type EngineHost, startEngineHost } from "./engine-host.ts";
import { failClosed } from "./fail-closed.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Child = { emitter: EventEmitter; sent: ToEngine[]; say(message: FromEngine): void; die(): void };

function host(): { engine: EngineHost; children: Child[]; events: [string, unknown][]; states: ConnectionState[] } {
  const children: Child[] = [];
  const events: [string, unknown][] = [];
  const states: ConnectionState[] = [];
  const engine = startEngineHost({
    fork: () => {
      const emitter = new EventEmitter();
      const sent: ToEngine[] = [];
      children.push({ emitter, sent, say: (message) => emitter.emit("message", message), die: () => emitter.emit("exit", 137) });
      return failClosed<UtilityProcess>("utilityProcess", {
        on: emitter.on.bind(emitter) as unknown as UtilityProcess["on"],
        once: emitter.once.bind(emitter) as unknown as UtilityProcess["once"],
        postMessage: ((message: ToEngine) => sent.push(message)) as UtilityProcess["postMessage"],
        kill: () => true,
      });
    },
    createChannel: () => ({ port1: failClosed<MessagePortMain>("port1", {}), port2: failClosed<MessagePortMain>("port2", {}) }),
    onEvent: (event, payload) => events.push([event, payload]),
    onConnection: (state) => states.push(state),
  });
  return { engine, children, events, states };
}

it("holds calls until the engine is ready and matches each answer to its call", async () => {
  const { engine, children } = host();
  const first = engine.call("app.snapshot", {});
  const second = engine.call("record.logs", {});
  expect(children[0]!.sent).toEqual([]);
  children[0]!.say({ kind: "ready" });
  expect(children[0]!.sent.map((message) => message.kind)).toEqual(["call", "call"]);
  children[0]!.say({ kind: "result", id: 2, result: ok("second") });
  children[0]!.say({ kind: "result", id: 1, result: ok("first") });
  expect(await Promise.all([first, second])).toEqual([ok("first"), ok("second")]);
});

it("restarts an engine that died, tells the window, and never says that a lost call was done", async () => {
  const { engine, children, states } = host();
  children[0]!.say({ kind: "ready" });
  const lost = engine.call("run.step", {});
  children[0]!.die();
  expect(await lost).toMatchObject({ ok: false, error: { code: "busy" } });
  expect(states.at(-1)?.state).toBe("restarting");
  await vi.advanceTimersByTimeAsync(250);
  expect(children).toHaveLength(2);
  children[1]!.say({ kind: "ready" });
  expect(states.at(-1)?.state).toBe("online");
  const again = engine.call("app.snapshot", {});
  const id = (children[1]!.sent[0] as { id: number }).id;
  children[1]!.say({ kind: "result", id, result: ok(1) });
  expect(await again).toEqual(ok(1));
});

it("gives up after five deaths in a row, and at once when the engine said why it cannot start", async () => {
  const dying = host();
  for (let death = 0; death < 5; death++) {
    dying.children.at(-1)!.die();
    await vi.advanceTimersByTimeAsync(10_000);
  }
  expect(dying.children).toHaveLength(5);
  expect(dying.states.at(-1)?.state).toBe("failed");

  const refused = host();
  refused.children[0]!.say({ kind: "failed", message: "the database is newer than this Holdpoint" });
  refused.children[0]!.die();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(refused.children).toHaveLength(1);
  expect(refused.states.at(-1)).toEqual({ state: "failed", message: "the database is newer than this Holdpoint" });
  expect(await refused.engine.call("app.snapshot", {})).toMatchObject({ ok: false, error: { code: "internal" } });
});

it("opens no terminal while the engine is away", () => {
  const { engine, children } = host();
  expect(engine.openTerminal("t")).toBeNull();
  children[0]!.say({ kind: "ready" });
  expect(engine.openTerminal("t")).not.toBeNull();
  expect(children[0]!.sent).toEqual([{ kind: "terminal", terminal: "t" }]);
  children[0]!.die();
  expect(engine.openTerminal("t")).toBeNull();
});

it("waits for the engine's last checkpoint when it closes, but not for ever", async () => {
  const { engine, children } = host();
  children[0]!.say({ kind: "ready" });
  let isClosed = false;
  void engine.close(5000).then(() => (isClosed = true));
  await vi.advanceTimersByTimeAsync(0);
  expect(isClosed).toBe(false);
  children[0]!.say({ kind: "closed" });
  await vi.advanceTimersByTimeAsync(0);
  expect(isClosed).toBe(true);

  const hanging = host();
  hanging.children[0]!.say({ kind: "ready" });
  let gaveUp = false;
  void hanging.engine.close(5000).then(() => (gaveUp = true));
  await vi.advanceTimersByTimeAsync(5000);
  expect(gaveUp).toBe(true);
});
