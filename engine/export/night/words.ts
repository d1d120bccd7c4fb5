// How the report says what it computed: the same words in Markdown and on pages. Owns: these words, and each section as rows of cells.
// A cell is words with a state at most; how a state is drawn is the page's.
import { duration, minuteUtc, OUTCOMES, plural, utc, wordOf } from "../report/words.ts";
import type { Kpi, NightReport, Outcome } from "./types.ts";

/** `state`: shape and word together; `lines`: each on its own. */
export type Cell = { state?: string; word?: string; lines: string[]; strong?: boolean };
export type Table = { columns: { title: string; share: number }[]; rows: Cell[][]; none: string };
export type Part = {
  heading?: string;
  paragraphs?: string[];
  facts?: [string, string][];
  table?: Table;
  list?: string[];
  isWarning?: boolean;
};
export type Section = { title: string; parts: Part[] };

const cell = (...lines: (string | null | false)[]): Cell => ({
  lines: lines.filter((one): one is string => typeof one === "string" && one !== ""),
});
const bold = (...lines: (string | null | false)[]): Cell => ({ ...cell(...lines), strong: true });
const state = (name: string, ...lines: (string | null | false)[]): Cell => ({ ...cell(...lines), state: name });
const columns = (...list: [string, number][]): Table["columns"] => list.map(([title, share]) => ({ title, share }));
/** Nothing where there is nothing to say. */
const filled = (before: string, text: string): string => (text === "" ? "" : `${before}${text}`);
const drift = (ms: number | null): string =>
  ms === null ? "" : ms === 0 ? "on time" : `${duration(Math.abs(ms))} ${ms > 0 ? "late" : "early"}`;
/** The time of day; with its date where that is not the day of `from`. */
const time = (at: string | null, from: string | null): string =>
  utc(at).slice(0, 10) === utc(from).slice(0, 10) ? utc(at).slice(11) : utc(at);
const events = (...seqs: (number | null)[]): string => {
  const known = seqs.filter((one): one is number => one !== null);
  return known.length === 0 ? "" : `${known.length === 1 ? "event" : "events"} ${known.join(", ")}`;
};

export const OUTCOME_WORDS: Record<Outcome, string> = {
  deployed: "DEPLOYED",
  "deployed with exceptions": "DEPLOYED WITH EXCEPTIONS",
  "rolled back": "ROLLED BACK",
  "not completed": "NOT COMPLETED",
  "under way": "UNDER WAY",
  "nothing run": "NOTHING RUN",
};

export function sectionsOf(report: NightReport): Section[] {
  return [
    { title: "Summary", parts: summary(report) },
    { title: "Phases, planned and actual", parts: phases(report) },
    { title: "Features", parts: features(report) },
    { title: "Validation", parts: validation(report) },
    { title: "Measured values", parts: kpis(report) },
    { title: "Downtime", parts: downtime(report) },
    { title: "Applied migrations", parts: migrations(report) },
    { title: "Way back", parts: wayBack(report) },
    { title: "Incidents and near-misses", parts: incidents(report) },
    { title: "Deviations", parts: deviations(report) },
    { title: "Decision and sign-offs", parts: decision(report) },
    { title: "Lessons and next steps", parts: lessons(report) },
    { title: "Review status", parts: review(report) },
    { title: "How it was computed", parts: [{ facts: report.methods.map(({ of, how }) => [of, how]) }] },
  ];
}

