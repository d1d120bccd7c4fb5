// A person's signing key, wrapped under the password. Owns: scrypt, AES-256-GCM, Ed25519 key pairs.
// There is no stored password hash: a password is right when it unwraps the key, so no signature can exist without it.
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  scrypt,
} from "node:crypto";
import { fail, ok, type Result } from "../protocol/index.ts";

/** RECORDS.md: N=2^17, r=8, p=1 (OWASP's first choice for scrypt); about 128 MiB and a third of a second per try. */
export const KDF = { name: "scrypt", n: 2 ** 17, r: 8, p: 1 } as const;
/** 128·N·r bytes exactly is refused by OpenSSL, which counts its own overhead in. */
const MAXMEM_BYTES = 256 * 1024 * 1024;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export type Wrapped = { kdf: string; salt: Buffer; nonce: Buffer; wrappedKey: Buffer; publicKey: string };

/** The same password typed on two systems may be composed differently; NFC makes it one (RFC 8265, 4.2.2). */
function derive(password: string, salt: Uint8Array, kdf: { n: number; r: number; p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { N: kdf.n, r: kdf.r, p: kdf.p, maxmem: MAXMEM_BYTES };
    scrypt(password.normalize("NFC"), salt, 32, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

const publicHexOf = (key: KeyObject): string =>
  Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url").toString("hex");

/** Binds a wrapped key to its owner and its public half: swapped between rows, it does not open. */
const aad = (operatorId: string, publicKey: string): Buffer =>
  Buffer.from(`holdpoint/operator-key/v1\0${operatorId}\0${publicKey}`, "utf8");

/** A new Ed25519 key for this person, open for its first signature, and wrapped under the password. Costs one scrypt. */
export async function makeKey(
  operatorId: string,
  password: string,
  random: (bytes: number) => Uint8Array,
): Promise<{ privateKey: KeyObject; wrapped: Wrapped }> {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { privateKey, wrapped: await wrapKey(operatorId, privateKey, password, random) };
}

/** The same where nothing is signed with it yet. */
export const makeWrappedKey = async (operatorId: string, password: string, random: (bytes: number) => Uint8Array): Promise<Wrapped> =>
  (await makeKey(operatorId, password, random)).wrapped;

/** Wraps a key that exists, with a new salt and nonce: a changed password leaves key and key id as they were. */
export async function wrapKey(
  operatorId: string,
  privateKey: KeyObject,
  password: string,
  random: (bytes: number) => Uint8Array,
): Promise<Wrapped> {
  const publicKey = publicHexOf(privateKey);
  const salt = Buffer.from(random(SALT_BYTES));
  const nonce = Buffer.from(random(NONCE_BYTES));
  const wrapping = await derive(password, salt, KDF);
  const cipher = createCipheriv("aes-256-gcm", wrapping, nonce).setAAD(aad(operatorId, publicKey));
  const plain = privateKey.export({ format: "der", type: "pkcs8" });
  const wrappedKey = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  plain.fill(0);
  wrapping.fill(0);
  return { kdf: JSON.stringify(KDF), salt, nonce, wrappedKey, publicKey };
}

/** The private key, or `wrong-password`; `record-damaged` where the row's parameters are not ours. */
export async function openKey(operatorId: string, password: string, wrapped: Wrapped): Promise<Result<KeyObject>> {
  const kdf = readKdf(wrapped.kdf);
  if (kdf === null)
    return fail("record-damaged", `The key of ${operatorId} is kept in a way this Holdpoint does not know (${wrapped.kdf}).`);
  const wrapping = await derive(password, wrapped.salt, kdf);
  try {
    const decipher = createDecipheriv("aes-256-gcm", wrapping, wrapped.nonce, { authTagLength: TAG_BYTES })
      .setAAD(aad(operatorId, wrapped.publicKey))
      .setAuthTag(wrapped.wrappedKey.subarray(-TAG_BYTES));
    const plain = Buffer.concat([decipher.update(wrapped.wrappedKey.subarray(0, -TAG_BYTES)), decipher.final()]);
    const key = createPrivateKey({ key: plain, format: "der", type: "pkcs8" });
    plain.fill(0);
    return publicHexOf(key) === wrapped.publicKey ? ok(key) : fail("record-damaged", `The key of ${operatorId} is not the enrolled one.`);
  } catch {
    // GCM's tag did not fit: a wrong password and a changed row look the same, and neither opens anything.
    return fail("wrong-password", "Id or password is wrong.");
  } finally {
    wrapping.fill(0);
  }
}

/** Costs what openKey costs, for ids that do not exist: the time must not tell which ids do. */
export async function pretendToOpen(password: string): Promise<void> {
  await derive(password, Buffer.alloc(SALT_BYTES), KDF);
}

/** Only parameters at least as strong as ours, and bounded, are honoured: a row must not choose a weak or an endless one. */
function readKdf(text: string): { n: number; r: number; p: number } | null {
  try {
    const { name, n, r, p } = JSON.parse(text) as Record<string, unknown>;
    return name === "scrypt" && n === KDF.n && r === KDF.r && p === KDF.p ? { n, r, p } : null;
  } catch {
    return null; // not JSON
  }
}
