// The one window. Owns: its security-relevant preferences and first look. Has no product logic.
import type { BrowserWindowConstructorOptions } from "electron";

/** Smallest size at which band, situation and action bar stay on screen (LOOK-TOKENS.md, layout below 1024). */
const MIN_WIDTH = 720;
const MIN_HEIGHT = 450;

export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    width: 1440,
    height: 900,
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: "Holdpoint",
    backgroundColor: "#0B0D0F",
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      spellcheck: false,
      // A step's screen must go on while the window is behind others in the war room.
      backgroundThrottling: false,
    },
  };
}
