// A rehearsal moves by the window: packed on the Rehearse page, refused when it was tampered with, opened on another data directory,
// and its recording sought to and fro.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call } from "./pages.ts";

const FENCE = "```";
const TEXT = `---
title: Restore the shop
requires: {cluster: false}
---

# Restore the shop

## Restore

${FENCE}bash
for n in 1 2 3 4; do echo "row $n is back"; sleep 0.4; done
${FENCE}
`;
const pictures = process.env["HOLDPOINT_PICTURES"];
const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
};

test("packs a runbook with its run, refuses it changed, opens it on another machine and plays its recording", async ({ holdpoint }) => {
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
  const served = await holdpoint.serve();
  const page = await holdpoint.open(served);
  await becomeOperator(page);
  const path = holdpoint.write("restore.md", TEXT);
  await call(page, "library.openFolder", { path: holdpoint.books });
  await call(page, "library.trust", { folder: holdpoint.books, trusted: true });
  const { header } = await call<{ header: { run: string; log: string } }>(page, "run.start", {
    path,
    mode: "live",
    contexts: {},
    params: {},
    placeholders: {},
  });
  await page.goto(`${new URL(page.url()).origin}/#/run/${header.run}`);
  await act(page, /Run step/);
  await act(page, /Finish/);
  await expect(page.getByText("Finished").first()).toBeVisible();

  // Its recording, sought by the slider: the screen of that moment, not the one of the end.
  const { log } = header;
  const { rows } = await call<{ rows: { seq: number }[] }>(page, "record.events", {
    log,
    filter: { type: "block.ended" },
    offset: 0,
    limit: 5,
  });
  await page.goto(`${new URL(page.url()).origin}/#/records/${log}/${rows[0]!.seq}`);
  const player = page.getByRole("region", { name: "Replayed terminal" }).first();
  await expect(player).toContainText("row 4 is back");
  await expect(page.getByText("hash matches").first()).toBeVisible();
  const slider = page.getByRole("slider", { name: "Position" }).first();
  const end = Number(await slider.getAttribute("max"));
  await slider.fill(String(end * 0.4));
  await expect(player).not.toContainText("row 4 is back");
  await expect(player).toContainText("row 1 is back");
  await picture(page, "player-sought");
  await page.getByRole("button", { name: "Play" }).first().click();
  await expect(player).toContainText("row 4 is back");

  await page.goto(`${new URL(page.url()).origin}/#/rehearse`);
  await page.getByRole("navigation", { name: "Runbooks to rehearse" }).getByText("Restore the shop").click();
  await page.getByRole("button", { name: "Pack for another machine" }).click();
  await picture(page, "pack");
  await page.getByRole("dialog").getByRole("button", { name: "Pack", exact: true }).click();
  const packed = page.getByRole("dialog", { name: "Packed" });
  await expect(packed).toContainText("none found");
  await picture(page, "packed");
  const fingerprint = (await packed.locator(".parcel-fingerprint").textContent()) ?? "";
  const download = page.waitForEvent("download");
  await packed.getByRole("link", { name: "Download" }).click();
  const zip = join(holdpoint.folder, "shop.zip");
  await (await download).saveAs(zip);
  await page.close();

  const away = mkdtempSync(join(tmpdir(), "holdpoint-away-"));
  const there = await holdpoint.serve({ HOLDPOINT_HOME: away });
  const other = await holdpoint.open(there);
  await becomeOperator(other);
  await other.goto(`${new URL(other.url()).origin}/#/rehearse`);
  await other.getByRole("button", { name: "Open a rehearsal bundle" }).click();
  const dialog = other.getByRole("dialog", { name: "Open a rehearsal bundle" });
  const bad = join(holdpoint.folder, "bad.zip");
  const bytes = readFileSync(zip);
  bytes[bytes.lastIndexOf("is back") + 1] = 0x58;
  writeFileSync(bad, bytes);
  await dialog.getByLabel("Path on this computer").fill(bad);
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
  await expect(dialog).toContainText("Refused. Nothing of it was unpacked.");
  await expect(dialog).toContainText("data/texts/0001.md does not have the hash");
  await picture(other, "refused");

  await dialog.getByLabel("Path on this computer").fill(zip);
  await dialog.getByLabel(/Fingerprint/).fill(fingerprint);
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
  const done = other.getByRole("dialog", { name: "Restore the shop" });
  await expect(done).toContainText("the fingerprint proves which bundle it is");
  await picture(other, "unpacked");
  await done.getByRole("button", { name: "Rehearse it" }).click();
  await expect(other.getByRole("heading", { name: "Restore the shop" }).first()).toBeVisible();
  await picture(other, "rehearse-there");

  // What came is not trusted, and need not be: nothing of it is run.
  await other.getByRole("button", { name: /Start a rehearsal/ }).click();
  const start = other.getByRole("dialog");
  await start.getByText("Replay", { exact: true }).click();
  await expect(start).toContainText("from another machine");
  await expect(start).not.toContainText("not trusted");
  await picture(other, "start-there");
  await start.getByRole("button", { name: /Start rehearsal/ }).click();
  await act(other, /Run step|Play/);
  await expect(other.locator(".xterm-rows").first()).toContainText("row 4 is back");
  await picture(other, "replayed-there");
  await act(other, /Finish/);
  await expect(other.getByText("Finished").first()).toBeVisible();
  rmSync(away, { recursive: true, force: true });
});
