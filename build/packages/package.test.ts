// The archive as far as it can be proved without a runtime: contents, what lies outside it, fuses, and the engine's bundle in plain Node.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRawHeader, listPackage } from "@electron/asar";
import { afterAll, beforeAll, expect, it } from "vitest";
import { wrongFuses } from "./config.ts";

const root = join(import.meta.dirname, "..", "..");
const out = mkdtempSync(join(tmpdir(), "holdpoint-package-"));
const app = join(out, "linux-unpacked");
const resources = join(app, "resources");

beforeAll(() => {
  if (!existsSync(join(root, "dist", "electron", "main.mjs")))
    execFileSync(process.execPath, [join(root, "build", "bundle.ts")], { cwd: root });
  execFileSync(process.execPath, [join(root, "build", "package.ts"), "--stand-in", "--built", "--out", out], { cwd: root, stdio: "pipe" });
});
afterAll(() => rmSync(out, { recursive: true, force: true }));

it("holds the bundles, the window and of node_modules only the two native packages", () => {
  const files = listPackage(join(resources, "app.asar"), { isPack: false }).map((path) => path.replaceAll("\\", "/"));
  for (const file of [
    "/dist/electron/main.mjs",
    "/dist/electron/preload.cjs",
    "/dist/electron/engine-process.mjs",
    "/dist/electron/document-worker.mjs",
    "/dist/electron/verify-worker.mjs",
    "/dist/electron/report-worker.mjs",
    "/dist/electron/fonts/text.ttf",
    "/dist/renderer/index.html",
    "/package.json",
  ]) {
    expect(files, file).toContain(file);
  }
  const packages = new Set(
    files
      .filter((file) => file.startsWith("/node_modules/"))
      .map((file) =>
        file
          .split("/")
          .slice(2, file.includes("@") ? 4 : 3)
          .join("/"),
      ),
  );
  expect([...packages].filter((name) => name !== "@lydell" && name !== "better-sqlite3" && !name.startsWith("@lydell/node-pty"))).toEqual(
    [],
  );
  expect(files.filter((file) => file.endsWith(".ts") || file.endsWith(".map"))).toEqual([]);
});

it("keeps native modules and runbooks as real files outside the archive", () => {
  const unpacked = join(resources, "app.asar.unpacked", "node_modules");
  expect(readdirSync(join(unpacked, "better-sqlite3", "prebuilds")).some((file) => file.endsWith(".node"))).toBe(true);
  expect(readdirSync(join(unpacked, "@lydell")).some((name) => name.startsWith("node-pty-"))).toBe(true);
  expect(existsSync(join(resources, "runbooks", "practice.md"))).toBe(true);
  const { header } = getRawHeader(join(resources, "app.asar"));
  expect(JSON.stringify(header)).toContain('"integrity"');
});

it("has every fuse as wanted, and the check finds a fuse that is not", async () => {
  expect(await wrongFuses(join(app, "holdpoint"))).toEqual([]);
  const open = join(out, "open");
  writeFileSync(open, Buffer.concat([Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX"), Buffer.from([1, 8]), Buffer.alloc(8, 0x31)]));
  expect(await wrongFuses(open)).toEqual(["RunAsNode", "EnableNodeOptionsEnvironmentVariable", "EnableNodeCliInspectArguments"]);
});

it("starts the engine's bundle in plain Node and answers through the parent port", async () => {
  const home = join(out, "home");
  // Stands in for Electron's parent port with Node's own channel to a child.
  const port = join(out, "port.mjs");
  writeFileSync(
    port,
    'process.parentPort = { on: (event, listener) => event === "message" && process.on("message", (data) => listener({ data, ports: [] })), postMessage: (message) => process.send(message) };',
  );
  const child = spawn(process.execPath, ["--import", port, join(root, "dist", "electron", "engine-process.mjs"), home, root], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const messages: { kind: string; id?: number; result?: { ok: boolean; value?: { home: string } } }[] = [];
  const hear = (kind: string) =>
    new Promise<(typeof messages)[number]>((resolve, reject) => {
      child.on("message", (message: (typeof messages)[number]) => message.kind === kind && resolve(message));
      child.once("exit", (code) => reject(new Error(`the engine's bundle ended with ${code}`)));
    });
  await hear("ready");
  child.send({ kind: "call", id: 1, method: "app.snapshot", params: {} });
  const answer = await hear("result");
  expect(answer.result).toMatchObject({ ok: true, value: { home } });
  child.send({ kind: "call", id: 2, method: "document.open", params: { path: join(root, "runbooks", "practice.md") } });
  expect((await hear("result")).result?.ok).toBe(true);
  child.send({ kind: "close" });
  await hear("closed");
  child.kill();
});
