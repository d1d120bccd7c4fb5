// `holdpoint open`, and `holdpoint` alone: the window, in the best host that this machine has.
// Owns: the order (desktop runtime, app window of a browser, printed link) and saying why in one line.
import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { isLink, parseLink } from "../protocol/index.ts";
import type { LocalHost } from "../serve/index.ts";
import { findBrowser, openBrowser, windowObstacle } from "./browser.ts";
import { need, play, type Scene } from "./command.ts";
import type { Door } from "./door.ts";
import { EXIT, usage } from "./output.ts";
import { APP_ROOT, dataHome } from "./places.ts";
import { ensureWindow } from "./window-build.ts";

/** What electron/launch.ts offers; handed in by cli.ts, because engine/ knows no Electron. */
export type Desktop = {
  findElectron(env?: NodeJS.ProcessEnv): { isReady: true; path: string } | { isReady: false; why: string };
  obtainElectron(
    say: (line: string) => void,
    env?: NodeJS.ProcessEnv,
  ): Promise<{ isReady: true; path: string } | { isReady: false; why: string }>;
  runElectron(runtime: string, main: string, args: string[], env?: NodeJS.ProcessEnv): Promise<number>;
};

/** A runtime that ends with an error this soon never showed a window (a library is missing, the display refuses). */
const STARTED_MS = 10_000;

/** Tries the desktop runtime. Returns its exit code, or why the window has to open elsewhere. */
async function tryDesktop(scene: Scene, load: () => Promise<Desktop>, files: string[]): Promise<{ code: number } | { why: string }> {
  const obstacle = windowObstacle(process.env);
  if (obstacle !== null) return { why: obstacle };
  const desktop = await load();
  const runtime = await desktop.obtainElectron((line) => scene.output.say(line));
  if (!runtime.isReady) return { why: runtime.why };
  const problem = await ensureWindow((line) => scene.output.say(line));
  if (problem !== null) return { why: problem };
  const main = join(APP_ROOT, "dist", "electron", "main.mjs");
  if (!existsSync(main)) return { why: "the desktop shell is not built (npm run build)" };
  const startedAt = performance.now();
  const code = await desktop.runElectron(runtime.path, main, files);
  return code !== 0 && performance.now() - startedAt < STARTED_MS ? { why: `the Electron runtime ended at once (code ${code})` } : { code };
}

/** Opens the link in a browser's app window, or prints it. `closed` is null where nothing was opened. */
async function show(
  scene: Scene,
  link: (onlyUid?: number) => string | Promise<string>,
  why: string,
  isJson: boolean,
  wantsBrowser: boolean,
): Promise<{ closed: Promise<number> | null }> {
  const browser = wantsBrowser ? findBrowser() : ({ isFound: false, why: "--no-browser was given" } as const);
  if (browser.isFound) {
    scene.output.say(`Opening the window in ${browser.path}, because ${why}.`);
    const { runtimeDirectory } = await import("../engine.ts");
    const profile = join(runtimeDirectory(dataHome()), "browser");
    return { closed: openBrowser(browser.path, await link(process.getuid?.()), profile) };
  }
  const reasons = browser.why === why ? why : `${why}, and ${browser.why}`;
  scene.output.say(`Open this link in a browser, because ${reasons}. It works once:`);
  const url = await link();
  if (isJson) scene.output.json({ url });
  else scene.output.line(url);
  return { closed: null };
}

/** Serves until Ctrl-C, or until the app window is closed with no run under way. */
async function stay(scene: Scene, host: LocalHost, door: Door, files: string[], closed: Promise<number> | null): Promise<void> {
  const interrupted = new Promise<"interrupted">((resolve) => scene.onInterrupt(() => resolve("interrupted")));
  if (closed !== null && (await Promise.race([closed, interrupted])) !== "interrupted") {
    const { activeRun } = need(await door.call("app.snapshot", {}));
    if (activeRun === null && host.windows() === 0) return;
    scene.output.say("The window is closed, but Holdpoint is still at work. A new link, which works once:");
    scene.output.line(host.link({ open: files }));
  }
  scene.output.say("Ctrl-C ends Holdpoint and its shells.");
  await interrupted;
}

export function register(program: Command, done: (code: Promise<number>) => void, load: () => Promise<Desktop>): void {
  program
    .command("open", { isDefault: true })
    .summary("the window (also with no command at all)")
    .description("Opens the desktop window. Without an Electron runtime: the same window in the browser, with a word on why.")
    .argument("[file...]", "runbooks or checklists to show, or a link: holdpoint://open?runbook=respond/high-latency.md#step")
    .option("--no-browser", "print the link and start no browser")
    .option("--no-build", "show the window as it was built last")
    .option("--json", 'where a link is printed: {"url": …} on standard output')
    .action((given: string[], options: { browser: boolean; build: boolean; json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("open", isJson, async (scene) => {
          const files = given.map((file) => {
            if (isLink(file)) {
              need(parseLink(file));
              return file;
            }
            if (!existsSync(file)) throw usage(`${file}: there is no such file. (\`holdpoint --help\` lists the commands.)`);
            return realpathSync(resolve(file));
          });
          const desktop = options.browser ? await tryDesktop(scene, load, files) : { why: "--no-browser was given" };
          if ("code" in desktop) return desktop.code;
          const note = `The desktop window could not be opened: ${desktop.why}.`;
          const { newLink, startHost } = await import("./host-start.ts");
          const hosted = await startHost(scene, { address: "127.0.0.1", port: 0, isReadOnly: false, note, mayBuild: options.build });
          if ("running" in hosted) {
            const link = (onlyUid?: number) => newLink(hosted.running, { open: files, ...(onlyUid === undefined ? {} : { onlyUid }) });
            await (await show(scene, link, desktop.why, isJson, options.browser)).closed;
            return EXIT.ok;
          }
          const { host, door } = hosted;
          const link = (onlyUid?: number) => host.link({ open: files, ...(onlyUid === undefined ? {} : { onlyUid }) });
          const { closed } = await show(scene, link, desktop.why, isJson, options.browser);
          await stay(scene, host, door, files, closed);
          await host.close();
          return EXIT.ok;
        }),
      );
    });
}
