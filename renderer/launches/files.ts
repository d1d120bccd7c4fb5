// Files into and out of a launch's record: read as base64, shown and saved as blobs. Owns: the limit and the conversions.
import type { LaunchId } from "../../engine/protocol/index.ts";
import { callOrNotify } from "../app/index.ts";

/** What the record takes as one payload (engine/launch). Bytes. */
const LIMIT_BYTES = 20_000_000;

export async function readFile(file: Blob): Promise<{ ok: true; base64: string } | { ok: false; why: string }> {
  if (file.size > LIMIT_BYTES) return { ok: false, why: "The file is larger than 20 MB, and the record takes none that large." };
  if (file.size === 0) return { ok: false, why: "The file is empty: there is nothing to keep." };
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onerror = () => resolve({ ok: false, why: `The file cannot be read: ${reader.error?.message ?? "no reason given"}.` });
    reader.onload = () => {
      const url = String(reader.result);
      resolve({ ok: true, base64: url.slice(url.indexOf(",") + 1) });
    };
    reader.readAsDataURL(file);
  });
}

/** UTF-8 text as base64. */
export function base64OfText(text: string): string {
  let binary = "";
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** A payload of the record as a blob; null where it could not be had, which has been said. */
export async function payloadBlob(launch: LaunchId, seq: number, name: string): Promise<Blob | null> {
  const payload = await callOrNotify("launch.payload", { launch, seq, name });
  if (payload === null) return null;
  const binary = atob(payload.base64);
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: payload.mediaType });
}

export async function savePayload(launch: LaunchId, seq: number, name: string, title: string): Promise<void> {
  const blob = await payloadBlob(launch, seq, name);
  if (blob === null) return;
  // Never opened in the window: what somebody attached is data here, whatever it says it is.
  const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = title.replaceAll(/[\\/:*?"<>|\u0000-\u001f]+/g, "_").slice(0, 200);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
