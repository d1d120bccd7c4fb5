// Links over a whole engine: found in opened folders, asked about outside them, and never a start of anything.
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, openBench, runbookOf, WINDOW } from "./testing.ts";

let bench: Bench;
let outside = "";
beforeAll(async () => {
  bench = await openBench();
  mkdirSync(join(bench.folder, "respond"));
  writeFileSync(join(bench.folder, "respond", "errors.md"), runbookOf({ page: "touch ran" }));
  outside = `${bench.home}-outside`;
  mkdirSync(outside);
  writeFileSync(join(outside, "bait.md"), runbookOf({ a: "touch ran" }));
  symlinkSync(join(outside, "bait.md"), join(bench.folder, "lure.md"));
});
afterAll(async () => {
  await bench.remove();
  rmSync(outside, { recursive: true, force: true });
});
const resolve = (link: string) => bench.ask("link.resolve", { link });

it("finds a runbook below an opened folder, by its name there or by its whole path", async () => {
  const path = join(bench.folder, "respond", "errors.md");
  expect(await resolve("holdpoint://open?runbook=respond/errors.md#page")).toEqual({
    ok: true,
    value: { path, step: "page", isKnown: true },
  });
  expect(await resolve(`holdpoint://open?runbook=${encodeURIComponent(path)}`)).toMatchObject({
    value: { path, step: null, isKnown: true },
  });
});

it("knows nothing outside them: a person is asked, whether or not the file is there", async () => {
  for (const path of [join(outside, "bait.md"), join(outside, "none.md"), "/etc/notes.md"])
    expect(await resolve(`holdpoint://open?runbook=${encodeURIComponent(path)}`)).toEqual({
      ok: true,
      value: { path, step: null, isKnown: false },
    });
});

it("does not follow a name that leads out of its folder, and says which folder is missing", async () => {
  expect(await resolve("holdpoint://open?runbook=lure.md")).toMatchObject({ error: { code: "not-found" } });
  expect(await resolve(`holdpoint://open?runbook=${encodeURIComponent(join(bench.folder, "lure.md"))}`)).toMatchObject({
    value: { isKnown: false },
  });
  expect(await resolve("holdpoint://open?runbook=respond/../../x.md")).toMatchObject({ error: { code: "invalid-params" } });
  expect(await resolve("holdpoint://open?runbook=nowhere.md")).toMatchObject({ error: { code: "not-found" } });
});

it("starts nothing and writes nothing", async () => {
  const before = await bench.call("app.snapshot", {});
  await resolve("holdpoint://open?runbook=respond/errors.md#page");
  const after = await bench.call("app.snapshot", {});
  expect([after.activeRun, after.logs]).toEqual([null, before.logs]);
  expect(await bench.ask("link.resolve", { link: "x" }, { ...WINDOW, isReadOnly: true })).toMatchObject({
    error: { code: "invalid-params" },
  });
});
