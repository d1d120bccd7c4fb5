// Bundles opened for reading, as methods. Owns: which are open, their rows, and the event that one was viewed.
// The reading and the proof are engine/export/bundle-view. Nothing of a bundle enters the database.
import { basename } from "node:path";
import { type OpenBundle, openBundle } from "../export/index.ts";
import {
  type BundleView,
  type EventRow,
  fail,
  ok,
  type ParsedParamsOf,
  type Result,
  type ResultOf,
  type StoredEvent,
} from "../protocol/index.ts";
import { isFiltering, matchesFilter } from "../record/index.ts";
import type { Who } from "../run/index.ts";
import { bundleFile } from "./bundle-file.ts";
import type { Context } from "./context.ts";
import type { RecordingPlace } from "./playbacks.ts";
import { whatHappened } from "./rows.ts";

/** An auditor compares two; each keeps about 200 bytes per event. */
const KEPT = 4;
const READ_AT_ONCE = 2_000;
/** A row is one line; somebody else's record may hold any length. Characters. */
const MAX_WHAT = 500;

const open = new WeakMap<Context, Map<string, OpenBundle>>();
const opened = (context: Context): Map<string, OpenBundle> => {
  const found = open.get(context) ?? new Map<string, OpenBundle>();
  open.set(context, found);
  return found;
};

export async function openForReading(
  context: Context,
  who: Who,
  { path: given, fingerprint }: ParsedParamsOf<"bundle.open">,
): Promise<Result<ResultOf<"bundle.open">>> {
  const file = bundleFile(given);
  if (!file.ok) return file;
  const path = file.value;
  const found = await openBundle(path, fingerprint === undefined ? {} : { fingerprint });
  if (!found.ok) return found;
  const { index } = found.value;
  const bundle = context.ports.ids.next();
  const kept = opened(context);
  kept.set(bundle, found.value);
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  context.store.append(context.store.install, {
    type: "record.viewed",
    actor: who.actor,
    outcome: index.report.verdict,
    data: { bundle: basename(path), sha256: index.sha256, log: index.log?.log ?? "", events: index.log?.events ?? 0 },
  });
  return ok(viewOf(bundle, found.value));
}

function viewOf(bundle: string, { path, index }: OpenBundle): BundleView {
  const { signatures: _, stale: __, tails: ___, ...report } = index.report;
  return {
    bundle,
    path,
    bytes: index.bytes,
    sha256: index.sha256,
    report,
    log: index.log,
    recordings: Object.keys(index.recordings).length,
    reports: index.reports,
    signatures: index.signatures,
    closed: index.closed,
  };
}

function known(context: Context, bundle: string): Result<OpenBundle> {
  const found = opened(context).get(bundle);
  return found ? ok(found) : fail("not-found", "This bundle is not open any more. Open it again.");
}

export function events(
  context: Context,
  { bundle, filter, offset, limit }: ParsedParamsOf<"bundle.events">,
): Result<ResultOf<"bundle.events">> {
  const found = known(context, bundle);
  if (!found.ok) return found;
  const total = found.value.index.lines.length;
  if (!isFiltering(filter)) {
    const page = found.value.events(offset + 1, limit);
    return page.ok ? ok({ rows: page.value.map(rowOf), matching: total, total }) : page;
  }
  const rows: EventRow[] = [];
  let matching = 0;
  for (let from = 1; from <= total; from += READ_AT_ONCE) {
    const page = found.value.events(from, READ_AT_ONCE);
    if (!page.ok) return page;
    for (const event of page.value)
      if (matchesFilter(filter, event)) {
        if (matching >= offset && rows.length < limit) rows.push(rowOf(event));
        matching += 1;
      }
  }
  return ok({ rows, matching, total });
}

function rowOf(event: StoredEvent): EventRow {
  const { seq, ts_utc, type, actor, outcome, subject } = event.body;
  const { step, attempt } = subject;
  return { seq, ts: ts_utc, type, what: words(event), who: actor.name, outcome, hash: event.hash, step, attempt };
}

/** The record's words expect what this program writes; another's data may be of any shape. */
function words(event: StoredEvent): string {
  try {
    return whatHappened(event).slice(0, MAX_WHAT);
  } catch {
    return event.body.type;
  }
}

export function event(context: Context, { bundle, seq }: ParsedParamsOf<"bundle.event">): Result<StoredEvent> {
  const found = known(context, bundle);
  if (!found.ok) return found;
  const one = found.value.events(seq, 1);
  if (!one.ok) return one;
  return one.value[0] ? ok(one.value[0]) : fail("not-found", `The bundle has no event ${seq}.`);
}

export function recordingPlace(context: Context, bundle: string, seq: number): Result<RecordingPlace> {
  const found = known(context, bundle);
  if (!found.ok) return found;
  const place = found.value.recording(seq);
  return place.ok ? ok({ path: found.value.path, ...place.value }) : place;
}

export function close(context: Context, { bundle }: ParsedParamsOf<"bundle.close">): Result<null> {
  opened(context).delete(bundle);
  return ok(null);
}
