// Takes bundles apart and puts them together again, for attacks in tests; asks both verifiers. Owns: nothing of the product.
// Its zip reader and writer share no code with the exporter or the verifiers.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import type { CanonicalValue } from "../protocol/index.ts";
import { fingerprintOf, jcs, type SigningKey, signEnvelope } from "../record/index.ts";
import { verifyBundle } from "./verifiers/verify.mjs";

type Value = { [key: string]: CanonicalValue };
/** Files by their path within the bag. */
export type Bag = Map<string, Buffer>;
/** Somebody with a copy of the installation's key. */
export type Evil = SigningKey;

const sha256 = (...parts: (string | Uint8Array)[]): Buffer =>
  parts.reduce((digest, part) => digest.update(part), createHash("sha256")).digest();

export function readBag(zip: Buffer): Bag {
  const bag: Bag = new Map();
  let at = zip.readUInt32LE(zip.length - 6);
  for (let left = zip.readUInt16LE(zip.length - 12); left > 0; left--) {
    const [size, name, extra, comment] = [
      zip.readUInt32LE(at + 24),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ];
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const path = zip.toString("utf8", at + 46, at + 46 + name);
    bag.set(path.slice(path.indexOf("/") + 1), Buffer.from(zip.subarray(data, data + size)));
    at += 46 + name + extra + comment;
  }
  return bag;
}

