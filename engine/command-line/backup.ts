// `holdpoint backup`: a consistent copy of the database, verified. Owns: the options.
import { resolve } from "node:path";
import type { Command } from "commander";
import { need, play } from "./command.ts";
import { EXIT } from "./output.ts";

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("backup")
    .summary("a consistent copy of the database, verified")
    .description("Copies the database while it may be in use, verifies the copy, and records it. Exit 1 when the copy does not verify.")
    .requiredOption("--out <path>", "file to write; nothing there is overwritten")
    .option("--json", "{path, bytes, report} on standard output")
    .action((options: { out: string; json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("backup", isJson, async ({ output, door }) => {
          const engine = await door();
          const made = need(await engine.call("record.backup", { out: resolve(options.out) }));
          if (isJson) output.json(made);
          else output.line(`${made.path}  ${made.bytes} bytes, ${made.report.verdict}`);
          return made.report.verdict === "NOT VERIFIED" ? EXIT.failed : EXIT.ok;
        }),
      );
    });
}
