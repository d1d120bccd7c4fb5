// `holdpoint debrief`: what the instructor of a rehearsal did, when it was noticed, what was done, in how long.
// Owns: printing. The figures are the engine's.
import type { Command } from "commander";
import type { Debrief, DebriefFault } from "../protocol/index.ts";
import { need, play } from "./command.ts";
import { findLog } from "./find-log.ts";
import { duration, EXIT, type Output, type Style, safe, usage } from "./output.ts";

function standOf({ state, noticed, handled }: DebriefFault): [string, Style] {
  if (state === "never") return ["did not come", "dim"];
  if (state === "left-out") return ["left out", "dim"];
  if (noticed === null) return ["not noticed", "red"];
  return handled === null ? ["noticed, not dealt with", "yellow"] : ["noticed and dealt with", "green"];
}

function printFault(output: Output, fault: DebriefFault): void {
  const [word, style] = standOf(fault);
  output.line(`${output.paint(style, word)}  ${output.paint("bold", safe(fault.title))}`);
  const where = fault.step === null ? "" : `step ${fault.step.number} ${fault.step.title}, `;
  output.line(`  ${safe(where)}${fault.how === null ? safe(fault.moment) : fault.how}: ${safe(fault.what.replaceAll("\n", " | "))}`);
  if (fault.because !== "") output.line(`  ${safe(fault.because)}`);
  if (fault.injected !== null) {
    const noticed =
      fault.noticed === null
        ? "nobody noticed"
        : `noticed after ${duration(fault.noticed.afterMs)} (${safe(fault.noticed.by)}, ${fault.noticed.how})`;
    const handled =
      fault.handled === null ? "not dealt with" : `dealt with after ${duration(fault.handled.afterMs)}: ${fault.handled.words}`;
    output.line(`  injected at ${duration(fault.injected.elapsedMs)} (event ${fault.injected.seq}), ${noticed}, ${handled}`);
  }
  if (fault.hint?.given != null) output.line(`  hint given: ${safe(fault.hint.text)}`);
  if (fault.expected !== "") output.line(`  a practised team: ${safe(fault.expected)}`);
}

export function printDebrief(output: Output, debrief: Debrief): void {
  const { figures, scenario } = debrief;
  const seed = scenario.seed === null ? "" : `, seed ${scenario.seed}`;
  output.line(
    `${output.paint("bold", safe(debrief.title))}  run ${debrief.number}, REHEARSAL, ${debrief.way}: ${safe(scenario.title)}${safe(seed)}`,
  );
  const times =
    figures.medianNoticeMs === null
      ? ""
      : `, ${duration(figures.medianNoticeMs)} in the middle, ${duration(figures.slowestNoticeMs)} at the longest`;
  output.line(
    `  ${figures.injected} of ${figures.planned} injected, ${figures.noticed} noticed${times}, ${figures.handled} dealt with, ${figures.hinted} hints`,
  );
  for (const fault of debrief.faults) printFault(output, fault);
  for (const one of debrief.falseAlarms)
    output.line(
      `${output.paint("yellow", "seen where none was")}  ${one.at} ${safe(one.by)}${one.text === "" ? "" : `: ${safe(one.text)}`}`,
    );
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("debrief")
    .summary("what the instructor of a rehearsal did, and how soon the team noticed")
    .description(
      "Of a rehearsal with an instructor, once it has ended: every fault with its moments, what was done, and what a practised team does.",
    )
    .argument("<run>", "number, run id, log id, or latest")
    .option("--json", "one JSON object on standard output")
    .action((wanted: string, options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("debrief", isJson, async ({ output, door }) => {
          const engine = await door();
          const { run } = wanted.startsWith("run-")
            ? { run: wanted as Debrief["run"] }
            : findLog(need(await engine.call("app.snapshot", {})).logs, wanted);
          if (run === null) throw usage(`${wanted} is no run: a debrief is of one rehearsal.`);
          const debrief = need(await engine.call("run.debrief", { run }));
          if (isJson) output.json(debrief);
          else printDebrief(output, debrief);
          return EXIT.ok;
        }),
      );
    });
}
