// When credentials end, as far as they say so.
// Owns: reading it out of certificates, JWTs and exec credentials. Checks no signature: the server does.
import { X509Certificate } from "node:crypto";
import { type Connection, tokenOf } from "./connection.ts";

/** The earliest end of what this connection authenticates with, ISO 8601 UTC; null where nothing says. */
export function credentialExpiry(connection: Connection): string | null {
  const { user } = connection.config.users[0];
  const ends = [certificateEnd(user["client-certificate-data"]), jwtEnd(tokenOf(connection.config) ?? ""), connection.execExpiresAt].filter(
    (end) => end !== null,
  );
  return ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
}

function certificateEnd(data: string | undefined): number | null {
  if (!data) return null;
  try {
    return new X509Certificate(Buffer.from(data, "base64")).validToDate.getTime();
  } catch {
    return null; // not a certificate; using it fails with words of its own
  }
}

/** `exp` of a JWT, milliseconds since 1970; null for any other token. */
export function jwtEnd(token: string): number | null {
  const [, payload, signature] = token.split(".");
  if (!payload || signature === undefined) return null;
  try {
    const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as { exp?: unknown };
    return typeof exp === "number" && Number.isFinite(exp) && exp > 0 ? Math.min(exp * 1000, 8.64e15) : null;
  } catch {
    return null; // dots in an opaque token
  }
}
