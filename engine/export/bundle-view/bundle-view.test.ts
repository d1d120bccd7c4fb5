// A bundle of a whole launch opened for reading: what is shown, what is refused, and that nothing is written.
import { createHash } from "node:crypto";
import { readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LogId } from "../../protocol/index.ts";
import { DANA } from "../../record/testing.ts";
import { exportLog, type OpenBundle, openBundle } from "../index.ts";
import { CAST, type Desk, type Launch, staffed, wholeLaunch } from "../testing-launch.ts";

let desk: Desk & { delegation: number };
let launch: Launch;
let zip: string;
beforeAll(async () => {
  desk = staffed();
  launch = wholeLaunch(desk);
  zip = join(desk.home, "out", "launch.zip");
  await exporting(zip, launch.log);
});
afterAll(() => desk.close());

async function exporting(out: string, log: LogId): Promise<void> {
  const made = await exportLog(desk.store, log, { format: "bundle", out, recordingsDir: join(desk.home, "recordings"), actor: DANA });
  if (!made.ok) throw new Error(made.error.message);
}
async function opened(path: string): Promise<OpenBundle> {
  const found = await openBundle(path);
  if (!found.ok) throw new Error(found.error.message);
  return found.value;
}
const changed = (name: string, change: (bytes: Buffer) => void): string => {
  const bytes = readFileSync(zip);
  change(bytes);
  const path = join(desk.home, "out", name);
  writeFileSync(path, bytes);
  return path;
};

describe("a bundle opened for reading", () => {
  it("is verified, and shows the events, hashes, people and signatures of the log it was exported from", async () => {
    const { index, events } = await opened(zip);
    expect(index.report.problems).toEqual([]);
    expect(index.closed).toBe("");
    expect(index.log).toMatchObject({ log: launch.log, kind: "launch", title: "v1.0-rc1", exportedBy: DANA.name });
    const shown = events(1, 10_000);
    const own = desk.store.events(launch.log, { from: 1, limit: index.lines.length });
    expect(shown.ok && shown.value).toEqual(own);
    const signed = own.filter(({ body }) => body.type === "signoff.added");
    expect(index.signatures.map(({ seq }) => seq)).toEqual(signed.map(({ body }) => body.seq));
    expect(index.signatures.every(({ name, statement }) => name !== "" && statement !== "")).toBe(true);
  });

  it("proves where it comes from against a fingerprint known from elsewhere, and says no to another", async () => {
    const { fingerprint } = desk.store.head(launch.log);
    const known = (await opened(zip)).index.report;
    expect(known.warnings.map(({ code }) => code)).toContain("origin-not-proved");
    const own = await openBundle(zip, { fingerprint: known.fingerprint! });
    expect(own.ok && own.value.index.report.warnings.map(({ code }) => code)).not.toContain("origin-not-proved");
    const other = await openBundle(zip, { fingerprint: fingerprint.replace(/^./, (first) => (first === "0" ? "1" : "0")) });
    expect(other.ok && other.value.index.report.verdict).toBe("NOT VERIFIED");
  });

  it("says where a recording lies, and the hash on record of just these bytes", async () => {
    const { index, recording } = await opened(zip);
    const seq = desk.store
      .events(launch.log, { from: 1, limit: 10_000 })
      .find(({ body }) => typeof body.data["recording"] === "string" && body.data["recording"] !== "")!.body.seq;
    expect(Object.keys(index.recordings).length).toBeGreaterThan(0);
    const place = recording(seq);
    if (!place.ok) throw new Error(place.error.message);
    const bytes = readFileSync(zip).subarray(place.value.at, place.value.at + place.value.size);
    expect(bytes.toString("utf8")).toBe(CAST);
    expect(place.value.sha256).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(recording(index.lines.length + 1)).toMatchObject({ ok: false, error: { code: "not-found" } });
  });

  it("names a changed byte of the log, and shows what the log says all the same", async () => {
    const before = Buffer.from("v1.0-rc1");
    const path = changed("byte.zip", (bytes) => bytes.write("v1.0-rc2", bytes.lastIndexOf(before, bytes.indexOf("data/install.ndjson"))));
    const { index } = await opened(path);
    expect(index.report.verdict).toBe("NOT VERIFIED");
    expect(index.report.problems.length).toBeGreaterThan(0);
  });

  it("shows nothing of a container that two readers could read in two ways", async () => {
    const path = changed("container.zip", (bytes) => bytes.writeUInt16LE(1, bytes.length - 22 + 20));
    const { index, events } = await opened(path);
    expect(index.report.verdict).toBe("NOT VERIFIED");
    expect(index.closed).toContain("Nothing in it is shown");
    expect(events(1, 10)).toEqual({ ok: true, value: [] });
  });

  it("refuses what is no zip, and what is not there", async () => {
    const text = join(desk.home, "out", "text.zip");
    writeFileSync(text, "# not a zip\n");
    expect(await openBundle(text)).toMatchObject({ ok: false, error: { code: "unreadable" } });
    expect(await openBundle(join(desk.home, "out", "none.zip"))).toMatchObject({ ok: false, error: { code: "unreadable" } });
  });

  it("reads nothing more from a file that changed since it was opened", async () => {
    const path = changed("later.zip", () => undefined);
    const { events } = await opened(path);
    expect(events(1, 1).ok).toBe(true);
    const { atime, mtimeMs } = statSync(path);
    utimesSync(path, atime, new Date(mtimeMs + 60_000));
    expect(events(1, 1)).toMatchObject({ ok: false, error: { code: "conflict" } });
  });
});
