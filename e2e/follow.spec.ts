// Others follow a run by a link: they see it live and can do nothing, until it is revoked. And two operators who press one step at once.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { clean } from "./axe.ts";
import { expect, type Holdpoint, type Served, test } from "./holdpoint.ts";
import { act, becomeOperator, call, expectStep, openRunbook, PASSWORD, PERSON } from "./pages.ts";

const FENCE = "```";
const step = (id: string, title: string, commands: string) =>
  `## ${title}\n\n<!-- step: {id: ${id}, planned: 2m} -->\n\n${FENCE}sh\n${commands}\n${FENCE}\n\n`;

async function start(page: Page, path: string): Promise<void> {
  await openRunbook(page, path);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await page.getByRole("button", { name: /Start a run/ }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Start/ })
    .click();
  await expect(page.locator("[data-region=action]")).toContainText("Next: Step 1");
}

/** A second one-time link to the host that runs, for another browser. */
function another({ home, folder }: Holdpoint): Served {
  const command = [join(import.meta.dirname, "..", "build", "holdpoint.mjs"), "open", "--no-browser", "--no-build", "--json"];
  const env = { PATH: process.env["PATH"], HOME: join(folder, "user"), HOLDPOINT_HOME: home, LANG: "C.UTF-8" } as NodeJS.ProcessEnv;
  const { stdout, stderr } = spawnSync(process.execPath, command, { env, encoding: "utf8" });
  expect(stderr + stdout).toContain("{");
  return { ...(JSON.parse(stdout.trim()) as { url: string }) } as Served;
}

