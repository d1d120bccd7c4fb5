import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogId } from "../protocol/index.ts";
import { type RecordStore, verifyEventsFile } from "../record/index.ts";
import { DANA, mustOpen, type TestPorts, temporaryHome, testPorts } from "../record/testing.ts";
import { type Exported, type ExportOptions, exportLog } from "./index.ts";
import { appendTwelve } from "./testing.ts";

let home: string;
let remove: () => void;
let ports: TestPorts;
let store: RecordStore;
let log: LogId;

beforeEach(() => {
  ({ home, remove } = temporaryHome());
  ports = testPorts();
  store = mustOpen(home, ports);
  log = appendTwelve(store, ports);
});
afterEach(() => {
  store.close();
  remove();
});

const at = (name: string): string => join(home, "out", name);
async function exporting(name: string, more: Partial<ExportOptions> = {}): Promise<Exported> {
  const made = await exportLog(store, log, {
    format: "json",
    out: at(name),
    recordingsDir: join(home, "recordings"),
    actor: DANA,
    ...more,
  });
  if (!made.ok) throw new Error(`${made.error.code}: ${made.error.message}`);
  return made.value;
}
const codesOf = (path: string, options = {}): string[] => verifyEventsFile(path, options).problems.map((one) => one.code);
const bytesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [
        join(entry.parentPath, entry.name).slice(folder.length),
        readFileSync(join(entry.parentPath, entry.name), "latin1"),
      ]),
  );

describe("a json export", () => {
  it("holds everything, verifies, and proves its origin with the fingerprint", async () => {
    const { fingerprint } = store.head(log);
    const made = await exporting("a");
    expect(made.files.sort()).toEqual([
      "checkpoints.ndjson",
      "events.ndjson",
      "manifest.json",
      "payloads/000001-0-plan",
      "recordings/run-x/switch-1.cast",
    ]);
    expect(made.damaged).toEqual([]);
    expect(made.bytes).toBe(made.files.reduce((sum, file) => sum + readFileSync(join(at("a"), file)).length, 0));
    const report = verifyEventsFile(at("a"), { fingerprint });
    expect(report).toMatchObject({
      verdict: "VERIFIED",
      problems: [],
      warnings: [],
      events: 12,
      recordings: 1,
      unanchored: 0,
      fingerprint,
    });
    expect(report.checkpoints).toBeGreaterThan(0);
    expect(verifyEventsFile(at("a"))).toMatchObject({ verdict: "VERIFIED WITH WARNINGS", problems: [] });
  });

  it("carries the exact lines of the record between genesis and closing", async () => {
    const lines = store.events(log).map((event) => event.line);
    await exporting("a");
    const found = readFileSync(join(at("a"), "events.ndjson"), "utf8").split("\n");
    expect(found[0]).toBe(store.genesisLine(log));
    expect(found.slice(1, 13)).toEqual(lines);
    expect(JSON.parse(found[13]!)).toMatchObject({ payload: { events: 12, seq: 12, head: store.events(log)[11]!.hash, partial: null } });
    expect(found.slice(14)).toEqual([""]);
  });

  it("has the same bytes for the same log and head, and its event follows the head exported", async () => {
    const head = store.head(log);
    await exporting("a");
    expect(store.events(log).at(-1)!.body).toMatchObject({ type: "record.exported", seq: 13, data: { seq: 12, head: head.hash } });
    ports.advance(86_400_000);
    store.checkpoint(log, "later");
    store.close();
    store = mustOpen(home, ports);
    await exporting("b", { upTo: 12 });
    expect(bytesOf(at("b"))).toEqual(bytesOf(at("a")));
    await exporting("c");
    expect(bytesOf(at("c"))["/events.ndjson"]).not.toBe(bytesOf(at("a"))["/events.ndjson"]);
    expect(codesOf(at("c"))).toEqual([]);
  });

  it("calls itself partial when filtered, and notices what is changed, removed or put in all the same", async () => {
    await exporting("a", { filter: { step: "switch" as never } });
    const report = verifyEventsFile(at("a"));
    expect(report).toMatchObject({ verdict: "VERIFIED WITH WARNINGS", events: 6, problems: [] });
    expect(report.warnings.find((one) => one.code === "partial")!.message).toMatch(/6 of 12 events/);
    const file = join(at("a"), "events.ndjson");
    const lines = readFileSync(file, "utf8").split("\n");
    rmSync(join(at("a"), "manifest.json"));
    const write = (changed: string[]) => writeFileSync(join(home, "p.ndjson"), changed.join("\n"));
    write(lines.with(2, lines[2]!.replace("calc", "calk")));
    expect(codesOf(join(home, "p.ndjson"))).toEqual(expect.arrayContaining(["event-changed", "events-removed"]));
    write(lines.toSpliced(3, 1));
    expect(codesOf(join(home, "p.ndjson"))).toEqual(expect.arrayContaining(["events-removed", "count-differs"]));
    write([...lines.slice(0, 2), lines[3]!, lines[2]!, ...lines.slice(4)]);
    expect(codesOf(join(home, "p.ndjson"))).toEqual(["out-of-order"]);
    write(lines.toSpliced(3, 0, lines[3]!));
    expect(codesOf(join(home, "p.ndjson"))).not.toEqual([]);
  });

  it("tells of recordings that are missing or damaged, exports them as they are, and does not verify", async () => {
    const cast = join(home, "recordings", "run-x", "switch-1.cast");
    writeFileSync(cast, readFileSync(cast, "utf8").replace("ok", "no"));
    const made = await exporting("a");
    expect(made.damaged.join()).toMatch(/switch-1\.cast does not have the hash that event 6 says/);
    expect(codesOf(at("a"))).toEqual(expect.arrayContaining(["recording-changed", "damaged-at-export"]));
    rmSync(cast);
    expect((await exporting("b")).damaged.join()).toMatch(/is missing/);
    expect(codesOf(at("b"))).toEqual(expect.arrayContaining(["recording-missing", "damaged-at-export"]));
  });

  it("leaves out what was written to a recording after the record bound it", async () => {
    appendFileSync(join(home, "recordings", "run-x", "switch-1.cast"), "more");
    await exporting("a");
    expect(codesOf(at("a"))).toEqual([]);
  });

  it("overwrites nothing, takes an empty folder, and leaves nothing half behind", async () => {
    mkdirSync(at("a"), { recursive: true });
    await exporting("a");
    await expect(exporting("a")).rejects.toThrow(/already-exists/);
    writeFileSync(at("file"), "");
    await expect(exporting("file")).rejects.toThrow(/already-exists/);
    await expect(exporting("file/below")).rejects.toThrow(/invalid-params|already-exists/);
    await expect(exporting("b", { upTo: 999 })).rejects.toThrow(/not-found/);
    expect(readdirSync(join(home, "out")).sort()).toEqual(["a", "file"]);
  });
});

