// Checkpoints against the logs they are about. Owns: which heads are wanted, and what a missing or different one means.
// Reads no file: it is given the sidecar's lines.
import { envelopeProblem } from "../chain.ts";
import { CHECKPOINT_TYPE, type SidecarLine } from "../sidecar.ts";
import type { Walked } from "./chain-check.ts";
import type { Findings } from "./report.ts";

type Wanted = { seq: number; head: string; says: string };
export type AnchorCheck = {
  /** Adds a head that must be found: from a checkpoint (which anchors) or from the install log (which does not). */
  want(log: string, seq: number, head: string, says: string, anchors: boolean): void;
  /** Tells the hash after an event; seq 0 is the genesis. */
  saw(log: string, seq: number, hash: Buffer): void;
  /** After a log was walked: what is cut off, and how much is not anchored. */
  close(walked: Walked, name: string): void;
  /** Logs that a checkpoint knows, with the furthest seq and where it is said. */
  known(): Map<string, { seq: number; says: string }>;
};

export function createAnchorCheck(findings: Findings): AnchorCheck {
  const wanted = new Map<string, Map<number, (Wanted & { anchors: boolean })[]>>();
  const furthest = new Map<string, { seq: number; says: string }>();
  const anchored = new Map<string, number>();
  return {
    want(log, seq, head, says, anchors) {
      const ofLog = wanted.get(log) ?? new Map<number, (Wanted & { anchors: boolean })[]>();
      wanted.set(log, ofLog);
      const same = ofLog.get(seq);
      if (same === undefined) ofLog.set(seq, [{ seq, head, says, anchors }]);
      // Checkpoints repeat heads that did not move; one per seq and hash is enough, and an anchor outweighs.
      else if (!same.some((one) => one.head === head && (one.anchors || !anchors))) same.push({ seq, head, says, anchors });
      if ((furthest.get(log)?.seq ?? -1) < seq) furthest.set(log, { seq, says });
    },
    saw(log, seq, hash) {
      for (const one of wanted.get(log)?.get(seq) ?? []) {
        if (one.head !== hash.toString("hex"))
          findings.problem("head-differs", `Event ${seq} of ${log} is not the one that ${one.says} has: the log was rewritten.`, log, seq);
        else if (one.anchors) anchored.set(log, Math.max(anchored.get(log) ?? 0, seq));
      }
    },
    close(walked, name) {
      const last = furthest.get(walked.log);
      if (last !== undefined && last.seq > walked.seq) {
        const missing = last.seq - walked.seq;
        findings.problem(
          "events-cut",
          `${name} ends at event ${walked.seq}, but ${last.says} has event ${last.seq}: ${missing} ${missing === 1 ? "event was" : "events were"} cut from the end.`,
          walked.log,
          walked.seq,
        );
      }
      findings.counts.unanchored += Math.max(0, walked.seq - (anchored.get(walked.log) ?? 0));
    },
    known: () => furthest,
  };
}

/** Checks the signatures of checkpoint lines and asks for their heads. Lines that do not count anchor nothing. */
export function wantCheckpoints(
  lines: readonly SidecarLine[],
  publicKey: string,
  anchors: AnchorCheck,
  findings: Findings,
  file: string,
): void {
  for (const { lineNumber, envelope, checkpoint } of lines) {
    const at = `${file}:${lineNumber}`;
    if (checkpoint === null) {
      findings.warning("checkpoint-unreadable", `${at}: the line cannot be read; it was torn by a power cut, or changed.`);
      continue;
    }
    findings.counts.checkpoints += 1;
    const wrong = envelopeProblem(envelope, CHECKPOINT_TYPE, publicKey);
    if (wrong !== null) {
      findings.problem("checkpoint-signature", `${at}: checkpoint ${checkpoint.n} does not count: ${wrong}.`);
      continue;
    }
    for (const { log, seq, head } of checkpoint.heads) anchors.want(log, seq, head, `the checkpoint of ${checkpoint.at} (${at})`, true);
  }
}
