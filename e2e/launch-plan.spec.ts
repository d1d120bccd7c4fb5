// The night of a launch in the window: planned, GO, the plan's first run begins the cut-over, the watch, a look entered and one missed.
// The decision comes over the window's socket; plan, watch, run and log by what is on screen. The watch's schedule is minutes in fractions.
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call, expectStep, PERSON } from "./pages.ts";

const CHECKLIST = `---
title: Small go-live
kind: checklist
---

# Small go-live

<!-- decision: {signoff: [lead]} -->

## Infrastructure

- [ ] **INF-01** The runbook was read.
`;
const book = (title: string): string => `---
title: ${title}
planned: 10m
requires: {cluster: false}
---

# ${title}

## Switch

\`\`\`sh
echo switched
\`\`\`
`;

type View = { header: { launch: string }; decisions: { id: string }[]; watch: { slots: { state: string; entry: unknown }[] } };

/** One person is all there is: the launch is SOLO, and that person decides. */
async function decided(page: Page, checklist: string): Promise<string> {
  const made = await call<View>(page, "launch.create", { facts: { name: "v1.0-rc1", zone: "Europe/Vilnius" }, checklist });
  const { launch } = made.header;
  await call(page, "item.answer", { launch, items: ["INF-01"], state: "done" });
  const { decisions } = await call<View>(page, "launch.propose", { launch, outcome: "go" });
  const subject = { kind: "decision", id: decisions[0]!.id };
  const { ticket } = await call<{ ticket: string }>(page, "signoff.prepare", { launch, subject, meaning: "approved", role: "lead" });
  await call(page, "signoff.add", { ticket, id: PERSON.id, password: PERSON.password });
  return launch;
}

