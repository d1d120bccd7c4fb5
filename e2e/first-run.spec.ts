// Scene 1: a newcomer's first minutes, by keyboard alone, through passed, failed, retried, unknown, judged, confirmed and verified.

import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, PERSON } from "./pages.ts";

test("the practice run from the first key to a verified record, without a mouse", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);

  await expect(page.getByRole("button", { name: /Practice now/ })).toBeVisible();
  await page.keyboard.press("Enter");
  const start = page.getByRole("dialog", { name: /Start Practice run/ });
  await expect(start.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");

  await act(page, /Run step/, "Enter");
  await expectStep(page, "Passed", "Look around");
  await act(page, /Run step/, "Enter");
  await expectStep(page, "Passed", "One shell for the whole run");

  // 1.3 asks; the answer is typed into the terminal
  await act(page, /Run step/, "Enter");
  await expect(page.getByText("Step 1.3 is running")).toBeVisible();
  await page.getByRole("textbox", { name: /terminal/i }).focus();
  await page.keyboard.type("Ruth\n");
  await expectStep(page, "Passed", "Answer a question");

  // 2.1 fails once, says so until it is seen, and passes when it is tried again
  await act(page, /Run step/);
  await expect(page.getByText("Step 2.1 failed").first()).toBeVisible();
  await page.getByRole("button", { name: /^Seen/ }).focus();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /^Seen/ })).toBeHidden();
  await act(page, /Retry/);
  await expectStep(page, "Passed", "Fail once");

  // 2.2 ends unknown and waits for a judgement with a reason
  await act(page, /Run step/);
  await expect(page.getByText("How did Step 2.2 end?")).toBeVisible();
  await act(page, /Judge/);
  const judge = page.getByRole("dialog", { name: /How did 2.2/ });
  await judge.getByRole("radio", { name: /Accept/ }).focus();
  await page.keyboard.press("Space");
  await judge.getByRole("textbox").focus();
  await page.keyboard.type("The shell was killed on purpose; nothing was lost.");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(judge).toBeHidden();

  // 3.1 is confirmed by hand, and the run is finished
  await act(page, /Start step/);
  await act(page, /^Confirm/);
  await act(page, /Finish/);
  await expect(page.getByText(/Run finished|is finished|finished/i).first()).toBeVisible();

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
  await page
    .getByRole("searchbox")
    .or(page.getByLabel(/Search in the record/))
    .first()
    .fill("judged");
  await expect(page.getByText("step.judged").first()).toBeVisible();
  await expect(page.getByText(PERSON.name).first()).toBeVisible();
});
