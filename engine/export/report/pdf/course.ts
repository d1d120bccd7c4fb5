// The course of things on paper: planned against actual, the timeline, commands, deviations, what the engine noticed.
// Owns: these sections, which a launch and a run outside any launch have in common.
import type { StoredEvent } from "../../../protocol/index.ts";
import type { ReportModel } from "../model.ts";
import { type CommandRow, type RunRow, type StepRow, saysWhy, stepState } from "../runs.ts";
import type { Row, Sheet } from "../sheet.ts";
import { COLOURS, CONTENT_WIDTH, lineHeight, PAGE, SIZE } from "../tokens.ts";
import type { Piece, Text } from "../type.ts";
import { bytesOf, duration, lines, minuteUtc, mono, plural, quiet, say, shortened, status, strong, utc } from "../words.ts";
import { drawNight } from "./night.ts";

/** Printed as commands and steps, or of no use on paper; how many were left out is said, and the tables of the export have them all. */
const NOT_LISTED = new Set([
  "block.started",
  "block.ended",
  "shell.opened",
  "shell.ended",
  "recording.closed",
  "value.captured",
  "cluster.checked",
  "cluster.objects",
  "step.started",
  "input.typed",
]);

export async function drawTimeline(sheet: Sheet, model: ReportModel): Promise<void> {
  const { runs, events, launch } = model;
  sheet.section("Timeline: planned against actual");
  const facts = launch?.view.header.facts;
  if (launch !== null && facts !== undefined) {
    const began = launch.view.states.find((one) => one.state === "cut-over")?.at ?? null;
    const watched = launch.view.states.find((one) => one.state === "watch")?.at ?? null;
    sheet.facts([
      [
        "Planned",
        facts.windowStart === null
          ? "no change window was set"
          : `${minuteUtc(facts.windowStart)} to ${minuteUtc(facts.windowEnd)} UTC (${duration(span(facts.windowStart, facts.windowEnd))})`,
      ],
      [
        "Actual",
        began === null
          ? "no cut-over began"
          : `${utc(began)} to ${watched === null ? "not ended" : utc(watched)} UTC${watched === null ? "" : ` (${duration(span(began, watched))})`}`,
      ],
    ]);
  }
  if (launch !== null) await drawNight(sheet, launch.view);
  for (const run of runs) await drawRun(sheet, run);
  const listed = events.filter((event) => !NOT_LISTED.has(event.body.type) && !(event.body.type === "step.ended"));
  sheet.heading("What happened, in order");
  await sheet.table(
    [
      { title: "Event", share: 9 },
      { title: "When (UTC)", share: 22 },
      { title: "What", share: 51 },
      { title: "Who", share: 18 },
    ],
    listed.map((event) => timelineRow(event, model)),
    "No event is listed here.",
  );
  const left = events.length - listed.length;
  if (left > 0)
    sheet.paragraph(
      `${plural(left, "event")} of commands, steps, shells and cluster checks ${left === 1 ? "is" : "are"} not listed here: steps stand above, commands in the next section, and every event in the tables (csv, xlsx) and in the record itself.`,
      { style: { size: SIZE.small, colour: "t3" } },
    );
}
const span = (from: string | null, to: string | null): number | null =>
  from === null || to === null ? null : Date.parse(to) - Date.parse(from);

function timelineRow(event: StoredEvent, model: ReportModel): Row {
  const { body } = event;
  return {
    cells: [[mono(String(body.seq))], utc(body.ts_utc), model.words.get(body.seq) ?? body.type, body.actor.name],
  };
}

/** Bars like on screen: planned as an outline, actual filled. */
async function drawRun(sheet: Sheet, run: RunRow): Promise<void> {
  const took = span(run.startedAt, run.endedAt || null);
  sheet.heading([
    { text: shortened(run.title) },
    {
      text:
        run.mode === "rehearsal"
          ? "   REHEARSAL"
          : run.purpose === "checks"
            ? "   automatic checks"
            : run.wayBack === ""
              ? ""
              : `   ${run.wayBack}`,
      style: { size: 10, colour: run.mode === "rehearsal" ? "reh" : "t3" },
    },
  ]);
  sheet.paragraph(
    [
      ...status(run.status),
      say(`   ${utc(run.startedAt)} to ${run.endedAt === "" ? "not ended" : utc(run.endedAt)} UTC, by ${run.by}`),
      quiet(`   planned ${duration(run.plannedMs) || "not stated"}, took ${duration(took) || "not known"}`),
      ...(run.cluster === ""
        ? []
        : [
            quiet(
              `\nCluster ${run.cluster}${run.clusterClass === "" ? "" : ` (${run.clusterClass})`}${run.principal === "" ? "" : `, as ${run.principal}`}`,
            ),
          ]),
      quiet("\n"),
      mono(run.run),
    ],
    { style: { size: SIZE.small }, gap: 4, withNext: true },
  );
  const begin = Date.parse(run.startedAt);
  const ends = run.steps
    .flatMap((step) => step.attempts.map((one) => Date.parse(one.endedAt || one.startedAt)))
    .filter((one) => !Number.isNaN(one));
  const whole = Math.max(1, run.plannedMs ?? 0, ...ends.map((one) => one - begin));
  let planned = 0;
  const shown = run.steps.filter((step) => !step.isWayBack || step.attempts.length > 0 || step.skipped !== null);
  const bars = shown.map((step) => {
    const from = planned;
    planned += step.plannedMs ?? 0;
    return { from, to: planned, step };
  });
  if (planned > 0 && ends.length > 0) drawBars(sheet, bars, begin, Math.max(whole, planned));
  await sheet.table(
    [
      { title: "Step", share: 33 },
      { title: "State", share: 24 },
      { title: "Planned", share: 11 },
      { title: "Actual", share: 11 },
      { title: "Started (UTC)", share: 22 },
    ],
    shown.map((step) => stepRow(step)),
    "The run had no steps.",
  );
}

