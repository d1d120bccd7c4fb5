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
