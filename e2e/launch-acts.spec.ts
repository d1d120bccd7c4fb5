// What people do around a decision, by what is on screen: briefing with signed attendance, attachments, NO-GO changed by a new decision,
// broken glass with its second person and its review, and the way from cut-over over watch and retrospective to the close by two.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { becomeOperator, call, PASSWORD, PERSON, sign, takeSeat } from "./pages.ts";

const CHECKLIST = `---
title: Night of the acts
kind: checklist
version: 1
---

# Night of the acts

<!-- decision: {rule: all-categories-signed, signoff: [lead, approver]} -->

## Operations
<!-- category: {signoff: [operations-lead]} -->

- [ ] **OPS-01** The people on call know the way back.
`;
const TEAM = [
  { id: "mira", name: "Mira Olsen", title: "Release manager", roles: ["lead", "approver"] },
  { id: "ana", name: "Ana Ruiz", title: "Head of platform", roles: ["approver"] },
  { id: "jon", name: "Jon Lind", title: "DevOps", roles: ["operator"] },
] as const;
const HOUR = 3_600_000;

const section = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const dock = (page: Page) => page.locator('[data-region="action"]');
const setUp = (page: Page, launch: string) => page.goto(`${new URL(page.url()).origin}/#/launch/${launch}`);
const decision = (page: Page, launch: string) => page.goto(`${new URL(page.url()).origin}/#/launch/${launch}/decision`);

/** The sheet at the right: exactly this is signed, by whom. */
async function signSheet(page: Page, statement: RegExp, id: string, password = PASSWORD): Promise<void> {
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByText(statement).first()).toBeVisible();
  await sign(page, id, password);
  await expect(sheet).toBeHidden();
}

async function breakGlass(page: Page, rule: string, reason: string): Promise<void> {
  await section(page, "Break-glass").getByRole("button", { name: "Break the glass" }).click();
  const dialog = page.getByRole("dialog", { name: "Break the glass?" });
  await dialog.getByLabel("Which rule").selectOption({ label: rule });
  await dialog.getByLabel("Reason").fill(reason);
  await dialog.getByRole("button", { name: "Break the glass" }).click();
  await expect(dialog).toBeHidden();
}

async function moveOn(page: Page, button: RegExp, title: string): Promise<ReturnType<Page["getByRole"]>> {
  await dock(page).getByRole("button", { name: button }).click();
  const dialog = page.getByRole("dialog", { name: title });
  await dialog.getByRole("button", { name: "Move on" }).click();
  return dialog;
}

// A dozen signatures, each with a password that is meant to be slow to check.
test.setTimeout(240_000);

