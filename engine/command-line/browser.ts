// The browser that shows the window where there is no desktop runtime.
// Owns: finding a Chromium that can open an app window, and starting it with its sandbox, or saying why not.
import { spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Browsers that know `--app=`. The person's own choice comes first. */
const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "microsoft-edge",
  "microsoft-edge-stable",
  "brave-browser",
];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const WINDOWS = ["Google\\Chrome\\Application\\chrome.exe", "Microsoft\\Edge\\Application\\msedge.exe"];

export type Browser = { isFound: true; path: string } | { isFound: false; why: string };

/** Why no window of any kind can be opened here; null where one can. */
export function windowObstacle(
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  uid = process.getuid?.(),
): string | null {
  if (platform === "linux" && !env["DISPLAY"] && !env["WAYLAND_DISPLAY"]) return "there is no display here";
  // Chromium and Electron refuse to start as root with their sandbox, and Holdpoint never starts them without it.
  if (platform === "linux" && uid === 0) return "as root a browser only starts without its sandbox, which Holdpoint does not do";
  return null;
}

/** An installed browser for an app window, or why none is used. `HOLDPOINT_BROWSER` names one. */
export function findBrowser(env: NodeJS.ProcessEnv = process.env, obstacle = windowObstacle(env)): Browser {
  if (obstacle !== null) return { isFound: false, why: obstacle };
  const own = env["HOLDPOINT_BROWSER"];
  if (own !== undefined && own !== "")
    return isProgram(own)
      ? { isFound: true, path: own }
      : { isFound: false, why: `HOLDPOINT_BROWSER names ${own}, which cannot be started` };
  const path = candidates(env).find((candidate) => isProgram(candidate) && !isSnap(candidate));
  return path === undefined ? { isFound: false, why: "no Chromium, Chrome or Edge was found" } : { isFound: true, path };
}

function candidates(env: NodeJS.ProcessEnv): string[] {
  if (process.platform === "darwin") return MAC;
  if (process.platform === "win32") {
    const folders = [env["ProgramFiles"], env["ProgramFiles(x86)"], env["LOCALAPPDATA"]].filter((folder) => folder !== undefined);
    return folders.flatMap((folder) => WINDOWS.map((name) => join(folder, name)));
  }
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A snap sees neither the runtime directory nor a profile in it. */
function isSnap(path: string): boolean {
  return path.startsWith("/snap/") || realpathSync(path).endsWith("/snap");
}

/**
 * Opens the link in an app window with a profile of its own: no extension of the person's browser can read a shell.
 * Resolves when the window is closed. The link's token works once, and only for this user (serve/peer.ts), because arguments
 * can be read in the process list.
 */
export function openBrowser(path: string, url: string, profile: string): Promise<number> {
  mkdirSync(profile, { recursive: true, mode: 0o700 });
  return new Promise((resolve) => {
    const args = [
      `--app=${url}`,
      `--user-data-dir=${profile}`,
      "--no-first-run",
      "--no-default-browser-check",
      "--disable-sync",
      "--window-size=1440,900",
    ];
    const child = spawn(path, args, { stdio: "ignore" });
    child.on("error", () => resolve(127));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
