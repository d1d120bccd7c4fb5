// The recovery clocks in the window: they start with the declaring step, take the loss from a probe, and stop at the verified end.
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call, expectStep, openRunbook } from "./pages.ts";

const BOOK = `---
title: Disaster recovery
kind: runbook
version: 6
rto: 1h
rpo: 15m
recovery: {declared: "#declare", verified: "#smoke", last-write: last-write}
requires: {cluster: false}
---

# Disaster recovery

## Declare

### Confirm the loss
<!-- step: {id: confirm, planned: 2m} -->

\`\`\`sh
echo "primary does not answer"
\`\`\`

### Declare the disaster
<!-- step: {id: declare, planned: 2m} -->

- [ ] The lead has declared it.

## Restore

### Restore the database
<!-- step: {id: restore, planned: 20m, soak: 10m} -->

\`\`\`sh {name=restore}
echo "restored 412880 rows"
\`\`\`

\`\`\`sh {name=last-write}
echo "last recoverable write:"
date -u -d '9 minutes ago 40 seconds ago' +%Y-%m-%dT%H:%M:%S.%3NZ
\`\`\`

## Prove

### Smoke tests
<!-- step: {id: smoke, planned: 6m} -->

\`\`\`sh
echo passed
\`\`\`
`;

test("both clocks run beside the terminal, measured and against their targets, and a compressed wait says so", async ({ holdpoint }) => {
  const path = holdpoint.write("recovery.md", BOOK);
  const served = await holdpoint.serve();
  const page = await holdpoint.open(served);
  await becomeOperator(page);
  await openRunbook(page, path);
  const request = { path, mode: "rehearsal", rehearsal: { way: "sandbox", compress: 60 }, contexts: {}, params: {}, placeholders: {} };
  await call(page, "library.trust", { folder: holdpoint.books, trusted: true });
  await call(page, "run.start", request);
  await page.getByRole("link", { name: /^Run/ }).first().click();
  const clocks = page.getByRole("region", { name: "Recovery clocks" });
  await expect(clocks).toContainText("starts when step 1.2 has passed");
  await expect(clocks).toContainText("target 1:00:00");
  await expect(clocks).toContainText("measured by last-write");
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Confirm the loss");
  await act(page, /Start step/);
  await act(page, /Confirm/);
  await expectStep(page, "Passed", "Declare the disaster");
  await expect(clocks).toContainText("RTO, elapsed");
  await expect(clocks).toContainText(/5\d:\d\d left/);
  await act(page, /Run step/);
  await expect(clocks).toContainText("to spare");
  // What the probe printed was 9:40 back from its own moment, and the declaration is some seconds older than that.
  await expect(clocks).toContainText(/9:(3|4)\d/);
  await expect(clocks).toContainText(/5:(1|2)\d to spare/);
  await expect(page.getByRole("region", { name: "Soak" })).toContainText("compressed by 60, 10:00 in the text");
  await clean(page, "recovery clocks");
  await expectStep(page, "Passed", "Restore the database");
  await page.setViewportSize({ width: 1024, height: 768 });
  await expect(clocks).toContainText("of 1:00:00");
  await clean(page, "recovery clocks");
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Smoke tests");
  await page.setViewportSize({ width: 1440, height: 900 });
  await expect(clocks).toContainText("RTO, measured");
  await expect(clocks).toContainText(/with those of the text/);
});

test("a person declares by hand, earlier than now, and the clock counts from there", async ({ holdpoint }) => {
  const path = holdpoint.write("recovery.md", BOOK);
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await openRunbook(page, path);
  await call(page, "library.trust", { folder: holdpoint.books, trusted: true });
  await call(page, "run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {} });
  await page.getByRole("link", { name: /^Run/ }).first().click();
  const clocks = page.getByRole("region", { name: "Recovery clocks" });
  await clocks.getByRole("button", { name: "Declare now…" }).click();
  const dialog = page.getByRole("dialog", { name: "Declare the disaster" });
  await clean(page, "recovery clocks");
  await dialog.getByLabel(/Earlier/).check();
  const earlier = new Date(Date.now() - 70 * 60_000);
  await dialog.getByLabel("When it was declared").fill(earlier.toISOString().slice(0, 16).replace("T", " "));
  await dialog.getByLabel("Why, and by whom").fill("The lead said so on the phone");
  await dialog.getByRole("button", { name: "Declare it" }).click();
  await expect(dialog).toBeHidden();
  await expect(clocks).toContainText("RTO, elapsed");
  await expect(clocks).toContainText(/1[01]:\d\d over/);
  await expect(clocks).toContainText("The lead said so on the phone");
});
