import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogId } from "../protocol/index.ts";
import { DANA } from "../record/testing.ts";
import { type Exported, type ExportOptions, exportLog } from "./index.ts";
import { appendTwelve } from "./testing.ts";
import { readBag } from "./testing-bundle.ts";
import { CAST, type Desk, type Launch, staffed, wholeLaunch } from "./testing-launch.ts";
import { verifyBundle } from "./verifiers/verify.mjs";

/** Events of the large bundle. HOLDPOINT_LARGE=20000 is the size that RECORDS.md names; 200 recordings go with either. */
const LARGE = Number(process.env["HOLDPOINT_LARGE"] ?? 4_000);

let desk: Desk & { delegation: number };
let launch: Launch;
beforeEach(() => {
  desk = staffed();
  launch = wholeLaunch(desk);
});
afterEach(() => desk.close());

const at = (name: string): string => join(desk.home, "out", name);
async function exporting(name: string, more: Partial<ExportOptions> = {}, log: LogId = launch.log): Promise<Exported> {
  const recordingsDir = join(desk.home, "recordings");
  const made = await exportLog(desk.store, log, { format: "bundle", out: at(name), recordingsDir, actor: DANA, ...more });
  if (!made.ok) throw new Error(`${made.error.code}: ${made.error.message}`);
  return made.value;
}
const verifier = (name: string): string => fileURLToPath(new URL(`./verifiers/${name}`, import.meta.url));

/** RFC 8493 as a reader of the RFC would check it: what a bag must have, and every hash. Shares nothing with the exporter. */
function bagProblems(top: string): string[] {
  const problems: string[] = [];
  const read = (path: string) => readFileSync(join(top, path));
  const all = readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(top, join(entry.parentPath, entry.name)));
  if (!/^BagIt-Version: 1\.0\nTag-File-Character-Encoding: UTF-8\n$/.test(read("bagit.txt").toString())) problems.push("declaration");
  for (const [manifest, isCovered] of [
    ["manifest-sha256.txt", (path: string) => path.startsWith("data/")],
    ["tagmanifest-sha256.txt", (path: string) => !path.startsWith("data/") && !path.startsWith("tagmanifest-")],
  ] as const) {
    const lines = read(manifest).toString().split("\n").slice(0, -1);
    const listed = lines.map((line) => /^([0-9a-f]{64})\s+\*?(.+)$/.exec(line)!.slice(1) as [string, string]);
    for (const [hash, path] of listed) if (createHash("sha256").update(read(path)).digest("hex") !== hash) problems.push(`${path} differs`);
    for (const path of all.filter(isCovered)) if (!listed.some(([, one]) => one === path)) problems.push(`${path} is not listed`);
  }
  const oxum = /^Payload-Oxum: (\d+)\.(\d+)$/m.exec(read("bag-info.txt").toString())!;
  const data = all.filter((path) => path.startsWith("data/"));
  if (Number(oxum[2]) !== data.length || Number(oxum[1]) !== data.reduce((sum, path) => sum + statSync(join(top, path)).size, 0))
    problems.push("oxum");
  return problems;
}

