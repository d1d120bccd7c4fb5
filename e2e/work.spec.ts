// Values changed with a reason, what a step opened and its countdown, a picture on a check, work done elsewhere, and a recheck of an unknown end.
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook } from "./pages.ts";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const BOOK = `---
params:
  - {name: WEIGHT, type: int, default: 10, min: 1, max: 100, about: share of the canary}
---

# Night work

## Freeze

<!-- step: {id: freeze, opens: ci-freeze, by: 30m} -->

\`\`\`sh
echo "frozen at $WEIGHT"
\`\`\`

## Board

<!-- step: {id: board} -->

- [ ] The board <!-- check: {value: picture} -->

## Vendor

<!-- step: {id: vendor} -->

The vendor switches the line in its own console.

## Apply

<!-- step: {id: apply} -->

\`\`\`sh {recheck=applied}
kill -9 $$
\`\`\`

\`\`\`sh {name=applied}
echo "not done"
\`\`\`

## Thaw

<!-- step: {id: thaw, closes: ci-freeze} -->

\`\`\`sh {job=true}
echo "thawed at $WEIGHT"
\`\`\`
`;

test("keeps values, open loops, pictures, transcribed work and rechecks through a run in the window", async ({ holdpoint }) => {
  test.setTimeout(240_000);
  const shots = process.env["HOLDPOINT_PICTURES"];
  const page = await holdpoint.open(await holdpoint.serve());
  const picture = (name: string) => (shots ? page.screenshot({ path: `${shots}/${name}.png` }) : Promise.resolve());
  await page.setViewportSize({ width: 1440, height: 900 });
  await becomeOperator(page);
  await openRunbook(page, holdpoint.write("night-work.md", BOOK));
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /Start run/ })
    .click();

  await act(page, /Run step/);
  const loop = page.getByRole("button", { name: /ci-freeze: due in/ });
  await expect(loop).toBeVisible();

  await page.getByRole("button", { name: "More for this run" }).click();
  await page.getByRole("menuitem", { name: /Values of this run/ }).click();
  await page.getByRole("button", { name: "Change WEIGHT" }).click();
  await page.getByLabel(/New value, instead of 10/).fill("900");
  await page.getByLabel("Reason").fill("the next rung");
  await page.getByRole("button", { name: "Change the value" }).click();
  await expect(page.getByRole("dialog")).toContainText("WEIGHT");
  await page.getByLabel(/New value/).fill("25");
  await page.getByRole("button", { name: "Change the value" }).click();
  const values = page.getByRole("dialog", { name: "Values of this run" });
  await expect(values).toContainText("changed it to 25");
  await expect(values).toContainText("the next rung");
  await picture("values");
  await values.getByRole("button", { name: "Close", exact: true }).last().click();

  await page.getByLabel("Picture", { exact: true }).setInputFiles({ name: "board.png", mimeType: "image/png", buffer: PNG });
  await expectStep(page, "Passed", "Board");

  const vendor = page.locator("article[data-step=vendor]");
  await vendor.getByRole("button", { name: /More for step/ }).click();
  await page.getByRole("menuitem", { name: /Done elsewhere/ }).click();
  const manual = page.getByRole("dialog", { name: /done elsewhere/ });
  await manual.getByLabel("Done by").fill("Ines Okafor");
  await manual.getByLabel("Where", { exact: true }).fill("vendor's console");
  await manual.getByLabel(/When it was done/).fill("2026-03-01 01:30");
  await manual.getByLabel("It passed").check();
  await manual.getByLabel("What was done and seen").fill("The line was switched and answers.");
  await picture("manual");
  await manual.getByRole("button", { name: "Record it as transcribed" }).click();
  await expect(manual).toBeHidden();

  await act(page, /Run step/);
  await act(page, /Look first/);
  await expect(page.getByText(/The recheck says/).first()).toContainText("not done");
  await act(page, /Judge/);
  const judging = page.getByRole("dialog", { name: /How did/ });
  await expect(judging).toContainText("The recheck says not done");
  await picture("recheck");
  await judging.getByLabel(/^Accept/).check();
  await judging.getByLabel("What you found").fill("It was not needed.");
  await page.keyboard.press("ControlOrMeta+Enter");

  await loop.click();
  await expect(page.getByRole("dialog", { name: /to be closed again/ })).toContainText("due in");
  await picture("loops");
  await page.keyboard.press("Escape");
  await act(page, /Run step/);
  await expect(loop).toBeHidden();
  await act(page, /Finish the run/);
  await expect(page.getByText(/The run is finished/).first()).toBeVisible();
});
