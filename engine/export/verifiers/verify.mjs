#!/usr/bin/env node
// Verifies a Holdpoint bundle with nothing but Node 18 or newer: one file, no dependency, no code of the program that wrote it.
// Owns: reading the zip strictly, every check, the words and the exit code. verify.py beside it says the same, written apart.
// Does not change anything, opens no connection, and does not trust the bundle for where it comes from (--fingerprint, --roster).
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SIGNATURE = "application/vnd.holdpoint.signature.v1+json";
const ROSTER = "application/vnd.holdpoint.roster.v1+json";
const WAIVER = "application/vnd.holdpoint.waiver.v1+json";
const WATCH_END = "application/vnd.holdpoint.watch-end.v1+json";
const CLOSING = "application/vnd.holdpoint.export.v1+json";
const BUNDLE = "application/vnd.holdpoint.bundle.v1+json";
const CHECKPOINT = "application/vnd.holdpoint.checkpoint.v1+json";
/** Roles of the roster; every other role is one of a launch. */
const ROSTER_ROLES = new Set(["lead", "operator", "approver", "witness", "auditor", "admin"]);
const BAGIT = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const HEX64 = /^[0-9a-f]{64}$/;
const NOT_PROVED = [
  "that what was recorded was true when it was recorded (a lie at capture time)",
  "that nobody with full rights on the machine (root) forged it while it was written",
  "that the machine's clock was right: the order is proved, the times are a claim",
  "that a password was used by its owner and not given away",
  "that Holdpoint read a text as its author meant it: items, headings, roles and hold points are held against its lines, which are not parsed anew",
  "the order of a signature and a change of the roster at one and the same time, where no head in the install log lies between them",
];
/** A name longer than this, or more files than this, is no bundle of ours but an attempt on the reader. */
const MAX_NAME = 1000;
const MAX_FILES = 1_000_000;
/** Files that are read whole into memory (manifests, lists): more is refused. The logs and recordings are read in pieces. */
const MAX_WHOLE = 512 * 1024 * 1024;
const PIECE = 1 << 20;
const LISTED_AT_MOST = 1000;

export class CannotRead extends Error {}

// ── bytes and canonical JSON ────────────────────────────────────────────────────────────────────────────────────────────

const sha = (...parts) => {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest();
};
const shaHex = (...parts) => sha(...parts).toString("hex");
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** RFC 8785, of strings, booleans, null, safe integers, arrays and objects alone. Throws on anything else. */
export function canonical(value, depth = 0) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error("not a safe integer");
    return String(value === 0 ? 0 : value);
  }
  if (typeof value === "string") {
    if (LONE.test(value)) throw new Error("a lone surrogate");
    return JSON.stringify(value);
  }
  if (depth >= 100) throw new Error("nested too deep");
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(",")}]`;
  const pairs = Object.keys(value).sort();
  return `{${pairs.map((key) => `${canonical(key)}:${canonical(value[key], depth + 1)}`).join(",")}}`;
}

/** What a line says, or undefined where the line is not exactly the canonical text of what it says. */
function strict(bytes) {
  try {
    const line = utf8.decode(bytes);
    const value = JSON.parse(line);
    return canonical(value) === line ? value : undefined;
  } catch {
    return undefined;
  }
}
const isRecord = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const keysOf = (value) => (isRecord(value) ? Object.keys(value).sort().join() : "");
/** A value with something missing in it is like no other. */
const same = (a, b) => {
  try {
    return a !== undefined && b !== undefined && canonical(a) === canonical(b);
  } catch {
    return false;
  }
};

// ── signatures ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const P = 2n ** 255n - 19n;
/** Encodings of the points of small order: under such a "key" one signature fits many texts. */
const SMALL = new Set(
  [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  ].flatMap((hex) => [hex, `${hex.slice(0, 62)}${(Number.parseInt(hex.slice(62), 16) ^ 0x80).toString(16).padStart(2, "0")}`]),
);
const keys = new Map();
const answers = new Map();

/** Ed25519 (RFC 8032) with keys that are not canonical or of small order refused. Answers are remembered: lines repeat. */
function fits(publicKey, message, signature) {
  const at = `${publicKey}${signature}${shaHex(message)}`;
  const known = answers.get(at);
  if (known !== undefined) return known;
  if (answers.size > 50_000) answers.clear();
  const answer = decide(publicKey, message, signature);
  answers.set(at, answer);
  return answer;
}
function decide(publicKey, message, signature) {
  if (!HEX64.test(publicKey) || !/^[0-9a-f]{128}$/.test(signature) || SMALL.has(publicKey)) return false;
  const y = BigInt(`0x${Buffer.from(publicKey, "hex").reverse().toString("hex")}`) & (2n ** 255n - 1n);
  if (y >= P) return false;
  try {
    let key = keys.get(publicKey);
    if (key === undefined) {
      const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), Buffer.from(publicKey, "hex")]);
      key = createPublicKey({ key: der, format: "der", type: "spki" });
      keys.set(publicKey, key);
    }
    return verifySignature(null, message, key, Buffer.from(signature, "hex"));
  } catch {
    return false;
  }
}
const isEnvelope = (value) =>
  keysOf(value) === "payload,payloadType,signatures" &&
  isRecord(value.payload) &&
  typeof value.payloadType === "string" &&
  Array.isArray(value.signatures) &&
  value.signatures.length === 1 &&
  keysOf(value.signatures[0]) === "keyid,sig" &&
  typeof value.signatures[0].keyid === "string" &&
  typeof value.signatures[0].sig === "string";
/** Whether the DSSE envelope (v1) is of that type and signed by that key. */
function signedBy(envelope, type, publicKey) {
  if (!isEnvelope(envelope) || envelope.payloadType !== type || !HEX64.test(publicKey)) return false;
  const [{ keyid, sig }] = envelope.signatures;
  if (keyid !== shaHex(Buffer.from(publicKey, "hex"))) return false;
  const text = Buffer.from(canonical(envelope.payload));
  return fits(publicKey, Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${text.length} `), text]), sig);
}

// ── what was found ──────────────────────────────────────────────────────────────────────────────────────────────────────

function createFindings() {
  const seen = new Set();
  const problems = [];
  const warnings = [];
  const add =
    (list, kind) =>
    (code, message, log = null, seq = null) => {
      const at = `${kind}\0${code}\0${log}\0${seq}\0${log === null ? message : ""}`;
      if (seen.has(at)) return;
      seen.add(at);
      if (list.length < LISTED_AT_MOST) list.push({ code, message, log, seq });
      else if (list.length === LISTED_AT_MOST) list.push({ code: "more", message: "… and more like these", log: null, seq: null });
    };
  return { problems, warnings, problem: add(problems, "problem"), warning: add(warnings, "warning") };
}

// ── the zip, and folders ────────────────────────────────────────────────────────────────────────────────────────────────

/** A file of the bundle: where its bytes lie. `pieces` reads them in order, so that memory stays flat. */
const fileOf = (path, size, read) => ({
  path,
  size,
  read,
  *pieces() {
    for (let at = 0; at < size; at += PIECE) yield read(at, Math.min(PIECE, size - at));
  },
});
function hashOf(file, limit = Number.POSITIVE_INFINITY) {
  const digest = createHash("sha256");
  let left = limit;
  for (const piece of file.pieces()) {
    digest.update(piece.length > left ? piece.subarray(0, left) : piece);
    left -= piece.length;
    if (left <= 0) break;
  }
  return digest.digest("hex");
}
const wholeOf = (file) => (file.size > MAX_WHOLE ? Buffer.alloc(0) : Buffer.concat([...file.pieces()]));
function* linesOf(file) {
  let rest = [];
  for (const piece of file.pieces()) {
    let start = 0;
    for (let end = piece.indexOf(10); end !== -1; end = piece.indexOf(10, start)) {
      rest.push(piece.subarray(start, end));
      yield { bytes: rest.length === 1 ? rest[0] : Buffer.concat(rest), isEnded: true };
      rest = [];
      start = end + 1;
    }
    if (start < piece.length) rest.push(piece.subarray(start));
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), isEnded: false };
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
function crcOf(file) {
  let crc = 0xffffffff;
  for (const piece of file.pieces()) for (let i = 0; i < piece.length; i++) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ piece[i]) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}

function numbers(...fields) {
  const out = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) {
    if (width === 8) out.writeBigUInt64LE(BigInt(value), at);
    else out.writeUIntLE(value, at, width);
    at += width;
  }
  return out;
}
const BIG = 0xfffffffe;
// The one form that the exporter writes: stored, never compressed, sizes after the data, no extra field of any host, no
// comment. Each structure is written again from what it says and must be the same bytes, so that no byte is without meaning.
const localHeader = (e) =>
  Buffer.concat([
    numbers([4, 0x04034b50], [2, 20], [2, 0x0808], [2, 0], [2, e.time], [2, e.date], [4, 0], [4, 0], [4, 0], [2, e.name.length], [2, 0]),
    e.name,
  ]);
const descriptor = (e) => {
  const width = Math.max(e.size, e.offset) > BIG ? 8 : 4;
  return numbers([4, 0x08074b50], [4, e.crc], [width, e.size], [width, e.size]);
};
const centralRecord = (e) => {
  const isBig = Math.max(e.size, e.offset) > BIG;
  const small = (value) => (isBig ? 0xffffffff : value);
  const extra = isBig ? numbers([2, 1], [2, 24], [8, e.size], [8, e.size], [8, e.offset]) : Buffer.alloc(0);
  return Buffer.concat([
    numbers(
      [4, 0x02014b50],
      [2, 0x033f],
      [2, isBig ? 45 : 20],
      [2, 0x0808],
      [2, 0],
      [2, e.time],
      [2, e.date],
      [4, e.crc],
      [4, small(e.size)],
      [4, small(e.size)],
      [2, e.name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0x81a40000],
      [4, small(e.offset)],
    ),
    e.name,
    extra,
  ]);
};
function zipEnd(count, size, offset) {
  const isBig = count >= 0xffff || size >= 0xffffffff || offset >= 0xffffffff;
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, Math.min(count, 0xffff)],
    [2, Math.min(count, 0xffff)],
    [4, Math.min(size, 0xffffffff)],
    [4, Math.min(offset, 0xffffffff)],
    [2, 0],
  );
  if (!isBig) return end;
  const record = numbers([4, 0x06064b50], [8, 44], [2, 0x033f], [2, 45], [4, 0], [4, 0], [8, count], [8, count], [8, size], [8, offset]);
  return Buffer.concat([record, numbers([4, 0x07064b50], [4, 0], [8, offset + size], [4, 1]), end]);
}

/** Reads the directory at the zip's end. Nothing is inflated and nothing is written, so a bomb or a path out finds no way. */
function readZip(source, findings) {
  const damaged = (why) => void findings.problem("zip-damaged", `The zip is not as the exporter wrote it: ${why}.`);
  const files = new Map();
  const { size: total, read } = source;
  if (total < 22) return void damaged("it is too short") ?? { files, stamp: null };
  const end = read(total - 22, 22);
  if (end.readUInt32LE(0) !== 0x06054b50) return void damaged("its end is missing") ?? { files, stamp: null };
  let [count, size, offset, tail] = [end.readUInt16LE(10), end.readUInt32LE(12), end.readUInt32LE(16), 22];
  if ((count === 0xffff || size === 0xffffffff || offset === 0xffffffff) && total >= 98) {
    const record = read(total - 98, 56);
    if (record.readUInt32LE(0) === 0x06064b50) {
      [count, size, offset] = [32, 40, 48].map((at) => Number(record.readBigUInt64LE(at)));
      tail = 98;
    }
  }
  if (count > MAX_FILES || offset + size !== total - tail || size > MAX_WHOLE)
    return void damaged("its directory is not where its end says") ?? { files, stamp: null };
  if (!read(total - tail, tail).equals(zipEnd(count, size, offset))) damaged("its end has more or other fields");
  const directory = read(offset, size);
  let at = 0;
  let next = 0;
  let stamp = null;
  let base = null;
  const names = new Set();
  for (let i = 0; i < count; i++) {
    if (at + 46 > size || directory.readUInt32LE(at) !== 0x02014b50) {
      damaged(`entry ${i + 1} of its directory is not one`);
      break;
    }
    const u16 = (place) => directory.readUInt16LE(at + place);
    const u32 = (place) => directory.readUInt32LE(at + place);
    const [nameLength, extraLength] = [u16(28), u16(30)];
    const length = 46 + nameLength + extraLength + u16(32);
    if (at + length > size) {
      damaged(`entry ${i + 1} of its directory is cut`);
      break;
    }
    const name = directory.subarray(at + 46, at + 46 + nameLength);
    const entry = { name, time: u16(12), date: u16(14), crc: u32(16), size: u32(24), offset: u32(42) };
    if (entry.size === 0xffffffff && extraLength === 28) {
      entry.size = Number(directory.readBigUInt64LE(at + 46 + nameLength + 4));
      entry.offset = Number(directory.readBigUInt64LE(at + 46 + nameLength + 20));
    }
    const record = directory.subarray(at, at + length);
    at += length;
    stamp ??= { time: entry.time, date: entry.date };
    const dataAt = entry.offset + 30 + nameLength;
    const after = dataAt + entry.size;
    const width = Math.max(entry.size, entry.offset) > BIG ? 24 : 16;
    if (after + width > offset) {
      damaged(`entry ${i + 1} leads out of the file`);
      continue;
    }
    const isWhole =
      entry.offset === next &&
      entry.time === stamp.time &&
      entry.date === stamp.date &&
      record.equals(centralRecord(entry)) &&
      read(entry.offset, 30 + nameLength).equals(localHeader(entry)) &&
      read(after, width).equals(descriptor(entry));
    next = after + width;
    let text = null;
    try {
      text = utf8.decode(name);
    } catch {
      text = null;
    }
    const parts = (text ?? "").split("/");
    base ??= parts[0];
    const isSafe =
      text !== null &&
      nameLength <= MAX_NAME &&
      parts.length >= 2 &&
      parts[0] === base &&
      parts.every((part) => /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/.test(part)) &&
      !names.has(text.toLowerCase());
    if (!isSafe) {
      findings.problem("zip-names", `Entry ${i + 1} of the zip has a name that leads out of its folder, is no name, or comes twice.`);
      continue;
    }
    names.add(text.toLowerCase());
    const path = parts.slice(1).join("/");
    const file = fileOf(path, entry.size, (from, length) => read(dataAt + from, length));
    if (!isWhole || crcOf(file) !== entry.crc) damaged(`${path} is not stored as it must be`);
    files.set(path, file);
  }
  if (at !== size || next !== offset) damaged("there are bytes between its parts");
  return { files, stamp };
}

function readFolder(path) {
  const files = new Map();
  const walk = (folder, below) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      const full = join(folder, entry.name);
      if (entry.isDirectory()) walk(full, name);
      else if (entry.isFile()) {
        const { size } = statSync(full);
        files.set(
          name,
          fileOf(name, size, (at, length) => {
            const file = openSync(full, "r");
            try {
              return readAll(file, at, length);
            } finally {
              closeSync(file);
            }
          }),
        );
      } else
        files.set(
          name,
          fileOf(name, 0, () => Buffer.alloc(0)),
        ); // a link is no file of a bundle; its hash will not fit
    }
  };
  walk(path, "");
  // Unpacked, a bundle is a folder in a folder.
  const tops = new Set([...files.keys()].map((name) => name.split("/")[0]));
  if (!files.has("bagit.txt") && tops.size === 1) {
    const [top] = tops;
    return new Map([...files].map(([name, file]) => [name.slice(top.length + 1), { ...file, path: name.slice(top.length + 1) }]));
  }
  return files;
}
function readAll(file, at, length) {
  const out = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const read = readSync(file, out, done, length - done, at + done);
    if (read === 0) return Buffer.concat([out.subarray(0, done), Buffer.alloc(length - done)]);
    done += read;
  }
  return out;
}

// ── BagIt and the signed manifest ───────────────────────────────────────────────────────────────────────────────────────

const TAG_MANIFEST = "tagmanifest-sha256.txt";
const BAG_MANIFEST = "manifest-sha256.txt";
const SIGNED = "manifest.dsse.json";
const byName = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function checkBag(files, hashes, findings) {
  const bagit = files.get("bagit.txt");
  if (bagit === undefined || wholeOf(bagit).toString("latin1") !== BAGIT)
    findings.problem("bagit-txt", "bagit.txt is missing or does not say BagIt 1.0 in UTF-8.");
  const all = [...files.keys()].sort(byName);
  checkHashList(
    BAG_MANIFEST,
    all.filter((path) => path.startsWith("data/")),
    files,
    hashes,
    findings,
  );
  checkHashList(
    TAG_MANIFEST,
    all.filter((path) => !path.startsWith("data/") && path !== TAG_MANIFEST),
    files,
    hashes,
    findings,
  );
}
function checkHashList(name, paths, files, hashes, findings) {
  const file = files.get(name);
  if (file === undefined) return findings.problem("bag-manifest", `${name} is missing.`);
  const text = wholeOf(file).toString("utf8");
  if (text === paths.map((path) => `${hashes.get(path)}  ${path}\n`).join("")) return;
  const lines = text.split("\n");
  const listed = new Map();
  let isOdd = lines.pop() !== "";
  for (const line of lines) {
    const found = /^([0-9a-f]{64}) {2}([A-Za-z0-9._/-]+)$/.exec(line);
    if (found === null || listed.has(found[2])) isOdd = true;
    else listed.set(found[2], found[1]);
  }
  if (!compare(name, listed, paths, hashes, findings) || isOdd)
    findings.problem("bag-manifest", `${name} is not in its form: sorted, one line for each file, each once.`);
}
function compare(name, listed, paths, hashes, findings) {
  let differs = false;
  const say = (code, message) => {
    differs = true;
    findings.problem(code, message);
  };
  for (const [path, hash] of listed) {
    if (!hashes.has(path)) say("file-missing", `${path}, listed by ${name}, is missing.`);
    else if (hashes.get(path) !== hash) say("file-changed", `${path} does not have the hash that ${name} says.`);
  }
  for (const path of paths) if (!listed.has(path)) say("file-unlisted", `${path} is not listed by ${name}: it was put in.`);
  return differs;
}

function checkManifest(files, hashes, main, index, findings) {
  const file = files.get(SIGNED);
  if (file === undefined) return void findings.problem("manifest-missing", `${SIGNED} is missing: nothing signed covers the files.`);
  const bytes = wholeOf(file);
  const envelope = bytes.at(-1) === 10 ? strict(bytes.subarray(0, -1)) : undefined;
  const payload = isEnvelope(envelope) ? envelope.payload : null;
  const list = payload?.files;
  const isList =
    Array.isArray(list) &&
    list.every(
      (one) =>
        keysOf(one) === "bytes,path,sha256" &&
        typeof one.path === "string" &&
        typeof one.sha256 === "string" &&
        Number.isSafeInteger(one.bytes),
    );
  if (payload === null || payload.v !== 1 || payload.kind !== "bundle" || !isList || !Array.isArray(payload.damaged))
    return void findings.problem("manifest-malformed", `${SIGNED} is not one canonical signed line.`);
  if (!signedBy(envelope, BUNDLE, main?.genesis?.install_key ?? ""))
    findings.problem("manifest-signature", `${SIGNED} is not signed by the installation's key.`);
  const paths = [...files.keys()].filter((path) => path !== SIGNED && path !== TAG_MANIFEST).sort(byName);
  compare(SIGNED, new Map(list.map((one) => [one.path, one.sha256])), paths, hashes, findings);
  const sizes = list.every((one) => !files.has(one.path) || files.get(one.path).size === one.bytes);
  const isSorted = list.every((one, i) => i === 0 || list[i - 1].path < one.path);
  const says = (log) => (log === null ? null : { log: log.id, seq: log.seq, head: log.head.toString("hex") });
  const { log, seq, head } = payload;
  if (!sizes || !isSorted || !same({ log, seq, head }, says(main) ?? {}) || !same(payload.install_log, says(index)))
    findings.problem("manifest-differs", `${SIGNED} is of another export than the logs that are here.`);
  for (const what of payload.damaged) findings.problem("damaged-at-export", `Known when it was exported: ${String(what)}.`);
  return payload;
}

function checkBagInfo(files, counts, main, findings) {
  const file = files.get("bag-info.txt");
  const lines = file === undefined ? [] : wholeOf(file).toString("utf8").split("\n");
  const of = (label) => lines.filter((line) => line.startsWith(`${label}: `)).map((line) => line.slice(label.length + 2));
  const data = [...files.values()].filter(({ path }) => path.startsWith("data/"));
  const wanted = {
    "Payload-Oxum": `${data.reduce((sum, one) => sum + one.size, 0)}.${data.length}`,
    "Holdpoint-Head": main === null ? "" : `event ${main.seq}, ${main.head.toString("hex")}`,
    "Holdpoint-Fingerprint": main === null ? "" : fingerprintOf(main.head),
    "Holdpoint-Counts": `${counts.events} events, ${counts.signatures} signatures, ${counts.recordings} recordings, ${counts.payloads} payloads, ${counts.checkpoints} checkpoints`,
  };
  for (const [label, value] of Object.entries(wanted)) {
    const found = of(label);
    if (found.length !== 1 || found[0] !== value)
      findings.problem("bag-info", `bag-info.txt says ${label}: ${found.join(" / ") || "nothing"}; it is ${value}.`);
  }
}

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/** First 100 bits of a head as 20 letters and digits. */
export function fingerprintOf(hash) {
  let bits = BigInt(`0x${hash.toString("hex").slice(0, 25)}`);
  const out = [];
  for (let i = 0; i < 20; i++) {
    out.unshift(CROCKFORD[Number(bits % 32n)]);
    bits /= 32n;
  }
  return out.join("").match(/.{4}/g).join(" ");
}
const plainFingerprint = (text) => {
  const plain = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return /^[0-9A-HJKMNP-TV-Z]{20}$/.test(plain) ? plain.match(/.{4}/g).join(" ") : null;
};

