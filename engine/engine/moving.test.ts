// A rehearsal moves to another machine: packed with its runs, searched for secrets, checked whole, unpacked, replayed there to the end.
// And everything that somebody could do to it on the way is refused by name, with nothing of it on the disk.
import { createHash, generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bag, readBag, zipOf } from "../export/testing-bundle.ts";
import type { CanonicalValue, MovedView, PackedView } from "../protocol/index.ts";
import { jcs, keyIdOf, signEnvelope } from "../record/index.ts";
import { type Bench, filesBelow, openBench, type RunBench, runBench } from "./testing.ts";

const SECRET = "s3cr3t/Pa55-for-the-drill";
const FROM_ENVIRONMENT = "hunter2-of-the-environment";
const TEXT = `---
title: Restore the shop
requires: {cluster: false}
params:
  - {name: PASSWORD, type: secret}
---

First [stop the writes](parts/stop.md#stop), then this.

## Ask the store

<!-- step: {id: ask} -->

\`\`\`bash
echo "signing in with $PASSWORD, $DRILL_TOKEN"; printf '%s' "$PASSWORD" | base64
\`\`\`

## Restore

<!-- step: {id: restore} -->

\`\`\`bash
seq 1 2000 | sed 's/^/row /'; echo restored
\`\`\`
`;

let home: Bench;
let out: string;
let path: string;
let source: RunBench;
let packed: PackedView;
beforeAll(async () => {
  home = await openBench({ env: { DRILL_TOKEN: FROM_ENVIRONMENT } });
  out = mkdtempSync(join(tmpdir(), "hp-moving-"));
  mkdirSync(join(home.folder, "parts"));
  home.write(
    "parts/stop.md",
    "---\ntitle: Stop\nrequires: {cluster: false}\n---\n\n## Stop\n\n<!-- step: {id: stop} -->\n\n- [ ] stopped\n",
  );
  home.write("restore.scenario.yaml", "title: Nothing happens\n");
  path = home.write("restore.md", TEXT);
  source = await runOf(home, { params: { PASSWORD: SECRET } });
  packed = await home.call("rehearsal.pack", { path, out: join(out, "shop.zip") });
});
afterAll(async () => {
  await home.remove();
  rmSync(out, { recursive: true, force: true });
});

async function runOf(bench: Bench, more: Record<string, unknown>, text = path): Promise<RunBench> {
  const request = { path: text, mode: "live" as const, contexts: {}, params: {}, placeholders: {}, ...more };
  const { header } = await bench.call("run.start", request);
  const run = runBench(bench, header.run);
  for (;;) {
    const { nextAction } = await run.idle();
    if (nextAction.kind === "run-step") await bench.call("run.step", { run: run.run, step: nextAction.step! });
    else if (nextAction.kind === "walk")
      await bench.call("run.walked", { run: run.run, step: nextAction.step!, block: nextAction.block ?? 0, outcome: "passed" });
    else if (nextAction.kind === "finish") await bench.call("run.finish", { run: run.run });
    else return run;
  }
}

const FORMS = (secret: string): string[] => {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString("base64"), bytes.toString("base64url"), bytes.toString("hex"), encodeURIComponent(secret)];
};

