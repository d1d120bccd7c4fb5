import { execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { prepareRuntime, runtimeDirectory } from "./runtime.ts";

let base = "";
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "hp-runtime-"));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

it("is the same for every process that names the same home, and another for another home", () => {
  const env = { XDG_RUNTIME_DIR: base };
  const home = join(base, "..", "home-a");
  expect(runtimeDirectory(home, env)).toBe(runtimeDirectory(`${home}/`, env));
  expect(runtimeDirectory(home, env)).not.toBe(runtimeDirectory(`${home}b`, env));
  expect(runtimeDirectory(home, env).startsWith(base)).toBe(true);
});

it("lies never under the data directory, even where the session's runtime directory does", () => {
  const env = { XDG_RUNTIME_DIR: join(base, "run") };
  mkdirSync(env.XDG_RUNTIME_DIR);
  expect(runtimeDirectory(base, env).startsWith(base)).toBe(false);
});

it("names the same place through a link to the home, before and after it exists", () => {
  const env = { XDG_RUNTIME_DIR: base };
  mkdirSync(join(base, "real"));
  symlinkSync(join(base, "real"), join(base, "link"));
  const before = runtimeDirectory(join(base, "link", "home"), env);
  mkdirSync(join(base, "real", "home"));
  expect(runtimeDirectory(join(base, "real", "home"), env)).toBe(before);
});

it("is private, and swept of what a killed engine left", () => {
  const path = join(base, "mine");
  mkdirSync(path);
  chmodSync(path, 0o755);
  writeFileSync(join(path, "kubeconfig"), "token: secret");
  expect(prepareRuntime(path).ok).toBe(true);
  expect(existsSync(join(path, "kubeconfig"))).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o700);
});

it("is refused where it is a link: somebody else chose where secrets would lie", () => {
  symlinkSync(tmpdir(), join(base, "trap"));
  const result = prepareRuntime(join(base, "trap"));
  expect(result.ok).toBe(false);
  if (!result.ok) expect(result.error.code).toBe("forbidden");
});

/** A busy machine takes its time to schedule a shell; the default of a second is no finding. */
const PATIENCE = { timeout: 30_000 };

it("lets go a shell of a killed engine that waits for its last words to be read", async () => {
  const path = join(base, "mine");
  mkdirSync(join(path, "run", "shell"), { recursive: true });
  const fifo = join(path, "run", "shell", "hand-over");
  execFileSync("mkfifo", [fifo]);
  const shell = spawn("sh", ["-c", `echo waiting; echo last words > '${fifo}'`], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((resolve) => shell.on("close", resolve));
  await new Promise((resolve) => shell.stdout.once("data", resolve));
  expect(shell.exitCode).toBeNull();
  // Swept again until it is gone: the shell may not have come to the pipe yet.
  await expect
    .poll(() => {
      if (!existsSync(fifo)) {
        mkdirSync(join(path, "run", "shell"), { recursive: true });
        execFileSync("mkfifo", [fifo]);
      }
      return prepareRuntime(path).ok && (shell.exitCode !== null || shell.signalCode !== null);
    }, PATIENCE)
    .toBe(true);
  await ended;
});
