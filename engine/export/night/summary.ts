// The figures of the summary, the outcome in one word, and the ways back beside their promises. Owns: how each is counted.
import type { LaunchView } from "../../protocol/index.ts";
import type { RunRow } from "../report/runs.ts";
import type { Facts, Texts } from "./facts.ts";
import { isOff, resultOf } from "./phases.ts";
import type { Migration, NightReport, Outcome, Summary, WayBackRow } from "./types.ts";

type Input = Pick<
  NightReport,
  "kpis" | "validation" | "wayBack" | "incidents" | "nearMisses" | "migrations" | "deviations" | "signoffs"
> & {
  facts: Facts;
  runs: readonly RunRow[];
  figures: NightReport["runs"];
  view: LaunchView | null;
};

export function summaryOf(input: Input): Summary {
  const { facts, runs, figures, kpis, validation, wayBack, incidents, nearMisses, migrations, deviations, signoffs, view } = input;
  const forward = runs.filter(({ run }) => !facts.back.has(run));
  const steps = forward.flatMap((run) => run.steps).filter((step) => !step.isWayBack && !isOff(step));
  const verdictOf = (step: (typeof steps)[number]): string => step.attempts.at(-1)?.verdict ?? "";
  const states = steps.map((step) => {
    const result = resultOf(step);
    return result === "accepted" || result === "rejected" ? verdictOf(step) : result;
  });
  const of = (state: string): number => states.filter((one) => one === state).length;
  const judgements = steps.flatMap((step) => step.judgements);
  const starts = runs.map(({ startedAt }) => Date.parse(startedAt));
  const isOver = runs.length > 0 && runs.every((run) => run.endedAt !== "" || isGoneBackFrom(run, wayBack));
  // A run that was gone back from may stay held for ever: what counts of it is the last thing that happened in it.
  const ends = runs
    .flatMap((run) => [run.endedAt, ...run.steps.flatMap(({ attempts }) => attempts.map(({ endedAt }) => endedAt))])
    .filter((at) => at !== "");
  const start = starts.length === 0 ? null : Math.min(...starts);
  const end = isOver && ends.length > 0 ? Math.max(...ends.map((at) => Date.parse(at))) : null;
  const { outcome, because } = outcomeOf(forward, steps.map(resultOf), wayBack);
  const paths = new Map(figures.filter((run) => !run.isWayBack).map((run) => [run.path, run.plannedMs]));
  const planned = [...paths.values()].flatMap((one) => (one === null ? [] : [one]));
  const windowEnd = view?.header.facts.windowEnd ?? null;
  const { gates, checks } = validation;
  const probes = (verdict: "total" | "passed" | "failed" | "unknown" | "warned"): number =>
    gates.reduce((sum, one) => sum + one.probes[verdict], 0);
  return {
    outcome,
    because,
    startedAt: start === null ? null : new Date(start).toISOString(),
    endedAt: end === null ? null : new Date(end).toISOString(),
    elapsedMs: start === null || end === null ? null : end - start,
    plannedMs: planned.length === 0 ? null : planned.reduce((sum, one) => sum + one, 0),
    pastWindowMs: end === null || windowEnd === null ? null : end - Date.parse(windowEnd),
    runs: runs.length,
    steps: {
      total: steps.length,
      passed: of("passed"),
      failed: of("failed"),
      unknown: of("unknown"),
      skipped: of("skipped"),
      notRun: of("not run"),
      running: of("running"),
    },
    judged: {
      accepted: judgements.filter((one) => one.outcome === "accepted").length,
      rejected: judgements.filter((one) => one.outcome === "rejected").length,
    },
    retries: steps.reduce((sum, step) => sum + Math.max(0, step.attempts.length - 1), 0),
    gates: {
      total: gates.length,
      passed: gates.filter(({ verdict }) => verdict === "passed").length,
      failed: gates.filter(({ verdict }) => verdict === "failed").length,
      unknown: gates.filter(({ verdict }) => verdict === "unknown").length,
    },
    probes: {
      total: probes("total"),
      passed: probes("passed"),
      failed: probes("failed"),
      unknown: probes("unknown"),
      warned: probes("warned"),
    },
    kpis: {
      total: kpis.length,
      met: kpis.filter(({ verdict }) => verdict === "met").length,
      notMet: kpis.filter(({ verdict }) => verdict === "not met").length,
      unknown: kpis.filter(({ verdict }) => verdict === "unknown").length,
      notJudged: kpis.filter(({ verdict }) => verdict === "no target" || verdict === "waived").length,
    },
    checks: { met: checks.filter(({ isMet }) => isMet).length, notMet: checks.filter(({ isMet }) => !isMet).length },
    incidents: { total: incidents.length, open: incidents.filter(({ closedAt }) => closedAt === null).length },
    nearMisses: nearMisses.length,
    wayBacks: {
      total: wayBack.length,
      recovered: wayBack.filter(({ outcome: one }) => one === "passed").length,
      inTime: wayBack.filter(({ inTime }) => inTime === true).length,
    },
    deviations: deviations.length,
    migrations: migrations.reduce((sum, one) => sum + migrationCount(one), 0),
    signatures: {
      valid: signoffs.filter(({ state }) => state === "valid").length,
      notValid: signoffs.filter(({ state }) => state !== "valid").length,
    },
  };
}

