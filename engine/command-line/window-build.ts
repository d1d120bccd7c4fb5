// Builds the window in a checkout when it is missing or older than its sources.
// Owns: deciding that, and calling `npm run build`'s program. A package brings its window along and has no sources.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { APP_ROOT, WINDOW_ROOT } from "./places.ts";

/** Sources that go into the window. */
const SOURCES = ["renderer", join("engine", "protocol"), "vite.config.ts"];

function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** True where the built window is there and no source is newer. */
export function isWindowFresh(root = APP_ROOT): boolean {
  const built = statSync(join(root, "dist", "renderer", "index.html"), { throwIfNoEntry: false });
  if (built === undefined) return false;
  return Math.max(...SOURCES.map((source) => newest(join(root, source)))) <= built.mtimeMs;
}

/** Builds the window when needed. Returns null, or why there is none. `say` hears one line when it begins. */
export async function ensureWindow(say: (line: string) => void): Promise<string | null> {
  if (isWindowFresh()) return null;
  const program = join(APP_ROOT, "build", "bundle.ts");
  if (!existsSync(program))
    return existsSync(join(WINDOW_ROOT, "index.html")) ? null : `${WINDOW_ROOT} is missing; install Holdpoint again.`;
  say("Building the window, once after each change …");
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program], {
      cwd: APP_ROOT,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let words = "";
    const keep = (chunk: Buffer) => {
      words = (words + chunk.toString("utf8")).slice(-8000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => resolve(`the window could not be built: ${error.message}`));
    child.on("exit", (code) => resolve(code === 0 ? null : `the window could not be built (npm run build says why):\n${words.trim()}`));
  });
}