/** A zip in the exporter's form, with the time of `like`. */
export function zipOf(entries: readonly [string, Buffer][], like: Buffer): Buffer {
  const stamp = like.subarray(10, 14);
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const word = (width: 2 | 4, ...values: number[]): Buffer => {
    const out = Buffer.alloc(width * values.length);
    for (const [i, value] of values.entries()) out.writeUIntLE(value, i * width, width);
    return out;
  };
  for (const [path, bytes] of entries) {
    const name = Buffer.from(path);
    const [crc, size] = [crc32(bytes), bytes.length];
    const local = Buffer.concat([word(4, 0x04034b50), word(2, 20, 0x0808, 0), stamp, word(4, 0, 0, 0), word(2, name.length, 0), name]);
    const after = word(4, 0x08074b50, crc, size, size);
    const central = [
      word(4, 0x02014b50),
      word(2, 0x033f, 20, 0x0808, 0),
      stamp,
      word(4, crc, size, size),
      word(2, name.length, 0, 0, 0, 0),
    ];
    directory.push(...central, word(4, 0x81a40000, at), name);
    pieces.push(local, bytes, after);
    at += local.length + size + after.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = [word(4, 0x06054b50), word(2, 0, 0, entries.length, entries.length), word(4, size, at), word(2, 0)];
  return Buffer.concat([...pieces, ...directory, ...end]);
}

const linesOf = (bag: Bag, name: string): string[] => (bag.get(name)?.toString("utf8") ?? "").split("\n").filter((line) => line !== "");
const closingOf = (bag: Bag, name: string): Value | null => {
  const last = linesOf(bag, name).at(-1);
  return last === undefined ? null : (JSON.parse(last) as { payload: Value }).payload;
};
const envelope = (type: string, payload: Value, key: SigningKey): string =>
  `${jcs(signEnvelope(type, payload, key) as unknown as CanonicalValue)}\n`;

/** Writes a log anew from its lines without the closing: seq, prev, closing and cover fit again. People's signatures stay as they are. */
export function rehash(bag: Bag, name: string, lines: readonly string[], key: Evil, renumber = true): Bag {
  const out: Bag = new Map(bag);
  const [genesis, ...events] = lines;
  let head = sha256("holdpoint/genesis/v1\0", genesis!);
  let text = `${genesis}\n`;
  const closing = closingOf(bag, name)!;
  let at = closing["at"]!;
  let signatures = 0;
  for (const [i, event] of events.entries()) {
    const body = JSON.parse(event) as Value;
    body["prev"] = head.toString("hex");
    if (renumber) body["seq"] = i + 1;
    const line = jcs(body);
    head = sha256("holdpoint/event/v1\0", head, line);
    text += `${line}\n`;
    if (!Number.isNaN(Date.parse(String(body["ts_utc"])))) at = body["ts_utc"]!;
    if (body["type"] === "signoff.added") signatures += 1;
  }
  const payload: Value = { ...closing, events: events.length, seq: events.length, head: head.toString("hex"), at };
  out.set(name, Buffer.from(text + envelope("application/vnd.holdpoint.export.v1+json", payload, key)));
  if (name === "data/events.ndjson") {
    const cover = bag
      .get("bag-info.txt")!
      .toString("utf8")
      .replace(/Head: .*/, `Head: event ${events.length}, ${head.toString("hex")}`)
      .replace(/Fingerprint: .*/, `Fingerprint: ${fingerprintOf(head.toString("hex"))}`)
      .replace(/Counts: \d+ events, \d+ signatures/, `Counts: ${events.length} events, ${signatures} signatures`);
    out.set("bag-info.txt", Buffer.from(cover));
  } else
    for (const copy of ["data/roster.json", "data/keys.json"])
      out.set(copy, Buffer.from(`${jcs({ ...(JSON.parse(bag.get(copy)!.toString("utf8")) as Value), seq: events.length })}\n`));
  return out;
}

/** Makes every list anew, signs the manifest with `key`, and zips: what somebody with the installation's key can do. */
export function rebuild(bag: Bag, key: Evil, like: Buffer): Buffer {
  const out: Bag = new Map(bag);
  const data = [...out].filter(([path]) => path.startsWith("data/"));
  const cover = out
    .get("bag-info.txt")!
    .toString("utf8")
    .replace(/Oxum: .*/, `Oxum: ${data.reduce((sum, [, bytes]) => sum + bytes.length, 0)}.${data.length}`)
    .replace(/\d+ checkpoints/, `${linesOf(out, "data/checkpoints.ndjson").length} checkpoints`);
  out.set("bag-info.txt", Buffer.from(cover));
  const sorted = (wanted: (path: string) => boolean) => [...out.keys()].filter(wanted).sort();
  const list = (paths: string[]) => Buffer.from(paths.map((path) => `${sha256(out.get(path)!).toString("hex")}  ${path}\n`).join(""));
  out.set("manifest-sha256.txt", list(sorted((path) => path.startsWith("data/"))));
  const signed = JSON.parse(bag.get("manifest.dsse.json")!.toString("utf8")) as { payload: Value; payloadType: string };
  const tail = (name: string, known: CanonicalValue | undefined): Value => {
    const closing = closingOf(out, name);
    return closing === null ? ((known ?? {}) as Value) : { log: closing["log"]!, seq: closing["seq"]!, head: closing["head"]! };
  };
  const main = tail("data/events.ndjson", signed.payload);
  const install = out.has("data/install.ndjson") ? tail("data/install.ndjson", signed.payload["install_log"]) : null;
  const files = sorted((path) => path !== "manifest.dsse.json" && path !== "tagmanifest-sha256.txt").map((path) => ({
    path,
    bytes: out.get(path)!.length,
    sha256: sha256(out.get(path)!).toString("hex"),
  }));
  const { log, seq, head } = main;
  const payload = { ...signed.payload, log: log!, seq: seq!, head: head!, install_log: install, files } as Value;
  out.set("manifest.dsse.json", Buffer.from(envelope(signed.payloadType, payload, key)));
  out.set("tagmanifest-sha256.txt", list(sorted((path) => !path.startsWith("data/") && path !== "tagmanifest-sha256.txt")));
  const base = like.toString("utf8", 30, 30 + like.readUInt16LE(26)).split("/")[0];
  const at = String(closingOf(out, "data/events.ndjson")?.["at"] ?? "");
  return zipOf(
    [...out].map(([path, bytes]) => [`${base}/${path}`, bytes]),
    at === "" ? like : stampOf(at),
  );
}

function stampOf(at: string): Buffer {
  const when = new Date(at);
  const out = Buffer.alloc(14);
  out.writeUInt16LE((when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1), 10);
  out.writeUInt16LE(((when.getUTCFullYear() - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate(), 12);
  return out;
}

/** What a field is given instead: other types, and values that mean something elsewhere. */
const INSTEAD: CanonicalValue[] = [null, 0, -1, 1, true, "", "x", "0".repeat(64), [], {}, ["x"], { to: null }, 9007199254740991];

/**
 * Changes fields of events at random, one at a time, signs everything again but people's signatures, and asks. The same
 * fields each time: the numbers come from a generator with a fixed start.
 */
export async function tamper(bundle: Buffer, key: Evil, wanted: number, ask: (bytes: Buffer) => Promise<Verdict>) {
  let state = 42;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
  /** One place in a value, chosen at random: the object or list that holds it, and its key there. */
  const place = (value: CanonicalValue): { holder: Value; key: string } | null => {
    if (typeof value !== "object" || value === null) return null;
    const keys = Object.keys(value);
    if (keys.length === 0) return null;
    const chosen = keys[next(keys.length)]!;
    const inner = next(4) === 0 ? null : place((value as Value)[chosen]!);
    return inner ?? { holder: value as Value, key: chosen };
  };
  const accepted: string[] = [];
  const parted: string[] = [];
  let count = 0;
  for (let i = 0; i < wanted; i++) {
    const name = i % 2 === 0 ? "data/events.ndjson" : "data/install.ndjson";
    const bag = readBag(bundle);
    const lines = linesOf(bag, name).slice(0, -1);
    const at = 1 + next(lines.length - 1);
    const body = JSON.parse(lines[at]!) as Value;
    // Where people signed, mostly there: it is where most is asked.
    const chosen = place(next(3) === 0 ? body : body["data"]!) ?? place(body)!;
    const before = jcs(body);
    if (next(5) === 0) delete chosen.holder[chosen.key];
    else chosen.holder[chosen.key] = INSTEAD[next(INSTEAD.length)]!;
    if (Array.isArray(chosen.holder)) continue; // a hole in a list is no JSON
    if (jcs(body) === before || ["seq", "prev"].includes(chosen.key)) continue;
    const answers = await ask(rebuild(rehash(bag, name, lines.with(at, jcs(body)), key), key, bundle));
    count += 1;
    const what = `${name} line ${at} (${String(body["type"])}), ${chosen.key}`;
    if (answers.problems.filter((code) => code !== "bag-info").length === 0) accepted.push(what);
    if (answers.parted !== "") parted.push(`${what}: ${answers.parted}`);
  }
  return { count, accepted, parted };
}

// ── both verifiers ──────────────────────────────────────────────────────────────────────────────────────────────────────

type Answer = { verdict: string; problems: { code: string; log: string | null; seq: number | null }[]; warnings: { code: string }[] };
/** Codes sorted, each once. `parted` says where the two verifiers differ; "" where they do not. */
export type Verdict = { verdict: string; problems: string[]; warnings: string[]; parted: string };
export type Python = { ask(question: object): Promise<Answer>; close(): void };

/** One Python for a whole test file: starting it for each mutant would take most of the time. */
export function openPython(): Python {
  const script = fileURLToPath(new URL("./verifiers/verify.py", import.meta.url));
  const child: ChildProcess = spawn("python3", [script, "--batch"], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { done: (answer: Answer) => void; failed: (error: Error) => void }[] = [];
  let broken: Error | null = null;
  const fail = (why: string): void => {
    broken = new Error(`python3 ${why}: the second verifier cannot be asked (npm test installs python3 where it may)`);
    for (const one of waiting.splice(0)) one.failed(broken);
  };
  child.on("error", (error) => fail(error.message));
  child.on("exit", (code) => fail(`ended with ${code}`));
  createInterface({ input: child.stdout! }).on("line", (line) => waiting.shift()!.done(JSON.parse(line) as Answer));
  return {
    ask: (question) =>
      new Promise((done, failed) => {
        if (broken !== null) return failed(broken);
        waiting.push({ done, failed });
        child.stdin!.write(`${JSON.stringify(question)}\n`);
      }),
    close: () => child.stdin!.end(),
  };
}

function askNode(bytes: Buffer, options: { fingerprint?: string; roster?: Uint8Array }): Answer {
  try {
    return verifyBundle(bytes, options);
  } catch (error) {
    if (!/this is no zip/.test(String(error))) throw error;
    return { verdict: "CANNOT READ", problems: [], warnings: [] };
  }
}

/** `via`: the mutant as edits of a file that Python keeps, which is faster than sending it whole. */
export async function bothVerdicts(
  python: Python,
  bytes: Buffer,
  options: { fingerprint?: string; roster?: Uint8Array } = {},
  via?: { path: string; edits: [number, number, string][] },
): Promise<Verdict> {
  const roster = options.roster === undefined ? {} : { roster: Buffer.from(options.roster).toString("base64") };
  const question = { ...(via ?? { base64: bytes.toString("base64") }), ...options, ...roster };
  const asked = python.ask(question);
  const node = askNode(bytes, options);
  const other = await asked;
  const all = ({ verdict, problems, warnings }: Answer): string =>
    [
      verdict,
      ...problems.map(({ code, log, seq }) => `${code}@${log}:${seq}`).sort(),
      "|",
      ...warnings.map(({ code }) => code).sort(),
    ].join(" ");
  const codes = (list: { code: string }[]): string[] => [...new Set(list.map(({ code }) => code))].sort();
  const parted = all(node) === all(other) ? "" : `Node: ${all(node)} — Python: ${all(other)}`;
  return { verdict: node.verdict, problems: codes(node.problems), warnings: codes(node.warnings), parted };
}

/** Words of a verifier's source that are written like codes but are none. */
const NO_CODES = new Set(["not-applicable", "break-glass", "utf-8", "utf-16-be", "utf-16-le"]);
export const codesOf = (source: string): Set<string> =>
  new Set([...source.matchAll(/"([a-z]+(?:-[a-z0-9]+)+)"/g)].map((found) => found[1]!).filter((code) => !NO_CODES.has(code)));