function summary({ subject, summary: sum, contradictions, features, downtime }: NightReport): Part[] {
  const { steps, gates, probes, kpis } = sum;
  const count = (parts: [number, string][]): string =>
    parts
      .filter(([n]) => n > 0)
      .map(([n, word]) => `${n} ${word}`)
      .join(", ");
  const facts: [string, string][] = [
    ["Outcome", `${OUTCOME_WORDS[sum.outcome]}. ${sum.because}`],
    ["Change", [subject.change, subject.approval].filter((one) => one !== "").join("; ") || "none named"],
    ["Cluster", subject.cluster === "" ? "none" : `${subject.cluster}${subject.clusterClass === "" ? "" : ` (${subject.clusterClass})`}`],
    ...(subject.riskClass === "" ? [] : ([["Risk class", subject.riskClass]] as [string, string][])),
    [
      "Window",
      subject.windowStart === null && subject.windowEnd === null
        ? "none named"
        : `${minuteUtc(subject.windowStart) || "open"} to ${minuteUtc(subject.windowEnd) || "open"} UTC${subject.zone === "" ? "" : ` (site: ${subject.zone})`}`,
    ],
    ...(subject.people.length === 0 ? [] : ([["People", subject.people.join("\n")]] as [string, string][])),
    [
      "Run from, to",
      sum.startedAt === null
        ? "nothing was run"
        : `${utc(sum.startedAt)} to ${sum.endedAt === null ? "not ended" : utc(sum.endedAt)} UTC${sum.pastWindowMs === null ? "" : sum.pastWindowMs > 0 ? `, ${duration(sum.pastWindowMs)} past the window` : `, ${duration(-sum.pastWindowMs)} before the end of the window`}`,
    ],
    ["Duration", `${sum.elapsedMs === null ? "not over" : duration(sum.elapsedMs)}; planned ${duration(sum.plannedMs) || "not stated"}`],
    [
      "Steps",
      `${sum.steps.passed} of ${sum.steps.total} passed${filled(
        "; ",
        count([
          [steps.failed, "failed"],
          [steps.unknown, "unknown"],
          [steps.skipped, "skipped"],
          [steps.notRun, "not run"],
          [steps.running, "running"],
        ]),
      )}${filled(
        "; ",
        count([
          [sum.judged.accepted, "accepted by a person"],
          [sum.judged.rejected, "rejected by a person"],
          [sum.retries, sum.retries === 1 ? "repeat" : "repeats"],
        ]),
      )}`,
    ],
    [
      "Gates",
      gates.total === 0
        ? "none"
        : `${gates.passed} of ${gates.total} passed${filled(
            "; ",
            count([
              [gates.failed, "failed"],
              [gates.unknown, "unknown"],
            ]),
          )}; ${plural(probes.total, "probe")}: ${probes.passed} passed, ${probes.failed} failed, ${probes.unknown} unknown, ${probes.warned} past the earlier limit`,
    ],
    [
      "Measured values",
      kpis.total === 0
        ? "none"
        : `${kpis.met} of ${kpis.total} met${filled(
            "; ",
            count([
              [kpis.notMet, "not met"],
              [kpis.unknown, "unknown"],
              [kpis.notJudged, "without a target, or waived"],
            ]),
          )}`,
    ],
    ["Features", features.length === 0 ? "no ticket is named" : count(tally(features.map(({ result }) => result)))],
    ["Measured downtime", downtimeWords(downtime)],
    [
      "Way back",
      sum.wayBacks.total === 0
        ? "not taken"
        : `taken ${plural(sum.wayBacks.total, "time")}: ${sum.wayBacks.recovered} recovered, ${sum.wayBacks.inTime} within the promised time`,
    ],
    ["Migrations", sum.migrations === 0 ? "none captured" : plural(sum.migrations, "migration")],
    [
      "Incidents, near-misses",
      `${plural(sum.incidents.total, "incident")}${sum.incidents.open > 0 ? ` (${sum.incidents.open} open)` : ""}, ${plural(sum.nearMisses, "near-miss", "near-misses")}`,
    ],
    ["Deviations", String(sum.deviations)],
  ];
  const flagged: Part = {
    heading: "Typed figures that the record contradicts",
    paragraphs: ["The computed figures of this report stand; these sentences do not."],
    isWarning: true,
    table: {
      columns: columns(["About", 16], ["Typed", 34], ["Computed", 26], ["Where", 24]),
      rows: contradictions.map((one) => [
        bold(one.about),
        { ...state("failed", `“${one.said}”`), word: "contradicted" },
        cell(one.computed),
        cell(one.where, events(one.seq)),
      ]),
      none: "None.",
    },
  };
  return [
    ...(subject.summary === "" ? [] : [{ paragraphs: [subject.summary] }]),
    { facts },
    ...(contradictions.length === 0 ? [] : [flagged]),
  ];
}
function tally(words: readonly string[]): [number, string][] {
  return [...new Set(words)].map((word) => [words.filter((one) => one === word).length, word]);
}

function downtimeWords({ method, downMs, isAtLeast, notKnownMs, lookedMs }: NightReport["downtime"]): string {
  if (method === "not measured") return "not measured: no gate named “downtime”, and no probe while maintenance was open";
  const known = notKnownMs === null || notKnownMs === 0 ? "" : `, ${duration(notKnownMs)} not known`;
  return `${isAtLeast ? "at least " : ""}${duration(downMs)} down of ${duration(lookedMs)} looked at${known}`;
}

