// What a verification found. Owns: collecting all problems, the verdict, and what is never proved.
// Does not look at any file.
import type { Problem, VerifyReport } from "../../protocol/index.ts";

export type VerifyOptions = {
  /** Data directory, for its checkpoints, key and recordings; by default what lies beside the file. */
  home?: string;
  /** Fingerprint of a head, known from outside (a printed page, a change ticket). */
  fingerprint?: string;
  /** The installation's public key (64 hex digits), known from outside. */
  installKey?: string;
  /** A database's one log to look at, with the install log; all by default. */
  log?: string;
};

/** RECORDS.md: what no chain can prove, said at the end of every report. */
const NEVER_PROVED = [
  "that what was recorded was true when it was recorded (a lie at capture time)",
  "that nobody with full rights on the machine (root) forged it while it was written",
  "that the machine's clock was right: the order is proved, the times are a claim",
  "that a password was used by its owner and not given away",
];

/** A rewritten log differs in every later checkpoint: past this many the rest is only counted. */
const LISTED_AT_MOST = 1_000;

export type Findings = {
  problem(code: string, message: string, log?: string | null, seq?: number | null): void;
  warning(code: string, message: string, log?: string | null, seq?: number | null): void;
  problems: Problem[];
  warnings: Problem[];
  counts: { logs: number; events: number; recordings: number; checkpoints: number; unanchored: number };
  /** Mode of each run that was begun. */
  runs: Map<string, string>;
};

export function createFindings(): Findings {
  const dropped = new Map<Problem[], number>();
  const add =
    (list: Problem[]) =>
    (code: string, message: string, log: string | null = null, seq: number | null = null) => {
      if (list.length < LISTED_AT_MOST) return void list.push({ code, message, log, seq });
      const more = (dropped.get(list) ?? 0) + 1;
      dropped.set(list, more);
      list[LISTED_AT_MOST] = { code: "more", message: `… and ${more} more like these`, log: null, seq: null };
    };
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  return {
    problem: add(problems),
    warning: add(warnings),
    problems,
    warnings,
    runs: new Map(),
    counts: { logs: 0, events: 0, recordings: 0, checkpoints: 0, unanchored: 0 },
  };
}

/** NOT VERIFIED over OPEN over VERIFIED WITH WARNINGS over VERIFIED: the worst thing found decides. */
export function finish(
  findings: Findings,
  about: { source: string; sourceKind: "database" | "events"; fingerprint: string | null; originProved: boolean; startedAt: number },
): VerifyReport {
  const { problems, warnings, counts, runs } = findings;
  const rehearsals = [...runs].flatMap(([run, mode]) => (mode === "rehearsal" ? [run] : []));
  if (!about.originProved)
    findings.warning(
      "origin-not-proved",
      "Consistent in itself at most; origin not proved: anybody can make up an installation. Give a fingerprint from outside (--fingerprint) to prove it.",
    );
  const verdict =
    problems.length > 0 ? "NOT VERIFIED" : counts.unanchored > 0 ? "OPEN" : warnings.length > 0 ? "VERIFIED WITH WARNINGS" : "VERIFIED";
  return {
    verdict,
    source: about.source,
    sourceKind: about.sourceKind,
    ...counts,
    fingerprint: about.fingerprint,
    problems,
    warnings,
    notProved: [
      ...NEVER_PROVED,
      ...(about.originProved ? [] : ["where the record comes from: nothing from outside was given to compare it with"]),
    ],
    rehearsals,
    isRehearsal: rehearsals.length > 0 && rehearsals.length === runs.size,
    durationMs: performance.now() - about.startedAt,
  };
}
