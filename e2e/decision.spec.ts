// A small go-live decided by five people taking turns at one keyboard; then a signed item changes, and the window says so.
// Launch and answers are set up through the window's own socket; people, signatures and the decision by what is on screen.
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { becomeOperator, call, PASSWORD, PERSON, sign, takeSeat } from "./pages.ts";

const BENS_NEW_PASSWORD = "another one, and kept";
const TEAM = [
  { id: "mira", name: "Mira Olsen", title: "Release manager", roles: ["approver", "lead"] },
  { id: "ana", name: "Ana Ruiz", title: "Infrastructure lead", roles: ["approver"] },
  { id: "ben", name: "Ben Okafor", title: "Security lead", roles: ["approver"] },
  { id: "jon", name: "Jon Lind", title: "DevOps", roles: ["operator"] },
] as const;

const CHECKLIST = `---
title: Small go-live
kind: checklist
version: 1
---

# Small go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers, signoff: [lead, approver]} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** The load balancer answers from two zones.
- [ ] **INF-02** The error rate in staging is below its limit.
  <!-- item: {expect: "<= 0.3", unit: "%"} -->

## Security
<!-- category: {signoff: [security-lead]} -->

- [ ] **SEC-01** The secrets of the release are rotated.
`;

/** axe in the dark and by daylight; both are the same page. */
async function cleanInBoth(page: Page, screen: string): Promise<void> {
  for (const theme of ["light", "dark"]) {
    await call(page, "settings.set", { change: { theme } });
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    await clean(page, `${screen}, ${theme}`);
  }
}