describe("a bundle", () => {
  it("holds the text, what it links to, the scenario beside it and the run, and says what it was searched for", () => {
    expect(packed.texts).toEqual(["restore.md", "parts/stop.md", "restore.scenario.yaml"]);
    expect(packed.runs).toBe(1);
    expect(packed.searched.values).toBeGreaterThan(1);
    const bag = readBag(readFileSync(packed.path));
    expect([...bag.keys()]).toEqual(expect.arrayContaining(["bagit.txt", "REHEARSE.md", "verify.py", "data/runs/0001.zip"]));
    // The run really printed the secrets, and its recording is in there.
    const run = readBag(bag.get("data/runs/0001.zip")!);
    const casts = [...run].filter(([name]) => name.endsWith(".cast")).map(([, bytes]) => bytes.toString("utf8"));
    const cast = casts.join("");
    expect(cast).toContain("signing in with");
    expect(cast).toContain("row 2000");
  });

  it("has none of the secrets in it, byte by byte, in any usual form", () => {
    const bytes = readFileSync(packed.path);
    const d = String(readFileSync(join(home.home, "install.key"), "utf8").split("\n")[1]);
    for (const form of [...FORMS(SECRET), ...FORMS(FROM_ENVIRONMENT), d]) expect(bytes.includes(form), form).toBe(false);
  });

  it("is not written where a text, or a run, holds a secret that is known here; the words say where, not what", async () => {
    const told: [string, string, object][] = [
      ["known.md", `# A\n\n## B\n\nThe token is ${FROM_ENVIRONMENT}.\n`, {}],
      ["shape.md", `# A\n\n## B\n\nghp_${"a1B2".repeat(9)}\n`, {}],
      ["given.md", "# A\n\n## B\n\nSay friend-and-enter.\n", { values: ["friend-and-enter"] }],
    ];
    for (const [name, text, more] of told) {
      const to = join(out, `${name}.zip`);
      const refused = await home.ask("rehearsal.pack", { path: home.write(name, text), out: to, ...more });
      expect(refused, name).toMatchObject({ ok: false, error: { code: "forbidden" } });
      const message = refused.ok ? "" : refused.error.message;
      expect(message).toContain(`${name}, line 5`);
      expect(message).not.toContain("hunter2");
      expect(existsSync(to)).toBe(false);
      expect(readdirSync(out).filter((one) => one.includes("part-"))).toEqual([]);
    }
    const late = await home.ask("rehearsal.pack", { path, out: join(out, "late.zip"), values: ["row 1999"] });
    expect(late).toMatchObject({ ok: false, error: { code: "forbidden", message: expect.stringContaining("run 1, data/recordings/") } });
  });
});

describe("on another machine", () => {
  let away: Bench;
  let moved: MovedView & { isOriginProved: boolean; warnings: string[] };
  beforeAll(async () => {
    away = await openBench();
    moved = await away.call("rehearsal.unpack", { path: packed.path, fingerprint: packed.fingerprint });
  });
  afterAll(() => away.remove());

  it("is checked, unpacked, listed in the library, not trusted, and on record with where it comes from", async () => {
    expect(moved).toMatchObject({ title: "Restore the shop", isOriginProved: true, fingerprint: packed.fingerprint });
    expect(readFileSync(moved.main, "utf8")).toBe(TEXT);
    const folders = await away.call("library.rescan", {});
    const folder = folders.find(({ entries }) => entries.some((entry) => entry.path === moved.main));
    expect(folder).toMatchObject({ trusted: false, builtIn: false });
    expect(folder!.entries.map(({ title }) => title).sort()).toEqual(["Restore the shop", "Stop"]);
    expect(await away.call("rehearsal.moved", {})).toMatchObject([
      { title: "Restore the shop", runs: [{ number: 1, runs: [source.run] }] },
    ]);
    const { logs } = await away.call("app.snapshot", {});
    expect(logs.map(({ kind }) => kind)).toEqual(["install"]);
    const { rows } = await away.call("record.events", { log: logs[0]!.log, filter: { type: "rehearsal.unpacked" }, offset: 0, limit: 5 });
    expect(rows).toHaveLength(1);
    expect((await away.call("record.verify", {})).problems).toEqual([]);
    for (const { path: file, bytes } of filesBelow(away.home))
      for (const form of [...FORMS(SECRET), ...FORMS(FROM_ENVIRONMENT)]) expect(bytes.includes(form), file).toBe(false);
  });

  it("replays the run that came with it to the end, with its verdicts and its output as then", async () => {
    const sources = await away.call("rehearsal.sources", { path: moved.main });
    expect(sources).toMatchObject([
      { run: source.run, same: 2, changed: 0, absent: 0, result: "passed", from: expect.stringContaining("Dana") },
    ]);
    const rehearsal = { way: "replay" as const, source: source.run, speed: 0 };
    const replay = await runOf(away, { mode: "rehearsal", rehearsal, params: {} }, moved.main);
    expect((await replay.view()).header).toMatchObject({ status: "finished", result: "passed" });
    const ends = async (run: RunBench) =>
      (await run.events("block.ended")).map(({ body }) => [body.outcome, body.data["exit_code"], body.data["output_sha256"]]);
    expect(await ends(replay)).toEqual(await ends(source));
    expect((await away.call("record.verify", {})).problems).toEqual([]);
  });

  it("is unpacked once", async () => {
    expect(await away.ask("rehearsal.unpack", { path: packed.path })).toMatchObject({ ok: false, error: { code: "already-exists" } });
  });

  it("offers no run whose log was changed on the disk since it was unpacked", async () => {
    const fresh = await openBench();
    const there = await fresh.call("rehearsal.unpack", { path: packed.path });
    expect(there.isOriginProved).toBe(false);
    expect(there.warnings[0]).toContain("not proved");
    const log = readdirSync(join(there.folder, "runs"))[0]!;
    const events = join(there.folder, "runs", log, "data", "events.ndjson");
    writeFileSync(events, readFileSync(events, "utf8").replace('"outcome":"passed"', '"outcome":"failed"'));
    expect(await fresh.call("rehearsal.sources", { path: there.main })).toEqual([]);
    await fresh.remove();
  });
});

