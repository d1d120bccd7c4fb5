// Files and pictures that a person hands to a check or to transcribed work. Owns: what is taken, and how it stands in an event.
// Limits and media types are the record room's; the bytes are a payload of the event, bound by their hash.
import { createHash } from "node:crypto";
import { type AttachedPayload, type CanonicalValue, fail, type HandedFile, ok, type Result } from "../protocol/index.ts";
import { bytesOf, mediaTypeOf, type NewPayload, pictureType } from "../record/index.ts";
import type { LiveRun } from "./deps.ts";
import { type Data, numberOrNull, text } from "./fold-data.ts";

/** Name of the payload in its event. */
export const ATTACHMENT = "attachment";

export type Attached = { data: Record<string, CanonicalValue>; payloads: NewPayload[] };

/** Text that holds a known secret is refused: a payload is stored as it is, and nothing is masked in it. */
export function attachedFile(live: LiveRun, where: string, kind: "file" | "picture", file: HandedFile): Result<Attached> {
  const read = bytesOf(file.base64);
  if (!read.ok) return fail(read.error.code, `${where}: ${read.error.message}`);
  const bytes = read.value;
  if (kind === "picture" && pictureType(bytes) === null)
    return fail("invalid-params", `${where}: “${file.name}” is no picture (PNG, JPEG, GIF or WebP, told by its bytes).`);
  const mediaType = mediaTypeOf(bytes, file.mediaType);
  if (!mediaType.startsWith("image/")) {
    const plain = Buffer.from(bytes).toString("utf8");
    if (live.redactor.redactText(plain) !== plain)
      return fail("invalid-params", `${where}: “${file.name}” holds a secret, and would be stored as it is. Take it out, then attach it.`);
  }
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const name = live.redactor.redactText(file.name);
  return ok({
    data: { file: name, sha256, size: bytes.length, media_type: mediaType },
    payloads: [{ name: ATTACHMENT, mediaType, bytes }],
  });
}

/** As an event has it; null where it carries none. */
export function attachmentIn(seq: number, data: Data): AttachedPayload | null {
  const size = numberOrNull(data, "size");
  if (size === null || text(data, "sha256") === "") return null;
  return { seq, name: text(data, "file"), mediaType: text(data, "media_type"), bytes: size, sha256: text(data, "sha256") };
}
