// Verifies a database: every log's chain, the install log's index, checkpoints, payloads, recordings, the schema itself.
// Owns: the order of it. Opens read-only and changes nothing; reads one consistent snapshot even while an engine writes.
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import type { VerifyReport } from "../../protocol/index.ts";
import { fingerprintOf, genesisHash, payloadCommitment } from "../chain.ts";
import { type Db, openForReading } from "../database.ts";
import { asRecordError, RecordError } from "../errors.ts";
import { parseCanonical } from "../jcs.ts";
import { MIGRATIONS } from "../migrations/index.ts";
import { SEQS_PER_LOG } from "../store.ts";
import { type AnchorCheck, createAnchorCheck } from "./anchors-check.ts";
import { createChainCheck, type PayloadRefAt, type Walked } from "./chain-check.ts";
import { checkIndex, checkOperators, createIndex, type LogIndex } from "./index-check.ts";
import { createOriginSearch, type OriginSearch } from "./origin.ts";
import { checkRecordings } from "./recordings-check.ts";
import { createFindings, type Findings, finish, type VerifyOptions } from "./report.ts";
import { checkMissingLines, checkSidecar, readSidecarOf, type SidecarFile } from "./sidecar-check.ts";

type LogRow = { logNo: number; log: string; kind: string; number: number; genesis: string; genesisHash: Buffer };

/**
 * Verifies the database at `path`. Lists all problems; throws RecordError (`unreadable`, `newer-database`) only where there
 * is nothing to verify. Linear in events; recordings are read too.
 */
export function verifyDatabase(path: string, options: VerifyOptions = {}): VerifyReport {
  const startedAt = performance.now();
  if (!existsSync(path)) throw new RecordError("unreadable", `${path} does not exist: there is nothing to verify.`);
  const findings = createFindings();
  // Read before the snapshot is taken: the database of a running engine is then never behind its checkpoints.
  const sidecar = readSidecarOf(path, options);
  const origin = { proved: false, fingerprint: null as string | null };
  const { db, leave } = openAnyhow(path);
  try {
    db.exec("BEGIN");
    walk(db, path, sidecar, options, findings, origin);
  } catch (error) {
    findings.problem("database-damaged", `The database cannot be read to its end: ${asRecordError(error, basename(path)).message}`);
  } finally {
    leave();
  }
  return finish(findings, {
    source: path,
    sourceKind: "database",
    fingerprint: origin.fingerprint,
    originProved: origin.proved,
    startedAt,
  });
}

/** Opens read-only; where the place cannot be written (a read-only medium), a copy, since WAL needs its two files. */
function openAnyhow(path: string): { db: Db; leave: () => void } {
  try {
    const db = openForReading(path, MIGRATIONS.length);
    return { db, leave: () => db.close() };
  } catch (error) {
    const problem = asRecordError(error, path);
    const causeCode = String((problem.cause as { code?: unknown } | undefined)?.code ?? "");
    if (!/^SQLITE_(CANTOPEN|READONLY)/.test(causeCode))
      throw new RecordError(problem.code === "newer-database" ? problem.code : "unreadable", problem.message);
    const folder = mkdtempSync(join(tmpdir(), "holdpoint-verify-"));
    const copy = join(folder, "copy.db");
    copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    const db = openForReading(copy, MIGRATIONS.length);
    const leave = () => {
      db.close();
      rmSync(folder, { recursive: true, force: true });
    };
    return { db, leave };
  }
}

/** A copy made by a backup lies alone; in a data directory, what belongs to it must be there. */
const isDataDirectory = (path: string, options: VerifyOptions): boolean =>
  options.home !== undefined || existsSync(join(dirname(path), "install.key"));

