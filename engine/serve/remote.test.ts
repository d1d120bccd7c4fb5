import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { fail, ok } from "../protocol/index.ts";
import { type LocalHost, startLocalHost } from "./host.ts";
import { smallEngine, tokenOf, until } from "./in-test.ts";

/** Not loopback to the host, and yet reached through 127.0.0.1 by this test. */
const BEYOND = "0.0.0.0";

let folder: string;
let host: LocalHost;
let cookie: string;
const engine = smallEngine({
  "app.snapshot": () => ok({ home: "/secret/home", contexts: [1], logs: [2], folders: [3], osUser: "dana", hasOperators: true }),
  "people.signIn": (params) => ((params as { password: string }).password === "right" ? ok({}) : fail("wrong-password", "no")),
  "people.signOut": () => ok(null),
  "record.logs": () => ok(["the logs"]),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hp-tls-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      cert,
      "-subj",
      "/CN=holdpoint",
      "-addext",
      "subjectAltName=DNS:night.example,IP:127.0.0.1",
      "-days",
      "2",
    ],
    { stdio: "ignore" },
  );
  const started = await startLocalHost({
    engine,
    root: folder,
    address: BEYOND,
    tls: { key: readFileSync(key), cert: readFileSync(cert) },
  });
  if (!started.ok) throw new Error(started.error.message);
  host = started.value;
  const answer = await new Promise<{ status: number; cookie: string }>((resolve, reject) => {
    const headers = { Host: `night.example:${host.port}`, Origin: host.origin, "Content-Type": "application/json" };
    const sent = request(
      { host: "127.0.0.1", port: host.port, path: "/api/session", method: "POST", rejectUnauthorized: false, headers },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, cookie: response.headers["set-cookie"]?.[0] ?? "" });
      },
    );
    sent.on("error", reject);
    sent.end(JSON.stringify({ token: tokenOf(host.link()) }));
  });
  expect(answer.status).toBe(200);
  expect(host.origin).toBe(`https://night.example:${host.port}`);
  expect(answer.cookie).toContain("; Secure");
  cookie = answer.cookie.split(";")[0] ?? "";
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(path: string): WebSocket & { frames: Record<string, unknown>[] } {
  const headers = { Cookie: cookie, Origin: host.origin, Host: `night.example:${host.port}` };
  const socket = Object.assign(new WebSocket(`wss://127.0.0.1:${host.port}${path}`, { headers, rejectUnauthorized: false }), {
    frames: [] as Record<string, unknown>[],
  });
  socket.on("message", (data) => socket.frames.push(JSON.parse(String(data)) as Record<string, unknown>));
  return socket;
}

it("answers only to the names of its certificate", async () => {
  for (const [name, status] of [
    ["night.example", 401],
    ["127.0.0.1", 401],
    ["0.0.0.0", 421],
    ["evil.example", 421],
  ] as const) {
    const got = await new Promise<number>((resolve, reject) => {
      const sent = request(
        { host: "127.0.0.1", port: host.port, path: "/", rejectUnauthorized: false, headers: { Host: `${name}:${host.port}` } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      sent.on("error", reject);
      sent.end();
    });
    expect(got, name).toBe(status);
  }
});

it("beyond loopback shows nothing of the work until an operator has signed in", async () => {
  const socket = open("/api/socket");
  await until("open", () => socket.readyState === socket.OPEN);
  const ask = async (method: string, params: unknown = {}) => {
    const id = socket.frames.length + 1;
    socket.send(JSON.stringify({ id, method, params }));
    await until(`an answer to ${method}`, () => socket.frames.length === id);
    return socket.frames[id - 1]?.["result"];
  };
  expect(await ask("record.logs")).toMatchObject({ error: { code: "not-signed-in" } });
  expect(await ask("app.snapshot")).toEqual({
    ok: true,
    value: { home: "", contexts: [], logs: [], folders: [], osUser: "", activeRun: null, recordProblem: null, hasOperators: true },
  });
  expect(await ask("people.signIn", { id: "dana", password: "wrong" })).toMatchObject({ error: { code: "wrong-password" } });
  const terminal = open("/api/terminal/run-1%2Fmain");
  const refused = await new Promise<number>((resolve) => terminal.on("close", resolve));
  expect(refused).toBe(4003);
  engine.emit("app.changed", { what: "logs" }); // must not reach a window of nobody: the next frame is the answer below
  expect(await ask("people.signIn", { id: "dana", password: "right" })).toMatchObject({ ok: true });
  expect(await ask("record.logs")).toEqual({ ok: true, value: ["the logs"] });
  expect(await ask("people.signOut")).toMatchObject({ ok: true });
  expect(await ask("record.logs")).toMatchObject({ error: { code: "not-signed-in" } });
  socket.terminate();
});
