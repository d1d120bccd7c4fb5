// Runs that came in a rehearsal bundle, read where they were unpacked. Owns: reading them back as the record's own are read: events of
// chosen types, and where a recording lies. They are in no database and are never mixed with this installation's own logs.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { type CanonicalValue, EventBody, type LogId, type RunId, type StoredEvent } from "../../protocol/index.ts";
import { eventHash, genesisHash, inside, parseCanonical } from "../../record/index.ts";
import { RUNS, TEXTS } from "./lay-down.ts";
import { Parcel } from "./parcel.ts";

/** Written beside what was unpacked; the record's `rehearsal.unpacked` names the heads. */
export const MOVED_FILE = "moved.json";
export const Moved = z.object({ v: z.literal(1), unpacked_at: z.string(), fingerprint: z.string(), sha256: z.string(), parcel: Parcel });
export type Moved = z.infer<typeof Moved>;

export type MovedRun = {
  log: LogId;
  number: number;
  title: string;
  runs: RunId[];
  seq: number;
  head: string;
  genesis(): Record<string, CanonicalValue>;
  /** Whose record it is, and where it was packed. */
  install: string;
  packedBy: string;
  /** Text on this machine that the bundle is about. */
  main: string;
  eventsOfType(types: readonly string[]): StoredEvent[];
  /** File of a recording as events name it; null where the bundle has none. */
  recording(name: string): string | null;
};
export type MovedRuns = { folder: string; moved: Moved; texts: string; runs: MovedRun[] };

const Index = z.object({ recordings: z.array(z.object({ path: z.string(), file: z.string().nullable() })) });

/** All rehearsal bundles that were unpacked below `folder`; what cannot be read is left out, and each run whose head is not the one in `heads`. */
export function readMoved(folder: string, heads: ReadonlyMap<string, string>): MovedRuns[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return []; // none yet
  }
  return names.sort().flatMap((name) => {
    const place = join(folder, name);
    try {
      const moved = Moved.parse(JSON.parse(readFileSync(join(place, MOVED_FILE), "utf8")));
      return [
        {
          folder: place,
          moved,
          texts: join(place, TEXTS),
          runs: moved.parcel.runs.filter(({ log, head }) => heads.get(log) === head).map((run) => movedRun(place, moved, run)),
        },
      ];
    } catch {
      return [];
    }
  });
}

function movedRun(place: string, { parcel }: Moved, run: Parcel["runs"][number]): MovedRun {
  const bag = join(place, RUNS, run.log);
  let lines: { line: string; hash: string }[] | null = null;
  let recordings: Map<string, string> | null = null;
  let genesis: Record<string, CanonicalValue> | null = null;
  return {
    log: run.log,
    number: run.number,
    title: run.title,
    runs: run.runs,
    seq: run.seq,
    head: run.head,
    genesis: () => {
      genesis ??= genesisOf(join(bag, "data", "events.ndjson"));
      return genesis;
    },
    install: parcel.install_id,
    packedBy: parcel.packed_by.name,
    main: join(place, TEXTS, ...parcel.main.split("/")),
    eventsOfType(types) {
      lines ??= chainOf(join(bag, "data", "events.ndjson"), run.head);
      const wanted = new Set(types);
      return lines.flatMap(({ line, hash }) => {
        // Most lines are passed by without being read: the type stands in them in the canonical form.
        if (![...wanted].some((type) => line.includes(`"type":${JSON.stringify(type)}`))) return [];
        const body = EventBody.parse(JSON.parse(line));
        return wanted.has(body.type) ? [{ line, hash, body }] : [];
      });
    },
    recording(name) {
      recordings ??= recordingsOf(bag);
      const file = recordings.get(name);
      return file === undefined ? null : inside(bag, file);
    },
  };
}

function genesisOf(path: string): Record<string, CanonicalValue> {
  const value = parseCanonical(readFileSync(path, "utf8").split("\n", 1)[0] ?? "");
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** The lines of a log with their hashes; none where they are not the ones that were unpacked: their last hash is on record. */
function chainOf(path: string, head: string): { line: string; hash: string }[] {
  const [genesis, ...rest] = readFileSync(path, "utf8").split("\n");
  let hash = genesisHash(Buffer.from(genesis ?? "", "utf8"));
  const lines: { line: string; hash: string }[] = [];
  for (const line of rest) {
    if (hash.toString("hex") === head) return lines;
    hash = eventHash(hash, Buffer.from(line, "utf8"));
    lines.push({ line, hash: hash.toString("hex") });
  }
  return [];
}

function recordingsOf(bag: string): Map<string, string> {
  const { recordings } = Index.parse(JSON.parse(readFileSync(join(bag, "data", "files.json"), "utf8")));
  return new Map(recordings.flatMap(({ path, file }) => (file === null ? [] : [[path, file] as const])));
}
