// The format of an exported events file (`events.ndjson`), decided here for writer and verifiers alike:
//   line 1       the genesis, canonical, exactly the bytes that h0 was taken over
//   lines 2…     one event body per line, exactly the bytes that were hashed; each names the hash before it (`prev`)
//   last line    the closing: log, count, head, signed by the install key (DSSE encoding over the JCS payload)
// UTF-8 without a byte order mark, every line ends in one \n, nothing else. There is no hash column: an event's hash is in
// the next line's `prev`, the last one's in the closing, so every byte is covered exactly once and none is redundant.
// Same log and head, same bytes: nothing in it depends on when, where or by whom it was exported.
import type { CanonicalValue } from "../protocol/index.ts";
import { type SigningKey, signEnvelope } from "./chain.ts";
import { jcs } from "./jcs.ts";

export const CLOSING_TYPE = "application/vnd.holdpoint.export.v1+json";
export const MANIFEST_TYPE = "application/vnd.holdpoint.manifest.v1+json";

/** What a filtered export says of itself: how many events the log has, what was asked for, and each line's own hash. */
export type Partial = { filter: { [key: string]: CanonicalValue }; total: number; hashes: string[] };
export type Closing = {
  v: 1;
  kind: "export";
  install_id: string;
  log: string;
  number: number;
  /** Event lines in this file. */
  events: number;
  /** The log's head at the export, also where the file is partial. */
  seq: number;
  head: string;
  /** Time of the head's event (of the genesis where there is none): not of the export. */
  at: string;
  partial: Partial | null;
};

export function closingLine(closing: Closing, key: SigningKey): string {
  return jcs(signEnvelope(CLOSING_TYPE, closing as unknown as { [key: string]: CanonicalValue }, key) as unknown as CanonicalValue);
}

/** The manifest of an export folder: who exported what, and the hash of every file; one canonical line, signed likewise. */
export type Manifest = {
  v: 1;
  kind: "manifest";
  log: string;
  seq: number;
  head: string;
  exported_by: { op_id: string; name: string };
  files: { path: string; bytes: number; sha256: string }[];
  /** Salts of the payloads under `payloads/`: with them the commitment of each can be computed again. */
  payloads: { seq: number; name: string; path: string; salt: string }[];
  /** Recordings that were missing or had not the hash on record when they were exported. */
  damaged: string[];
};

export function manifestLine(manifest: Manifest, key: SigningKey): string {
  return jcs(signEnvelope(MANIFEST_TYPE, manifest as unknown as { [key: string]: CanonicalValue }, key) as unknown as CanonicalValue);
}
