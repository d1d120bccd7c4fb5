// The record room's door: other rooms import from here only.

export { sha256OfFile } from "./backup.ts";
export { ENGINE_ACTOR, type NewEvent, type NewPayload } from "./body.ts";
export {
  type Envelope,
  envelopeProblem,
  eventHash,
  fingerprintOf,
  genesisHash,
  keyIdOf,
  readFingerprint,
  type SigningKey,
  sha256Hex,
  signEnvelope,
} from "./chain.ts";
export { RecordError } from "./errors.ts";
export { type Closing, closingLine, type Manifest, manifestLine, type Partial as PartialExport } from "./events-format.ts";
export { inside, syncDirectory, syncPath } from "./files.ts";
export { isFiltering, matchesFilter } from "./filter.ts";
export { bytesOf, mediaTypeOf, pictureType } from "./handed.ts";
export { jcs, parseCanonical } from "./jcs.ts";
export { openRecordStore, type RecordStore } from "./open.ts";
export { type Places, placesOf } from "./places.ts";
export type { LogEntry } from "./store.ts";
export { verifyDatabase } from "./verify/database.ts";
export { verifyEventsBytes, verifyEventsFile } from "./verify/events-file.ts";
export { backupInWorker, verifyInWorker } from "./verify/in-worker.ts";
export type { VerifyOptions } from "./verify/report.ts";
