// Two people at one window: the second releases a hold point and the run goes on; then a new text is proposed by one and signed by the other.
// The second person is enrolled through the window's own socket; everything of the run is done by what is on screen.
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook, PERSON, terminalText } from "./pages.ts";

const MIRA = { id: "mira", name: "Mira Olsen", password: "a password for the night" };
const front = "---\ntitle: Cut-over\nrequires: {cluster: false}\n---\n\n# Cut-over\n\n";
const step = (id: string, title: string, inner: string, directive = "") =>
  `## ${title}\n\n<!-- step: {id: ${id}${directive}} -->\n\n${inner}\n\n`;
const sh = (text: string) => `\`\`\`sh\n${text}\n\`\`\``;
const LOOK = step("look", "Look around", sh("echo looked"));
const GATE = step("gate", "Open the gate", sh("echo gate is open"), ", signoff: [release-manager]");
const BEFORE = `${front}${LOOK}${GATE}${step("move", "Move the traffic", sh("echo weight 100"))}`;
const AFTER = `${front}${step("look", "Look around", sh("echo looked twice"))}${GATE}${step("move", "Move the traffic", sh("echo weight 10"))}${step("watch", "Watch", sh("echo watched"))}`;

/** As whoever is signed in at this window. */
async function call(page: Page, method: string, params: object): Promise<void> {
  const failure = await page.evaluate(
    ([name, given]) =>
      new Promise<string>((resolve, reject) => {
        const socket = new WebSocket(`${location.origin.replace("http", "ws")}/api/socket`);
        socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: name, params: given }));
        socket.onerror = () => reject(new Error("no socket"));
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(String(data)) as { id?: number; result: { ok: boolean; error?: { message: string } } };
          if (message.id !== 1) return;
          socket.close();
          resolve(message.result.ok ? "" : (message.result.error?.message ?? "refused"));
        };
      }),
    [method, params] as const,
  );
  expect(failure).toBe("");
}

/** Id and password in the sheet that signs, and its key. */
async function sign(page: Page, { id, password }: { id: string; password: string }): Promise<void> {
  const sheet = page.getByRole("dialog");
  await sheet.getByLabel("Your id").fill(id);
  await sheet.getByLabel("Password").fill(password);
  await expect(sheet.getByRole("button", { name: /^(Sign|Reject) / }).and(page.locator("[type=submit]"))).not.toHaveAttribute(
    "aria-disabled",
    "true",
  );
  await page.keyboard.press("ControlOrMeta+Enter");
}

test("a hold point is rejected, then released by a second person; a new text is proposed by one and signed by the other", async ({
  holdpoint,
}) => {
  const path = holdpoint.write("cut-over.md", BEFORE);
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await call(page, "people.enrol", {
    id: MIRA.id,
    name: MIRA.name,
    title: "Release manager",
    roles: ["approver", "lead"],
    password: MIRA.password,
    checkedBy: PERSON.name,
    how: "Company badge, in person",
    ownPassword: PERSON.password,
  });
  await openRunbook(page, path);
  await page.getByRole("button", { name: /Trust this folder/ }).click();

  await test.step("the page says that nobody has reviewed this text, and takes a review", async () => {
    const review = page.getByRole("region", { name: "Review for production" });
    await expect(review).toContainText("Nobody has signed a review of this text");
    await clean(page, "a text without a review");
    await review.getByRole("button", { name: "Sign the review…" }).click();
    await expect(page.getByRole("dialog").getByText(/I have reviewed “Cut-over” for production/)).toBeVisible();
    await sign(page, MIRA);
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(review).toContainText("Reviewed by Mira Olsen");
  });

  await page.getByRole("button", { name: /Start a run/ }).click();
  await expect(page.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Look around");

  const situation = page.getByRole("region", { name: "Situation" });
  const point = page.getByRole("article", { name: /Open the gate/ }).getByRole("region", { name: "Hold point" });
  await test.step("the hold point says whom it waits for; who executed what comes before may not release it", async () => {
    await expect(situation).toContainText("Waits for release-manager");
    await expect(page.getByRole("treeitem", { name: /Open the gate/ })).toContainText("Waits for release-manager");
    await expect(point).toContainText("Waits for release-manager");
    await act(page, /Sign hold point/);
    await expect(page.getByRole("dialog").getByText(/I release the hold point “Open the gate”/)).toBeVisible();
    await sign(page, PERSON);
    await expect(page.getByRole("dialog").getByRole("alert")).toContainText(PERSON.name);
  });

  await test.step("Mira rejects it with a reason: the run is held, and says by whom and why", async () => {
    await page.getByRole("dialog").getByRole("radio", { name: "Rejected" }).check();
    await page.getByRole("dialog").getByLabel("Reason").fill("the lag is too high");
    await sign(page, MIRA);
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(situation).toContainText("rejected by Mira Olsen");
    await expect(point).toContainText("Rejected by Mira Olsen as release-manager: the lag is too high");
    await clean(page, "a rejected hold point");
    await act(page, /Resume/);
  });

  await test.step("she signs when it is well, and the run goes on", async () => {
    await act(page, /Sign hold point/);
    await sign(page, MIRA);
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(point).toContainText("Signed by Mira Olsen as release-manager");
    await act(page, /Run step/);
    await expectStep(page, "Passed", "Open the gate");
  });

  await test.step("the file's new text is shown step by step and proposed; it is in force when Mira has signed", async () => {
    holdpoint.write("cut-over.md", AFTER);
    await page.getByRole("button", { name: "More for this run" }).click();
    await page.getByRole("menuitem", { name: /Take the file's new text/ }).click();
    const dialog = page.getByRole("dialog", { name: "Take the file's new text?" });
    await expect(dialog.getByRole("heading", { name: "1 added, 2 changed, 1 as before" })).toBeVisible();
    const moved = dialog.getByRole("article", { name: "Changed: 3 Move the traffic" }).getByRole("region", { name: "Old and new text" });
    await expect(moved).toContainText("taken out: echo weight 100");
    await expect(moved).toContainText("put in: echo weight 10");
    await expect(dialog.getByRole("article", { name: "Added: 4 Watch" })).toContainText("echo watched");
    await clean(page, "an amendment");
    await dialog.getByLabel("Why the run should take it").fill("ten percent first");
    await dialog.getByRole("button", { name: "Propose it" }).click();
    await expect(dialog.getByText(`Proposed by ${PERSON.name}`)).toBeVisible();
    await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
    await expect(page.getByRole("treeitem", { name: /Watch/ })).toBeHidden();
    const waiting = page.getByRole("status").filter({ hasText: "New text proposed by" });
    await expect(waiting).toContainText("ten percent first");
    await clean(page, "a new text that waits");
    await waiting.getByRole("button", { name: "Sign the new text…" }).click();
    await expect(page.getByRole("dialog").getByText(/I approve the amendment of Cut-over in mid-run/)).toBeVisible();
    await sign(page, MIRA);
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page.getByRole("treeitem", { name: /Watch/ })).toBeVisible();
    await expect(waiting).toBeHidden();
    await expect(page.getByRole("treeitem", { name: /Look around/ })).toContainText("under an earlier text");
  });

  await test.step("what runs is the new text", async () => {
    await act(page, /Run step/);
    await expectStep(page, "Passed", "Move the traffic");
    await expect.poll(() => terminalText(page)).toMatch(/weight 10(?!0)/);
    await act(page, /Run step/);
    await act(page, /Finish the run/);
    await expect(page.locator("[data-region=action]")).toContainText("The run is finished");
  });
});
