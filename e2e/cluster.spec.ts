// The blue-green switch in the window, on the real API server, production typed by name, its gates over metrics that answer by HTTP.
// The text is the library's own with its gates' times cut (build/services/shorten.ts); nothing else of it is changed.
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HEALTHY, shorten, startMetrics } from "../build/services/index.ts";
import { expect, test } from "./holdpoint.ts";
import { becomeOperator, openRunbook } from "./pages.ts";

const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];
const kubectl = (...args: string[]) =>
  execFileSync("kubectl", ["--kubeconfig", kubeconfig!, "--context", "admin", "-n", "core", ...args], { encoding: "utf8" });
const colour = () => kubectl("get", "service", "api", "-o", "jsonpath={.spec.selector.colour}");

const LIBRARY = join(import.meta.dirname, "..", "runbooks");

test("the blue-green switch on production, from the typed name to the proof", async ({ holdpoint }) => {
  test.setTimeout(180_000);
  expect(kubeconfig, "the cluster tests need the control plane: run them by `npm test`, or set HOLDPOINT_TEST_KUBECONFIG").toBeTruthy();
  kubectl("patch", "service", "api", "--type", "merge", "-p", '{"spec":{"selector":{"colour":"blue"}}}');

  const metrics = await startMetrics(HEALTHY);
  cpSync(LIBRARY, holdpoint.books, { recursive: true });
  const file = holdpoint.write("blue-green-switch.md", shorten(readFileSync(join(LIBRARY, "blue-green-switch.md"), "utf8")));
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: kubeconfig! }));
  await becomeOperator(page);

  // the class is set once, and decides colour and guard
  const deployer = page.getByRole("listitem").filter({ hasText: /^deployer/ });
  await deployer.getByRole("button", { name: /class/i }).click();
  await page.getByRole("menuitemcheckbox", { name: /Production/ }).click();
  await expect(deployer.getByText("PRODUCTION")).toBeVisible();

  await openRunbook(page, file);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  const start = page.getByRole("dialog", { name: /Start Blue-green switch/ });
  await start.getByRole("radio", { name: /deployer/ }).click();
  await start.getByLabel("PROMETHEUS", { exact: true }).fill(metrics.url);
  await start.getByLabel(/type/i).last().fill("deployer");
  await expect(start.getByText("Ready to start on production.")).toBeVisible();
  await start.getByRole("button", { name: /Start on production/ }).click();

  await expect(page.getByText("PRODUCTION").first()).toBeVisible();
  // every act on production takes the modifier, and only once it was on screen for a moment
  const region = page.locator('[data-region="action"]');
  for (let isOver = false; !isOver; ) {
    const button = region.getByRole("button", { name: /Start step|Run step|Run block|Confirm|Finish/ });
    await expect(button).toBeEnabled({ timeout: 60_000 });
    const words = await region.textContent();
    isOver = words?.includes("Finish") === true;
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect.poll(() => region.textContent()).not.toBe(words);
  }
  await metrics.stop();
  await expect.poll(colour).toBe("green");
  await expect(page.getByText(/finished/i).first()).toBeVisible();
});
