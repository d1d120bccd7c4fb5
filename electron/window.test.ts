import { expect, it } from "vitest";
import { menuTemplate } from "./menu.ts";
import { windowOptions } from "./window.ts";

it("opens the window sandboxed, isolated and without Node", () => {
  expect(windowOptions("/preload.cjs").webPreferences).toMatchObject({
    preload: "/preload.cjs",
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
  });
});

it("offers neither reload nor developer tools in a packaged app", () => {
  const actions = { openDocumentation: () => {}, reportProblem: () => {} };
  for (const platform of ["linux", "darwin", "win32"] as const) {
    expect(JSON.stringify(menuTemplate(platform, true, actions))).not.toMatch(/reload|toggleDevTools/i);
    expect(JSON.stringify(menuTemplate(platform, false, actions))).toMatch(/reload/);
  }
});
