// Opens every Markdown file below the given folders and reports what the parser made of them (acceptance criterion 6).
// Owns an independent, deliberately simple count of fences; never used by the product.
// Usage: node build/node24.mjs build/corpus.ts [--json] [--show] DIR…
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { lintDocument, parseDocument } from "../engine/document/index.ts";
import { type Block, RunbookDocument } from "../engine/protocol/index.ts";

type FileReport = {
  path: string;
  steps: number;
  counted: number;
  listed: number;
  blocks: Block[];
  ms: number;
  crash: string | null;
  unsafe: string[];
};

/** Markdown files below a folder, links not followed. */
function markdownFiles(path: string): string[] {
  if (statSync(path).isFile()) return /\.(?:md|markdown)$/i.test(path) ? [path] : [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .flatMap((entry) => markdownFiles(join(path, entry.name)))
    .sort();
}

/**
 * Counts fences the simple way: a line that begins with three or more backticks or tildes opens one (list and quote
 * marks before it passed over), the next line of at least as many of the same closes it. Knows no containers and no HTML.
 */
export function countFences(text: string): number {
  let count = 0;
  let open: string | null = null;
  for (const line of text.split(/\r\n|\n|\r/)) {
    const bare = line.replace(/^(?:[ \t]|>|[-*+](?=\s)|\d{1,9}[.)](?=\s))*/, "");
    const marks = /^(`{3,}|~{3,})(.*)$/.exec(open === null ? bare : line.replace(/^[ \t>]*/, ""));
    if (marks === null) continue;
    const [, run, rest] = marks;
    if (open === null) {
      if (run![0] === "`" && rest!.includes("`")) continue;
      open = run!;
      count++;
    } else if (run![0] === open[0] && run!.length >= open.length && rest!.trim() === "") open = null;
  }
  return count;
}

function allBlocks(document: RunbookDocument): Block[] {
  return [
    ...document.steps.flatMap((step) => step.blocks),
    ...document.categories.flatMap((category) => category.items.flatMap((item) => item.blocks)),
    ...document.otherBlocks,
  ].sort((a, b) => a.line - b.line);
}

function readOne(path: string): FileReport {
  const bytes = readFileSync(path);
  const report: FileReport = {
    path,
    steps: 0,
    counted: countFences(bytes.toString("utf8")),
    listed: 0,
    blocks: [],
    ms: 0,
    crash: null,
    unsafe: [],
  };
  try {
    const began = performance.now();
    const document = parseDocument(bytes, { path });
    report.ms = performance.now() - began;
    RunbookDocument.parse(document);
    lintDocument(document, bytes);
    report.steps = document.steps.length;
    report.blocks = allBlocks(document);
    report.listed = new Set(report.blocks.map((block) => block.line)).size;
    if (report.listed !== report.blocks.length) report.unsafe.push("a fence is listed twice");
    for (const problem of document.diagnostics)
      if (/^(?:unreadable|lint-failed)/.test(problem.code)) report.unsafe.push(`${problem.code}: ${problem.message}`);
  } catch (error) {
    report.crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  return report;
}

/** The reason without what differs from file to file, so that reasons can be counted. */
const reasonOf = (why: string): string =>
  why
    .replaceAll(/\(line \d+\)/g, "(line N)")
    .replaceAll(/line \d+/g, "line N")
    .replaceAll(/prompt "[^"]*"/g, 'prompt "…"');

function show(report: FileReport): void {
  console.log(`\n=== ${report.path}`);
  for (const block of report.blocks) {
    console.log(
      `--- line ${block.line} ${block.language || "(none)"} ${block.runnable ? `RUNS in ${block.interpreter ?? block.shell}` : `no: ${block.why}`}`,
    );
    if (block.runnable) console.log(block.commands.replace(/^/gm, "    | ").replace(/ {4}\| $/, ""));
    if (block.placeholders.length > 0) console.log(`    asks for: ${block.placeholders.join(", ")}`);
    if (block.sampleOutput !== null) console.log(block.sampleOutput.replace(/^/gm, "    > ").replace(/ {4}> $/, ""));
  }
}

function main(args: string[]): number {
  const dirs = args.filter((arg) => !arg.startsWith("--"));
  if (dirs.length === 0) {
    console.error("usage: node build/node24.mjs build/corpus.ts [--json] [--show] DIR…");
    return 2;
  }
  const reports = dirs.flatMap(markdownFiles).map(readOne);
  const blocks = reports.flatMap((report) => report.blocks);
  const reasons = new Map<string, number>();
  for (const block of blocks) if (block.why !== null) reasons.set(reasonOf(block.why), (reasons.get(reasonOf(block.why)) ?? 0) + 1);
  const slowest = reports.reduce((slow, report) => (report.ms > slow.ms ? report : slow), { path: "-", ms: 0 });
  const summary = {
    files: reports.length,
    steps: reports.reduce((sum, report) => sum + report.steps, 0),
    fencesCounted: reports.reduce((sum, report) => sum + report.counted, 0),
    fencesListed: blocks.length,
    runnable: blocks.filter((block) => block.runnable).length,
    notRunnable: blocks.filter((block) => !block.runnable).length,
    withoutReason: blocks.filter((block) => !block.runnable && (block.why ?? "") === "").length,
    crashes: reports.filter((report) => report.crash !== null).map((report) => `${report.path}: ${report.crash}`),
    unsafe: reports.flatMap((report) => report.unsafe.map((what) => `${report.path}: ${what}`)),
    lostFences: reports
      .filter((report) => report.listed < report.counted)
      .map((report) => `${report.path}: ${report.counted} counted, ${report.listed} listed`),
    moreListed: reports
      .filter((report) => report.listed > report.counted)
      .map((report) => `${report.path}: ${report.counted} counted, ${report.listed} listed`),
    slowestParse: `${slowest.path}: ${slowest.ms.toFixed(1)} ms`,
    reasons: Object.fromEntries([...reasons].sort((a, b) => b[1] - a[1])),
  };
  if (args.includes("--show")) for (const report of reports) show(report);
  if (args.includes("--json")) console.log(JSON.stringify(summary));
  else console.log(JSON.stringify(summary, null, 2));
  return summary.crashes.length + summary.unsafe.length + summary.lostFences.length + summary.withoutReason === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith("corpus.ts") === true) process.exitCode = main(process.argv.slice(2));
