// `holdpoint lint`: what is wrong or doubtful in Markdown files, one line each.
// Owns: finding the files, joining the parser's and the linter's words with what walks round the cluster pin.
import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import type { Block, Diagnostic, RunbookDocument } from "../protocol/index.ts";
import { play } from "./command.ts";
import { Ended, EXIT, type Output, safe, usage } from "./output.ts";
import { readDocument } from "./read-document.ts";

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
    } else if (isNamed || (stat.isFile() && MARKDOWN.test(path))) found.push(path);
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

/** Where a command line of a block stands in the file: prompts were stripped and sample output left out, so lines are matched in order. */
function placeOf(block: Block, line: number, column: number): { line: number; column: number } {
  const commands = block.commands.split("\n");
  const shown = block.text.split("\n");
  let at = -1;
  let shift = 0;
  for (let index = 0; index < line; index += 1) {
    const wanted = commands[index] ?? "";
    const next = shown.findIndex((text, position) => position > at && text.endsWith(wanted));
    if (next < 0) break;
    at = next;
    shift = (shown[next] ?? "").length - wanted.length;
  }
  return { line: block.line + Math.max(at, 0) + 1, column: column + shift };
}

/** Warnings for commands that choose a cluster by themselves (CLUSTER.md): the pin cannot hold them. */
export async function bypassDiagnostics(document: RunbookDocument): Promise<Diagnostic[]> {
  const { findBypasses } = await import("../cluster/index.ts");
  const blocks = [
    ...document.steps.flatMap((step) => step.blocks),
    ...document.categories.flatMap((one) => one.items.flatMap((item) => item.blocks)),
  ];
  return blocks
    .filter((block) => block.runnable)
    .flatMap((block) =>
      findBypasses(block.commands).map((found) => ({
        ...placeOf(block, found.line, found.column),
        severity: "warning" as const,
        code: "walks-round-the-pin",
        message: `${found.what}: this command may reach another cluster than the one the run is pinned to. Take it out, and choose the cluster with the run.`,
      })),
    );
}

export async function lintFile(file: string): Promise<Diagnostic[]> {
  const { source, document } = await readDocument(file);
  const { lintDocument } = await import("../document/index.ts");
  const all = [...document.diagnostics, ...lintDocument(document, source), ...(await bypassDiagnostics(document))];
  const seen = new Set<string>();
  return all
    .filter((one) => {
      const key = JSON.stringify([one.line, one.column, one.code, one.message]);
      return !seen.has(key) && seen.add(key) !== undefined;
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
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
      "Checks files and folders of Markdown. Prints FILE:LINE:COLUMN SEVERITY CODE MESSAGE; exit 1 when there are errors, 2 when something cannot be read.",
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
