// Measured downtime. Owns: what counts as down, as not known and as looked at, and the words that say so.
// A probe that failed begins an outage; it ends with the next probe of the same gate's name that passed. What no probe looked at is not counted as up.
import type { Facts, Gate, Loop } from "./facts.ts";
import type { Downtime } from "./types.ts";

type Span = { from: number; to: number };
const NAMED = /(^|[^a-z0-9])down-?time([^a-z0-9]|$)/i;
const MAINTENANCE = /maintenance/i;
const ms = (at: string): number => Date.parse(at);
const iso = (at: number): string => new Date(at).toISOString();

export const DOWNTIME_METHOD =
  "Gates named “downtime” decide; where there is none, every gate that probed while a loop named “maintenance” was open, within that time. An outage begins with a probe that failed and ends with the next probe of the same name that passed; both moments are those of the record, so it is known to one probe's interval. A probe that measured nothing makes the time until the next one not known. Time without a probe is neither up nor down.";

export function downtimeOf({ gates, loops }: Facts): Downtime {
  const maintenance = loops.filter(({ name }) => MAINTENANCE.test(name)).map(maintenanceRow);
  const named = gates.filter(({ name, probes }) => NAMED.test(name) && probes.length > 0);
  if (named.length > 0) return measured("downtime gate", named, null, maintenance);
  const windows = loops
    .filter(({ name }) => MAINTENANCE.test(name))
    .map(({ openedAt, closedAt }) => ({ from: ms(openedAt), to: closedAt === null ? Number.POSITIVE_INFINITY : ms(closedAt) }));
  const within = (at: string): boolean => windows.some(({ from, to }) => ms(at) >= from && ms(at) <= to);
  const names = new Set(gates.filter(({ probes }) => probes.some(({ at }) => within(at))).map(({ name }) => name));
  if (names.size > 0)
    return measured(
      "probes during maintenance",
      gates.filter(({ name }) => names.has(name)),
      windows,
      maintenance,
    );
  return {
    method: "not measured",
    gates: [],
    downMs: null,
    notKnownMs: null,
    lookedMs: null,
    isAtLeast: false,
    everyMs: null,
    outages: [],
    maintenance,
  };
}

const maintenanceRow = ({ name, openedAt, closedAt, seq }: Loop): Downtime["maintenance"][number] => ({
  name,
  openedAt,
  closedAt,
  ms: closedAt === null ? null : ms(closedAt) - ms(openedAt),
  seq,
});

type Outage = Span & { gate: string; seq: number; isOpen: boolean };
function measured(
  method: Downtime["method"],
  gates: readonly Gate[],
  windows: readonly Span[] | null,
  maintenance: Downtime["maintenance"],
): Downtime {
  const outages: Outage[] = [];
  const unknown: Span[] = [];
  const up: Span[] = [];
  for (const name of new Set(gates.map((one) => one.name))) {
    const seen = lookedAt(gates.filter((one) => one.name === name));
    outages.push(...seen.outages.map((one) => ({ ...one, gate: name })));
    unknown.push(...seen.unknown);
    up.push(...seen.up);
  }
  const clip = <S extends Span>(spans: readonly S[]): S[] => (windows === null ? [...spans] : clipped(spans, windows));
  const down = clip(outages).sort((a, b) => a.from - b.from || a.seq - b.seq);
  const downMs = lengthOf(down);
  return {
    method,
    gates: [...new Set(gates.map((one) => one.name))],
    downMs,
    // What one gate saw as down is not "not known" because another did not see it.
    notKnownMs: lengthOf([...clip(unknown), ...down]) - downMs,
    lookedMs: lengthOf([...clip(up), ...down]),
    isAtLeast: down.some((one) => one.isOpen),
    everyMs: Math.max(...gates.map((one) => one.everyMs)),
    outages: down.map(({ from, to, gate, seq, isOpen }) => ({ from: iso(from), to: isOpen ? null : iso(to), ms: to - from, gate, seq })),
    maintenance,
  };
}

/** One name's probes in order, over all its gates. */
function lookedAt(gates: readonly Gate[]) {
  const marks = gates
    .flatMap(({ probes, pauses }) => [
      ...probes.map(({ at, verdict, seq }) => ({ at: ms(at), what: verdict, seq })),
      ...pauses.map((at) => ({ at: ms(at), what: "pause", seq: Number.MAX_SAFE_INTEGER })),
    ])
    .sort((a, b) => a.at - b.at || a.seq - b.seq);
  const outages: (Span & { seq: number; isOpen: boolean })[] = [];
  const unknown: Span[] = [];
  const up: Span[] = [];
  let now: "none" | "up" | "down" | "unknown" = "none";
  let since = 0;
  let seq = 0;
  let last = 0;
  for (const mark of marks) {
    last = mark.at;
    if (now === "up") up.push({ from: since, to: mark.at });
    else if (now === "unknown") unknown.push({ from: since, to: mark.at });
    else if (now === "down") {
      if (mark.what !== "passed") continue;
      outages.push({ from: since, to: mark.at, seq, isOpen: false });
    }
    now = mark.what === "passed" ? "up" : mark.what === "failed" ? "down" : mark.what === "pause" ? "none" : "unknown";
    since = mark.at;
    seq = mark.seq;
  }
  if (now === "down") outages.push({ from: since, to: last, seq, isOpen: true });
  return { outages, unknown, up };
}

const clipped = <S extends Span>(spans: readonly S[], windows: readonly Span[]): S[] =>
  spans.flatMap((span) =>
    windows.flatMap((window) => {
      const from = Math.max(span.from, window.from);
      const to = Math.min(span.to, window.to);
      return from <= to && (from < to || span.from === span.to) ? [{ ...span, from, to }] : [];
    }),
  );

/** Of all together; what overlaps counts once. */
function lengthOf(spans: readonly Span[]): number {
  let total = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { from, to } of [...spans].sort((a, b) => a.from - b.from)) {
    total += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return total;
}
