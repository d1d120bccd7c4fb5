// `holdpoint verify`: whether a database or an exported events file stands by itself.
// Owns: telling the two apart, printing, the exit code. The proof is engine/record. Opens nothing for writing.
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { VerifyReport } from "../protocol/index.ts";
import { play } from "./command.ts";
import { Ended, type Output, safe } from "./output.ts";

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

/** What is to be verified at a path: a file itself, or what a data directory or an export folder holds. */
export function findRecord(given: string): { path: string; kind: "database" | "events" } {
  const path = resolve(given);
  try {
    if (statSync(path).isDirectory()) {
      for (const name of ["events.ndjson", "holdpoint.db"]) if (existsSync(join(path, name))) return findRecord(join(path, name));
      throw unreadable(`${given} holds neither events.ndjson nor holdpoint.db. Name the file itself.`);
    }
    const head = Buffer.alloc(SQLITE_MAGIC.length);
    const fd = openSync(path, "r");
    try {
      readSync(fd, head, 0, head.length, 0);
    } finally {
      closeSync(fd);
    }
    return { path, kind: head.toString("latin1") === SQLITE_MAGIC ? "database" : "events" };
  } catch (error) {
    if (error instanceof Ended) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw unreadable(`${given} cannot be read: ${code === "ENOENT" ? "there is no such file" : (code ?? String(error))}.`);
  }
}

function print(output: Output, report: VerifyReport): void {
  const style = { VERIFIED: "green", "NOT VERIFIED": "red", "VERIFIED WITH WARNINGS": "yellow", OPEN: "yellow" } as const;
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
  output.line(
    `${report.logs} logs, ${report.events} events, ${report.recordings} recordings, ${report.checkpoints} checkpoints${report.fingerprint === null ? "" : `, fingerprint ${report.fingerprint}`}`,
  );
  output.line(output.paint(style[report.verdict], report.verdict));
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("verify")
    .summary("whether a database or an exported events file is whole and unchanged")
    .description(
      "Lists every problem and says what is not proved. Exit 0 verified, 1 not verified, 2 verified with warnings or open, 3 cannot read.",
    )
    .argument("<path>", "database, events.ndjson, or the folder that holds one")
    .option("--fingerprint <text>", "head fingerprint from outside (screen, ticket, printed page), to prove the origin")
    .option("--json", "one JSON object on standard output")
    .action((given: string, options: { fingerprint?: string; json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("verify", isJson, async ({ output }) => {
          const { path, kind } = findRecord(given);
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