describe("a bundle", () => {
  it("holds the log, the install log, anchors, people, texts, evidence, recordings, reports and both verifiers", async () => {
    const made = await exporting("a.zip", { reports: [{ path: "report.pdf", bytes: Buffer.from("%PDF-1.7") }] });
    expect(made).toMatchObject({ path: at("a.zip"), damaged: [], bytes: statSync(at("a.zip")).size });
    expect(made.files).toEqual(
      expect.arrayContaining([
        "bagit.txt",
        "bag-info.txt",
        "VERIFY.md",
        "verify.mjs",
        "verify.py",
        "manifest.dsse.json",
        "data/events.ndjson",
        "data/install.ndjson",
        "data/checkpoints.ndjson",
        "data/signatures.ndjson",
        "data/roster.json",
        "data/keys.json",
        "data/plans/000002-0-checklist.md",
        "data/evidence/000006-0-evidence.txt",
        "data/attachments/000026-0-attachment.pdf",
        "data/recordings/0001-run-1-schritt---1.cast",
        "data/reports/report.pdf",
      ]),
    );
    const bag = readBag(readFileSync(at("a.zip")));
    expect([...bag.keys()]).toEqual(made.files);
    expect(bag.get("data/recordings/0001-run-1-schritt---1.cast")!.toString()).toBe(CAST);
    expect(bag.get("verify.py")!.equals(readFileSync(verifier("verify.py")))).toBe(true);
    const cover = bag.get("bag-info.txt")!.toString();
    for (const label of [
      "Source",
      "Filter: none: whole logs",
      "Counts: 32 events, 8 signatures",
      "Head: event 32",
      "Exporter: dana.mercer",
    ])
      expect(cover).toContain(`Holdpoint-${label}`);
    const { length } = bag.get("data/signatures.ndjson")!.toString("utf8").trimEnd().split("\n");
    expect(length, "of the launch, and on the roster").toBe(8 + 10);
    expect(verifyBundle(at("a.zip")).problems).toEqual([]);
  });

  it("has the same bytes for the same log and head, whatever was recorded since, in any zone; its own event follows", async () => {
    const head = desk.store.head(launch.log);
    await exporting("a.zip");
    expect(desk.store.events(launch.log).at(-1)!.body).toMatchObject({
      type: "record.exported",
      data: { format: "bundle", seq: head.seq },
    });
    desk.ports.advance(86_400_000);
    desk.enrol("zoe", ["operator"], ["dana", "omar"]);
    wholeLaunch(desk, "another");
    desk.store.checkpoint(launch.log, "later");
    const zone = process.env["TZ"];
    try {
      process.env["TZ"] = "Asia/Kathmandu";
      await exporting("b.zip", { upTo: head.seq });
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
    expect(readFileSync(at("b.zip")).equals(readFileSync(at("a.zip")))).toBe(true);
    await exporting("c.zip");
    expect(readFileSync(at("c.zip")).equals(readFileSync(at("a.zip"))), "the control: another head, other bytes").toBe(false);
    expect(verifyBundle(at("c.zip")).problems).toEqual([]);
  });

  it("is a zip that unzip accepts and a bag that a reader of the RFC accepts, and verifies unpacked as well", async () => {
    await exporting("a.zip");
    expect(execFileSync("unzip", ["-t", at("a.zip")]).toString()).toMatch(/No errors detected/);
    expect(execFileSync("unzip", ["-Zv", at("a.zip")]).toString()).not.toMatch(/extra field.*[1-9]\d* bytes/);
    const folder = mkdtempSync(join(tmpdir(), "hp-bag-"));
    try {
      execFileSync("unzip", ["-q", at("a.zip"), "-d", folder]);
      const [top] = readdirSync(folder);
      expect(bagProblems(join(folder, top!))).toEqual([]);
      for (const place of [folder, join(folder, top!)]) expect(verifyBundle(place).problems).toEqual([]);
      expect(spawnSync("python3", [join(folder, top!, "verify.py"), folder]).status).toBe(2);
      expect(spawnSync(process.execPath, [join(folder, top!, "verify.mjs"), folder]).status).toBe(2);
      // Renamed by whoever keeps it, it says as much: silence would look like a verdict.
      const renamed = join(folder, "check-this.mjs");
      copyFileSync(join(folder, top!, "verify.mjs"), renamed);
      const said = spawnSync(process.execPath, [renamed, at("a.zip")], { encoding: "utf8" });
      expect([said.status, said.stdout.trimEnd().split("\n").at(-1)]).toEqual([2, "VERIFIED WITH WARNINGS"]);
      writeFileSync(join(folder, top!, "data", "roster.json"), "{}\n");
      expect(bagProblems(join(folder, top!)), "the control").toContain("data/roster.json differs");
      expect(spawnSync("python3", [verifier("verify.py"), folder]).status).toBe(1);
      expect(verifyBundle(folder).verdict).toBe("NOT VERIFIED");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("can be made of a run outside any launch, and of the install log", async () => {
    const run = appendTwelve(desk.store, desk.ports);
    await exporting("run.zip", {}, run);
    expect(verifyBundle(at("run.zip"))).toMatchObject({
      problems: [],
      recordings: 1,
    });
    await exporting("install.zip", {}, desk.store.install);
    expect(verifyBundle(at("install.zip"))).toMatchObject({ problems: [], logs: 1, verdict: "VERIFIED WITH WARNINGS" });
    expect(JSON.parse(spawnSync("python3", [verifier("verify.py"), at("install.zip"), "--json"]).stdout.toString())).toMatchObject({
      problems: [],
      logs: 1,
    });
  });

  it("tells of a damaged recording and does not verify; refuses a filter and a report that leads out", async () => {
    writeFileSync(join(desk.home, "recordings", "run-1", "schritt-ü-1.cast"), CAST.replace("ok", "no"));
    expect((await exporting("a.zip")).damaged.join()).toMatch(/schritt-ü-1\.cast does not have the hash/);
    expect(verifyBundle(at("a.zip")).problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(["recording-changed", "damaged-at-export"]),
    );
    await expect(exporting("b.zip", { filter: { type: "run.started" } })).rejects.toThrow(/whole logs/);
    for (const path of ["../out.pdf", "/out.pdf", ".hidden", "a b.pdf"])
      await expect(exporting("b.zip", { reports: [{ path, bytes: Buffer.from("x") }] })).rejects.toThrow(/cannot be called/);
    expect(readdirSync(join(desk.home, "out"))).toEqual(["a.zip"]);
  });

  it("of many events and 200 recordings is streamed: memory stays flat, and both verifiers read it", { timeout: 300_000 }, async () => {
    const log = desk.store.createLog({ kind: "run", genesis: { run: "run-l", title: "Large" }, actor: DANA });
    mkdirSync(join(desk.home, "recordings", "run-l"), { recursive: true });
    const cast = `${CAST}${"x".repeat(300_000)}\n`;
    const sha256 = createHash("sha256").update(cast).digest("hex");
    for (let from = 0; from < LARGE; from += 500) {
      desk.store.appendAll(
        log,
        Array.from({ length: 500 }, (_, i) => {
          const n = from + i;
          const isRecorded = n % (LARGE / 200) === 0;
          const path = `run-l/${n}.cast`;
          if (isRecorded) writeFileSync(join(desk.home, "recordings", path), cast);
          const data = isRecorded
            ? { recording: path, recording_sha256: sha256, recording_bytes: Buffer.byteLength(cast) }
            : { line: `${n} ${"y".repeat(400)}` };
          return { type: isRecorded ? "step.ended" : "input.typed", actor: DANA, data };
        }),
      );
    }
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 5);
    const made = await exporting("large.zip", {}, log);
    clearInterval(watch);
    expect(made.bytes).toBeGreaterThan(60_000_000);
    process.stdout.write(
      `large bundle: ${LARGE} events, ${(made.bytes / 1e6).toFixed(0)} MB, memory rose by ${(most / 1e6).toFixed(0)} MB\n`,
    );
    // Held whole, the recordings alone would be 60 MB, and the log and its zip as much again.
    expect(most).toBeLessThan(made.bytes);
    const report = verifyBundle(at("large.zip"));
    expect(report).toMatchObject({ problems: [], recordings: 200 });
    const other = JSON.parse(
      spawnSync("python3", [verifier("verify.py"), at("large.zip"), "--json"], { maxBuffer: 1e8 }).stdout.toString(),
    );
    expect(other).toMatchObject({ problems: [], recordings: 200, events: report.events, verdict: report.verdict });
    process.stdout.write(`verified in ${report.durationMs.toFixed(0)} ms by Node, ${other.durationMs.toFixed(0)} ms by Python\n`);
  });
});

describe("Ed25519 in Python", () => {
  it("follows RFC 8032, and refuses what is not canonical or of small order", () => {
    const script = `
import sys; sys.dont_write_bytecode = True; sys.path.insert(0, sys.argv[1])
import verify as v
h = bytes.fromhex
# RFC 8032, 7.1, tests 1 to 3
known = [("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
 ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
 ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")]
for key, text, sig in known:
    assert v.ed25519_fits(h(key), h(text), h(sig)), key
    assert not v.ed25519_fits(h(key), h(text) + b"x", h(sig)), key
    s = int.from_bytes(h(sig)[32:], "little") + v.ORDER
    assert not v.ed25519_fits(h(key), h(text), h(sig)[:32] + s.to_bytes(32, "little")), "S is not canonical"
small = ["01" + "00" * 31, "00" * 32, "ec" + "ff" * 30 + "7f", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"]
for key in small:
    key = h(key)
    for one in (key, key[:31] + bytes([key[31] ^ 0x80])):
        assert not v.ed25519_fits(one, b"", h("01" + "00" * 63)), one.hex()
assert v._decode(h("ee" + "ff" * 30 + "7f")) is None, "y is not below p"
assert v._decode(h("02" + "00" * 31)) is None, "no such point"
print("good")`;
    expect(
      execFileSync("python3", ["-c", script, verifier("")])
        .toString()
        .trim(),
    ).toBe("good");
  });
});
