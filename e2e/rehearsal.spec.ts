// A rehearsal in the window: a real night first, then the same file walked through and replayed, by keys; ended in the middle by kill -9.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, type Holdpoint, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook, PERSON, terminalText } from "./pages.ts";

const BOOK = `---
title: Restore the shop
version: "6"
reviewed: 2026-01-09
requires: {cluster: false}
---

# Restore the shop

The shop's database is lost. This brings it back from the last backup.

## Stop writes

<!-- step: {id: stop, planned: 1m} -->

Nobody may write while the database is being restored.

\`\`\`bash {name=freeze}
for part in web worker cron; do echo "  $part scaled to 0"; sleep 0.1; done
\`\`\`

- [ ] The page says that the shop is closed for maintenance

## Restore the database

<!-- step: {id: restore, planned: 8m} -->

\`\`\`bash {name=restore-database}
if [ -e restored ]; then
  for part in 1 2 3 4 5 6; do echo "restoring part $part of 6"; sleep 0.5; done
  echo "checksum 9f2c 07aa"
else
  touch restored
  echo "reading part 7 of 12"
  echo "error: part 8 ended early, 61,440 of 262,144 bytes" >&2
  exit 2
fi
\`\`\`

## Open again

<!-- step: {id: open, planned: 1m} -->

\`\`\`bash {name=open-shop capture=RELEASE}
echo "shop 6.2.1"
\`\`\`
`;

/** The start dialog of the runbook that is open. */
async function askToStart(page: Page) {
  await page.getByRole("button", { name: /Start a run/ }).click();
  return page.getByRole("dialog", { name: "Start Restore the shop" });
}

async function begin(page: Page, holdpoint: Holdpoint): Promise<void> {
  await becomeOperator(page);
  holdpoint.write("restore.md", BOOK);
  await openRunbook(page, holdpoint.books);
  await page.getByRole("link", { name: /Restore the shop/ }).click();
  await page.getByRole("button", { name: "Trust this folder" }).click();
}