test("two browsers follow by a link, in step with the operator, with nothing to press; revoked, they see nothing", async ({
  holdpoint,
}) => {
  const book = `---\ntitle: Cut-over\n---\n\n# Cut-over\n\n${step("look", "Look around", "echo looked")}${step("move", "Move the traffic", "false")}${step("done", "Announce", "echo said")}`;
  const served = await holdpoint.serve();
  const page = await holdpoint.open(served);
  await becomeOperator(page);
  await start(page, holdpoint.write("cut-over.md", book));

  await page.getByRole("button", { name: "More for this run" }).click();
  await page.getByRole("menuitem", { name: /Links to follow it/ }).click();
  const dialog = page.getByRole("dialog", { name: "Links to follow this run" });
  await dialog.getByRole("button", { name: "Make a link" }).click();
  const url = await dialog.getByLabel("Link for War room").inputValue();
  expect(url).toMatch(/\/follow#token=[\w-]{43}$/);
  await expect(dialog.getByRole("list", { name: "Links made" })).toContainText(`made by ${PERSON.name}`);
  await clean(page, "links to follow");
  await picture(page, "links");
  await dialog.getByRole("button", { name: "Close", exact: true }).last().click();

  const followers = [await holdpoint.open({ url } as Served), await holdpoint.open({ url } as Served, { width: 1024, height: 768 })];
  for (const follower of followers) {
    await expect(follower.getByText(`On: ${PERSON.name}`)).toBeVisible();
    // The token is not left in the address bar, where a shared screen would show it.
    expect(follower.url()).not.toContain("token");
  }
  await expect(page.getByText(/War room \(2\) follow/)).toBeVisible();
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Look around");
  for (const follower of followers) await expectStep(follower, "Passed", "Look around");
  await act(page, /Run step/);
  for (const follower of followers) {
    await expect(follower.getByRole("region", { name: "Situation" })).toContainText(/failed at/i);
    await expect(follower.getByRole("region", { name: "Alarm" })).toContainText("Step 2");
    for (const name of [/Run step/, /^Retry/, /^Hold/, /Way back/, /Run on/, /^Search, /, /Sign in|Not signed in/])
      await expect(follower.getByRole("button", { name })).toHaveCount(0);
    await expect(follower.getByRole("navigation", { name: "Places" })).toHaveCount(0);
    for (const key of ["Enter", "ControlOrMeta+Enter", "F8", "L", "ControlOrMeta+k"]) await follower.keyboard.press(key);
    await expect(follower.getByRole("dialog")).toHaveCount(0);
    await clean(follower, "the view of a follower");
  }
  await picture(followers[0]!, "follower");
  await expect(page.getByRole("treeitem", { name: /Announce/ })).not.toContainText("Passed");

  await page.getByRole("button", { name: "More for this run" }).click();
  await page.getByRole("menuitem", { name: /Links to follow it/ }).click();
  await page.getByRole("button", { name: "Revoke War room" }).click();
  for (const follower of followers) await expect(follower.getByRole("heading", { name: "This link shows nothing any more" })).toBeVisible();
  await followers[0]!.reload();
  await expect(followers[0]!.getByText("Cut-over")).toHaveCount(0);
});

test("two operators at two browsers press the same step at once: it starts once, and one of them is told who started it", async ({
  holdpoint,
}) => {
  const go = join(holdpoint.folder, "go");
  const book = `---\ntitle: At once\n---\n\n# At once\n\n${step("slow", "Wait for word", `echo begun; until test -e ${go}; do sleep 0.05; done`)}${step("after", "After it", "echo after")}`;
  const first = await holdpoint.open(await holdpoint.serve());
  await becomeOperator(first);
  await call(first, "people.enrol", {
    ...{ id: "mira", name: "Mira Olsen", title: "", roles: ["lead", "operator"], password: PASSWORD },
    ...{ checkedBy: PERSON.name, how: "Badge, in person", ownPassword: PERSON.password },
  });
  await start(first, holdpoint.write("at-once.md", book));
  const second = await holdpoint.open(another(holdpoint));
  const signIn = second.getByRole("dialog", { name: /Sign in|Who is there/ });
  if (!(await signIn.isVisible().catch(() => false))) await second.getByRole("button", { name: /Not signed in/ }).click();
  await signIn.getByLabel("Your id").fill("mira");
  await signIn.getByLabel("Password").fill(PASSWORD);
  await second.keyboard.press("Enter");
  await expect(second.getByRole("banner").getByText("Mira Olsen")).toBeVisible();
  await second.evaluate((hash) => {
    window.location.hash = hash;
  }, new URL(first.url()).hash);
  await expect(second.locator("[data-region=action]")).toContainText("Next: Step 1");
  await expect(first.getByText(`${PERSON.name}, Mira Olsen`)).toBeVisible();

  const run = decodeURIComponent(new URL(first.url()).hash.split("/")[2]!);
  const press = (page: Page) =>
    call(page, "run.step", { run, step: "slow" }).then(
      () => "",
      (error: Error) => error.message,
    );
  const said = await Promise.all([press(first), press(second)]);
  const refused = said.filter((words) => words !== "");
  expect(refused).toHaveLength(1);
  const winner = said[0] === "" ? PERSON.name : "Mira Olsen";
  expect(refused[0]).toMatch(new RegExp(`${winner} started it at \\d\\d:\\d\\d:\\d\\d UTC`));
  for (const page of [first, second]) await expect(page.locator("[data-region=action]")).toContainText("is running");
  holdpoint.write("../go", "");
  for (const page of [first, second]) await expectStep(page, "Passed", "Wait for word");
  const { view } = await call<{ view: { steps: { attempt: number }[] } }>(first, "run.get", { run });
  expect(view.steps[0]!.attempt).toBe(1);
});

/** For looking at, where a folder for them is named. */
async function picture(page: Page, name: string): Promise<void> {
  const out = process.env["HOLDPOINT_PICTURES"];
  if (out === undefined) return;
  for (const [width, height] of [
    [1440, 900],
    [1024, 768],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const scheme of ["dark", "light"] as const) {
      await page.evaluate((theme) => document.documentElement.setAttribute("data-theme", theme), scheme);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${out}/${name}-${scheme}-${width}.png` });
    }
  }
  await page.setViewportSize({ width: 1440, height: 900 });
}
