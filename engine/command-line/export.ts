// `holdpoint export`: a log as files. Owns: the options. The formats are engine/export.
import { resolve } from "node:path";
import type { Command } from "commander";
import { need, play } from "./command.ts";
import { findLog } from "./find-log.ts";
import { EXIT, safe, usage } from "./output.ts";

const FORMATS = ["bundle", "json", "csv"] as const;
const LATER = ["pdf", "xlsx", "md"];

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("export")
    .summary("a run's or a launch's record as files")
    .description(
      "Writes the whole log of a run or a launch, and records that it was exported. bundle: one zip with everything that proves it, and two verifiers. json: a folder with events, checkpoints, manifest and recordings. csv: one table.",
    )
    .argument("<run>", "number, run or launch id, log id, latest, or install")
    .requiredOption("--format <format>", "bundle, json or csv")
    .requiredOption("--out <path>", "where to write it; nothing there is overwritten")
    .option("--json", "{path, files, bytes} on standard output")
    .action((wanted: string, options: { format: string; out: string; json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("export", isJson, async ({ output, door }) => {
          const format = FORMATS.find((one) => one === options.format);
          if (format === undefined) {
            const isLater = LATER.includes(options.format);
            throw usage(
              `${isLater ? `The format ${options.format} is not part of this version yet` : `There is no format "${options.format}"`}. There are: ${FORMATS.join(", ")}.`,
            );
          }
          const engine = await door();
          const log = findLog(need(await engine.call("record.logs", {})), wanted);
          output.progress(`exporting ${log.events} events`);
          const written = need(await engine.call("record.export", { log: log.log, format, out: resolve(options.out) }));
          output.progress("");
          if (isJson) output.json(written);
          else output.line(`${written.path}  ${written.files.length} files, ${written.bytes} bytes, head ${safe(log.fingerprint)}`);
          return EXIT.ok;
        }),
      );
    });
}