// ── a log's chain ───────────────────────────────────────────────────────────────────────────────────────────────────────

const BODY = "actor,boot,corrects,data,device,log,mono_ns,outcome,payloads,prev,reason,seq,subject,ts_utc,type,tz,tz_off_min,v";
const MOMENT = /^[2-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const LOG = /^(log|install)-[0-9A-HJKMNP-TV-Z]{26}$/;
const isText = (value) => typeof value === "string";
const isMoment = (value) => isText(value) && MOMENT.test(value) && new Date(value).toJSON() === value;
const isWhole = (value, from = Number.MIN_SAFE_INTEGER) => Number.isSafeInteger(value) && value >= from;

function isBody(b) {
  const texts = (part, names) =>
    keysOf(part) === names && Object.keys(part).every((key) => (key === "attempt" ? isWhole(part[key]) : isText(part[key])));
  return (
    keysOf(b) === BODY &&
    b.v === 1 &&
    texts(b.actor, "name,on_behalf_of,op_id,role,session") &&
    texts(b.device, "app,host,install,os_user") &&
    texts(b.subject, "attempt,cluster,launch,mode,plan_sha256,run,step") &&
    [b.boot, b.outcome, b.reason, b.type, b.tz].every(isText) &&
    isText(b.log) &&
    LOG.test(b.log) &&
    isWhole(b.seq, 1) &&
    isWhole(b.corrects, 0) &&
    b.corrects < b.seq &&
    isWhole(b.tz_off_min) &&
    isText(b.prev) &&
    HEX64.test(b.prev) &&
    isMoment(b.ts_utc) &&
    isText(b.mono_ns) &&
    /^\d{1,20}$/.test(b.mono_ns) &&
    isRecord(b.data) &&
    Array.isArray(b.payloads) &&
    b.payloads.every(
      (one) =>
        keysOf(one) === "bytes,commitment,media_type,name" &&
        isWhole(one.bytes, 0) &&
        isText(one.name) &&
        isText(one.media_type) &&
        isText(one.commitment) &&
        HEX64.test(one.commitment),
    )
  );
}

const NEEDS_REASON = new Set(["step.skipped", "step.judged", "run.held", "run.aborted"]);
/** When something happened: its place in its log, and what the clocks said. */
const momentOf = (b) => ({ log: b.log, seq: b.seq, ts: b.ts_utc, boot: b.boot, mono: b.mono_ns });
/** By the clocks: within one boot the monotonic one, else that on the wall. */
const notAfterByClock = (a, b) => (a.boot === b.boot ? BigInt(a.mono) <= BigInt(b.mono) : a.ts <= b.ts);
/**
 * Whether something of the install log came before something else, or at the same time: by the sequence where that says it
 * (in one log, or across logs by the heads that the install log took of the other), and by the clocks only where it does not.
 */
function createOrder(install) {
  const heads = new Map();
  const enter = (log, at, seq) => {
    if (!heads.has(log)) heads.set(log, []);
    heads.get(log).push({ at, seq });
  };
  return {
    see({ type, data, seq }) {
      if (!isText(data.log)) return;
      if (type === "log.head" && isWhole(data.seq, 0)) enter(data.log, seq, data.seq);
      // What was in the install log before a log was opened came before its genesis too.
      if (type === "log.opened") for (const place of [-1, 0]) enter(data.log, seq, place);
    },
    notAfter(a, b) {
      if (a.log === b.log) return a.seq <= b.seq;
      const known = a.log === install ? (heads.get(b.log) ?? []) : [];
      if (known.some((head) => head.at > a.seq && head.seq < b.seq)) return true;
      if (known.some((head) => head.at < a.seq && head.seq >= b.seq)) return false;
      return notAfterByClock(a, b);
    },
  };
}

/** Walks one log from its genesis; `see` is given each event that could be read, and the hash before and after it. */
function walkLog(file, findings, see) {
  const lines = linesOf(file);
  const first = lines.next();
  const genesis = first.done ? undefined : strict(first.value.bytes);
  const isGenesis =
    isRecord(genesis) &&
    genesis.v === 1 &&
    isText(genesis.log) &&
    LOG.test(genesis.log) &&
    isWhole(genesis.number, 0) &&
    isText(genesis.install_id) &&
    isText(genesis.install) &&
    isText(genesis.install_key) &&
    HEX64.test(genesis.install_key) &&
    isMoment(genesis.opened_at) &&
    ["install", "run", "launch"].includes(genesis.kind);
  if (!isGenesis) return void findings.problem("genesis-malformed", `The first line of ${file.path} is not the genesis of a log.`) ?? null;
  const log = {
    id: genesis.log,
    genesis,
    path: file.path,
    events: 0,
    seq: 0,
    head: sha("holdpoint/genesis/v1\0", first.value.bytes),
    hashes: [],
    anchored: -1,
    at: genesis.opened_at,
  };
  log.hashes[0] = log.head;
  const say = (code, message, seq) => findings.problem(code, message, log.id, seq);
  let excused = false;
  let before = null;
  const take = (bytes) => {
    log.events += 1;
    const wanted = log.seq + 1;
    const body = strict(bytes);
    if (!isBody(body)) {
      if (body === undefined) say("event-not-canonical", `Event ${wanted}: its bytes are not the canonical text of what they say.`, wanted);
      else say("event-malformed", `Event ${wanted} does not have the shape of an event.`, wanted);
      log.head = sha("holdpoint/event/v1\0", log.head, bytes);
      log.seq = wanted;
      log.hashes[wanted] = log.head;
      excused = true;
      return;
    }
    if (body.log !== log.id) say("event-of-another-log", `Event ${body.seq} belongs to ${body.log}: it was put in.`, body.seq);
    if (body.seq > wanted) say("gap", `Before event ${body.seq}, ${body.seq - wanted} events are missing: removed, or moved.`, wanted);
    else if (body.seq < wanted) say("out-of-order", `Event ${body.seq} comes again or too late.`, body.seq);
    else if (body.prev !== log.head.toString("hex") && !excused)
      say(
        "chain-broken",
        `Event ${body.seq} does not follow the line before it that is here: one of the two was changed or put in.`,
        wanted - 1,
      );
    excused = false;
    const previous = body.seq === wanted ? log.head : Buffer.from(body.prev, "hex");
    const hash = sha("holdpoint/event/v1\0", Buffer.from(body.prev, "hex"), bytes);
    log.seq = Math.max(log.seq, body.seq);
    log.head = hash;
    if (body.seq <= log.events + MAX_FILES) log.hashes[body.seq] = hash;
    log.at = body.ts_utc;
    if ((NEEDS_REASON.has(body.type) || body.corrects !== 0) && body.reason.trim() === "")
      say("reason-missing", `Event ${body.seq} (${body.type}) has no reason.`, body.seq);
    if (before !== null && body.type !== "clock.step" && clocksParted(before, body))
      findings.warning(
        "clock-parted",
        `Before event ${body.seq} the clocks parted by more than 2 s, and no clock.step says so.`,
        log.id,
        body.seq,
      );
    before = { ts: Date.parse(body.ts_utc), mono: BigInt(body.mono_ns), boot: body.boot };
    see(body, previous);
  };
  let held = null;
  for (const line of lines) {
    if (held !== null) take(held.bytes);
    held = line;
  }
  if (held === null || !held.isEnded) say("file-cut", `${file.path} does not end with a whole line: it was cut.`, null);
  if (held?.bytes.includes('"mono_ns":') && !held.bytes.includes('"payloadType":"application/vnd.holdpoint.export')) {
    take(held.bytes);
    held = null;
  }
  checkClosing(log, held, say);
  return log;
}
function clocksParted(before, body) {
  const wall = Date.parse(body.ts_utc) - before.ts;
  if (body.boot !== before.boot) return wall < -2000;
  const mono = Number((BigInt(body.mono_ns) - before.mono) / 1_000_000n);
  return Math.abs(wall - mono) > 2000;
}
function checkClosing(log, held, say) {
  if (held === null) return say("closing-missing", `${log.path} has no closing line: it was cut at its end.`, null);
  const envelope = strict(held.bytes);
  const c = isEnvelope(envelope) ? envelope.payload : null;
  if (
    c === null ||
    keysOf(c) !== "at,events,head,install_id,kind,log,number,partial,seq,v" ||
    c.v !== 1 ||
    c.kind !== "export" ||
    c.partial !== null
  )
    return say("closing-malformed", `The closing line of ${log.path} is not one of a whole log.`, null);
  if (!signedBy(envelope, CLOSING, log.genesis.install_key))
    say("closing-signature", `The closing line of ${log.path} is not signed by the installation's key.`, null);
  const wanted = {
    v: 1,
    kind: "export",
    install_id: log.genesis.install_id,
    log: log.id,
    number: log.genesis.number,
    events: log.events,
    seq: log.seq,
    head: log.head.toString("hex"),
    at: log.at,
    partial: null,
  };
  if (!same(c, wanted))
    say(
      "closing-differs",
      `${log.path} has ${log.events} events up to ${log.seq}; its closing line says another count, head or log.`,
      null,
    );
}

// ── people: who held which key, role and delegation, when ───────────────────────────────────────────────────────────────

function createRoster(genesis, findings) {
  const people = new Map();
  const keyOwner = new Map();
  const delegations = new Map();
  const envelopes = [];
  let lastSeq = 0;
  let skipped = 0;
  const order = createOrder(genesis.log);
  const { notAfter } = order;
  const say = (code, message, seq) => findings.problem(code, message, genesis.log, seq);
  const now = (id) => people.get(id)?.versions.at(-1) ?? null;
  const isAdministrator = (version) => Array.isArray(version?.roles) && version.roles.includes("admin");
  const active = () => [...people.values()].filter((one) => one.versions.at(-1).status === "active");

  /** Checks the acts' signatures; returns the ids that signed validly. */
  function signers(body, previous) {
    const given = body.data.envelopes;
    if (given === undefined) return new Set();
    const out = new Set();
    const used = new Set();
    if (!Array.isArray(given))
      return void say("roster-signature", `The signatures of event ${body.seq} of the roster are not a list.`, body.seq) ?? out;
    for (const envelope of given) {
      envelopes.push({ envelope, seq: body.seq });
      const p = isEnvelope(envelope) ? envelope.payload : null;
      const id = p?.signer?.op_id;
      const version = isText(id) ? now(id) : null;
      if (p === null || version === null || version.status !== "active" || !signedBy(envelope, ROSTER, version.publicKey)) {
        say("roster-signature", `A signature of event ${body.seq} of the roster is not of a person enrolled then.`, body.seq);
        continue;
      }
      if (out.has(id) || used.has(version.keyId))
        say("roster-signer-twice", `${id} signed event ${body.seq} of the roster twice.`, body.seq);
      // The whole statement, so that nothing was signed that the event does not say.
      const { signer, ...statement } = p;
      const { envelopes: _, ...data } = body.data;
      const { head, at } = p;
      const wanted = { ...data, v: 1, kind: "roster", install_id: genesis.install_id, head, act: body.type, reason: body.reason, at };
      const isNamed = signer.name === version.name && signer.title === version.title && signer.key_id === version.keyId;
      if (head === undefined || !isText(at) || !same(statement, wanted) || !isNamed)
        say("roster-differs", `What ${id} signed is not what event ${body.seq} of the roster says.`, body.seq);
      if (!isHead(p.head, body.seq, previous))
        say("roster-head", `What ${id} signed with event ${body.seq} of the roster names another head.`, body.seq);
      out.add(id);
      used.add(version.keyId);
    }
    return out;
  }
  const hashBefore = [];
  /** The head that was signed is the one before this event; clock.step events, which the engine puts first, may lie between. */
  function isHead(head, seq, previous) {
    if (!isRecord(head)) return false;
    if (head.seq === seq - 1) return head.hash === previous.toString("hex");
    return skipped > 0 && isWhole(head.seq, 0) && head.seq >= seq - 1 - skipped && head.seq < seq && hashBefore[head.seq + 1] === head.hash;
  }
  /** The first person had nobody who could vouch for them; their new key signs its own making. Logs of before that have none. */
  function ownSignature({ seq, type, reason, data }, previous) {
    const { own_signature: own, ...told } = data;
    if (own === undefined) return;
    const p = signedBy(own, ROSTER, text(data.public_key)) ? own.payload : {};
    const { signer, ...statement } = p;
    const { head, at } = p;
    const wanted = { ...told, v: 1, kind: "roster", install_id: genesis.install_id, head, act: type, reason, at };
    const isOwn =
      isRecord(signer) &&
      isText(at) &&
      [signer.op_id, signer.name, signer.title].every(isText) &&
      signer.op_id === data.id &&
      signer.name === data.name &&
      signer.title === data.title;
    if (!isOwn || !same(statement, wanted) || !isHead(head, seq, previous))
      say("roster-own-signature", `The first person's own signature does not fit what event ${seq} of the roster says.`, seq);
  }
  /** The only admin cannot reset their own key: a lead does, with a second person. */
  const standsInForAdmin = (first, { type, data }) => {
    const admins = active().filter((one) => isAdministrator(one.versions.at(-1)));
    const isOnly = admins.length === 1 && admins[0].id === data.id;
    return type === "operator.reset" && isOnly && listed(people.get(first)).includes("lead");
  };
  const need = (body, signed, count, isAdmin = true) => {
    const [first, second] = signed;
    if (isAdmin && first !== undefined && !isAdministrator(now(first)) && !standsInForAdmin(first, body))
      say("roster-not-admin", `Event ${body.seq} (${body.type}) is signed first by ${first}, who did not keep the roster then.`, body.seq);
    if (second === body.data.id || (body.type === "operator.reset" && first === body.data.id))
      if (isText(body.data.id)) say("roster-own-act", `${body.data.id} stood beside event ${body.seq}, which is about themself.`, body.seq);
    if (signed.size < count)
      say(
        "roster-unsigned",
        `Event ${body.seq} (${body.type}) needs the signatures of ${count} enrolled people; it has ${signed.size}.`,
        body.seq,
      );
  };
  /** Admin and approver never meet in one person, except where one is all there is. */
  function apart(seq) {
    const both = people.size < 2 ? [] : active().filter((one) => ["admin", "approver"].every((role) => listed(one).includes(role)));
    for (const { id } of both) say("roster-admin-approver", `With event ${seq} of the roster ${id} is admin and approver.`, seq);
  }
  const listed = (one) => (Array.isArray(one.versions.at(-1).roles) ? one.versions.at(-1).roles : []);
  function setKey(id, publicKey, body) {
    if (!isText(publicKey) || !HEX64.test(publicKey))
      return void say("roster-malformed", `Event ${body.seq} of the roster gives no key.`, body.seq) ?? null;
    const keyId = shaHex(Buffer.from(publicKey, "hex"));
    if (keyOwner.has(keyId)) say("roster-key-twice", `Event ${body.seq} of the roster gives a key that was given before.`, body.seq);
    else keyOwner.set(keyId, { id, publicKey });
    return keyId;
  }
  function see(body, previous) {
    const { data, seq, type } = body;
    hashBefore[seq] = previous.toString("hex");
    const at = momentOf(body);
    order.see(body);
    if (type.startsWith("operator.") || type.startsWith("delegation.")) act();
    skipped = type === "clock.step" ? skipped + 1 : 0;
    lastSeq = seq;

    function act() {
      const id = data.id;
      if (type === "operator.enrolled") {
        const people0 = active().length;
        const signed = signers(body, previous);
        if (people.size > 0) need(body, signed, Math.min(2, people0));
        else ownSignature(body, previous);
        if (!isText(id) || people.has(id) || !isText(data.name) || !isText(data.title))
          return say("roster-malformed", `Event ${seq} of the roster enrols nobody new.`, seq);
        const keyId = setKey(id, data.public_key, body);
        if (keyId === null) return;
        const roles = Array.isArray(data.roles) ? data.roles : [];
        people.set(id, {
          id,
          versions: [{ at, name: data.name, title: data.title, roles, status: "active", keyId, publicKey: data.public_key }],
        });
        apart(seq);
      } else if (type === "operator.reset") {
        const signed = signers(body, previous);
        need(body, signed, 2);
        const version = now(id);
        if (version === null) return say("roster-malformed", `Event ${seq} of the roster is of nobody enrolled.`, seq);
        const keyId = setKey(id, data.public_key, body);
        if (keyId !== null) people.get(id).versions.push({ ...version, at, keyId, publicKey: data.public_key });
      } else if (type === "operator.changed") {
        const signed = signers(body, previous);
        const { roles, status } = isRecord(data.changes) ? data.changes : {};
        const givesRights = roles !== undefined || (isRecord(status) && status.to === "active");
        const [admin] = signed;
        need(body, signed, givesRights && active().some((one) => one.id !== admin && one.id !== id) ? 2 : 1);
        const version = now(id);
        if (version === null || !isRecord(data.changes))
          return say("roster-malformed", `Event ${seq} of the roster is of nobody enrolled.`, seq);
        const next = { ...version, at };
        for (const [key, change] of Object.entries(data.changes))
          if (["name", "title", "roles", "status"].includes(key) && isRecord(change) && change.to !== undefined) next[key] = change.to;
        people.get(id).versions.push(next);
        apart(seq);
      } else if (type === "operator.password_changed") {
        if ([...signers(body, previous)][0] !== id)
          say("roster-unsigned", `Event ${seq} of the roster changes a password and is not signed by its owner.`, seq);
      } else if (type === "delegation.added") {
        const signed = signers(body, previous);
        if (data.from === undefined || [...signed][0] !== data.from)
          say("roster-unsigned", `The delegation of event ${seq} is not signed by ${String(data.from)}.`, seq);
        if (now(data.from) === null || now(data.to) === null || !isMoment(data.until) || !Array.isArray(data.roles))
          return say("roster-malformed", `Event ${seq} of the roster delegates between people who are not enrolled.`, seq);
        delegations.set(seq, { seq, from: data.from, to: data.to, roles: data.roles, until: data.until, at, revoked: null });
      } else if (type === "delegation.revoked") {
        const signed = signers(body, previous);
        const one = delegations.get(data.seq);
        need(body, signed, 1, one === undefined || [...signed][0] !== one.from);
        if (one === undefined) return say("roster-malformed", `Event ${seq} of the roster revokes no delegation.`, seq);
        one.revoked ??= at;
      }
    }
  }
  return {
    see,
    notAfter,
    envelopes,
    delegations,
    keyOwner,
    people,
    /** Whether a delegation ended before its time: revoked, or one of the two left meanwhile. */
    isEnded: (one, moment) =>
      (one.revoked !== null && notAfter(one.revoked, moment)) ||
      [one.from, one.to].some((id) =>
        people.get(id).versions.some((version) => version.status === "gone" && version.at.seq > one.seq && notAfter(version.at, moment)),
      ),
    at(id, moment) {
      return people.get(id)?.versions.findLast((version) => notAfter(version.at, moment)) ?? null;
    },
    /** Everybody ever enrolled by then: that somebody leaves does not make another one alone. */
    countAt: (moment) => [...people.values()].filter((one) => notAfter(one.versions[0].at, moment)).length,
    /** data/roster.json and data/keys.json as they must be. */
    files: () => {
      const entries = [...people.values()].sort((a, b) => byName(a.id, b.id));
      const list = entries.map(({ id, versions }) => {
        const last = versions.at(-1);
        const kept = versions.filter((version, i) => i === 0 || versions[i - 1].keyId !== version.keyId);
        const keyList = kept.map((version, i) => ({
          key_id: version.keyId,
          public_key: version.publicKey,
          since: version.at.seq,
          until: kept[i + 1]?.at.seq ?? 0,
        }));
        return { id, name: last.name, title: last.title, roles: last.roles, status: last.status, keys: keyList };
      });
      const given = [...delegations.values()].map((one) => ({
        seq: one.seq,
        from: one.from,
        to: one.to,
        roles: one.roles,
        until: one.until,
        revoked: one.revoked?.seq ?? 0,
      }));
      const install = { install_id: genesis.install_id, install_key: genesis.install_key, log: genesis.log, seq: lastSeq };
      const allKeys = Object.fromEntries([...keyOwner].map(([keyId, owner]) => [keyId, { op_id: owner.id, public_key: owner.publicKey }]));
      return {
        "data/roster.json": `${canonical({ v: 1, ...install, people: list, delegations: given })}\n`,
        "data/keys.json": `${canonical({ v: 1, ...install, keys: allKeys })}\n`,
      };
    },
  };
}

// ── texts: what of a checklist and a runbook can be told without parsing Markdown ─────────────────────────────────────────

/** A checklist of 8 MiB and a runbook of 20 MB are the largest that Holdpoint takes. Bytes. */
const MAX_TEXT = 32 * 1024 * 1024;
/** Hashes that are tried for one text: ten times what a list of 2,000 items of ten lines needs. */
const MAX_TRIES = 200_000;
/** A step is looked for so many lines above a directive of its own. */
const MAX_ABOVE = 300;
const MARK = "(?:[-*+]|[0-9]{1,9}[.)])";
const TASK = new RegExp(`^([ \\t>]*)${MARK}[ \\t]+(?:>[ \\t>]*|${MARK}[ \\t]+)*\\[[ xX]\\][ \\t]+([^ \\t][^\\n]*)$`);
const BARE_MARK = new RegExp(`^([ \\t>]*)(?:${MARK}[ \\t]+)*${MARK}[ \\t]*$`);
const BOX = /^[ \t>]*\[[ xX]\][ \t]+([^ \t][^\n]*)$/;
const FENCE = new RegExp(`^[ \\t>]*(?:${MARK}[ \\t]+)*(\`{3,}|~{3,})([^\\n]*)$`);
const FENCE_END = /^[ \t>]*(`{3,}|~{3,})[ \t]*$/;
const HEADING = /^( {0,3})(#{1,6})(?:[ \t]+([^\n]*))?$/;
/** What could begin a block of HTML, in which Markdown is none until an empty line. */
const HTML = new RegExp(`^[ \\t>]*(?:${MARK}[ \\t]+)*</?[A-Za-z]`);
const RAW = /^ {0,3}<(pre|script|style|textarea)(?:[ \t>]|$)/i;
const ITEM_ID = /^(?:\*\*|__)([A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*)[ \t]*[:.)]?(?:\*\*|__)/;
const GIVEN_ID = /^(?:[A-Z]{1,3}|ITEM)-[0-9]+$/;
const DIRECTIVE_KINDS = new Set(["step", "item", "category", "decision"]);
const COMMENT = /<!--[^\n]*?-->/g;

/**
 * Lines with where they lie in the bytes. `hidden`: within a fence, a comment, raw HTML or the front matter, where nothing is an
 * item. `isUnsure`: only a reader of Markdown knows what it is.
 */
function readText(bytes) {
  const start = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  try {
    utf8.decode(bytes);
  } catch {
    return { isRead: false, bytes, lines: [] };
  }
  const lines = [];
  for (let from = start; from < bytes.length; ) {
    let to = from;
    while (to < bytes.length && bytes[to] !== 10 && bytes[to] !== 13) to++;
    lines.push({ from, to, text: utf8.decode(bytes.subarray(from, to)), hidden: false, isUnsure: false });
    from = bytes[to] === 13 && bytes[to + 1] === 10 ? to + 2 : to + 1;
  }
  hide(lines);
  return { isRead: true, bytes, lines };
}
function hide(lines) {
  let at = 0;
  if (/^---[ \t]*$/.test(lines[0]?.text ?? "")) {
    const end = lines.findIndex(({ text }, i) => i > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(text));
    for (; at <= end; at++) lines[at].hidden = true;
  }
  let [inHtml, isShaky] = [false, false];
  for (const line of lines.slice(at)) {
    inHtml = (inHtml && !/^[ \t>]*$/.test(line.text)) || HTML.test(line.text);
    // Whether a fence begins or ends there decides about all that follows.
    isShaky ||= inHtml && (FENCE.test(line.text) || line.text.includes("<!--"));
    line.isUnsure = inHtml || isShaky;
  }
  isShaky = false;
  const lastEnd = lines.findLastIndex(({ text }) => text.includes("-->"));
  let [fence, raw, isComment, isFlat, isQuoted] = ["", "", false, true, false];
  for (; at < lines.length; at++) {
    const line = lines[at];
    const { text } = line;
    // A fence within a quote or an item may have ended with it.
    isShaky ||= fence !== "" && !isFlat && /^[^ \t>]/.test(text) && !FENCE_END.test(text);
    if (fence !== "" && isQuoted && !/^ {0,3}>/.test(text)) fence = "";
    line.isUnsure ||= isShaky;
    line.hidden = fence !== "" || raw !== "" || isComment;
    if (fence !== "") {
      const end = FENCE_END.exec(text);
      if (end !== null && end[1][0] === fence[0] && end[1].length >= fence.length) fence = "";
    } else if (isComment) isComment = !text.includes("-->");
    else if (raw !== "") {
      if (text.toLowerCase().includes(`</${raw}>`)) raw = "";
    } else {
      const begun = FENCE.exec(text);
      const html = RAW.exec(text);
      if (begun !== null && !(begun[1][0] === "`" && begun[2].includes("`"))) {
        fence = begun[1];
        isFlat = text.startsWith(fence);
        isQuoted = /^ {0,3}>/.test(text);
        line.hidden = true;
      } else if (html !== null) {
        line.hidden = true;
        if (!text.toLowerCase().includes(`</${html[1].toLowerCase()}>`)) raw = html[1].toLowerCase();
      } else isComment = at < lastEnd && text.lastIndexOf("<!--") > text.lastIndexOf("-->");
    }
  }
}
const isHeadingAt = ({ text, hidden, isUnsure }) => !hidden && !isUnsure && /^#{1,6}(?:[ \t]|$)/.test(text);

/** Headings of a text; `isOdd` where its words cannot be told without Markdown. */
function headingsOf(lines) {
  const found = [];
  const enter = (line, level, words, isOdd) => {
    const plain = words.replace(COMMENT, "");
    found.push({ line, level, words: squeeze(plain), isOdd: isOdd || /[&<![]/.test(plain) });
  };
  for (const [i, { text, hidden }] of lines.entries()) {
    if (hidden) continue;
    const atx = HEADING.exec(text);
    if (atx !== null) enter(i, atx[2].length, atx[3] ?? "", atx[1] !== "" || lines[i].isUnsure);
    const rule = /^ {0,3}(=+|-+)[ \t]*$/.exec(text);
    const above = i > 0 ? lines[i - 1] : null;
    if (rule !== null && above !== null && !above.hidden && /^ {0,3}[^ \t>#|]/.test(above.text) && !BARE_MARK.test(above.text))
      enter(i - 1, rule[1][0] === "=" ? 1 : 2, above.text, true);
  }
  return found;
}
/** Letters and digits alone, and whatever is not ASCII: what emphasis, code and punctuation leave of a title. */
const squeeze = (words) => words.replace(/[\0-/:-@[-`{-\x7f]/g, "");
/** Headings above a line, the nearest first, each of a higher level than the one before. */
function headingsAbove(headings, line) {
  const found = [];
  for (let i = headings.length - 1, level = 7; i >= 0; i--)
    if (headings[i].line <= line && headings[i].level < level) {
      found.push(headings[i]);
      level = headings[i].level;
    }
  return found;
}

/** Comments that speak to Holdpoint, outside of code. */
function directivesIn(lines) {
  const found = [];
  for (const [i, { text, hidden, isUnsure }] of lines.entries()) {
    if ((hidden && !isUnsure) || !text.includes("<!--")) continue;
    for (let at = 0; at < text.length; ) {
      if (text[at] === "`") {
        const ticks = /^`+/.exec(text.slice(at))[0];
        const close = closing(text, at + ticks.length, ticks.length);
        at = close === -1 ? at + ticks.length : close;
        continue;
      }
      if (!text.startsWith("<!--", at)) {
        at++;
        continue;
      }
      let [body, last] = [text.slice(at + 4), i];
      while (!body.includes("-->") && last + 1 < lines.length && last - i < 50) body += `\n${lines[++last].text.replace(/^[ \t>]+/, "")}`;
      const end = body.indexOf("-->");
      if (end === -1) break;
      const inner = body.slice(0, end);
      const head = /^[ \t\n]*([a-z]+)[ \t\n]*:[ \t]*(?:\{|\n[ \t]*[A-Za-z0-9_-]+[ \t]*:)/.exec(inner);
      if (head !== null && DIRECTIVE_KINDS.has(head[1]))
        found.push({
          kind: head[1],
          line: i,
          body: inner,
          isOwnLine: /^ {0,3}$/.test(text.slice(0, at)),
          isSure: !lines[i].isUnsure && /^ {0,3}[^ \t]/.test(text),
        });
      at = last === i ? at + 4 + end + 3 : text.length;
    }
  }
  return found;
}
function closing(text, from, length) {
  for (let at = text.indexOf("`", from); at !== -1; at = text.indexOf("`", at)) {
    let end = at;
    while (text[end] === "`") end++;
    if (end - at === length) return end;
    at = end;
  }
  return -1;
}
const unquoted = (value) => {
  const plain = value.replace(/^[ \t\n]+|[ \t\n]+$/g, "");
  return /^(?:"[^"]*"|'[^']*')$/.test(plain) ? plain.slice(1, -1) : plain;
};
/** The value of a directive's key as a list of texts; null where it has no such key. */
function directiveValue(body, key) {
  const found = new RegExp(`(?:^|[{,\\n])[ \\t]*["']?${key}["']?[ \\t]*:[ \\t]*(\\[[^\\]]*\\]|"[^"]*"|'[^']*'|[^,}\\n]*)`).exec(body);
  if (found === null) return null;
  const value = found[1];
  if (value.startsWith("["))
    return value
      .slice(1, -1)
      .split(",")
      .map(unquoted)
      .filter((one) => one !== "");
  const plain = unquoted(value);
  if (plain !== "") return [plain];
  const below = /^(?:\n[ \t]*-[ \t]+[^\n]*)+/.exec(body.slice(found.index + found[0].length));
  return below === null
    ? []
    : [...below[0].matchAll(/\n[ \t]*-[ \t]+([^\n]*)/g)].map((one) => unquoted(one[1])).filter((one) => one !== "");
}

/** The box of a task at a line: what stands before its mark, and its words; null where no task begins there. */
function taskAt(lines, i) {
  const found = TASK.exec(lines[i].text);
  if (found !== null) return { prefix: found[1], words: found[2] };
  const bare = i + 1 < lines.length ? BARE_MARK.exec(lines[i].text) : null;
  const box = bare === null ? null : BOX.exec(lines[i + 1].text);
  return box === null ? null : { prefix: bare[1], words: box[1] };
}
/** Whether the next task ends the one before it: it stands no deeper, and is no lazy line of it. */
const isBeside = (next, { prefix }) => next.prefix === prefix || (/^ {0,3}$/.test(next.prefix) && next.prefix.length <= prefix.length);
/**
 * Where runs of lines that begin with a task, or rows of a table, have one of the wanted hashes: lists of {line, end} by hash.
 * A second look goes past what seems to end an item, for the hashes that the first did not find.
 */
function spansOf({ bytes, lines }, tasks, wanted) {
  const found = new Map();
  let tries = 0;
  // A row of a table needs no bar where it goes on with one.
  let isRow = false;
  const rows = lines.map(({ text }) => {
    isRow = text.includes("|") || (isRow && !/^[ \t>]*$/.test(text));
    return isRow;
  });
  const look = (hashes, isFar) => {
    for (const [i, line] of lines.entries()) {
      const task = tasks.get(i);
      if (task === undefined && (isFar || !rows[i])) continue;
      const digest = createHash("sha256");
      let at = line.from;
      for (let end = i; end < lines.length && tries < MAX_TRIES; end++) {
        const next = end > i ? tasks.get(end) : undefined;
        const isOver = isHeadingAt(lines[end]) || (next !== undefined && !lines[end].hidden && isBeside(next, task ?? next));
        if (end > i && (task === undefined || (!isFar && isOver))) break;
        digest.update(bytes.subarray(at, lines[end].to));
        at = lines[end].to;
        tries++;
        const hash = digest.copy().digest("hex");
        if (hashes.has(hash)) found.set(hash, [...(found.get(hash) ?? []), { line: i, end, task: task ?? null }]);
      }
    }
  };
  look(wanted, false);
  const missing = new Set([...wanted].filter((hash) => !found.has(hash)));
  if (missing.size > 0) look(missing, true);
  return found;
}

/**
 * What of an adopted checklist its text bears out. Each item's hash is of lines that begin with a task (or of a table's row),
 * with its id and under its category; no task is left out; roles and the decision's rule are those of the directives. Returns
 * the decision's directive: null where there is none, undefined where it cannot be read.
 */
function checkChecklist(text, items, categories, seq, say) {
  const { lines } = text;
  const tasks = new Map();
  for (const i of lines.keys()) {
    const task = taskAt(lines, i);
    if (task !== null) tasks.set(i, task);
  }
  const spans = spansOf(text, tasks, new Set(items.map((one) => one.sha256)));
  const headings = headingsOf(lines);
  const titles = new Map(categories.filter((one) => isText(one.key) && isText(one.title)).map((one) => [one.key, squeeze(one.title)]));
  const placed = new Set();
  const unnamed = new Set();
  let areAllFound = true;
  for (const { id, category, sha256, derived } of items) {
    const isUnder = ({ line }) => {
      const above = headingsAbove(headings, line);
      return above.length === 0 || above.some((one) => one.isOdd || one.words === titles.get(category));
    };
    const isIts = (span) => isIdOf(id, lines[span.line].text, span.task);
    const isPlain = ({ line }) => !lines[line].hidden && !lines[line].isUnsure;
    const free = (spans.get(sha256) ?? []).filter(({ line }) => !placed.has(line));
    const fitting = free.filter((span) => isIts(span) && isUnder(span));
    const span = fitting.find(isPlain) ?? fitting[0] ?? free.find(isPlain) ?? free[0];
    if (span === undefined) {
      areAllFound = false;
      say(true, "item-text", `Event ${seq} lists the item ${id}, and its hash is of no item in the text.`);
      continue;
    }
    const { line, end } = span;
    placed.add(line);
    if (!isIts(span)) say(true, "item-id", `Event ${seq} calls the item of line ${line + 1} ${id}, which it is not.`);
    const own = lines.slice(line, end + 1).map((one) => one.text);
    if (isText(derived) && derived !== "" && !own.some((one) => one.includes("derived")))
      say(true, "item-derived", `Event ${seq} says that ${id} is computed; its text does not.`);
    if (categories.length > 0 && !isUnder(span))
      say(isPlain(span), "item-category", `Event ${seq} puts ${id} in the category ${category}, under which it does not stand.`);
    // Before any heading the category is called after the file.
    if (headingsAbove(headings, line).length === 0) unnamed.add(category);
  }
  const sure = new Set();
  const judge = ([i, task]) => {
    if (lines[i].hidden || lines[i].isUnsure) return;
    const above = i === 0 ? "" : lines[i - 1].text;
    const isFree = /^[ \t]*$/.test(above) || placed.has(i - 1) || (i > 0 && isHeadingAt(lines[i - 1]));
    const deeper = tasks.has(i - 1) ? task.prefix.length - tasks.get(i - 1).prefix.length : 0;
    const isNested = placed.has(i - 1) && sure.has(i - 1) && /^ *$/.test(task.prefix) && deeper > 1 && deeper < 6;
    const isPlain = /^ {0,3}[-*+] {1,4}\[/.test(lines[i].text) && isFree;
    if (isPlain || isNested) sure.add(i);
  };
  [...tasks].forEach(judge);
  // Where one like it was taken for an item that may be none, this one may be that item.
  const doubtful = new Set([...placed].filter((i) => !sure.has(i)).map((i) => lines[i].text));
  for (const i of tasks.keys()) {
    if (placed.has(i) || lines[i].hidden) continue;
    const isSure = sure.has(i) && !doubtful.has(lines[i].text);
    say(isSure, "item-unlisted", `Event ${seq} leaves out the item of line ${i + 1} of its text.`);
  }
  for (const i of rowsBeside(lines, placed, tasks))
    say(true, "item-unlisted", `Event ${seq} leaves out the row of line ${i + 1} of its text.`);
  const isOdd = !areAllFound || headings.length === 0 || headings.some((one) => one.isOdd) || lines.some((one) => one.isUnsure);
  for (const [key, words] of titles)
    if (!isOdd && !unnamed.has(key) && !headings.some((one) => one.words === words))
      say(true, "category-differs", `Event ${seq} has the category ${key}, which is no heading of its text.`);
  const directives = directivesIn(lines);
  checkRoles(directives, headings, categories, seq, say);
  const decision = directives.find(({ kind, isSure }) => kind === "decision" && isSure);
  if (decision === undefined) {
    const isNamed = lines.some((one) => !one.hidden && /<!--[ \t]*decision[ \t]*:[ \t]*(?:\{|$)/.test(one.text));
    if (isNamed) say(false, "directive-unread", `The rule of the decision in the text of event ${seq} could not be read.`);
    return isNamed ? undefined : null;
  }
  return Object.fromEntries(
    ["rule", "and", "signoff", "eyes"].flatMap((key) => {
      const value = directiveValue(decision.body, key);
      return value === null ? [] : [[key, key === "eyes" ? (value[0] ?? "") : value]];
    }),
  );
}
/** The id written at the item's beginning, counted on where it came before; or one of those that are given where none is. */
function isIdOf(id, row, task) {
  const base = id.replace(/-[0-9]+$/, "");
  if (task === null) return GIVEN_ID.test(id) || row.includes(id) || row.includes(base);
  const words = task.words.replace(COMMENT, "").replace(/^[ \t]+/, "");
  if (words.startsWith("<!--")) return true;
  const written = ITEM_ID.exec(words);
  if (written === null || !/[0-9]/.test(written[1])) return GIVEN_ID.test(id);
  return id === written[1] || base === written[1];
}
/** Rows with words in them of a table on its own of which some rows are items, and which are none. */
function rowsBeside(lines, placed, tasks) {
  const found = [];
  const isRow = (i) => i >= 0 && i < lines.length && !lines[i].hidden && !lines[i].isUnsure && lines[i].text.includes("|") && !tasks.has(i);
  for (let i = 0; i < lines.length; i++) {
    if (!isRow(i) || isRow(i - 1)) continue;
    let end = i;
    while (isRow(end + 1)) end++;
    const rows = Array.from({ length: end - i + 1 }, (_, at) => i + at);
    const rules = rows.filter((at) => /^[ \t>|:-]*$/.test(lines[at].text) && lines[at].text.includes("-"));
    const isAlone =
      (i === 0 || /^[ \t]*$/.test(lines[i - 1].text) || isHeadingAt(lines[i - 1])) && rules.length === 1 && rules[0] === i + 1;
    const words = rows.filter((at) => at > i + 1 && !/^[ \t>|]*$/.test(lines[at].text));
    if (isAlone && words.some((at) => placed.has(at))) found.push(...words.filter((at) => !placed.has(at)));
    i = end;
  }
  return found;
}
/** Who signs a category, by the directive under its heading. */
function checkRoles(directives, headings, categories, seq, say) {
  const seen = new Set();
  for (const { kind, line, body, isOwnLine, isSure } of directives) {
    const heading = kind === "category" && isSure ? headings.findLast((one) => one.line <= line) : undefined;
    if (heading === undefined || heading.isOdd || (!isOwnLine && heading.line !== line) || seen.has(heading.line)) continue;
    seen.add(heading.line);
    const wanted = directiveValue(body, "signoff") ?? [];
    const told = directiveValue(body, "eyes")?.[0] ?? "";
    const eyes = /^(?:[1-9]|1[0-9]|20)$/.test(told) ? Number(told) : 1;
    const isSaid = categories.some(
      (one) =>
        isText(one.title) &&
        squeeze(one.title) === heading.words &&
        same(one.signoff, wanted) &&
        (isWhole(one.eyes, 1) ? one.eyes : 1) === eyes,
    );
    if (!isSaid)
      say(
        true,
        "category-differs",
        `Line ${line + 1} of the text of event ${seq} asks for other signatures than the event says of that category.`,
      );
  }
}

/** Roles that steps ask for before they start, by the step's id; and the directives whose step is none of those of the event. */
function holdPointsOf(text, steps) {
  const { lines } = text;
  const directives = directivesIn(lines).filter(({ kind }) => kind === "step");
  const holds = new Map();
  const noReturn = new Set();
  const unplaced = [];
  const hashes = new Map(steps.map((one) => [one.sha256, one.id]));
  const left = { tries: MAX_TRIES };
  // Before any heading only some blocks are steps, and in HTML only a reader of Markdown knows: that is said, not judged.
  const first = lines.findIndex(isHeadingAt);
  for (const { line, body, isSure } of directives) {
    const said = directiveValue(body, "signoff") ?? [];
    // A point of no return is released by the lead where its step names nobody.
    const isPoint = directiveValue(body, "point-of-no-return")?.[0] === "true";
    const roles = said.length === 0 && isPoint ? ["lead"] : said;
    if (roles.length === 0) continue;
    if (!isSure || first === -1 || first > line) {
      unplaced.push({ line, roles, isSure: false });
      continue;
    }
    const span = stepAround(text, line, hashes, left);
    if (span !== null) {
      // The first directive of a step is the one in force.
      if (!directives.some((other) => other.line >= span.line && other.line < line)) {
        holds.set(span.id, roles);
        if (isPoint) noReturn.add(span.id);
      }
      continue;
    }
    const [id] = directiveValue(body, "id") ?? [];
    if (id !== undefined && steps.some((one) => one.id === id)) holds.set(id, roles);
    else unplaced.push({ line, roles, isSure: true });
  }
  return { holds, noReturn, unplaced };
}
/** Steps that may go back behind a point of no return, as far as it can be told which they are; and whether a step verifies it. */
function wayBackOf(text, steps) {
  const { lines } = text;
  const hashes = new Map(steps.map((one) => [one.sha256, one.id]));
  const left = { tries: MAX_TRIES };
  const afterNoReturn = new Set();
  let isAfterUnsure = false;
  for (const { kind, line, body, isSure } of directivesIn(lines)) {
    const [said] = kind === "step" ? (directiveValue(body, "after-no-return") ?? []) : [];
    if (said === undefined || said === "false") continue;
    const id = (isSure ? stepAround(text, line, hashes, left)?.id : undefined) ?? directiveValue(body, "id")?.[0];
    if (steps.some((one) => one.id === id)) afterNoReturn.add(id);
    else isAfterUnsure = true;
  }
  const end = lines.findIndex((one, i) => i > 0 && /^(?:---|\.\.\.)[ \t]*$/.test(one.text));
  const hasVerification = lines.slice(0, Math.max(end, 0)).some((one) => one.hidden && /verify["']?[ \t]*:/.test(one.text));
  return { afterNoReturn, isAfterUnsure, hasVerification };
}
/** The step whose lines, by their hash, hold this one: it begins here or above, down from the nearest heading. */
function stepAround({ bytes, lines }, line, hashes, left) {
  for (let from = line; from >= 0 && line - from <= MAX_ABOVE; from--) {
    const digest = createHash("sha256").update(bytes.subarray(lines[from].from, lines[line].to));
    let at = lines[line].to;
    for (let end = line; end < lines.length && left.tries > 0; end++) {
      if (end > line && isHeadingAt(lines[end])) break;
      digest.update(bytes.subarray(at, lines[end].to));
      at = lines[end].to;
      left.tries--;
      const id = hashes.get(digest.copy().digest("hex"));
      if (id !== undefined) return { id, line: from };
    }
    if (isHeadingAt(lines[from])) break;
  }
  return null;
}

// ── what a run and its night say of themselves ──────────────────────────────────────────────────────────────────────────
//
// Each row is one rule. What only the text says (how long a gate is to hold, which limit a look has) is taken from the event.
//
//   events                                      what must hold                                                        code
//   value.changed, plan.entry_skipped,
//   run.rollback_decided, watch.ended,
//   soak.ended early, gate and soak gone on     there is a reason                                                     reason-missing
//   gate.probed                                 numbered one after the other                                          gate-differs
//   block.ended passed, gate=hold               no probe failed; one for each turn, or left out by name; the last
//                                               passed at the end of its time; not interrupted                        gate-differs
//   block.ended passed, gate=wait               the last probe passed in time; not interrupted                        gate-differs
//   soak.ended, not early                       it lasted as long as it was to; not interrupted                       soak-differs
//   step.ended passed                           its soak has ended                                                    soak-differs
//   rollback.finished                           `met` follows from duration and promise; the promise is the one
//                                               that was decided on                                                   rollback-differs
//   run.rollback_decided, steps of the text     behind a point of no return only by steps that are meant for it       way-back-gone
//   manual.performed                            done before it was entered; recorded by who entered it                manual-differs
//   watch.entered                               the outcome follows from what was seen and said                       watch-differs
//   watch.ended                                 another person signed it, and just that                               watch-end-unsigned, watch-end-differs

/** Clocks of two people differ by so much at the most. Milliseconds. */
const AHEAD = 5 * 60_000;
const REASONED = new Set(["value.changed", "plan.entry_skipped", "run.rollback_decided", "watch.ended"]);
const GONE_ON = new Set(["gate.resumed", "soak.resumed"]);

function createDeeds(genesis, launch, rosterOf, say) {
  const gates = new Map();
  const soaks = new Map();
  /** What a way back promises: by the run that decided it, by that run and the one that goes back, and by the latter alone. */
  const promises = new Map();
  const whole = (value) => (isWhole(value, 0) ? value : 0);
  const blockAt = ({ subject, data }) => canonical([subject.run, subject.step, whole(data.block)]);
  const stepAt = ({ subject }) => canonical([subject.run, subject.step]);
  const NO_PROBES = { n: 0, made: 0, failed: 0, last: null, isGapped: false, isStopped: false };

  const HANDLERS = {
    "block.started": (body) => void gates.delete(blockAt(body)),
    "gate.started": (body) => {
      const { kind, every_ms: every, for_ms: held, within_ms: within } = body.data;
      const isWait = kind === "wait";
      gates.set(blockAt(body), { isWait, every: whole(every), span: whole(isWait ? within : held), ...NO_PROBES });
    },
    "gate.probed": (body) => {
      const { data, seq, outcome } = body;
      const gate = gates.get(blockAt(body));
      if (gate === undefined) return;
      if (data.n !== gate.n + 1) say("gate-differs", `Event ${seq} is not the probe that follows the one before it.`, seq);
      gate.n = whole(data.n);
      gate.made += 1 + whole(data.left_out);
      if (outcome === "failed") gate.failed += 1;
      gate.last = { outcome, due: whole(data.due_ms), elapsed: whole(data.elapsed_ms) };
    },
    "gate.interrupted": (body) => stop(gates.get(blockAt(body))),
    "gate.resumed": (body) => {
      const gate = gates.get(blockAt(body));
      if (gate === undefined) return;
      if (body.data.how === "restart") Object.assign(gate, NO_PROBES);
      // A person goes on with it as it stands, with a reason.
      else Object.assign(gate, { isStopped: false, isGapped: true, failed: 0 });
    },
    "block.ended": (body) => {
      const gate = gates.get(blockAt(body));
      gates.delete(blockAt(body));
      if (body.outcome !== "passed" || (gate === undefined && body.data.kind !== "gate")) return;
      if (gate === undefined || !hasHeld(gate))
        say("gate-differs", `Event ${body.seq} says that a gate has passed, and its probes do not.`, body.seq);
    },
    "step.started": (body) => void soaks.delete(stepAt(body)),
    "soak.started": (body) => void soaks.set(stepAt(body), { ms: whole(body.data.ms), isStopped: false, isDone: false }),
    "soak.interrupted": (body) => stop(soaks.get(stepAt(body))),
    "soak.resumed": (body) => {
      const soak = soaks.get(stepAt(body));
      if (soak !== undefined) soak.isStopped = false;
    },
    "soak.ended": (body) => {
      const soak = soaks.get(stepAt(body));
      if (soak === undefined) return;
      soak.isDone = true;
      if (body.data.early !== true && (soak.isStopped || whole(body.data.elapsed_ms) < soak.ms))
        say("soak-differs", `Event ${body.seq} ends a soak before its time and does not call it early.`, body.seq);
    },
    "step.ended": (body) => {
      const soak = soaks.get(stepAt(body));
      if (body.outcome === "passed" && soak?.isDone === false)
        say("soak-differs", `Event ${body.seq} says that a step has passed whose soak has not ended.`, body.seq);
    },
    "run.started": ({ subject, data }) => {
      if (isRecord(data.undoes) && data.undoes.target_ms !== undefined) promises.set(canonical([subject.run]), data.undoes.target_ms);
    },
    "run.rollback_decided": ({ seq, subject, data }, run) => {
      if (data.target_ms !== undefined) promises.set(canonical([subject.run, "", ""]), data.target_ms);
      if (run === undefined || text(data.path) !== "" || !run.steps.some((one) => one.hasBegun && run.noReturn.has(one.id))) return;
      const gone = list(data.way).filter((id) => isText(id) && !run.afterNoReturn.has(id));
      // The step that verifies a recovery undoes nothing; which it is, only a reader of the whole text knows.
      if (!run.isAfterUnsure && gone.length > (run.hasVerification ? 1 : 0))
        say("way-back-gone", `Event ${seq} goes back by ${gone[0]}, which is gone since a point of no return began.`, seq);
    },
    "run.rollback_started": ({ subject, data }) => {
      const promise = promises.get(canonical([subject.run, "", ""]));
      if (promise !== undefined) promises.set(canonical([subject.run, text(data.run)]), promise);
    },
    "rollback.finished": ({ seq, subject, data, outcome }) => {
      const { duration_ms: took, target_ms: target, met } = data;
      const isTold = isWhole(took, 0) && (target === null || isWhole(target, 0));
      const wanted = target === null ? null : outcome === "passed" && took <= target;
      const promise = promises.get(canonical(data.run === undefined ? [subject.run] : [subject.run, text(data.run)]));
      if (!isTold || met !== wanted || (promise !== undefined && !same(promise, target)))
        say("rollback-differs", `Event ${seq} says of a promised time what does not follow from the time it took.`, seq);
    },
    "manual.performed": ({ seq, data, actor, ts_utc: at }) => {
      const [claimed, entered] = [data.claimed_at, data.entered_at].map((one) => (isMoment(one) ? Date.parse(one) : Number.NaN));
      const isInTime = claimed <= entered + AHEAD && entered <= Date.parse(at) + AHEAD;
      if (!isInTime || data.recorded_by !== actor.name)
        say("manual-differs", `Event ${seq} records work as done after it was entered, or by another than who entered it.`, seq);
    },
    "watch.entered": ({ seq, data, outcome }) => {
      const seen = list(data.values).map((one) => (isRecord(one) ? text(one.verdict) : ""));
      const isOutside = seen.includes("not met") || data.said_ok !== true;
      const wanted = isOutside ? "not-ok" : seen.includes("unknown") ? "unknown" : "ok";
      if (outcome !== wanted) say("watch-differs", `Event ${seq} calls a look ${outcome}; by what was seen and said it is ${wanted}.`, seq);
    },
    "watch.ended": (body, _run, isAlone) => watchEnded(body, isAlone),
  };
  const stop = (one) => {
    if (one !== undefined) one.isStopped = true;
  };
  const hasHeld = ({ isWait, isStopped, isGapped, every, span, made, failed, last }) => {
    if (isStopped || last === null || last.outcome !== "passed") return false;
    if (isWait) return last.elapsed <= span;
    // What was interrupted and gone on with has turns in which nothing was measured.
    return failed === 0 && last.due >= span && every > 0 && (isGapped || made >= Math.ceil(span / every));
  };
  /** Before its time a watch is ended by two: the second signs who asked, why, and what was left of it. */
  function watchEnded(body, isAlone) {
    const { seq, data, actor, reason } = body;
    if (isAlone && data.envelope === null) return;
    const p = isEnvelope(data.envelope) && data.envelope.payloadType === WATCH_END ? data.envelope.payload : {};
    const signer = isRecord(p.signer) ? p.signer : {};
    const person = isText(signer.op_id) ? rosterOf.at(signer.op_id, momentOf(body)) : null;
    const isAnother = isAlone || signer.op_id !== actor.op_id;
    const isEntitled = list(person?.roles).some((role) => ["lead", "operator", "approver"].includes(role));
    if (person?.status !== "active" || !isAnother || !isEntitled || !signedBy(data.envelope, WATCH_END, person.publicKey))
      return say("watch-end-unsigned", `Event ${seq} ends the watch before its time without the signature of a second person.`, seq);
    const { install_id } = genesis;
    const wanted = { v: 1, kind: "watch-end", install_id, log: genesis.log, launch, asked_by: actor.op_id, reason };
    const { left_ms, missed } = data;
    const isTold = Object.entries({ ...wanted, left_ms, missed }).every(([key, value]) => same(p[key], value));
    const isNamed = signer.name === person.name && signer.title === person.title && signer.key_id === person.keyId;
    if (!isTold || !isNamed || data.second !== signer.op_id || data.second_name !== signer.name)
      say("watch-end-differs", `What ${signer.op_id} signed is not the end of the watch of event ${seq}.`, seq);
  }
  return (body, run, isAlone) => {
    const { seq, type, data, reason } = body;
    const isDecision =
      REASONED.has(type) || (GONE_ON.has(type) && data.how !== "restart") || (type === "soak.ended" && data.early === true);
    if (isDecision && reason.trim() === "") say("reason-missing", `Event ${seq} (${type}) has no reason.`, seq);
    if (Object.hasOwn(HANDLERS, type)) HANDLERS[type](body, run, isAlone);
  };
}

// ── recovery and rehearsal: each run as it is marked, its waits compressed as it says, its clocks as its events say ─────────
// A wrong mark, a wait that is shorter than it may be, a figure that does not follow from the moments before it: problems, by code.
//   every event of a run                        marked with the mode that the run began in                        mode-differs
//   gate.started, soak.started                  the text's times divided by the rehearsal's factor; live never    compress-differs
//   disaster.declared                           by the end of the step that declares, or by a person for a reason declared-differs
//   recovery.measured                           after the passed end of its block, the moment that it printed     measured-differs
//   recovery.verified                           by the end of the step that verifies; the sums are right          recovery-differs
//   run.finished                                not past a verified end without its figures                       recovery-missing
//   evidence.added, of a run                    its age, and the figures of its moments                          evidence-run-differs

/** A wait is not made shorter than this by a compressed rehearsal. Milliseconds. */
const LEAST_WAIT = 50;
const FACTOR = /^\d{1,5}(?:\.\d{1,17})?$/;
const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)$/;
const EPOCH = /^(\d{9,10})(?:\.(\d+))?$/;
const WAIT_BEGINS = new Set(["gate.started", "gate.resumed", "soak.started", "soak.resumed"]);
const WAIT_ENDS = new Set(["gate.interrupted", "block.ended", "soak.interrupted", "soak.ended"]);
const factorIn = (value) => (FACTOR.test(text(value)) && Number(value) >= 1 ? Number(value) : 1);
const thousandths = (digits) => Number((digits ?? "").padEnd(3, "0").slice(0, 3));
const instant = (value) => (isMoment(value) ? Date.parse(value) : null);

/** A moment as a program prints it, to the millisecond; null for what is none. */
function printedMoment(line) {
  const epoch = EPOCH.exec(line);
  if (epoch !== null) return Number(epoch[1]) * 1000 + thousandths(epoch[2]);
  const iso = ISO.exec(line);
  if (iso === null) return null;
  const [, day, time, seconds, fraction, zone] = iso;
  const minutes = zone === "Z" || zone === "UTC" ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || "0");
  const whole = instant(`${day}T${time}${seconds ?? ":00"}.000Z`);
  return whole === null || minutes > 1439 ? null : whole - (zone[0] === "-" ? -minutes : minutes) * 60_000 + thousandths(fraction);
}

function createRecovery(say) {
  const runs = new Map();
  /** The last event that ended a run, by run. */
  const over = new Map();
  /** Where the clocks of the log parted, by how much. */
  const parted = [];
  const whole = (value) => (isWhole(value, 0) ? value : 0);
  const wholeOrNull = (value) => (isWhole(value, 0) ? value : null);
  const named = (data) => {
    const said = isRecord(data.recovery) ? data.recovery : {};
    return {
      declares: text(said.declared),
      verifies: text(said.verified),
      measures: list(said.last_write).filter(isText),
      rto: wholeOrNull(said.rto_ms),
      rpo: wholeOrNull(said.rpo_ms),
    };
  };
  const lost = (declared, lastWrite) => Math.max(0, declared - lastWrite);

  function started({ subject, data }) {
    const isRehearsal = subject.mode === "rehearsal";
    const said = isRecord(data.rehearsal) ? data.rehearsal : {};
    runs.set(subject.run, {
      ...named(data),
      mode: subject.mode,
      factor: isRehearsal ? factorIn(said.compress) : 1,
      isReplay: isRehearsal && said.way === "replay",
      ends: new Map(),
      unknown: new Set(),
      blocks: new Map(),
      declared: null,
      measured: new Map(),
      isVerified: false,
      waiting: new Set(),
      since: 0,
      waits: [],
    });
  }
  function waits(run, { type, subject, data, ts_utc: at }) {
    if (run.factor === 1) return;
    const key = type.startsWith("soak.") ? canonical([subject.step]) : canonical([subject.step, whole(data.block)]);
    if (WAIT_BEGINS.has(type)) {
      if (run.waiting.size === 0) run.since = Date.parse(at);
      run.waiting.add(key);
    } else if (WAIT_ENDS.has(type) && run.waiting.delete(key) && run.waiting.size === 0)
      run.waits.push([run.since, instant(data.since) ?? Date.parse(at)]);
  }
  function compressed(run, { seq, type, data }) {
    const isSoak = type === "soak.started";
    const said = data.compress === undefined ? 1 : factorIn(data.compress);
    const pairs = isSoak
      ? [[data.ms, data.text_ms]]
      : [
          [data.every_ms, data.text_every_ms],
          [data.for_ms, data.text_for_ms],
          [data.within_ms, data.text_within_ms],
        ];
    const keeps = ([kept, asked]) =>
      ((kept ?? null) === null && (asked ?? null) === null) ||
      (isWhole(asked, 0) && kept === Math.max(Math.min(LEAST_WAIT, asked), Math.floor(asked / run.factor + 0.5)));
    const isRight = run.factor === 1 ? data.compress === undefined : said === run.factor && pairs.every(keeps);
    if (!isRight)
      say("compress-differs", `Event ${seq} keeps other times than those of its text, divided by what the run was begun with.`, seq);
  }
  function declare(run, { seq, subject, data, reason, corrects, ts_utc: now }) {
    const end = run.ends.get(run.declares);
    const own = data.of === 0 && data.at === "" ? Date.parse(now) : instant(data.at);
    const isOfStep = end !== undefined && data.of === end.seq && subject.step === run.declares && own === end.at && run.declared === null;
    const isOfPerson = data.of === 0 && reason.trim() !== "" && own !== null && own <= Date.parse(now) + AHEAD;
    const isCorrection = corrects === (run.declared?.seq ?? 0);
    const isTold = wholeOrNull(data.rto_ms) === run.rto && wholeOrNull(data.rpo_ms) === run.rpo;
    if (!(isOfStep || (isOfPerson && isCorrection)) || run.isVerified || !isTold)
      say("declared-differs", `Event ${seq} declares a disaster at a moment that nothing before it gives.`, seq);
    run.declared = { seq, at: own ?? Date.parse(now) };
  }
  function measure(run, { seq, subject, data }) {
    const ended = run.blocks.get(canonical([subject.step, whole(data.block)]));
    const moment = instant(data.last_write);
    const said = printedMoment(text(data.said));
    const isPlayed = data.played === true;
    const shift = isPlayed && Number.isSafeInteger(data.shift_ms) ? data.shift_ms : 0;
    const isRight =
      ended === "passed" &&
      run.measures.includes(data.name) &&
      moment !== null &&
      said !== null &&
      said + shift === moment &&
      (!isPlayed || run.isReplay) &&
      (data.lost_ms ?? null) === (run.declared === null ? null : lost(run.declared.at, moment));
    if (!isRight) say("measured-differs", `Event ${seq} says of the last write what its block did not measure.`, seq);
    if (isText(data.name) && moment !== null) run.measured.set(data.name, { seq, moment });
  }
  function verify(run, { seq, subject, data }) {
    const { declared } = run;
    const end = run.ends.get(run.verifies);
    const wrong = () =>
      say("recovery-differs", `Event ${seq} gives figures of a recovery that do not follow from the events before it.`, seq);
    run.isVerified = true;
    if (declared === null || end === undefined || run.verifies === "") return wrong();
    const rto = end.at - declared.at;
    const measured = [...new Set(run.measures)].flatMap((name) => {
      const one = run.measured.get(name);
      return one === undefined ? [] : [{ seq: one.seq, name, lost_ms: lost(declared.at, one.moment) }];
    });
    const wanted = {
      of: end.seq,
      declared: declared.seq,
      rto_ms: rto,
      rto_target_ms: run.rto,
      measured,
      rpo_ms: measured.length === 0 ? null : Math.max(...measured.map((one) => one.lost_ms)),
      rpo_target_ms: run.rpo,
      clocks_parted_ms: parted.reduce((sum, one) => sum + (one.seq > declared.seq && one.seq < end.seq ? one.ms : 0), 0),
    };
    if (run.factor !== 1) {
      const all = run.waiting.size === 0 ? run.waits : [...run.waits, [run.since, end.at]];
      const waited = all.reduce((sum, [from, to]) => sum + Math.max(0, Math.min(end.at, to) - Math.max(declared.at, from)), 0);
      Object.assign(wanted, { waited_ms: waited, rto_text_ms: rto + Math.floor(waited * (run.factor - 1) + 0.5) });
    }
    const isRight =
      subject.step === run.verifies &&
      rto >= 0 &&
      instant(data.at) === end.at &&
      instant(data.declared_at) === declared.at &&
      Object.entries(wanted).every(([key, value]) => same(data[key], value)) &&
      (run.factor !== 1 || (data.waited_ms === undefined && data.rto_text_ms === undefined));
    if (!isRight) wrong();
  }

  function see(body) {
    const { seq, type, subject, data, outcome } = body;
    if (type === "clock.step") parted.push({ seq, ms: Number.isSafeInteger(data.parted_ms) ? Math.abs(data.parted_ms) : 0 });
    if (type === "run.started") started(body);
    const run = runs.get(subject.run);
    if (run === undefined) return;
    // Signatures and a launch's own looks name a run without being of it.
    const isMarked = subject.mode === run.mode || (subject.mode === "" && !OF_A_RUN.test(type));
    if (!isMarked || (type === "run.started" && isText(data.mode) && data.mode !== subject.mode))
      say("mode-differs", `Event ${seq} is marked ${subject.mode || "with no mode"}, and its run is ${run.mode || "of none"}.`, seq);
    waits(run, body);
    if (type === "run.finished" || type === "run.aborted") over.set(subject.run, { seq, at: Date.parse(body.ts_utc), mode: run.mode });
    if (type === "block.started") run.blocks.delete(canonical([subject.step, whole(data.block)]));
    else if (type === "block.ended") run.blocks.set(canonical([subject.step, whole(data.block)]), outcome);
    else if (type === "step.started") {
      run.ends.delete(subject.step);
      run.unknown.delete(subject.step);
      if (subject.step === run.verifies) run.isVerified = false;
    } else if (type === "step.ended") {
      if (outcome === "passed") run.ends.set(subject.step, { seq, at: Date.parse(body.ts_utc) });
      else run.ends.delete(subject.step);
      if (outcome === "unknown") run.unknown.add(subject.step);
    } else if (type === "step.judged") {
      if (outcome === "accepted" && run.unknown.has(subject.step)) run.ends.set(subject.step, { seq, at: Date.parse(body.ts_utc) });
      else run.ends.delete(subject.step);
    } else if (type === "run.amended") Object.assign(run, named(data));
    else if (type === "gate.started" || type === "soak.started") compressed(run, body);
    else if (type === "disaster.declared") declare(run, body);
    else if (type === "recovery.measured") measure(run, body);
    else if (type === "recovery.verified") verify(run, body);
    else if (type === "run.finished") {
      const end = run.ends.get(run.verifies);
      if (end !== undefined && run.declared !== null && end.at >= run.declared.at && !run.isVerified)
        say("recovery-missing", `Event ${seq} finishes a run whose recovery was verified, without the figures of it.`, seq);
    }
  }
  /** A run as evidence: as old as it says, its figures of the moments beside them, and as its end stands where it is in this log. */
  function evidence({ log, seq, data, ts_utc: now }) {
    const said = isRecord(data.run) ? data.run : {};
    const ended = instant(said.ended_at);
    const isOld = ended !== null && isWhole(said.age_ms, 0) && Math.abs(Date.parse(now) - ended - said.age_ms) <= WHILE_SIGNING;
    const figures = isRecord(said.recovery) ? said.recovery : {};
    const [declared, verified] = [instant(figures.declared_at), instant(figures.verified_at)];
    const rto = declared === null || verified === null ? null : verified - declared;
    const isSum = isWhole(figures.rto_ms) ? figures.rto_ms === rto : (figures.rto_ms ?? null) === null;
    const end = said.log === log ? (over.get(text(said.run)) ?? { seq: -1 }) : null;
    const isEnd = end === null || (end.seq === said.seq && end.at === ended && end.mode === said.mode);
    if (!isOld || !isSum || !isEnd || !["live", "rehearsal"].includes(said.mode))
      say("evidence-run-differs", `Event ${seq} says of a run that is evidence what does not follow from its moments.`, seq);
  }
  /** Runs that are rehearsals, and whether every run of the log is one. */
  const marks = () => {
    const rehearsals = [...runs].flatMap(([run, { mode }]) => (mode === "rehearsal" ? [run] : []));
    return { rehearsals, isRehearsal: rehearsals.length > 0 && rehearsals.length === runs.size };
  };
  return { see, marks, evidence };
}
/** Written by the run itself, so that they carry its mode. */
const OF_A_RUN = /^(?:run|step|block|check|gate|soak|cluster|shell|value|loop|job|manual|input|recovery|disaster|fault|rehearsal)\./;

// ── what was signed, decided and changed in a log ───────────────────────────────────────────────────────────────────────

const NOT_OPEN = new Set(["rejected"]);
const STATES = new Set(["open", "done", "failed", "not-applicable", "waived"]);
const TOUCHES = new Set(["item.answered", "item.checked", "evidence.added", "evidence.removed"]);
const isSignature = (p) =>
  p.v === 1 &&
  p.kind === "signature" &&
  isRecord(p.signer) &&
  isRecord(p.subject) &&
  [p.id, p.install_id, p.log, p.on_behalf_of, p.meaning, p.statement, p.reason, p.at].every(isText) &&
  ["op_id", "name", "title", "role", "key_id"].every((key) => isText(p.signer[key])) &&
  ["kind", "id", "launch", "plan_sha256", "digest"].every((key) => isText(p.subject[key])) &&
  [p.delegation, p.n, p.m].every((value) => isWhole(value, 0));
/** Events after which a signature that no longer fits what it covers must have been invalidated. */
const SETTLES = new Set(["signoff.added", "decision.proposed", "decision.taken", "launch.state", "launch.closed"]);
/** What may be said of each kind of subject. */
const MEANINGS = {
  category: ["approved", "rejected"],
  decision: ["approved", "rejected"],
  holdpoint: ["approved", "rejected"],
  amendment: ["approved", "rejected"],
  handover: ["approved", "rejected"],
  skip: ["approved", "rejected"],
  review: ["reviewed"],
  briefing: ["witnessed"],
  "break-glass": ["approved"],
  "break-glass-review": ["reviewed"],
  close: ["approved"],
};
/** What makes the summary untrue that two signed for when a run went from one operator to the next. */
const HAPPENS =
  /^(?:(?:step|block|check|value|soak|loop|job|manual)\.|run\.(?:held|resumed|amended|rollback_decided)$|gate\.(?:interrupted|resumed|gap)$|note\.added$|handover\.done$)/;
const RUN_STATES = { "run.held": "held", "run.resumed": "active", "run.aborted": "aborted", "run.finished": "finished" };
const CLOSERS = ["lead", "approver"];
const LEVELS = ["low", "medium", "high"];
const RISK_STATES = ["open", "mitigated", "accepted", "closed"];
/** Facts of a launch whose change makes every approval one of something else; the others touch the decision alone. */
const NAMING = ["name", "version", "context"];
const DECIDING = [...NAMING, "windowStart", "windowEnd", "riskClass", "freezeException", "change", "approval"];
/** Until the cut-over begins a changed risk changes what was decided; afterwards the decision has been acted on. */
const UNDECIDED = new Set(["preparing", "ready", "go"]);
const PHASES = new Set(["preparing", "ready", "go", "cut-over", "watch", "retrospective", "closed"]);
/** What the record of a closed launch takes no more. */
const BELONGS = /^(item|evidence|decision|checklist|people|risk|launch|briefing|break_glass|condition|note|attachment)\./;
/** Between the look at the clock and the signed time lies a password: a waiver may run out meanwhile. Milliseconds. */
const WHILE_SIGNING = 60_000;
const text = (value) => (isText(value) ? value : "");
const list = (value) => (Array.isArray(value) ? value : []);
const REVIEWED = "I have reviewed “";
/** Digests of the reviews that a sentence may say: a title may hold the words that follow it. None where it says none. */
function reviewSaid(statement, sha256) {
  if (!statement.startsWith(REVIEWED) || !statement.includes(`SHA-256 ${sha256}`)) return [];
  const parts = (of, by) => {
    const found = [];
    for (let at = of.indexOf(by); at !== -1 && found.length < 20; at = of.indexOf(by, at + 1))
      found.push([of.slice(0, at), of.slice(at + by.length)]);
    return found;
  };
  return parts(statement.slice(REVIEWED.length), " for production as ").flatMap(([name]) => {
    const said = parts(name, "” version ").map(([title, version]) => ({ text: sha256, title, version }));
    if (name.endsWith("”")) said.push({ text: sha256, title: name.slice(0, -1), version: null });
    return said.map((one) => shaHex("holdpoint/review/v1\0", canonical(one)));
  });
}
const slug = (value) => value.toLowerCase().replace(/[^a-z0-9]+/g, "-");
const ascending = (values) => [...new Set(values)].filter((one) => one > 0).sort((a, b) => a - b);
/** A moment as people give it, also without seconds or milliseconds; null where it is none. Milliseconds since 1970. */
function momentAt(value) {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z$/.exec(text(value));
  if (found === null) return null;
  const whole = `${found[1]}:${found[2] ?? "00"}.${(found[3] ?? "").padEnd(3, "0").slice(0, 3)}Z`;
  return isMoment(whole) ? Date.parse(whole) : null;
}

function createLaunch(genesis, rosterOf, findings, textAt) {
  const say = (code, message, seq) => findings.problem(code, message, genesis.log, seq);
  /** Items of the checklist in force, in file order; and what was said of each id, which outlives a newer text. */
  let items = [];
  let categories = [];
  let rule = { roles: CLOSERS, eyes: 1, words: [] };
  const incidents = new Set();
  /** What a step or a person opened and must be closed again, by name; with the run that opened it, "" for none. */
  const loops = new Map();
  const conditionsClosed = new Set();
  const facts = new Map();
  let plan = "";
  const signatures = new Map();
  const decisions = new Map();
  const assigned = new Set();
  const risks = new Map();
  const briefings = new Map();
  const glasses = new Map();
  const runs = new Map();
  const waivers = new Set();
  const texts = [];
  let phase = "preparing";
  /** seq of the last event that adds to what a close covers. */
  let substance = 0;
  const hashBefore = [];
  const envelopes = [];
  const stale = [];
  const counts = { total: 0, valid: 0, stale: 0, withdrawn: 0 };
  let skipped = 0;
  let solo = genesis.solo === true;
  /** SOLO holds from the log's beginning until a second person is enrolled: whether it did at the event that is looked at. */
  let isAlone = false;
  /** Everybody who answered, checked, supplied evidence or ran a step in this log. */
  const executors = new Set();
  const launch = isText(genesis.launch) ? genesis.launch : "";
  const opened = { log: genesis.log, seq: 0, ts: isText(genesis.opened_at) ? genesis.opened_at : "", boot: "", mono: "0" };
  let lastAnchor = -1;
  let isNamedSolo = false;
  const deeds = createDeeds(genesis, launch, rosterOf, say);
  const recovery = createRecovery(say);

  function nameSolo() {
    const people = rosterOf.countAt(opened);
    if (solo && people > 1) say("solo-differs", `The log calls itself SOLO, but ${people} people were enrolled when it was opened.`, 0);
    if (!solo && people < 2 && launch !== "")
      say("solo-differs", "Fewer than two people were enrolled when the log was opened, and it is not labelled SOLO.", 0);
    if (solo) findings.warning("solo", "SOLO: one person alone; the rule of four eyes was not in force.", genesis.log, 0);
    isNamedSolo = true;
  }

  const factsOf = (id) => {
    if (!facts.has(id)) facts.set(id, { state: "open", answer: 0, check: null, evidence: [], expires: null, executors: new Set() });
    return facts.get(id);
  };
  // Items that Holdpoint computes are left out. Where the log does not mark them, they are those that nobody could ever answer.
  const inCategory = (key) =>
    items.filter(
      (item) => item.category === key && (item.derived === undefined ? facts.has(item.id) : item.derived === null || item.derived === ""),
    );
  const rowOf = ({ id, sha256 }) => {
    const { state, answer, check, evidence } = factsOf(id);
    return { id, text: sha256, state, answer, check: check !== null && check.sha256 === sha256 ? check.seq : 0, evidence };
  };
  const digestOf = (key) => shaHex("holdpoint/items/v1\0", canonical(inCategory(key).map(rowOf)));
  const standing = (subject) =>
    [...signatures.values()].filter(
      (one) => one.state === "valid" && !NOT_OPEN.has(one.meaning) && one.subject.kind === subject.kind && one.subject.id === subject.id,
    );
  const waived = (among) => among.filter(({ id }) => factsOf(id).state === "waived");
  /** What a decision rests on, as it stands now. */
  const basisOf = ({ outcome, conditions }) =>
    shaHex(
      "holdpoint/decision/v1\0",
      canonical({
        outcome,
        conditions,
        categories: categories
          .filter(({ roles }) => roles.length > 0)
          .map(({ key }) => {
            const digest = digestOf(key);
            const over = [...signatures.values()].filter(
              (one) => one.subject.kind === "category" && one.subject.id === key && one.state === "valid" && one.digest === digest,
            );
            return { key, digest, signatures: over.map(({ id }) => id) };
          }),
        risks: [...risks.values()],
        waivers: waived(items).map(({ id }) => id),
      }),
    );
  const closeDigest = () => shaHex("holdpoint/close/v1\0", canonical({ launch, last: substance }));

  function adopt(body) {
    const { data, seq } = body;
    plan = text(data.sha256);
    items = list(data.items).filter((one) => isRecord(one) && isText(one.id) && isText(one.category) && isText(one.sha256));
    categories = list(data.categories).flatMap((one) => {
      if (!isRecord(one) || !isText(one.key)) return [];
      const named = [...new Set(list(one.signoff).filter(isText))];
      const eyes = isWhole(one.eyes, 1) ? one.eyes : 1;
      return [{ key: one.key, eyes, roles: named.length > 0 ? named : eyes > 1 ? ["approver"] : [] }];
    });
    rule = ruleOf(data.decision);
    const read = textOf(body, "checklist");
    if (read === null) return;
    const said = (isSure, code, message) => (isSure ? findings.problem : findings.warning)(code, message, genesis.log, seq);
    const decision = checkChecklist(read, items, list(data.categories).filter(isRecord), seq, said);
    if (decision === undefined) return;
    const wanted = decision === null ? { ...rule, words: [] } : ruleOf(JSON.stringify(decision));
    if (decision === null ? text(data.decision) !== "{}" && text(data.decision) !== "" : !same({ ...wanted }, { ...rule }))
      say("checklist-rule", `Event ${seq} has another rule for the decision than its text.`, seq);
    // A list that says nothing is held to both.
    if (decision === null) rule.words = ["all-categories-signed", "no-open-blockers"];
  }
  /** Who takes the decision, as the checklist says: every role, and so many people. */
  function ruleOf(said) {
    let value = null;
    try {
      value = JSON.parse(text(said));
    } catch {
      value = null; // no rule in writing: lead and approver decide
    }
    const { signoff, eyes, rule: first, and } = isRecord(value) ? value : {};
    const texts = (one) =>
      (isText(one) ? one.split(",") : list(one).filter(isText)).map((part) => part.trim()).filter((part) => part !== "");
    const named = texts(signoff);
    const many = isText(eyes) && /^\d{1,6}$/.test(eyes) ? Number(eyes) : eyes;
    const words = [...texts(first), ...texts(and)];
    return { roles: named.length > 0 ? [...new Set(named)] : CLOSERS, eyes: isWhole(many, 1) ? many : 1, words };
  }
  function execute(item, actor) {
    if (actor === "" || actor === "engine") return;
    executors.add(actor);
    item?.executors.add(actor);
  }
  function touch(body) {
    const { seq, type, data, outcome, actor } = body;
    if (type === "evidence.removed") {
      for (const one of facts.values()) one.evidence = one.evidence.filter((at) => at !== data.seq);
      return;
    }
    if (!isText(data.item)) return;
    const item = factsOf(data.item);
    if (type === "item.answered") {
      const said = outcome === "" ? data.state : outcome;
      const state = STATES.has(said) ? said : "open";
      Object.assign(item, { state, answer: seq, expires: momentAt(data.expires) });
      if ((state === "waived" || state === "not-applicable") && body.reason.trim() === "")
        say("reason-missing", `Event ${seq} says that ${data.item} is ${state} and gives no reason.`, seq);
      if (state === "waived") waive(body);
    } else if (type === "item.checked") item.check = { seq, sha256: data.item_sha256 };
    else {
      item.evidence.push(seq);
      if (data.kind === "run") recovery.evidence(body);
      // Whoever ran the command did what the item asks for, whoever pinned its output here.
      const ranBy = [data.output, data.run].flatMap((from) => list(isRecord(from) ? from.ran_by : []));
      for (const one of ranBy) if (isRecord(one) && !["", "engine"].includes(text(one.op_id))) item.executors.add(one.op_id);
    }
    execute(item, actor.op_id);
  }

  /** A waiver carries the signature of another person, an approver, over which items until when and why. */
  function waive(body) {
    const { seq, data, actor } = body;
    const moment = momentOf(body);
    const p = isEnvelope(data.envelope) ? data.envelope.payload : null;
    if (p === null || data.envelope.payloadType !== WAIVER || !isRecord(p.signer) || !isText(p.signer.op_id))
      return say("waiver-unsigned", `Event ${seq} waives ${data.item} without the signature of an approver.`, seq);
    const [{ keyid, sig }] = data.envelope.signatures;
    const { signer } = p;
    const person = rosterOf.at(signer.op_id, moment);
    if (person === null || person.status !== "active" || person.keyId !== keyid || !signedBy(data.envelope, WAIVER, person.publicKey))
      say("waiver-signature", `The signature of the waiver of event ${seq} is not one of ${signer.op_id} with the key in force then.`, seq);
    const told = {
      v: 1,
      kind: "waiver",
      install_id: genesis.install_id,
      log: genesis.log,
      launch,
      asked_by: actor.op_id,
      reason: body.reason,
      expires: data.expires,
    };
    const isOfPerson = person === null || (signer.name === person.name && signer.title === person.title && signer.key_id === keyid);
    if (
      Object.entries(told).some(([key, value]) => !same(p[key], value)) ||
      !list(p.items).includes(data.item) ||
      data.approver !== signer.op_id ||
      data.approver_name !== signer.name ||
      !isOfPerson
    )
      say("waiver-differs", `What ${signer.op_id} signed is not the waiver of event ${seq}.`, seq);
    const until = momentAt(data.expires);
    if (until === null || until + WHILE_SIGNING <= Date.parse(body.ts_utc))
      say("waiver-expired", `The waiver of event ${seq} has no end to come.`, seq);
    if (waivers.has(`${sig} ${data.item}`))
      say("waiver-again", `The approval of the waiver of event ${seq} was used for ${data.item} before.`, seq);
    waivers.add(`${sig} ${data.item}`);
    if (isAlone) return;
    if (signer.op_id === actor.op_id) say("waiver-by-asker", `${signer.op_id} asked for the waiver of event ${seq} and approved it.`, seq);
    const roles = list(person?.roles);
    if (person !== null && (!roles.includes("approver") || roles.includes("admin")))
      say(
        "waiver-not-approver",
        `${signer.op_id}, who approved the waiver of event ${seq}, was no approver then, or keeps the roster.`,
        seq,
      );
  }

  function setRisk(data) {
    const names = ["id", "risk", "likelihood", "impact", "controls", "owner", "status"];
    const isRisk =
      names.every((key) => isText(data[key])) &&
      LEVELS.includes(data.likelihood) &&
      LEVELS.includes(data.impact) &&
      RISK_STATES.includes(data.status) &&
      data.risk.trim() !== "" &&
      data.risk.length <= 500 &&
      data.controls.length <= 2000;
    if (isRisk && UNDECIDED.has(phase)) risks.set(data.id, Object.fromEntries(names.map((key) => [key, data[key]])));
  }
  function change(changes, seq) {
    const fields = isRecord(changes) ? Object.keys(changes) : [];
    const touches = (names) => fields.some((field) => names.includes(field));
    for (const one of signatures.values()) {
      if (one.state !== "valid" || NOT_OPEN.has(one.meaning)) continue;
      if ((one.subject.kind === "category" && touches(NAMING)) || (one.subject.kind === "decision" && touches(DECIDING)))
        one.overtakenBy ||= seq;
    }
  }

  const stepOf = (one) => ({
    id: text(one.id),
    sha256: text(one.sha256),
    isWayBack: one.way_back === true,
    ...{ verdict: "", judgement: "", passedOver: false, isDone: false, isRemoved: false, hasBegun: false },
  });
  const stepsIn = (data) => list(data.steps).filter(isRecord).map(stepOf);
  /** The steps of a run as its hold points see them, and the texts that were in force. */
  function ran(body) {
    const { seq, type, data, subject, outcome, actor } = body;
    const name = subject.run;
    if (name === "") return;
    if (type === "run.started") {
      const run = { seq, status: "active", plan: subject.plan_sha256, steps: stepsIn(data), ended: new Map(), people: new Map() };
      runs.set(
        name,
        Object.assign(run, { proposal: null, handover: null, skips: new Map(), happened: 0, ...planIn(body, subject.plan_sha256) }),
      );
      return learn(run.plan, data);
    }
    const run = runs.get(name);
    if (run === undefined) return;
    if (Object.hasOwn(RUN_STATES, type)) run.status = RUN_STATES[type];
    if (type === "handover.proposed") run.handover = { seq, from: text(data.from), to: text(data.to) };
    else if (type === "handover.refused") run.handover = null;
    else if (type === "handover.done") handedOver(name, run, data, seq);
    if (type === "skip.proposed") run.skips.set(subject.step, { seq, step: subject.step, cluster: subject.cluster, by: actor.op_id });
    else if (type === "skip.refused" || type === "step.started") run.skips.delete(subject.step);
    else if (type === "cluster.checked" && data.state !== "unreachable") {
      // What was asked for while the cluster was away is over when it answers.
      for (const [id, one] of run.skips) if (one.cluster === data.name) run.skips.delete(id);
    }
    const isSigned = type === "step.skipped" && data.proposed !== undefined;
    if (isSigned) skippedAway(name, run, body);
    if (type === "step.skipped") run.skips.delete(subject.step);
    if (HAPPENS.test(type)) run.happened = seq;
    if (type === "run.amendment_proposed") {
      const changes = list(data.changes).filter(isRecord);
      const proposal = { seq, by: actor.op_id, sha256: text(data.sha256) };
      run.proposal = { ...proposal, changes: changes.map((one) => ({ id: text(one.id), change: text(one.change) })) };
      textOf(body, "plan");
    } else if (type === "run.amendment_rejected") run.proposal = null;
    else if (type === "run.amended") {
      amended(name, run, data, seq);
      Object.assign(run, planIn(body, run.plan));
    }
    if (["step.ended", "step.judged", "step.skipped"].includes(type)) run.ended.set(subject.step, seq);
    if (["step.started", "block.started", "check.confirmed", "step.skipped"].includes(type) && !["", "engine"].includes(actor.op_id))
      run.people.set(subject.step, (run.people.get(subject.step) ?? new Set()).add(actor.op_id));
    const step = run.steps.findLast((one) => one.id === subject.step);
    if (step === undefined) return;
    if (type === "step.started" || (type === "block.started" && !step.hasBegun)) released(name, run, step, seq);
    else if (type === "step.skipped" && !step.hasBegun && (isSigned || actor.op_id !== "engine")) ownHold(name, run, step, seq);
    if (type === "step.started" || type === "block.started") step.hasBegun = true;
    if (type === "step.started") Object.assign(step, { verdict: "", judgement: "", passedOver: false, isDone: false });
    else if (type === "block.started" && data.background !== true) step.isDone = false;
    else if (type === "step.ended")
      Object.assign(step, { verdict: ["passed", "failed", "skipped"].includes(outcome) ? outcome : "unknown", isDone: true });
    else if (type === "step.judged") step.judgement = outcome === "accepted" ? "accepted" : "rejected";
    else if (type === "step.skipped")
      Object.assign(step, step.isDone && step.verdict !== "" ? { passedOver: true } : { verdict: "skipped", isDone: true });
  }
  /** The text that an event puts in force; null where it cannot be read, which is said. */
  function textOf({ seq, payloads }, name) {
    if (!payloads.some((one) => one.name === name))
      return void say("text-missing", `Event ${seq} puts a text in force and does not carry it.`, seq) ?? null;
    const text = textAt(genesis.log, seq, name);
    // Where its bytes are not here, that is said of the payload itself.
    if (text !== null && !text.isRead)
      findings.warning("text-unread", `The text of event ${seq} is not UTF-8: its lines are not compared.`, genesis.log, seq);
    return text?.isRead ? text : null;
  }
  /** Roles that the steps of a text ask for before they start, by id, and its ways back. A launch's own checklist has no steps. */
  function planIn(body, sha256) {
    const { seq } = body;
    const text = textOf(body, "plan");
    const none = { holds: new Map(), noReturn: new Set(), afterNoReturn: new Set(), isAfterUnsure: true, hasVerification: true };
    if (text === null || (launch !== "" && sha256 === plan)) return none;
    const steps = stepsIn(body.data);
    const { holds, noReturn, unplaced } = holdPointsOf(text, steps);
    for (const { line, roles, isSure } of unplaced) {
      const add = isSure ? findings.problem : findings.warning;
      add(
        "hold-point-unplaced",
        `Line ${line + 1} of the text of event ${seq} asks for the signature of ${roles.join(", ")}, and no step of the event is the one that it stands in.`,
        genesis.log,
        seq,
      );
    }
    return { holds, noReturn, ...wayBackOf(text, steps) };
  }
  const missingAt = (name, run, id) => {
    const missing = [...(run.holds.get(id) ?? [])];
    for (const { role } of missing.length === 0 ? [] : standing({ kind: "holdpoint", id: `${name}/${id}` })) {
      const at = missing.indexOf(role);
      if (at !== -1) missing.splice(at, 1);
    }
    return missing;
  };
  function ownHold(name, run, { id }, seq) {
    const missing = missingAt(name, run, id);
    if (missing.length > 0)
      say("hold-point-unsigned", `Event ${seq} goes past the hold point "${id}" without the signature of ${missing.join(", ")}.`, seq);
  }
  /** A step starts: its own hold point is released, and for a step of the main path those before it that were not begun. */
  function released(name, run, step, seq) {
    ownHold(name, run, step, seq);
    if (step.isWayBack || run.holds.size === 0) return;
    for (const before of run.steps.slice(0, run.steps.indexOf(step)))
      if (!before.isWayBack && !before.isRemoved && !before.hasBegun && !before.isDone) ownHold(name, run, before, seq);
  }
  const learn = (plan, { title, version, owner }) =>
    void texts.push({ plan, title: text(title), version: isText(version) ? version : null, owner: text(owner) });
  function handoverDigest(name, { handover: { seq, from, to }, happened }) {
    return shaHex("holdpoint/handover/v1\0", canonical({ run: name, proposed: seq, from, to, last: happened }));
  }
  /** Another person operates the run: both have signed what was proposed, and nothing has happened in between. */
  function handedOver(name, run, data, seq) {
    const { handover } = run;
    run.handover = null;
    const isTold = handover !== null && data.proposed === handover.seq && data.from === handover.from && data.to === handover.to;
    const over = handover === null ? [] : standing({ kind: "handover", id: `${name}/${handover.seq}` });
    const digest = handover === null ? "" : handoverDigest(name, { handover, happened: run.happened });
    const by = new Set(over.filter((one) => one.digest === digest).map((one) => one.op));
    if (!isTold || handover.from === handover.to || !by.has(handover.from) || !by.has(handover.to))
      say("handover-unsigned", `Event ${seq} hands the run over without the signatures of both over what was proposed.`, seq);
  }
  function skipDigest(name, { step, seq, cluster }) {
    return shaHex("holdpoint/skip/v1\0", canonical({ run: name, step, proposed: seq, cluster }));
  }
  /** A step whose cluster did not answer is gone past: one asked for it, another has signed. */
  function skippedAway(name, run, { seq, data, subject }) {
    const asked = run.skips.get(subject.step) ?? null;
    const isTold = asked !== null && data.proposed === asked.seq && data.proposed_by === asked.by && subject.cluster === asked.cluster;
    const over = asked === null ? [] : standing({ kind: "skip", id: `${name}/${asked.seq}` });
    const digest = asked === null ? "" : skipDigest(name, asked);
    if (!isTold || !over.some((one) => one.digest === digest && (isAlone || one.op !== asked.by)))
      say(
        "skip-unsigned",
        `Event ${seq} goes past a step whose cluster was away without a second person's signature over what was asked.`,
        seq,
      );
    // Who asked for it has done it: that person signs nothing that rests on it.
    if (asked !== null) run.people.set(subject.step, (run.people.get(subject.step) ?? new Set()).add(asked.by));
  }
  function amendmentDigest(name, { plan: from, proposal }) {
    return shaHex("holdpoint/amendment/v1\0", canonical({ run: name, from, to: proposal.sha256, changes: proposal.changes }));
  }
  /** Another text is in force: proposed by one, signed by another. What was done stays done. */
  function amended(name, run, data, seq) {
    const { proposal } = run;
    const to = text(data.to);
    const subject = { kind: "amendment", id: `${name}/${to}` };
    const over = proposal === null ? [] : standing(subject).filter((one) => one.digest === amendmentDigest(name, run));
    enough(subject, 1, seq, "amendment-without-signature", over);
    const fresh = stepsIn(data);
    const before = run.steps.filter((one) => !one.isRemoved);
    const textOf = new Map(before.map((one) => [one.id, one.sha256]));
    const isIn = new Set(fresh.map((one) => one.id));
    const changeOf = ({ id, sha256 }) => (!textOf.has(id) ? "added" : textOf.get(id) === sha256 ? "same" : "changed");
    const changes = [
      ...fresh.map((one) => ({ id: one.id, change: changeOf(one) })),
      ...before.filter((one) => !isIn.has(one.id)).map(({ id }) => ({ id, change: "removed" })),
    ];
    if (
      proposal === null ||
      data.from !== run.plan ||
      to !== proposal.sha256 ||
      data.proposed !== proposal.seq ||
      !same(changes, proposal.changes)
    )
      say("amendment-differs", `Event ${seq} puts another text in force than was proposed and signed.`, seq);
    const known = new Map(run.steps.map((one) => [one.id, one]));
    const now = fresh.map((one) => {
      const old = known.get(one.id);
      const isKept = old !== undefined && ((one.sha256 === textOf.get(one.id) && !old.isRemoved) || old.isDone);
      return isKept ? { ...old, sha256: one.sha256, isWayBack: one.isWayBack, isRemoved: false } : one;
    });
    let previous = -1;
    for (const old of run.steps) {
      const at = now.findIndex((one) => one.id === old.id);
      if (at !== -1) previous = at;
      // What was done stays on record beside its old neighbour.
      else if (!isIn.has(old.id) && old.isDone) now.splice(++previous, 0, { ...old, isRemoved: true });
    }
    Object.assign(run, { steps: now, plan: to, proposal: null });
    learn(to, data);
  }
  function ofRun(kind, id) {
    const slash = id.indexOf("/");
    const [name, about] = [id.slice(0, Math.max(slash, 0)), id.slice(slash + 1)];
    const run = runs.get(name);
    if (run === undefined) return null;
    if (kind === "handover") {
      const { handover } = run;
      if (handover === null || String(handover.seq) !== about) return null;
      const only = [handover.from, handover.to];
      const covered = [run.seq, handover.seq];
      return { digest: handoverDigest(name, run), covered, plan: run.plan, roles: null, excluded: new Set(), only };
    }
    if (kind === "skip") {
      const asked = [...run.skips.values()].find((one) => String(one.seq) === about);
      if (asked === undefined) return null;
      return { digest: skipDigest(name, asked), covered: [run.seq, asked.seq], plan: run.plan, roles: null, excluded: new Set([asked.by]) };
    }
    if (kind === "amendment") {
      const { proposal } = run;
      if (proposal === null || proposal.sha256 !== about) return null;
      const covered = [run.seq, proposal.seq];
      return { digest: amendmentDigest(name, run), covered, plan: about, roles: null, excluded: new Set([proposal.by]) };
    }
    const at = run.steps.findLastIndex((one) => one.id === about);
    if (at === -1) return null;
    const before = run.steps.slice(0, at).filter((one) => !one.isWayBack && !one.isRemoved);
    const ended = (one) => run.ended.get(one.id) ?? 0;
    const rows = before.map((one) => ({
      id: one.id,
      text: one.sha256,
      verdict: one.verdict,
      judgement: one.judgement,
      passed_over: one.passedOver,
      seq: ended(one),
    }));
    const value = { run: name, step: about, text: run.steps[at].sha256, plan: run.plan, before: rows };
    return {
      digest: shaHex("holdpoint/holdpoint/v1\0", canonical(value)),
      covered: ascending([run.seq, ...before.map(ended)]),
      plan: run.plan,
      roles: null,
      excluded: new Set(before.flatMap((one) => [...(run.people.get(one.id) ?? [])])),
    };
  }

  /**
   * What a subject comes to now: digest, events covered, plan, roles asked (null: any) and who may not sign it (by id).
   * Null where there is no such subject; `digest` is null where the log alone does not say it.
   */
  function subjectOf({ kind, id }) {
    const said = (domain, value, seq, excluded) => ({
      digest: shaHex(`holdpoint/${domain}/v1\0`, canonical(value)),
      covered: [seq],
      plan,
      roles: null,
      excluded: new Set(excluded),
    });
    const at = /^[1-9]\d{0,15}$/.test(id) ? Number(id) : 0;
    if (kind === "category") {
      const own = inCategory(id);
      const known = categories.find(({ key }) => key === id);
      if (own.length === 0 || known === undefined) return null;
      const rows = own.map(rowOf);
      return {
        digest: digestOf(id),
        covered: ascending(rows.flatMap((row) => [row.answer, row.check, ...row.evidence])),
        plan,
        roles: known.roles,
        excluded: new Set(own.flatMap((item) => [...factsOf(item.id).executors])),
      };
    }
    if (kind === "decision") {
      const known = decisions.get(id);
      if (known === undefined) return null;
      const over = [...signatures.values()].filter((one) => one.subject.kind === "category" && one.state === "valid");
      const covered = ascending([known.seq, ...over.map(({ seq }) => seq)]);
      return { digest: known.digest, covered, plan, roles: known.roles, excluded: executors };
    }
    if (kind === "briefing") return briefings.has(at) ? said("briefing", { launch, seq: at, text: briefings.get(at) }, at, []) : null;
    if (kind === "break-glass" || kind === "break-glass-review") {
      const known = glasses.get(at);
      const review = kind === "break-glass-review";
      if (known === undefined || known.isConfirmed !== review || known.isReviewed) return null;
      return said("break-glass", { launch, seq: at, kind: known.kind, reason: known.reason, review }, at, [known.by]);
    }
    if (kind === "close") return id === launch ? { ...said("close", { launch, last: substance }, substance, []), roles: CLOSERS } : null;
    if (kind === "holdpoint" || kind === "amendment" || kind === "handover" || kind === "skip") return ofRun(kind, id);
    // A review is of a text: its digest is held against the runs of that text, where there are any (`reviewed`).
    return HEX64.test(id) ? { digest: null, covered: [], plan: id, roles: null, excluded: new Set() } : null;
  }

  /** Every standing signature must still fit what it covers, or have been invalidated. */
  function settle() {
    const digests = new Map();
    const now = (key, compute) => {
      if (!digests.has(key)) digests.set(key, compute());
      return digests.get(key);
    };
    for (const one of signatures.values()) {
      if (one.state !== "valid" || one.isNamed || NOT_OPEN.has(one.meaning)) continue;
      const { kind, id } = one.subject;
      const decision = kind === "decision" ? decisions.get(id) : undefined;
      const isOld =
        kind === "category"
          ? one.overtakenBy > 0 || now(`c${id}`, () => digestOf(id)) !== one.digest
          : decision !== undefined && (decision.status === "open" || decision.status === "taken")
            ? one.overtakenBy > 0 || now(`d${id}`, () => basisOf(decision)) !== one.digest
            : false;
      if (!isOld) continue;
      one.isNamed = true;
      say(
        "stale-not-invalidated",
        `What signature ${one.id} (event ${one.seq}) covers was changed later, and the signature was not invalidated.`,
        one.seq,
      );
    }
  }

  function isHead(head, body, previous) {
    if (!isRecord(head)) return false;
    if (head.seq === body.seq - 1) return head.hash === previous.toString("hex");
    return (
      skipped > 0 &&
      isWhole(head.seq, 0) &&
      head.seq >= body.seq - 1 - skipped &&
      head.seq < body.seq &&
      hashBefore[head.seq + 1] === head.hash
    );
  }

  /** What holds for every signature of a person: shape, key, person, place. Returns its payload, or null. */
  function personal(body, previous) {
    const { seq, data } = body;
    const moment = momentOf(body);
    const { envelope } = data;
    const p = isEnvelope(envelope) ? envelope.payload : null;
    if (p === null || envelope.payloadType !== SIGNATURE || !isSignature(p)) {
      say("signature-malformed", `Event ${seq} carries no signature of the form that it must have.`, seq);
      return null;
    }
    const { keyid } = envelope.signatures[0];
    const owner = rosterOf.keyOwner.get(keyid);
    const person = rosterOf.at(p.signer.op_id, moment);
    if (person === null) say("signer-not-enrolled", `${p.signer.op_id} signed event ${seq}, but was not enrolled then.`, seq);
    else {
      if (person.status !== "active") say("signer-gone", `${p.signer.op_id} signed event ${seq} after leaving.`, seq);
      if (person.name !== p.signer.name || person.title !== p.signer.title)
        say("signer-differs", `Event ${seq} prints another name or title than the roster had for ${p.signer.op_id} then.`, seq);
    }
    if (owner === undefined) say("signature-key-unknown", `The key that signed event ${seq} is nobody's in the roster.`, seq);
    else if (owner.id !== p.signer.op_id)
      say("signature-key-of-another", `The key that signed event ${seq} is of ${owner.id}, not of ${p.signer.op_id}.`, seq);
    else if (person !== null && person.keyId !== keyid)
      say("signature-key-expired", `The key that signed event ${seq} was not the one in force then.`, seq);
    if (p.signer.key_id !== keyid) say("signature-differs", `Event ${seq} names another key than the one that signed it.`, seq);
    if (owner !== undefined && !signedBy(envelope, SIGNATURE, owner.publicKey))
      say("signature-invalid", `The signature of event ${seq} does not fit its text and key.`, seq);
    else if (owner !== undefined) lastAnchor = Math.max(lastAnchor, isHead(p.head, body, previous) ? p.head.seq : -1);
    if (p.log !== genesis.log || p.install_id !== genesis.install_id)
      say("signature-of-another-log", `The signature of event ${seq} was given in another log: it was transplanted.`, seq);
    if (p.subject.launch !== launch || body.subject.launch !== launch)
      say("signature-of-another-launch", `The signature of event ${seq} was given for another launch.`, seq);
    if (!isHead(p.head, body, previous))
      say("signature-head", `The signature of event ${seq} names another head than the event before it.`, seq);
    if (body.actor.op_id !== p.signer.op_id)
      say("signature-differs", `Event ${seq} was recorded for ${body.actor.op_id}, and signed by ${p.signer.op_id}.`, seq);
    return p;
  }

  const rolesAt = (id, moment) => list(rosterOf.at(id, moment)?.roles);
  function delegated(p, moment, seq) {
    const from = p.on_behalf_of;
    if (from === "" && p.delegation === 0) return;
    const one = rosterOf.delegations.get(p.delegation);
    if (one === undefined || !rosterOf.notAfter(one.at, moment))
      return say("delegation-missing", `Event ${seq} is signed on behalf of ${from} without a delegation.`, seq);
    const { role } = p.signer;
    if (one.from !== from || one.to !== p.signer.op_id)
      say("delegation-of-another", `The delegation of event ${seq} is from ${one.from} to ${one.to}.`, seq);
    if (one.roles.length > 0 && !one.roles.includes(role))
      say("delegation-of-another", `The delegation of event ${seq} does not hand on the role ${role}.`, seq);
    if (
      role === "admin" ||
      (ROSTER_ROLES.has(role) && !rolesAt(from, moment).includes(role)) ||
      (role === "approver" && rolesAt(p.signer.op_id, moment).includes("admin"))
    )
      say("delegation-not-held", `The role ${role} of event ${seq} was not ${from}'s to hand on to ${p.signer.op_id}.`, seq);
    if (one.until <= moment.ts || one.until <= p.at) say("delegation-expired", `The delegation of event ${seq} had run out.`, seq);
    if (rosterOf.isEnded(one, moment)) say("delegation-revoked", `The delegation of event ${seq} had been revoked.`, seq);
  }

  /** Whether the person held the role: assigned in the launch, by the roster, or outside of any launch by the title there. */
  function holds(id, role, moment) {
    if (assigned.has(canonical([role, id]))) return true;
    const person = rosterOf.at(id, moment);
    if (person === null) return false;
    return list(person.roles).includes(role) || (launch === "" && slug(text(person.title)) === slug(role));
  }
  const isApproverAbsent = () => [...glasses.values()].some((one) => one.kind === "approver-absent" && one.isConfirmed && !one.isReviewed);

  /** Role, right, and who may not: nothing of it holds for one alone. */
  function entitled(one, about, moment, seq) {
    const { kind } = one.subject;
    if (about.roles !== null && !about.roles.includes(one.role))
      say("signature-role", `Event ${seq} is signed as ${one.role}; ${about.roles.join(", ") || "nobody"} was asked.`, seq);
    if (isAlone) return;
    if (!holds(one.principal, one.role, moment) && !isApproverAbsent())
      say("signer-not-in-role", `${one.principal} was not ${one.role} when event ${seq} was signed.`, seq);
    const people = [...new Set([one.op, one.principal])];
    const did = people.filter((id) => about.excluded.has(id));
    const code = kind.startsWith("break-glass")
      ? "glass-by-one"
      : kind === "amendment" || kind === "skip"
        ? "signer-author"
        : "signer-executed";
    if (did.length > 0)
      say(code, `${did[0]} signed ${kind} ${one.subject.id} (event ${seq}), but opened, proposed or executed what it covers.`, seq);
    if (kind === "briefing" || kind === "skip") return;
    const roles = rolesAt(one.op, moment);
    if (kind === "handover") {
      if (!about.only.includes(one.op) || one.principal !== one.op)
        say("handover-by-another", `${one.op}, who signed event ${seq}, neither gave nor took the run.`, seq);
      if (one.op === about.only[1] && !roles.includes("operator") && !roles.includes("lead"))
        say("signer-without-right", `${one.op}, who took the run over by event ${seq}, was neither operator nor lead by the roster.`, seq);
      return;
    }
    if (!roles.includes("approver") && !roles.includes("lead"))
      say("signer-without-right", `${one.op}, who signed event ${seq}, was neither approver nor lead by the roster.`, seq);
    if (one.role !== "lead" && people.some((id) => rolesAt(id, moment).includes("admin")))
      say("signer-admin", `Event ${seq} is signed as ${one.role} by or for somebody who keeps the roster.`, seq);
  }

  function signed(body, previous) {
    const { seq, data } = body;
    counts.total += 1;
    envelopes.push({ envelope: data.envelope ?? null, seq });
    const p = personal(body, previous);
    if (p === null) return;
    const told = {
      signature: p.id,
      subject: { kind: p.subject.kind, id: p.subject.id },
      meaning: p.meaning,
      role: p.signer.role,
      op_id: p.signer.op_id,
      name: p.signer.name,
      title: p.signer.title,
      on_behalf_of: p.on_behalf_of,
      delegation: p.delegation,
      n: p.n,
      m: p.m,
      digest: p.subject.digest,
      statement: p.statement,
    };
    const differs = Object.entries(told).filter(([key, value]) => !same(data[key], value));
    if (differs.length > 0 || body.outcome !== p.meaning || body.reason !== p.reason || !isWhole(p.n, 1) || !isWhole(p.m, p.n))
      say(
        "signature-differs",
        `Event ${seq} does not say what was signed${differs.length > 0 ? ` (${differs.map(([key]) => key).join(", ")})` : ""}.`,
        seq,
      );
    const covered = p.subject.covered;
    if (!Array.isArray(covered) || covered.some((one, i) => !isWhole(one, 1) || one >= seq || (i > 0 && one <= covered[i - 1])))
      say("signature-covered", `The signature of event ${seq} covers events that did not exist yet, or not in order.`, seq);
    const moment = momentOf(body);
    delegated(p, moment, seq);
    if (!isText(p.id) || signatures.has(p.id)) {
      say("signature-duplicate", `The signature of event ${seq} is on record before: it was put in again.`, seq);
      return;
    }
    const one = {
      id: p.id,
      seq,
      subject: told.subject,
      meaning: p.meaning,
      role: p.signer.role,
      op: p.signer.op_id,
      principal: p.on_behalf_of === "" ? p.signer.op_id : p.on_behalf_of,
      key: p.signer.key_id,
      digest: p.subject.digest,
      head: p.head,
      state: "valid",
      isNamed: false,
      overtakenBy: 0,
      isAloneThen: isAlone,
    };
    if (!NOT_OPEN.has(p.meaning))
      for (const other of standing(told.subject))
        if (
          isAlone
            ? other.role === one.role
            : other.op === one.op ||
              other.key === one.key ||
              other.principal === one.principal ||
              other.op === one.principal ||
              other.principal === one.op
        )
          say(
            "signer-twice",
            `Events ${other.seq} and ${seq} are signatures of one person, key or principal over the same subject: they count once.`,
            seq,
          );
    about(one, p, moment);
    signatures.set(p.id, one);
  }
  /** What the signature says of its subject, held against the events before it. */
  function about(one, p, moment) {
    const { seq, subject } = one;
    const meanings = Object.hasOwn(MEANINGS, subject.kind) ? MEANINGS[subject.kind] : null;
    if (meanings === null) return say("signature-kind", `Event ${seq} signs a ${subject.kind}, which nobody can sign.`, seq);
    if (!meanings.includes(one.meaning))
      say("signature-meaning", `Event ${seq} signs a ${subject.kind} as ${one.meaning}; it is ${meanings.join(" or ")}.`, seq);
    if (one.meaning === "rejected" && p.reason.trim() === "") say("reason-missing", `Event ${seq} rejects without a reason.`, seq);
    const now = subjectOf(subject);
    if (now === null)
      return say("signature-digest", `Event ${seq} signs a ${subject.kind} that was not there, or not to be signed then.`, seq);
    if (subject.kind === "review" && !reviewSaid(text(p.statement), subject.id).includes(one.digest))
      say("signature-digest", `The review of event ${seq} is of another title, version or text than its sentence says.`, seq);
    if (now.digest !== null && now.digest !== one.digest)
      say("signature-digest", `The signature of event ${seq} covers something else than its ${subject.kind} was then.`, seq);
    if (!same(p.subject.covered, now.covered))
      say("signature-covered", `The signature of event ${seq} names other events than those that it rests on.`, seq);
    if (p.subject.plan_sha256 !== now.plan)
      say("signature-plan", `The signature of event ${seq} is over another text than the one in force then.`, seq);
    entitled(one, now, moment, seq);
    if (one.meaning !== "rejected") ready(one, p);
  }
  /** What nobody could approve then. */
  function ready(one, p) {
    const { seq, subject, digest } = one;
    const isOver = ({ id }) => {
      const { expires } = factsOf(id);
      return expires !== null && expires + WHILE_SIGNING <= (momentAt(p.at) ?? Number.POSITIVE_INFINITY);
    };
    const own = subject.kind === "category" ? inCategory(subject.id) : subject.kind === "decision" ? items : [];
    if (waived(own).some(isOver)) say("waiver-expired", `Event ${seq} approves what rests on a waiver that had run out.`, seq);
    if (subject.kind === "category") {
      const isRejected = [...signatures.values()].some(
        (other) => other.meaning === "rejected" && other.state !== "withdrawn" && other.digest === digest && same(other.subject, subject),
      );
      if (isRejected || own.some(({ id }) => ["open", "failed"].includes(factsOf(id).state)))
        say("category-not-ready", `Event ${seq} approves "${subject.id}" with something open, failed or rejected in it.`, seq);
    } else if (subject.kind === "decision") {
      const known = decisions.get(subject.id);
      if (known.status !== "open" || basisOf(known) !== known.digest)
        say("decision-overtaken", `Event ${seq} signs a decision that is not open, or rests on something that changed.`, seq);
    } else if (subject.kind === "close") {
      const isRunning = [...runs.values()].some(({ status }) => status === "active" || status === "held");
      if (phase !== "retrospective" || isRunning || [...glasses.values()].some((one) => one.isConfirmed && !one.isReviewed))
        say(
          "close-too-early",
          `Event ${seq} closes a launch before its retrospective, or over an open run or a broken glass not reviewed.`,
          seq,
        );
      leftOpen(seq);
    }
  }

  /** No launch is closed over an incident, over what was opened and not closed, or over a condition of the decision in force. */
  function leftOpen(seq) {
    const isConditionOpen = [...decisions].some(
      ([id, one]) => one.status === "taken" && one.conditions.some((_, index) => !conditionsClosed.has(canonical([id, index]))),
    );
    if (incidents.size > 0 || isConditionOpen || loops.size > 0)
      say("close-over-open", `Event ${seq} closes a launch over an open incident, or over a condition or a loop that was not closed.`, seq);
  }

  function see(body, previous) {
    const { seq, type, data } = body;
    hashBefore[seq] = previous.toString("hex");
    if (!isNamedSolo) {
      if (type === "launch.created" && data.solo === true) solo = true;
      if (type === "launch.created" && isText(data.launch) && data.launch !== launch)
        say("launch-differs", "launch.created names another launch than the genesis.", seq);
      nameSolo();
    }
    isAlone = (solo || launch === "") && rosterOf.countAt(momentOf(body)) < 2;
    if (phase === "closed" && BELONGS.test(type)) say("after-close", `Event ${seq} (${type}) was added to a launch that was closed.`, seq);
    if (type === "step.started") execute(null, body.actor.op_id);
    if (SETTLES.has(type)) settle();
    ran(body);
    deeds(body, runs.get(body.subject.run), isAlone);
    recovery.see(body);
    act(body, previous);
    const isOfClose = type.startsWith("signoff.") && isRecord(data.subject) && data.subject.kind === "close";
    if (type !== "clock.step" && !type.startsWith("record.") && !isOfClose) substance = seq;
    skipped = type === "clock.step" ? skipped + 1 : 0;
  }
  function act(body, previous) {
    const { seq, type, data } = body;
    const glass = type.startsWith("break_glass.") ? glasses.get(data.seq) : undefined;
    if (TOUCHES.has(type)) touch(body);
    else if (type === "checklist.adopted") adopt(body);
    else if (type === "launch.changed") change(data.changes, seq);
    else if (type === "launch.state") phase = PHASES.has(data.to) ? data.to : phase;
    else if (type === "people.assigned") assigned.add(canonical([text(data.role), text(data.op_id)]));
    else if (type === "people.unassigned") assigned.delete(canonical([text(data.role), text(data.op_id)]));
    else if (type === "risk.set") setRisk(data);
    else if (type === "note.added") {
      if (data.kind === "incident") incidents.add(seq);
    } else if (type === "note.closed") incidents.delete(data.seq);
    else if (type === "loop.opened") loops.set(text(data.name), body.subject.run);
    else if (type === "loop.closed") loops.delete(text(data.name));
    else if (type === "run.finished") {
      if (body.reason === "" && [...loops.values()].some((run) => run !== "" && run === body.subject.run))
        say("finish-over-open", `Event ${seq} finishes a run over what it opened, without a reason.`, seq);
    } else if (type === "condition.closed")
      conditionsClosed.add(canonical([text(data.decision), isWhole(data.index, 0) ? data.index : -1]));
    else if (type === "briefing.held") briefings.set(seq, text(data.text));
    else if (type === "break_glass.opened") {
      const kind = ["approver-absent", "no-go-override"].includes(data.kind) ? data.kind : "outside-window";
      glasses.set(seq, { kind, reason: body.reason, by: body.actor.op_id, isConfirmed: false, isReviewed: false });
    } else if (type === "signoff.added") signed(body, previous);
    else if (type === "signoff.invalidated") end(data.signature, "stale", seq);
    else if (type === "signoff.withdrawn") withdrawn(body, previous);
    else if (type === "decision.proposed") proposed(body);
    else if (type === "decision.taken") taken(body);
    else if (type === "decision.withdrawn") {
      if (decisions.has(data.id)) decisions.get(data.id).status = "withdrawn";
    } else if (type === "launch.closed") closed(data, seq);
    else if (type === "break_glass.confirmed") {
      enough({ kind: "break-glass", id: String(data.seq) }, 1, seq, "break-glass-without-signature");
      if (glass !== undefined) glass.isConfirmed = true;
    } else if (type === "break_glass.reviewed") {
      enough({ kind: "break-glass-review", id: String(data.seq) }, 1, seq, "break-glass-without-signature");
      if (glass !== undefined) glass.isReviewed = true;
    }
  }
  function withdrawn(body, previous) {
    const { seq, data } = body;
    envelopes.push({ envelope: data.envelope ?? null, seq });
    const p = personal(body, previous);
    const old = signatures.get(data.signature);
    if (
      p !== null &&
      (old === undefined ||
        old.state !== "valid" ||
        old.op !== p.signer.op_id ||
        p.meaning !== "rejected" ||
        p.reason !== body.reason ||
        p.reason.trim() === "" ||
        !["category", "decision"].includes(old.subject.kind) ||
        p.subject.kind !== old.subject.kind ||
        p.subject.id !== old.subject.id ||
        p.subject.digest !== old.digest ||
        !same(p.subject.covered, [old.seq]))
    )
      say(
        "withdrawal-differs",
        `Event ${seq} takes back a signature that is not the signer's own, or one that stands as it was given.`,
        seq,
      );
    end(data.signature, "withdrawn", seq);
  }
  function end(id, state, seq) {
    const one = signatures.get(id);
    if (one === undefined) return say("signature-unknown", `Event ${seq} ends a signature that is not on record.`, seq);
    if (state === "stale") stale.push({ id, seq: one.seq, since: seq, signer: one.op });
    one.state = state;
  }
  function enough(subject, needed, seq, code, among = standing(subject)) {
    const have = new Set(among.map((one) => (isAlone ? one.role : one.op)));
    if (have.size < needed)
      say(code, `Event ${seq} needs ${needed} signatures of distinct people that still stand; there are ${have.size}.`, seq);
  }
  function proposed(body) {
    const { seq, data, outcome } = body;
    if (!isText(data.id)) return;
    for (const other of decisions.values()) if (other.status === "open") other.status = "replaced";
    const said = outcome === "" ? data.outcome : outcome;
    const conditions = list(data.conditions).map((one) => {
      const { text: words, owner, due } = isRecord(one) ? one : {};
      return { text: text(words), owner: text(owner), due: text(due) };
    });
    const one = {
      ...{ seq, digest: text(data.digest), needed: data.needed, roles: list(data.roles).filter(isText), conditions, status: "open" },
      outcome: ["go", "conditional-go"].includes(said) ? said : "no-go",
    };
    decisions.set(data.id, one);
    if (basisOf(one) !== data.digest)
      say("decision-digest", `What the decision of event ${seq} rests on, by its digest, is not what the events before it say.`, seq);
    const needed = isAlone ? rule.roles.length : Math.max(rule.roles.length, rule.eyes);
    if (!same(data.roles, rule.roles) || data.needed !== needed)
      say(
        "decision-rule",
        `The decision of event ${seq} asks for other signatures than the checklist: ${rule.roles.join(", ")}, ${needed} in all.`,
        seq,
      );
    one.isBlocked = isBlocked(one, data);
    if (one.isBlocked) say("decision-blocked", `The ${one.outcome} of event ${seq} was proposed with something in its way.`, seq);
  }
  /** Whether something stood against a go: by its own word, or by the items, signatures and risks before it. */
  function isBlocked({ outcome }, data) {
    if (outcome === "no-go") return false;
    // A conditional go may carry risks, and nothing else.
    if (list(data.blockers).some((one) => outcome === "go" || !text(one).startsWith("Risk "))) return true;
    if (items.length === 0) return true;
    const [all, none] = ["all-categories-signed", "no-open-blockers"].map((word) => rule.words.includes(word));
    const counted = categories.flatMap(({ key }) => inCategory(key));
    const states = counted.map(({ id }) => factsOf(id).state);
    if (states.includes("failed") || (none && states.includes("open"))) return true;
    const isSigned = ({ key, roles, eyes }) => {
      const digest = digestOf(key);
      const over = standing({ kind: "category", id: key }).filter((one) => one.digest === digest);
      return (
        over.length >= (isAlone ? roles.length : Math.max(roles.length, eyes)) &&
        roles.every((role) => over.some((one) => one.role === role))
      );
    };
    const isRejected = ({ key }) => {
      const digest = digestOf(key);
      return [...signatures.values()].some(
        (one) =>
          one.meaning === "rejected" &&
          one.state !== "withdrawn" &&
          one.digest === digest &&
          one.subject.kind === "category" &&
          one.subject.id === key,
      );
    };
    const asked = categories.filter(({ roles }) => roles.length > 0);
    if (asked.some((one) => isRejected(one) || (all && !isSigned(one)))) return true;
    const isCritical = ({ likelihood, impact }) =>
      (impact === "high" && likelihood !== "low") || (likelihood === "high" && impact === "medium");
    return none && [...risks.values()].some((one) => one.status === "open" && (outcome === "go" || isCritical(one)));
  }
  function taken({ data, seq }) {
    const known = decisions.get(data.id);
    if (known === undefined) return say("decision-without-signatures", `Event ${seq} takes a decision that was never proposed.`, seq);
    const subject = { kind: "decision", id: data.id };
    enough(subject, Math.max(1, isWhole(known.needed, 1) ? known.needed : 1), seq, "decision-without-signatures");
    const roles = new Set(standing(subject).map((one) => one.role));
    const missing = known.roles.filter((role) => !roles.has(role));
    if (missing.length > 0)
      say("decision-without-signatures", `Event ${seq} takes a decision without the signature of ${missing.join(", ")}.`, seq);
    if (known.status !== "open" || data.outcome !== known.outcome)
      say("decision-overtaken", `Event ${seq} takes a decision that was not open, or with another outcome than was signed.`, seq);
    if (known.isBlocked) say("decision-blocked", `Event ${seq} takes a decision that had something in its way.`, seq);
    for (const other of decisions.values()) if (other.status === "taken") other.status = "replaced";
    known.status = "taken";
  }
  /** Signed by a lead and an approver, two people, over the same last event; the head that the last of them co-signed is named. */
  function closed(data, seq) {
    const subject = { kind: "close", id: launch };
    const digest = closeDigest();
    const over = standing(subject).filter((one) => one.digest === digest);
    enough(subject, isAlone ? 1 : 2, seq, "close-without-signatures", over);
    const missing = CLOSERS.filter((role) => !over.some((one) => one.role === role));
    if (missing.length > 0) say("close-without-signatures", `Event ${seq} closes without the signature of ${missing.join(", ")}.`, seq);
    leftOpen(seq);
    const head = over.at(-1)?.head;
    const isNamed =
      isRecord(head) &&
      isText(head.hash) &&
      HEX64.test(head.hash) &&
      data.head === head.hash &&
      data.head_seq === head.seq &&
      data.head_fingerprint === fingerprintOf(Buffer.from(head.hash, "hex"));
    if (!isNamed) say("close-differs", `Event ${seq} does not name the head that the last signature of the close co-signed.`, seq);
    phase = "closed";
  }
  /** A text is reviewed by somebody else than its author; runs of that text in this log say who wrote it. */
  function reviewed() {
    for (const one of signatures.values()) {
      if (one.subject.kind !== "review") continue;
      for (const { plan: of, title, version, owner } of texts) {
        if (of !== one.subject.id) continue;
        if (!one.isAloneThen && owner !== "" && [one.op, one.principal].some((id) => slug(owner) === slug(id)))
          say("signer-author", `${one.op} reviewed the text of event ${one.seq} and wrote it.`, one.seq);
        const value = { text: of, title, version };
        if (shaHex("holdpoint/review/v1\0", canonical(value)) !== one.digest)
          say("signature-digest", `The review of event ${one.seq} is of another title or version than its text has.`, one.seq);
      }
    }
  }
  return {
    see,
    envelopes,
    signatures,
    marks: recovery.marks,
    finish() {
      settle();
      reviewed();
      for (const one of signatures.values()) counts[one.state] += 1;
      return { counts, stale, lastAnchor };
    },
  };
}

// ── payloads and recordings ─────────────────────────────────────────────────────────────────────────────────────────────

const HASHED = new Set(["checklist", "evidence", "attachment"]);
/** The SHA-256 that an event says of one of its payloads; null where it says none. */
function hashSaid({ type, data, subject }, name) {
  if (HASHED.has(name)) return isText(data.sha256) ? data.sha256 : null;
  if (name !== "plan") return null;
  const said = type === "run.started" ? subject.plan_sha256 : type === "run.amended" ? data.to : data.sha256;
  return isText(said) ? said : type.startsWith("run.") ? "" : null;
}
function createAttached() {
  const payloads = [];
  const recordings = new Map();
  const unbound = new Map();
  const erased = new Set();
  return {
    payloads,
    recordings,
    unbound,
    erased,
    see(body) {
      const { seq, type, data, log } = body;
      for (const one of body.payloads) payloads.push({ log, seq, ...one, sha256: hashSaid(body, one.name) });
      if (type === "payload.erased") erased.add(`${log}\0${data.seq}\0${data.name}`);
      const path = data.recording;
      if (!isText(path) || path === "") return;
      if (isText(data.recording_sha256) && HEX64.test(data.recording_sha256)) {
        const bytes = isWhole(data.recording_bytes, 0) ? data.recording_bytes : null;
        recordings.set(path, [
          ...(recordings.get(path) ?? []),
          { log, seq, sha256: data.recording_sha256, bytes, isWhole: type !== "block.ended" },
        ]);
        unbound.delete(path);
      } else if (type === "block.started") unbound.set(path, { log, seq });
    },
  };
}

function readIndex(files, findings) {
  const file = files.get("data/files.json");
  const bytes = file === undefined ? Buffer.alloc(0) : wholeOf(file);
  const value = bytes.at(-1) === 10 ? strict(bytes.subarray(0, -1)) : undefined;
  const isOne = (one, keysWanted) => keysOf(one) === keysWanted && (one.file === null || isText(one.file));
  const fits =
    keysOf(value) === "payloads,recordings,v" &&
    Array.isArray(value.payloads) &&
    Array.isArray(value.recordings) &&
    value.payloads.every(
      (one) =>
        isOne(one, "file,log,name,salt,seq") &&
        isText(one.log) &&
        isText(one.name) &&
        isWhole(one.seq, 1) &&
        isText(one.salt) &&
        /^[0-9a-f]{64}$/.test(one.salt),
    ) &&
    value.recordings.every((one) => isOne(one, "file,path") && isText(one.path));
  if (fits) return value;
  findings.problem("files-index", "data/files.json is missing or malformed: payloads and recordings cannot be found.");
  return { payloads: [], recordings: [] };
}

function checkAttached(files, index, attached, findings) {
  const used = new Set();
  const given = new Map(index.payloads.map((one) => [`${one.log}\0${one.seq}\0${one.name}`, one]));
  for (const one of attached.payloads) {
    const at = `${one.log}\0${one.seq}\0${one.name}`;
    const entry = given.get(at);
    given.delete(at);
    const file = entry === undefined || entry.file === null ? undefined : files.get(entry.file);
    if (file === undefined) {
      if (attached.erased.has(at))
        findings.warning(
          "payload-erased",
          `The payload "${one.name}" of event ${one.seq} was erased, as the record says.`,
          one.log,
          one.seq,
        );
      else findings.problem("payload-missing", `The payload "${one.name}" of event ${one.seq} is missing.`, one.log, one.seq);
      continue;
    }
    used.add(file.path);
    const digest = createHash("sha256").update("holdpoint/payload/v1\0").update(Buffer.from(entry.salt, "hex"));
    for (const piece of file.pieces()) digest.update(piece);
    if (digest.digest("hex") !== one.commitment || file.size !== one.bytes)
      findings.problem(
        "payload-changed",
        `The payload "${one.name}" of event ${one.seq} does not have the hash that its event says.`,
        one.log,
        one.seq,
      );
    else if (one.sha256 !== null && hashOf(file) !== one.sha256)
      findings.problem("payload-differs", `Event ${one.seq} says another SHA-256 of its payload "${one.name}".`, one.log, one.seq);
  }
  for (const at of given.keys())
    findings.problem("payload-unbound", `data/files.json lists a payload that no event binds (${at.replaceAll("\0", " ")}).`);
  const recorded = new Map(index.recordings.map((one) => [one.path, one]));
  for (const [path, bound] of attached.recordings) {
    const last = bound.at(-1);
    const entry = recorded.get(path);
    recorded.delete(path);
    const file = entry === undefined || entry.file === null ? undefined : files.get(entry.file);
    if (file === undefined) {
      findings.problem("recording-missing", `The recording ${path} of event ${last.seq} is missing.`, last.log, last.seq);
      continue;
    }
    used.add(file.path);
    for (const ref of bound) {
      if (ref.bytes === null && ref !== last) continue;
      if ((ref.bytes !== null && file.size < ref.bytes) || hashOf(file, ref.bytes ?? Number.POSITIVE_INFINITY) !== ref.sha256)
        findings.problem("recording-changed", `The recording ${path} does not have the hash that event ${ref.seq} says.`, ref.log, ref.seq);
    }
    if (last.bytes !== null && file.size > last.bytes) {
      const say = last.isWhole ? findings.problem : findings.warning;
      say(
        "recording-longer",
        `The recording ${path} has bytes after the end that event ${last.seq} bound; nothing vouches for them.`,
        last.log,
        last.seq,
      );
    }
  }
  for (const [path, { log, seq }] of attached.unbound) {
    const entry = recorded.get(path);
    recorded.delete(path);
    if (entry !== undefined && entry.file !== null) used.add(entry.file);
    findings.warning("recording-unbound", `The recording ${path}, begun by event ${seq}, is bound by no hash.`, log, seq);
  }
  for (const path of recorded.keys())
    findings.problem("recording-unknown", `data/files.json lists a recording that no event names (${path}).`);
  return used;
}

// ── anchors and the index of logs ───────────────────────────────────────────────────────────────────────────────────────

const isCheckpoint = (c) =>
  keysOf(c) === "at,heads,install,n,prev,v,why" &&
  c.v === 1 &&
  isWhole(c.n, 1) &&
  [c.prev, c.install, c.at, c.why].every(isText) &&
  Array.isArray(c.heads) &&
  c.heads.every(
    (h) =>
      keysOf(h) === "head,log,number,seq" &&
      isText(h.log) &&
      isWhole(h.seq, 0) &&
      isWhole(h.number) &&
      isText(h.head) &&
      HEX64.test(h.head),
  );

/**
 * What is known of a log past its end here. One such word is that of the checkpoint after an older head that was exported;
 * more than one never goes into a bundle, so the events were cut.
 */
function createBeyond(findings) {
  const known = new Set();
  return (log, seq) => {
    if (known.has(log.id))
      findings.problem("events-cut", `${log.path} ends at event ${log.seq}, but it had ${seq}: the rest was cut.`, log.id, log.seq);
    else findings.warning("log-went-on", `The log had ${seq} events later; this bundle holds it up to event ${log.seq}.`, log.id, log.seq);
    known.add(log.id);
  };
}

function checkCheckpoints(files, logs, publicKey, findings) {
  const file = files.get("data/checkpoints.ndjson");
  if (file === undefined) return void findings.problem("checkpoints-missing", "data/checkpoints.ndjson is missing.") ?? 0;
  let count = 0;
  let before = null;
  let line = 0;
  const beyond = createBeyond(findings);
  for (const { bytes, isEnded } of linesOf(file)) {
    line += 1;
    const where = `data/checkpoints.ndjson:${line}`;
    const envelope = strict(bytes);
    const c = isEnvelope(envelope) ? envelope.payload : null;
    if (c === null || !isCheckpoint(c) || !isEnded) {
      findings.problem("checkpoint-malformed", `${where}: this is no checkpoint.`);
      continue;
    }
    count += 1;
    if (!signedBy(envelope, CHECKPOINT, publicKey)) {
      findings.problem("checkpoint-signature", `${where}: the checkpoint is not signed by the installation's key.`);
      continue;
    }
    if (before !== null && (c.n <= before.n || (c.n === before.n + 1 && c.prev !== before.hash)))
      findings.problem("checkpoint-order", `${where}: checkpoint ${c.n} does not follow the one before it.`);
    before = { n: c.n, hash: shaHex(bytes) };
    for (const { log: id, seq, head } of c.heads) {
      const log = logs.find((one) => one.id === id);
      if (log === undefined) continue;
      if (seq > log.seq) {
        beyond(log, seq);
        continue;
      }
      if (log.hashes[seq]?.toString("hex") !== head)
        findings.problem(
          "head-differs",
          `Event ${seq} of ${id} is not the one that a checkpoint has (${where}): the log was rewritten.`,
          id,
          seq,
        );
      else log.anchored = Math.max(log.anchored, seq);
    }
  }
  return count;
}

function createIndex(findings, install) {
  const opened = [];
  const heads = [];
  return {
    opened,
    see({ type, data, seq }) {
      if (type === "log.opened") {
        if (data.number !== opened.length + 1)
          findings.problem(
            "log-number",
            `Event ${seq} of the install log opens log ${String(data.number)}, where ${opened.length + 1} is next.`,
            install,
            seq,
          );
        opened.push({ number: data.number, log: data.log, genesis: data.genesis_sha256, seq });
      }
      if (type === "log.head") heads.push({ log: data.log, seq: data.seq, head: data.head, at: seq });
    },
    finish(main) {
      const mine = opened.filter((one) => one.log === main.id);
      if (mine.length !== 1)
        findings.problem("log-unlisted", `The install log opened ${main.id} ${mine.length} times; it must be once.`, main.id);
      else if (mine[0].number !== main.genesis.number || mine[0].genesis !== main.hashes[0].toString("hex"))
        findings.problem("genesis-differs", `The genesis of ${main.id} is not the one that the install log has.`, main.id, 0);
      const beyond = createBeyond(findings);
      for (const one of heads) {
        if (one.log !== main.id || !isWhole(one.seq, 0)) continue;
        if (one.seq > main.seq) beyond(main, one.seq);
        else if (main.hashes[one.seq]?.toString("hex") !== one.head)
          findings.problem(
            "head-differs",
            `Event ${one.seq} of ${main.id} is not the one that the install log has (event ${one.at}).`,
            main.id,
            one.seq,
          );
      }
    },
  };
}

// ── all of it ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function openSource(target) {
  if (typeof target !== "string" && typeof target.read === "function") return { size: target.size, read: target.read, close() {} };
  if (typeof target !== "string") return { size: target.length, read: (at, length) => target.subarray(at, at + length), close() {} };
  const file = openSync(target, "r");
  return { size: fstatSync(file).size, read: (at, length) => readAll(file, at, length), close: () => closeSync(file) };
}

/** The files of a zip in the exporter's form, and what is wrong with the zip and its BagIt lists; whatever else they are. */
export function readBag(target) {
  const findings = createFindings();
  const source = openSource(target);
  if (source.size < 4 || source.read(0, 4).readUInt32LE(0) !== 0x04034b50)
    throw new CannotRead("this is no zip: there is no bundle to verify");
  const { files } = readZip(source, findings);
  const hashes = new Map([...files].map(([path, file]) => [path, hashOf(file)]));
  checkBag(files, hashes, findings);
  return { files, hashes, problems: findings.problems };
}

/**
 * Verifies a bundle: a path to its zip or to the folder it was unpacked to, the zip's bytes, or `{size, read}` where they lie. `options.fingerprint`: of a
 * head, known from outside; `options.roster`: bytes of a roster.json from outside. Throws CannotRead where there is no bundle.
 */
export function verifyBundle(target, options = {}) {
  const startedAt = performance.now();
  const findings = createFindings();
  let source = null;
  try {
    let found;
    if (typeof target === "string" && statSync(target).isDirectory()) found = { files: readFolder(target), stamp: null };
    else {
      source = openSource(target);
      if (source.size < 4 || source.read(0, 4).readUInt32LE(0) !== 0x04034b50)
        throw new CannotRead("this is no zip: there is no bundle to verify");
      found = readZip(source, findings);
    }
    const report = check(found.files, found.stamp, options, findings);
    return { source: typeof target === "string" ? target : "memory", ...report, durationMs: performance.now() - startedAt };
  } catch (error) {
    if (error instanceof CannotRead || error?.code === undefined) throw error;
    throw new CannotRead(`${String(target)} cannot be read (${error.code})`);
  } finally {
    source?.close();
  }
}

function check(files, stamp, options, findings) {
  const hashes = new Map([...files].map(([path, file]) => [path, hashOf(file)]));
  checkBag(files, hashes, findings);
  const attached = createAttached();
  const listed = readIndex(files, findings);
  const payloadFiles = new Map(listed.payloads.map((one) => [`${one.log}\0${one.seq}\0${one.name}`, one.file]));
  /** A text that an event carries, by its lines; null where its bytes are not here. */
  const textAt = (log, seq, name) => {
    const path = payloadFiles.get(`${log}\0${seq}\0${name}`) ?? null;
    const file = path === null ? undefined : files.get(path);
    return file === undefined || file.size > MAX_TEXT ? null : readText(wholeOf(file));
  };
  const mainFile = files.get("data/events.ndjson");
  const installFile = files.get("data/install.ndjson");
  let roster = createRoster({ install_id: "", install_key: "", log: "" }, findings);
  let index = null;
  let install = null;
  let main = null;
  let launch = null;
  const genesisOf = (file) => {
    const first = linesOf(file).next();
    return first.done ? undefined : strict(first.value.bytes);
  };
  /** Reviews of texts outside of any launch are signed in the install log. */
  let reviews = null;
  const walkInstall = (file) => {
    const genesis = genesisOf(file);
    if (isRecord(genesis) && isText(genesis.log)) {
      roster = createRoster(genesis, findings);
      index = createIndex(findings, genesis.log);
      reviews = createLaunch(genesis, roster, findings, textAt);
    }
    return walkLog(file, findings, (body, previous) => {
      roster.see(body, previous);
      reviews?.see(body, previous);
      index?.see(body);
      attached.see(body);
    });
  };
  if (mainFile === undefined) findings.problem("log-missing", "data/events.ndjson is missing: there is no log.");
  const isInstall = mainFile !== undefined && genesisOf(mainFile)?.kind === "install";
  if (isInstall) main = walkInstall(mainFile);
  else {
    if (installFile === undefined)
      findings.problem("install-log-missing", "data/install.ndjson is missing: nothing says which people and logs there are.");
    else install = walkInstall(installFile);
    if (install !== null && install.genesis.kind !== "install")
      findings.problem("genesis-malformed", "data/install.ndjson is not an install log.");
    const genesis = mainFile === undefined ? undefined : genesisOf(mainFile);
    if (isRecord(genesis)) launch = createLaunch(genesis, roster, findings, textAt);
    if (mainFile !== undefined)
      main = walkLog(mainFile, findings, (body, previous) => {
        launch?.see(body, previous);
        attached.see(body);
      });
  }
  const logs = [main, install].filter((log) => log !== null);
  if (main !== null && install !== null) {
    const differs =
      ["install_id", "install_key"].some((key) => main.genesis[key] !== install.genesis[key]) || main.genesis.install !== install.id;
    if (differs) findings.problem("install-differs", "The log and the install log are of different installations.");
    index?.finish(main);
  }
  const inInstall = reviews?.finish();
  if (isInstall) launch = reviews;
  const told = (isInstall ? inInstall : launch?.finish()) ?? {
    counts: { total: 0, valid: 0, stale: 0, withdrawn: 0 },
    stale: [],
    lastAnchor: -1,
  };
  const checkpoints = checkCheckpoints(files, logs, main?.genesis.install_key ?? "", findings);
  if (main !== null) main.anchored = Math.max(main.anchored, told.lastAnchor);
  if (install !== null) install.anchored = Math.max(install.anchored, inInstall?.lastAnchor ?? -1);
  const used = checkAttached(files, listed, attached, findings);
  const ofRoster = [...roster.envelopes, ...(reviews?.envelopes ?? [])].sort((a, b) => a.seq - b.seq);
  checkDerived(files, main, install ?? main, roster, { main: isInstall ? [] : (launch?.envelopes ?? []), install: ofRoster }, findings);
  checkKnown(files, used, findings);
  checkManifest(files, hashes, main, install, findings);
  const counts = {
    events: main?.events ?? 0,
    signatures: told.counts.total,
    recordings: attached.recordings.size,
    payloads: attached.payloads.length,
    checkpoints,
  };
  checkBagInfo(files, counts, main, findings);
  if (stamp !== null && main !== null && !sameStamp(stamp, main.at))
    findings.problem("zip-time", "The zip's times are not those of the head's event.");
  const originProved = checkOrigin(options, logs, main, launch, findings);
  const unanchored = logs
    .map((log) => ({ log: log.id, from: log.anchored + 1, to: log.seq }))
    .filter((one) => one.from <= one.to && one.to > 0);
  const { problems, warnings } = findings;
  const open = unanchored.reduce((sum, one) => sum + one.to - Math.max(one.from, 1) + 1, 0);
  return {
    verdict: problems.length > 0 ? "NOT VERIFIED" : open > 0 ? "OPEN" : warnings.length > 0 ? "VERIFIED WITH WARNINGS" : "VERIFIED",
    sourceKind: "bundle",
    ...(launch?.marks() ?? { rehearsals: [], isRehearsal: false }),
    logs: logs.length,
    events: logs.reduce((sum, log) => sum + log.events, 0),
    recordings: attached.recordings.size,
    checkpoints,
    signatures: told.counts,
    stale: told.stale,
    fingerprint: main === null ? null : fingerprintOf(main.head),
    problems,
    warnings,
    unanchored: open,
    tails: unanchored,
    notProved: [
      ...NOT_PROVED,
      ...(index === null || isInstall
        ? []
        : [
            `anything about the ${Math.max(0, index.opened.length - 1)} other logs that the install log names: they are not in this bundle`,
          ]),
      ...(originProved ? [] : ["where the record comes from: nothing from outside was given to compare it with"]),
    ],
  };
}

const sameStamp = ({ time, date }, at) => {
  const d = new Date(at);
  return (
    date === ((d.getUTCFullYear() - 1980) << 9) + ((d.getUTCMonth() + 1) << 5) + d.getUTCDate() &&
    time === (d.getUTCHours() << 11) + (d.getUTCMinutes() << 5) + (d.getUTCSeconds() >> 1)
  );
};

/** Files that only repeat what the logs say must repeat exactly that. */
function checkDerived(files, main, install, roster, envelopes, findings) {
  const extracted = [
    ...envelopes.main.map((one) => ({ log: main?.id, ...one })),
    ...envelopes.install.map((one) => ({ log: install?.id, ...one })),
  ];
  const wanted = { "data/signatures.ndjson": "" };
  try {
    wanted["data/signatures.ndjson"] = extracted
      .map(({ log, seq, envelope }) => `${canonical({ envelope, log: log ?? "", seq })}\n`)
      .join("");
    if (install !== null) Object.assign(wanted, roster.files());
  } catch {
    findings.problem("roster-malformed", "The roster says something that cannot be written again.");
  }
  for (const [path, text] of Object.entries(wanted)) {
    const file = files.get(path);
    if (file === undefined) findings.problem("copy-differs", `${path} is missing.`);
    else if (!wholeOf(file).equals(Buffer.from(text))) findings.problem("copy-differs", `${path} does not say what the logs say.`);
  }
}

const FIXED = new Set([
  "bagit.txt",
  "bag-info.txt",
  "VERIFY.md",
  "verify.mjs",
  "verify.py",
  BAG_MANIFEST,
  TAG_MANIFEST,
  SIGNED,
  "data/events.ndjson",
  "data/install.ndjson",
  "data/signatures.ndjson",
  "data/checkpoints.ndjson",
  "data/keys.json",
  "data/roster.json",
  "data/files.json",
]);
function checkKnown(files, used, findings) {
  for (const path of files.keys())
    if (!FIXED.has(path) && !used.has(path) && !path.startsWith("data/reports/"))
      findings.problem("file-unknown", `${path} is nothing that a log names.`);
}

function checkOrigin(options, logs, main, launch, findings) {
  let proved = false;
  if (options.fingerprint !== undefined) {
    const wanted = plainFingerprint(options.fingerprint);
    const found =
      wanted === null
        ? []
        : logs.flatMap((log) => log.hashes.flatMap((hash, seq) => (fingerprintOf(hash) === wanted ? [{ log, seq }] : [])));
    if (found.length === 0)
      findings.problem(
        "fingerprint-not-found",
        `The fingerprint ${options.fingerprint} is of no event here: it is another record, or it was rewritten.`,
      );
    else {
      proved = true;
      const { log, seq } = found[0];
      if (log !== main) findings.warning("origin-of-one-log", `The fingerprint proves ${log.id}, not the log of this bundle.`, log.id, seq);
      else if (log.seq > seq)
        findings.warning(
          "after-the-fingerprint",
          `${log.seq - seq} events came after the fingerprint given; it does not vouch for them.`,
          log.id,
          seq,
        );
    }
  }
  if (options.roster !== undefined) proved = checkRoster(options.roster, main, launch, findings) || proved;
  if (!proved)
    findings.warning(
      "origin-not-proved",
      "Consistent in itself at most; origin not proved: anybody can make up an installation. Give a fingerprint (--fingerprint) or a roster (--roster) from outside.",
    );
  return proved;
}
function checkRoster(bytes, main, launch, findings) {
  const value = strict(bytes.at(-1) === 10 ? bytes.subarray(0, -1) : bytes);
  const fits =
    isRecord(value) &&
    isText(value.install_key) &&
    Array.isArray(value.people) &&
    value.people.every((one) => isRecord(one) && isText(one.id) && Array.isArray(one.keys));
  if (!fits)
    return void findings.problem("roster-unreadable", "The roster given is not a roster.json of a Holdpoint installation.") ?? false;
  if (value.install_key !== main?.genesis.install_key) {
    findings.problem("origin-differs", "The record is of another installation than the roster given.");
    return false;
  }
  const known = new Map(value.people.flatMap((one) => one.keys.map((key) => [key?.key_id, one.id])));
  for (const one of launch?.signatures.values() ?? [])
    if (known.get(one.key) !== one.op)
      findings.problem(
        "signer-not-in-roster",
        `${one.op}, who signed event ${one.seq}, is not in the roster given with that key.`,
        main.id,
        one.seq,
      );
  return true;
}

// ── the command ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const EXIT = { VERIFIED: 0, "NOT VERIFIED": 1, "VERIFIED WITH WARNINGS": 2, OPEN: 2 };
const CANNOT_READ = 3;

// Text from a stranger's file goes to a terminal: nothing in it may move the cursor or turn the writing round.
const plain = (text) => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "?");

/** The report in words, one line each; the verdict is the last. */
export function wordsOf(report) {
  const at = (one) => (one.log === null ? "" : ` (${one.log}${one.seq === null ? "" : ` event ${one.seq}`})`);
  const { signatures: s } = report;
  // A record of rehearsals alone says so in every line; among live runs each rehearsal is named.
  const mark = report.isRehearsal ? "REHEARSAL " : "";
  return [
    ...(report.isRehearsal ? [] : report.rehearsals.map((run) => `REHEARSAL ${run}: this run was a rehearsal`)),
    ...report.problems.map((one) => `problem ${one.code}${at(one)}: ${one.message}`),
    ...report.warnings.map((one) => `warning ${one.code}${at(one)}: ${one.message}`),
    ...report.stale.map((one) => `stale: signature ${one.id} of ${one.signer} (event ${one.seq}), since event ${one.since}`),
    ...report.tails.map(
      (one) => `not anchored: events ${Math.max(one.from, 1)} to ${one.to} of ${one.log} are protected by the chain alone`,
    ),
    ...report.notProved.map((one) => `not proved: ${one}`),
    `${report.logs} logs, ${report.events} events, ${report.recordings} recordings, ${report.checkpoints} checkpoints, ${s.total} signatures (${s.valid} valid, ${s.stale} stale, ${s.withdrawn} withdrawn), fingerprint ${report.fingerprint ?? "none"}`,
    report.verdict,
  ].map((line) => plain(`${mark}${line}`));
}

function main(given) {
  const options = {};
  const paths = [];
  let isJson = false;
  const rest = [...given];
  const usage = (why) => {
    process.stderr.write(`${why}\nusage: node verify.mjs BUNDLE [--fingerprint F] [--roster FILE] [--json]\n`);
    return CANNOT_READ;
  };
  try {
    while (rest.length > 0) {
      const one = rest.shift();
      if (one === "--json") isJson = true;
      else if (one === "--fingerprint" && rest.length > 0) options.fingerprint = rest.shift();
      else if (one === "--roster" && rest.length > 0) options.roster = readFileSync(rest.shift());
      else if (one.startsWith("--")) return usage(`unknown: ${one}`);
      else paths.push(one);
    }
    if (paths.length !== 1) return usage("name one bundle: the zip, or . inside the unpacked folder");
    const report = verifyBundle(paths[0], options);
    process.stdout.write(isJson ? `${JSON.stringify(report)}\n` : `${wordsOf(report).join("\n")}\n`);
    return EXIT[report.verdict];
  } catch (error) {
    if (!(error instanceof CannotRead) && error?.code === undefined) throw error;
    process.stderr.write(`cannot read: ${plain(error.message)}\n`);
    return CANNOT_READ;
  }
}

/**
 * Under whatever name it is kept: a verifier that was renamed and then said nothing would look like one that found nothing.
 * Packed into a larger program, whose beginning is another, it starts nothing.
 */
const isThisFileAlone = () =>
  readFileSync(fileURLToPath(import.meta.url), "utf8")
    .slice(0, 200)
    .includes("// Verifies a Holdpoint bundle");
const isStarted = () => {
  try {
    return (
      process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url)) && isThisFileAlone()
    );
  } catch {
    return false;
  }
};
if (isStarted()) process.exitCode = main(process.argv.slice(2));