describe("a bundle that somebody changed on the way", () => {
  let away: Bench;
  beforeAll(async () => {
    away = await openBench();
  });
  afterAll(() => away.remove());

  const BASE = "holdpoint-rehearsal";
  const entries = (bag: Bag): [string, Buffer][] => [...bag].map(([name, bytes]) => [`${BASE}/${name}`, bytes]);
  const sha = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  /** BagIt's lists anew, as anybody can make them. */
  function relisted(bag: Bag): Bag {
    const list = (wanted: (name: string) => boolean) =>
      Buffer.from(
        [...bag.keys()]
          .filter(wanted)
          .sort()
          .map((name) => `${sha(bag.get(name)!)}  ${name}\n`)
          .join(""),
      );
    bag.set(
      "manifest-sha256.txt",
      list((name) => name.startsWith("data/")),
    );
    bag.set(
      "tagmanifest-sha256.txt",
      list((name) => !name.startsWith("data/") && name !== "tagmanifest-sha256.txt"),
    );
    return bag;
  }
  /** Signed anew, by an installation that somebody made up. */
  function resigned(bag: Bag, change: (payload: Record<string, CanonicalValue>) => void = () => undefined): Bag {
    const { privateKey } = generateKeyPairSync("ed25519");
    const x = privateKey.export({ format: "jwk" }).x!;
    const publicKey = Buffer.from(x, "base64url").toString("hex");
    const signed = JSON.parse(bag.get("manifest.dsse.json")!.toString("utf8")) as {
      payload: Record<string, CanonicalValue>;
      payloadType: string;
    };
    const payload: Record<string, CanonicalValue> = { ...signed.payload, install_key: publicKey };
    change(payload);
    relisted(bag);
    payload["files"] = [...bag.keys()]
      .filter((name) => name !== "manifest.dsse.json" && name !== "tagmanifest-sha256.txt")
      .sort()
      .map((name) => ({ path: name, bytes: bag.get(name)!.length, sha256: sha(bag.get(name)!) }));
    const envelope = signEnvelope(signed.payloadType, payload, { keyId: keyIdOf(publicKey), publicKey, privateKey });
    bag.set("manifest.dsse.json", Buffer.from(`${jcs(envelope as unknown as CanonicalValue)}\n`));
    return relisted(bag);
  }
  const whole = (): { zip: Buffer; bag: Bag } => {
    const zip = readFileSync(packed.path);
    return { zip, bag: readBag(zip) };
  };
  /** Entry `name` of the directory, with a field of it written over. */
  function patched(zip: Buffer, name: string, change: (record: Buffer) => void): Buffer {
    const copy = Buffer.from(zip);
    const at = copy.lastIndexOf(Buffer.from(`${BASE}/${name}`)) - 46;
    change(copy.subarray(at));
    return copy;
  }
  const without = (bag: Bag, name: string): Bag => new Map([...bag].filter(([one]) => one !== name));
  const changed = (bag: Bag, name: string): Bag => {
    const bytes = Buffer.from(bag.get(name)!);
    const at = bytes.length >> 1;
    bytes[at] = bytes[at]! ^ 1;
    return bag.set(name, bytes);
  };

  const ATTACKS: [string, string, () => Buffer][] = [
    [
      "a changed byte of a text",
      "file-changed",
      () => (({ zip, bag }) => zipOf(entries(changed(bag, "data/texts/0001.md")), zip))(whole()),
    ],
    [
      "a changed byte anywhere, with the zip's sums as they were",
      "file-changed",
      () => {
        const { zip, bag } = whole();
        const text = bag.get("data/texts/0001.md")!;
        const copy = Buffer.from(zip);
        const at = copy.indexOf(text) + 40;
        copy[at] = copy[at]! ^ 1;
        return copy;
      },
    ],
    [
      "a changed byte of a recording",
      "file-changed",
      () => (({ zip, bag }) => zipOf(entries(changed(bag, "data/runs/0001.zip")), zip))(whole()),
    ],
    [
      "a changed text with BagIt's lists made anew",
      "file-changed",
      () => (({ zip, bag }) => zipOf(entries(relisted(changed(bag, "data/texts/0001.md"))), zip))(whole()),
    ],
    ["a missing text", "file-missing", () => (({ zip, bag }) => zipOf(entries(without(bag, "data/texts/0002.md")), zip))(whole())],
    [
      "a missing run with BagIt's lists made anew",
      "file-missing",
      () => (({ zip, bag }) => zipOf(entries(relisted(without(bag, "data/runs/0001.zip"))), zip))(whole()),
    ],
    [
      "an extra file",
      "file-unlisted",
      () => (({ zip, bag }) => zipOf(entries(bag.set("data/texts/0009.md", Buffer.from("# more\n"))), zip))(whole()),
    ],
    [
      "an extra file with BagIt's lists made anew",
      "file-unlisted",
      () => (({ zip, bag }) => zipOf(entries(relisted(bag.set("data/texts/0009.md", Buffer.from("# more\n")))), zip))(whole()),
    ],
    [
      "a path that leads out",
      "zip-path",
      () => (({ zip, bag }) => zipOf([...entries(bag), [`${BASE}/../../evil.md`, Buffer.from("x")]], zip))(whole()),
    ],
    [
      "an absolute path",
      "zip-path",
      () => (({ zip, bag }) => zipOf([...entries(bag), ["/etc/cron.d/evil", Buffer.from("x")]], zip))(whole()),
    ],
    [
      "a path with backslashes",
      "zip-path",
      () => (({ zip, bag }) => zipOf([...entries(bag), [`${BASE}\\..\\evil.md`, Buffer.from("x")]], zip))(whole()),
    ],
    [
      "a signed text whose path leads out",
      "text-path",
      () =>
        (({ zip, bag }) =>
          zipOf(
            entries(
              resigned(bag, (payload) => {
                const texts = payload["texts"] as { path: string }[];
                payload["texts"] = [{ ...texts[0]!, path: "../../../.bashrc.md" }, ...texts.slice(1)] as never;
              }),
            ),
            zip,
          ))(whole()),
    ],
    [
      "a symbolic link",
      "zip-link",
      () => (({ zip }) => patched(zip, "REHEARSE.md", (record) => record.writeUInt32LE((0o120777 << 16) >>> 0, 38)))(whole()),
    ],
    [
      "a device",
      "zip-special",
      () => (({ zip }) => patched(zip, "REHEARSE.md", (record) => record.writeUInt32LE((0o020666 << 16) >>> 0, 38)))(whole()),
    ],
    [
      "a compressed bomb",
      "zip-bomb",
      () =>
        (({ zip, bag }) =>
          patched(
            zipOf([...entries(bag), [`${BASE}/data/texts/0009.md`, gzipSync(Buffer.alloc(10 << 20)).subarray(10, -8)]], zip),
            "data/texts/0009.md",
            (record) => {
              record.writeUInt16LE(8, 10);
              record.writeUInt32LE(10 << 20, 24);
            },
          ))(whole()),
    ],
    [
      "files that lie over each other",
      "zip-bomb",
      () =>
        (({ zip }) =>
          patched(zip, "data/texts/0001.md", (record) => {
            record.writeUInt32LE(zip.length, 20);
            record.writeUInt32LE(zip.length, 24);
          }))(whole()),
    ],
    [
      "a file that comes twice",
      "zip-twice",
      () => (({ zip, bag }) => zipOf([...entries(bag), [`${BASE}/data/texts/0001.md`, Buffer.from("# other\n")]], zip))(whole()),
    ],
    [
      "the signed list without its signature",
      "manifest-signature",
      () => {
        const { zip, bag } = whole();
        const signed = JSON.parse(bag.get("manifest.dsse.json")!.toString("utf8")) as { signatures: { sig: string }[] };
        signed.signatures[0]!.sig = "0".repeat(128);
        bag.set("manifest.dsse.json", Buffer.from(`${jcs(signed as unknown as CanonicalValue)}\n`));
        return zipOf(entries(relisted(bag)), zip);
      },
    ],
    [
      "no signed list",
      "manifest-malformed",
      () => (({ zip, bag }) => zipOf(entries(relisted(without(bag, "manifest.dsse.json"))), zip))(whole()),
    ],
    [
      "all of it signed by somebody else, with our run",
      "run-differs",
      () => (({ zip, bag }) => zipOf(entries(resigned(bag)), zip))(whole()),
    ],
    [
      "a run whose record was changed, all of it signed anew",
      "run-not-verified",
      () => {
        const { zip, bag } = whole();
        const inner = bag.get("data/runs/0001.zip")!;
        const run = changed(readBag(inner), "data/events.ndjson");
        const base = inner.toString("utf8", 30, 30 + inner.readUInt16LE(26)).split("/")[0]!;
        bag.set(
          "data/runs/0001.zip",
          zipOf(
            [...run].map(([name, bytes]) => [`${base}/${name}`, bytes]),
            inner,
          ),
        );
        return zipOf(entries(resigned(bag)), zip);
      },
    ],
    [
      "bytes between its files",
      "zip-damaged",
      () => (({ zip }) => Buffer.concat([zip.subarray(0, 100), Buffer.from("more"), zip.subarray(100)]))(whole()),
    ],
    ["half of it", "zip-damaged", () => (({ zip }) => zip.subarray(0, zip.length >> 1))(whole())],
  ];

  it.each(ATTACKS)("%s: %s", async (_what, code, attack) => {
    const file = join(out, "attacked.zip");
    writeFileSync(file, attack());
    const refused = await away.ask("rehearsal.unpack", { path: file });
    expect(refused.ok).toBe(false);
    if (refused.ok) return;
    expect(refused.error.code, refused.error.message).toBe("record-damaged");
    const { refusals } = refused.error.details as { refusals: { code: string; message: string }[] };
    expect(refusals.map((one) => one.code)).toContain(code);
    expect(refused.error.message).toContain(refusals[0]!.message);
    // Nothing of it is on the disk, and that it was tried is on record.
    expect(readdirSync(join(away.home, "rehearsals"))).toEqual([]);
    expect(await away.call("rehearsal.moved", {})).toEqual([]);
  });

  it("is another bundle than the one that was told of, by its fingerprint", async () => {
    const refused = await away.ask("rehearsal.unpack", { path: packed.path, fingerprint: "D3BE CGM8 M1B4 XQ0D GT28" });
    expect(refused).toMatchObject({ ok: false, error: { code: "record-damaged", message: expect.stringContaining(packed.fingerprint) } });
  });

  it("and what is no rehearsal bundle at all", async () => {
    const text = join(out, "text.zip");
    writeFileSync(text, "no zip\n");
    expect(await away.ask("rehearsal.unpack", { path: text })).toMatchObject({ ok: false, error: { code: "unreadable" } });
    const { log } = (await home.call("record.logs", {})).find(({ kind }) => kind === "run")!;
    const record = await home.call("record.export", { log, format: "bundle", out: join(out, "record.zip") });
    expect(await away.ask("rehearsal.unpack", { path: record.path })).toMatchObject({
      ok: false,
      error: { details: { refusals: [{ code: "not-a-rehearsal" }] } },
    });
    expect(await away.ask("rehearsal.unpack", { path: "relative.zip" })).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    // A link to the bundle is followed once, to what it is; what is unpacked follows none.
    symlinkSync(packed.path, join(out, "link.zip"));
    expect(await away.ask("rehearsal.unpack", { path: join(out, "link.zip") })).toMatchObject({ ok: true });
  });
});