test.setTimeout(240_000);
test("five people taking turns reach a signed GO; a signed item that changes makes it stale on screen", async ({ holdpoint }) => {
  const checklist = holdpoint.write("small.md", CHECKLIST);
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);

  await test.step("the second person is enrolled, and ends SOLO", async () => {
    await page.goto(`${new URL(page.url()).origin}/#/people`);
    await expect(page.getByText("SOLO.", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Enrol a person" }).click();
    const dialog = page.getByRole("dialog", { name: "Enrol a person" });
    const [mira] = TEAM;
    await dialog.getByLabel("Name").fill(mira.name);
    await dialog.getByLabel("Id, never given twice").fill(mira.id);
    await dialog.getByLabel("Title").fill(mira.title);
    await dialog.getByLabel("operator").uncheck();
    await dialog.getByLabel(/^lead/).check();
    await dialog.getByLabel(/^approver/).check();
    await dialog.getByLabel("How").fill("Company badge, in person");
    await dialog.getByLabel("New person's password").fill(PASSWORD);
    await dialog.getByLabel("The same again").fill(PASSWORD);
    await dialog.getByLabel(/^Your password/).fill("not the password");
    await dialog.getByRole("button", { name: "Enrol" }).click();
    await expect(dialog.getByRole("alert")).toContainText("Your own password");
    await cleanInBoth(page, "enrol");
    await dialog.getByLabel(/^Your password/).fill(PERSON.password);
    await dialog.getByRole("button", { name: "Enrol" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("row", { name: /Mira Olsen/ })).toBeVisible();
    await expect(page.getByText("SOLO.", { exact: true })).toBeHidden();
  });
  for (const person of TEAM.slice(1))
    await call(page, "people.enrol", {
      ...person,
      password: PASSWORD,
      checkedBy: PERSON.name,
      how: "Company badge, in person",
      ownPassword: PERSON.password,
      second: { id: "mira", password: PASSWORD },
    });
  await expect(page.getByRole("row", { name: /Ben Okafor/ })).toBeVisible();

  await cleanInBoth(page, "people");

  await test.step("a title changes with a reason; a lost password becomes a new key, by two", async () => {
    await page.getByRole("button", { name: "Jon Lind" }).click();
    await page.getByRole("button", { name: "Change…" }).click();
    const change = page.getByRole("dialog", { name: "Change Jon Lind" });
    await change.getByLabel("Title").fill("Platform engineer");
    await change.getByLabel(/^Your password/).fill(PERSON.password);
    await change.getByRole("button", { name: "Change", exact: true }).click();
    await expect(change.getByRole("alert")).toContainText("A reason is needed");
    await change.getByLabel("Reason").fill("moved teams");
    await change.getByRole("button", { name: "Change", exact: true }).click();
    await expect(change).toBeHidden();
    await expect(page.getByRole("row", { name: /Platform engineer/ })).toBeVisible();

    await page.getByRole("button", { name: "Ben Okafor" }).click();
    await page.getByRole("button", { name: "Lost password…" }).click();
    const reset = page.getByRole("dialog", { name: "New password and key for Ben Okafor" });
    await reset.getByLabel("Reason").fill("forgotten on leave");
    await reset.getByLabel("New password of Ben Okafor").fill(BENS_NEW_PASSWORD);
    await reset.getByLabel("The same again").fill(BENS_NEW_PASSWORD);
    await reset.getByLabel(/^Your password/).fill(PERSON.password);
    await reset.getByLabel("Second person's id").fill("mira");
    await reset.getByLabel("Second person's password").fill("not hers");
    await reset.getByRole("button", { name: "Make a new key" }).click();
    await expect(reset.getByRole("alert")).toContainText("The second person");
    await reset.getByLabel(/^Your password/).fill(PERSON.password);
    await reset.getByLabel("Second person's password").fill(PASSWORD);
    await reset.getByRole("button", { name: "Make a new key" }).click();
    await expect(reset).toBeHidden();
    await expect(page.getByRole("region", { name: "About Ben Okafor" })).toContainText("once");
  });

  const { header } = await call<{ header: { launch: string } }>(page, "launch.create", { facts: { name: "v1.0-rc1" }, checklist });
  const { launch } = header;
  for (const [role, operator] of [
    ["lead", PERSON.id],
    ["approver", "mira"],
    ["infrastructure-lead", "ana"],
    ["security-lead", "ben"],
  ])
    await call(page, "launch.assign", { launch, role, operator });

  await test.step("with open items GO cannot be chosen, and why stands beside it; NO-GO can", async () => {
    await page.goto(`${new URL(page.url()).origin}/#/launch/${launch}/decision`);
    await expect(page.getByRole("heading", { name: "GO is not possible" })).toBeVisible();
    await expect(page.getByRole("radio", { name: "GO", exact: true })).toBeDisabled();
    await expect(page.getByRole("radio", { name: "NO-GO" })).toBeEnabled();
    await expect(page.getByText(/^GO and conditional GO are stopped by \d+ blockers: .*INF-01/)).toBeVisible();
    await expect(page.getByRole("region", { name: "Blockers" }).getByRole("listitem").first()).toContainText("INF-01");
    await cleanInBoth(page, "decision, blocked");
  });

  await test.step("Jon answers; he may not sign what he answered", async () => {
    await takeSeat(page, "jon", "Jon Lind");
    await call(page, "item.answer", { launch, items: ["INF-01", "SEC-01"], state: "done", note: "seen on the dashboard" });
    await call(page, "item.answer", { launch, items: ["INF-02"], state: "done", note: "48 h in staging", value: 0.03 });
    await page.goto(`${new URL(page.url()).origin}/#/launch/${launch}/readiness`);
  });

  await test.step("Ana and Ben sign their categories at the same window", async () => {
    await page
      .locator('[data-region="action"]')
      .getByRole("button", { name: /Sign Infrastructure/ })
      .click();
    await expect(page.getByText(/I approve Infrastructure for v1\.0-rc1/).last()).toBeVisible();
    await sign(page, "ana", "not her password");
    await expect(page.getByRole("dialog").getByRole("alert")).toContainText("Nothing was signed");
    await expect(page.getByRole("dialog").getByLabel("Password")).toHaveValue("");
    await clean(page, "sign");
    await sign(page, "jon");
    await expect(page.getByRole("dialog").getByRole("alert")).toContainText(/Jon Lind/);
    await sign(page, "ana");
    await expect(page.getByRole("dialog")).toBeHidden();
    await page
      .locator('[data-region="action"]')
      .getByRole("button", { name: /Sign Security/ })
      .click();
    await expect(page.getByText(/I approve Security for v1\.0-rc1/).last()).toBeVisible();
    await sign(page, "ben", BENS_NEW_PASSWORD);
    await expect(page.getByRole("dialog")).toBeHidden();
  });

  await test.step("Dana proposes GO and signs, Mira's signature makes the decision", async () => {
    await takeSeat(page, PERSON.id, PERSON.name, PERSON.password);
    await page.goto(`${new URL(page.url()).origin}/#/launch/${launch}/decision`);
    await expect(page.getByRole("heading", { name: "GO is possible" })).toBeVisible();
    await expect(page.getByRole("cell", { name: "0.03" })).toBeVisible();
    await page.getByRole("button", { name: /Propose GO/ }).click();
    await expect(page.getByRole("heading", { name: "GO is proposed" })).toBeVisible();
    await cleanInBoth(page, "decision, signing");
    await sign(page, PERSON.id, PERSON.password);
    await expect(page.getByText("Your signature makes the decision")).toBeVisible();
    await expect(page.getByLabel("Your id")).toHaveValue("");
    await expect(page.getByLabel("Your id")).toBeFocused();

    await page.getByRole("button", { name: "Take back" }).click();
    const back = page.getByRole("dialog", { name: "Take your signature back" });
    await back.getByLabel("Reason").fill("Ana decides tonight in my place");
    await back.getByLabel("Password").fill(PERSON.password);
    await back.getByRole("button", { name: "Take it back" }).click();
    await expect(back).toBeHidden();
    await expect(page.getByText("Still to sign: lead, approver.", { exact: true })).toBeVisible();
    const until = new Date(Date.now() + 86_400_000).toISOString();
    await call(page, "people.delegate", { to: "ana", roles: ["lead"], until, reason: "on a train", password: PERSON.password });
    // Read anew, as it is when the next person comes to the window.
    await page.reload();
    await page.getByLabel("Your id").fill("ana");
    await expect(page.getByLabel("You sign", { exact: true })).toHaveValue(PERSON.id);
    await sign(page, "ana");
    await expect(page.getByRole("region", { name: "Decision signatures" })).toContainText(`on behalf of ${PERSON.id}`);
    await sign(page, "mira");
    await expect(page.getByRole("heading", { name: "GO is decided" })).toBeVisible();
    const signatures = page.getByRole("region", { name: "Decision signatures" });
    await expect(signatures).toContainText("Ana Ruiz");
    await expect(signatures).toContainText("Mira Olsen");
  });

  await test.step("an answer that changes after it was signed makes category and decision stale, visibly", async () => {
    await call(page, "item.answer", { launch, items: ["INF-01"], state: "done", note: "one zone was lost and is back" });
    await expect(page.getByRole("heading", { name: /GO was decided, and no longer holds/ })).toBeVisible();
    await expect(page.getByRole("link", { name: /Infrastructure: .*stale/ })).toBeVisible();
    await expect(page.getByRole("region", { name: "Decision signatures" }).getByText("Stale").first()).toBeVisible();
    await cleanInBoth(page, "decision, stale");
  });

  await test.step("an auditor opens the bundle: verified, signatures shown, nothing to change; with the fingerprint its origin is proved", async () => {
    const { view } = await call<{ view: { header: { log: string } } }>(page, "launch.get", { launch });
    const made = await call<{ path: string }>(page, "record.export", { log: view.header.log, format: "bundle" });
    await page.goto(`${new URL(page.url()).origin}/#/records`);
    const open = async (fingerprint: string): Promise<void> => {
      await page.getByRole("button", { name: "Open a bundle" }).click();
      const dialog = page.getByRole("dialog", { name: "Open a bundle" });
      await dialog.getByLabel("Path on this computer").fill(made.path);
      await dialog.getByLabel(/^Fingerprint/).fill(fingerprint);
      await page.keyboard.press("Enter");
      await expect(dialog).toBeHidden();
      await expect(page.getByText("RECORD, READ ONLY")).toBeVisible();
    };
    await open("");
    await expect(page.getByRole("region", { name: "Warnings" })).toContainText("origin-not-proved");
    await expect(page.getByRole("row", { name: /launch\.created/ })).toBeVisible();
    const signatures = page.getByRole("region", { name: "Signatures" });
    await expect(signatures).toContainText("I approve Infrastructure for v1.0-rc1");
    await signatures.getByRole("button", { name: /Ana Ruiz, infrastructure lead/ }).click();
    await expect(page.getByRole("region", { name: /^Event \d+$/ })).toContainText("signoff.added");
    await cleanInBoth(page, "bundle");
    const fingerprint = (await page.getByText(/^Fingerprint [0-9A-Z ]{20,}$/).textContent()) ?? "";
    await page.getByRole("button", { name: /Close the bundle/ }).click();
    await open(fingerprint.replace("Fingerprint", "").trim());
    await expect(page.getByText("VERIFIED", { exact: true }).first()).toBeVisible();
    await expect(page.getByRole("region", { name: "Warnings" })).toBeHidden();
  });
});

test("one alone decides as SOLO: a conditional GO with its condition, then NO-GO as a new decision", async ({ holdpoint }) => {
  const checklist = holdpoint.write("small.md", CHECKLIST);
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  const { header } = await call<{ header: { launch: string } }>(page, "launch.create", { facts: { name: "v1.0-rc1" }, checklist });
  const { launch } = header;
  const risk = { risk: "The cache is cold", likelihood: "low", impact: "medium", controls: "", owner: PERSON.name, status: "open" };
  await call(page, "launch.risk", { launch, risk });
  await call(page, "item.answer", { launch, items: ["INF-01", "SEC-01"], state: "done", note: "seen" });
  await call(page, "item.answer", { launch, items: ["INF-02"], state: "done", note: "seen", value: 0.1 });
  for (const id of ["infrastructure", "security"]) {
    const subject = { kind: "category", id };
    const { ticket } = await call<{ ticket: string }>(page, "signoff.prepare", { launch, subject, meaning: "approved" });
    await call(page, "signoff.add", { ticket, id: PERSON.id, password: PERSON.password });
  }
  await page.goto(`${new URL(page.url()).origin}/#/launch/${launch}/decision`);

  await expect(page.getByRole("radio", { name: "GO", exact: true })).toBeDisabled();
  await page.getByText("Conditional GO", { exact: true }).click();
  await page.getByRole("button", { name: /Propose Conditional GO/ }).click();
  await expect(page.getByRole("alert").filter({ hasText: "at least one condition" })).toBeVisible();
  await page.getByRole("button", { name: "Add a condition" }).click();
  await page.getByRole("textbox", { name: "Condition 1" }).fill("The cache is warmed before users come");
  await page.getByLabel("Owner").selectOption(PERSON.id);
  await page.getByLabel("Due").fill("2099-03-14 22:00");
  await cleanInBoth(page, "decision, conditions");
  await page.getByRole("button", { name: /Propose Conditional GO/ }).click();
  await expect(page.getByText(/I decide conditional GO for v1\.0-rc1.*SOLO/i).first()).toBeVisible();
  // One alone signs for each role that the rule asks, and every signature says SOLO.
  await sign(page, PERSON.id, PERSON.password);
  await expect(page.getByText("Still to sign: approver.", { exact: true })).toBeVisible();
  await sign(page, PERSON.id, PERSON.password);
  await expect(page.getByRole("heading", { name: "Conditional GO is decided" })).toBeVisible();

  await page.getByRole("button", { name: "Close it…" }).click();
  const dialog = page.getByRole("dialog", { name: "Close the condition" });
  await dialog.getByLabel("How it was met").fill("warmed by replaying yesterday");
  await dialog.getByRole("button", { name: "Close the condition" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("region", { name: "Conditions" })).toContainText(`closed by ${PERSON.name}`);

  await page.getByRole("button", { name: "Decide anew" }).click();
  await page.getByText("NO-GO", { exact: true }).click();
  await page.getByRole("button", { name: /Propose NO-GO/ }).click();
  await expect(page.getByRole("alert").filter({ hasText: "reason" })).toBeVisible();
  await page.getByLabel("Reason").fill("the supplier is not reachable tonight");
  await page.getByRole("button", { name: /Propose NO-GO/ }).click();
  await expect(page.getByRole("heading", { name: "NO-GO is proposed" })).toBeVisible();
  await sign(page, PERSON.id, PERSON.password);
  await expect(page.getByText("Still to sign: approver.", { exact: true })).toBeVisible();
  await sign(page, PERSON.id, PERSON.password);
  await expect(page.getByRole("heading", { name: "NO-GO is decided" })).toBeVisible();
  await expect(page.getByRole("region", { name: "History of the decision" })).toContainText("replaced");
});
