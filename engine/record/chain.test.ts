import { createHash, generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import {
  envelopeProblem,
  eventHash,
  fingerprintOf,
  genesisHash,
  payloadCommitment,
  preAuthEncoding,
  readFingerprint,
  signEnvelope,
} from "./chain.ts";
import { asSigningKey } from "./keys.ts";

const sha256 = (...parts: (string | Buffer)[]): string => {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
};

it("hashes exactly domain, previous raw bytes, body", () => {
  const h0 = genesisHash(Buffer.from("{}"));
  expect(h0.toString("hex")).toBe(sha256("holdpoint/genesis/v1\0", "{}"));
  expect(eventHash(h0, Buffer.from("x")).toString("hex")).toBe(sha256("holdpoint/event/v1\0", h0, "x"));
  const salt = Buffer.alloc(32, 7);
  expect(payloadCommitment(salt, Buffer.from("x"))).toBe(sha256("holdpoint/payload/v1\0", salt, "x"));
});

it("does not take a hash as text for its bytes", () => {
  expect(() => eventHash(Buffer.from("a".repeat(64)), Buffer.from("x"))).toThrow(/32 raw bytes/);
  expect(() => payloadCommitment(Buffer.alloc(31), Buffer.from("x"))).toThrow(/32 bytes/);
});

it("shows the first 100 bits of a hash, and reads them as people type them", () => {
  expect(fingerprintOf("0".repeat(64))).toBe("0000 0000 0000 0000 0000");
  expect(fingerprintOf("f".repeat(64))).toBe("ZZZZ ZZZZ ZZZZ ZZZZ ZZZZ");
  expect(fingerprintOf(`08864298e84a96c6b9f0eaf3${"0".repeat(40)}`)).toBe("1234 5678 9ABC DEFG XBSG");
  expect(fingerprintOf(`${"f".repeat(25)}0${"0".repeat(38)}`)).toBe("ZZZZ ZZZZ ZZZZ ZZZZ ZZZZ");
  expect(fingerprintOf(`${"f".repeat(24)}e${"0".repeat(39)}`)).toBe("ZZZZ ZZZZ ZZZZ ZZZZ ZZZY");
  expect(readFingerprint("7xd2-m0kv q9tb4e1rc6hn")).toBe("7XD2 M0KV Q9TB 4E1R C6HN");
  expect(readFingerprint("oil2 m0kv q9tb 4e1r c6hn")).toBe("0112 M0KV Q9TB 4E1R C6HN");
  expect(readFingerprint("7XD2 M0KV Q9TB 4E1R C6H")).toBeNull();
  expect(readFingerprint("7XD2 M0KV Q9TB 4E1R C6HU")).toBeNull();
});

it("encodes before signing as DSSE says", () => {
  // The example of the DSSE specification (protocol.md).
  expect(preAuthEncoding("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe(
    "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
  );
});

it("finds any bit of a signature changed, another type, another key, a second signature", () => {
  const key = asSigningKey(generateKeyPairSync("ed25519").privateKey);
  const other = asSigningKey(generateKeyPairSync("ed25519").privateKey);
  const envelope = signEnvelope("t", { a: 1 }, key);
  expect(envelopeProblem(envelope, "t", key.publicKey)).toBeNull();
  const [{ sig, keyid }] = envelope.signatures as [{ sig: string; keyid: string }];
  for (let bit = 0; bit < 512; bit++) {
    const bytes = Buffer.from(sig, "hex");
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    expect(envelopeProblem({ ...envelope, signatures: [{ keyid, sig: bytes.toString("hex") }] }, "t", key.publicKey), `bit ${bit}`).toMatch(
      /does not fit/,
    );
  }
  expect(envelopeProblem({ ...envelope, payload: { a: 2 } }, "t", key.publicKey)).toMatch(/does not fit/);
  expect(envelopeProblem(envelope, "u", key.publicKey)).toMatch(/type/);
  expect(envelopeProblem(envelope, "t", other.publicKey)).toMatch(/another key/);
  expect(envelopeProblem({ ...envelope, signatures: [...envelope.signatures, ...envelope.signatures] }, "t", key.publicKey)).toMatch(
    /exactly one/,
  );
  expect(envelopeProblem({ ...envelope, signatures: [] }, "t", key.publicKey)).toMatch(/exactly one/);
  expect(envelopeProblem({ ...envelope, more: 1 }, "t", key.publicKey)).toMatch(/not a signed statement/);
  expect(envelopeProblem(null, "t", key.publicKey)).toMatch(/not a signed statement/);
});