function walk(
  db: Db,
  path: string,
  sidecar: SidecarFile | null,
  options: VerifyOptions,
  findings: Findings,
  origin: { proved: boolean; fingerprint: string | null },
): void {
  checkFile(db, findings);
  const logs = db
    .prepare<[], LogRow>("SELECT log_no AS logNo, log, kind, number, genesis, genesis_hash AS genesisHash FROM logs ORDER BY log_no")
    .all();
  const install = logs[0];
  if (install === undefined || install.kind !== "install") {
    findings.problem("install-log-missing", "The install log is missing: nothing says which logs there must be.");
    return;
  }
  const publicKey = publicKeyOf(install, findings);
  const anchors = createAnchorCheck(findings);
  if (sidecar === null) {
    const say = isDataDirectory(path, options) ? findings.problem : findings.warning;
    say("no-checkpoints", "There are no checkpoints (checkpoints.ndjson) beside the database: events cut from the end cannot be noticed.");
  } else checkSidecar(sidecar, publicKey, install.log, anchors, findings);

  const search = createOriginSearch(options);
  const index = createIndex();
  const walks: Walked[] = [];
  const looked = logs.filter((row) => options.log === undefined || row.log === options.log || row === install);
  for (const row of looked) {
    walks.push(walkLog(db, row, install, anchors, index, search, findings));
    if (row === install)
      for (const head of index.heads) anchors.want(head.log, head.seq, head.head, `the install log (event ${head.at})`, false);
  }
  if (sidecar !== null)
    checkMissingLines(
      sidecar,
      index.heads.map((head) => head.at),
      install.log,
      walks[0]!.seq,
      findings,
    );
  checkIndex(index, logs, looked.length === logs.length ? null : looked.length - 1, anchors, findings);
  checkOperators(db, index, findings);
  checkRows(db, logs, findings);
  for (const walked of walks) checkPayloads(db, logs.find((row) => row.log === walked.log)!.logNo, walked, findings);
  checkAllRecordings(walks, path, options, findings);
  origin.fingerprint = fingerprintOf(walks[0]!.head.toString("hex"));
  const heads = new Map(walks.map((walked) => [walked.log, walked.seq]));
  origin.proved = search.finish(publicKey, heads, install.log, findings);
}

/** Structure and schema: a dropped trigger or an added table is a change, whatever the chain says. */
function checkFile(db: Db, findings: Findings): void {
  for (const line of db.prepare("PRAGMA integrity_check(100)").pluck().all() as string[])
    if (line !== "ok") findings.problem("database-damaged", `SQLite finds the file damaged: ${line.replaceAll("\n", " ")}`);
  const version = db.pragma("user_version", { simple: true }) as number;
  const fresh = new Database(":memory:");
  try {
    for (const step of MIGRATIONS.slice(0, version)) fresh.exec(step.sql);
    const schema = (of: Db) =>
      new Map(
        (
          of.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'").raw().all() as (
            | string
            | null
          )[][]
        ).map((row) => [String(row[1]), row.join("\0")]),
      );
    const expected = schema(fresh);
    const found = schema(db);
    for (const name of new Set([...expected.keys(), ...found.keys()]))
      if (expected.get(name) !== found.get(name))
        findings.problem(
          "schema-changed",
          `"${name}" of the database's schema is ${found.has(name) ? (expected.has(name) ? "changed" : "not ours") : "missing"}.`,
        );
  } finally {
    fresh.close();
  }
}

function publicKeyOf(install: LogRow, findings: Findings): string {
  const genesis = parseCanonical(install.genesis) as Record<string, unknown> | null | undefined;
  const key = String(genesis?.["install_key"] ?? "");
  if (!/^[0-9a-f]{64}$/.test(key))
    findings.problem("genesis-malformed", "The installation's genesis carries no public key.", install.log, 0);
  return key;
}

function walkLog(
  db: Db,
  row: LogRow,
  install: LogRow,
  anchors: AnchorCheck,
  index: LogIndex,
  search: OriginSearch,
  findings: Findings,
): Walked {
  const name = row === install ? "the install log" : `log ${row.number} (${row.log})`;
  findings.counts.logs += 1;
  checkGenesis(row, install, name, findings);
  const check = createChainCheck(row.log, row.genesisHash, name, findings);
  anchors.saw(row.log, 0, row.genesisHash);
  search.saw(row.log, 0, row.genesisHash);
  const rows = db
    .prepare<[number, number], [number, number, string, Buffer, Buffer, string]>(
      "SELECT position, seq, type, hash, CAST(body AS BLOB), typeof(body) FROM events WHERE position BETWEEN ? AND ? ORDER BY position",
    )
    .raw();
  for (const [position, seq, type, hash, body, kind] of rows.iterate(row.logNo * SEQS_PER_LOG, (row.logNo + 1) * SEQS_PER_LOG - 1)) {
    if (position !== row.logNo * SEQS_PER_LOG + seq || kind !== "text")
      findings.problem("column-changed", `The row of event ${seq} of ${name} was changed.`, row.log, seq);
    const seen = check.push(body, { seq, type, hash });
    anchors.saw(row.log, seq, seen.hash);
    search.saw(row.log, seq, seen.hash);
    if (row === install && seen.body !== null) index.add(seen.body);
  }
  findings.counts.events += check.walked.events;
  if (check.walked.events === 0 && row === install) findings.problem("install-log-empty", "The install log has no events.", row.log, 0);
  anchors.close(check.walked, row === install ? "The install log" : `Log ${row.number} (${row.log})`);
  return check.walked;
}

