// Recordings against the hashes that events bind them by. Owns: reading them in pieces.
// Does not know the recording's format; a recording may be bound more than once (each block, then the step).
import { existsSync, statSync } from "node:fs";
import { sha256OfFile } from "../backup.ts";
import { inside } from "../files.ts";
import type { RecordingRef } from "./chain-check.ts";
import type { Findings } from "./report.ts";

/**
 * Checks every recording below `folder` that `refs` bind. An event without `recording_bytes` binds the whole file as it
 * was then, so only the last such event can be held against the file now.
 */
export function checkRecordings(refs: readonly RecordingRef[], folder: string, findings: Findings): void {
  for (const [path, bound] of byPath(refs)) {
    const last = bound.at(-1)!;
    findings.counts.recordings += 1;
    const file = inside(folder, path);
    if (file === null) {
      findings.problem(
        "recording-path",
        `Event ${last.seq} names the recording "${path}", which leads out of its folder.`,
        last.log,
        last.seq,
      );
      continue;
    }
    if (!existsSync(file) || !statSync(file).isFile()) {
      findings.problem("recording-missing", `The recording ${path} of event ${last.seq} is missing.`, last.log, last.seq);
      continue;
    }
    const size = statSync(file).size;
    for (const ref of bound) {
      if (ref.bytes === null && ref !== last) continue;
      const found = sha256OfFile(file, ref.bytes ?? Number.POSITIVE_INFINITY);
      if (found.sha256 !== ref.sha256) {
        const cut = ref.bytes !== null && size < ref.bytes ? ` It has ${size} bytes; ${ref.bytes} were recorded.` : "";
        findings.problem(
          "recording-changed",
          `The recording ${path} does not have the hash that event ${ref.seq} says.${cut}`,
          ref.log,
          ref.seq,
        );
      }
    }
    if (last.bytes !== null && size > last.bytes) {
      const message = `The recording ${path} has ${size - last.bytes} bytes after the end that event ${last.seq} bound.`;
      if (last.isWhole) findings.problem("recording-longer", message, last.log, last.seq);
      else findings.warning("recording-longer", `${message} Nothing vouches for them.`, last.log, last.seq);
    }
  }
}

export function byPath(refs: readonly RecordingRef[]): Map<string, RecordingRef[]> {
  const out = new Map<string, RecordingRef[]>();
  for (const ref of refs) {
    const list = out.get(ref.path);
    if (list === undefined) out.set(ref.path, [ref]);
    else list.push(ref);
  }
  return out;
}