/** "3" is three; a list has as many as it has entries. */
export function migrationCount({ value }: Pick<Migration, "value">): number {
  const text = value.trim();
  if (/^\d{1,6}$/.test(text)) return Number(text);
  return text === "" ? 0 : text.split(/[\s,;]+/).filter((one) => one !== "").length;
}

const WELL: readonly string[] = ["passed", "passed with skips", "accepted"];
const isGoneBackFrom = ({ run }: RunRow, wayBack: readonly WayBackRow[]): boolean =>
  wayBack.some((one) => one.of === run && one.outcome === "passed");

function outcomeOf(
  forward: readonly RunRow[],
  states: readonly string[],
  wayBack: readonly WayBackRow[],
): { outcome: Outcome; because: string } {
  if (forward.length === 0) return { outcome: "nothing run", because: "No live run of a runbook stands in this log." };
  const last = [...new Map(forward.map((run) => [run.path, run])).values()];
  const undone = last.filter((run) => isGoneBackFrom(run, wayBack) && !WELL.includes(run.status));
  if (undone.length > 0) return { outcome: "rolled back", because: `Gone back from: ${undone.map(({ title }) => title).join(", ")}.` };
  const open = last.filter(({ endedAt }) => endedAt === "");
  if (open.length > 0)
    return { outcome: "under way", because: `Not ended: ${open.map(({ title, status }) => `${title} (${status})`).join(", ")}.` };
  const bad = last.filter(({ status }) => !WELL.includes(status));
  if (bad.length > 0)
    return {
      outcome: "not completed",
      because: bad
        .map(({ title, status }) => `${title} ended ${status}`)
        .join(", ")
        .concat("."),
    };
  const parts = ["failed", "unknown", "accepted", "skipped"].flatMap((state) => {
    const n = states.filter((one) => one === state).length;
    return n === 0 ? [] : [`${n} ${state}`];
  });
  if (wayBack.length > 0) parts.push(`${wayBack.length} gone back from`);
  return parts.length === 0
    ? { outcome: "deployed", because: "Every step passed." }
    : { outcome: "deployed with exceptions", because: `Every run ended well; of their steps ${parts.join(", ")}.` };
}

/** Ways back as runs of their own, and those taken within the run. */
export function wayBackRows({ wayBacks, ends, back }: Facts, runs: readonly RunRow[], texts: Texts): WayBackRow[] {
  const own = wayBacks.map(
    (one): WayBackRow => ({
      ...one,
      inTime: one.targetMs === null || one.durationMs === null ? null : one.outcome === "passed" && one.durationMs <= one.targetMs,
    }),
  );
  const within = runs
    .filter(({ run }) => !back.has(run))
    .flatMap((run) =>
      run.steps
        .filter((step) => step.isWayBack && step.attempts.length > 0)
        .flatMap((step): WayBackRow[] => {
          const { steps = [] } = texts.last(run.run) ?? {};
          const undone = steps.filter(({ directive }) => directive.rollback === `#${step.id}`);
          const targetMs = steps.find(({ id }) => id === step.id)?.directive.targetMs ?? undone[0]?.directive.targetMs ?? null;
          const last = step.attempts.at(-1)!;
          return [
            {
              kind: "step of the run",
              title: `${step.number} ${step.title}`.trim(),
              of: run.run,
              run: run.run,
              steps: undone.map(({ id }) => id),
              by: last.by,
              reason: "",
              decidedAt: last.startedAt,
              targetMs,
              durationMs: last.durationMs,
              outcome: last.verdict,
              inTime: targetMs === null || last.durationMs === null ? null : last.verdict === "passed" && last.durationMs <= targetMs,
              seq: last.seq,
              endSeq: ends.get(`${run.run}\0${step.id}`) ?? null,
            },
          ];
        }),
    );
  return [...own, ...within].sort((a, b) => a.seq - b.seq);
}
