// Runs that belong to a launch: begun from a checklist in the library, started as part of it, its checks leading back to its readiness.
// The launch itself is made and left by what is on screen.
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook } from "./pages.ts";

const CHECKLIST = `---
title: Small go-live
kind: checklist
version: 1
---

# Small go-live

## Infrastructure

- [ ] **INF-01** Three instances answer.

  \`\`\`sh {name=inf-01 expect=">= 3"}
  echo 3
  \`\`\`

- [ ] **INF-02** The runbook was read.
`;
const RUNBOOK = `---
title: Cut-over
requires: {cluster: false}
---

# Cut-over

## Look around

\`\`\`sh
echo looked
\`\`\`
`;

test("a checklist becomes a launch; its checks are titled so and lead back, and a run is started as part of it", async ({ holdpoint }) => {
  const checklist = holdpoint.write("small.md", CHECKLIST);
  const runbook = holdpoint.write("cut-over.md", RUNBOOK);
  const page = await holdpoint.open(await holdpoint.serve());
  const { origin } = new URL(page.url());
  await becomeOperator(page);

  await test.step("the checklist's one action starts a launch with it", async () => {
    await openRunbook(page, checklist);
    await page.getByRole("button", { name: /Trust this folder/ }).click();
    await page.getByRole("button", { name: /Start a launch/ }).click();
    const dialog = page.getByRole("dialog", { name: "New launch" });
    await expect(dialog.getByLabel(/path of a checklist/)).toHaveValue(checklist);
    await dialog.getByLabel("Name", { exact: true }).fill("v1.0-rc1");
    await dialog.getByRole("button", { name: "Make the launch" }).click();
    await expect(dialog).toBeHidden();
    await expect(page).toHaveURL(/#\/launch\/launch-/);
  });
  const launch = /launch-[0-9A-Z]{26}/.exec(page.url())![0];

  await test.step("its checks say what they are, and lead back to readiness", async () => {
    await page.goto(`${origin}/#/launch/${launch}/readiness/INF-01`);
    const item = page.getByRole("region", { name: "Automatic check" });
    await item.getByRole("button", { name: "Check", exact: true }).click();
    await expect(item).toContainText("passed");
    await item.getByRole("link", { name: "Terminal" }).click();
    await expect(page.getByRole("heading", { name: "Checks: Small go-live" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Checks for v1.0-rc1" })).toBeVisible();
    await page.locator("[data-region=action]").getByRole("button", { name: "Back to readiness" }).click();
    await expect(page).toHaveURL(new RegExp(`#/launch/${launch}/readiness`));
  });

  await test.step("a run started as part of the launch names it, with the way there", async () => {
    await page.goto(`${origin}/#/library`);
    await openRunbook(page, runbook);
    await page.getByRole("button", { name: /Start a run/ }).click();
    const start = page.getByRole("dialog", { name: "Start Cut-over" });
    await start.getByLabel("Part of").selectOption({ label: "v1.0-rc1, preparing" });
    await expect(page.getByText("Ready to start.")).toBeVisible();
    await page.keyboard.press("ControlOrMeta+Enter");
    await act(page, /Run step/);
    await expectStep(page, "Passed", "Look around");
    await act(page, /Finish the run/);
    const back = page.locator("[data-region=action]").getByRole("button", { name: "Back to readiness" });
    await expect(back).toBeVisible();
    await page.getByRole("link", { name: "Launch v1.0-rc1" }).click();
    await expect(page).toHaveURL(new RegExp(`#/launch/${launch}/readiness`));
  });
});
