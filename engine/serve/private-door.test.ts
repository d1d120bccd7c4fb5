import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ok } from "../protocol/index.ts";
import { type SmallEngine, smallEngine, until } from "./in-test.ts";
import { addressNote, privateAddress } from "./private-address.ts";
import { connectToRunning } from "./private-client.ts";
import { LINK_METHOD, openPrivateDoor, type PrivateDoor } from "./private-door.ts";

let folder: string;
let engine: SmallEngine;
const doors: PrivateDoor[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-door-"));
  engine = smallEngine({ "record.logs": () => ok([]), "people.signOut": () => ok(null) });
});
afterEach(async () => {
  await Promise.all(doors.splice(0).map((door) => door.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function open(runtimeDir = join(folder, "run"), link: (() => string) | null = null): Promise<PrivateDoor> {
  const opened = await openPrivateDoor({ engine, home: folder, runtimeDir, door: "serve", link });
  if (!opened.ok) throw new Error(opened.error.message);
  doors.push(opened.value);
  return opened.value;
}

it("lets a command of the same user call the running engine and hear its events", async () => {
  const door = await open();
  expect([statSync(door.address).mode & 0o777, statSync(join(folder, "run")).mode & 0o777]).toEqual([0o600, 0o700]);
  const running = (await connectToRunning(join(folder, "run"), folder))!;
  expect(running.greeting).toMatchObject({ home: folder, door: "serve", pid: process.pid });
  const events: unknown[] = [];
  running.subscribe((event, payload) => events.push([event, payload]));
  expect(await running.call("record.logs", {})).toEqual({ ok: true, value: [] });
  expect(await running.call("no.such", {})).toMatchObject({ error: { code: "unknown-method" } });
  engine.emit("app.changed", { what: "logs" });
  await until("the event", () => events.length === 1);
  expect(engine.calls[0]?.caller.door).toBe("command-line");
  running.close();
  // Signed out with its connection, so that the next command is nobody until it says who it is.
  await until("signed out", () => engine.calls.some((call) => call.method === "people.signOut"));
});

it("finds nobody where nobody listens, also behind a socket file that a killed process left", async () => {
  expect(await connectToRunning(join(folder, "run"), folder)).toBeNull();
  mkdirSync(join(folder, "run"), { mode: 0o700 });
  writeFileSync(privateAddress(join(folder, "run")), "");
  expect(await connectToRunning(join(folder, "run"), folder)).toBeNull();
  await open();
  expect(await connectToRunning(join(folder, "run"), folder)).not.toBeNull();
});

it("finds nobody by a note that a full disk left empty, and opens all the same where no note can be written", async () => {
  writeFileSync(addressNote(folder), "");
  expect(await connectToRunning(join(folder, "run"), folder)).toBeNull();
  rmSync(addressNote(folder));
  const reports: string[] = [];
  const runtimeDir = join(folder, "run");
  const opened = await openPrivateDoor({
    engine,
    home: join(folder, "gone"),
    runtimeDir,
    door: "serve",
    link: null,
    report: (line) => void reports.push(line),
  });
  if (!opened.ok) throw new Error(opened.error.message);
  doors.push(opened.value);
  expect(reports.join()).toMatch(/engine\.address could not be written.*Free space/);
  expect(await connectToRunning(runtimeDir, join(folder, "gone"))).not.toBeNull();
});

it("stays below the length that a socket's path may have", async () => {
  const deep = join(folder, "x".repeat(90), "y".repeat(90));
  const address = privateAddress(deep);
  expect(Buffer.byteLength(address)).toBeLessThanOrEqual(103);
  expect(address).not.toBe(privateAddress(`${deep}z`));
  await open(deep);
  const running = await connectToRunning(deep, folder);
  expect(running?.greeting.pid).toBe(process.pid);
  running?.close();
  rmSync(join(address, ".."), { recursive: true, force: true });
});

it("opens in no folder that others may enter", async () => {
  mkdirSync(join(folder, "run"), { mode: 0o755 });
  const opened = await openPrivateDoor({ engine, home: folder, runtimeDir: join(folder, "run"), door: "serve", link: null });
  expect(opened).toMatchObject({ ok: false, error: { code: "forbidden" } });
});

it("hands out a link of the process's web host, and says when there is none", async () => {
  await open(join(folder, "a"), () => "http://127.0.0.1:1/enter#token=t");
  const one = (await connectToRunning(join(folder, "a"), folder))!;
  expect(await one.call(LINK_METHOD, {})).toEqual({ ok: true, value: { url: "http://127.0.0.1:1/enter#token=t" } });
  expect(await one.call(LINK_METHOD, { open: 5 })).toMatchObject({ error: { code: "invalid-params" } });
  one.close();
  await open(join(folder, "b"));
  const two = (await connectToRunning(join(folder, "b"), folder))!;
  expect(await two.call(LINK_METHOD, {})).toMatchObject({ error: { code: "not-found" } });
  two.close();
});

it("answers a command that waits when the engine goes away", async () => {
  engine = smallEngine({ "record.logs": () => new Promise(() => {}), "people.signOut": () => ok(null) });
  const door = await open();
  const running = (await connectToRunning(join(folder, "run"), folder))!;
  let isGone = false;
  running.onGone(() => {
    isGone = true;
  });
  const call = running.call("record.logs", {});
  await until("the call arrived", () => engine.calls.length === 1);
  await door.close();
  expect(await call).toMatchObject({ ok: false, error: { code: "internal" } });
  expect(isGone).toBe(true);
});

it("answers junk with a code and goes on", async () => {
  const door = await open();
  const socket = connect(door.address);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  socket.write('junk\n{"id":5}\n{"id":6,"method":"record.logs","params":{}}\n');
  await until("three answers and the greeting", () => text.split("\n").length === 5);
  const lines = text
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as { id: number | null; result: { ok: boolean } });
  expect(lines.map((line) => [line.id, line.result.ok])).toEqual([
    [null, false],
    [5, false],
    [6, true],
  ]);
  socket.destroy();
});

it("is found by a command whose session has another runtime directory, through a note in the data directory", async () => {
  const door = await open();
  const elsewhere = join(folder, "other-session");
  const running = await connectToRunning(elsewhere, folder);
  expect(running?.greeting.pid).toBe(process.pid);
  running?.close();
  await door.close();
  expect(await connectToRunning(elsewhere, folder)).toBeNull();
  writeFileSync(addressNote(folder), join(folder, "stale.sock"));
  expect(await connectToRunning(elsewhere, folder)).toBeNull();
});

it("lets nobody else in while it drains, and waits for the command that uses the engine", async () => {
  const door = await open();
  const running = (await connectToRunning(join(folder, "run"), folder))!;
  let isDrained = false;
  const drained = door.drain().then(() => {
    isDrained = true;
  });
  expect(await connectToRunning(join(folder, "run"), folder)).toBeNull();
  expect(await running.call("record.logs", {})).toMatchObject({ ok: true });
  expect([isDrained, door.guests()]).toEqual([false, 1]);
  running.close();
  await drained;
});
