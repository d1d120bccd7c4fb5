// A folder of runbooks may hold anything that is named like one.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBench } from "./engine/testing.ts";
import { readRegularFile } from "./ports.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-files-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("reads a file, and refuses a pipe, a device, a folder and what is too long, without waiting for any", async () => {
  const at = (name: string) => join(folder, name);
  writeFileSync(at("a.md"), "# A\n");
  expect((await readRegularFile(at("a.md"))).toString()).toBe("# A\n");
  execFileSync("mkfifo", [at("pipe.md")]);
  symlinkSync("/dev/zero", at("zero.md"));
  mkdirSync(at("dir.md"));
  for (const name of ["pipe.md", "zero.md", "dir.md"]) await expect(readRegularFile(at(name))).rejects.toMatchObject({ code: "ENOTFILE" });
  await expect(readRegularFile(at("a.md"), 3)).rejects.toMatchObject({ code: "EFBIG" });
});

it("answers at once when a pipe is opened or started as a runbook, and goes on with its work", async () => {
  const bench = await openBench();
  try {
    const pipe = join(bench.folder, "pipe.md");
    execFileSync("mkfifo", [pipe]);
    // More than the process has threads for files: one that waited would hold the last call back for ever.
    for (let time = 0; time < 6; time += 1) expect(await bench.ask("document.open", { path: pipe })).toMatchObject({ ok: false });
    const started = await bench.ask("run.start", { path: pipe, mode: "live", contexts: {}, params: {}, placeholders: {} });
    expect(started).toMatchObject({ ok: false, error: { code: "unreadable" } });
    expect(await bench.ask("document.open", { path: bench.write("good.md", "# Good\n") })).toMatchObject({ ok: true });
  } finally {
    await bench.remove();
  }
});
