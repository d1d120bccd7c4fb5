// Scene 1: a newcomer's first minutes, by keyboard alone, through passed, failed, retried, unknown, judged, confirmed and verified.

import { expect, test } from "./holdpoint.ts";
import { becomeOperator, PERSON } from "./pages.ts";

test("the practice run from the first key to a verified record, without a mouse", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);

  await expect(page.getByRole("button", { name: /Practice now/ })).toBeVisible();
  await page.keyboard.press("Enter");
  const start = page.getByRole("dialog", { name: /Start Practice run/ });
  await expect(start.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");

  const step = (number: string) =>
    page
      .getByRole("button", { name: /Run step/ })
      .and(page.locator(`:visible`))
      .first()
      .describe(number);
  const passed = (title: string) => expect(page.getByRole("button", { name: new RegExp(`${title}.*Passed`) })).toBeVisible();

  await expect(step("1.1")).toBeVisible();
  await page.keyboard.press("Enter");
  await passed("Look around");
  await expect(page.getByText("Next: Step 1.2")).toBeVisible();
  await page.keyboard.press("Enter");
  await passed("One shell for the whole run");

  // 1.3 asks; the answer is typed into the terminal, reached and left by keys
  await expect(page.getByText("Next: Step 1.3")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Step 1.3 is running")).toBeVisible();
  const terminal = page.getByRole("textbox", { name: /terminal/i });
  await terminal.focus();
  await page.keyboard.type("Ruth\n");
  await passed("Answer a question");
  await page.keyboard.press("ControlOrMeta+Enter");

  // 2.1 fails once, says so until it is seen, and passes when it is tried again
  await expect(page.getByRole("alert").getByText("Step 2.1 failed")).toBeVisible();
  await page.getByRole("button", { name: /^Seen/ }).focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+Enter");
  await passed("Fail once");

  // 2.2 ends unknown and waits for a judgement with a reason
  await expect(page.getByText("Next: Step 2.2")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("How did Step 2.2 end?")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.keyboard.press("ControlOrMeta+Enter");
  const judge = page.getByRole("dialog", { name: /How did 2.2/ });
  await judge.getByRole("radio", { name: /Accept/ }).focus();
  await page.keyboard.press("Space");
  await judge.getByRole("textbox").focus();
  await page.keyboard.type("The shell was killed on purpose; nothing was lost.");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(judge).toBeHidden();

  // 3.1 is confirmed by hand, and the run is finished
  await expect(page.getByText("Next: Step 3.1")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("button", { name: /Confirm check/ })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByRole("button", { name: /Finish/ })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText(/finished/i).first()).toBeVisible();

  // the record of it, verified
  await page.goto(`${page.url().split("#")[0]}#/records`);
  await page
    .getByRole("link", { name: /Practice run/ })
    .or(page.getByRole("button", { name: /Practice run/ }))
    .first()
    .focus();
  await page.keyboard.press("Enter");
  await page
    .getByRole("button", { name: /^Verify/ })
    .first()
    .focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText(/^VERIFIED/)).toBeVisible();
  await expect(page.getByText("step.judged")).toBeVisible();
  await expect(page.getByText(PERSON.name).first()).toBeVisible();
});
