// A Holdpoint of a test's own: data directory, engine behind the local web host, and the window in Chromium.
// Owns: starting, opening, killing and restarting it. Knows no screen; pages are in e2e/pages.ts.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, type BrowserContext, test as base, type Page } from "@playwright/test";
import { launchChromium } from "./chromium.ts";

const root = join(import.meta.dirname, "..");

export type Served = { url: string; process: ChildProcess; kill(signal: NodeJS.Signals): Promise<void> };

export type Holdpoint = {
  /** Folder of this test: `home` is the data directory, `books` is for runbooks, `user` is HOME. */
  folder: string;
  home: string;
  books: string;
  /** Starts the engine behind its web host, with further options of `serve`; again after a kill, on the same data. */
  serve(env?: Record<string, string>, options?: string[]): Promise<Served>;
  /** A new window on a fresh one-time URL. */
  open(served: Served, options?: { width?: number; height?: number; scheme?: "dark" | "light" }): Promise<Page>;
  write(name: string, markdown: string): string;
};

export const test = base.extend<{ holdpoint: Holdpoint }, { browserOfWorker: Browser }>({
  browserOfWorker: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const browser = await launchChromium();
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  holdpoint: async ({ browserOfWorker }, use) => {
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-e2e-"));
    const [home, books, user] = ["home", "books", "user"].map((name) => join(folder, name)) as [string, string, string];
    for (const path of [home, books, user]) mkdirSync(path, { mode: 0o700 });
    const children: ChildProcess[] = [];
    const contexts: BrowserContext[] = [];
    await use({
      folder,
      home,
      books,
      async serve(env = {}, options = []) {
        const child = spawn(process.execPath, [join(root, "build", "holdpoint.mjs"), "serve", "--port", "0", "--json", ...options], {
          cwd: books,
          // Not the tester's own clusters, history or rc files.
          env: {
            PATH: process.env["PATH"],
            HOME: user,
            HOLDPOINT_HOME: home,
            TERM: "xterm-256color",
            LANG: "C.UTF-8",
            SHELL: "/bin/bash",
            ...env,
          } as NodeJS.ProcessEnv,
          stdio: ["ignore", "pipe", "inherit"],
          detached: true,
        });
        children.push(child);
        const url = await new Promise<string>((resolve, reject) => {
          createInterface({ input: child.stdout! }).once("line", (line) => resolve((JSON.parse(line) as { url: string }).url));
          child.once("exit", (code) => reject(new Error(`holdpoint serve ended with ${code} before it printed its URL`)));
        });
        return {
          url,
          process: child,
          kill: (signal) =>
            new Promise((resolve) => {
              child.once("exit", () => resolve());
              // The launcher and the engine are one group: both go, as in a power cut.
              process.kill(-child.pid!, signal);
            }),
        };
      },
      async open({ url }, { width = 1440, height = 900, scheme = "dark" } = {}) {
        const context = await browserOfWorker.newContext({
          viewport: { width, height },
          colorScheme: scheme,
          timezoneId: "Europe/Athens",
          locale: "en-GB",
        });
        contexts.push(context);
        const page = await context.newPage();
        page.on("pageerror", (error) => {
          throw error;
        });
        await page.goto(url);
        return page;
      },
      write(name, markdown) {
        const path = join(books, name);
        writeFileSync(path, markdown);
        return path;
      },
    });
    for (const context of contexts) await context.close();
    for (const child of children) {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {
        // already gone
      }
    }
    rmSync(folder, { recursive: true, force: true });
  },
});
export { expect } from "@playwright/test";