describe("an exported folder that was changed", () => {
  let folder: string;
  beforeEach(async () => {
    await exporting("a");
    folder = at("changed");
    cpSync(at("a"), folder, { recursive: true });
  });

  it("names events cut from the end, with and without a closing line", () => {
    const file = join(folder, "events.ndjson");
    const lines = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, `${lines.slice(0, 11).join("\n")}\n`);
    expect(codesOf(folder)).toEqual(expect.arrayContaining(["closing-missing", "events-cut"]));
    writeFileSync(file, [...lines.slice(0, 11), ...lines.slice(13)].join("\n"));
    const report = verifyEventsFile(folder);
    const cut = report.problems.filter((one) => one.code === "events-cut").map((one) => one.message);
    expect(cut.join()).toMatch(/ends at event 10, but .* has event 12: 2 events were cut from the end/);
    // The file alone, against the installation's own checkpoints.
    writeFileSync(join(home, "alone.ndjson"), `${lines.slice(0, 11).join("\n")}\n`);
    const alone = verifyEventsFile(join(home, "alone.ndjson"), { home });
    expect(alone.problems.map((one) => one.message).join()).toMatch(/the checkpoint of .* has event 1[23]/);
  });

  it.each([
    ["a payload", "payloads/000001-0-plan", ["file-changed", "payload-changed"]],
    ["a recording", "recordings/run-x/switch-1.cast", ["file-changed", "recording-longer"]],
    ["the checkpoints", "checkpoints.ndjson", ["file-changed"]],
    ["the manifest", "manifest.json", ["manifest"]],
  ])("names %s", (_what, path, expected) => {
    appendFileSync(join(folder, path), " ");
    expect(codesOf(folder)).toEqual(expect.arrayContaining(expected));
  });

  it.each([["payloads/000001-0-plan"], ["recordings/run-x/switch-1.cast"], ["checkpoints.ndjson"], ["manifest.json"]])(
    "names %s missing",
    (path) => {
      rmSync(join(folder, path));
      expect(codesOf(folder)).not.toEqual([]);
    },
  );

  it("warns of a file that was added", () => {
    writeFileSync(join(folder, "note.txt"), "");
    expect(verifyEventsFile(folder).warnings.map((one) => one.code)).toContain("file-unlisted");
  });

  it("does not let the log's later growth look like a cut", () => {
    store.append(log, { type: "x", actor: DANA });
    store.checkpoint(log, "test");
    const report = verifyEventsFile(join(folder, "events.ndjson"), { home });
    expect(report.problems).toEqual([]);
    expect(report.warnings.map((one) => one.code)).toContain("log-went-on");
  });
});

