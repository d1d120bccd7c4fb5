// A run as one line of the table of recovery measurements. Owns: which figures that line has. Pure; every figure is from the record.
import type { RecoveryView } from "../protocol/index.ts";
import { paceOf, type RunFacts } from "./facts.ts";
import { faultsOf } from "./faults.ts";

/** Durations whole milliseconds, moments ISO 8601 UTC, null where nothing was measured; `seq` are events of the run's log, 0 for none. */
export type RecoveryRow = {
  number: number;
  run: string;
  log: string;
  launch: string;
  mode: "live" | "rehearsal";
  way: string;
  pace: string;
  speed: number;
  compress: number;
  title: string;
  path: string;
  version: string;
  planSha256: string;
  cluster: string;
  clusterClass: string;
  startedAt: string;
  endedAt: string | null;
  status: string;
  result: string;
  declaredAt: string | null;
  declaredBy: string;
  isClaimed: boolean;
  reason: string;
  verifiedAt: string | null;
  verifiedBy: string;
  rtoMs: number | null;
  rtoTextMs: number | null;
  rtoTargetMs: number | null;
  rto: string;
  /** Per store, the worst first. */
  stores: { block: string; step: string; lastWrite: string; lostMs: number | null; isPlayed: boolean }[];
  notMeasured: string[];
  rpoMs: number | null;
  rpoTargetMs: number | null;
  rpo: string;
  clocksPartedMs: number;
  operator: string;
  people: string[];
  solo: boolean;
  /** Null until the debrief. */
  faults: { title: string; foundMs: number | null }[] | null;
  declaredSeq: number;
  verifiedSeq: number;
};

export function recoveryRow(run: RunFacts, recovery: RecoveryView, number: number): RecoveryRow {
  const { declared, verified, rto, rpo } = recovery;
  return {
    number,
    run: run.run,
    log: run.log,
    launch: run.launch,
    mode: run.mode,
    way: run.way ?? "",
    pace: paceOf(run),
    speed: run.speed,
    compress: run.compress,
    title: run.title,
    path: run.path,
    version: run.version ?? "",
    planSha256: run.planSha256,
    cluster: run.cluster ?? "",
    clusterClass: run.clusterClass ?? "",
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    status: run.status,
    result: run.result,
    declaredAt: declared?.at ?? null,
    declaredBy: declared?.by ?? "",
    isClaimed: declared?.isClaimed ?? false,
    reason: declared?.reason ?? "",
    verifiedAt: verified?.at ?? null,
    verifiedBy: verified?.by ?? "",
    rtoMs: rto.ms,
    rtoTextMs: rto.textMs,
    rtoTargetMs: rto.targetMs,
    rto: rto.state,
    stores: rpo.measured
      .map(({ block, step, lastWrite, lostMs, isPlayed }) => ({ block, step, lastWrite, lostMs, isPlayed }))
      .sort((a, b) => (b.lostMs ?? -1) - (a.lostMs ?? -1)),
    notMeasured: rpo.missing,
    rpoMs: rpo.ms,
    rpoTargetMs: rpo.targetMs,
    rpo: rpo.state,
    clocksPartedMs: recovery.clocksPartedMs,
    operator: run.operator,
    people: [...run.people.values()],
    solo: run.solo,
    faults: faultsOf(run)?.map(({ title, foundMs }) => ({ title, foundMs })) ?? null,
    declaredSeq: declared?.seq ?? 0,
    verifiedSeq: verified?.seq ?? 0,
  };
}
