// A drill with an instructor in the window: chosen at the start, hidden while it goes on, seen by the team in two keystrokes, debriefed by keys.
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook } from "./pages.ts";

const BOOK = `---
title: Restore the index
rpo: 15m
requires: {cluster: false}
---

# Restore the index

## Restore

<!-- step: {id: restore, planned: 8m} -->

\`\`\`bash {name=restore-index}
echo "41 of 41 parts"
\`\`\`

## Tell

<!-- step: {id: tell, planned: 1m} -->

\`\`\`bash
echo told
\`\`\`
`;

const SCENARIO = `title: A snapshot cut short
runbook: index.md
faults:
  - name: cut-short
    title: The snapshot ends early
    kind: fails
    step: restore
    output: "error: part 8 ended early"
    exit: 2
    expected: Take the older snapshot.
  - {name: later, title: The lead is away, kind: away, role: lead, after: 2h, for: 5m}
`;

test("a drill is chosen, hidden, seen, and debriefed with each moment a way to its event", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  holdpoint.write("index.md", BOOK);
  holdpoint.write("night.scenario.yaml", SCENARIO);
  await openRunbook(page, holdpoint.books);
  await page.getByRole("link", { name: /Restore the index/ }).click();
  await page.getByRole("button", { name: "Trust this folder" }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  const dialog = page.getByRole("dialog", { name: "Start Restore the index" });
  await dialog.getByRole("radio", { name: /^Rehearsal/ }).check({ force: true });
  await dialog.getByRole("radio", { name: /^Sandbox/ }).check({ force: true });
  await dialog.getByLabel("Instructor").selectOption({ label: "A snapshot cut short, 2 faults" });
  await page.keyboard.press("ControlOrMeta+Enter");
  await act(page, /^Run step/);
  await expectStep(page, "", "Restore");
  await expect(page.getByRole("treeitem", { name: /Restore.*Failed/ })).toBeVisible();
  await expect(page.getByText("The snapshot ends early")).toBeHidden();
  await page.keyboard.press("F7");
  const seen = page.getByRole("dialog", { name: "I see a fault" });
  await expect(seen.getByLabel(/What you see/)).toBeFocused();
  await clean(page, "I see a fault");
  await page.keyboard.press("Enter");
  await expect(seen).toBeHidden();
  await act(page, /^Retry/);
  await expectStep(page, "Passed", "Restore");
  await act(page, /^Run step/);
  await act(page, /^Finish the run/);
  await page.getByRole("button", { name: "Debrief" }).click();
  const debrief = page.getByRole("region", { name: "Debrief" });
  await expect(debrief.getByRole("heading", { name: "All of it noticed" })).toBeVisible();
  const fault = debrief.getByRole("listitem").filter({ hasText: "Take the older snapshot." });
  await expect(fault).toContainText("Noticed and dealt with");
  await expect(fault).toContainText("error: part 8 ended early");
  await expect(debrief.getByRole("listitem").filter({ hasText: "2 h after the start" })).toContainText("Did not come");
  for (const theme of ["dark", "light"]) {
    await page.evaluate((one) => document.documentElement.setAttribute("data-theme", one), theme);
    await clean(page, `the debrief, ${theme}`);
  }
  // Its address is the drill's: it stands after a reload.
  await page.reload();
  await expect(page.getByRole("heading", { name: "All of it noticed" })).toBeVisible();
  await fault.getByRole("link").first().click();
  await expect(page.getByText(/Injected \(played\): The snapshot ends early/).first()).toBeVisible();
});
