import { describe, expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";
import type { ConnectionState } from "./types.ts";
import { createWebBridge, type WebPorts } from "./web.ts";

/** A socket that does nothing by itself: the test opens, answers and closes it. */
class Socket {
  readonly OPEN = 1;
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  send(text: string): void {
    if (this.readyState !== 1) throw new Error("sent on a socket that is not open");
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

/** A host under the test's hand: time stands until `tick`. */
function host({ admits = true as boolean | "down", token = null as string | null } = {}) {
  const sockets: Socket[] = [];
  const timers: { callback: () => void; ms: number; isOver: boolean }[] = [];
  const admitted: (string | null)[] = [];
  const state = { admits };
  const ports: WebPorts = {
    open: (path) => {
      const socket = new Socket(path);
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    admit: async (given) => {
      admitted.push(given);
      if (state.admits === "down") throw new Error("nobody answers");
      return state.admits;
    },
    takeToken: () => {
      const taken = token;
      token = null;
      return taken;
    },
    later: (callback, ms) => {
      const timer = { callback, ms, isOver: false };
      timers.push(timer);
      return () => {
        timer.isOver = true;
      };
    },
    random: () => 0.5,
    now: () => 1_000_000,
  };
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return {
    ports,
    sockets,
    state,
    admitted,
    settled,
    /** Fires what is due within `ms`, once each. */
    tick: async (ms: number): Promise<void> => {
      for (const timer of [...timers])
        if (!timer.isOver && timer.ms <= ms) {
          timer.isOver = true;
          timer.callback();
        }
      await settled();
    },
  };
}

async function connected() {
  const at = host();
  const bridge = createWebBridge(at.ports);
  const states: ConnectionState["state"][] = [];
  bridge.onConnection(({ state }) => states.push(state));
  await at.settled();
  at.sockets[0]!.open();
  return { ...at, bridge, states, socket: at.sockets[0]! };
}

describe("the bridge over the web host", () => {
  it("trades the token of the link once, then asks by cookie alone", async () => {
    const at = host({ token: "t0ken" });
    createWebBridge(at.ports);
    await at.settled();
    at.sockets[0]!.open();
    at.sockets[0]!.close();
    await at.tick(10_000);
    expect(at.admitted).toEqual(["t0ken", null]);
  });

  it("keeps calls made before the first connection, and sends them in order", async () => {
    const at = host();
    const bridge = createWebBridge(at.ports);
    const first = bridge.call("app.snapshot", {});
    void bridge.call("record.logs", {});
    await at.settled();
    at.sockets[0]!.open();
    expect(at.sockets[0]!.sent.map((text) => JSON.parse(text).method)).toEqual(["app.snapshot", "record.logs"]);
    at.sockets[0]!.say({ id: 1, result: { ok: true, value: "snapshot" } });
    expect(await first).toEqual({ ok: true, value: "snapshot" });
  });

  it("gives each answer to its own call, in whatever order they come", async () => {
    const { bridge, socket } = await connected();
    const one = bridge.call("record.logs", {});
    const two = bridge.call("cluster.contexts", {});
    socket.say({ id: 2, result: { ok: true, value: "two" } });
    socket.say({ id: 1, result: { ok: false, error: { code: "locked", message: "locked" } } });
    expect(await two).toEqual({ ok: true, value: "two" });
    expect(await one).toMatchObject({ ok: false, error: { code: "locked" } });
  });

  it("fails open calls when the connection is lost, and says that their fate is unknown", async () => {
    const { bridge, socket } = await connected();
    const call = bridge.call("record.logs", {});
    socket.close();
    expect(await call).toMatchObject({ ok: false, error: { code: "disconnected", message: expect.stringContaining("not known") } });
  });

  it("never sends an act later that was made while disconnected", async () => {
    const { bridge, socket, sockets, tick } = await connected();
    socket.close();
    expect(await bridge.call("people.lock", {})).toMatchObject({ ok: false, error: { code: "disconnected" } });
    await tick(10_000);
    sockets[1]!.open();
    expect(sockets[1]!.sent).toEqual([]);
  });

  it("tells its watchers online, lost and online again", async () => {
    const { states, socket, sockets, tick } = await connected();
    socket.close();
    await tick(10_000);
    sockets[1]!.open();
    expect(states).toEqual(["connecting", "online", "lost", "online"]);
  });

  it("stops asking when it is refused, until a person tries again", async () => {
    const at = host({ admits: false });
    const bridge = createWebBridge(at.ports);
    let now = "";
    bridge.onConnection(({ state }) => {
      now = state;
    });
    await at.settled();
    expect(now).toBe("refused");
    await at.tick(60_000);
    expect(at.admitted).toHaveLength(1);
    at.state.admits = true;
    bridge.retryNow();
    await at.settled();
    at.sockets[0]!.open();
    expect(now).toBe("online");
  });

  it("goes on trying while nobody answers", async () => {
    const at = host({ admits: "down" });
    createWebBridge(at.ports);
    await at.settled();
    for (let turn = 0; turn < 4; turn += 1) await at.tick(10_000);
    expect(at.admitted.length).toBeGreaterThanOrEqual(5);
    expect(at.sockets).toHaveLength(0);
  });

  it("hands events to those who listen, and to nobody after they stopped", async () => {
    const { bridge, socket } = await connected();
    const heard: unknown[] = [];
    const stop = bridge.subscribe("app.changed", (payload) => heard.push(payload));
    socket.say({ event: "app.changed", payload: { what: "settings" } });
    stop();
    socket.say({ event: "app.changed", payload: { what: "logs" } });
    expect(heard).toEqual([{ what: "settings" }]);
  });

  it("survives frames that are not JSON", async () => {
    const { bridge, socket } = await connected();
    socket.onmessage?.({ data: "{" });
    const call = bridge.call("record.logs", {});
    socket.say({ id: 1, result: { ok: true, value: [] } });
    expect(await call).toMatchObject({ ok: true });
  });

  it("attaches terminals again after a reconnect, and drops what is typed in between", async () => {
    const { bridge, socket, sockets, tick } = await connected();
    const heard: unknown[] = [];
    const terminal = bridge.connectTerminal("run 1/main", (message) => heard.push(message));
    expect(sockets[1]!.path).toBe("/api/terminal/run%201%2Fmain");
    sockets[1]!.open();
    terminal.send({ type: "input", data: "a" });
    sockets[1]!.close();
    socket.close();
    terminal.send({ type: "input", data: "lost" });
    await tick(10_000);
    sockets[2]!.open();
    const again = sockets.slice(3).find((one) => one.path.startsWith("/api/terminal/"))!;
    again.open();
    again.say({ type: "data", data: "b" });
    expect(again.sent).toEqual([]);
    expect(sockets[1]!.sent).toHaveLength(1);
    expect(heard).toEqual([{ type: "data", data: "b" }]);
  });

  it("does not attach a terminal again that was closed", async () => {
    const { bridge, socket, sockets, tick } = await connected();
    bridge.connectTerminal("t", () => {}).close();
    socket.close();
    await tick(10_000);
    sockets.at(-1)!.open();
    await tick(10_000);
    expect(sockets.filter((one) => one.path.startsWith("/api/terminal/"))).toHaveLength(1);
  });
});

describe("waiting before the next attempt", () => {
  it("begins at once, doubles, and has a longest wait", () => {
    expect([1, 2, 3, 4, 5, 9, 50].map((attempt) => backoffMs(attempt, 0.5))).toEqual([0, 150, 300, 600, 1200, 5000, 5000]);
  });
  it("spreads several windows by a quarter either way", () => {
    expect([backoffMs(9, 0), backoffMs(9, 1)]).toEqual([3750, 6250]);
  });
});
