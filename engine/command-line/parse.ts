// `holdpoint parse`: what a Markdown file means, as JSON or as an outline.
// Owns: the shape of CLI.md. Needs no engine and opens no database.
import type { Command } from "commander";
import type { Block, RunbookDocument } from "../protocol/index.ts";
import { play } from "./command.ts";
import { duration, EXIT, type Output, safe } from "./output.ts";
import { readDocument } from "./read-document.ts";

/** A block for `parse --json`: positions within the file, no offsets into the text. */
function blockJson(block: Block): object {
  const { placeholderSpans: _spans, text: _text, index: _index, ...rest } = block;
  return rest;
}

/** The document as CLI.md gives it: everything but the rendered page. */
export function documentJson(document: RunbookDocument): object {
  const { flow: _flow, steps, otherBlocks, categories, ...rest } = document;
  return {
    ...rest,
    steps: steps.map((step) => ({
      ...step,
      blocks: step.blocks.map(blockJson),
      checks: step.checks.map(({ html: _html, index: _index, ...check }) => check),
    })),
    otherBlocks: otherBlocks.map(blockJson),
    categories: categories.map((category) => ({
      ...category,
      items: category.items.map(({ html: _html, ...item }) => ({ ...item, blocks: item.blocks.map(blockJson) })),
    })),
  };
}

function outline(output: Output, document: RunbookDocument): void {
  const { paint } = output;
  output.line(
    `${paint("bold", safe(document.title))}  ${document.kind}${document.version === null ? "" : `, version ${safe(document.version)}`}`,
  );
  for (const param of document.params)
    output.line(`  ${param.name}  ${param.type}${param.required ? ", required" : ""}  ${safe(param.about)}`);
  for (const step of document.steps) {
    const blocks = step.blocks.filter((block) => block.runnable).length;
    const parts = [
      `${blocks} ${blocks === 1 ? "command" : "commands"}`,
      ...(step.checks.length > 0 ? [`${step.checks.length} to confirm`] : []),
      ...(step.directive.plannedMs === null ? [] : [duration(step.directive.plannedMs)]),
    ];
    output.line(`${step.number.padEnd(5)} ${safe(step.title)}  ${paint("dim", `${step.id} · line ${step.line} · ${parts.join(", ")}`)}`);
  }
  for (const category of document.categories) {
    output.line(`${safe(category.title)}  ${paint("dim", `${category.items.length} items`)}`);
    for (const item of category.items) output.line(`  ${item.id.padEnd(10)} ${safe(item.text)}`);
  }
  const silent = [...document.steps.flatMap((step) => step.blocks), ...document.otherBlocks].filter((block) => !block.runnable);
  if (silent.length > 0) output.line(paint("dim", `${silent.length} fences are not commands; --json says why.`));
  for (const one of document.diagnostics) output.line(`line ${one.line}: ${one.severity} ${one.code}: ${safe(one.message)}`);
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("parse")
    .summary("steps, blocks, parameters, items and diagnostics of a file")
    .description("Says what a Markdown file means to Holdpoint. Nothing is run and nothing is recorded.")
    .argument("<file>", "Markdown file")
    .option("--json", "one JSON object on standard output")
    .action((file: string, options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("parse", isJson, async ({ output }) => {
          const { document } = await readDocument(file);
          if (isJson) output.json(documentJson(document));
          else outline(output, document);
          return EXIT.ok;
        }),
      );
    });
}
