// Debriefs as a table and in words, for workbook, CSV, Markdown and paper. Owns: the columns and those words.
import type { Debrief, DebriefFault } from "../../protocol/index.ts";
import { type Table, table } from "./tables.ts";
import { duration, plural } from "./words.ts";

export function standWords({ state, noticed, handled }: DebriefFault): string {
  if (state === "never") return "did not come";
  if (state === "left-out") return "left out";
  return noticed === null ? "not noticed" : handled === null ? "noticed, not dealt with" : "noticed and dealt with";
}

export const seedWords = ({ seed }: Debrief["scenario"]): string => (seed === null ? "" : `, seed ${seed}`);

/** `REHEARSAL` stands in every line: a line may be cut out of its table. */
export const debriefTable = (debriefs: readonly Debrief[]): Table =>
  table(
    "Faults",
    debriefs.flatMap((debrief) => debrief.faults.map((fault) => ({ debrief, fault }))),
    {
      run: ({ debrief }) => debrief.run,
      mode: () => "REHEARSAL",
      way: ({ debrief }) => debrief.way,
      "~scenario": ({ debrief }) => debrief.scenario.title,
      seed: ({ debrief }) => debrief.scenario.seed ?? "",
      fault: ({ fault }) => fault.name,
      "~title": ({ fault }) => fault.title,
      kind: ({ fault }) => fault.kind,
      state: ({ fault }) => standWords(fault),
      how: ({ fault }) => fault.how ?? "",
      step: ({ fault }) => fault.step?.id ?? "",
      "~moment": ({ fault }) => fault.moment,
      "~what": ({ fault }) => fault.what,
      "@injected_utc": ({ fault }) => fault.injected?.at ?? null,
      "#injected_event": ({ fault }) => fault.injected?.seq ?? null,
      "#injected_after_ms": ({ fault }) => fault.injected?.elapsedMs ?? null,
      "#noticed_after_ms": ({ fault }) => fault.noticed?.afterMs ?? null,
      "#noticed_event": ({ fault }) => fault.noticed?.seq ?? null,
      noticed_by: ({ fault }) => fault.noticed?.by ?? "",
      noticed_how: ({ fault }) => fault.noticed?.how ?? "",
      "#dealt_with_after_ms": ({ fault }) => fault.handled?.afterMs ?? null,
      "#dealt_with_event": ({ fault }) => fault.handled?.seq ?? null,
      "~dealt_with": ({ fault }) => fault.handled?.words ?? "",
      "@hint_utc": ({ fault }) => fault.hint?.given?.at ?? null,
      "~deeds": ({ fault }) => fault.deeds.map((deed) => `${deed.by}: ${deed.how}${deed.text === "" ? "" : ` (${deed.text})`}`).join("; "),
      "~because": ({ fault }) => fault.because,
      "~expected": ({ fault }) => fault.expected,
    },
  );

/** One line under a runbook with its results. */
export const debriefWords = ({ figures, scenario }: Debrief): string =>
  `Drill${scenario.title === "" ? "" : ` “${scenario.title}”`}${seedWords(scenario)}: ${plural(figures.injected, "fault")} came, ${figures.noticed} noticed${
    figures.medianNoticeMs === null ? "" : ` (median ${duration(figures.medianNoticeMs)})`
  }, ${figures.handled} dealt with`;
