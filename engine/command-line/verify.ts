// `holdpoint verify`: whether a database, an exported events file or a bundle stands by itself.
// Owns: telling them apart, printing, the exit code. The proof is engine/record's, of a bundle its own verifier's. Opens nothing for writing.
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { VerifyReport } from "../protocol/index.ts";
import { play } from "./command.ts";
import { Ended, type Output, safe, usage } from "./output.ts";

/** Of `verify` (CLI.md): 0 verified · 1 not verified · 2 verified with warnings or open · 3 cannot read. */
export const VERIFY_EXIT: Record<VerifyReport["verdict"], number> = {
  VERIFIED: 0,
  "NOT VERIFIED": 1,
  "VERIFIED WITH WARNINGS": 2,
  OPEN: 2,
};
const CANNOT_READ = 3;

const unreadable = (message: string) => new Ended(CANNOT_READ, { code: "unreadable", message });

/** The first bytes of every SQLite file (sqlite.org/fileformat.html, 1.3). */
const SQLITE_MAGIC = "SQLite format 3\0";
/** The first bytes of a zip: a local file header (APPNOTE.TXT, 4.3.7). */
const ZIP_MAGIC = "PK\u0003\u0004";

export type RecordKind = "database" | "events" | "bundle";

/** What is to be verified at a path: a file itself, or what a data directory, an export folder or an unpacked bundle holds. */
export function findRecord(given: string): { path: string; kind: RecordKind } {
  const path = resolve(given);
  try {
    if (statSync(path).isDirectory()) {
      if (existsSync(join(path, "bagit.txt"))) return { path, kind: "bundle" };
      for (const name of ["events.ndjson", "holdpoint.db"]) if (existsSync(join(path, name))) return findRecord(join(path, name));
      throw unreadable(`${given} holds neither bagit.txt nor events.ndjson nor holdpoint.db. Name the file itself.`);
    }
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    const fd = openSync(path, "r");
    try {
      readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
    const magic = head.toString("latin1");
    return { path, kind: magic === SQLITE_MAGIC ? "database" : magic.startsWith(ZIP_MAGIC) ? "bundle" : "events" };
  } catch (error) {
    if (error instanceof Ended) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw unreadable(`${given} cannot be read: ${code === "ENOENT" ? "there is no such file" : (code ?? String(error))}.`);
  }
}

type Asked = { fingerprint?: string; roster?: string };

/** A bundle is checked by the very file that lies in every bundle: what it says here, it says to anybody. */
async function verifyBag(path: string, { fingerprint, roster }: Asked): Promise<{ report: VerifyReport; lines: string[] }> {
  const { verifyBundle, wordsOf, CannotRead } = await import("../export/verifiers/verify.mjs");
  try {
    const report = verifyBundle(path, {
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(roster === undefined ? {} : { roster: readRoster(roster) }),
    });
    return { report, lines: wordsOf(report) };
  } catch (error) {
    if (error instanceof CannotRead) throw unreadable(error.message);
    throw error;
  }
}

function readRoster(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(`The roster ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}

const STYLE = { VERIFIED: "green", "NOT VERIFIED": "red", "VERIFIED WITH WARNINGS": "yellow", OPEN: "yellow" } as const;

function printBag(output: Output, report: VerifyReport, lines: string[]): void {
  for (const line of lines.slice(0, -1)) {
    const bare = line.replace(/^REHEARSAL /, "");
    output.line(
      bare.startsWith("problem ")
        ? output.paint("red", line)
        : bare.startsWith("not proved")
          ? output.paint("dim", line)
          : bare.startsWith("warning ")
            ? output.paint("yellow", line)
            : line,
    );
  }
  output.line(output.paint(STYLE[report.verdict], lines.at(-1) ?? report.verdict));
}

function print(to: Output, report: VerifyReport): void {
  const rehearsals = report.rehearsals?.length ?? 0;
  // A record of rehearsals alone says so in every line; among live runs they are counted.
  const output: Output = report.isRehearsal ? { ...to, line: (text) => to.line(`REHEARSAL ${text}`) } : to;
  for (const [label, list] of [
    ["problem", report.problems],
    ["warning", report.warnings],
  ] as const) {
    for (const one of list) {
      const place = [one.log, one.seq === null ? null : `event ${one.seq}`].filter((part) => part !== null).join(" ");
      output.line(
        `${output.paint(label === "problem" ? "red" : "yellow", label)} ${one.code}${place === "" ? "" : ` (${safe(place)})`}: ${safe(one.message)}`,
      );
    }
  }
  for (const one of report.notProved) output.line(output.paint("dim", `not proved: ${safe(one)}`));
  if (report.unanchored > 0) output.line(`${report.unanchored} events after the last checkpoint are protected by the chain alone.`);
  if (rehearsals > 0 && !report.isRehearsal)
    output.line(`REHEARSAL: ${rehearsals} of the runs in this record ${rehearsals === 1 ? "is a rehearsal" : "are rehearsals"}.`);
  output.line(
    `${report.logs} logs, ${report.events} events, ${report.recordings} recordings, ${report.checkpoints} checkpoints${report.fingerprint === null ? "" : `, fingerprint ${report.fingerprint}`}`,
  );
  output.line(output.paint(STYLE[report.verdict], report.verdict));
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("verify")
    .summary("whether a bundle, an exported events file or a database is whole and unchanged")
    .description(
      "Lists every problem and says what is not proved. Exit 0 verified, 1 not verified, 2 verified with warnings or open, 3 cannot read.",
    )
    .argument("<path>", "bundle, database, events.ndjson, or the folder that holds one")
    .option("--fingerprint <text>", "head fingerprint from outside (screen, ticket, printed page), to prove the origin")
    .option("--roster <file>", "the installation's roster.json from outside (an earlier export that you trust), to prove a bundle's origin")
    .option("--json", "one JSON object on standard output")
    .action((given: string, options: Asked & { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("verify", isJson, async ({ output }) => {
          const { path, kind } = findRecord(given);
          if (kind === "bundle") {
            const { report, lines } = await verifyBag(path, options);
            if (isJson) output.json(report);
            else printBag(output, report, lines);
            return VERIFY_EXIT[report.verdict];
          }
          if (options.roster !== undefined)
            throw usage("--roster is for bundles. A database and an events file are held against --fingerprint.");
          const { verifyDatabase, verifyEventsFile } = await import("../record/index.ts");
          const more = options.fingerprint === undefined ? {} : { fingerprint: options.fingerprint };
          const report = kind === "database" ? verifyDatabase(path, more) : verifyEventsFile(path, more);
          if (isJson) output.json(report);
          else print(output, report);
          return VERIFY_EXIT[report.verdict];
        }),
      );
    });
}
