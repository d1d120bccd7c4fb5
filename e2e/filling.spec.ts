// Values that a runbook asks for: a pattern missed is named at its field, a placeholder left open is filled where its step stands.
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook, terminalText } from "./pages.ts";

const BOOK = `---
params:
  - {name: TAG, type: string, required: true, pattern: "v[0-9]+"}
---

# Filled

## First

\`\`\`sh
echo "tag $TAG"
\`\`\`

## Second

\`\`\`sh
echo "on <host> at <port>"
\`\`\`
`;

test("a placeholder without a value is filled in the step's own card, and the step starts with it", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await openRunbook(page, holdpoint.write("filled.md", BOOK));
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  const start = page.getByRole("dialog", { name: /Start Filled/ });
  const tag = start.getByLabel("TAG", { exact: true });
  await tag.fill("one");
  await tag.blur();
  await expect(tag).toHaveAccessibleDescription(/It is "one", which does not match/);
  await expect(tag).toHaveAttribute("aria-invalid", "true");
  await tag.fill("v1");
  await tag.blur();
  await expect(tag).not.toHaveAttribute("aria-invalid", "true");
  await start.getByLabel(/Start all the same/).fill("The host is known later.");
  await page.keyboard.press("ControlOrMeta+Enter");

  await act(page, /Run step/);
  await expectStep(page, "Passed", "First");
  // the large key leads to the first empty field, Enter goes on from field to field, and nothing runs before all are filled
  await act(page, /Fill in the values/);
  const host = page.getByLabel("<host>");
  await expect(host).toBeFocused();
  await page.keyboard.type("two words");
  await expect(host).toHaveAccessibleDescription(/Not possible here: a space/);
  await host.fill("db-1");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("<port>")).toBeFocused();
  const fill = page.getByRole("button", { name: "Fill in and run the step" });
  await expect(fill).toBeDisabled();
  await page.keyboard.type("5432");
  await page.keyboard.press("Enter");
  await expect(fill).toBeFocused();
  await page.keyboard.press("Enter");
  await expectStep(page, "Passed", "Second");
  await expect.poll(() => terminalText(page)).toContain("on db-1 at 5432");
});
