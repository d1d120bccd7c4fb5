// The command line's table of contents: one command per file in command-line/.
// Owns: the program, its exit code, and the one place that knows where Electron's launcher is.
import { Command, CommanderError } from "commander";
import * as backup from "./command-line/backup.ts";
import * as contexts from "./command-line/contexts.ts";
import * as debrief from "./command-line/debrief.ts";
import * as doctor from "./command-line/doctor.ts";
import * as exporting from "./command-line/export.ts";
import * as lint from "./command-line/lint.ts";
import * as moving from "./command-line/moving.ts";
import * as open from "./command-line/open.ts";
import { EXIT } from "./command-line/output.ts";
import * as parse from "./command-line/parse.ts";
import * as preflight from "./command-line/preflight.ts";
import * as run from "./command-line/run.ts";
import * as series from "./command-line/series.ts";
import * as serve from "./command-line/serve.ts";
import * as status from "./command-line/status.ts";
import * as verify from "./command-line/verify.ts";
import { APP_VERSION } from "./ports.ts";

let finished: Promise<number> = Promise.resolve(EXIT.ok);
const done = (code: Promise<number>) => {
  finished = code;
};
// biome-ignore lint/style/noRestrictedImports: the launcher is plain Node and loads no Electron; it is named here and nowhere else in engine/.
const desktop = () => import("../electron/launch.ts");

const program = new Command("holdpoint")
  .description("Runs Markdown runbooks in a real shell against one proved cluster, and keeps a record that can be checked.")
  .version(APP_VERSION)
  .exitOverride()
  .enablePositionalOptions()
  .addHelpText(
    "after",
    `
Without a command: the window. With --json, standard output carries JSON alone.
HOLDPOINT_HOME      data directory, else the platform's own
HOLDPOINT_ELECTRON  desktop runtime to use · HOLDPOINT_BROWSER  browser for the window
NO_COLOR            no colour`,
  );
open.register(program, done, desktop);
serve.register(program, done);
for (const command of [parse, lint, contexts, run, preflight, status, debrief, series, exporting, moving, verify])
  command.register(program, done);
doctor.register(program, done, desktop);
backup.register(program, done);
// Sub-commands take over exitOverride only when told so.
for (const command of program.commands) command.exitOverride();

/** A bug must not look like a failed step (exit 1). */
function defect(error: unknown): number {
  process.stderr.write(`holdpoint met a defect: ${error instanceof Error ? error.stack : String(error)}\n`);
  return EXIT.usage;
}
process.on("uncaughtException", (error) => process.exit(defect(error)));

process.exitCode = await main();
// Everything was closed by then; a handle that a library keeps must not keep the person waiting.
process.exit();

async function main(): Promise<number> {
  try {
    await program.parseAsync(process.argv);
    return await finished;
  } catch (error) {
    // Commander has said what is wrong; help and version are no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return defect(error);
  }
}
