// Judging, skipping, moving between regions, holding: by keyboard alone, with the focus always somewhere that can be seen.
import type { Page } from "@playwright/test";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, openRunbook } from "./pages.ts";

const BOOK = `# By hand

## Dies

\`\`\`sh
kill -9 $$
\`\`\`

## Fails

\`\`\`sh
false
\`\`\`

## Last

- [ ] Seen
`;

const menuOf = (page: Page, title: string) => page.getByRole("article", { name: title }).getByRole("button", { name: /^More/ });

test("a step is judged and another skipped without a mouse", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await openRunbook(page, holdpoint.write("hand.md", BOOK));
  await page.getByRole("button", { name: /Trust this folder/ }).press("Enter");
  await expect(page.getByRole("button", { name: /Start a run/ })).toBeEnabled();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");

  // judged: the key of the large button opens the question, arrows choose, Ctrl Enter answers, Escape only leaves
  await act(page, /Run step/, "Enter");
  await expect(page.getByText("How did Step 1 end?")).toBeVisible();
  await page.keyboard.press("Escape"); // the alarm is seen
  await act(page, /Judge/, "Enter");
  const judge = page.getByRole("dialog", { name: /How did 1 Dies end/ });
  await expect(judge).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(judge).toBeHidden();
  await act(page, /Judge/, "Enter");
  await expect(judge.getByRole("radio", { name: /Accept/ })).toBeVisible();
  await judge.getByRole("radio", { name: /Accept/ }).focus();
  await page.keyboard.press("ArrowDown");
  await expect(judge.getByRole("radio", { name: /Reject/ })).toBeChecked();
  await page.keyboard.press("Tab");
  // Ctrl Enter without a reason answers nothing
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(judge).toBeVisible();
  await page.keyboard.type("The shell is gone and nothing was done.");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(judge).toBeHidden();
  await expect(page.getByRole("treeitem", { name: /1 Dies.*Unknown, rejected by/ })).toBeVisible();

  // skipped, from the menu of the step
  await menuOf(page, "1 Dies").press("Enter");
  await page.getByRole("menuitem", { name: /Skip/ }).press("Enter");
  const skip = page.getByRole("dialog", { name: /Skip 1 Dies/ });
  await expect(skip.getByRole("textbox")).toBeFocused();
  await page.keyboard.type("It killed its shell on purpose.");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(skip).toBeHidden();
  await expect(page.getByRole("treeitem", { name: /Unknown, rejected by .*left behind with a reason.*Dies/ })).toBeVisible();
  // the focus is on the menu's button again, whose own key Enter is; the large button's other key works from anywhere
  await act(page, /Run step/);
  await expect(page.getByText("Step 2 failed").first()).toBeVisible();

  // F6 goes round the regions and back, and what has the focus is on screen
  const seen = new Set<string>();
  for (let press = 0; press < 8; press++) {
    await page.keyboard.press("F6");
    const at = await page.evaluate(() => {
      const focus = document.activeElement;
      const box = focus?.getBoundingClientRect();
      const isOnScreen = box !== undefined && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
      return { region: focus?.closest("[data-region]")?.getAttribute("data-region") ?? "none", isOnScreen };
    });
    expect(at.isOnScreen).toBe(true);
    seen.add(at.region);
  }
  expect([...seen]).toEqual(expect.arrayContaining(["outline", "document", "terminal", "action"]));

  // F8 holds; the one action is then to resume
  await page.keyboard.press("F8");
  await expect(page.locator('[data-region="action"]').getByRole("button", { name: /Resume/ })).toBeVisible();

  // F9 asks about the way back, from inside the terminal too; Enter behind it chooses nothing, and a second F9 asks nothing more
  await page.locator(".xterm-helper-textarea").first().focus();
  await page.keyboard.press("F9");
  const wayBack = page.getByRole("dialog", { name: /Go back/ });
  await expect(wayBack).toBeVisible();
  await page.keyboard.press("Enter");
  await page.keyboard.press("F9");
  await expect(page.getByRole("dialog")).toHaveCount(1);
  await expect(wayBack).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(wayBack).toBeHidden();
  await expect(page.locator('[data-region="action"]').getByRole("button", { name: /Resume/ })).toBeVisible();
});
