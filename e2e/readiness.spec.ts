// Scene 2 as far as one person takes it: a launch made, its checklist answered by keys, checks, evidence and in bulk, signed, made stale.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./holdpoint.ts";
import { becomeOperator, call, openRunbook, PERSON } from "./pages.ts";

const LIST = `---
title: Small gate
kind: checklist
version: 1
---

# Small gate

<!-- decision: {rule: all-categories-signed, and: no-open-blockers, signoff: [release-manager]} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead], eyes: 1} -->

- [ ] **INF-01** Three instances answer.
  <!-- item: {owner: devops, evidence: required, max-age: 24h} -->

  \`\`\`sh {name=inf-01 expect=">= 3"}
  echo 3
  \`\`\`

- [ ] **INF-02** The backups were restored once.
  <!-- item: {owner: dba, evidence: required} -->
- [ ] **INF-03** The cache answers most look-ups.
  <!-- item: {owner: devops, expect: ">= 80", unit: "%"} -->

## Testing
<!-- category: {signoff: [qa-lead], eyes: 1} -->

- [ ] **TST-01** The tests are green.
  <!-- item: {tests: green} -->
- [ ] **TST-02** The matrix is complete.
- [ ] **TST-03** The translations were read.
`;

const RED =
  '<testsuite name="all" tests="3" failures="1"><testcase name="a"/><testcase name="b"><failure message="no"/></testcase><testcase name="c"/></testsuite>';
const GREEN = '<testsuite name="all" tests="2" failures="0"><testcase name="a"/><testcase name="b"/></testsuite>';

async function makeLaunch(page: Page, path: string, name = "v1.0 go-live"): Promise<void> {
  await page.getByRole("link", { name: "Launches" }).click();
  await expect(page.getByText("No launch yet")).toBeVisible();
  await page.getByRole("button", { name: "New launch" }).click();
  const dialog = page.getByRole("dialog", { name: "New launch" });
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await page.keyboard.type(name);
  await dialog.getByLabel("Window from").fill("2027-03-14 22:00");
  await dialog.getByLabel("path of a checklist").fill(path);
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("heading", { name: "People and roles" })).toBeVisible();
  await page.getByRole("link", { name: "Readiness" }).first().click();
  await expect(page.getByRole("grid")).toBeVisible();
}

const row = (page: Page, id: string) => page.getByRole("row", { name: new RegExp(id) });
const dialog = (page: Page, name: RegExp) => page.getByRole("dialog", { name });

async function drop(page: Page, id: string, name: string, type: string, text: string): Promise<void> {
  await page.getByRole("region", { name: `Item ${id}` }).evaluate(
    (panel, file) => {
      const data = new DataTransfer();
      data.items.add(new File([file.text], file.name, { type: file.type }));
      panel.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
    },
    { name, type, text },
  );
  await dialog(page, /Add evidence/)
    .getByRole("button", { name: "Add evidence" })
    .click();
  await expect(dialog(page, /Add evidence/)).toBeHidden();
}

async function clean(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(grave.map(({ id, nodes }) => `${screen}: ${id}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`)).toEqual([]);
}

