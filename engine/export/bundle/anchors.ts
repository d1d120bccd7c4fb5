// Where the install log is cut for a bundle, and which checkpoints go in. Owns: that both depend on the exported head alone,
// so that the same log and head give the same bytes however much was recorded since.
// Reads the sidecar line by line: it grows for years.
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { LogId } from "../../protocol/index.ts";
import { placesOf, type RecordStore } from "../../record/index.ts";

export type Anchors = { lines: string[]; installSeq: number };
type Head = { log: string; seq: number };

/**
 * The checkpoints about `log` up to `seq`, and the first that comes at or after it. Its head of the install log is where that
 * is cut: by then it had named this head, and everyone who signed before it.
 */
export async function anchorsOf(store: RecordStore, log: LogId, seq: number): Promise<Anchors> {
  const lines: string[] = [];
  const path = placesOf(store.home).sidecar;
  if (existsSync(path))
    for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
      const heads = line.includes(log) ? headsOf(line) : [];
      const mine = heads.find((one) => one.log === log);
      if (mine === undefined) continue;
      lines.push(line);
      const install = heads.find((one) => one.log === store.install);
      if (mine.seq >= seq && install !== undefined) return { lines, installSeq: Math.min(install.seq, store.head(store.install).seq) };
    }
  return { lines, installSeq: log === store.install ? seq : namedAt(store, log, seq) };
}

/** Without a checkpoint (the sidecar is gone): the install log's own word on this head, else on the log's opening. */
function namedAt(store: RecordStore, log: LogId, seq: number): number {
  const named = store
    .eventsOfType(store.install, ["log.opened", "log.head"])
    .filter(({ body }) => body.data["log"] === log && (body.type === "log.opened" || Number(body.data["seq"]) >= seq));
  const head = named.find(({ body }) => body.type === "log.head");
  return (head ?? named[0])?.body.seq ?? store.head(store.install).seq;
}

function headsOf(line: string): Head[] {
  try {
    const heads = (JSON.parse(line) as { payload: { heads: Head[] } }).payload.heads;
    return Array.isArray(heads) ? heads : [];
  } catch {
    return []; // a torn line anchors nothing; verifying the data directory names it
  }
}
