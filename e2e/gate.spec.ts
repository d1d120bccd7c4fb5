// A canary's gate in the window, on the real API server, over a metric that a real HTTP service gives: it goes bad, or goes away.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, type Holdpoint, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook } from "./pages.ts";

const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];

/** Answers with the value of the moment, and counts who asked; null answers nothing at all. */
async function metrics(): Promise<{
  url: string;
  asked: () => number;
  say(values: (n: number) => string): void;
  goAway(): void;
  server: Server;
}> {
  let asked = 0;
  let values = (_: number) => "0";
  const server = createServer((_, response) => {
    asked += 1;
    response.end(`${values(asked)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/error-rate`,
    asked: () => asked,
    say(next) {
      values = next;
    },
    goAway() {
      server.closeAllConnections();
      server.close();
    },
    server,
  };
}

const book = (url: string, hold: string) => `---
title: Canary
requires: {tools: [kubectl], cluster: true}
params:
  - {name: METRICS, type: string, default: "${url}", pattern: "http://[a-z0-9.:/-]+"}
---

# Canary

## Canary 10 %

<!-- step: {id: canary, rollback: "#back", target: 2m} -->

\`\`\`sh {name=weight}
kubectl -n core get service api -o name
\`\`\`

\`\`\`sh {name=error-rate gate=hold for=${hold} every=2s expect="<= 0.3" warn="<= 0.25"}
curl -fsS "$METRICS"
\`\`\`

## Shift to 50 %

\`\`\`sh
true
\`\`\`

## Traffic to blue

<!-- step: {id: back} -->

\`\`\`sh
kubectl -n core get service api -o name
\`\`\`
`;

async function start(holdpoint: Holdpoint, url: string, hold: string): Promise<Page> {
  expect(kubeconfig, "the cluster tests need the control plane: run them by `npm test`, or set HOLDPOINT_TEST_KUBECONFIG").toBeTruthy();
  const file = holdpoint.write("canary.md", book(url, hold));
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: kubeconfig! }));
  await becomeOperator(page);
  await openRunbook(page, file);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  const dialog = page.getByRole("dialog", { name: "Start Canary" });
  await dialog.getByRole("radio", { name: /deployer/ }).click();
  await expect(dialog.getByText(/Ready to start/)).toBeVisible();
  await dialog
    .getByRole("button", { name: /^Start/ })
    .last()
    .click();
  await expect(dialog).toBeHidden();
  await act(page, /Run step/);
  return page;
}

const pictures = process.env["HOLDPOINT_PICTURES"];
/** Every size in both schemes, where somebody wants to look at them. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return;
  for (const scheme of ["dark", "light"] as const) {
    await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), scheme);
    for (const [width, height] of [
      [1440, 900],
      [1024, 768],
      [720, 900],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.waitForTimeout(500);
      await page.screenshot({ path: `${pictures}/${name}-${scheme}-${width}.png` });
    }
  }
  await page.evaluate(() => document.documentElement.setAttribute("data-theme", "dark"));
  await page.setViewportSize({ width: 1440, height: 900 });
}

test("a gate that goes bad in its third probe: hold, alarm, chart, and the way back as the next action", async ({ holdpoint }) => {
  const metric = await metrics();
  try {
    metric.say((n) => ["0.08", "0.19"][n - 1] ?? "0.72");
    const page = await start(holdpoint, metric.url, "10s");
    await expect(page.locator("[data-region=action]")).toContainText(/gate error-rate/);
    await expect(page.getByText(/must stay at or below 0.3/).first()).toBeVisible();

    await expect(page.getByRole("treeitem", { name: /Canary 10 %.*Failed/ })).toBeVisible();
    const alarm = page.getByRole("region", { name: "Alarm" });
    await expect(alarm).toContainText("Gate error-rate failed: 0.72, limit <= 0.3");
    await expect(alarm).toContainText("Probe 3 of 5");
    await expect(page.getByRole("img", { name: /2 passed, 1 failed/ })).toBeVisible();
    await expect(page.getByText(/^Held/).first()).toBeVisible();
    await page.getByText("3 probes as a table").click();
    await expect(page.getByRole("table", { name: "Probes of error-rate" }).getByRole("row")).toHaveCount(4);
    await picture(page, "gate-failed");
    await clean(page, "a failed gate");

    const region = page.locator("[data-region=action]");
    await expect(region).toContainText("Go back: Traffic to blue?");
    await expect(region.getByRole("button", { name: /Start the way back/ })).toBeEnabled();
    await act(page, /Start the way back/);
    await expect(page.getByRole("dialog")).toContainText("Traffic to blue");
    // nothing more was probed once it had failed
    expect(metric.asked()).toBe(3);
  } finally {
    metric.goAway();
  }
});

test("a gate whose endpoint goes away: unknown, held, nothing rolled back; gone on with once it is there again", async ({ holdpoint }) => {
  const metric = await metrics();
  try {
    metric.say(() => "0.1");
    const page = await start(holdpoint, metric.url, "30s");
    await expect.poll(() => metric.asked()).toBeGreaterThan(0);
    await picture(page, "gate-probing");
    metric.goAway();

    const alarm = page.getByRole("region", { name: "Alarm" });
    await expect(alarm).toContainText(/Gate error-rate interrupted/);
    await expect(alarm.getByText("Failure")).toHaveCount(0);
    const region = page.locator("[data-region=action]");
    await expect(region).toContainText("the gate error-rate was interrupted");
    await expect(region.getByRole("button", { name: /Start it again/ })).toBeVisible();
    await expect(page.getByText(/nobody answered/).first()).toBeVisible();
    await expect(page.getByText("Nothing was rolled back", { exact: false }).first()).toBeVisible();
    await expect(page.getByRole("treeitem", { name: /Not started.*Traffic to blue/ })).toBeVisible();
    await picture(page, "gate-interrupted");
    await clean(page, "an interrupted gate");

    const { port } = new URL(metric.url);
    await new Promise<void>((resolve) => metric.server.listen(Number(port), "127.0.0.1", resolve));
    await page.getByRole("button", { name: "Continue…" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("The exporter was restarted, the board shows 0.1");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(page.getByText(/Not measured for .*nobody answered.*Accepted by Dana Mercer/s).first()).toBeVisible();
    await expect(page.getByRole("treeitem", { name: /Passed.*Canary 10 %/ })).toBeVisible({ timeout: 60_000 });
  } finally {
    metric.goAway();
  }
});

test("a soak counts down, and is ended early only with a reason", async ({ holdpoint }) => {
  const file = holdpoint.write(
    "soak.md",
    "---\ntitle: Soak\nrequires: {cluster: false}\n---\n\n# Soak\n\n## Soak at 100 %\n\n<!-- step: {id: soak, soak: 10m} -->\n\n```sh\ntrue\n```\n",
  );
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await openRunbook(page, file);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  await expect(page.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await act(page, /Run step/);
  const soak = page.getByRole("region", { name: "Soak" });
  await expect(soak).toContainText("of 10:00 left");
  await picture(page, "soak");
  await clean(page, "a soak");
  await soak.getByRole("button", { name: "End early…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "End the soak" })).toBeDisabled();
  await dialog.getByLabel("Reason").fill("Traffic is as every night");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expectStep(page, "Passed", "Soak at 100 %");
  await expect(page.getByText(/soak ended early by Dana Mercer/).first()).toBeVisible();
});