test("a checklist is answered by keys, a check, a picture, a test report and in bulk, signed, and a signature made stale", async ({
  holdpoint,
}) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  const path = holdpoint.write("gate.md", LIST);
  await openRunbook(page, path);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await makeLaunch(page, path);

  // by keys: the first item checks itself, and what it measured stands beside it
  await page.getByRole("grid").focus();
  await expect(row(page, "INF-01")).toBeFocused();
  await page.keyboard.press("c");
  await expect(row(page, "INF-01")).toContainText(/checked (now|\d)/);
  await page.keyboard.press("d");
  await expect(row(page, "INF-01")).toContainText("Done");

  // done is refused in words while evidence is missing; a pasted picture is evidence
  await page.keyboard.press("j");
  await expect(row(page, "INF-02")).toBeFocused();
  await page.keyboard.press("d");
  const refused = dialog(page, /Answer INF-02/);
  await expect(refused.getByText("evidence is required, and there is none")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(refused).toBeHidden();
  await row(page, "INF-02").press("Enter");
  await expect(page.getByRole("region", { name: "Item INF-02" })).toBeVisible();
  await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    canvas.getContext("2d")?.fillRect(0, 0, 8, 8);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    const data = new DataTransfer();
    data.items.add(new File([blob!], "image.png", { type: "image/png" }));
    document.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true, clipboardData: data }));
  });
  await dialog(page, /Add evidence/)
    .getByLabel("Title")
    .fill("Restore of Sunday");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("img", { name: "Restore of Sunday" })).toBeVisible();
  await row(page, "INF-02").press("d");
  await expect(row(page, "INF-02")).toContainText("Done");

  // a value against its limit: a waiver takes a reason, an end and an approver's password
  await row(page, "INF-03").focus();
  await page.keyboard.press("w");
  const waive = dialog(page, /Answer INF-03/);
  await waive.getByLabel("Holds until").fill("2030-03-31 12:00");
  await waive.getByLabel("Approver's id").fill(PERSON.id);
  await waive.getByLabel("Approver's password").fill(PERSON.password);
  await waive.getByLabel("Reason").fill("The cache is new; it is looked at again in spring.");
  await waive.getByRole("button", { name: /Answer: Waived/ }).click();
  await expect(row(page, "INF-03")).toContainText("until 31 Mar 2030");

  // the primary action signs the category with id and password
  const primary = page.locator('[data-region="action"]');
  await page.getByRole("button", { name: /^Testing/ }).click();
  await page.getByRole("button", { name: /^Infrastructure/ }).click();
  await expect(page.getByText("Will be signed")).toBeVisible();
  await page.getByRole("button", { name: "Sign as infrastructure lead" }).click();
  const sheet = dialog(page, /Sign Infrastructure/);
  await sheet.getByLabel(/password/i).fill(PERSON.password);
  await sheet.getByRole("button", { name: /Sign as approved/ }).click();
  await expect(sheet).toBeHidden();
  await expect(page.getByRole("button", { name: /^Infrastructure: .*signed/ })).toBeVisible();
  await expect(page.getByText("1 of 1 valid")).toBeVisible();

  // what is signed and changed after is stale, with what changed
  await row(page, "INF-02").focus();
  await page.keyboard.press("f");
  const failed = dialog(page, /Answer INF-02/);
  await failed.getByLabel(/Reason/).fill("The copy was empty.");
  await failed.getByRole("button", { name: "Answer: Failed" }).click();
  await expect(page.getByRole("button", { name: /^Infrastructure: .*stale/ })).toBeVisible();
  await expect(page.getByText(/INF-02 was answered failed/)).toBeVisible();
  await expect(page.getByRole("list", { name: "What changed since" })).toContainText(/INF-02 done.*failed.*event \d+/);

  await row(page, "INF-02").click();
  await page.getByText("History", { exact: true }).click();
  await expect(page.getByRole("link", { name: "INF-02 failed: The copy was empty." })).toBeVisible();
  await expect(page.getByRole("link", { name: "INF-02 done" })).toBeVisible();
  await page.keyboard.press("Escape");

  // a red test report is no done; struck out and replaced by a green one it is
  await page.getByRole("button", { name: /^Testing/ }).click();
  await row(page, "TST-01").click();
  await drop(page, "TST-01", "junit.xml", "text/xml", RED);
  await expect(page.getByText("Not green")).toBeVisible();
  await row(page, "TST-01").press("d");
  await expect(dialog(page, /Answer TST-01/).getByText(/Done would be refused/)).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /Strike out/ }).click();
  await dialog(page, /Strike out/)
    .getByLabel("Reason")
    .fill("An old run.");
  await dialog(page, /Strike out/)
    .getByRole("button", { name: "Strike out", exact: true })
    .click();
  await drop(page, "TST-01", "junit.xml", "text/xml", GREEN);
  await row(page, "TST-01").press("d");
  await expect(row(page, "TST-01")).toContainText("Done");
  await page.keyboard.press("Escape");

  // many at once with one reason
  await row(page, "TST-02").focus();
  await page.keyboard.press("Space");
  await page.keyboard.press("j");
  await page.keyboard.press("Space");
  await expect(page.getByText("2 selected")).toBeVisible();
  await page.keyboard.press("n");
  const bulk = dialog(page, /Answer 2 items/);
  await bulk.getByLabel("Reason").fill("One language only.");
  await bulk.getByRole("button", { name: "Answer: n/a" }).click();
  await expect(row(page, "TST-02")).toContainText("n/a");
  await expect(row(page, "TST-03")).toContainText("n/a");
  await expect(primary).toContainText("INF-02 failed");

  // filters, keys, and the terminal of the check
  await page.getByRole("button", { name: /^Testing/ }).click();
  await page.getByLabel("State").selectOption("failed");
  await expect(page.getByRole("row")).toHaveCount(2);
  await page.getByRole("button", { name: "Clear" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("grid").press("?");
  await expect(dialog(page, /Keys/)).toBeVisible();
  await page.keyboard.press("Escape");
  await row(page, "INF-01").click();
  await clean(page, "readiness with an item");
  await page.getByRole("link", { name: /Terminal/ }).click();
  await expect(page.getByText("INF-01").first()).toBeVisible();
});

