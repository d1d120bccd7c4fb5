// The record room's door: other rooms import from here only.
export { ENGINE_ACTOR, type NewEvent, type NewPayload } from "./body.ts";
export { fingerprintOf, readFingerprint } from "./chain.ts";
export { RecordError } from "./errors.ts";
export { jcs, parseCanonical } from "./jcs.ts";
export { openRecordStore, type RecordStore } from "./open.ts";
export { type Places, placesOf } from "./places.ts";
export type { LogEntry } from "./store.ts";
