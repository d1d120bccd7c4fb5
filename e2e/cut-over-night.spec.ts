// The built-in cut-over night in the window, on the real API server, a real PostgreSQL, and metrics and a pipeline that answer over HTTP:
// a canary that fails in its third probe, gone back from on one confirmation; and the same with no failure, to the end.
// The text is the library's own with its gates' times cut (build/services/shorten.ts); nothing else of it is changed.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { openNight, openServices, type Pipeline, type Services, shorten } from "../build/services/index.ts";
import { expect, type Holdpoint, test } from "./holdpoint.ts";
import { act, becomeOperator, call, openRunbook, PERSON, sign } from "./pages.ts";

const LIBRARY = join(import.meta.dirname, "..", "runbooks");
const WEIGHT = "jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}";
const ERRORS = "api:request_errors:percent_rate5m:canary";
const pictures = process.env["HOLDPOINT_PICTURES"];
test.setTimeout(pictures === undefined ? 180_000 : 400_000);

let services: Services;
let pipeline: Pipeline;
let params: Record<string, string>;
test.beforeAll(async () => {
  const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];
  expect(kubeconfig, "the cluster tests need the control plane: run them by `npm test`, or set HOLDPOINT_TEST_KUBECONFIG").toBeTruthy();
  services = await openServices(kubeconfig!);
  ({ pipeline, params } = await openNight(services));
  // Long enough that somebody at one pair of hands has the other lane under way before it ends.
  const migration = params["MIGRATION"]!;
  writeFileSync(migration, `select pg_sleep(5);\n${readFileSync(migration, "utf8")}`);
});
test.afterAll(async () => {
  await pipeline?.stop();
  await services?.close();
});

const kubectl = (...args: string[]) => services.spaces.kubectl("primary", args);
const weight = () => kubectl("get", "ingress", "api-canary", "-o", WEIGHT);
const selected = () => kubectl("get", "service", "api", "-o", "jsonpath={.spec.selector.colour}");

/** The library's own text and everything that it leads to, started by the dialog with its parameters. */
async function start(holdpoint: Holdpoint): Promise<Page> {
  cpSync(LIBRARY, holdpoint.books, { recursive: true });
  const text = readFileSync(join(LIBRARY, "cut-over-night.md"), "utf8");
  const file = holdpoint.write("cut-over-night.md", shorten(text));
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: services.spaces.kubeconfig }));
  await becomeOperator(page);
  await openRunbook(page, file);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  const dialog = page.getByRole("dialog", { name: "Start Cut-over night" });
  await dialog.getByRole("radio", { name: /primary/ }).click();
  for (const [name, value] of Object.entries(params)) await dialog.getByLabel(name, { exact: true }).fill(value);
  await dialog.getByLabel("WEBHOOK", { exact: true }).blur();
  await expect(dialog.getByText(/Ready to start/)).toBeVisible();
  await dialog
    .getByRole("button", { name: /^Start/ })
    .last()
    .click();
  await expect(dialog).toBeHidden();
  return page;
}

/** Takes the one next action again and again by its key, signs where it is a hold point, until its button reads so. */
async function onward(page: Page, until: RegExp, seen: { signed: number; besides: Set<string> }): Promise<void> {
  const bar = page.locator('[data-region="action"]');
  const primary = bar.locator("[data-region-focus]");
  const others = page.getByRole("list", { name: "Other lanes" }).getByRole("listitem");
  for (const end = Date.now() + 120_000; ; ) {
    if (Date.now() > end) throw new Error(`no ${until} within two minutes: ${await bar.textContent()}`);
    for (const one of await others.allInnerTexts()) seen.besides.add(one.replace(/\s+/g, " "));
    const [isReady, says] = await page.evaluate(() => {
      const button = document.querySelector('[data-region="action"] [data-region-focus]');
      return [button !== null && button.getAttribute("aria-disabled") !== "true", button?.textContent ?? ""] as const;
    });
    if (until.test(says)) return;
    if (!isReady) {
      await page.waitForTimeout(50);
      continue;
    }
    if (/^(Retry|Start the way back|Continue)/.test(says)) throw new Error(`not ${until} but ${says}: ${await bar.textContent()}`);
    await primary.press("ControlOrMeta+Enter");
    if (!/^Sign hold point/.test(says)) continue;
    await sign(page, PERSON.id, PERSON.password);
    await expect(page.getByRole("dialog")).toBeHidden();
    seen.signed += 1;
  }
}

type Row = { type: string; step: string; ts: string };
type Header = { log: string; result: string; undoes?: { measure: { durationMs: number; met: boolean } | null; targetMs: number } };
const headerOf = async (page: Page): Promise<Header> => {
  const run = /#\/run\/([^/?]+)/.exec(page.url())?.[1];
  return (await call<{ view: { header: Header } }>(page, "run.get", { run })).view.header;
};
/** The report that the run gives away, as its reader has it: words of the PDF, in the order of writing. */
async function report(page: Page, log: string, out: string): Promise<string> {
  await call(page, "record.export", { log, format: "pdf", out });
  expect(statSync(out).size).toBeGreaterThan(10_000);
  if (pictures !== undefined) cpSync(out, join(pictures, `${out.split("/").at(-1)}`));
  return execFileSync("pdftotext", ["-raw", "-enc", "UTF-8", out, "-"], { encoding: "utf8" }).replace(/\s+/g, " ");
}

