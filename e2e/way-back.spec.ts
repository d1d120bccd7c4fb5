// Scene 3 to its end, on the real API server: a gate fails in its third probe, the run holds, and goes back on one confirmation,
// with the measured time beside its promise.
import { execFileSync } from "node:child_process";
import type { Page } from "@playwright/test";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call, openRunbook } from "./pages.ts";

const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];
const NAMESPACE = `way-back-${process.pid}`;
const kubectl = (...args: string[]) =>
  execFileSync("kubectl", ["--kubeconfig", kubeconfig!, "--context", "admin", ...args], { encoding: "utf8" });
const weight = () => kubectl("-n", NAMESPACE, "get", "configmap", "canary", "-o", "jsonpath={.data.weight}");

const FENCE = "```";
const sh = (text: string, attributes = "") => `${FENCE}sh ${attributes}\n${text}\n${FENCE}\n`;
const turn = (to: number) => `kubectl -n ${NAMESPACE} patch configmap canary --type merge -p '{"data":{"weight":"${to}"}}'`;
/** Each probe asks the cluster, and measures worse than the one before. */
const probe = (folder: string) =>
  [
    `n=$(( $(cat ${folder}/probes 2>/dev/null || echo 0) + 1 )); echo $n > ${folder}/probes`,
    `kubectl -n ${NAMESPACE} get configmap canary -o name > /dev/null || exit 9`,
    "case $n in 1) echo 0.08;; 2) echo 0.19;; *) echo 0.72;; esac",
  ].join("\n");
const book = (folder: string, auto = "") => `---
title: Canary night
verify: "#prove"
requires: {tools: [kubectl], cluster: true}
---

# Canary night

## Migrate the schema

<!-- step: {id: migrate, planned: 1m} -->

${sh(`kubectl -n ${NAMESPACE} annotate configmap canary schema=42 --overwrite`)}
## Canary 10 %

<!-- step: {id: canary, planned: 1m, rollback: "#traffic-back", target: 2m, rollback-valid: 24h${auto}} -->

${sh(turn(10), "{name=weight}")}
${sh(probe(folder), '{name=error-rate gate=hold for=10s every=1s expect="<= 0.3"}')}
## Shift to 50 %

<!-- step: {id: shift, planned: 1m, rollback: "#traffic-back", target: 2m} -->

${sh(turn(50))}
## Drop the old store

<!-- step: {id: drop, planned: 1m, point-of-no-return: true} -->

${sh("true")}
## Traffic back to blue

<!-- step: {id: traffic-back, planned: 10s, target: 2m} -->

${sh(turn(0), "{name=weight-0}")}
## Prove it

<!-- step: {id: prove, planned: 10s} -->

${sh(`kubectl -n ${NAMESPACE} get configmap canary -o jsonpath='{.data.weight}'`, '{gate=wait within=30s every=1s expect="<= 0"}')}`;

// A cluster, production's arming times, and pictures where they are asked for.
test.setTimeout(process.env["HOLDPOINT_PICTURES"] === undefined ? 120_000 : 400_000);

test.beforeAll(() => {
  expect(kubeconfig, "the cluster tests need the control plane: run them by `npm test`, or set HOLDPOINT_TEST_KUBECONFIG").toBeTruthy();
  kubectl("create", "namespace", NAMESPACE);
  kubectl("-n", NAMESPACE, "create", "configmap", "canary", "--from-literal=weight=0");
});
test.afterAll(() => {
  kubectl("delete", "namespace", NAMESPACE, "--wait=false");
});

/** To the gate that fails in its third probe, on production. */
async function toTheFailure(page: Page, path: string): Promise<void> {
  await becomeOperator(page);
  const admin = page.getByRole("listitem").filter({ hasText: /^admin/ });
  await admin.getByRole("button", { name: /class/i }).click();
  await page.getByRole("menuitemcheckbox", { name: /Production/ }).click();
  await expect(admin.getByText("PRODUCTION")).toBeVisible();
  await openRunbook(page, path);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  const start = page.getByRole("dialog", { name: /Start Canary night/ });
  await start.getByRole("radio", { name: /admin/ }).click();
  await start.getByLabel(/type/i).last().fill("admin");
  await expect(start.getByText("Ready to start on production.")).toBeVisible();
  await start.getByRole("button", { name: /Start on production/ }).click();
  const bar = page.getByRole("region", { name: "Next action" });
  await expect(bar).toContainText("Next: Step 1");
  await page.waitForTimeout(900); // a primary action is armed so long after it appeared
  await act(page, /Run step/);
  await expect(bar).toContainText("Next: Step 2", { timeout: 30_000 });
  await page.waitForTimeout(900);
  await act(page, /Run step/);
  await expect(page.getByRole("region", { name: "Alarm" })).toContainText("Gate error-rate failed: 0.72, limit <= 0.3", {
    timeout: 60_000,
  });
  expect(weight()).toBe("10");
}