function drawBars(sheet: Sheet, bars: { from: number; to: number; step: StepRow }[], begin: number, whole: number): void {
  const { document } = sheet;
  const name = 180;
  const width = CONTENT_WIDTH - name;
  const x = (ms: number): number => PAGE.left + name + (Math.max(0, Math.min(whole, ms)) / whole) * width;
  const line = lineHeight(SIZE.small);
  const titleOf = ({ number, title }: StepRow): string => `${number} ${shortened(title, 120)}`;
  const heightOf = (step: StepRow): number => sheet.type.wrap(titleOf(step), name - 12).length * line + 3;
  sheet.need(
    Math.min(
      160,
      bars.reduce((sum, { step }) => sum + heightOf(step), 24),
    ),
  );
  for (const { from, to, step } of bars) {
    const row = heightOf(step);
    sheet.need(row);
    const top = sheet.y();
    sheet.put(titleOf(step), PAGE.left, top + 1, name - 12);
    if (to > from)
      document
        .rect(x(from), top + 2.5, Math.max(1.5, x(to) - x(from)), 10)
        .lineWidth(0.8)
        .stroke(COLOURS.t3);
    for (const one of step.attempts) {
      const start = Date.parse(one.startedAt || one.endedAt) - begin;
      const end = Date.parse(one.endedAt || one.startedAt) - begin;
      if (Number.isNaN(start) || Number.isNaN(end)) continue;
      const colour = one.verdict === "failed" ? COLOURS.fail : one.verdict === "unknown" ? COLOURS.warn : COLOURS.accent;
      document.rect(x(start), top + 4.5, Math.max(1.5, x(end) - x(start)), 6).fill(colour);
    }
    sheet.move(row);
  }
  document
    .moveTo(PAGE.left + name, sheet.y() + 2)
    .lineTo(PAGE.left + CONTENT_WIDTH, sheet.y() + 2)
    .lineWidth(0.5)
    .stroke(COLOURS.line2);
  sheet.put("Outline: planned. Filled: actual.", PAGE.left, sheet.y() + 5, name, { colour: "t3" });
  sheet.put("0", PAGE.left + name, sheet.y() + 5, 40, { colour: "t3" });
  const end = duration(whole);
  sheet.put(end, PAGE.left + CONTENT_WIDTH - sheet.type.width(end), sheet.y() + 5, 120, { colour: "t3" });
  sheet.move(lineHeight(SIZE.small) + 26);
}

function stepRow(step: StepRow): Row {
  const first = step.attempts[0];
  const last = step.attempts.at(-1);
  const took = step.attempts.length === 0 ? null : step.attempts.reduce((sum, one) => sum + (one.durationMs ?? 0), 0);
  const isOver = took !== null && step.plannedMs !== null && took > step.plannedMs;
  return {
    cells: [
      lines(
        [quiet(`${step.number} `), say(step.title)],
        step.phase !== "" && [quiet(step.phase)],
        ...step.checks.map(
          (one) =>
            [
              { mark: one.isMet ? "passed" : "failed" },
              quiet(` ${one.text}${one.value === "" ? "" : ` = ${one.value}`} (${one.by})`),
            ] as Piece[],
        ),
      ),
      lines(
        status(stepState(step)),
        step.attempts.length > 1 && `${step.attempts.length} attempts`,
        last !== undefined && saysWhy(last) && last.because,
        step.skipped?.reason,
        ...step.judgements.map((one) => [quiet("judged "), ...status(one.outcome), quiet(` by ${one.by}`)]),
      ),
      duration(step.plannedMs) || [quiet("none")],
      [{ text: duration(took), style: isOver ? { face: "strong", colour: "warn" } : {} }],
      first === undefined ? "" : utc(first.startedAt),
    ],
  };
}

