// `holdpoint status`: where things stand, as a list or for one run.
// Owns: printing. The state is the engine's.
import type { Command } from "commander";
import type { AppSnapshot, RunView, StepState } from "../protocol/index.ts";
import { need, play } from "./command.ts";
import { findLog } from "./find-log.ts";
import { duration, EXIT, type Output, type Style, safe, table } from "./output.ts";
import { joined } from "./run-loop.ts";

const MARKS: Record<string, [string, Style]> = {
  passed: ["passed", "green"],
  failed: ["failed", "red"],
  unknown: ["unknown", "magenta"],
  skipped: ["skipped", "yellow"],
};

function stepLine(output: Output, step: StepState): string[] {
  const [word, style] = MARKS[step.verdict ?? ""] ?? [step.status === "todo" ? "" : step.status, "cyan"];
  const judged = step.judgement === null ? "" : `, ${step.judgement.outcome} by ${safe(step.judgement.by)}: ${safe(step.judgement.reason)}`;
  const why = step.reason !== "" ? step.reason : step.verdict === "passed" ? "" : step.because;
  return [`  ${step.number}`, safe(step.title), output.paint(style, word) + judged, duration(step.durationMs), safe(why)];
}

/** What it goes back from, and what went back from it, with the time against the promise. */
function wayBackLines({ undoes, undoneBy = [], countdown }: RunView["header"]): string[] {
  const measured = (measure: { durationMs: number; met: boolean | null } | null, targetMs: number | null): string => {
    const promise = targetMs === null ? "" : `, promised under ${duration(targetMs)}`;
    const met = measure === null || measure.met === null ? "" : measure.met ? ", in time" : ", late";
    return `${measure === null ? ", not ended" : `, ${duration(measure.durationMs)}`}${promise}${met}`;
  };
  return [
    ...(undoes
      ? [`goes back from ${undoes.run}: ${undoes.title}, decided ${undoes.decidedAt}${measured(undoes.measure, undoes.targetMs)}`]
      : []),
    ...undoneBy.map(
      (one) =>
        `way back ${one.status}: ${one.title}, decided by ${one.by} ${one.decidedAt}${measured(one.measure, one.targetMs)}${one.run === null ? "" : `, ${one.run}`}`,
    ),
    ...(countdown ? [`goes back by itself at ${countdown.endsAt}, unless somebody stops it`] : []),
  ];
}

/** `recovery: 34:12 of 1:00:00, lost 9:40 of 15:00`. */
function recoveryLine({ declared, rto, rpo }: NonNullable<RunView["header"]["recovery"]>): string {
  const part = (ms: number | null, targetMs: number | null, open: string): string =>
    `${ms === null ? open : duration(ms)}${targetMs === null ? "" : ` of ${duration(targetMs)}`}${ms !== null && targetMs !== null && ms > targetMs ? " (missed)" : ""}`;
  const open = declared === null ? "no disaster declared yet" : `under way since ${declared.at}`;
  return `recovery: ${part(rto.ms, rto.targetMs, open)}; lost ${part(rpo.ms, rpo.targetMs, "not measured yet")}`;
}

export function printRun(output: Output, view: RunView): void {
  const { header, steps } = view;
  const clusters = header.clusters.map((pin) => `${pin.context}${pin.class === null ? "" : ` (${pin.class})`}: ${pin.state}`);
  output.line(
    `${output.paint("bold", safe(header.title))}  run ${header.number}, ${header.mode}, ${header.status}${header.result === "" ? "" : `: ${header.result}`}`,
  );
  output.line(`  ${header.run}  started ${header.startedAt} by ${safe(header.operator)}`);
  output.line(`  cluster ${clusters.length === 0 ? "none" : safe(clusters.join("; "))}`);
  if (header.hold !== null) output.line(`  held by ${safe(header.hold.by)}: ${safe(header.hold.reason)}`);
  if (header.recovery != null) output.line(`  ${recoveryLine(header.recovery)}`);
  for (const line of wayBackLines(header)) output.line(`  ${safe(line)}`);
  for (const line of table(steps.map((step) => stepLine(output, step)))) output.line(line);
  if (header.nextAction.kind !== "none") output.line(`  ${safe(joined(header.nextAction))}`);
  // The other lanes, where there are any: what each is at or asks for.
  for (const { lane, nextAction } of header.lanes ?? [])
    if (nextAction.kind !== "none" && nextAction.step !== header.nextAction.step)
      output.line(`  lane ${safe(lane)}: ${safe(nextAction.say)}`);
  output.line(`  ${header.events} events, head ${header.fingerprint}`);
}

function printAll(output: Output, snapshot: AppSnapshot): void {
  output.line(
    `Holdpoint ${snapshot.version}, ${snapshot.home}, ${snapshot.installEvents} events in the install log, head ${snapshot.installFingerprint}`,
  );
  if (snapshot.recordProblem !== null) output.line(output.paint("red", snapshot.recordProblem));
  const logs = snapshot.logs.filter((log) => log.kind !== "install").sort((a, b) => b.number - a.number);
  if (logs.length === 0) output.line("No runs yet.");
  const rows = logs.map((log) => [
    `#${log.number}`,
    log.status,
    safe(log.title),
    log.mode ?? "",
    safe(log.cluster ?? "no cluster"),
    log.openedAt,
    safe(log.operator),
    log.run ?? log.log,
  ]);
  for (const line of table(rows)) output.line(line);
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("status")
    .summary("where things stand")
    .description("Without a name: all runs. With one: its steps, verdicts, cluster and what is next.")
    .argument("[run]", "number, run id, log id, or latest")
    .option("--json", "one JSON object on standard output")
    .action((wanted: string | undefined, options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("status", isJson, async ({ output, door }) => {
          const engine = await door();
          const snapshot = need(await engine.call("app.snapshot", {}));
          if (wanted === undefined) {
            const { version, install, home, activeRun, logs, installEvents, installFingerprint, recordProblem } = snapshot;
            if (isJson) output.json({ version, install, home, activeRun, logs, installEvents, installFingerprint, recordProblem });
            else printAll(output, snapshot);
            return EXIT.ok;
          }
          const log = findLog(snapshot.logs, wanted);
          if (log.run === null) {
            if (isJson) output.json(log);
            else output.line(`${safe(log.title)}  ${log.status}, ${log.events} events, head ${log.fingerprint}`);
            return EXIT.ok;
          }
          const { view } = need(await engine.call("run.get", { run: log.run }));
          if (isJson) output.json(view);
          else printRun(output, view);
          return EXIT.ok;
        }),
      );
    });
}
