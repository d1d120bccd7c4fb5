// The install log as the index of all other logs, and of the people. Owns: that no log can vanish or appear unseen.
// Reads only what a walk of the install log collected, and the rows it is held against.
import type { EventBody } from "../../protocol/index.ts";
import type { Db } from "../database.ts";
import type { AnchorCheck } from "./anchors-check.ts";
import type { Findings } from "./report.ts";

type Opened = { number: number; log: string; genesis: string; at: number; when: string; by: string };
export type LogIndex = {
  add(body: EventBody): void;
  opened: Opened[];
  heads: { log: string; seq: number; head: string; at: number }[];
  /** Operator id to public key, as enrolled. */
  enrolled: Map<string, { publicKey: string; at: number }>;
};

export function createIndex(): LogIndex {
  const index: LogIndex = {
    opened: [],
    heads: [],
    enrolled: new Map(),
    add({ type, data, seq, ts_utc, actor }) {
      if (type === "log.opened")
        index.opened.push({
          number: Number(data["number"]),
          log: String(data["log"]),
          genesis: String(data["genesis_sha256"]),
          at: seq,
          when: ts_utc,
          by: actor.name,
        });
      if (type === "log.head")
        index.heads.push({ log: String(data["log"]), seq: Number(data["seq"]), head: String(data["head"]), at: seq });
      // A reset puts a new key in the place of the old one; the table holds the last.
      if (type === "operator.enrolled" || type === "operator.reset")
        index.enrolled.set(String(data["id"]), { publicKey: String(data["public_key"]), at: seq });
    },
  };
  return index;
}

type Row = { log: string; number: number; genesisHash: Buffer };

/** `logs[0]` is the install log itself. `only`: how many others were looked at, or null for all. */
export function checkIndex(index: LogIndex, logs: readonly Row[], only: number | null, anchors: AnchorCheck, findings: Findings): void {
  const install = logs[0]!.log;
  const rows = new Map(logs.slice(1).map((row) => [row.log, row]));
  const named = new Set<string>();
  for (const [i, one] of index.opened.entries()) {
    if (one.number !== i + 1)
      findings.problem(
        "log-number",
        `Event ${one.at} of the install log opens log ${one.number}, where ${i + 1} is next.`,
        install,
        one.at,
      );
    named.add(one.log);
    const row = rows.get(one.log);
    if (row === undefined)
      findings.problem(
        "log-missing",
        `Log ${one.number} (${one.log}), opened ${one.when} by ${one.by}, is not in the database: it was deleted. The install log names it (event ${one.at}).`,
        one.log,
      );
    else if (row.number !== one.number || row.genesisHash.toString("hex") !== one.genesis)
      findings.problem(
        "genesis-differs",
        `The genesis of log ${one.number} is not the one that the install log has (event ${one.at}).`,
        one.log,
        0,
      );
  }
  for (const row of rows.values())
    if (!named.has(row.log))
      findings.problem("log-unlisted", `Log ${row.number} (${row.log}) is in the database, but the install log never opened it.`, row.log);
  for (const [log, { says, seq }] of anchors.known())
    if (log !== install && !rows.has(log) && !named.has(log))
      findings.problem("log-missing", `${log} is not in the database, but ${says} has it with ${seq} events: it was deleted.`, log);
  if (only !== null)
    findings.warning("one-log-only", `${only} of ${rows.size} logs ${only === 1 ? "was" : "were"} looked at, with the install log.`);
}

/** The operators' table holds wrapped keys; what they are is said by the install log. */
export function checkOperators(db: Db, index: LogIndex, findings: Findings): void {
  const rows = new Map(db.prepare<[], [string, string]>("SELECT id, public_key FROM operators").raw().all());
  for (const [id, { publicKey, at }] of index.enrolled)
    if (rows.get(id) !== publicKey)
      findings.problem(
        "operator-differs",
        `Operator ${id}, enrolled by event ${at} of the install log, is ${rows.has(id) ? "here with another key" : "missing"}.`,
      );
  for (const id of rows.keys())
    if (!index.enrolled.has(id))
      findings.problem("operator-unlisted", `Operator ${id} is in the database, but was never enrolled by the install log.`);
}