async function live(page: Page): Promise<void> {
  const dialog = await askToStart(page);
  await expect(dialog.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await act(page, /^Run step/);
  await act(page, /^Confirm/);
  await act(page, /^Run step/);
  await expectBad(page, "Failed");
  await act(page, /^Retry/);
  await expectStep(page, "Passed", "Restore the database");
  await act(page, /^Run step/);
  await act(page, /^Finish the run/);
  await expect(page.getByRole("banner").getByText("Finished", { exact: true })).toBeVisible();
}

/** The outline's row of the restore, which says how it ended behind its title. */
const expectBad = (page: Page, verdict: "Failed" | "Unknown") =>
  expect(page.getByRole("treeitem", { name: new RegExp(`Restore the database.*${verdict}`) })).toBeVisible();

/** From the Rehearse page: the start dialog, with a rehearsal chosen. */
async function rehearse(page: Page) {
  await page.getByRole("link", { name: "Rehearse", exact: true }).click();
  await page
    .getByRole("navigation", { name: "Runbooks to rehearse" })
    .getByRole("link", { name: /Restore the shop/ })
    .click();
  await page.getByRole("button", { name: /^Start a rehearsal/ }).click();
  const dialog = page.getByRole("dialog", { name: "Start Restore the shop" });
  await expect(dialog.getByRole("radio", { name: /^Rehearsal/ })).toBeChecked();
  return dialog;
}

test("the same file is walked through and replayed, and nobody could take either for the night itself", async ({ holdpoint }) => {
  const served = await holdpoint.serve();
  const page = await holdpoint.open(served);
  await begin(page, holdpoint);
  await live(page);
  await expect(page.getByRole("banner").getByText("LIVE")).toBeVisible();
  rmSync(join(holdpoint.books, "restored"));

  const dialog = await rehearse(page);
  await dialog.getByRole("radio", { name: /^Walk/ }).check({ force: true });
  await expect(dialog.getByText("Ready. Nothing will be run.")).toBeVisible();
  await clean(page, "a way to rehearse");
  await page.keyboard.press("ControlOrMeta+Enter");
  const band = page.getByRole("banner");
  await expect(band.getByText(/^REHEARSAL/)).toBeVisible();
  await expect(band.getByText("LIVE", { exact: true })).toBeHidden();
  await act(page, /^Walk step/);
  await page.getByLabel("Remark, goes on record").fill("the scaler is called elsewhere now");
  await clean(page, "a way to rehearse");
  await act(page, /^Passed/);
  await expect(page.getByText(/Passed, walked through/)).toBeVisible();
  await act(page, /^Confirm/);
  await act(page, /^Walk step/);
  await page.getByRole("region", { name: "Next action" }).getByRole("button", { name: "Failed" }).click();
  await expectBad(page, "Failed");
  await act(page, /^Retry/);
  await act(page, /^Passed/);
  await act(page, /^Walk step/);
  await page.getByLabel(/It would print/).fill("shop 6.2.1");
  await act(page, /^Passed/);
  await act(page, /^Finish the run/);
  await expect(band.getByText("Finished", { exact: true })).toBeVisible();
  expect(existsSync(join(holdpoint.books, "restored"))).toBe(false);
});

test("a replay plays as then, changes its speed and skips; after a kill in the middle it stands unknown and goes on", async ({
  holdpoint,
}) => {
  let served = await holdpoint.serve();
  let page = await holdpoint.open(served);
  await begin(page, holdpoint);
  await live(page);
  rmSync(join(holdpoint.books, "restored"));
  const dialog = await rehearse(page);
  await dialog.getByRole("radio", { name: /^Replay/ }).check({ force: true });
  await expect(dialog.getByText(/3 steps play/)).toBeVisible();
  await dialog.getByLabel("Speed").selectOption("half speed");
  await expect(dialog.getByText("Ready. Nothing will be run.")).toBeVisible();
  await clean(page, "a way to rehearse");
  await page.keyboard.press("ControlOrMeta+Enter");
  const terminal = page.getByRole("region", { name: "Terminal" });
  await expect(terminal.getByText(/no shell, no cluster: recorded/)).toBeVisible();
  await act(page, /^Play step/);
  await act(page, /^Confirm/);
  expect(await terminalText(page)).toContain("worker scaled to 0");
  await act(page, /^Play step/);
  await expectBad(page, "Failed");
  await expect(page.getByText(/Failed, exit 2, replayed/)).toBeVisible();

  // In the middle of the second take: typed by hand it refuses, and the power goes.
  await act(page, /^Retry/);
  await expect.poll(() => terminalText(page)).toContain("restoring part 1 of 6");
  await page.getByRole("button", { name: "Pause the replay" }).click();
  await expect(page.getByRole("button", { name: "Play on" })).toBeVisible();
  await page.locator(".xterm-helper-textarea").first().focus();
  await page.keyboard.type("rm -rf shop");
  await expect.poll(() => terminalText(page)).toContain("Nothing is typed into a replay");
  await served.kill("SIGKILL");
  served = await holdpoint.serve();
  page = await holdpoint.open(served);
  await page.getByRole("button", { name: /Not signed in/ }).click();
  const sheet = page.getByRole("dialog", { name: "Sign in" });
  await sheet.getByLabel("Your id").fill(PERSON.id);
  await sheet.getByLabel("Password").fill(PERSON.password);
  await page.keyboard.press("Enter");
  await expect(sheet).toBeHidden();
  await page.getByRole("link", { name: /^Run/ }).click();
  await expect(page.getByRole("banner").getByText(/^REHEARSAL/)).toBeVisible();
  await expectBad(page, "Unknown");
  await act(page, /^Judge/);
  const judging = page.getByRole("dialog");
  await judging.getByRole("radio", { name: /Reject/ }).check();
  await judging.getByLabel("What you found").fill("the power went while it played");
  await page.keyboard.press("ControlOrMeta+Enter");
  await act(page, /^Resume/);
  await act(page, /^Retry/);
  await expect.poll(() => terminalText(page)).toContain("restoring part 1 of 6");
  await page.getByRole("button", { name: "Pause the replay" }).click();
  await page.getByRole("region", { name: "Replay", exact: true }).getByLabel("Speed").selectOption("4 times");
  await page.getByRole("button", { name: "Skip to the end of this block" }).click();
  await expectStep(page, "Passed", "Restore the database");
  expect(await terminalText(page)).toContain("checksum 9f2c 07aa");
  await act(page, /^Play step/);
  await act(page, /^Finish the run/);
  await expect(page.getByRole("banner").getByText("Finished", { exact: true })).toBeVisible();
  expect(existsSync(join(holdpoint.books, "restored"))).toBe(false);
});
