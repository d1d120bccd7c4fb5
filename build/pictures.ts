// Pictures of the window on a real run, for the README and for looking at: `node build/node24.mjs build/pictures.ts [FOLDER]`.
// Needs HOLDPOINT_TEST_KUBECONFIG with the fixture in it (build/control-plane/main.ts start). Run by hand; the README's picture is kept.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Page } from "@playwright/test";
import { launchChromium } from "../e2e/chromium.ts";
import { act, becomeOperator } from "../e2e/pages.ts";

const root = join(import.meta.dirname, "..");
const out = process.argv[2] ?? join(root, "docs", "images");
const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];
if (kubeconfig === undefined)
  throw new Error("HOLDPOINT_TEST_KUBECONFIG names no cluster: start one with build/control-plane/main.ts start");

const home = mkdtempSync(join(tmpdir(), "holdpoint-pictures-"));
mkdirSync(out, { recursive: true });
const server = spawn(process.execPath, [join(root, "engine", "cli.ts"), "serve", "--port", "0", "--json"], {
  env: { ...process.env, HOLDPOINT_HOME: home, KUBECONFIG: kubeconfig, HOME: home },
  stdio: ["ignore", "pipe", "inherit"],
});
const url = await new Promise<string>((resolve) => {
  createInterface({ input: server.stdout }).once("line", (line) => resolve((JSON.parse(line) as { url: string }).url));
});
const browser = await launchChromium();
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId: "Europe/Athens", locale: "en-GB" });
const page = await context.newPage();

const SIZES = [
  ["1440", 1440, 900],
  ["1024", 1024, 768],
  ["zoom", 720, 450],
] as const;

async function everySize(name: string, theme: string): Promise<void> {
  for (const [label, width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await settle(page);
    await page.screenshot({ path: join(out, `${name}-${theme}-${label}.png`) });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}

async function settle(on: Page): Promise<void> {
  // terminals fit themselves to a new size within a frame or two, and panels take 200 ms
  await on.waitForTimeout(700);
}

/** A launch with the built-in list on the cluster: checks run, some items answered, two things wrong. */
async function readiness(): Promise<void> {
  await page.getByRole("link", { name: "Launches" }).click();
  await page.getByRole("button", { name: "New launch" }).click();
  await page.getByLabel("Name", { exact: true }).fill("v1.0-rc1 go-live");
  await page.getByLabel("Version").fill("v1.0-rc1");
  await page.getByLabel("Cluster", { exact: true }).selectOption({ label: "deployer, production" });
  await page.getByRole("radio", { name: /Go-live in 100 items/ }).check();
  await page.getByRole("button", { name: "Make the launch" }).click();
  await page
    .getByRole("link", { name: /^Readiness/ })
    .first()
    .click();
  await act(page, /Check 8 items/);
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/Type the cluster/).fill("deployer");
  await dialog.getByRole("button", { name: "Run the checks" }).click();
  await page
    .getByText(/checked/)
    .nth(7)
    .waitFor();
  const grid = page.getByRole("grid");
  await grid.getByRole("row", { name: /INF-01/ }).click();
  await page.keyboard.press("d");
  await page.keyboard.press("Escape");
  for (const id of ["INF-08", "INF-09"]) await grid.getByRole("checkbox", { name: `Select ${id}` }).check();
  await page.keyboard.press("n");
  await dialog.getByLabel("Reason").fill("Nothing of it is served in public");
  await dialog.getByRole("button", { name: /^Answer/ }).click();
  await dialog.waitFor({ state: "hidden" });
  await grid.getByRole("row", { name: /INF-03/ }).click();
  await page.keyboard.press("f");
  await dialog.getByLabel(/Reason/).fill("No cache cluster is deployed yet");
  await dialog.getByRole("button", { name: /^Answer/ }).click();
  await dialog.waitFor({ state: "hidden" });
  await everySize("item", "dark");
  await page.keyboard.press("Escape");
  await settle(page);
  await page.screenshot({ path: join(out, "readiness.png") });
  await everySize("readiness", "dark");
  await page.getByRole("link", { name: /^Decision/ }).click();
  await settle(page);
  await everySize("decision", "dark");
  await page.getByRole("link", { name: "Launches" }).click();
  await settle(page);
  await everySize("launches", "dark");
  await page.getByRole("link", { name: "People" }).click();
  await settle(page);
  await everySize("people", "dark");
  await page.getByRole("link", { name: "Library" }).click();
}

try {
  await page.goto(url);
  await becomeOperator(page);
  const deployer = page.getByRole("listitem").filter({ hasText: /^deployer/ });
  await deployer.getByRole("button", { name: /class/i }).click();
  await page.getByRole("menuitemcheckbox", { name: /Production/ }).click();
  await settle(page);
  await everySize("library", "dark");
  await readiness();
  await page
    .getByRole("link", { name: /Blue-green switch/ })
    .or(page.getByRole("button", { name: /Blue-green switch/ }))
    .first()
    .click();
  await settle(page);
  await everySize("document", "dark");
  await page.getByRole("button", { name: /Start a run/ }).click();
  const start = page.getByRole("dialog", { name: /Start Blue-green switch/ });
  await start.getByLabel("Part of").selectOption({ index: 0 });
  await start.getByRole("radio", { name: /deployer/ }).click();
  await start.getByLabel(/Type the cluster/).fill("deployer");
  await start.getByText("Ready to start on production.").waitFor();
  await everySize("start", "dark");
  await start.getByRole("button", { name: /Start on production/ }).click();
  await act(page, /Start step/);
  for (let check = 0; check < 3; check++) {
    await act(page, /Confirm/);
    await settle(page);
  }
  await act(page, /Run step/);
  await page.getByRole("treeitem", { name: /Passed.*See what serves/ }).waitFor();
  await act(page, /Run step/);
  await page.getByRole("treeitem", { name: /Passed.*Set release/ }).waitFor();
  await act(page, /Run step/);
  await settle(page);
  await page.screenshot({ path: join(out, "run-live.png") });
  await page.getByRole("treeitem", { name: /Passed.*Roll out/ }).waitFor();
  await everySize("run", "dark");
  await page.keyboard.press("F8");
  await settle(page);
  await page.screenshot({ path: join(out, "hold.png") });
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("gre");
  await settle(page);
  await page.screenshot({ path: join(out, "palette.png") });
  await page.keyboard.press("Escape");
  const run = page.url();
  await page.getByRole("link", { name: "Settings" }).click();
  await settle(page);
  await everySize("settings", "dark");
  await page.getByRole("radio", { name: /Light/ }).click();
  await settle(page);
  await page.goto(run);
  await settle(page);
  await everySize("run", "light");
  await page.getByRole("link", { name: "Library" }).click();
  await settle(page);
  await everySize("library", "light");
  await page.getByRole("link", { name: "Records", exact: true }).click();
  await settle(page);
  await everySize("records", "light");
} finally {
  await page.screenshot({ path: join(out, "last.png") });
  await browser.close();
  server.kill("SIGTERM");
  rmSync(home, { recursive: true, force: true });
}
