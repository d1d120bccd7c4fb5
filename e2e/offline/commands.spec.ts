// A rehearsal by the command line alone, in a namespace that has loopback alone and before any browser is started there: run, packed,
// unpacked, replayed, reported, and not one attempt to reach anything else, by IPv4 or IPv6.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { attempts, interfaces, TEXT } from "./namespace.ts";

const LAUNCHER = join(import.meta.dirname, "..", "..", "build", "holdpoint.mjs");

test("run, pack, unpack, replay and report, and nobody tries to reach anything but this machine", () => {
  expect(interfaces(), "run by `npm test -- offline`: here are other networks").toEqual(["lo"]);
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-offline-"));
  const [user, books, home, away] = ["user", "books", "home", "away"].map((name) => join(folder, name)) as [string, string, string, string];
  for (const path of [user, books]) mkdirSync(path);
  const holdpoint = (data: string, ...args: string[]): string =>
    execFileSync(process.execPath, [LAUNCHER, ...args], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: user, HOLDPOINT_HOME: data, LANG: "C.UTF-8", SHELL: "/bin/bash" },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const before = attempts();
  const path = join(books, "restore.md");
  writeFileSync(path, TEXT);
  holdpoint(home, "run", "--yes", path);
  const zip = join(folder, "shop.zip");
  const { fingerprint } = JSON.parse(holdpoint(home, "pack", path, "--out", zip, "--json")) as { fingerprint: string };
  const { main } = JSON.parse(holdpoint(away, "unpack", zip, "--fingerprint", fingerprint, "--json")) as { main: string };
  const replay = ["run", "--mode", "rehearsal", "--way", "replay", "--replay", "1", "--speed", "0", "--yes", main];
  expect(holdpoint(away, ...replay)).toContain("42 rows");
  holdpoint(away, "export", "latest", "--format", "pdf", "--out", join(folder, "report.pdf"));
  expect(attempts(), "attempts to leave the namespace").toEqual(before);
  rmSync(folder, { recursive: true, force: true });
});
