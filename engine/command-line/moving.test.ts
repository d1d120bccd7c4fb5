// A rehearsal moves between two data directories by the real commands: packed, unpacked, replayed; a tampered one is refused by name.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createBench } from "./in-test.ts";

const TEXT = `---
title: Restore the shop
requires: {cluster: false}
---

## Restore

\`\`\`bash
echo restored from the copy
\`\`\`
`;

let here: Bench;
let there: Bench;
let zip: string;
let fingerprint = "";
beforeAll(async () => {
  here = createBench();
  there = createBench();
  const path = here.file("books/restore.md", TEXT);
  const ran = await here.holdpoint(["run", "--yes", path]);
  expect([ran.code, ran.err]).toEqual([0, expect.anything()]);
  zip = join(here.folder, "shop.zip");
  const packed = await here.holdpoint(["pack", path, "--out", zip]);
  expect([packed.code, packed.err]).toEqual([0, ""]);
  fingerprint = /fingerprint ([0-9A-Z ]{24})/.exec(packed.out)?.[1] ?? "";
});
afterAll(async () => {
  await here.close();
  await there.close();
});

it("says where the bundle is, what was searched for, and its fingerprint", () => {
  expect(fingerprint).toMatch(/^[0-9A-Z]{4}( [0-9A-Z]{4}){4}$/);
});

it("opens on the other side, verified, and replays there from its first step to its last", async () => {
  const unpacked = await there.holdpoint(["unpack", zip, "--fingerprint", fingerprint, "--json"]);
  expect([unpacked.code, unpacked.err]).toEqual([0, ""]);
  const { main, isOriginProved, runs } = JSON.parse(unpacked.out) as { main: string; isOriginProved: boolean; runs: { number: number }[] };
  expect(isOriginProved).toBe(true);
  expect(readFileSync(main, "utf8")).toBe(TEXT);
  const replay = ["run", "--mode", "rehearsal", "--way", "replay", "--replay", String(runs[0]!.number), "--speed", "0", "--yes", main];
  const ran = await there.holdpoint(replay);
  expect([ran.code, ran.out + ran.err]).toEqual([0, expect.stringContaining("restored from the copy")]);
});

it("refuses a tampered one by name, exit 1, and says so for programs too", async () => {
  const bytes = readFileSync(zip);
  // The last one is the text itself; the run that comes before it holds its plan.
  bytes[bytes.lastIndexOf("echo restored") + 2] = 0x58;
  const bad = join(there.folder, "bad.zip");
  writeFileSync(bad, bytes);
  const refused = await there.holdpoint(["unpack", bad]);
  expect(refused.code).toBe(1);
  expect(refused.out).toMatch(/REFUSED/);
  expect(refused.out).toMatch(/file-changed +data\/texts\/0001\.md does not have the hash/);
  const told = await there.holdpoint(["unpack", bad, "--json"]);
  expect(told.code).toBe(1);
  expect(JSON.parse(told.out).error.details.refusals[0].code).toBe("file-changed");
});

it("finds a secret that it is given in a file, names the line, and writes nothing", async () => {
  const secrets = here.file("secrets.txt", "restored from the copy\n");
  const refused = await here.holdpoint([
    "pack",
    join(here.folder, "books/restore.md"),
    "--out",
    join(here.folder, "no.zip"),
    "--secrets",
    secrets,
  ]);
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain("restore.md, line 9");
  expect(refused.err).not.toContain("from the copy");
  expect(() => readFileSync(join(here.folder, "no.zip"))).toThrow();
});
