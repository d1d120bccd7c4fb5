// The checkpoints' file beside a database: found, read, in order, and whole.
// Owns: what is wrong with the file itself. Whether its heads are those of the logs is anchors-check.ts.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { sidecarBeside } from "../backup.ts";
import { newestInstallSeq, parseSidecar, sidecarOrderProblems } from "../sidecar.ts";
import { type AnchorCheck, wantCheckpoints } from "./anchors-check.ts";
import type { Findings, VerifyOptions } from "./report.ts";

export type SidecarFile = {
  path: string;
  bytes: Buffer;
  /** The record was closed in order and is not open now: then every line is there and whole. */
  isAtRest: boolean;
};

/** To be called before the database is opened: an open one has a log of SQLite's own beside it, and so has one that was not closed. */
export function readSidecarOf(path: string, options: VerifyOptions): SidecarFile | null {
  const places = [join(options.home ?? dirname(path), "checkpoints.ndjson")];
  if (options.home === undefined) places.unshift(sidecarBeside(path));
  const found = places.find((place) => existsSync(place));
  if (found === undefined) return null;
  const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return { path: found, bytes: readFileSync(found), isAtRest: wal === undefined || wal.size === 0 };
}

export function checkSidecar(sidecar: SidecarFile, publicKey: string, install: string, anchors: AnchorCheck, findings: Findings): void {
  const lines = parseSidecar(sidecar.bytes);
  const file = basename(sidecar.path);
  for (const { lineNumber, message } of sidecarOrderProblems(lines))
    findings.problem("checkpoint-order", `${file}:${lineNumber}: ${message}.`);
  wantCheckpoints(lines, publicKey, anchors, findings, file);
  const first = lines.find((line) => line.checkpoint !== null)?.checkpoint?.heads.find((head) => head.log === install);
  if (first !== undefined && first.seq > 1)
    findings.problem(
      "checkpoints-begun-anew",
      `${file} begins at event ${first.seq} of the install log: the checkpoints before it are gone.`,
      install,
      first.seq,
    );
  if (sidecar.isAtRest && sidecar.bytes.length > 0 && sidecar.bytes.at(-1) !== 0x0a)
    findings.problem(
      "checkpoints-cut",
      `${file} ends in the middle of a line, although the record was closed in order: its end was cut off.`,
      install,
    );
}

/**
 * Lines that are gone from the end. `headsAt`: where in the install log a checkpoint's heads stand. They are committed right
 * before the checkpoint's line is written, so only the last of them can be without one, and only where the engine runs or was killed.
 */
export function checkMissingLines(
  sidecar: SidecarFile,
  headsAt: readonly number[],
  install: string,
  lastSeq: number,
  findings: Findings,
): void {
  const file = basename(sidecar.path);
  let newest = newestInstallSeq(parseSidecar(sidecar.bytes), install);
  // A running engine may have written more since: the file is read again, now that the database stands still for us.
  if (!sidecar.isAtRest && headsAt.some((at) => at > (newest ?? 0)) && existsSync(sidecar.path))
    newest = newestInstallSeq(parseSidecar(readFileSync(sidecar.path)), install);
  if (newest === null) {
    // With nothing but its own creation, an engine was killed before it wrote the first line.
    if (lastSeq > 1)
      findings.problem(
        "no-checkpoints",
        `${file} holds no checkpoint any more, but the install log has ${lastSeq} events: the file was emptied or cut, and events cut from the end cannot be noticed.`,
        install,
      );
    return;
  }
  const without = headsAt.filter((at) => at > newest);
  const isLastOnly = without.every((at, i) => at === lastSeq - (without.length - 1 - i));
  if (without.length === 0 || (isLastOnly && !sidecar.isAtRest)) return;
  findings.problem(
    "checkpoints-cut",
    `${file} ends at event ${newest} of the install log, but checkpoints were written after it (event ${without.join(", ")}): their lines were cut off.`,
    install,
    newest,
  );
}
