// The real window in the real browser, as a person has it, with a clock inside.
// Owns: opening it, the first operator, starting a run and its steps. Measures nothing itself.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { launchChromium } from "../e2e/chromium.ts";
import type { Method, ParamsOf, ResultOf } from "../engine/protocol/index.ts";
import { inFolder } from "./places.ts";
import { installProbe } from "./probe.ts";
import { type Served, serve } from "./served.ts";

const VIEWPORT = { width: 1440, height: 900 };

export type Scene = { browser: Browser; page: Page; served: Served };

/** A page with the probe in it, in a profile of its own. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: VIEWPORT, colorScheme: "dark" });
  const page = await context.newPage();
  await page.addInitScript(installProbe);
  await page.goto(url);
  return page;
}

/** Engine, browser and window with a signed-in operator and a trusted folder; all of it gone afterwards. */
export function inWindow<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const served = await serve(folder);
    const browser = await launchChromium();
    try {
      const page = await openPage(browser, served.url);
      await page.waitForURL((url) => url.pathname === "/");
      await call(page, "people.createFirst", { id: "bench" as never, name: "Bench", password: "correct horse battery" });
      await call(page, "library.openFolder", { path: served.books });
      await call(page, "library.trust", { folder: served.books, trusted: true });
      return await work({ browser, page, served });
    } finally {
      await browser.close();
      await served.stop();
    }
  });
}

export async function call<M extends Method>(page: Page, method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
  const answer = await page.evaluate(([name, given]) => window.bench.call(name, given), [method, params] as [string, unknown]);
  if (!answer.ok) throw new Error(`${method}: ${answer.error?.message ?? "refused"}`);
  return answer.value as ResultOf<M>;
}

/** Starts a run of a runbook without a cluster and shows it; its first step waits for the button. */
export async function startRun({ page, served }: Scene, name: string, markdown: string): Promise<ResultOf<"run.start">["header"]> {
  const path = join(served.books, name);
  writeFileSync(path, markdown);
  const { header } = await call(page, "run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {} });
  await page.evaluate((run) => {
    window.location.hash = `#/run/${run}`;
  }, header.run);
  await page.locator('[data-region="action"]').waitFor();
  return header;
}

/** The large button once it takes the next step: armed, and not still at the step before. */
export const armedButton = (page: Page, step: string) =>
  page
    .locator('[data-region="action"]')
    .filter({ has: page.locator(".say", { hasText: step }) })
    .locator('button:not([aria-disabled="true"])', { hasText: "Run step" });

/** A runbook of these commands, a step each, without a cluster. */
export function commandBook(commands: string[]): string {
  const steps = commands.map((command, at) => `## Step ${at + 1} of ${commands.length}\n\n\`\`\`bash\n${command}\n\`\`\`\n`);
  return `---\ntitle: Bench\nkind: runbook\nrequires: {cluster: false}\n---\n\n${steps.join("\n")}`;
}

/** Frames while the scrolling element that the selector names is scrolled by a wheel's distance in each of them. */
export function scroll(page: Page, selector: string, ms: number): Promise<number[]> {
  return page.evaluate(
    ([of, duration]) =>
      new Promise<number[]>((resolve) => {
        const scroller = document.querySelector(of);
        if (scroller === null) throw new Error("no text to scroll");
        const end = performance.now() + duration;
        window.bench.startFrames();
        const next = (): void => {
          scroller.scrollBy(0, 120);
          if (performance.now() < end) requestAnimationFrame(next);
          else resolve(window.bench.stopFrames());
        };
        next();
      }),
    [selector, ms] as const,
  );
}
