// axe over every screen, dark and light; what it calls serious or critical fails.
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { becomeOperator, expectStep } from "./pages.ts";

for (const scheme of ["dark", "light"] as const) {
  test(`axe finds nothing serious on any screen, ${scheme}`, async ({ holdpoint }) => {
    const page = await holdpoint.open(await holdpoint.serve());
    await expect(page.getByRole("dialog", { name: "Who are you?" })).toBeVisible();
    await clean(page, "who are you");
    await becomeOperator(page);
    const settle = () =>
      page.waitForFunction(() =>
        document
          .getAnimations()
          .every((one) => one.playState !== "running" || one.effect?.getTiming().iterations === Number.POSITIVE_INFINITY),
      );
    const go = async (hash: string) => {
      await page.evaluate((to) => {
        location.hash = to;
      }, hash);
      await settle();
    };
    await go("#/settings");
    if (scheme === "light") await page.getByRole("radio", { name: /Light/ }).click();
    await settle();
    await clean(page, "settings");
    await go("#/library");
    await expect(page.getByRole("button", { name: /Practice now/ })).toBeVisible();
    await clean(page, "library");
    await page.keyboard.press("ControlOrMeta+k");
    await page.keyboard.type("pra");
    await settle();
    await clean(page, "palette");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /Practice now/ }).click();
    await expect(page.getByText("Ready to start.")).toBeVisible();
    await settle();
    await clean(page, "start");
    await page.getByRole("button", { name: /Start run/ }).click();
    await page.getByRole("button", { name: /Run step/ }).click();
    await expectStep(page, "Passed", "Look around");
    await settle();
    await clean(page, "run");
    await page.keyboard.press("F8");
    await settle();
    await clean(page, "hold");
    await page.keyboard.press("Escape");
    await go("#/records");
    await settle();
    await clean(page, "records");
    await page
      .getByRole("link", { name: /Practice run/ })
      .or(page.getByRole("button", { name: /Practice run/ }))
      .first()
      .click();
    await expect(page.getByText("run.started")).toBeVisible();
    await settle();
    await clean(page, "record");
  });
}
