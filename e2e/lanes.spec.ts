// Two lanes in one window: both run at once, each with its terminal, its row and its buttons.
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, openRunbook } from "./pages.ts";

const FENCE = "```";
const step = (id: string, title: string, directive: string, commands: string) =>
  `## ${title}\n\n<!-- step: {id: ${id}, ${directive}} -->\n\n${FENCE}sh\n${commands}\n${FENCE}\n\n`;

test("steps of two lanes run side by side, and each lane keeps its own place", async ({ holdpoint }) => {
  const at = `${holdpoint.folder}/go`;
  const wait = (name: string) => `echo "${name} begins"; until test -e ${at}-${name}; do sleep 0.05; done; echo "${name} ends"`;
  const book = `---\ntitle: Cut-over in lanes\n---\n\n# Cut-over in lanes\n\n${step("backup", "Back up the store", "lane: data, planned: 5m", wait("backup"))}${step("drain", "Drain the old colour", "lane: traffic, planned: 3m", wait("drain"))}${step("migrate", "Migrate the schema", "lane: data, needs: [drain], planned: 8m", "echo migrated")}${step("shift", "Shift the traffic", "lane: traffic, needs: [migrate], planned: 2m", "echo shifted")}`;
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await openRunbook(page, holdpoint.write("lanes.md", book));
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Start/ })
    .click();

  const others = page.getByRole("list", { name: "Other lanes" });
  const bar = page.getByRole("region", { name: "Next action" });
  await expect(bar).toContainText("Next: Step 1");
  await expect(others.getByRole("listitem")).toContainText(["Next: Step 2"]);

  // one pressed as the primary action, the other in its own row; then the first lane does not hide the second one
  await act(page, /^Run step/);
  await expect(bar).toContainText("Next: Step 2");
  await expect(others.getByRole("listitem")).toContainText(["Step 1 is running"]);
  await act(page, /^Run step/);
  const tabs = page.getByRole("tablist", { name: "Shells" });
  await expect(tabs.getByRole("tab", { name: /data/ })).toBeVisible();
  await expect(tabs.getByRole("tab", { name: /traffic/ })).toBeVisible();
  await expect(page.getByRole("treeitem", { name: /Back up the store.*data/ })).toBeVisible();
  await expect(page.getByText(/running too: /).first()).toBeVisible();
  await picture(page, "both");

  // a lane's row stops that lane alone
  await others.getByRole("button", { name: /Stop block/ }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "is running" })).toHaveCount(1);
  await expect(bar).toContainText("failed");
  await picture(page, "failed");
  await act(page, /^Retry/);
  await expect(others.getByRole("listitem").filter({ hasText: "is running" })).toHaveCount(1);

  holdpoint.write("../go-backup", "");
  await expect(others.getByRole("listitem")).toContainText(["Step 3 waits for step 2"]);
  await picture(page, "waits");
  holdpoint.write("../go-drain", "");
  await expect(bar).toContainText("Next: Step 3");
  await act(page, /^Run step/);
  await expect(bar).toContainText("Next: Step 4");
  await act(page, /^Run step/);
  await expect(bar).toContainText("All steps are done");
});

/** For looking at, where a folder for them is named. */
async function picture(page: import("@playwright/test").Page, name: string): Promise<void> {
  const out = process.env["HOLDPOINT_PICTURES"];
  if (out === undefined) return;
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const scheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), scheme);
      await page.waitForTimeout(600);
      await page.screenshot({ path: `${out}/${name}-${scheme}-${width}.png` });
    }
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize({ width: 1440, height: 900 });
}