export async function drawCommands(sheet: Sheet, { commands, runs, filter }: ReportModel): Promise<void> {
  sheet.section("Commands");
  sheet.paragraph(
    "The text as it was sent, secrets masked. The verdict is the engine's; a person's judgement stands beside it and never replaces it. Output is in the recordings, bound here by its SHA-256.",
    { style: { colour: "t2" } },
  );
  if (commands.length === 0)
    return sheet.paragraph(filter === null ? "No command was run." : "The filter means no command.", {
      style: { size: SIZE.small, colour: "t3" },
    });
  for (const run of runs) {
    const own = commands.filter((command) => command.run === run.run);
    if (own.length === 0) continue;
    if (runs.length > 1) sheet.heading(shortened(run.title));
    const steps = new Map(run.steps.map((step) => [step.id, step]));
    const last = new Map(own.map((command) => [`${command.step}\0${command.attempt}`, command]));
    await sheet.table(
      [
        { title: "Step", share: 17 },
        { title: "Command", share: 46 },
        { title: "Verdict", share: 19 },
        { title: "When (UTC), who", share: 23 },
      ],
      own.map((command) => {
        const step = steps.get(command.step);
        const judged = step?.judgements.filter((one) => one.attempt === command.attempt) ?? [];
        const isLast = last.get(`${command.step}\0${command.attempt}`) === command;
        return {
          cells: [
            lines(
              [strong(step?.number ?? ""), say(` ${step?.title ?? command.step}`)],
              command.attempt > 1 && [quiet(`attempt ${command.attempt}`)],
            ),
            lines(
              [{ text: command.text.replace(/\n+$/, ""), style: { face: "mono" } }],
              [
                quiet(
                  [
                    command.shell,
                    command.cwd,
                    command.cluster === "" ? "" : `cluster ${command.cluster}`,
                    command.principal === "" ? "" : `as ${command.principal}`,
                  ]
                    .filter(Boolean)
                    .join(" · "),
                ),
              ],
            ),
            lines(
              status(command.verdict),
              command.because,
              exitWords(command) !== "" && [quiet(exitWords(command))],
              ...(isLast
                ? judged.map((one) => lines([quiet("judged "), ...status(one.outcome)], [quiet(`${one.by}: ${one.reason}`)]))
                : []),
            ),
            lines(
              utc(command.startedAt),
              [say(duration(command.durationMs)), quiet(command.plannedMs === null ? "" : ` (planned ${duration(command.plannedMs)})`)],
              command.by,
              [quiet(`event ${command.seq}`)],
              command.outputSha256 !== "" && [
                quiet(`${bytesOf(command.bytes ?? 0)}, `),
                { text: `${command.outputSha256.slice(0, 10)}…`, style: { face: "mono", colour: "t3" } },
              ],
            ),
          ],
          ...(command.verdict === "failed" ? { ground: "failBg" as const } : {}),
        } satisfies Row;
      }),
    );
  }
}
/** What `because` has not said already. */
function exitWords({ exitCode, signal, pipeStatus, because }: CommandRow): string {
  const parts = [
    exitCode === null ? "" : `exit ${exitCode}`,
    signal === "" ? "" : `signal ${signal}`,
    pipeStatus.includes(" ") ? `pipe ${pipeStatus}` : "",
  ];
  return parts.filter((part) => part !== "" && !because.includes(part)).join(", ");
}

export async function drawDeviations(sheet: Sheet, { deviations }: ReportModel): Promise<void> {
  sheet.section("Deviations and their reasons");
  await sheet.table(
    [
      { title: "Event", share: 9 },
      { title: "When (UTC)", share: 19 },
      { title: "What", share: 34 },
      { title: "Reason", share: 32 },
      { title: "Who", share: 17 },
    ],
    deviations.map((one) => ({
      cells: [
        [mono(String(one.seq))],
        minuteUtc(one.at),
        lines([strong(one.kind)], one.what) as Text,
        one.reason || [quiet("none recorded")],
        lines(one.by, [quiet(one.role)]),
      ],
    })),
    "Nothing was skipped, overridden, waived, judged or broken open.",
  );
}

export async function drawNoticed(sheet: Sheet, { noticed }: ReportModel): Promise<void> {
  sheet.heading("What Holdpoint noticed by itself");
  await sheet.table(
    [
      { title: "Event", share: 9 },
      { title: "When (UTC)", share: 20 },
      { title: "What", share: 71 },
    ],
    noticed.map((one) => ({ cells: [[mono(String(one.seq))], utc(one.at), [{ mark: one.state }, say(` ${one.what}`)]] })),
    "No failed or unknown end, no other cluster, no crash, no jump of the clock, no refusal.",
  );
}
