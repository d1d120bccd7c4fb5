import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findElectron } from "./launch.ts";

it("finds an installed runtime, and says why there is none", () => {
  const home = mkdtempSync(join(tmpdir(), "holdpoint-electron-"));
  expect(findElectron({}, null)).toEqual({ isReady: false, why: "the package electron is not installed" });
  expect(findElectron({}, home)).toEqual({ isReady: false, why: "the Electron runtime is not installed" });
  writeFileSync(join(home, "path.txt"), "electron");
  expect(findElectron({}, home).isReady).toBe(false);
  mkdirSync(join(home, "dist"));
  writeFileSync(join(home, "dist", "electron"), "");
  expect(findElectron({}, home)).toEqual({ isReady: true, path: join(home, "dist", "electron") });
});

it("takes the user's own runtime where one is named, and says so when it is not there", () => {
  expect(findElectron({ HOLDPOINT_ELECTRON: process.execPath }, null)).toEqual({ isReady: true, path: process.execPath });
  const missing = findElectron({ HOLDPOINT_ELECTRON: "/nowhere/electron" }, null);
  expect(missing.isReady ? "" : missing.why).toContain("/nowhere/electron");
});
