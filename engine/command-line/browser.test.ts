import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findBrowser, openBrowser, windowObstacle } from "./browser.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-browser-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, text = "#!/bin/sh\n"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

it("opens no window as root or without a display, and says which", () => {
  expect(windowObstacle({ DISPLAY: ":0" }, "linux", 0)).toMatch(/root.*sandbox/);
  expect(windowObstacle({}, "linux", 1000)).toMatch(/no display/);
  expect(windowObstacle({ WAYLAND_DISPLAY: "wayland-0" }, "linux", 1000)).toBeNull();
  expect(windowObstacle({}, "darwin", 501)).toBeNull();
});

it("finds a browser on the path, but no snap, which could not reach its profile, and none where no window can be opened", () => {
  const env = { DISPLAY: ":0", PATH: folder };
  expect(findBrowser(env, null)).toMatchObject({ isFound: false });
  mkdirSync(join(folder, "target"));
  program("target/snap");
  symlinkSync(join(folder, "target", "snap"), join(folder, "chromium"));
  expect(findBrowser(env, null)).toMatchObject({ isFound: false });
  const chrome = program("google-chrome");
  expect(findBrowser(env, null)).toEqual({ isFound: true, path: chrome });
  expect(findBrowser(env, "there is no display here")).toEqual({ isFound: false, why: "there is no display here" });
  expect(findBrowser({ ...env, HOLDPOINT_BROWSER: "/nope" }, null)).toMatchObject({
    isFound: false,
    why: expect.stringContaining("/nope"),
  });
});

it("starts the browser as an app window with its own profile and with its sandbox", async () => {
  const heard = join(folder, "args");
  const browser = program("browser", `#!/bin/sh\nprintf '%s\\n' "$@" > ${heard}\nexit 7\n`);
  expect(await openBrowser(browser, "http://127.0.0.1:1/enter#token=t", join(folder, "profile"))).toBe(7);
  const args = readFileSync(heard, "utf8");
  expect(args).toContain("--app=http://127.0.0.1:1/enter#token=t\n");
  expect(args).toContain(`--user-data-dir=${join(folder, "profile")}\n`);
  expect(args).not.toContain("sandbox");
});
