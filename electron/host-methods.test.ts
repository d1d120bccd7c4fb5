import type { Dialog, Shell } from "electron";
import { expect, it } from "vitest";
import { failClosed } from "./fail-closed.ts";
import { hostMethods } from "./host-methods.ts";

it("gives the chosen path, and null for a dialog that was closed", async () => {
  const answers = [
    { canceled: false, filePaths: ["/books/a.md"] },
    { canceled: true, filePaths: [] },
  ];
  const host = hostMethods(
    failClosed<Dialog>("dialog", { showOpenDialog: (async () => answers.shift()!) as Dialog["showOpenDialog"] }),
    failClosed<Shell>("shell", {}),
  );
  expect(await host.pick("file")).toEqual({ ok: true, value: "/books/a.md" });
  expect(await host.pick("folder")).toEqual({ ok: true, value: null });
});

it("shows a file in its folder and opens nothing, and takes no relative path", async () => {
  const shown: string[] = [];
  const host = hostMethods(
    failClosed<Dialog>("dialog", {}),
    failClosed<Shell>("shell", { showItemInFolder: (path) => void shown.push(path) }),
  );
  expect(await host.reveal("/out/export.csv")).toEqual({ ok: true, value: null });
  expect(await host.reveal("../x")).toMatchObject({ ok: false, error: { code: "invalid-params" } });
  expect(shown).toEqual(["/out/export.csv"]);
});