test("the output of a command that ran is chosen, read and taken as evidence, and what it says against the item is shown", async ({
  holdpoint,
}) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  const list = holdpoint.write("gate.md", LIST);
  const book = holdpoint.write(
    "restore.md",
    "---\ntitle: Restore drill\nkind: runbook\nreviewed: 2026-01-01\nrequires: {cluster: false}\n---\n\n## Restore the copy\n\n<!-- step: {id: restore} -->\n\n```bash\necho restored 12 tables\n```\n\n## Ask the cache\n\n<!-- step: {id: cache} -->\n\n```bash\necho hit rate 71 %; exit 3\n```\n",
  );
  await openRunbook(page, list);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await makeLaunch(page, list);
  // two steps of a runbook that ran by itself, and a check of the launch's own
  const started = { path: book, mode: "live", contexts: {}, params: {}, placeholders: {} };
  const { header } = await call<{ header: { run: string } }>(page, "run.start", started);
  for (const step of ["restore", "cache"]) {
    await call(page, "run.step", { run: header.run, step });
    await expect
      .poll(async () => {
        const { view } = await call<{ view: { steps: { id: string; status: string }[] } }>(page, "run.get", { run: header.run });
        return view.steps.find((one) => one.id === step)?.status;
      })
      .toBe("done");
  }
  await row(page, "INF-01").focus();
  await page.keyboard.press("c");
  await expect(row(page, "INF-01")).toContainText(/checked (now|\d)/);

  await row(page, "INF-02").click();
  const panel = page.getByRole("region", { name: "Item INF-02", exact: true });
  await panel.getByRole("button", { name: "Add", exact: true }).click();
  const sheet = dialog(page, /Add evidence to INF-02/);
  await sheet.getByLabel("Kind").selectOption({ label: "Command output" });
  // the launch's own runs come first
  await expect(sheet.getByLabel("Run").locator("option").first()).toContainText(/finished/);
  await expect(sheet.getByLabel("Output")).toContainText("echo 3");
  await sheet.getByLabel("Run").selectOption(header.run);
  await expect(sheet.getByLabel("Step").locator("option").first()).toContainText("Ask the cache, failed");
  await expect(sheet.getByText("the command ended failed: exit 3")).toBeVisible();
  await sheet.getByLabel("Step").selectOption("restore");
  await expect(sheet.getByLabel("Output")).toContainText("$ echo restored 12 tables");
  await expect(sheet.getByLabel("Title")).toHaveValue("Restore the copy");
  await clean(page, "command output");
  await sheet.getByRole("button", { name: "Add evidence" }).click();
  await expect(sheet).toBeHidden();
  await expect(panel.getByText("“Restore drill”")).toBeVisible();
  await panel.getByText("Commands and output").click();
  await expect(panel.getByLabel("Output of Restore the copy")).toContainText("restored 12 tables");
  await row(page, "INF-02").press("d");
  await expect(row(page, "INF-02")).toContainText("Done");

  // a number beyond the limit, and a command that failed, speak against the item
  await row(page, "INF-03").click();
  const other = page.getByRole("region", { name: "Item INF-03", exact: true });
  await other.getByRole("button", { name: "Add", exact: true }).click();
  const second = dialog(page, /Add evidence to INF-03/);
  await second.getByLabel("Kind").selectOption({ label: "Command output" });
  await second.getByLabel("Run").selectOption(header.run);
  await expect(second.getByText("71 % is below the limit of 80 %")).toBeVisible();
  await second.getByRole("button", { name: "Add evidence" }).click();
  await expect(second).toBeHidden();
  await expect(other.getByText("71 % is below the limit of 80 %").first()).toBeVisible();
  await expect(other.getByText("the command ended failed: exit 3").first()).toBeVisible();
  await clean(page, "an item with command output");
});

