import { createHash, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { preAuthEncoding, publicKeyOf } from "../record/chain.ts";
import { jcs, verifyEventsBytes } from "../record/index.ts";
import { DANA, mustOpen, temporaryHome, testPorts } from "../record/testing.ts";
import { exportLog } from "./index.ts";
import { appendTwelve } from "./testing.ts";

/** HOLDPOINT_MUTATIONS=all tries every byte with all 255 others, a number so many of them; by default one of every third byte, and the likely ones. */
const GIVEN = process.env["HOLDPOINT_MUTATIONS"] ?? "1";
const ALL = GIVEN === "all";
const SAMPLE_PER_BYTE = Number(ALL ? 255 : GIVEN);
const EVERY_PLACE = SAMPLE_PER_BYTE === 1 ? 3 : 1;
/** The control need not see every mutant of a long run; one in so many shows that it can fail. */
const CONTROL_EVERY = SAMPLE_PER_BYTE > 4 ? 16 : 1;

let bytes: Buffer;
let remove: () => void;
beforeAll(async () => {
  const { home, remove: clean } = temporaryHome();
  remove = clean;
  const ports = testPorts();
  const store = mustOpen(home, ports);
  const log = appendTwelve(store, ports);
  await exportLog(store, log, { format: "json", out: join(home, "out"), recordingsDir: join(home, "recordings"), actor: DANA });
  store.close();
  bytes = readFileSync(join(home, "out", "events.ndjson"));
});
afterAll(() => remove());

const accepts = (mutant: Buffer): boolean => verifyEventsBytes(mutant).problems.length === 0;

/** Values for a place: all others, or a sample that always has those that a lenient reader might forgive. */
function* others(original: number, place: number): Generator<number> {
  if (ALL) {
    for (let value = 0; value < 256; value++) if (value !== original) yield value;
    return;
  }
  const letter = (original | 0x20) >= 0x61 && (original | 0x20) <= 0x7a;
  const likely = letter ? [original ^ 0x20] : original === 0x0a ? [0x20, 0x09, 0x0d] : [];
  yield* likely;
  for (let i = 0; i < SAMPLE_PER_BYTE; i++) {
    // 104,729 and 255 share no factor, so that the values of one place differ.
    const value = (original + 1 + ((place * 7919 + i * 104729) % 255)) % 256;
    if (!likely.includes(value)) yield value;
  }
}

/**
 * What a verifier would be that reads JSON as most programs do: blanks trimmed, hashes taken over what was parsed, hex read
 * without regard to case. It checks the same chain, count, head and signature. It is the control: it must accept some.
 */
function lenientAccepts(mutant: Buffer): boolean {
  try {
    const lines = mutant
      .toString("utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as never);
    const sha = (domain: string, ...parts: (string | Buffer)[]) =>
      parts.reduce((digest, part) => digest.update(part), createHash("sha256").update(domain)).digest();
    const genesis = lines[0] as unknown as { install_key: string };
    const closing = lines.at(-1) as unknown as {
      payload: { head: string; events: number };
      payloadType: string;
      signatures: { sig: string }[];
    };
    let hash = sha("holdpoint/genesis/v1\0", jcs(genesis));
    for (const body of lines.slice(1, -1) as unknown as { prev: string }[]) {
      if (body.prev !== hash.toString("hex")) return false;
      hash = sha("holdpoint/event/v1\0", hash, jcs(body));
    }
    const signed = preAuthEncoding(closing.payloadType, Buffer.from(jcs(closing.payload)));
    const fits = verify(null, signed, publicKeyOf(genesis.install_key)!, Buffer.from(closing.signatures[0]!.sig, "hex"));
    return fits && closing.payload.head === hash.toString("hex") && closing.payload.events === lines.length - 2;
  } catch {
    return false;
  }
}

describe("an exported events file of twelve events", { timeout: 7_200_000 }, () => {
  it("verifies as it is, also for the lenient reader", () => {
    expect(bytes.toString("utf8").trimEnd().split("\n")).toHaveLength(14);
    expect(accepts(bytes)).toBe(true);
    expect(lenientAccepts(bytes)).toBe(true);
  });

  it(`does not verify with any byte changed (${ALL ? "all values" : `${GIVEN} values each, and the likely ones`}), while a lenient reader accepts some of them`, () => {
    let tried = 0;
    let lenient = 0;
    const accepted: string[] = [];
    const mutant = Buffer.from(bytes);
    for (let place = 0; place < bytes.length; place += EVERY_PLACE) {
      for (const value of others(bytes[place]!, place)) {
        mutant[place] = value;
        tried += 1;
        if (accepts(mutant)) accepted.push(`byte ${place}: ${bytes[place]} → ${value}`);
        if (tried % CONTROL_EVERY === 0 && lenientAccepts(mutant)) lenient += 1;
      }
      mutant[place] = bytes[place]!;
    }
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThan(bytes.length / EVERY_PLACE);
    expect(lenient, "the control: these mutants can be told from harmless ones only by a strict reader").toBeGreaterThan(
      20 / CONTROL_EVERY,
    );
    process.stdout.write(`mutation: ${tried} substitutions in ${bytes.length} bytes, 0 accepted; lenient control accepted ${lenient}\n`);
  });

  it("does not verify with a byte removed, put in, or the end cut off, at any place", () => {
    const accepted: string[] = [];
    const step = ALL ? 1 : SAMPLE_PER_BYTE > 1 ? 5 : 23;
    for (let place = 0; place < bytes.length; place += step) {
      const before = bytes.subarray(0, place);
      if (accepts(before)) accepted.push(`cut at ${place}`);
      if (accepts(Buffer.concat([before, bytes.subarray(place + 1)]))) accepted.push(`removed ${place}`);
      for (const value of ALL
        ? [0x20, 0x0a, 0x0d, 0x09, 0x00, 0x30, 0x22, 0x2c, 0x5c, bytes[place]!]
        : [[0x20, 0x0a, 0x0d, bytes[place]!][place % 4]!])
        if (accepts(Buffer.concat([before, Buffer.from([value]), bytes.subarray(place)]))) accepted.push(`put ${value} in at ${place}`);
    }
    for (const tail of ["\n", " ", "\r\n", "\0", "{}\n", "\ufeff"])
      if (accepts(Buffer.concat([bytes, Buffer.from(tail)]))) accepted.push(`after the end: ${JSON.stringify(tail)}`);
    if (accepts(Buffer.concat([Buffer.from("\ufeff"), bytes]))) accepted.push("a byte order mark");
    expect(accepted).toEqual([]);
  });

  it("does not verify with lines removed, doubled, swapped or taken from another place", () => {
    const lines = bytes.toString("utf8").trimEnd().split("\n");
    const accepted: string[] = [];
    const tryLines = (what: string, changed: string[]) => {
      if (changed.join("\n") !== lines.join("\n") && accepts(Buffer.from(`${changed.join("\n")}\n`))) accepted.push(what);
    };
    for (let i = 0; i < lines.length; i++) {
      tryLines(`line ${i} removed`, lines.toSpliced(i, 1));
      tryLines(`line ${i} empty`, lines.with(i, ""));
      for (let j = 0; j < lines.length; j++) {
        tryLines(`line ${i} doubled at ${j}`, lines.toSpliced(j, 0, lines[i]!));
        tryLines(`lines ${i} and ${j} swapped`, lines.with(i, lines[j]!).with(j, lines[i]!));
        tryLines(`lines ${i} to ${j} removed`, lines.toSpliced(i, Math.max(0, j - i)));
      }
    }
    expect(accepted).toEqual([]);
  });
});