test("people brief, attach, refuse, break the glass, cut over, watch, review and close, all of it in the window", async ({ holdpoint }) => {
  const checklist = holdpoint.write("acts.md", CHECKLIST);
  const page = await holdpoint.open(await holdpoint.serve());
  page.setDefaultTimeout(20_000);
  await becomeOperator(page);
  const checked = { password: PASSWORD, checkedBy: PERSON.name, how: "Company badge, in person", ownPassword: PERSON.password };
  const [mira, ...others] = TEAM;
  await call(page, "people.enrol", { ...mira, ...checked });
  for (const person of others) await call(page, "people.enrol", { ...person, ...checked, second: { id: "mira", password: PASSWORD } });
  // Its window is over: the cut-over needs broken glass.
  const over = (hours: number) => new Date(Date.now() - hours * HOUR).toISOString();
  const facts = { name: "Night two", version: "v2.0", windowStart: over(6), windowEnd: over(2), zone: "Europe/Athens" };
  const { header } = await call<{ header: { launch: string; log: string } }>(page, "launch.create", { facts, checklist });
  const { launch } = header;
  for (const [role, operator] of [
    ["lead", PERSON.id],
    ["approver", "mira"],
  ])
    await call(page, "launch.assign", { launch, role, operator });

  await test.step("a briefing is held, and who was there signs so", async () => {
    await setUp(page, launch);
    const briefing = section(page, "Briefing");
    await briefing.getByRole("button", { name: "Hold a briefing" }).click();
    const dialog = page.getByRole("dialog", { name: "Hold a briefing" });
    await dialog.getByLabel("What everybody is told").fill("Plan: switch at ten.\nWay back: route to blue, two minutes.");
    await dialog.getByRole("button", { name: "Record it" }).click();
    await expect(dialog).toBeHidden();
    await expect(briefing).toContainText("Nobody has signed attendance yet.");
    for (const [id, names] of [
      ["mira", "There: Mira Olsen."],
      ["jon", "There: Mira Olsen, Jon Lind."],
    ] as const) {
      await briefing.getByRole("button", { name: "Sign attendance" }).click();
      await signSheet(page, /briefing/i, id);
      await expect(briefing).toContainText(names);
    }
    // One signature each.
    await briefing.getByRole("button", { name: "Sign attendance" }).click();
    await sign(page, "jon");
    await expect(page.getByRole("dialog").getByRole("alert")).toContainText("has signed already");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  });

  await test.step("minutes are attached, shown with their hash, and come out as they went in", async () => {
    const attachments = section(page, "Attachments");
    await attachments.getByRole("button", { name: "Add" }).click();
    const dialog = page.getByRole("dialog", { name: "Add an attachment" });
    const minutes = Buffer.from("Minutes of the board: agreed.\n");
    await dialog.getByLabel("File").setInputFiles({ name: "minutes.txt", mimeType: "text/plain", buffer: minutes });
    await expect(dialog.getByLabel("Title")).toHaveValue("minutes.txt");
    await dialog.getByRole("button", { name: "Add" }).click();
    await expect(dialog).toBeHidden();
    await expect(attachments.getByRole("listitem")).toContainText(/minutes\.txt.*text\/plain, 30 B, SHA-256 [0-9a-f]{12}…, Dana Mercer/);
    const saved = page.waitForEvent("download");
    await attachments.getByRole("button", { name: /Save a copy/ }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe("minutes.txt");
    expect(readFileSync(await download.path())).toEqual(minutes);
  });

  await test.step("NO-GO is proposed with a reason, signed by two, and changed only by a new decision", async () => {
    await decision(page, launch);
    await page.getByText("NO-GO", { exact: true }).click();
    await page.getByRole("button", { name: /Propose NO-GO/ }).click();
    await expect(page.getByRole("alert").filter({ hasText: "reason" })).toBeVisible();
    await page.getByLabel("Reason").fill("the supplier is not reachable tonight");
    await page.getByRole("button", { name: /Propose NO-GO/ }).click();
    await expect(page.getByRole("heading", { name: "NO-GO is proposed" })).toBeVisible();
    await sign(page, PERSON.id, PERSON.password);
    await expect(page.getByText("Your signature makes the decision")).toBeVisible();
    await sign(page, "mira");
    await expect(page.getByRole("heading", { name: "NO-GO is decided" })).toBeVisible();
    await expect(page.getByRole("button", { name: "Decide anew" })).toBeVisible();
    await clean(page, "NO-GO decided");
  });

  await test.step("nobody is the operations lead: the glass is broken by one, in force with a second, and another signs in that place", async () => {
    await takeSeat(page, "jon", "Jon Lind");
    await call(page, "item.answer", { launch, items: ["OPS-01"], state: "done", note: "asked each of them" });
    await takeSeat(page, PERSON.id, PERSON.name, PERSON.password);
    await setUp(page, launch);
    await breakGlass(page, "An approver is absent", "the operations lead is in hospital");
    const glass = section(page, "Break-glass");
    await expect(glass).toContainText("Second person missing");
    await clean(page, "set-up with broken glass");
    await glass.getByRole("button", { name: "Sign as the second" }).click();
    await expect(
      page
        .getByRole("dialog")
        .getByText(/in hospital/)
        .first(),
    ).toBeVisible();
    await sign(page, PERSON.id, PERSON.password);
    await expect(page.getByRole("dialog").getByRole("alert")).toContainText("a second person is needed");
    await sign(page, "mira");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(glass).toContainText("In force, review due");
    await page.getByRole("link", { name: "Readiness", exact: true }).click();
    await dock(page)
      .getByRole("button", { name: /Sign Operations/ })
      .click();
    await signSheet(page, /I approve Operations .*an approver is absent/i, "ana");
  });

  await test.step("GO by a new decision with its reason; outside the window the cut-over waits for broken glass", async () => {
    await decision(page, launch);
    await page.getByRole("button", { name: "Decide anew" }).click();
    await page.getByLabel("Reason").fill("the supplier is back");
    await page.getByRole("button", { name: /Propose GO/ }).click();
    await expect(page.getByRole("heading", { name: "GO is proposed" })).toBeVisible();
    await sign(page, PERSON.id, PERSON.password);
    await expect(page.getByText("Your signature makes the decision")).toBeVisible();
    await sign(page, "mira");
    await expect(page.getByRole("heading", { name: "GO is decided" })).toBeVisible();
    await expect(page.getByRole("region", { name: "History of the decision" })).toContainText("replaced");
    const refused = await moveOn(page, /Begin the cut-over/, "In cut-over?");
    await expect(refused.getByRole("alert")).toContainText("outside of it the glass must be broken by two");
    await refused.getByRole("button", { name: "Cancel" }).click();
    await setUp(page, launch);
    await breakGlass(page, "Outside the window", "the freeze was lifted late");
    await section(page, "Break-glass").getByRole("button", { name: "Sign as the second" }).click();
    await signSheet(page, /outside/i, "mira");
  });

  await test.step("cut-over, a watch that two end early with a reason, and the retrospective", async () => {
    await expect(await moveOn(page, /Begin the cut-over/, "In cut-over?")).toBeHidden();
    await expect(page.getByText("In cut-over").first()).toBeVisible();
    await expect(await moveOn(page, /Go on watch/, "On watch?")).toBeHidden();
    await dock(page)
      .getByRole("button", { name: /Go to the watch/ })
      .click();
    await page.getByRole("button", { name: "End it early" }).click();
    const early = page.getByRole("dialog", { name: "End the watch before its time?" });
    await early.getByLabel("Reason").fill("nothing moved for a day");
    await early.getByLabel("Second person").selectOption("mira");
    await early.getByLabel("Their password").fill(PASSWORD);
    await early.getByRole("button", { name: "End the watch" }).click();
    await expect(early).toBeHidden();
    await expect(await moveOn(page, /Begin the retrospective/, "In retrospective?")).toBeHidden();
    await setUp(page, launch);
    await expect(section(page, "History of the state")).toContainText("In retrospective");
  });

  await test.step("each broken glass is reviewed by another, then two sign the close and nothing can be added", async () => {
    for (let review = 0; review < 2; review++) {
      await dock(page)
        .getByRole("button", { name: /Sign the review/ })
        .click();
      await signSheet(page, /review/i, "ana");
    }
    await expect(section(page, "Break-glass").getByText("Reviewed", { exact: true })).toHaveCount(2);
    for (const [id, password] of [
      [PERSON.id, PERSON.password],
      ["mira", PASSWORD],
    ] as const) {
      await dock(page)
        .getByRole("button", { name: /Sign the close/ })
        .click();
      await signSheet(page, /close/i, id, password);
    }
    await expect(page.getByText("This launch is closed").first()).toBeVisible();
    await expect(section(page, "Notes, incidents, near-misses").getByRole("button", { name: "Add" })).toBeDisabled();
    await clean(page, "set-up, closed");
  });
});
