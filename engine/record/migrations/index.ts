// The schema's steps in order. Owns: the list. Goes forward only; there is no way down.
import * as first from "./001-logs-events-people.ts";

export type Migration = { readonly version: number; readonly sql: string };

/** Versions count from 1 without gaps; the database keeps its own in `user_version`. */
export const MIGRATIONS: readonly Migration[] = [first];
