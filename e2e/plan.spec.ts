// The plan of a run in two lanes and of a file before it runs: by key, in words, in bars, on paper.
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, openRunbook } from "./pages.ts";

const BOOK = `# Night

## Freeze

<!-- step: {id: freeze, planned: 2m} -->

- [ ] Frozen

## Migrate

<!-- step: {id: migrate, planned: 20m, lane: data, needs: [freeze]} -->

- [ ] Migrated

## Warm up

<!-- step: {id: warm, planned: 5m, lane: traffic, needs: [freeze]} -->

- [ ] Warm

## Switch

<!-- step: {id: switch, planned: 3m, lane: traffic, needs: [migrate]} -->

- [ ] Switched
`;

test("a night is planned before it runs, and held against what happens: by key, in bars, as a table and on paper", async ({
  holdpoint,
}) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await openRunbook(page, holdpoint.write("night.md", BOOK));
  await page.getByRole("button", { name: /Trust this folder/ }).press("Enter");
  await expect(page.getByRole("button", { name: /Start a run/ })).toBeEnabled();

  // before it runs: the two lanes side by side, so 25 minutes and not 30
  await page.keyboard.press("p");
  const plan = page.getByRole("region", { name: "Plan", exact: true });
  await expect(plan.getByText("after 25:00")).toBeVisible();
  const table = page.getByRole("table", { name: /^Plan of Night/ });
  await expect(table.getByRole("row", { name: /2 Migrate critical/ })).toBeVisible();
  await expect(table.getByRole("row", { name: /3 Warm up.*traffic.*5:00.*from the text.*15:00/ })).toBeVisible();
  await clean(page, "plan of a file");
  await page.keyboard.press("p");
  await expect(table).toBeHidden();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");

  // under way: done, running, forecast; the bars are walked by arrows, Enter leads to the step's text
  await act(page, /Start step/);
  await act(page, /Confirm/);
  await expect(page.getByRole("treeitem", { name: /Passed.*Freeze/ })).toBeVisible();
  await page.keyboard.press("p");
  await expect(plan.getByRole("button", { name: /^1 Freeze, lane main, .*passed, .*critical path/ })).toBeVisible();
  await expect(table.getByRole("row", { name: /Passed.*1 Freeze/ })).toContainText("took");
  await expect(table.getByRole("row", { name: /2 Migrate/ })).toContainText("none");
  await expect(plan.getByText(/left on the critical path/)).toBeVisible();
  await expect(page.getByLabel("Situation").getByText("25:00")).toBeVisible();
  await clean(page, "plan of a run");
  const first = plan.getByRole("button", { name: /^1 Freeze, lane main/ });
  await first.focus();
  await page.keyboard.press("ArrowDown");
  await expect(plan.getByRole("button", { name: /^2 Migrate, lane data/ })).toBeFocused();
  const wide = async () => (await plan.getByRole("button", { name: /^2 Migrate, lane data/ }).boundingBox())!.width;
  const before = await wide();
  await page.keyboard.press("+");
  await expect.poll(wide).toBeGreaterThan(before * 1.3);
  await page.keyboard.press("0");
  await expect.poll(wide).toBeLessThan(before * 1.1);

  // another zone: this browser's, as the table's head says
  await page.getByRole("radio", { name: "Local" }).check({ force: true });
  await expect(table.getByRole("columnheader", { name: /Planned, EES?T/ })).toBeVisible();

  // on paper: nothing but the plan, with a box for each step, ticked where it is done
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("columnheader", { name: "Begun, ended, by" })).toBeVisible();
  await expect(page.getByText(/^log log-/)).toBeVisible();
  await expect(page.getByRole("row", { name: /^✓.*1 Freeze/ })).toBeVisible();
  await expect(page.getByRole("navigation", { name: "Places" })).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  await expect(page.getByRole("columnheader", { name: "Forecast" })).toBeVisible();

  await plan.getByRole("button", { name: /^4 Switch, lane traffic/ }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: "4 Switch" })).toBeVisible();
});
