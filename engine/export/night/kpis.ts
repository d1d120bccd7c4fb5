// Measured values beside their targets and what was measured before the change. Owns: which values belong together, last, median, worst, verdict.
// Nothing is typed here: each row names the events that it was computed from.
import type { LaunchView, StoredEvent } from "../../protocol/index.ts";
import { type Data, listOf, numberOf, textOf } from "../report/read.ts";
import { type Decimal, decimalOf, limitOf, median, minus, percent, wordsOf, worstAt } from "./decimal.ts";
import type { Facts, Measured } from "./facts.ts";
import type { Kpi } from "./types.ts";

type Sample = { value: string; seq: number };
export type StepName = (run: string, step: string) => { title: string; phase: string; isBaseline: boolean };

/** Words that name the same measure: "baseline-error-rate", `BASELINE_ERROR_RATE` and "Error rate" are one. */
export const measureKey = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "" && word !== "baseline")
    .join("-");
export const isBaselineName = (...names: string[]): boolean => names.some((name) => /(^|[^a-z0-9])baseline([^a-z0-9]|$)/i.test(name));

export function kpisOf(facts: Facts, nameOf: StepName, events: readonly StoredEvent[], view: LaunchView | null): Kpi[] {
  const before = baselinesOf(facts, nameOf);
  const rows: Kpi[] = [];
  for (const gate of facts.gates) {
    const { title, isBaseline } = nameOf(gate.run, gate.step);
    const samples = gate.probes.filter((one) => decimalOf(one.value) !== null);
    if (isBaseline || (gate.limit === "" && samples.length === 0)) continue;
    const again = gate.attempt > 1 ? `, attempt ${gate.attempt}` : "";
    rows.push(
      row({
        name: gate.name,
        from: "gate",
        where: `${title}${again}`,
        target: gate.limit,
        samples,
        baseline: before(gate.name, gate.seq),
        unit: "",
        verdict: gate.limit === "" ? "no target" : VERDICTS[gate.verdict],
        judged: gate.judged,
        seqs: [gate.seq, ...(gate.endSeq === null ? [] : [gate.endSeq])],
        source: `${gate.probes.length} ${gate.probes.length === 1 ? "probe" : "probes"}`,
      }),
    );
  }
  for (const one of facts.measured) {
    const { title, isBaseline } = nameOf(one.run, one.step);
    if (isBaseline || one.limit === "") continue;
    rows.push(
      row({
        name: one.name,
        from: one.from,
        where: one.attempt > 1 ? `${title}, attempt ${one.attempt}` : title,
        target: one.limit,
        samples: decimalOf(one.value) === null ? [] : [one],
        baseline: before(one.name, one.seq),
        unit: "",
        verdict: VERDICTS[one.verdict],
        judged: one.judged,
        seqs: [one.seq],
        source: one.from === "check" ? "typed by a person" : "last number printed",
      }),
    );
  }
  return [...rows, ...watchRows(events, before), ...criteria(view)];
}

const VERDICTS: Record<string, Kpi["verdict"]> = { passed: "met", failed: "not met" };

type Given = Pick<Kpi, "name" | "from" | "where" | "target" | "baseline" | "unit" | "judged" | "seqs" | "source"> & {
  samples: readonly Sample[];
  verdict: Kpi["verdict"] | undefined;
};
function row({ samples, verdict = "unknown", seqs, ...rest }: Given): Kpi {
  const values = samples.map((one) => decimalOf(one.value)!);
  const worst = worstAt(values, limitOf(rest.target));
  const middle = median(values);
  const was = rest.baseline === null ? null : decimalOf(rest.baseline.value);
  const change = middle === null || was === null ? null : minus(middle, was);
  const share: Decimal | null = change === null || was === null ? null : percent(change, was);
  return {
    ...rest,
    samples: samples.length,
    last: samples.at(-1)?.value ?? "",
    median: middle === null ? "" : wordsOf(middle),
    worst: worst === -1 ? "" : samples[worst]!.value,
    change: change === null ? "" : wordsOf(change),
    changePercent: share === null ? "" : wordsOf(share),
    verdict,
    seqs: [...new Set([...seqs, ...(worst === -1 ? [] : [samples[worst]!.seq])])].sort((a, b) => a - b),
  };
}

