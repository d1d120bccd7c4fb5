// The chain's arithmetic. Every hash is SHA-256 over domain ‖ parts; h(n-1) goes in as its 32 RAW BYTES, never as hex text.
// Owns: hashes, fingerprint, the DSSE pre-authentication encoding, Ed25519 over it.
// Does not know files, databases or clocks.
import { createHash, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import type { CanonicalValue } from "../protocol/index.ts";
import { jcs } from "./jcs.ts";

const GENESIS = Buffer.from("holdpoint/genesis/v1\0", "utf8");
const EVENT = Buffer.from("holdpoint/event/v1\0", "utf8");
const PAYLOAD = Buffer.from("holdpoint/payload/v1\0", "utf8");

/** Bytes of salt before a payload: without it, a short payload could be guessed from its commitment after erasure. */
export const SALT_BYTES = 32;

/** h0 = SHA256("holdpoint/genesis/v1\0" ‖ JCS(genesis)), given the canonical bytes. */
export const genesisHash = (line: Uint8Array): Buffer => hash("sha256", Buffer.concat([GENESIS, line]), "buffer");

/** hn = SHA256("holdpoint/event/v1\0" ‖ raw 32 bytes of h(n-1) ‖ body bytes). */
export function eventHash(previous: Uint8Array, body: Uint8Array): Buffer {
  if (previous.length !== 32) throw new Error(`h(n-1) must be 32 raw bytes, got ${previous.length}`);
  return hash("sha256", Buffer.concat([EVENT, previous, body]), "buffer");
}

/** pc = SHA256("holdpoint/payload/v1\0" ‖ salt32 ‖ bytes): binds a payload that can be erased later while the chain holds. */
export function payloadCommitment(salt: Uint8Array, bytes: Uint8Array): string {
  if (salt.length !== SALT_BYTES) throw new Error(`a payload's salt is ${SALT_BYTES} bytes, got ${salt.length}`);
  return createHash("sha256").update(PAYLOAD).update(salt).update(bytes).digest("hex");
}

export const sha256Hex = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The first 100 bits of a hash (hex) as 20 Crockford base32 characters in groups of four, to be read out or printed. */
export function fingerprintOf(hashHex: string): string {
  let bits = BigInt(`0x${hashHex.slice(0, 26)}`) >> 4n; // 26 hex digits are 104 bits; the first 100 are wanted
  let out = "";
  for (let i = 0; i < 20; i++) {
    out = CROCKFORD[Number(bits & 31n)]! + (i > 0 && i % 4 === 0 ? " " : "") + out;
    bits >>= 5n;
  }
  return out;
}

/** A fingerprint as people type it: case, spaces and dashes do not matter, O is 0, I and L are 1. Null where it is none. */
export function readFingerprint(text: string): string | null {
  const plain = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (!/^[0-9A-HJKMNP-TV-Z]{20}$/.test(plain)) return null;
  return plain.match(/.{4}/g)!.join(" ");
}

/** DSSE v1 pre-authentication encoding: what is signed names its own type and lengths, so that no signature fits elsewhere. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, "utf8");
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/** A signed statement. The payload stays readable; what is signed is the DSSE encoding of its canonical bytes. */
export type Envelope = {
  payload: { [key: string]: CanonicalValue };
  payloadType: string;
  signatures: { keyid: string; sig: string }[];
};

export type SigningKey = { keyId: string; publicKey: string; privateKey: KeyObject };

/** A key is named by the SHA-256 of its raw 32 public bytes, in hex. */
export const keyIdOf = (publicKeyHex: string): string => sha256Hex(Buffer.from(publicKeyHex, "hex"));

export function signEnvelope(payloadType: string, payload: { [key: string]: CanonicalValue }, key: SigningKey): Envelope {
  const sig = sign(null, preAuthEncoding(payloadType, Buffer.from(jcs(payload))), key.privateKey).toString("hex");
  return { payload, payloadType, signatures: [{ keyid: key.keyId, sig }] };
}

// Ed25519 public keys in SubjectPublicKeyInfo differ only in their last 32 bytes (RFC 8410).
const SPKI_PREFIX = Buffer.from("302a300506032b6570032100", "hex");
const keys = new Map<string, KeyObject>();

/** Public key (64 hex digits) as a key object; null where it is none. Remembered, since every line of a file uses the same. */
export function publicKeyOf(hex: string): KeyObject | null {
  if (!/^[0-9a-f]{64}$/.test(hex)) return null;
  let key = keys.get(hex);
  if (key === undefined) {
    key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, Buffer.from(hex, "hex")]), format: "der", type: "spki" });
    if (keys.size > 100) keys.clear();
    keys.set(hex, key);
  }
  return key;
}

/** Checks an envelope's shape, type and its one signature by `publicKeyHex`. Returns what is wrong, or null. */
export function envelopeProblem(envelope: unknown, payloadType: string, publicKeyHex: string): string | null {
  if (!isEnvelope(envelope)) return "it is not a signed statement";
  if (envelope.payloadType !== payloadType) return `its type is ${envelope.payloadType}, not ${payloadType}`;
  const [signature, ...more] = envelope.signatures;
  if (signature === undefined || more.length > 0) return "it does not carry exactly one signature";
  if (signature.keyid !== keyIdOf(publicKeyHex)) return "it is signed by another key than this installation's";
  const key = publicKeyOf(publicKeyHex);
  if (key === null || !/^[0-9a-f]{128}$/.test(signature.sig)) return "its signature or key is not Ed25519";
  const signed = preAuthEncoding(payloadType, Buffer.from(jcs(envelope.payload)));
  return verify(null, signed, key, Buffer.from(signature.sig, "hex")) ? null : "its signature does not fit its text";
}

function isEnvelope(value: unknown): value is Envelope {
  if (typeof value !== "object" || value === null || Object.keys(value).sort().join() !== "payload,payloadType,signatures") return false;
  const { payload, payloadType, signatures } = value as Record<string, unknown>;
  if (typeof payload !== "object" || payload === null || Array.isArray(payload) || typeof payloadType !== "string") return false;
  return (
    Array.isArray(signatures) &&
    signatures.every(
      (s: unknown) =>
        typeof s === "object" &&
        s !== null &&
        Object.keys(s).sort().join() === "keyid,sig" &&
        typeof (s as { keyid: unknown }).keyid === "string" &&
        typeof (s as { sig: unknown }).sig === "string",
    )
  );
}
