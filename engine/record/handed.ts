// Bytes that people hand over: pictures, files, reports. Owns: their limits and which media type they are kept as.
// The type is read from the bytes, never believed: what is shown as a picture is one.
import { fail, ok, type Result } from "../protocol/index.ts";

/** Payload limit of the issue: 20 MB, in bytes. */
export const MOST_BYTES = 20 << 20;

export function bytesOf(base64: string | undefined): Result<Uint8Array> {
  if (base64 === undefined || base64 === "") return fail("invalid-params", "The file is empty, or did not arrive.");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64) || base64.length % 4 !== 0)
    return fail("invalid-params", "The file did not arrive whole (it is not base64).");
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length > MOST_BYTES)
    return fail("invalid-params", `The file has ${bytes.length} bytes; up to ${MOST_BYTES} are kept. Link to it instead.`);
  return ok(bytes);
}

/** PNG, JPEG, GIF or WebP by their first bytes; null for anything else, SVG included: it can carry scripts. */
export function pictureType(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("GIF87a") || head.startsWith("GIF89a")) return "image/gif";
  if (head.startsWith("RIFF") && head.slice(8, 12) === "WEBP") return "image/webp";
  return null;
}

const PLAIN = new Set([
  "text/plain",
  "text/csv",
  "text/markdown",
  "application/json",
  "application/pdf",
  "application/xml",
  "text/xml",
  "application/zip",
]);

export function mediaTypeOf(bytes: Uint8Array, claimed: string | undefined): string {
  const picture = pictureType(bytes);
  if (picture !== null) return picture;
  const said = claimed?.toLowerCase().split(";")[0]?.trim() ?? "";
  return PLAIN.has(said) ? said : "application/octet-stream";
}
