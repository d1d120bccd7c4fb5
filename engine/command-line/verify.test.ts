import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Ended } from "./output.ts";
import { findRecord, VERIFY_EXIT } from "./verify.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hp-verify-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("tells a database, events and a bundle apart by the first bytes, whatever it is called", () => {
  writeFileSync(join(folder, "a.ndjson"), Buffer.from("SQLite format 3\0rest", "latin1"));
  writeFileSync(join(folder, "b.db"), '{"v":1}\n');
  writeFileSync(join(folder, "empty"), "");
  writeFileSync(join(folder, "c.ndjson"), "PK\u0003\u0004rest");
  expect(findRecord(join(folder, "a.ndjson")).kind).toBe("database");
  expect(findRecord(join(folder, "b.db")).kind).toBe("events");
  expect(findRecord(join(folder, "empty")).kind).toBe("events");
  expect(findRecord(join(folder, "c.ndjson")).kind).toBe("bundle");
});

it("finds the record in a data directory, in an export folder and in an unpacked bundle", () => {
  mkdirSync(join(folder, "bag"));
  writeFileSync(join(folder, "bag", "bagit.txt"), "");
  expect(findRecord(join(folder, "bag"))).toEqual({ path: join(folder, "bag"), kind: "bundle" });
  mkdirSync(join(folder, "export"));
  writeFileSync(join(folder, "export", "events.ndjson"), "{}\n");
  writeFileSync(join(folder, "holdpoint.db"), Buffer.from("SQLite format 3\0", "latin1"));
  expect(findRecord(join(folder, "export"))).toEqual({ path: join(folder, "export", "events.ndjson"), kind: "events" });
  expect(findRecord(folder)).toEqual({ path: join(folder, "holdpoint.db"), kind: "database" });
});

it("ends with 3 where there is nothing to read, and with 0, 1, 2 for the verdicts", () => {
  mkdirSync(join(folder, "empty"));
  for (const path of [join(folder, "none"), join(folder, "empty")]) {
    const failure = (() => {
      try {
        findRecord(path);
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toBeInstanceOf(Ended);
    expect((failure as Ended).exitCode).toBe(3);
  }
  expect(VERIFY_EXIT).toEqual({ VERIFIED: 0, "NOT VERIFIED": 1, "VERIFIED WITH WARNINGS": 2, OPEN: 2 });
});
