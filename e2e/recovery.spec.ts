// Scene 4: the window or the engine dies in the middle of a step.
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, expectStep, openRunbook, PERSON, terminalText } from "./pages.ts";

const SLOW = `---
requires: {cluster: false}
---
# Slow

## Count

\`\`\`sh
for i in 1 2 3 4 5 6; do echo "tick $i"; sleep 1; done
\`\`\`

## After

\`\`\`sh
echo after
\`\`\`
`;

async function startSlow(page: import("@playwright/test").Page, path: string) {
  await openRunbook(page, path);
  // a folder that was never opened is read and not run, until a person says so
  await expect(page.getByRole("button", { name: /Start a run/ })).toBeDisabled();
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  await expect(page.getByText("Ready to start.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await act(page, /Run step/, "Enter");
  await expect.poll(() => terminalText(page)).toContain("tick 2");
}

test("a reload in the middle of a step brings the screen back, and the step runs on", async ({ holdpoint }) => {
  const page = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(page);
  await startSlow(page, holdpoint.write("slow.md", SLOW));
  await page.reload();
  await expect.poll(() => terminalText(page)).toContain("tick 1");
  await expect.poll(() => terminalText(page)).toContain("tick 6");
  await expectStep(page, "Passed", "Count");
});

test("after kill -9 of the engine the run stands where it stood, and the running step is unknown", async ({ holdpoint }) => {
  const first = await holdpoint.serve();
  const page = await holdpoint.open(first);
  await becomeOperator(page);
  await startSlow(page, holdpoint.write("slow.md", SLOW));
  const run = page.url().split("#")[1]!;
  await first.kill("SIGKILL");
  await expect(page.getByText(/not connected|connection/i).first()).toBeVisible();

  const again = await holdpoint.open(await holdpoint.serve());
  await again.getByRole("button", { name: /Not signed in/ }).click();
  await again.getByLabel("Your id").fill(PERSON.id);
  await again.getByLabel("Password").fill(PERSON.password);
  await again.keyboard.press("Enter");
  await expect(again.getByRole("button", { name: PERSON.name })).toBeVisible();
  await again.goto(`${again.url().split("#")[0]}#${run}`);
  await expect(again.getByText("Unknown").first()).toBeVisible();
  await expect(again.getByText(/How did .* end\\?|held/i).first()).toBeVisible();
});
