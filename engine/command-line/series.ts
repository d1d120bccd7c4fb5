// `holdpoint series` and `holdpoint compare`: what rehearsals and live runs of a runbook come to, and two of them side by side.
// Owns: printing. The sums are the engine's.
import { resolve } from "node:path";
import type { Command } from "commander";
import type { ComparedStep, DrillDue, ResultOf, RunId, SeriesEntry, SeriesRun, SeriesView } from "../protocol/index.ts";
import { need, play } from "./command.ts";
import type { Door } from "./door.ts";
import { findLog } from "./find-log.ts";
import { duration, EXIT, type Output, safe, table, usage } from "./output.ts";

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("series")
    .summary("rehearsals and live runs of a runbook, and when its next drill is due")
    .description(
      "Without a file: every runbook, the most urgent drill first. With one: each of its runs with recovery time and point, and each step with how often it was rehearsed, how often it failed, and what the next plan learns of it.",
    )
    .argument("[file]", "runbook")
    .option("--json", "one JSON object or array on standard output")
    .action((file: string | undefined, options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("series", isJson, async ({ output, door }) => {
          const engine = await door();
          if (file === undefined) {
            const entries = need(await engine.call("series.list", {}));
            if (isJson) output.json(entries);
            else printList(output, entries);
            return EXIT.ok;
          }
          const view = need(await engine.call("series.of", { path: resolve(file) }));
          if (isJson) output.json(view);
          else printSeries(output, view);
          return EXIT.ok;
        }),
      );
    });
  program
    .command("compare")
    .summary("two runs side by side: text, times, verdicts, outputs")
    .argument("<a>", "run: number, id, or latest")
    .argument("<b>", "run: number, id, or latest")
    .option("--json", "one JSON object on standard output")
    .action((a: string, b: string, options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("compare", isJson, async ({ output, door }) => {
          const engine = await door();
          const compared = need(await engine.call("run.compare", { a: await runOf(engine, a), b: await runOf(engine, b) }));
          if (isJson) output.json(compared);
          else printCompared(output, compared);
          return EXIT.ok;
        }),
      );
    });
}

/** A launch holds several: there the run is named by its id. */
async function runOf(engine: Door, wanted: string): Promise<RunId> {
  if (wanted.startsWith("run-")) return wanted as RunId;
  const { run, runs, title } = findLog(need(await engine.call("record.logs", {})), wanted);
  const found = run ?? (runs?.length === 1 ? runs[0] : undefined);
  if (found === undefined)
    throw usage(`${title} holds ${runs?.length ?? 0} runs: name one by its id. \`holdpoint series FILE\` lists them.`);
  return found;
}

const DUE: Record<DrillDue["state"], string> = { never: "never rehearsed", due: "drill due", soon: "drill due soon", "in-time": "in time" };
const dueWords = (due: DrillDue | null): string =>
  due === null ? "" : `${DUE[due.state]}${due.dueOn === null ? "" : ` (${due.dueOn})`}, every ${due.every}`;

function printList(output: Output, entries: SeriesEntry[]): void {
  if (entries.length === 0) output.line("No runbook is listed, and none was run.");
  const rows = entries.map((one) => [
    safe(one.title),
    `${one.rehearsals} rehearsed`,
    `${one.live} live`,
    one.last === null ? "" : `last ${one.last.at.slice(0, 10)}${one.last.way === null ? "" : ` (${one.last.way})`}`,
    dueWords(one.drill),
    safe(one.path),
  ]);
  for (const line of table(rows)) output.line(line);
}

/** How the times of a run come about, where they are not those of the real thing. */
const paceWords = ({ pace, compress, speed }: SeriesRun): string =>
  ({ real: "", walked: "walked", played: `played ${speed}x`, compressed: `waits / ${compress}` })[pace];

export function printSeries(output: Output, view: SeriesView): void {
  const rehearsals = view.runs.filter(({ mode }) => mode === "rehearsal").length;
  output.line(
    `${output.paint("bold", safe(view.title))}  ${rehearsals} rehearsed, ${view.runs.length - rehearsals} live${view.drill === null ? "" : `  ${dueWords(view.drill)}`}`,
  );
  for (const line of table(
    view.runs.map((run) => [
      `  #${run.number}`,
      run.mode === "rehearsal" ? `REHEARSAL ${run.nth}` : `LIVE ${run.nth}`,
      run.way ?? "",
      run.startedAt.slice(0, 16).replace("T", " "),
      `${run.status}${run.result === "" || run.result === run.status ? "" : `: ${safe(run.result)}`}`,
      duration(run.totalMs),
      recoveryWords(run),
      paceWords(run),
      run.faults === null ? "faults told at the debrief" : run.faults.length === 0 ? "" : `${run.faults.length} faults`,
      safe(run.people.map(({ name }) => name).join(", ")),
      run.run,
    ]),
  ))
    output.line(line);
  for (const line of table(
    view.steps.map((step) => [
      `  ${step.number}`,
      safe(step.title),
      step.rehearsed === 0 ? "never rehearsed" : `${step.rehearsed} rehearsed${step.changedSince ? ", text changed since" : ""}`,
      step.failedAttempts === 0 ? "" : `${step.failedAttempts} of ${step.attempts} attempts failed`,
      step.learnt === null ? "" : `learnt ${duration(step.learnt.medianMs)} of ${step.learnt.n}`,
      step.plannedMs === null ? "" : `planned ${duration(step.plannedMs)}`,
    ]),
  ))
    output.line(line);
}

const NOT_YET: Record<string, string> = { open: "not measured", running: "under way", waiting: "not begun" };

function recoveryWords({ recovery }: SeriesRun): string {
  if (recovery === null || recovery.declared === null) return "";
  const said = (name: string, { ms, targetMs, state }: { ms: number | null; targetMs: number | null; state: string }): string =>
    ms === null
      ? `${name} ${NOT_YET[state] ?? state}`
      : `${name} ${duration(ms)}${targetMs === null ? "" : ` of ${duration(targetMs)}, ${state}`}`;
  return `${said("RTO", recovery.rto)}, ${said("RPO", recovery.rpo)}`;
}

function printCompared(output: Output, { a, b, sameText, steps, params }: ResultOf<"run.compare">): void {
  for (const [name, run] of [
    ["A", a],
    ["B", b],
  ] as const)
    output.line(
      `${name}  #${run.number} ${run.mode === "rehearsal" ? `REHEARSAL ${run.nth}` : `LIVE ${run.nth}`} ${run.startedAt} ${safe(run.title)}: ${run.status}, ${duration(run.totalMs)} ${recoveryWords(run)}`,
    );
  output.line(sameText ? "Both ran the same text." : "Their texts differ.");
  for (const { name, a: before, b: after } of params)
    output.line(`  ${safe(name)}: ${safe(before ?? "not given")} | ${safe(after ?? "not given")}`);
  for (const line of table(steps.map(comparedLine))) output.line(line);
}

function comparedLine(step: ComparedStep): string[] {
  const side = (one: ComparedStep["a"]): string => (one === null ? "not run" : `${one.verdict ?? "under way"} ${duration(one.ms)}`);
  return [
    `  ${step.number}`,
    safe(step.title),
    step.change === "same" ? "" : `text ${step.change}`,
    side(step.a),
    side(step.b),
    step.deltaMs === null ? "" : `${step.deltaMs < 0 ? "-" : "+"}${duration(Math.abs(step.deltaMs))}`,
    step.sameOutput === false ? "output differs" : step.sameOutput === true ? "same output" : "",
  ];
}
