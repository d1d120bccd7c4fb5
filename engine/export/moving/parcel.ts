// A rehearsal bundle: texts, scenarios and whole runs on their way to another machine. Owns: the shape of its signed list, and
// which paths a text may have. Writes and reads nothing itself.
import { z } from "zod";
import { LogId, RunId, Sha256 } from "../../protocol/index.ts";

export const PARCEL_TYPE = "application/vnd.holdpoint.rehearsal.v1+json";
/** The signed list; it covers every file but itself and the list that covers it. */
export const PARCEL_MANIFEST = "manifest.dsse.json";
export const MOST_TEXTS = 500;
export const MOST_RUNS = 100;
/** A text is read whole by the parser; ten times the longest procedure. Bytes. */
export const MOST_TEXT_BYTES = 10 << 20;

const Bytes = z.int().min(0);
export const Parcel = z.strictObject({
  v: z.literal(1),
  kind: z.literal("rehearsal"),
  install_id: z.string().max(100),
  install_key: Sha256,
  packed_at: z.string().max(40),
  packed_by: z.strictObject({ op_id: z.string().max(200), name: z.string().max(200) }),
  title: z.string().max(500),
  /** Path of the text that it is about, as in `texts`. */
  main: z.string().max(400),
  texts: z.array(z.strictObject({ path: z.string().max(400), file: z.string().max(100) })).max(MOST_TEXTS),
  runs: z
    .array(
      z.strictObject({
        file: z.string().max(100),
        log: LogId,
        number: z.int().min(0),
        title: z.string().max(500),
        seq: Bytes,
        head: Sha256,
        runs: z.array(RunId).max(1_000),
      }),
    )
    .max(MOST_RUNS),
  /** What was searched for secrets when it was packed. */
  searched: z.strictObject({ files: Bytes, bytes: Bytes, values: Bytes }),
  files: z.array(z.strictObject({ path: z.string().max(200), bytes: Bytes, sha256: Sha256 })).max(2_000),
});
export type Parcel = z.infer<typeof Parcel>;

/** A name that is taken on some system, whatever follows its first dot. */
const TAKEN = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;
const ENDINGS = [".md", ".markdown", ".yaml", ".yml"];

/** Why a text may not lie under this path, below its folder, on every system alike; null where it may. */
export function textPathProblem(path: string): string | null {
  const parts = path.split("/");
  if (path.length > 300 || parts.length > 8) return "is too long or too deep";
  if (path !== path.normalize("NFC")) return "is spelt in two ways that look alike";
  for (const part of parts) {
    if (part === "" || part === "." || part === "..") return "leads out of its folder";
    if (/[\0-\x1f\x7f-\x9f\\:*?"<>|\u202a-\u202e\u2066-\u2069]/.test(part)) return "has a character that not every system allows in a name";
    if (part.startsWith(".") || /[. ]$/.test(part) || TAKEN.test(part)) return "is hidden, or a name that a system keeps for itself";
  }
  return ENDINGS.some((ending) => path.toLowerCase().endsWith(ending)) ? null : "is neither a runbook nor a scenario";
}
