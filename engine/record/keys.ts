// The installation's own Ed25519 key, which signs checkpoints and exports without a person.
// Owns: the file `install.key` (0600) beside the database, never inside it, so that a backup carries no private key.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { keyIdOf, type SigningKey } from "./chain.ts";
import { writePrivate } from "./files.ts";

/** The raw 32 public bytes of an Ed25519 key, in hex. */
export const publicHex = (key: KeyObject): string =>
  Buffer.from((key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" }).x!, "base64url").toString("hex");

export const asSigningKey = (privateKey: KeyObject): SigningKey => {
  const publicKey = publicHex(privateKey);
  return { keyId: keyIdOf(publicKey), publicKey, privateKey };
};

export function makeInstallKey(path: string): SigningKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  writePrivate(path, privateKey.export({ format: "pem", type: "pkcs8" }));
  return asSigningKey(privateKey);
}

/** The key at `path`; null where there is none or it cannot be read as an Ed25519 key. */
export function readInstallKey(path: string): SigningKey | null {
  if (!existsSync(path)) return null;
  try {
    const key = createPrivateKey(readFileSync(path));
    return key.asymmetricKeyType === "ed25519" ? asSigningKey(key) : null;
  } catch {
    return null; // a damaged key is as good as none; the store says so on screen
  }
}
