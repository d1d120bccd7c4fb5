// The recovery of each run as a report prints it: when the disaster was declared, what was lost, how long it took, against the targets.
// Owns: that reading of the events. The figures are the record's own; the verifiers hold them against the moments.
import type { StoredEvent } from "../../protocol/index.ts";
import { type Data, dataOf, numberOf, textOf, textsOf } from "./read.ts";

export type RecoveryRow = {
  run: string;
  title: string;
  mode: string;
  /** "", or of a rehearsal: walk, replay, sandbox. */
  way: string;
  compress: string;
  speed: string;
  declaredAt: string;
  declaredBy: string;
  declaredSeq: number | null;
  /** A person said the moment; `reason` is theirs. */
  isClaimed: boolean;
  reason: string;
  verifiedAt: string;
  verifiedSeq: number | null;
  rtoTargetMs: number | null;
  rtoMs: number | null;
  /** With compressed waits at the length of the text; null where none was compressed. */
  rtoTextMs: number | null;
  rpoTargetMs: number | null;
  /** The worst of `measured`; null before one is, or before the declaration. */
  rpoMs: number | null;
  measured: { block: string; seq: number; lastWrite: string; lostMs: number | null; isPlayed: boolean }[];
  missing: string[];
  clocksPartedMs: number;
};

/** Only of runs whose text promises or measures a recovery, or that declared a disaster. */
export function recoveriesOf(events: readonly StoredEvent[]): RecoveryRow[] {
  const rows = new Map<string, RecoveryRow & { verifies: string }>();
  for (const { body } of events) {
    const { type, subject, actor, reason, ts_utc: at, seq } = body;
    const data = body.data as Data;
    if (type === "run.started" && data["recovery"] !== undefined) rows.set(subject.run, begun(subject.run, subject.mode, data));
    const row = rows.get(subject.run);
    if (row === undefined) continue;
    if (type === "run.amended" && data["recovery"] !== undefined) {
      const { rtoTargetMs, rpoTargetMs, missing, verifies } = begun(subject.run, subject.mode, data);
      Object.assign(row, {
        rtoTargetMs,
        rpoTargetMs,
        verifies,
        missing: missing.filter((name) => !row.measured.some((one) => one.block === name)),
      });
    } else if (type === "disaster.declared")
      Object.assign(row, {
        declaredAt: textOf(data, "at") || at,
        declaredBy: actor.name,
        declaredSeq: seq,
        isClaimed: data["claimed"] === true,
        reason,
      });
    else if (type === "recovery.measured") {
      const block = textOf(data, "name");
      const made = { block, seq, lastWrite: textOf(data, "last_write"), lostMs: null, isPlayed: data["played"] === true };
      row.measured = [...row.measured.filter((one) => one.block !== block), made];
      row.missing = row.missing.filter((name) => name !== block);
    } else if (type === "step.started" && subject.step === row.verifies)
      Object.assign(row, { verifiedAt: "", verifiedSeq: null, rtoMs: null, rtoTextMs: null, clocksPartedMs: 0 });
    else if (type === "recovery.verified")
      Object.assign(row, {
        verifiedAt: textOf(data, "at") || at,
        verifiedSeq: seq,
        rtoMs: numberOf(data, "rto_ms"),
        rtoTextMs: numberOf(data, "rto_text_ms"),
        clocksPartedMs: numberOf(data, "clocks_parted_ms") ?? 0,
      });
  }
  return [...rows.values()].map(({ verifies: _, ...row }) => withLoss(row));
}

/** What was lost counts back from the declaration in force, which may have been corrected after the measure. */
function withLoss(row: RecoveryRow): RecoveryRow {
  if (row.declaredAt === "") return row;
  const declared = Date.parse(row.declaredAt);
  const measured = row.measured.map((one) => ({ ...one, lostMs: Math.max(0, declared - Date.parse(one.lastWrite)) }));
  return { ...row, measured, rpoMs: measured.length === 0 ? null : Math.max(...measured.map((one) => one.lostMs)) };
}

function begun(run: string, mode: string, data: Data): RecoveryRow & { verifies: string } {
  const said = dataOf(data, "recovery");
  const rehearsal = dataOf(data, "rehearsal");
  return {
    run,
    title: textOf(data, "title"),
    mode,
    way: textOf(rehearsal, "way"),
    compress: textOf(rehearsal, "compress") || "1",
    speed: textOf(rehearsal, "speed") || "1",
    declaredAt: "",
    declaredBy: "",
    declaredSeq: null,
    isClaimed: false,
    reason: "",
    verifiedAt: "",
    verifiedSeq: null,
    rtoTargetMs: numberOf(said, "rto_ms"),
    rtoMs: null,
    rtoTextMs: null,
    rpoTargetMs: numberOf(said, "rpo_ms"),
    rpoMs: null,
    measured: [],
    missing: textsOf(said, "last_write"),
    clocksPartedMs: 0,
    verifies: textOf(said, "verified"),
  };
}

/** `met`, `missed`, or what stands in the way of saying either. */
export function againstTarget(ms: number | null, targetMs: number | null, isOpen: string): string {
  if (ms === null) return isOpen;
  return targetMs === null ? "measured, no target" : ms <= targetMs ? "met" : "not met";
}

/** How the figures came to be, in a few words: "" for a live run at its own pace. */
export function paceOf({ mode, way, compress, speed }: RecoveryRow): string {
  if (mode !== "rehearsal") return "";
  const parts = [way === "" ? "rehearsal" : `rehearsal, ${way}`];
  if (compress !== "1") parts.push(`waits compressed by ${compress}`);
  if (way === "replay" && speed !== "1") parts.push(speed === "0" ? "output played at once" : `output played at ${speed} times its speed`);
  return parts.join(", ");
}

export const lossWords = ({ measured, missing }: RecoveryRow): string[] => [
  ...measured.map((one) => `${one.block}: last write ${one.lastWrite} (event ${one.seq}${one.isPlayed ? ", as played" : ""})`),
  ...missing.map((name) => `${name}: not measured`),
];
