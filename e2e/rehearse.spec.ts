// The Rehearse page: what is due, the series of a runbook, two of its runs side by side, a rehearsal begun from there.
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call } from "./pages.ts";

const book = (restore: string): string => `---
title: Restore the orders
rto: 1h
rpo: 15m
drill: 3 months
recovery: {declared: "#lost", verified: "#prove", last-write: last-write}
requires: {cluster: false}
---

# Restore the orders

## Lost
<!-- step: {id: lost} -->

\`\`\`sh
echo gone
\`\`\`

## Fetch
<!-- step: {id: fetch} -->

\`\`\`sh {name=last-write}
${restore}
date -u +%Y-%m-%dT%H:%M:%SZ
\`\`\`

## Prove
<!-- step: {id: prove} -->

\`\`\`sh
echo proved
\`\`\`

## Tell
<!-- step: {id: tell, optional: true} -->

\`\`\`sh
echo told
\`\`\`
`;

test("shows what is due, sums up a runbook's runs, sets two side by side, and begins a rehearsal", async ({ holdpoint }) => {
  const path = holdpoint.write("restore-orders.md", book("echo from the first base backup"));
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await call(page, "library.openFolder", { path: holdpoint.books });
  await call(page, "library.trust", { folder: holdpoint.books, trusted: true });
  const goThrough = async (mode: "live" | "rehearsal"): Promise<void> => {
    const { header } = await call<{ header: { run: string } }>(page, "run.start", {
      path,
      mode,
      contexts: {},
      params: {},
      placeholders: {},
    });
    for (const step of ["lost", "fetch", "prove"]) {
      await call(page, "run.step", { run: header.run, step });
      await expect
        .poll(
          async () =>
            (await call<{ view: { header: { nextAction: { kind: string } } } }>(page, "run.get", { run: header.run })).view.header
              .nextAction.kind,
        )
        .not.toBe("wait");
    }
    await call(page, "run.finish", { run: header.run, reason: "the telling is left out" });
  };

  await page.getByRole("link", { name: "Rehearse" }).click();
  const list = page.getByRole("navigation", { name: "Runbooks to rehearse" });
  await list.getByRole("link", { name: /Restore the orders/ }).click();
  await expect(page.getByText("Never rehearsed").first()).toBeVisible();
  await expect(page.getByText("Not run yet")).toBeVisible();
  await clean(page, "rehearse, nothing run");

  await goThrough("rehearsal");
  holdpoint.write("restore-orders.md", book("echo from the second base backup"));
  await goThrough("live");
  const runs = page.getByRole("table", { name: "Runs of Restore the orders" });
  await expect(runs.getByRole("row")).toHaveCount(3);
  await expect(runs.getByRole("row", { name: /Live run 1/ })).toContainText("LIVE");
  await expect(runs.getByRole("row", { name: /Rehearsal 1/ })).toContainText("Sandbox");
  await expect(page.getByRole("img", { name: /^Recovery time over 2 runs: .* met by 2 of 2/ }).last()).toBeVisible();
  const steps = page.getByRole("table", { name: "Steps over all runs" });
  await expect(steps.getByRole("row", { name: /Tell/ })).toContainText("never rehearsed");
  await expect(steps.getByRole("row", { name: /Fetch/ })).toContainText("text changed since");
  await expect(page.getByText("In time").first()).toBeVisible();
  await clean(page, "rehearse, a series");

  const compare = page.getByRole("button", { name: "Compare", exact: true });
  await expect(compare).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("checkbox", { name: "Compare Rehearsal 1" }).check();
  await page.getByRole("checkbox", { name: "Compare Live run 1" }).check();
  await compare.click();
  await expect(page.getByRole("region", { name: "Rehearsal 1" })).toContainText("REHEARSAL");
  await expect(page.getByRole("region", { name: "Live run 1" })).toContainText("LIVE");
  await page.getByRole("checkbox", { name: "Only what differs" }).check();
  const both = page.getByRole("table", { name: "Steps of both runs" });
  await expect(both.getByRole("row")).toHaveCount(2);
  await both.getByRole("button", { name: "text" }).click();
  await expect(page.getByRole("region", { name: "Text of Fetch" })).toContainText("put in: echo from the second base backup");
  await both.getByRole("button", { name: "output" }).click();
  await expect(page.getByRole("region", { name: "Output of Fetch" })).toContainText("taken out: from the first base backup");
  await clean(page, "two runs side by side");
  await page.getByRole("link", { name: "All runs" }).click();

  await page.getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: /Export recovery measurements/ }).click();
  await page.getByRole("radio", { name: /Table, CSV/ }).check();
  await page.getByRole("button", { name: "Export", exact: true }).click();
  await expect(page.getByText(/Exported:/)).toBeVisible();

  await page.getByRole("button", { name: "Start a rehearsal" }).click();
  const dialog = page.getByRole("dialog", { name: /Start Restore the orders/ });
  await expect(dialog.getByRole("radio", { name: /^Rehearsal/ })).toBeChecked();
  await dialog.getByText("Sandbox", { exact: true }).click();
  await expect(dialog.getByText(/^Ready/)).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("REHEARSAL").first()).toBeVisible();
  await act(page, /Run step/);
  await expect(page.getByRole("region", { name: "Trend" })).toContainText("Recovery time by rehearsal");
});