test("hundreds of items are drawn a screen at a time, and every one is reached by keys", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  const items = Array.from({ length: 600 }, (_, index) => `- [ ] **BIG-${index + 1}** Item number ${index + 1} holds.`);
  const path = holdpoint.write(
    "big.md",
    `---\ntitle: Big\nkind: checklist\nversion: 1\n---\n\n# Big\n\n## Everything\n<!-- category: {signoff: [lead]} -->\n\n${items.join("\n")}\n`,
  );
  await makeLaunch(page, path, "big one");
  await page.getByRole("grid").focus();
  await expect(row(page, "BIG-1 ")).toBeFocused();
  expect(await page.getByRole("row").count()).toBeLessThan(80);
  await page.keyboard.press("End");
  await expect(row(page, "BIG-600")).toBeFocused();
  await page.keyboard.press("d");
  await expect(row(page, "BIG-600")).toContainText("Done");
  await page.keyboard.press("k");
  await expect(row(page, "BIG-599")).toBeFocused();
  // the range from here up to there, and one answer for all of it
  await page.keyboard.press("Space");
  await page.keyboard.press("Home");
  await expect(row(page, "BIG-1 ")).toBeFocused();
  await page.keyboard.press("Shift+Space");
  await expect(page.getByText("599 selected")).toBeVisible();
  await page.keyboard.press("d");
  await dialog(page, /Answer 599 items/)
    .getByRole("button", { name: "Answer: Done" })
    .click();
  await expect(page.getByRole("button", { name: /Everything: 600 of 600 settled/ })).toBeVisible();
});

for (const [width, height] of [
  [1440, 900],
  [1024, 768],
  [720, 450],
] as const) {
  for (const scheme of ["dark", "light"] as const)
    test(`axe finds nothing serious in a launch at ${width}×${height}, ${scheme}, and nothing runs over the side`, async ({
      holdpoint,
    }) => {
      const page = await holdpoint.open(await holdpoint.serve(), { width, height, scheme });
      await becomeOperator(page);
      if (scheme === "light") {
        await page.evaluate(() => {
          location.hash = "#/settings";
        });
        await page.getByRole("radio", { name: /Light/ }).click();
      }
      const path = holdpoint.write("gate.md", LIST);
      await page.evaluate(() => {
        location.hash = "#/launches";
      });
      await expect(page.getByText("No launch yet")).toBeVisible();
      await clean(page, "no launch yet");
      await makeLaunch(page, path);
      await clean(page, "readiness");
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(await overflow()).toBeLessThanOrEqual(0);
      await row(page, "INF-02").click();
      await expect(page.getByRole("region", { name: "Item INF-02" })).toBeVisible();
      await clean(page, "item");
      expect(await overflow()).toBeLessThanOrEqual(0);
      await page.getByRole("link", { name: "Set-up" }).click();
      await expect(page.getByRole("heading", { name: "People and roles" })).toBeAttached();
      await clean(page, "set-up");
      expect(await overflow()).toBeLessThanOrEqual(0);
    });
}