/** The last value of that name measured before, in a step that says "baseline", or captured under a name that does. */
function baselinesOf({ gates, measured, captured }: Facts, nameOf: StepName) {
  const found: (Sample & { key: string })[] = [];
  const add = (name: string, value: string, seq: number): void => {
    if (decimalOf(value) !== null) found.push({ key: measureKey(name), value: value.trim(), seq });
  };
  const isBefore = (one: { run: string; step: string }, name: string): boolean =>
    nameOf(one.run, one.step).isBaseline || isBaselineName(name);
  for (const gate of gates) if (isBefore(gate, gate.name)) for (const probe of gate.probes) add(gate.name, probe.value, probe.seq);
  for (const one of measured) if (isBefore(one, one.name)) add(one.name, one.value, one.seq);
  for (const one of captured) if (isBefore(one, one.name)) add(one.name, one.value, one.seq);
  found.sort((a, b) => a.seq - b.seq);
  return (name: string, seq: number): Kpi["baseline"] => {
    const last = found.findLast((one) => one.key === measureKey(name) && one.seq < seq);
    return last === undefined ? null : { value: last.value, seq: last.seq };
  };
}

/** One row per look of the watch, over all that was entered. */
function watchRows(events: readonly StoredEvent[], before: (name: string, seq: number) => Kpi["baseline"]): Kpi[] {
  const looks = new Map<string, { title: string; limit: string; unit: string; samples: Sample[]; verdicts: string[]; seqs: number[] }>();
  for (const { body } of events) {
    if (body.type !== "watch.entered") continue;
    for (const one of listOf(body.data as Data, "values") as Data[]) {
      const id = textOf(one, "look");
      const look = looks.get(id) ?? { title: "", limit: "", unit: "", samples: [], verdicts: [], seqs: [] };
      looks.set(id, look);
      Object.assign(look, { title: textOf(one, "title"), limit: textOf(one, "limit"), unit: textOf(one, "unit") });
      look.verdicts.push(textOf(one, "verdict"));
      look.seqs.push(body.seq);
      const value = textOf(one, "value");
      if (decimalOf(value) !== null) look.samples.push({ value, seq: numberOf(one, "check") ?? body.seq });
    }
  }
  return [...looks.values()].map(({ title, limit, unit, samples, verdicts, seqs }) =>
    row({
      name: title,
      from: "watch",
      where: "the watch",
      target: unit !== "" && limit.endsWith(` ${unit}`) ? limit.slice(0, -unit.length - 1) : limit,
      samples,
      baseline: before(title, seqs[0] ?? 0),
      unit,
      verdict: limit === "" ? "no target" : verdicts.includes("not met") ? "not met" : verdicts.includes("unknown") ? "unknown" : "met",
      judged: "",
      seqs: [seqs[0]!, seqs.at(-1)!],
      source: `${seqs.length} ${seqs.length === 1 ? "look" : "looks"}`,
    }),
  );
}

/** What the decision rested on. */
function criteria(view: LaunchView | null): Kpi[] {
  return (view?.board.criteria ?? []).map((one) => {
    const item = view?.items.find(({ id }) => id === one.item);
    const seq = item?.check?.seq ?? item?.answer?.seq ?? null;
    return {
      name: `${one.item} ${one.text}`.trim(),
      from: "criterion",
      where: "the decision's criteria",
      target: one.limit,
      baseline: null,
      samples: one.measured === "" ? 0 : 1,
      last: one.measured,
      median: "",
      worst: "",
      change: "",
      changePercent: "",
      unit: "",
      verdict: one.verdict,
      judged: item?.check?.judgement ?? "",
      seqs: seq === null ? [] : [seq],
      source: one.source,
    };
  });
}

export type { Measured };