describe("a csv export", () => {
  /** A reader of RFC 4180, written for this test from the RFC. */
  function read(text: string): string[][] {
    const rows: string[][] = [[]];
    const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|$)/y;
    while (cell.lastIndex < text.length) {
      const found = cell.exec(text);
      if (found === null) throw new Error(`not RFC 4180: ${text.slice(cell.lastIndex, cell.lastIndex + 40)}`);
      const [, value, end] = found as unknown as [string, string, string];
      rows.at(-1)!.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
      if (end === "\r\n" && cell.lastIndex < text.length) rows.push([]);
    }
    return rows;
  }
  const table = (path: string): Record<string, string>[] => {
    const [head, ...rows] = read(readFileSync(path, "utf8"));
    return rows.map((row) => {
      expect(row).toHaveLength(head!.length);
      return Object.fromEntries(head!.map((name, i) => [name, row[i]!]));
    });
  };

  it("is RFC 4180 with UTC times, verdict and judgement side by side, and the recordings", async () => {
    const made = await exporting("a", { format: "csv" });
    expect(made.files).toEqual(["events.csv", "recordings/run-x/switch-1.cast"]);
    const rows = table(join(at("a"), "events.csv"));
    expect(rows).toHaveLength(12);
    expect(rows.every((row) => /^2026-03-15T00:30:\d\d\.000Z$/.test(row["time_utc"]!))).toBe(true);
    expect(rows[5]).toMatchObject({ type: "step.ended", verdict: "unknown", judgement: "accepted", judged_by: "Dana Mercer" });
    expect(rows[6]).toMatchObject({
      type: "step.judged",
      verdict: "unknown",
      judgement: "accepted",
      reason: 'Seen in Grafana,\r\n"all green"',
    });
    expect(rows[9]).toMatchObject({ type: "step.ended", verdict: "passed", judgement: "" });
    expect(rows[10]).toMatchObject({ type: "step.skipped", verdict: "skipped", judgement: "" });
    expect(rows[4]).toMatchObject({ pipe_status: "0 141", exit_code: "" });
    expect(rows.map((row) => row["hash"])).toEqual(store.events(log, { limit: 12 }).map((event) => event.hash));
  });

  it("rewrites no verdict: a step that failed and was skipped over stays failed, with the skip beside it", async () => {
    const subject = { run: "run-x", step: "late", attempt: 1 };
    store.append(log, { type: "step.ended", actor: DANA, subject, outcome: "failed" });
    store.append(log, { type: "step.skipped", actor: DANA, subject, outcome: "skipped", reason: "done by hand" });
    await exporting("a", { format: "csv" });
    const rows = table(join(at("a"), "events.csv")).slice(-2);
    expect(rows.map((row) => [row["type"], row["verdict"], row["reason"]])).toEqual([
      ["step.ended", "failed", ""],
      ["step.skipped", "skipped", "done by hand"],
    ]);
  });

  it("gives a spreadsheet nothing to run", async () => {
    await exporting("a", { format: "csv" });
    const rows = table(join(at("a"), "events.csv"));
    expect(rows[2]!["text"]).toBe("'=cmd|' /C calc'!A0");
    expect(rows[4]!["because"]).toBe("'-x");
    expect(rows[10]!["reason"]).toBe("'@home");
    expect(rows[8]!["duration_ms"], "a number stays a number").toBe("-1");
    for (const first of ["+1", "\tx", "\rx"]) store.append(log, { type: "x", actor: DANA, reason: first });
    await exporting("b", { format: "csv" });
    const reasons = table(join(at("b"), "events.csv")).map((row) => row["reason"]!);
    expect(reasons.slice(-3)).toEqual(["'+1", "'\tx", "'\rx"]);
    for (const row of table(join(at("b"), "events.csv")))
      for (const [name, value] of Object.entries(row)) if (name !== "duration_ms") expect(value, name).not.toMatch(/^[=+\-@\t\r]/);
  });

  it("can be one file, with the recordings beside it, and filtered", async () => {
    const made = await exporting("night.csv", { format: "csv", filter: { step: "switch" as never } });
    expect(made.files).toEqual(["night.csv", "night-recordings/run-x/switch-1.cast"]);
    expect(table(at("night.csv"))).toHaveLength(6);
    expect(existsSync(at("night-recordings/run-x/switch-1.cast"))).toBe(true);
    expect(store.events(log).at(-1)!.body.data).toMatchObject({ format: "csv", events: 6, filter: { step: "switch" } });
    expect(readdirSync(join(home, "out")).sort()).toEqual(["night-recordings", "night.csv"]);
  });
});
