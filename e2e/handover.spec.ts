// A run is handed over in the middle: summed up, signed by both at one window, stale when something happens; and a note in two keystrokes.
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call, expectStep, openRunbook, PASSWORD, PERSON, sign } from "./pages.ts";

const FENCE = "```";
const step = (id: string, title: string, commands: string) =>
  `## ${title}\n\n<!-- step: {id: ${id}, planned: 2m} -->\n\n${FENCE}sh\n${commands}\n${FENCE}\n\n`;

test("Dana hands the run over to Mira, and from then on Mira operates it", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await call(page, "people.enrol", {
    ...{ id: "mira", name: "Mira Olsen", title: "", roles: ["lead", "operator"], password: PASSWORD },
    ...{ checkedBy: PERSON.name, how: "Badge, in person", ownPassword: PERSON.password },
  });
  const book = `---\ntitle: Cut-over\n---\n\n# Cut-over\n\n${step("look", "Look around", "echo looked")}${step("move", "Move the traffic", "echo moved")}${step("say", "Announce", "echo said")}`;
  await openRunbook(page, holdpoint.write("cut-over.md", book));
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Start/ })
    .click();
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Look around");

  await test.step("two keystrokes and a line put a near-miss on the run's timeline", async () => {
    await page.keyboard.press("l");
    await page.keyboard.press("m");
    const entry = page.getByRole("dialog", { name: "Near-miss" });
    await expect(entry.getByLabel("In a line")).toBeFocused();
    await page.keyboard.type("The wrong tab was in front");
    await page.keyboard.press("Enter");
    await expect(entry).toBeHidden();
  });

  const dialog = page.getByRole("dialog", { name: /Hand/ });
  await test.step("it is proposed with a summary of this moment", async () => {
    await page.getByRole("button", { name: "More for this run" }).click();
    await page.getByRole("menuitem", { name: /Hand the run over/ }).click();
    await dialog.getByLabel("Who takes it over").selectOption("mira");
    await dialog.getByLabel("In your words").fill("The board flickers");
    await expect(dialog.getByRole("region", { name: "Open" })).toContainText("The wrong tab was in front");
    await clean(page, "a hand-over to be proposed");
    await picture(page, "propose");
    await dialog.getByRole("button", { name: "Propose it" }).click();
    await expect(dialog.getByRole("region", { name: "Done" })).toContainText("Step 1 Look around: passed");
    await expect(dialog.getByRole("list", { name: "Signatures" })).toContainText("Mira Olsen takes, has not signed");
    await clean(page, "a hand-over to be signed");
    await picture(page, "proposed");
  });

  await test.step("what happens in between makes it stale; it is summed up again", async () => {
    await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
    await act(page, /Run step/);
    await expectStep(page, "Passed", "Move the traffic");
    const waits = page.getByRole("status").filter({ hasText: "Hand-over from" });
    await expect(waits).toContainText("something happened since");
    await waits.getByRole("button", { name: /Show the hand-over/ }).click();
    await expect(dialog.getByRole("button", { name: /Sign the hand-over/ })).toHaveCount(0);
    await dialog.getByRole("button", { name: /Sum it up again/ }).click();
    await dialog.getByRole("button", { name: "Propose it" }).click();
    await expect(dialog.getByRole("region", { name: "Done" })).toContainText("Step 2 Move the traffic: passed");
  });

  await test.step("both sign the same sentence, each with id and password", async () => {
    await dialog.getByRole("button", { name: /Sign the hand-over/ }).click();
    const sheet = page.getByRole("dialog");
    await expect(sheet.getByText(/Dana Mercer hands over and Mira Olsen takes over run \d+ “Cut-over”/)).toBeVisible();
    await picture(page, "signing");
    await sign(page, PERSON.id, PERSON.password);
    await expect(sheet).toBeHidden();
    const waits = page.getByRole("status").filter({ hasText: "Hand-over from" });
    await expect(waits).toContainText("waits for Mira Olsen to sign");
    await waits.getByRole("button", { name: /Show the hand-over/ }).click();
    await expect(dialog.getByRole("list", { name: "Signatures" })).toContainText("Dana Mercer gives, signed");
    await dialog.getByRole("button", { name: /Sign the hand-over/ }).click();
    await sign(page, "mira");
    await expect(sheet).toBeHidden();
    await expect(waits).toBeHidden();
  });

  await page.getByRole("button", { name: "More for this run" }).click();
  await expect(page.getByRole("menuitem", { name: /Hand the run over/ })).toContainText("Mira Olsen operates it");
});

/** For looking at, where a folder for them is named. */
async function picture(page: import("@playwright/test").Page, name: string): Promise<void> {
  const out = process.env["HOLDPOINT_PICTURES"];
  if (out === undefined) return;
  for (const scheme of ["dark", "light"] as const) {
    await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), scheme);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${out}/handover-${name}-${scheme}-1440.png` });
  }
}