test("the canary fails in its third probe: held, alarm, back in less than promised on one confirmation, and in the report", async ({
  holdpoint,
}) => {
  services.metrics.set(ERRORS, (nth) => (nth < 3 ? 0.2 : 2.4));
  const page = await start(holdpoint);
  const forward = page.url();
  const seen = { signed: 0, besides: new Set<string>() };
  await onward(page, /Start the way back/, seen);
  expect(seen.signed).toBe(2);

  const alarm = page.getByRole("region", { name: "Alarm" });
  await expect(alarm).toContainText("Gate canary failed: 2.4, limit < 1");
  await expect(alarm).toContainText("Probe 3 of");
  await expect(page.getByRole("treeitem", { name: /Ten percent for five minutes.*Failed, probe 3/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /2 passed, 1 failed/ })).toBeVisible();
  await expect(page.getByText(/^Held/).first()).toBeVisible();
  await expect(page.locator("[data-region=action]")).toContainText("Go back: Weight to zero?");
  expect([await weight(), await selected()]).toEqual(["10", "blue"]);
  await picture(page, "failed");

  await act(page, /Start the way back/);
  const dialog = page.getByRole("dialog", { name: "Go back?" });
  await expect(dialog.getByRole("radio", { name: /Weight to zero/ })).toBeChecked();
  await expect(dialog).toContainText("promised under 2:00");
  expect(await weight()).toBe("10");
  await dialog.getByRole("button", { name: "Start the way back" }).click();
  const time = page.getByRole("region", { name: "Time of the way back" });
  await expect(time).toContainText("promised under 2:00");
  if (pictures !== undefined) await page.screenshot({ path: `${pictures}/going-dark-1440.png` });
  await expect(time).toContainText(/Recovered, verified, promised under 2:00, in time/, { timeout: 60_000 });
  expect(await weight()).toBe("0");
  const { undoes } = await headerOf(page);
  expect(undoes).toMatchObject({ targetMs: 120_000, measure: { met: true } });
  test.info().annotations.push({ type: "measured", description: `back after ${undoes!.measure!.durationMs} ms` });
  await picture(page, "recovered");

  await page.getByRole("link", { name: "The run it undoes" }).click();
  await expect(page).toHaveURL(forward);
  await expect(page.getByRole("treeitem", { name: /Ten percent for five minutes/ })).toContainText("undone");
  await expect(page.getByRole("region", { name: "Way back", exact: true })).toContainText("Gone back: Weight to zero");
  await picture(page, "undone");
  const said = await report(page, (await headerOf(page)).log, join(holdpoint.folder, "failed-night.pdf"));
  expect(said).toContain("Gate canary failed");
});

test("six acts without a failure: both lanes side by side, two hold points signed, all steps passed", async ({ holdpoint }) => {
  services.metrics.set(ERRORS, 0.15);
  pipeline.state = "active";
  pipeline.underWay = 1;
  const page = await start(holdpoint);
  const seen = { signed: 0, besides: new Set<string>() };
  await onward(page, /Finish the run/, seen);
  expect(seen.signed).toBe(2);
  await act(page, /Finish the run/);
  await expect(page.getByText(/^Finished, passed/i).first()).toBeVisible();
  await picture(page, "finished");

  const { log, result } = await headerOf(page);
  expect(result).toBe("passed");
  expect([await weight(), await selected(), pipeline.state]).toEqual(["0", "green", "active"]);
  expect(await services.setting("flags", "ROLLOUT_PERCENT")).toBe("100");
  expect(await services.postgres.sql("select version from schema_migrations", "app")).toBe("v1.0-rc1");
  expect(pipeline.said.at(-1)).toMatch(/^api v1\.0-rc1 serves all users since \d\d:\d\d UTC/);
  // On screen the other lane had a row of its own, and on record the two ran at the same time.
  expect([...seen.besides].filter((one) => /is running/.test(one))).not.toEqual([]);
  const { rows } = await call<{ rows: Row[] }>(page, "record.events", { log, filter: {}, offset: 0, limit: 1000 });
  const at = (type: string, step: string) => Date.parse(rows.find((one) => one.type === type && one.step === step)?.ts ?? "");
  expect(at("step.started", "start")).toBeLessThan(at("step.ended", "lives"));
  expect(at("step.started", "smoke")).toBeGreaterThanOrEqual(at("step.ended", "lives"));
  expect(await report(page, log, join(holdpoint.folder, "night.pdf"))).toContain("Cut-over night");
});

/** For looking at, where a folder for them is named. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  const sizes = [
    [1440, 900],
    [1024, 768],
    [720, 900],
  ] as const;
  for (const [width, height] of sizes) {
    await page.setViewportSize({ width, height });
    for (const scheme of ["dark", "light"] as const) {
      await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), scheme);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
    }
  }
  await page.evaluate(() => document.documentElement.setAttribute("data-theme", "dark"));
  await page.setViewportSize({ width: 1440, height: 900 });
}
