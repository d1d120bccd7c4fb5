// The page with xterm.js straight on a PTY that terminals are compared with. Owns: starting it and typing into it.
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "@playwright/test";
import { startProcess } from "./served.ts";
import { openPage } from "./window.ts";

const SERVER = fileURLToPath(import.meta.resolve("./bare-server.ts"));

export type Bare = {
  page: Page;
  /** What the button types from now on; `durable`: after one durable insert. */
  next(command: string, durable: boolean): Promise<void>;
  click(): Promise<void>;
  stop(): Promise<void>;
};

/** Its terminal has the size of the one it is compared with. */
export async function openBare(browser: Browser, folder: string, like: Page): Promise<Bare> {
  const server = await startProcess(["build/node24.mjs", SERVER, folder], { HOME: folder });
  const page = await openPage(browser, server.url);
  await page.waitForFunction(() => document.querySelector(".xterm-rows")?.textContent?.includes("$ ") === true);
  const size = await like.evaluate(() => window.bench.size);
  if (size.cols === 0) throw new Error("the window's terminal has not told its size");
  await page.evaluate(({ cols, rows }) => (window as unknown as { setSize(cols: number, rows: number): void }).setSize(cols, rows), size);
  return {
    page,
    next: (command, durable) =>
      page.evaluate((message) => void Object.assign(window, { next: message }), { type: "run", command, durable }),
    click: () => page.getByRole("button", { name: "Run" }).click(),
    stop: () => server.stop(),
  };
}