test("a launch's night runs by its plan into its watch, where a missed look stays missed", async ({ holdpoint }) => {
  test.setTimeout(240_000);
  const checklist = holdpoint.write("small.md", CHECKLIST);
  holdpoint.write("switch-tonight.md", book("Switch tonight"));
  holdpoint.write("announce.md", book("Announce"));
  const page = await holdpoint.open(await holdpoint.serve());
  const { origin } = new URL(page.url());
  await becomeOperator(page);
  await call(page, "library.openFolder", { path: holdpoint.books });
  await call(page, "library.trust", { folder: holdpoint.books, trusted: true });
  const launch = await decided(page, checklist);
  const seen = async () => (await call<{ view: View }>(page, "launch.get", { launch })).view;

  await test.step("the plan is made of runbooks of the library", async () => {
    await page.goto(`${origin}/#/launch/${launch}/night`);
    for (const [title, file] of [
      ["Switch tonight", "switch-tonight.md"],
      ["Announce", "announce.md"],
    ] as const) {
      await page.getByRole("button", { name: "Add an entry" }).click();
      const dialog = page.getByRole("dialog", { name: "Add an entry to the plan" });
      await dialog.getByLabel("Runbook").selectOption({ label: `${title}, ${file}` });
      await dialog.getByLabel("Reason for the change").fill("planned late");
      await page.keyboard.press("ControlOrMeta+Enter");
      await expect(dialog).toBeHidden();
      await expect(page.getByRole("row", { name: new RegExp(title) })).toContainText("10 minutes");
    }
    await clean(page, "the night's plan");
  });

  await test.step("the watch is planned, with a limit and looks every quarter of a minute", async () => {
    await page.getByRole("button", { name: "Plan the watch" }).click();
    const dialog = page.getByRole("dialog", { name: "Plan the watch" });
    await dialog.getByLabel("Hours in all").fill("0.05");
    await dialog.getByLabel("Missed after, minutes").fill("10");
    for (const line of [3, 2]) await dialog.getByRole("button", { name: `Remove schedule line ${line}` }).click();
    await dialog.getByLabel("Every minutes, span 1").fill("0.25");
    await dialog.getByRole("button", { name: "Add a thing to look at" }).click();
    await dialog.getByLabel("Name, look 1").fill("Error rate");
    await dialog.getByLabel("Unit, look 1").fill("%");
    await dialog.getByLabel("Limit, look 1").fill("<= 0.3");
    await clean(page, "planning the watch");
    await dialog.getByRole("button", { name: "Keep it" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText("12 planned")).toBeVisible();
  });

  await test.step("after the GO the first entry is the one thing to do, and its run begins the cut-over", async () => {
    await act(page, /Start Switch tonight/);
    const start = page.getByRole("dialog", { name: "Start Switch tonight" });
    await expect(start.getByText("Ready to start.")).toBeVisible();
    await page.keyboard.press("ControlOrMeta+Enter");
    await act(page, /Run step/);
    await expectStep(page, "Passed", "Switch");
    await act(page, /Finish the run/);
    await page.goto(`${origin}/#/launch/${launch}/night`);
    await expect(page.getByRole("row", { name: /^\W*Switch tonight/ })).toContainText("Done");
    await expect(page.locator("[data-region=action]").getByRole("button", { name: /Start Announce/ })).toBeVisible();
    const states = await page.evaluate(() => document.querySelector("[aria-label=Situation]")?.textContent);
    expect(states).toContain("In cut-over");
  });

  await test.step("an incident is on the timeline after two keys, and its clock runs", async () => {
    await page.keyboard.press("l");
    await page.keyboard.press("i");
    await page.keyboard.type("Errors on the checkout");
    await page.keyboard.press("ControlOrMeta+Enter");
    const section = page.getByRole("region", { name: "Incidents, contacts, escalation" });
    await expect(section).toContainText("Errors on the checkout");
    await expect(section).toContainText("Level 1 in");
    await section.getByRole("button", { name: "Acknowledge" }).click();
    await expect(section).toContainText(`acknowledged by ${PERSON.name}`);
  });

  await test.step("what is not run is gone past with a reason, and the launch goes on watch", async () => {
    await page.getByRole("button", { name: "More of Announce" }).click();
    await page.getByRole("menuitem", { name: "Go past it" }).click();
    const dialog = page.getByRole("dialog", { name: "Go past Announce?" });
    await dialog.getByLabel("Reason").fill("said in the meeting");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(dialog).toBeHidden();
    await act(page, /Go on watch/);
    await page.getByRole("dialog").getByRole("button", { name: "Move on" }).click();
    await expect(page.getByText(/0 of 12 entered in time/)).toBeVisible();
  });

  await test.step("a look is entered in time; the next one is missed, and stays so when it is entered late", async () => {
    const enter = page.locator("[data-region=action]").getByRole("button", { name: /Enter the look/ });
    await expect(enter).toBeVisible({ timeout: 30_000 });
    await enter.click();
    const dialog = page.getByRole("dialog", { name: /Enter the look of/ });
    await dialog.getByLabel("Error rate").fill("0.21");
    await dialog.getByLabel("Ok", { exact: true }).check();
    await dialog.getByRole("button", { name: "Enter it" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByText("Error rate 0.21 %")).toBeVisible();
    const missed = page.getByRole("row", { name: /Missed/ }).first();
    await expect(missed).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole("list", { name: "Overdue" })).toContainText(/of the watch (was|were) missed/);
    await clean(page, "the watch");
    await missed.getByRole("button", { name: /Enter late/ }).click();
    await dialog.getByLabel("Error rate").fill("0.72");
    await dialog.getByLabel("Not ok").check();
    await dialog.getByLabel("Open an incident as well").uncheck();
    await dialog.getByRole("button", { name: "Enter it" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("row", { name: /Not ok, entered late/ })).toContainText("says it was looked");
    const { slots } = (await seen()).watch;
    expect(slots.filter((one) => one.state === "entered" && one.entry !== null).length).toBe(1);
    expect(slots.filter((one) => one.state === "late").length).toBe(1);
  });
});
