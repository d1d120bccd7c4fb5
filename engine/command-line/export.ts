// `holdpoint export`: a log, the sign-offs of all launches or the recovery measurements of all runs, as files. Owns: the options. The formats are engine/export.
import { resolve } from "node:path";
import type { Command } from "commander";
import type { LogSummary } from "../protocol/index.ts";
import { need, play } from "./command.ts";
import type { Door } from "./door.ts";
import { findLog } from "./find-log.ts";
import { EXIT, safe, usage } from "./output.ts";

const FORMATS = ["bundle", "pdf", "xlsx", "csv", "json", "md", "report"] as const;
const SIGNOFF_FORMATS = ["csv", "xlsx", "pdf", "bundle"] as const;
const RECOVERY_FORMATS = ["csv", "xlsx", "md", "json"] as const;
type Options = {
  format: string;
  out: string;
  json?: boolean;
  signoffs?: boolean;
  recovery?: boolean;
  from?: string;
  to?: string;
  launch?: string;
  signer?: string;
};
const FILTERS = ["from", "to", "launch", "signer"] as const;

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("export")
    .summary("a run's or a launch's record as files, the sign-offs of all launches, or the recovery measurements of all runs")
    .description(
      "Writes the whole log of a run or a launch, and records that it was exported. bundle: one zip with everything that proves it, and two verifiers. pdf: the report. xlsx: tables. csv: the events as one table; of a launch also items and sign-offs. json: a folder with events, checkpoints, manifest and recordings. md: the file with its boxes ticked and results added. report: the deployment report, as pages or Markdown by the ending of --out (.pdf or .md), with the same figures as .json beside it. With --signoffs: the signatures of all launches, by date, launch and signer, as csv, xlsx, pdf or bundle. With --recovery: one line per run that measures a recovery, live or rehearsed, with recovery time and point against their targets, as csv, xlsx, md or json.",
    )
    .argument("[run]", "number, run or launch id, log id, latest, or install")
    .requiredOption("--format <format>", FORMATS.join(", "))
    .requiredOption("--out <path>", "where to write it; nothing there is overwritten")
    .option("--signoffs", "the sign-offs of all launches instead of one log")
    .option("--recovery", "the recovery measurements of all runs instead of one log")
    .option("--from <date>", "of sign-offs and recoveries: from this day or moment on, UTC")
    .option("--to <date>", "of sign-offs and recoveries: up to this day or moment, UTC, the day included")
    .option("--launch <launch>", "of sign-offs: of this launch alone; number or id")
    .option("--signer <person>", "of sign-offs: signed by this person; id or name")
    .option("--json", "{path, files, bytes} on standard output")
    .action((wanted: string | undefined, options: Options) => {
      const isJson = options.json === true;
      done(
        play("export", isJson, async ({ output, door }) => {
          const isSignoffs = options.signoffs === true;
          checkUsage(wanted, options);
          const out = resolve(options.out);
          if (isSignoffs) {
            const format = formatOf(SIGNOFF_FORMATS, options.format);
            const engine = await door();
            const launch = options.launch === undefined ? undefined : await launchOf(engine, options.launch);
            const { from, to, signer } = options;
            const filter = { from, to, signer, launch };
            const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
            const written = need(await engine.call("record.exportSignoffs", { format, out, ...given }));
            if (isJson) output.json(written);
            else output.line(`${written.path}  ${written.files.length} files, ${written.bytes} bytes`);
            return EXIT.ok;
          }
          if (options.recovery === true) {
            const format = formatOf(RECOVERY_FORMATS, options.format);
            const { from, to } = options;
            const given = Object.fromEntries(Object.entries({ from, to }).filter(([, value]) => value !== undefined));
            const written = need(await (await door()).call("record.exportRecovery", { format, out, ...given }));
            if (isJson) output.json(written);
            else output.line(`${written.path}  ${written.bytes} bytes`);
            return EXIT.ok;
          }
          const format = formatOf(FORMATS, options.format);
          const engine = await door();
          const log = await logOf(engine, wanted!);
          output.progress(`exporting ${log.events} events`);
          const written = need(await engine.call("record.export", { log: log.log, format, out }));
          output.progress("");
          if (isJson) output.json(written);
          else output.line(`${written.path}  ${written.files.length} files, ${written.bytes} bytes, head ${safe(log.fingerprint)}`);
          return EXIT.ok;
        }),
      );
    });
}

function checkUsage(wanted: string | undefined, options: Options): void {
  if (options.recovery === true) {
    if (options.signoffs === true) throw usage("--recovery and --signoffs are two tables: ask for one at a time.");
    if (wanted !== undefined) throw usage("With --recovery no run is named: every run that measures a recovery is a line of it.");
    const [stray] = (["launch", "signer"] as const).filter((name) => options[name] !== undefined);
    if (stray !== undefined) throw usage(`--${stray} goes with --signoffs.`);
    return;
  }
  if (options.signoffs === true) {
    if (wanted !== undefined) throw usage("With --signoffs no run is named: choose a launch with --launch.");
    return;
  }
  if (wanted === undefined)
    throw usage(
      "Say which run or launch to export, or --signoffs for the sign-offs of all launches, or --recovery for the recovery measurements of all runs.",
    );
  const [stray] = FILTERS.filter((name) => options[name] !== undefined);
  if (stray !== undefined) throw usage(`--${stray} goes with --signoffs${stray === "from" || stray === "to" ? " or --recovery" : ""}.`);
}

function formatOf<F extends string>(formats: readonly F[], wanted: string): F {
  const format = formats.find((one) => one === wanted);
  if (format === undefined) throw usage(`There is no format "${wanted}" here. There are: ${formats.join(", ")}.`);
  return format;
}

/** A launch may be named by its own id too. */
async function logOf(engine: Door, wanted: string): Promise<LogSummary> {
  const logs = need(await engine.call("record.logs", {}));
  if (!wanted.startsWith("launch-")) return findLog(logs, wanted);
  const launch = need(await engine.call("launch.list", {})).find((one) => one.launch === wanted);
  return findLog(logs, launch?.log ?? wanted);
}

async function launchOf(engine: Door, wanted: string): Promise<string> {
  const found = need(await engine.call("launch.list", {})).find(
    (one) => one.launch === wanted || one.log === wanted || String(one.number) === wanted.replace(/^#/, ""),
  );
  if (found === undefined) throw usage(`There is no launch "${wanted}".`);
  return found.launch;
}