function checkGenesis(row: LogRow, install: LogRow, name: string, findings: Findings): void {
  const genesis = parseCanonical(row.genesis) as Record<string, unknown> | null | undefined;
  if (!genesisHash(Buffer.from(row.genesis, "utf8")).equals(row.genesisHash) || typeof genesis !== "object" || genesis === null) {
    findings.problem("genesis-changed", `The genesis of ${name} does not have its hash: it was changed.`, row.log, 0);
    return;
  }
  const fits =
    genesis["log"] === row.log && genesis["kind"] === row.kind && genesis["number"] === row.number && genesis["install"] === install.log;
  if (!fits) findings.problem("genesis-differs", `The row of ${name} and its genesis do not say the same.`, row.log, 0);
}

/** Rows that no walk would meet: events of logs that do not exist, payloads of events that do not exist. */
function checkRows(db: Db, logs: readonly LogRow[], findings: Findings): void {
  const stray = db
    .prepare<[string], [number, number]>(
      "SELECT log_no, COUNT(*) FROM events WHERE log_no NOT IN (SELECT value FROM json_each(?)) GROUP BY log_no",
    )
    .raw()
    .all(JSON.stringify(logs.map((row) => row.logNo)));
  for (const [logNo, count] of stray) findings.problem("log-missing", `${count} events belong to log ${logNo - 1}, whose row is gone.`);
}

function checkPayloads(db: Db, logNo: number, walked: Walked, findings: Findings): void {
  const refs = new Map<string, PayloadRefAt>(walked.payloads.map((ref) => [`${ref.seq}\0${ref.name}`, ref]));
  const rows = db
    .prepare<[number, number], [number, string, Buffer, Buffer | null]>(
      "SELECT position, name, salt, bytes FROM payloads WHERE position BETWEEN ? AND ? ORDER BY position, name",
    )
    .raw();
  for (const [position, name, salt, bytes] of rows.iterate(logNo * SEQS_PER_LOG, (logNo + 1) * SEQS_PER_LOG - 1)) {
    const seq = position - logNo * SEQS_PER_LOG;
    const ref = refs.get(`${seq}\0${name}`);
    refs.delete(`${seq}\0${name}`);
    const say = (code: string, what: string) => findings.problem(code, `The payload "${name}" of event ${seq} ${what}.`, walked.log, seq);
    if (ref === undefined) say("payload-unbound", "is bound by no event: it was put in");
    else if (bytes === null) findings.warning("payload-erased", `The payload "${name}" of event ${seq} was erased.`, walked.log, seq);
    else if (
      !Buffer.isBuffer(salt) ||
      !Buffer.isBuffer(bytes) ||
      payloadCommitment(salt, bytes) !== ref.commitment ||
      bytes.length !== ref.bytes
    )
      say("payload-changed", "does not have the hash that its event says: it was changed");
  }
  for (const ref of refs.values())
    findings.problem("payload-missing", `The payload "${ref.name}" of event ${ref.seq} is missing.`, walked.log, ref.seq);
}

function checkAllRecordings(walks: readonly Walked[], path: string, options: VerifyOptions, findings: Findings): void {
  const refs = walks.flatMap((walked) => walked.recordings);
  const folder = join(options.home ?? dirname(path), "recordings");
  if (refs.length > 0 && !isDataDirectory(path, options) && !existsSync(folder))
    findings.warning(
      "recordings-elsewhere",
      `${new Set(refs.map((ref) => ref.path)).size} recordings are not beside this database; they were not checked.`,
    );
  else checkRecordings(refs, folder, findings);
  for (const walked of walks)
    for (const [recording, seq] of walked.unbound)
      findings.warning(
        "recording-unbound",
        `The recording ${recording}, begun by event ${seq}, is bound by no hash: the step never ended, or still runs.`,
        walked.log,
        seq,
      );
}