test("holds and alarms at the failed gate, goes back on one confirmation, and shows the measured time beside its promise", async ({
  holdpoint,
}) => {
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: kubeconfig! }));
  await toTheFailure(page, holdpoint.write("canary-night.md", book(holdpoint.folder)));
  const forward = page.url();
  const bar = page.locator('[data-region="action"]');
  await expect(bar.getByRole("button", { name: /Start the way back/ })).toBeVisible();
  await expect(page.getByRole("button", { name: /Held/ })).toBeVisible();
  await picture(page, "failed");

  // F9 from anywhere opens the question, and starts nothing; a trouble leads to the procedures that answer it
  await page.keyboard.press("F9");
  const dialog = page.getByRole("dialog", { name: "Go back?" });
  await expect(dialog.getByRole("radio", { name: /Traffic back to blue/ })).toBeChecked();
  await expect(dialog).toContainText("Undoes2 Canary 10 %");
  await expect(dialog).toContainText("Stays as it is1 Migrate the schema");
  await expect(dialog).toContainText("promised under 2:00");
  await dialog.getByRole("radio", { name: "Data", exact: true }).check();
  await expect(dialog.getByRole("radio", { name: /Point-in-time restore/ })).toBeVisible();
  await expect(dialog.getByRole("radio", { name: /High latency/ })).toHaveCount(0);
  await dialog.getByRole("radio", { name: "Performance", exact: true }).check();
  await expect(dialog.getByRole("radio", { name: /High latency/ })).toBeVisible();
  // What answers the trouble comes first; the step's own way back is chosen again.
  await dialog.getByRole("radio", { name: /Traffic back to blue/ }).check();
  await picture(page, "asked");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeVisible();
  expect(weight()).toBe("10");

  await dialog.getByRole("button", { name: "Start the way back" }).click();
  await expect(page.getByRole("region", { name: "Time of the way back" })).toContainText("promised under 2:00");
  await expect(page.getByRole("region", { name: "Time of the way back" })).toContainText(
    /Recovered, verified, promised under 2:00, in time/,
    {
      timeout: 60_000,
    },
  );
  expect(weight()).toBe("0");
  await expect(page.getByRole("region", { name: "Situation" })).toContainText("in time");
  await picture(page, "recovered");

  await page.getByRole("link", { name: "The run it undoes" }).click();
  await expect(page).toHaveURL(forward);
  await expect(page.getByRole("treeitem", { name: /Canary 10 %/ })).toContainText("undone");
  await expect(page.getByRole("region", { name: "Way back", exact: true })).toContainText("Gone back: Traffic back to blue");
  await picture(page, "undone");
  await page.waitForTimeout(900);
  await act(page, /Finish the run/);
  await expect(page.getByText(/Finished, rolled back/).first()).toBeVisible();
  const { problems } = await call<{ problems: unknown[] }>(page, "record.verify", {}).catch(() => ({ problems: [] }));
  expect(problems).toEqual([]);
});

test("counts down to an automatic way back, and a person stops it", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: kubeconfig! }));
  await toTheFailure(page, holdpoint.write("canary-night.md", book(holdpoint.folder, ", auto-rollback: true")));
  const band = page.getByRole("region", { name: "Automatic way back" });
  await expect(band).toContainText("Going back by itself, unless somebody stops it");
  await picture(page, "countdown", 1);
  await band.getByRole("button", { name: "Stop the countdown" }).click();
  await expect(band).toBeHidden();
  await expect(page.locator('[data-region="action"]').getByRole("button", { name: /Start the way back/ })).toBeVisible();
  expect(weight()).toBe("10");
});

const SIZES: readonly (readonly [number, number])[] = [
  [1440, 900],
  [1024, 768],
  [720, 900],
];
/** For looking at, where a folder for them is named. */
async function picture(page: Page, name: string, most = 3): Promise<void> {
  const out = process.env["HOLDPOINT_PICTURES"];
  if (out === undefined) return;
  for (const [width, height] of SIZES.slice(0, most)) {
    await page.setViewportSize({ width, height });
    for (const scheme of ["dark", "light"] as const) {
      await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), scheme);
      await page.waitForTimeout(most === 1 ? 200 : 600);
      await page.screenshot({ path: `${out}/${name}-${scheme}-${width}.png` });
    }
  }
  await page.evaluate(() => document.documentElement.setAttribute("data-theme", "dark"));
  await page.setViewportSize({ width: 1440, height: 900 });
}
