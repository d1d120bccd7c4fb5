// The morning's deployment report as data: what Markdown, PDF and the JSON twin all say. Owns: the shape.
// Durations are whole milliseconds, moments ISO 8601 UTC, measured values decimal strings as they were recorded; `seq` is an event of this log.

export type NightReport = {
  v: 1;
  kind: "holdpoint.deployment-report";
  source: {
    log: string;
    number: number;
    of: "launch" | "run";
    seq: number;
    head: string;
    fingerprint: string;
    at: string;
    installId: string;
  };
  exporter: { id: string; name: string; role: string };
  subject: Subject;
  summary: Summary;
  phases: PhaseRow[];
  runs: RunFigures[];
  features: FeatureRow[];
  validation: Validation;
  kpis: Kpi[];
  downtime: Downtime;
  migrations: Migration[];
  wayBack: WayBackRow[];
  incidents: Trouble[];
  nearMisses: Trouble[];
  deviations: { seq: number; at: string; kind: string; what: string; by: string; reason: string }[];
  signoffs: { seq: number; at: string; name: string; role: string; meaning: string; subject: string; state: string; why: string }[];
  decisions: {
    seq: number;
    outcome: string;
    state: string;
    proposedAt: string;
    takenAt: string | null;
    signed: string[];
    overtaken: string;
    conditions: { text: string; due: string; closedAt: string | null }[];
  }[];
  lessons: Typed[];
  nextSteps: Typed[];
  contradictions: Contradiction[];
  review: { state: string; open: string[]; closedAt: string | null };
  /** How each figure was computed: printed with the report, so that nobody has to guess. */
  methods: { of: string; how: string }[];
};

export type Subject = {
  title: string;
  change: string;
  approval: string;
  riskClass: string;
  summary: string;
  cluster: string;
  clusterClass: string;
  windowStart: string | null;
  windowEnd: string | null;
  zone: string;
  solo: boolean;
  rehearsal: boolean;
  /** "release-manager: Ana". */
  people: string[];
};

export type Outcome = "deployed" | "deployed with exceptions" | "rolled back" | "not completed" | "under way" | "nothing run";
export type Summary = {
  outcome: Outcome;
  because: string;
  /** First start and last end of live runs; null while one is not over. */
  startedAt: string | null;
  endedAt: string | null;
  elapsedMs: number | null;
  plannedMs: number | null;
  /** End after the window's end (positive) or before it (negative). */
  pastWindowMs: number | null;
  runs: number;
  steps: { total: number; passed: number; failed: number; unknown: number; skipped: number; notRun: number; running: number };
  judged: { accepted: number; rejected: number };
  retries: number;
  gates: { total: number; passed: number; failed: number; unknown: number };
  probes: { total: number; passed: number; failed: number; unknown: number; warned: number };
  kpis: { total: number; met: number; notMet: number; unknown: number; notJudged: number };
  checks: { met: number; notMet: number };
  incidents: { total: number; open: number };
  nearMisses: number;
  wayBacks: { total: number; recovered: number; inTime: number };
  deviations: number;
  migrations: number;
  signatures: { valid: number; notValid: number };
};

export type PhaseRow = {
  run: string;
  isWayBack: boolean;
  phase: string;
  steps: number;
  passed: number;
  /** From its planned start to its planned end; null where the text says no time. */
  plannedMs: number | null;
  plannedStart: string | null;
  plannedEnd: string | null;
  actualStart: string | null;
  actualEnd: string | null;
  elapsedMs: number | null;
  /** Actual end minus planned end. */
  driftMs: number | null;
  result: string;
};

export type RunFigures = {
  run: string;
  title: string;
  path: string;
  version: string;
  planSha256: string;
  result: string;
  by: string;
  startedAt: string;
  endedAt: string | null;
  elapsedMs: number | null;
  plannedMs: number | null;
  driftMs: number | null;
  isWayBack: boolean;
  seq: number;
};

export type FeatureRow = {
  id: string;
  title: string;
  /** "not linked" where no step, command or check names the ticket. */
  result: string;
  steps: { run: string; step: string; title: string; verdict: string; seq: number | null }[];
};

export type GateRow = {
  run: string;
  step: string;
  title: string;
  name: string;
  kind: "hold" | "wait";
  attempt: number;
  limit: string;
  spanMs: number | null;
  everyMs: number;
  probes: { total: number; passed: number; failed: number; unknown: number; warned: number };
  durationMs: number | null;
  verdict: string;
  judged: string;
  because: string;
  gapMs: number;
  seq: number;
  endSeq: number | null;
};
export type Validation = {
  gates: GateRow[];
  /** Things a person looked at and confirmed, with who and what value. */
  checks: { run: string; step: string; text: string; isMet: boolean; value: string; by: string; at: string; seq: number }[];
  tests: { item: string; title: string; total: number; passed: number; failed: number; errors: number; skipped: number; seq: number }[];
};

export type Kpi = {
  name: string;
  from: "gate" | "command" | "check" | "watch" | "criterion";
  where: string;
  target: string;
  baseline: { value: string; seq: number } | null;
  samples: number;
  last: string;
  median: string;
  worst: string;
  /** Median minus baseline, and in percent of it (one decimal); "" without a baseline. */
  change: string;
  changePercent: string;
  unit: string;
  verdict: "met" | "not met" | "unknown" | "waived" | "no target";
  judged: string;
  /** Events of: the start, the worst value, the end. */
  seqs: number[];
  source: string;
};

export type Downtime = {
  method: "downtime gate" | "probes during maintenance" | "not measured";
  gates: string[];
  downMs: number | null;
  notKnownMs: number | null;
  lookedMs: number | null;
  /** The last probe failed and none has passed since: it was at least this long. */
  isAtLeast: boolean;
  everyMs: number | null;
  outages: { from: string; to: string | null; ms: number; gate: string; seq: number }[];
  maintenance: { name: string; openedAt: string; closedAt: string | null; ms: number | null; seq: number }[];
};

export type Migration = { name: string; value: string; step: string; run: string; by: string; at: string; seq: number; isUndone: boolean };

export type WayBackRow = {
  kind: string;
  title: string;
  of: string;
  run: string;
  steps: string[];
  by: string;
  reason: string;
  decidedAt: string;
  targetMs: number | null;
  durationMs: number | null;
  outcome: string;
  inTime: boolean | null;
  seq: number;
  endSeq: number | null;
};

export type Trouble = {
  seq: number;
  title: string;
  text: string;
  severity: string;
  by: string;
  at: string;
  acknowledgedAt: string | null;
  toAcknowledgeMs: number | null;
  closedAt: string | null;
  durationMs: number | null;
};

export type Typed = { seq: number; title: string; text: string; by: string; at: string };
export type Contradiction = {
  seq: number;
  where: string;
  said: string;
  /** What the record comes to. */
  computed: string;
  about: string;
};