function phases({ phases: rows, runs }: NightReport): Part[] {
  const titles = new Map(runs.map((one) => [one.run, one.title]));
  return [
    {
      table: {
        columns: columns(["Phase", 25], ["State", 18], ["Planned (UTC)", 22], ["Actual (UTC)", 22], ["Drift", 13]),
        rows: rows.map((one) => [
          bold(one.phase, one.phase === titles.get(one.run) ? null : titles.get(one.run)!, one.isWayBack && "a way back"),
          state(one.result, `${one.passed} of ${one.steps} passed`),
          cell(
            one.plannedStart !== null && `${utc(one.plannedStart)} to ${time(one.plannedEnd, one.plannedStart)}`,
            duration(one.plannedMs),
          ),
          cell(
            one.actualStart !== null &&
              `${utc(one.actualStart)} to ${one.actualEnd === null ? "not finished" : time(one.actualEnd, one.actualStart)}`,
            duration(one.elapsedMs),
          ),
          cell(drift(one.driftMs)),
        ]),
        none: "No phase was run.",
      },
    },
    {
      heading: "Runs",
      table: {
        columns: columns(["Run", 34], ["Result", 18], ["Planned", 12], ["Actual (UTC)", 22], ["Drift", 14]),
        rows: runs.map((one) => [
          bold(
            one.title,
            [one.path, one.version === "" ? "" : `version ${one.version}`].filter((part) => part !== "").join(", "),
            one.isWayBack && "a way back",
          ),
          state(one.result, `by ${one.by}`, events(one.seq)),
          cell(duration(one.plannedMs) || "not stated"),
          cell(
            `${utc(one.startedAt)} to ${one.endedAt === null ? "not ended" : time(one.endedAt, one.startedAt)}`,
            duration(one.elapsedMs),
          ),
          cell(drift(one.driftMs)),
        ]),
        none: "None.",
      },
    },
  ];
}

const features = ({ features: rows }: NightReport): Part[] => [
  {
    table: {
      columns: columns(["Ticket", 30], ["Result", 20], ["By these steps", 50]),
      rows: rows.map((one) => [
        bold(one.id, one.title),
        one.result === "not linked" ? { ...state("unknown", "no step names it"), word: "not linked" } : state(one.result),
        cell(...one.steps.map((step) => `${step.title}: ${step.verdict}${step.seq === null ? "" : ` (${events(step.seq)})`}`)),
      ]),
      none: "The launch names no ticket.",
    },
  },
];

function validation({ validation: { gates, checks, tests } }: NightReport): Part[] {
  return [
    {
      heading: "Gates",
      table: {
        columns: columns(["Gate", 27], ["Verdict", 26], ["Asked", 21], ["Probes", 26]),
        rows: gates.map((one) => [
          bold(one.name, one.attempt > 1 ? `${one.title}, attempt ${one.attempt}` : one.title),
          state(one.verdict, one.because, one.judged, events(one.seq, one.endSeq)),
          cell(
            one.limit === "" ? "the command passes" : one.limit,
            `${one.kind === "hold" ? "for" : "within"} ${duration(one.spanMs)}, every ${duration(one.everyMs)}`,
          ),
          cell(
            `${one.probes.total}: ${one.probes.passed} passed, ${one.probes.failed} failed, ${one.probes.unknown} unknown`,
            one.probes.warned > 0 && `${one.probes.warned} past the earlier limit`,
            duration(one.durationMs) !== "" && `took ${duration(one.durationMs)}`,
            one.gapMs > 0 && `${duration(one.gapMs)} without a probe`,
          ),
        ]),
        none: "No gate was run.",
      },
    },
    {
      heading: "Confirmed by hand",
      table: {
        columns: columns(["What", 44], ["State", 16], ["Value", 16], ["Who (UTC)", 24]),
        rows: checks.map((one) => [
          cell(one.text),
          state(one.isMet ? "met" : "not met"),
          cell(one.value),
          cell(one.by, minuteUtc(one.at), events(one.seq)),
        ]),
        none: "Nothing was to be confirmed by hand.",
      },
    },
    ...(tests.length === 0
      ? []
      : [
          {
            heading: "Test reports",
            table: {
              columns: columns(["Report", 40], ["Passed", 20], ["Not passed", 40]),
              rows: tests.map((one) => [
                bold(one.item, one.title, events(one.seq)),
                cell(`${one.passed} of ${one.total}`),
                one.passed === one.total ? cell("none") : cell(`${one.failed} failed, ${one.errors} errors, ${one.skipped} skipped`),
              ]),
              none: "None.",
            },
          },
        ]),
  ];
}

