import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fail, ok } from "../protocol/index.ts";
import { type HostOptions, type LocalHost, startLocalHost } from "./host.ts";
import { enter, openSocket, type SmallEngine, smallEngine, until, upgradeStatus } from "./in-test.ts";

let engine: SmallEngine;
let host: LocalHost;
let cookie: string;
const heard: string[] = [];

async function start(options: Partial<HostOptions> = {}): Promise<void> {
  const started = await startLocalHost({ engine, root: "/nonexistent", report: (line) => heard.push(line), ...options });
  if (!started.ok) throw new Error(started.error.message);
  host = started.value;
  cookie = await enter(host);
}
beforeEach(() => {
  heard.length = 0;
  engine = smallEngine({ "record.logs": () => ok([]), "people.stir": () => ok(null), "run.hold": () => ok({}) });
});
afterEach(async () => host.close());

describe("the socket for calls", () => {
  it("answers each call by its id, and pushes events", async () => {
    await start();
    const { socket, frames } = await openSocket(host, "/api/socket", cookie);
    socket.send(JSON.stringify({ id: 7, method: "record.logs", params: {} }));
    await until("an answer", () => frames.length === 1);
    expect(frames[0]).toEqual({ id: 7, result: { ok: true, value: [] } });
    expect(engine.calls[0]?.caller).toMatchObject({ door: "window", isReadOnly: false });
    expect(cookie).not.toContain(engine.calls[0]?.caller.id);
    engine.emit("app.changed", { what: "logs" });
    await until("an event", () => frames.length === 2);
    expect(frames[1]).toEqual({ event: "app.changed", payload: { what: "logs" } });
  });

  it("names the mistake with a code for every malformed frame, and stays open", async () => {
    await start();
    const { socket, frames } = await openSocket(host, "/api/socket", cookie);
    const junk = [
      "",
      "{",
      "null",
      "[]",
      "5",
      '"x"',
      "{}",
      '{"id":"1","method":"record.logs","params":{}}',
      '{"id":1.5,"method":"record.logs"}',
    ];
    const named = ['{"id":3}', '{"id":3,"method":5,"params":{}}', '{"id":3,"method":"record.logs","params":{},"extra":1}'];
    for (const frame of [...junk, ...named]) socket.send(frame);
    await until("all answers", () => frames.length === junk.length + named.length);
    for (const frame of frames) expect(frame).toMatchObject({ result: { ok: false, error: { code: "invalid-params" } } });
    expect(frames.slice(junk.length).map((frame) => frame["id"])).toEqual([3, 3, 3]);
    for (const method of ["nothing.here", "__proto__", "constructor", "toString", ""])
      socket.send(JSON.stringify({ id: 4, method, params: {} }));
    await until("five more", () => frames.length === junk.length + named.length + 5);
    for (const frame of frames.slice(-5)) expect(frame).toMatchObject({ id: 4, result: { error: { code: "unknown-method" } } });
    expect(engine.calls).toEqual([]);
  });

  it("tells a window of a bug behind the door only that there is one", async () => {
    await start();
    const { socket, frames } = await openSocket(host, "/api/socket", cookie);
    socket.send(JSON.stringify({ id: 1, method: "run.get", params: {} }));
    await until("an answer", () => frames.length === 1);
    expect(frames[0]).toMatchObject({ result: { error: { code: "internal" } } });
    expect(JSON.stringify(frames[0])).not.toContain("unplanned");
    expect(heard.join()).toContain("unplanned call of run.get");
  });

  it("closes on frames that are too long or not text", async () => {
    await start({ limits: { callBytes: 2000 } });
    const long = await openSocket(host, "/api/socket", cookie);
    long.socket.send("x".repeat(3000));
    expect((await long.closed).code).toBe(1009);
    const binary = await openSocket(host, "/api/socket", cookie);
    binary.socket.send(Buffer.from("{}"));
    expect((await binary.closed).code).toBe(4000);
  });

  it("refuses more calls at once than a window needs", async () => {
    let release: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    engine = smallEngine({ "record.logs": () => held.then(() => ok([])) });
    await start({ limits: { callsAtOnce: 2 } });
    const { socket, frames } = await openSocket(host, "/api/socket", cookie);
    for (const id of [1, 2, 3]) socket.send(JSON.stringify({ id, method: "record.logs", params: {} }));
    await until("the third refused", () => frames.length === 1);
    expect(frames[0]).toMatchObject({ id: 3, result: { error: { code: "busy" } } });
    release();
    await until("the others answered", () => frames.length === 3);
  });

  it("cuts off a window that does not read, and lets go of it", async () => {
    await start({ limits: { waitingBytes: 100_000 } });
    const closed = await new Promise<number>((resolve) => {
      const raw = connect(host.port, "127.0.0.1", () => {
        raw.write(
          `GET /api/socket HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nOrigin: ${host.origin}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\n` +
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        );
      });
      raw.once("data", async () => {
        raw.pause(); // from here on nothing is read
        const title = "x".repeat(100_000);
        let sent = 0;
        while (host.windows() === 1 && sent < 1000) {
          engine.emit("run.alarm", { run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV" as never, step: null, severity: "warn", title, detail: "" });
          sent += 1;
          await new Promise((next) => setImmediate(next));
        }
        resolve(host.windows());
        raw.destroy();
      });
    });
    expect(closed).toBe(0);
  });

  it("lets a read-only window look and change nothing", async () => {
    await start({ isReadOnly: true });
    const { socket, frames } = await openSocket(host, "/api/socket", cookie);
    socket.send(JSON.stringify({ id: 1, method: "record.logs", params: {} }));
    socket.send(JSON.stringify({ id: 2, method: "run.hold", params: {} }));
    await until("both answers", () => frames.length === 2);
    expect(frames.find((frame) => frame["id"] === 1)).toMatchObject({ result: { ok: true } });
    expect(frames.find((frame) => frame["id"] === 2)).toMatchObject({ result: { error: { code: "read-only" } } });
    expect(engine.calls.map((call) => call.method)).toEqual(["record.logs"]);
    const terminal = await openSocket(host, "/api/terminal/run-1%2Fmain", cookie);
    terminal.socket.send('{"type":"input","data":"rm -rf /\\r"}');
    terminal.socket.send('{"type":"ack","chars":1}');
    await until("the acknowledgement", () => engine.received.length > 0);
    expect(engine.received).toEqual([{ type: "ack", chars: 1 }]);
  });

  it("counts wrong passwords and then asks to wait", async () => {
    engine = smallEngine({ "people.signIn": () => fail("wrong-password", "no") });
    await start();
    const { socket, frames } = await openSocket(host, "/api/socket", cookie);
    for (let id = 0; id < 12; id += 1) {
      socket.send(JSON.stringify({ id, method: "people.signIn", params: { id: "dana", password: "x" } }));
      await until("an answer", () => frames.length === id + 1);
    }
    const codes = frames.map((frame) => (frame["result"] as { error: { code: string } }).error.code);
    expect(codes).toEqual([...Array(10).fill("wrong-password"), "busy", "busy"]);
    expect(engine.calls.length).toBe(10);
  });
});

describe("a terminal's socket", () => {
  it("carries frames both ways and detaches when the window goes", async () => {
    await start();
    const { socket, frames } = await openSocket(host, "/api/terminal/run-1%2Fmain", cookie);
    engine.feed({ type: "screen", data: "hello", cols: 80, rows: 24 });
    await until("the screen", () => frames.length === 1);
    socket.send('{"type":"resize","cols":100,"rows":30}');
    await until("the size", () => engine.received.length === 1);
    socket.terminate();
    await until("detached", () => engine.detached === 1);
    expect(host.windows()).toBe(0);
  });

  it("names a terminal that does not exist, and closes", async () => {
    await start();
    const { frames, closed } = await openSocket(host, "/api/terminal/nothing", cookie);
    expect(await closed).toEqual({ code: 4003, reason: "not-found" });
    expect(frames).toEqual([{ type: "closed", reason: "There is no terminal nothing." }]);
    expect(await upgradeStatus(host, "/api/terminal/", { Origin: host.origin, Cookie: cookie })).toBe(404);
    expect(await upgradeStatus(host, "/api/terminal/%E0%A4%A", { Origin: host.origin, Cookie: cookie })).toBe(400);
    expect(await upgradeStatus(host, "/api/other", { Origin: host.origin, Cookie: cookie })).toBe(404);
  });

  it("closes on junk and detaches", async () => {
    await start();
    const { socket, closed } = await openSocket(host, "/api/terminal/run-1%2Fmain", cookie);
    socket.send("not json");
    expect((await closed).code).toBe(4000);
    await until("detached", () => engine.detached === 1);
  });

  it("says that the host is stopping", async () => {
    await start();
    const { closed } = await openSocket(host, "/api/socket", cookie);
    await host.close();
    expect([1001, 1006]).toContain((await closed).code);
  });
});
