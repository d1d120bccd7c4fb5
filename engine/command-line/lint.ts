// `holdpoint lint`: what is wrong or doubtful in Markdown files, one line each.
// Owns: finding the files and printing. What is found is joined in engine/findings.ts, for the window alike.
import { lstatSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { type Diagnostic, SCENARIO_FILE } from "../protocol/index.ts";
import { play } from "./command.ts";
import { Ended, EXIT, type Output, safe, usage } from "./output.ts";
import { readDocument, readSource } from "./read-document.ts";

const MARKDOWN = /\.(md|markdown|mdown|mdx)$/i;
const SKIPPED = new Set(["node_modules"]);

/** Markdown files below the given paths, in order; a file named itself is taken whatever it is called. Links are not followed. */
export function findMarkdown(paths: string[]): string[] {
  const found: string[] = [];
  const visit = (path: string, isNamed: boolean) => {
    const stat = lstatSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) {
        if (name.startsWith(".") || SKIPPED.has(name)) continue;
        visit(join(path, name), false);
      }
    } else if (isNamed || (stat.isFile() && (MARKDOWN.test(path) || SCENARIO_FILE.test(path)))) found.push(path);
  };
  for (const path of paths) {
    try {
      visit(path, true);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      throw usage(`${path} cannot be read: ${code === "ENOENT" ? "there is no such file or folder" : code}.`);
    }
  }
  return [...new Set(found)];
}

export async function lintFile(file: string): Promise<Diagnostic[]> {
  if (SCENARIO_FILE.test(file)) return lintScenario(file);
  const { source, document } = await readDocument(file);
  const [{ lintDocument }, { findingsOf }] = await Promise.all([import("../document/index.ts"), import("../engine/findings.ts")]);
  return findingsOf(document, lintDocument(document, source));
}

/** Against the runbook that it names: a step that is not there would never have its fault. */
async function lintScenario(file: string): Promise<Diagnostic[]> {
  const { readScenario, runbookOf } = await import("../rehearsal/index.ts");
  const source = readSource(file);
  const runbook = runbookOf(source);
  if (runbook === "")
    return [
      { line: 1, column: 1, severity: "error", code: "no-runbook", message: "It names no runbook: add `runbook: FILE.md`, beside it." },
    ];
  const { document } = await readDocument(join(dirname(file), runbook));
  return readScenario(source, document).diagnostics;
}

function print(output: Output, file: string, one: Diagnostic): void {
  const style = one.severity === "error" ? "red" : one.severity === "warning" ? "yellow" : "dim";
  output.line(`${file}:${one.line}:${one.column} ${output.paint(style, one.severity)} ${one.code} ${safe(one.message)}`);
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("lint")
    .summary("what is wrong or doubtful in Markdown files; exit 1 on errors")
    .description(
      "Checks files and folders of Markdown, and the scenarios of rehearsals (*.scenario.yaml) in them. Prints FILE:LINE:COLUMN SEVERITY CODE MESSAGE; exit 1 when there are errors, 2 when something cannot be read.",
    )
    .argument("<path...>", "files or folders")
    .option("--json", "one JSON array on standard output: {file, line, column, severity, code, message}")
    .action((paths: string[], options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("lint", isJson, async ({ output }) => {
          const files = findMarkdown(paths);
          if (files.length === 0) throw usage(`There is no Markdown file in ${paths.join(", ")}.`);
          const all: (Diagnostic & { file: string })[] = [];
          let unreadable: Ended | null = null;
          for (const [index, path] of files.entries()) {
            output.progress(`${index + 1} of ${files.length} ${path}`);
            const file = relative(".", path).startsWith("..") ? path : relative(".", path) || path;
            try {
              for (const one of await lintFile(path)) {
                all.push({ file, ...one });
                if (!isJson) print(output, file, one);
              }
            } catch (error) {
              if (!(error instanceof Ended)) throw error;
              unreadable = error; // the other files are still of use
              output.say(error.message);
            }
          }
          output.progress("");
          if (isJson) output.json(all);
          const count = (severity: string) => all.filter((one) => one.severity === severity).length;
          output.say(`${files.length} ${files.length === 1 ? "file" : "files"}, ${count("error")} errors, ${count("warning")} warnings`);
          if (unreadable !== null) return EXIT.usage;
          return count("error") > 0 ? EXIT.failed : EXIT.ok;
        }),
      );
    });
}
