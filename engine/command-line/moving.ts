// `holdpoint pack` and `holdpoint unpack`: a rehearsal on its way to another machine. Owns: the options and the words.
// What goes along, the search for secrets and the checks are the engine's.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { ResultOf, RunId } from "../protocol/index.ts";
import { need, play } from "./command.ts";
import type { Door } from "./door.ts";
import { findLog } from "./find-log.ts";
import { EXIT, ended, type Output, safe, usage } from "./output.ts";

type PackOptions = { out: string; runs?: string; secrets?: string; json?: boolean };
type UnpackOptions = { fingerprint?: string; json?: boolean };

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("pack")
    .summary("a runbook with its recorded runs as one file, to rehearse on another machine")
    .description(
      "Writes a rehearsal bundle: the runbook, the runbooks it links to, scenarios beside them, and whole runs with their recordings and two verifiers. Everything is searched for secrets that this machine knows (environment, kubeconfigs, runs under way) and for the shapes of tokens; where one is found, nothing is written and its place is named. Prints the fingerprint, to be told to the other side by another way.",
    )
    .argument("<file-or-run>", "a runbook; or a run: its number, id, or latest")
    .requiredOption("--out <path>", "file to write; nothing there is overwritten")
    .option("--runs <n>", "of a runbook: how many of its runs go along, the newest first (3)")
    .option("--secrets <file>", "further secrets to search for, one in a line; they are kept nowhere")
    .option("--json", "{path, bytes, sha256, fingerprint, texts, runs, searched} on standard output")
    .action((wanted: string, options: PackOptions) => {
      const isJson = options.json === true;
      done(
        play("pack", isJson, async ({ output, door }) => {
          const request = requestOf(options);
          const isFile = existsSync(wanted);
          if (!isFile && options.runs !== undefined) throw usage("--runs goes with a runbook, not with a run.");
          const engine = await door();
          const what = isFile ? { path: realpathSync(resolve(wanted)) } : { run: await runNamed(engine, wanted) };
          output.progress("packing and searching for secrets");
          const packed = need(await engine.call("rehearsal.pack", { ...request, ...what }));
          output.progress("");
          if (isJson) output.json(packed);
          else tellPacked(output, packed);
          return EXIT.ok;
        }),
      );
    });
  program
    .command("unpack")
    .summary("checks a rehearsal bundle and opens it here, to walk through and replay")
    .description(
      "Checks every byte of a rehearsal bundle before anything is unpacked, refuses by name what was changed, taken out or put in (exit 1), then unpacks it into the data directory and opens its runbooks in the library. No network is needed, and nothing is run.",
    )
    .argument("<bundle>", "file that `holdpoint pack` wrote")
    .option("--fingerprint <fingerprint>", "as it was told to you by another way; only then the origin is proved")
    .option("--json", "{folder, main, texts, runs, isOriginProved, …} on standard output")
    .action((bundle: string, options: UnpackOptions) => {
      const isJson = options.json === true;
      done(
        play("unpack", isJson, async ({ output, door }) => {
          const path = resolve(bundle);
          const engine = await door();
          const { fingerprint } = options;
          const unpacked = await engine.call("rehearsal.unpack", { path, ...(fingerprint === undefined ? {} : { fingerprint }) });
          if (!unpacked.ok && unpacked.error.code === "record-damaged") {
            if (isJson) output.json({ error: unpacked.error });
            tellRefused(output, path, (unpacked.error.details as { refusals?: Refusal[] } | undefined)?.refusals ?? []);
            return EXIT.failed;
          }
          if (!unpacked.ok) throw ended(unpacked.error);
          if (isJson) output.json(unpacked.value);
          else tellUnpacked(output, unpacked.value);
          return EXIT.ok;
        }),
      );
    });
}

function requestOf({ out, runs, secrets }: PackOptions): { out: string; runs?: number; values?: string[] } {
  if (runs !== undefined && !/^\d{1,2}$/.test(runs)) throw usage(`--runs takes a number from 0 to 20, not "${runs}".`);
  return {
    out: resolve(out),
    ...(runs === undefined ? {} : { runs: Number(runs) }),
    ...(secrets === undefined ? {} : { values: linesIn(secrets) }),
  };
}

function linesIn(path: string): string[] {
  try {
    return readFileSync(path, "utf8")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
  } catch (error) {
    throw usage(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}

async function runNamed(engine: Door, wanted: string): Promise<RunId> {
  const log = findLog(need(await engine.call("record.logs", {})), wanted);
  const run = log.run ?? log.runs?.find((one) => one === wanted) ?? log.runs?.at(-1);
  if (run === undefined || run === null) throw usage(`"${wanted}" is no run. \`holdpoint status\` lists the runs with their numbers.`);
  return run;
}

function tellPacked(output: Output, { path, bytes, texts, runs, searched, fingerprint }: ResultOf<"rehearsal.pack">): void {
  output.line(`${path}  ${bytes} bytes: ${texts.length} texts, ${runs} runs`);
  output.line(
    `searched ${searched.files} files, ${searched.bytes} bytes, for ${searched.values} known values and the shapes of tokens: none found`,
  );
  output.line(`fingerprint ${fingerprint}  (tell it to the other side by another way than the file)`);
}

type Refusal = { code: string; message: string };
function tellRefused(output: Output, path: string, refusals: readonly Refusal[]): void {
  output.line(output.paint("red", `REFUSED  ${safe(path)}: nothing of it was unpacked`));
  for (const { code, message } of refusals) output.line(`  ${code.padEnd(18)}  ${safe(message)}`);
}

function tellUnpacked(output: Output, { title, main, runs, isOriginProved, warnings, packedBy }: ResultOf<"rehearsal.unpack">): void {
  output.line(`${safe(title)}, packed by ${safe(packedBy)}: ${isOriginProved ? "VERIFIED" : "verified, origin not proved"}`);
  output.line(`  ${safe(main)}`);
  for (const run of runs) output.line(`  run ${run.number}  ${safe(run.title)}`);
  for (const warning of warnings) output.say(`warning: ${safe(warning)}`);
  const first = runs[0]?.number;
  output.line(`rehearse it: holdpoint run --mode rehearsal --way walk ${JSON.stringify(main)}`);
  if (first !== undefined)
    output.line(`             holdpoint run --mode rehearsal --way replay --replay ${first} ${JSON.stringify(main)}`);
}
