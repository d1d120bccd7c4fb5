// Attacks on a bundle, each with the number tried and a control that shows the attack would work on a lesser verifier.
// Every verdict is asked of both verifiers: verify.mjs here, verify.py in one long-lived Python.
import { createHash, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { CanonicalValue, LogId } from "../protocol/index.ts";
import { jcs } from "../record/index.ts";
import { asSigningKey } from "../record/keys.ts";
import { DANA } from "../record/testing.ts";
import { exportLog } from "./index.ts";
import {
  type Bag,
  bothVerdicts,
  codesOf,
  type Evil,
  openPython,
  type Python,
  readBag,
  rebuild,
  rehash,
  tamper,
  type Verdict,
  zipOf,
} from "./testing-bundle.ts";
import { type Desk, type Launch, staffed, wholeLaunch } from "./testing-launch.ts";
import { verifyBundle } from "./verifiers/verify.mjs";

/** HOLDPOINT_MUTATIONS=all (npm run test:nightly) tries every byte and bit, a number so many times the sample that is the default. */
const GIVEN = process.env["HOLDPOINT_MUTATIONS"] ?? "1";
const every = (sampled: number): number => (GIVEN === "all" ? 1 : Math.max(1, Math.floor(sampled / Number(GIVEN))));
const say = (text: string) => process.stdout.write(`attacks: ${text}\n`);

let desk: Desk & { delegation: number };
let launch: Launch;
let python: Python;
let bundle: Buffer;
let path: string;
let fingerprint: string;
let install: Evil;

const exported = async (of: Desk, log: LogId, name: string, upTo?: number): Promise<Buffer> => {
  const out = join(of.home, "out", `${name}.zip`);
  const made = await exportLog(of.store, log, {
    format: "bundle",
    out,
    recordingsDir: join(of.home, "recordings"),
    actor: DANA,
    ...(upTo === undefined ? {} : { upTo }),
  });
  if (!made.ok) throw new Error(made.error.message);
  return readFileSync(out);
};
const both = (bytes: Buffer, options: { fingerprint?: string; roster?: Uint8Array } = {}): Promise<Verdict> =>
  bothVerdicts(python, bytes, options);

beforeAll(async () => {
  python = openPython();
  desk = staffed();
  launch = wholeLaunch(desk);
  fingerprint = desk.store.head(launch.log).fingerprint;
  bundle = await exported(desk, launch.log, "whole");
  path = join(desk.home, "out", "whole.zip");
  install = desk.store.signingKey!;
});
afterAll(() => {
  python.close();
  desk.close();
});

describe("the bundle as it is", () => {
  it("verifies, with its origin proved by a fingerprint or by a roster from outside, and not proved without", async () => {
    expect(await both(bundle, { fingerprint })).toMatchObject({ verdict: "VERIFIED", problems: [], warnings: [] });
    const roster = readBag(bundle).get("data/roster.json")!;
    expect(await both(bundle, { roster })).toMatchObject({ verdict: "VERIFIED", problems: [], warnings: [] });
    expect(await both(bundle)).toMatchObject({ verdict: "VERIFIED WITH WARNINGS", problems: [], warnings: ["origin-not-proved"] });
  });

  it("is rebuilt byte for byte by the helper that the attacks use: without an attack nothing differs", () => {
    expect(rebuild(readBag(bundle), install, bundle).equals(bundle)).toBe(true);
  });
});

describe("bytes", { timeout: 7_200_000 }, () => {
  const lenient = (mutant: Buffer): boolean => {
    // The control: a reader that only asks whether every file has the hash that the bag's own lists say.
    try {
      const bag = readBag(mutant);
      const list = bag.get("manifest-sha256.txt")!.toString("utf8").trim().split("\n");
      return list.every(
        (line) =>
          createHash("sha256")
            .update(bag.get(line.slice(66))!)
            .digest("hex") === line.slice(0, 64),
      );
    } catch {
      return false;
    }
  };

  it("none can be changed, in both verifiers alike; the control, which reads hashes alone, accepts some", async () => {
    const step = every(1_200);
    const accepted: string[] = [];
    const parted: string[] = [];
    let tried = 0;
    let control = 0;
    for (let at = 0; at < bundle.length; at += step) {
      const value = (bundle[at]! + 1 + ((at * 7919) % 255)) % 256;
      const edits: [number, number, string][] = [[at, 1, value.toString(16).padStart(2, "0")]];
      const mutant = Buffer.from(bundle);
      mutant[at] = value;
      const answers = await bothVerdicts(python, mutant, {}, { path, edits });
      tried += 1;
      if (answers.problems.length === 0 && answers.verdict !== "CANNOT READ") accepted.push(`byte ${at}`);
      if (answers.parted !== "") parted.push(`byte ${at}: ${answers.parted}`);
      if (tried % 4 === 0 && lenient(mutant)) control += 1;
    }
    expect(accepted).toEqual([]);
    expect(parted).toEqual([]);
    expect(control).toBeGreaterThan(10);
    say(
      `${tried} bytes of ${bundle.length} changed: 0 accepted, 0 verdicts differ between Node and Python; the control accepted ${control} of ${Math.floor(tried / 4)}`,
    );
  });

  it("no key of the signed manifest can be another, and neither verifier stumbles over it", async () => {
    const from = bundle.indexOf('{"payload":{"at":');
    for (const key of ['"log":', '"seq":', '"head":', '"install_log":', '"files":', '"damaged":']) {
      const mutant = Buffer.from(bundle);
      mutant[bundle.indexOf(key, from) + 1]! ^= 1;
      const { problems, parted } = await both(mutant);
      expect(parted, key).toBe("");
      expect(problems, key).not.toEqual([]);
    }
  });

  it("none can be put in, removed or cut off", async () => {
    const step = every(331);
    const accepted: string[] = [];
    const parted: string[] = [];
    let tried = 0;
    for (let at = 0; at < bundle.length; at += step) {
      for (const [removed, put] of [
        [0, bundle[at]!.toString(16).padStart(2, "0")],
        [1, ""],
        [bundle.length - at, ""],
      ] as [number, string][]) {
        const mutant = Buffer.concat([bundle.subarray(0, at), Buffer.from(put, "hex"), bundle.subarray(at + removed)]);
        const answers = await bothVerdicts(python, mutant, {}, { path, edits: [[at, removed, put]] });
        tried += 1;
        if (answers.problems.length === 0 && answers.verdict !== "CANNOT READ") accepted.push(`at ${at}`);
        if (answers.parted !== "") parted.push(`at ${at}: ${answers.parted}`);
      }
    }
    for (const tail of ["\n", "\0", "PK"]) expect((await both(Buffer.concat([bundle, Buffer.from(tail)]))).problems).not.toEqual([]);
    expect(accepted).toEqual([]);
    expect(parted).toEqual([]);
    say(`${tried} insertions, removals and cuts: 0 accepted, 0 verdicts differ`);
  });

  it("no bit of a signature can be changed, even by somebody who has the installation's key and signs everything else again", async () => {
    const bag = readBag(bundle);
    const lines = bag.get("data/events.ndjson")!.toString("utf8").split("\n");
    const at = lines.findIndex((line) => line.includes('"type":"signoff.added"'));
    const sig = /"sig":"([0-9a-f]{128})"/.exec(lines[at]!)![1]!;
    const accepted: number[] = [];
    const parted: string[] = [];
    let tried = 0;
    for (let bit = 0; bit < 512; bit += every(32)) {
      const bytes = Buffer.from(sig, "hex");
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const changed = lines.with(at, lines[at]!.replace(sig, bytes.toString("hex")));
      const answers = await both(rebuild(rehash(bag, "data/events.ndjson", changed.slice(0, -2), install), install, bundle));
      tried += 1;
      if (!answers.problems.includes("signature-invalid")) accepted.push(bit);
      if (answers.parted !== "") parted.push(answers.parted);
    }
    expect(accepted).toEqual([]);
    expect(parted).toEqual([]);
    say(`${tried} bits of one signature changed, all else signed again: 0 accepted`);
  });
});

describe("events, by somebody who has the installation's key and signs everything again but people's signatures", {
  timeout: 7_200_000,
}, () => {
  /** What a chain alone would say: the control. */
  const chainHolds = (file: Buffer): boolean => {
    const [genesis, ...rest] = file.toString("utf8").trimEnd().split("\n");
    let head = createHash("sha256").update("holdpoint/genesis/v1\0").update(genesis!).digest();
    return rest.slice(0, -1).every((line, i) => {
      const body = JSON.parse(line) as { prev: string; seq: number };
      const fits = body.prev === head.toString("hex") && body.seq === i + 1;
      head = createHash("sha256").update("holdpoint/event/v1\0").update(head).update(line).digest();
      return fits;
    });
  };
  const attack = async (change: (lines: string[]) => string[], renumber = true): Promise<{ answers: Verdict; control: boolean }> => {
    const bag = readBag(bundle);
    const lines = bag.get("data/events.ndjson")!.toString("utf8").trimEnd().split("\n").slice(0, -1);
    const evil = rehash(bag, "data/events.ndjson", change(lines), install, renumber);
    return { answers: await both(rebuild(evil, install, bundle)), control: chainHolds(evil.get("data/events.ndjson")!) };
  };

  it("none can be deleted, doubled or swapped, although the chain is made to hold again", async () => {
    const count = readBag(bundle).get("data/events.ndjson")!.toString("utf8").trimEnd().split("\n").length - 2;
    const accepted: string[] = [];
    const parted: string[] = [];
    let tried = 0;
    const one = async (what: string, change: (lines: string[]) => string[]) => {
      const { answers, control } = await attack(change);
      tried += 1;
      expect(control, `the control: the chain holds again after ${what}`).toBe(true);
      // Not because of a list that the attacker forgot, but because of a head or a signature that cannot be made again.
      if (!answers.problems.some((code) => /^(head-differs|signature-|signer-|stale-|decision-|close-)/.test(code))) accepted.push(what);
      if (answers.parted !== "") parted.push(`${what}: ${answers.parted}`);
    };
    // The last event has nothing after it: taking it away is a cut, which the next test plays.
    for (let i = 1; i < count; i++) {
      await one(`event ${i} deleted`, (lines) => lines.toSpliced(i, 1));
      await one(`event ${i} doubled`, (lines) => lines.toSpliced(i, 0, lines[i]!));
      await one(`events ${i} and ${i + 1} swapped`, (lines) => lines.with(i, lines[i + 1]!).with(i + 1, lines[i]!));
    }
    expect(accepted).toEqual([]);
    expect(parted).toEqual([]);
    say(`${tried} deletions, doublings and swaps of events with the chain rehashed: 0 accepted; the chain alone held in all of them`);
  });

  it("no field of an event can be given another value or another type, and neither verifier stumbles over it", async () => {
    const wanted = GIVEN === "all" ? 20_000 : 80 * Number(GIVEN);
    const { count, accepted, parted } = await tamper(bundle, install, wanted, both);
    expect(accepted).toEqual([]);
    expect(parted).toEqual([]);
    say(`${count} fields of events changed, all else signed again: 0 accepted, 0 verdicts differ`);
  });

  it("true is not 1: a number that became a truth value is told alike by both", async () => {
    const bag = readBag(bundle);
    const lines = bag.get("data/install.ndjson")!.toString("utf8").trimEnd().split("\n").slice(0, -1);
    const changed = lines.map((line) =>
      line.replace('"number":1,"payloads"', '"number":true,"payloads"').replace('"number":1}', '"number":true}'),
    );
    expect(changed).not.toEqual(lines);
    const answers = await both(rebuild(rehash(bag, "data/install.ndjson", changed, install), install, bundle));
    expect(answers.parted).toBe("");
    expect(answers.problems).toEqual(expect.arrayContaining(["genesis-differs", "log-number"]));
  });

  it("a cut end is told as a log that went on, and refused with the fingerprint; without the key it does not verify at all", async () => {
    const lines = readBag(bundle).get("data/events.ndjson")!.toString("utf8").trimEnd().split("\n");
    const count = lines.length - 2;
    const parted: string[] = [];
    for (let i = 1; i < count; i++) {
      const bag = readBag(bundle);
      const cut = rebuild(rehash(bag, "data/events.ndjson", lines.slice(0, i + 1), install), install, bundle);
      const answers = await both(cut, { fingerprint });
      expect(answers.problems).toContain("fingerprint-not-found");
      expect(answers.warnings).toContain("log-went-on");
      if (answers.parted !== "") parted.push(answers.parted);
      bag.set("data/events.ndjson", Buffer.from([...lines.slice(0, i + 1), lines.at(-1), ""].join("\n")));
      expect((await both(rebuild(bag, install, bundle))).problems).toContain("closing-differs");
    }
    expect(parted).toEqual([]);
    say(`${count - 1} cuts: 0 unnoticed`);
  });

  it("a changed answer, rehashed to the end, is caught by what was signed after it, by the checkpoints, and by the fingerprint", async () => {
    const edit = (lines: string[]) => lines.map((line) => line.replace('"text":"kubectl get pods', '"text":"kubectl get pads'));
    const { answers, control } = await attack(edit);
    expect(control).toBe(true);
    expect(answers.problems).toEqual(expect.arrayContaining(["head-differs", "signature-head"]));
    // The control: nobody signed, the checkpoints are left out and the install log is rewritten to fit. Then nothing inside can tell.
    const plain = desk.launch("unsigned");
    plain.append("launch.created", "dana", { launch: plain.launch, facts: {}, solo: false });
    plain.run("eve", 7);
    const at = desk.store.head(plain.log).fingerprint;
    const whole = await exported(desk, plain.log, "unsigned");
    const bag = readBag(whole);
    const lines = bag.get("data/events.ndjson")!.toString("utf8").trimEnd().split("\n").slice(0, -1);
    const evil = rehash(bag, "data/events.ndjson", edit(lines), install);
    const anchored = await both(rebuild(evil, install, whole));
    expect(anchored.problems).toContain("head-differs");
    evil.set("data/checkpoints.ndjson", Buffer.from(""));
    const other = evil.get("data/install.ndjson")!.toString("utf8").trimEnd().split("\n").slice(0, -1);
    const heads = other.filter((line) => !(line.includes('"log.head"') && line.includes(plain.log)));
    const free = rebuild(rehash(evil, "data/install.ndjson", heads, install), install, whole);
    const without = await both(free);
    expect(
      without.problems.filter((code) => code !== "roster-head"),
      "the control: without anchors nothing inside notices",
    ).toEqual([]);
    expect((await both(free, { fingerprint: at })).problems).toContain("fingerprint-not-found");
    say(
      "edit and rehash of everything after: caught by checkpoints and signatures; the control without them passes, and the fingerprint refuses it",
    );
  });
});

describe("where it comes from", { timeout: 600_000 }, () => {
  it("a made-up installation is consistent in itself, which is only a warning, and is refused with a fingerprint or a roster from outside", async () => {
    const evil = staffed();
    const copy = await exported(evil, wholeLaunch(evil).log, "made-up");
    expect(await both(copy)).toMatchObject({ verdict: "VERIFIED WITH WARNINGS", warnings: ["origin-not-proved"], problems: [] });
    expect((await both(copy, { fingerprint })).problems).toEqual(["fingerprint-not-found"]);
    expect((await both(copy, { roster: readBag(bundle).get("data/roster.json")! })).problems).toEqual(["origin-differs"]);
    evil.close();
  });

  it("an old snapshot is refused with the newer fingerprint; an old fingerprint does not vouch for what came later", async () => {
    const half = desk.store.events(launch.log)[15]!;
    const old = await exported(desk, launch.log, "old", 16);
    expect((await both(old)).problems, "the control: nothing inside an old copy is wrong").toEqual([]);
    expect((await both(old, { fingerprint })).problems).toEqual(["fingerprint-not-found"]);
    const { fingerprintOf } = await import("../record/index.ts");
    expect(await both(bundle, { fingerprint: fingerprintOf(half.hash) })).toMatchObject({
      verdict: "VERIFIED WITH WARNINGS",
      warnings: ["after-the-fingerprint"],
    });
  });

  it("names the tail that no checkpoint and no signature anchors, and calls it OPEN", async () => {
    const bag = readBag(bundle);
    const lines = bag.get("data/checkpoints.ndjson")!.toString("utf8").trimEnd().split("\n");
    const short = new Map(bag).set("data/checkpoints.ndjson", Buffer.from(`${lines.slice(0, -1).join("\n")}\n`));
    const answers = await both(rebuild(short, install, bundle));
    expect(answers).toMatchObject({ verdict: "OPEN", problems: [] });
    const report = verifyBundle(rebuild(short, install, bundle));
    expect(report.tails.map((one) => one.log)).toContain(launch.log);
    expect(report.unanchored).toBeGreaterThan(0);
  });

  it("everything signed again with another installation's key does not verify", async () => {
    const other = asSigningKey(generateKeyPairSync("ed25519").privateKey);
    const answers = await both(rebuild(readBag(bundle), other, bundle));
    expect(answers.problems).toEqual(["manifest-signature"]);
  });
});

describe("files", { timeout: 600_000 }, () => {
  const ATTACKS: [string, string, (bag: Bag) => void][] = [
    ["a payload", "payload-changed", (bag) => change(bag, "data/plans/000002-0-checklist.md")],
    ["evidence", "payload-changed", (bag) => change(bag, below(bag, "data/evidence/"))],
    ["an attachment that is left out", "payload-missing", (bag) => void bag.delete(below(bag, "data/attachments/"))],
    ["a recording", "recording-changed", (bag) => change(bag, recordingOf(bag))],
    ["a recording that is left out", "recording-missing", (bag) => void bag.delete(recordingOf(bag))],
    [
      "a recording made longer",
      "recording-longer",
      (bag) => void bag.set(recordingOf(bag), Buffer.concat([bag.get(recordingOf(bag))!, Buffer.from("x")])),
    ],
    ["the copy of the signatures", "copy-differs", (bag) => change(bag, "data/signatures.ndjson")],
    ["the copy of the roster", "copy-differs", (bag) => change(bag, "data/roster.json")],
    ["the copy of the keys", "copy-differs", (bag) => change(bag, "data/keys.json")],
    ["a checkpoint", "checkpoint-malformed", (bag) => change(bag, "data/checkpoints.ndjson")],
    ["a file put in", "file-unknown", (bag) => void bag.set("data/extra.txt", Buffer.from("x"))],
    ["the list of payloads", "files-index", (bag) => change(bag, "data/files.json")],
    ["the install log left out", "install-log-missing", (bag) => void bag.delete("data/install.ndjson")],
    ["the record left out", "log-missing", (bag) => void bag.delete("data/events.ndjson")],
    ["bagit.txt", "bagit-txt", (bag) => change(bag, "bagit.txt")],
    [
      "the counts on the cover",
      "bag-info",
      (bag) =>
        void bag.set(
          "bag-info.txt",
          Buffer.from(
            bag
              .get("bag-info.txt")!
              .toString("utf8")
              .replace(/\d+ events,/, "1 events,"),
          ),
        ),
    ],
  ];
  const change = (bag: Bag, name: string) =>
    void bag.set(name, Buffer.from(bag.get(name)!.toString("latin1").replace(/[a-m]/, "z"), "latin1"));
  const below = (bag: Bag, folder: string): string => [...bag.keys()].find((name) => name.startsWith(folder))!;
  const recordingOf = (bag: Bag): string => below(bag, "data/recordings/");

  it.each(ATTACKS)("%s is noticed although all lists are made and signed again", async (_what, code, play) => {
    const bag = new Map(readBag(bundle));
    play(bag);
    const answers = await both(rebuild(bag, install, bundle));
    expect(answers.parted).toBe("");
    expect(answers.problems).toContain(code);
  });

  it("a zip with a way out, a name twice, something compressed or something before it is refused, and nothing is unpacked", async () => {
    const files = [...readBag(bundle)].map(([name, bytes]) => [`holdpoint-x/${name}`, bytes] as [string, Buffer]);
    const first = files[0]!;
    for (const [what, entries, code] of [
      ["a way out", [...files, ["holdpoint-x/../../etc/x", Buffer.from("x")]], "zip-names"],
      ["an absolute name", [...files, ["/etc/x", Buffer.from("x")]], "zip-names"],
      ["a name twice", [...files, first], "zip-names"],
      ["a name twice but for its case", [...files, [first[0].toUpperCase().replace("HOLDPOINT-X", "holdpoint-x"), first[1]]], "zip-names"],
      ["another folder", [...files, ["else/x", Buffer.from("x")]], "zip-names"],
    ] as [string, [string, Buffer][], string][]) {
      const answers = await both(zipOf(entries, bundle));
      expect(answers.parted, what).toBe("");
      expect(answers.problems, what).toContain(code);
    }
    const before = await both(Buffer.concat([Buffer.from("PK\u0003\u0004"), bundle]));
    expect(before.problems).toContain("zip-damaged");
    expect((await both(Buffer.from("no zip at all"))).verdict).toBe("CANNOT READ");
  });

  it("jcs of the engine and of the verifiers agree on what is in the bundle", async () => {
    const { canonical } = await import("./verifiers/verify.mjs");
    for (const line of readBag(bundle).get("data/events.ndjson")!.toString("utf8").trimEnd().split("\n"))
      expect(canonical(JSON.parse(line))).toBe(jcs(JSON.parse(line) as CanonicalValue));
  });
});

it("problem codes of both verifiers come from one list: each knows every code of the other", () => {
  const [node, python3] = ["verify.mjs", "verify.py"].map((name) =>
    codesOf(readFileSync(new URL(`./verifiers/${name}`, import.meta.url), "utf8")),
  );
  expect([...node!].sort()).toEqual([...python3!].sort());
  expect(node!.size).toBeGreaterThan(60);
});