const KPI_STATES: Record<Kpi["verdict"], string> = {
  met: "met",
  "not met": "not met",
  unknown: "unknown",
  waived: "waived",
  "no target": "open",
};
const kpis = ({ kpis: rows }: NightReport): Part[] => [
  {
    table: {
      columns: columns(["Measure", 23], ["Target", 12], ["Baseline", 15], ["Measured", 20], ["Verdict", 13], ["Source", 17]),
      rows: rows.map((one) => {
        const unit = one.unit === "" ? "" : ` ${one.unit}`;
        return [
          bold(one.name, one.where),
          cell(one.target === "" ? "none" : `${one.target}${unit}`),
          one.baseline === null ? cell("none measured") : cell(`${one.baseline.value}${unit}`, events(one.baseline.seq)),
          one.last === ""
            ? cell("nothing measured")
            : one.median === "" || one.samples < 2
              ? cell(`${one.last}${unit}`, changeWords(one))
              : cell(
                  `last ${one.last}${unit}`,
                  `median ${one.median}${unit}`,
                  one.worst !== "" && `worst ${one.worst}${unit}`,
                  changeWords(one),
                ),
          { ...state(KPI_STATES[one.verdict], one.judged), word: one.verdict },
          cell(one.source, events(...one.seqs)),
        ];
      }),
      none: "Nothing was measured.",
    },
  },
];
function changeWords({ change, changePercent }: Kpi): string | null {
  if (change === "") return null;
  if (change === "0") return "as the baseline";
  const sign = change.startsWith("-") ? "" : "+";
  return `median ${sign}${change}${changePercent === "" ? "" : ` (${sign}${changePercent} %)`} against the baseline`;
}

function downtime({ downtime: down }: NightReport): Part[] {
  return [
    {
      facts: [
        ["Measured downtime", downtimeWords(down)],
        [
          "Measured by",
          down.gates.length === 0 ? "nothing" : `${down.method}: ${down.gates.join(", ")}; a probe every ${duration(down.everyMs)}`,
        ],
      ],
    },
    ...(down.method === "not measured"
      ? []
      : [
          {
            heading: "Outages",
            table: {
              columns: columns(["From (UTC)", 26], ["To (UTC)", 26], ["Length", 24], ["Seen by", 24]),
              rows: down.outages.map((one) => [
                cell(utc(one.from)),
                one.to === null ? state("unknown", "no probe of it passed since") : cell(utc(one.to)),
                cell(`${one.to === null ? "at least " : ""}${duration(one.ms)}`),
                cell(one.gate, events(one.seq)),
              ]),
              none: "No probe failed.",
            },
          },
        ]),
    ...(down.maintenance.length === 0
      ? []
      : [
          {
            heading: "Maintenance as announced",
            table: {
              columns: columns(["What", 34], ["From (UTC)", 24], ["To (UTC)", 24], ["Length", 18]),
              rows: down.maintenance.map((one) => [
                cell(one.name, events(one.seq)),
                cell(utc(one.openedAt)),
                one.closedAt === null ? state("failed", "still open") : cell(utc(one.closedAt)),
                cell(duration(one.ms)),
              ]),
              none: "None.",
            },
          },
        ]),
  ];
}

const migrations = ({ migrations: rows }: NightReport): Part[] => [
  {
    table: {
      columns: columns(["Name", 22], ["Value captured", 42], ["Step, by (UTC)", 36]),
      rows: rows.map((one) => [
        bold(one.name),
        one.isUndone ? state("rolled back", ...one.value.split("\n")) : cell(...one.value.split("\n")),
        cell(one.step, `${one.by}, ${utc(one.at)}`, events(one.seq)),
      ]),
      none: "No migration was captured from a command.",
    },
  },
];

function wayBackState(outcome: string): Cell {
  if (outcome === "passed") return { ...state("passed"), word: "recovered" };
  if (outcome === "running") return state("running");
  if (outcome === "failed") return { ...state("failed"), word: "not recovered" };
  return { ...state("unknown"), word: { decided: "decided, not started", refused: "could not start" }[outcome] ?? "not known" };
}

const wayBack = ({ wayBack: rows, runs }: NightReport): Part[] => {
  const titles = new Map(runs.map((one) => [one.run, one.title]));
  return [
    {
      table: {
        columns: columns(["Way back", 26], ["Outcome", 16], ["Promised", 12], ["Measured", 16], ["Decided (UTC)", 30]),
        rows: rows.map((one) => [
          bold(one.title, `of ${titles.get(one.of) ?? one.of}`, one.steps.length > 0 && `undoes ${one.steps.join(", ")}`),
          wayBackState(one.outcome),
          cell(one.targetMs === null ? "no time" : `under ${duration(one.targetMs)}`),
          one.durationMs === null
            ? cell("not measured")
            : {
                ...state(one.inTime === null ? "open" : one.inTime ? "met" : "not met", duration(one.durationMs)),
                word: one.inTime === null ? "no promise" : one.inTime ? "in time" : "late, or not recovered",
              },
          cell(`${utc(one.decidedAt)}, ${one.by}`, one.reason, events(one.seq, one.endSeq)),
        ]),
        none: "No way back was taken.",
      },
    },
  ];
};

