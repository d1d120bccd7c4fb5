// A window that only reads: what it cannot do looks so, says why, and does nothing.
import { expect, test } from "./holdpoint.ts";
import { becomeOperator } from "./pages.ts";

test("export, verify, backup and settings are unavailable with the reason, by pointer and by key", async ({ holdpoint }) => {
  const writing = await holdpoint.serve();
  await becomeOperator(await holdpoint.open(writing));
  await writing.kill("SIGTERM");

  const page = await holdpoint.open(await holdpoint.serve({}, ["--read-only"]));
  await expect(page.getByText("Read only").first()).toBeVisible();
  await page.getByRole("link", { name: "Records", exact: true }).click();
  const verify = page.getByRole("button", { name: /Verify all/ });
  await expect(verify).toHaveAttribute("aria-disabled", "true");
  await verify.click({ force: true });
  await page.keyboard.press("Enter");
  await expect(page.getByText("Nothing was checked yet in this window.")).toBeVisible();
  await verify.hover();
  await expect(page.getByRole("tooltip")).toContainText("opened read-only");
  await expect(page.getByRole("button", { name: "More" })).toHaveAttribute("aria-disabled", "true");

  await page.locator("table a").first().click();
  await expect(page.getByRole("button", { name: /Export bundle/ })).toHaveAttribute("aria-disabled", "true");
  await expect(page.getByRole("button", { name: /As something else/ })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("radio", { name: /Dark/ })).toBeDisabled();
  await expect(page.getByRole("alert").filter({ hasText: /\S/ })).toHaveCount(0);
});