/** A near-miss went away by itself: it is noted, and needs no closing. */
function troubleState({ closedAt, acknowledgedAt, toAcknowledgeMs }: NightReport["incidents"][number], isIncident: boolean): Cell {
  const taken = acknowledgedAt !== null && `taken on after ${duration(toAcknowledgeMs)}`;
  if (closedAt !== null) return { ...state("done", taken), word: "closed" };
  return isIncident ? { ...state("failed", taken), word: "still open" } : { ...state("near-miss"), word: "noted" };
}

function incidents({ incidents: rows, nearMisses }: NightReport): Part[] {
  const columns_ = columns(["What", 42], ["State", 20], ["From (UTC)", 22], ["Lasted", 16]);
  const of = (list: typeof rows, isIncident: boolean, none: string): Table => ({
    columns: columns_,
    rows: list.map((one) => [
      bold(one.severity === "" ? one.title : `${one.title} (${one.severity})`, one.text),
      troubleState(one, isIncident),
      cell(utc(one.at), one.by, events(one.seq)),
      cell(duration(one.durationMs) || (isIncident ? "not closed" : "")),
    ]),
    none,
  });
  return [
    { heading: "Incidents", table: of(rows, true, "No incident was recorded.") },
    { heading: "Near-misses", table: of(nearMisses, false, "No near-miss was recorded.") },
  ];
}

const deviations = ({ deviations: rows }: NightReport): Part[] => [
  {
    table: {
      columns: columns(["Kind", 16], ["What", 40], ["Reason", 26], ["Who (UTC)", 18]),
      rows: rows.map((one) => [
        bold(one.kind),
        cell(one.what),
        cell(one.reason || "none given"),
        cell(one.by, minuteUtc(one.at), events(one.seq)),
      ]),
      none: "No deviation is on record.",
    },
  },
];

function decision({ decisions, signoffs, source }: NightReport): Part[] {
  return [
    ...(source.of === "run"
      ? []
      : [
          {
            heading: "Go or no-go",
            table: {
              columns: columns(["Decision", 24], ["State", 26], ["Signed by", 26], ["Conditions", 24]),
              rows: decisions.map((one) => [
                bold(OUTCOMES[one.outcome] ?? one.outcome, events(one.seq)),
                state(one.overtaken !== "" ? "stale" : one.state, one.takenAt !== null && `${utc(one.takenAt)} UTC`, one.overtaken),
                cell(one.signed.join(", ") || "nobody"),
                cell(
                  ...one.conditions.map(
                    ({ text, due, closedAt }) =>
                      `${text}: ${closedAt === null ? `open, due ${minuteUtc(due)}` : `closed ${minuteUtc(closedAt)}`}`,
                  ),
                ),
              ]),
              none: "No decision was proposed.",
            },
          },
        ]),
    {
      heading: "Sign-offs",
      table: {
        columns: columns(["Subject", 34], ["Signer", 26], ["State", 22], ["At (UTC)", 18]),
        rows: signoffs.map((one) => [
          cell(one.subject, events(one.seq)),
          bold(one.name, one.role),
          state(one.state, one.meaning, one.why),
          cell(utc(one.at)),
        ]),
        none: "Nothing was signed.",
      },
    },
  ];
}

const lessons = ({ lessons: learnt, nextSteps }: NightReport): Part[] => {
  const table = (rows: typeof learnt, none: string): Table => ({
    columns: columns(["What", 72], ["Who (UTC)", 28]),
    rows: rows.map((one) => [bold(one.title, one.text), cell(one.by, minuteUtc(one.at), events(one.seq))]),
    none,
  });
  return [
    { paragraphs: ["Typed by people, as they stand in the record."] },
    { heading: "Lessons", table: table(learnt, "No lesson was noted.") },
    { heading: "Next steps", table: table(nextSteps, "No next step was noted.") },
  ];
};

function review({ review: { state: of, open, closedAt }, source }: NightReport): Part[] {
  return [
    {
      facts: [
        [
          "State",
          of === "" ? "a run without a launch: there is no retrospective" : closedAt === null ? wordOf(of) : `closed ${utc(closedAt)} UTC`,
        ],
        ["Still open", open.length === 0 ? "nothing" : open.map((one) => one[0]!.toUpperCase() + one.slice(1)).join("\n")],
        ["Source", `log ${source.log}, event ${source.seq}, ${utc(source.at)} UTC`],
        ["Fingerprint", source.fingerprint],
      ],
    },
  ];
}
