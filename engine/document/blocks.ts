// A fence as a block: whether it runs, in which shell, which text, and why not. Owns the table of FORMAT.md
// "Which blocks run". Where the block belongs is outline.ts's question.
import type { Block, BlockAttributes, ShellKind } from "../protocol/index.ts";
import { readAttributes } from "./attributes.ts";
import { linesBehindShell } from "./behind-shell.ts";
import { behindForeign, findForeign } from "./foreign-prompts.ts";
import { parseInfo } from "./info.ts";
import { whyNotCommands } from "./not-commands.ts";
import { findPlaceholders, placeholderNames } from "./placeholders.ts";
import type { Problems } from "./problems.ts";
import { DOLLAR, POWERSHELL, splitConsole, splitShell } from "./prompts.ts";
import { readsAsQuery } from "./queries.ts";
import type { Source } from "./source.ts";
import { fenceContent } from "./strip.ts";
import type { Leaf } from "./tree.ts";

const SHELLS: Record<string, ShellKind> = {
  sh: "bash",
  bash: "bash",
  shell: "bash",
  zsh: "zsh",
  fish: "fish",
  pwsh: "pwsh",
  powershell: "pwsh",
};
/** These follow the file's own `shell:`; a fence that names a shell keeps it. */
const GENERIC = new Set(["sh", "shell", "console", "shell-session", "shellsession", "terminal"]);
const CONSOLES = new Set(["console", "shell-session", "shellsession", "terminal"]);
/** Text and data: never run, whatever stands beside them. */
const DATA = new Set(
  "text txt plain plaintext none output log logs json json5 jsonc jsonl ndjson yaml yml toml ini conf config cfg properties env dotenv xml html svg css csv tsv diff patch md markdown mdx rst mermaid dot graphviz plantuml http".split(
    " ",
  ),
);
/** Queries and descriptions of state: an interpreter may take them, a shell never. */
const QUERIES = new Set(
  "promql metricsql logql traceql sql psql mysql pgsql plsql cql graphql kql spl influxql lucene jq hcl terraform tf rego cel nginx apache dockerfile makefile".split(
    " ",
  ),
);
const SHELL_PROGRAMS = /(?:^|[/\\\s])(?:sh|bash|zsh|fish|ksh|dash|ash|csh|tcsh|pwsh|powershell)(?:\.exe)?(?:\s|$)/;

const UNTOLD = "its commands cannot be told from its output";

/** Reads one fence. `defaultShell` is the front matter's. */
export function readBlock(source: Source, leaf: Leaf, defaultShell: ShellKind | null, problems: Problems): Block {
  const info = parseInfo(leaf.info);
  const { options, attributes, problems: found } = readAttributes(info, leaf.info);
  const infoAt = leaf.offset + leaf.marks.length + leadingBlanks(source.text, leaf.offset + leaf.marks.length);
  for (const problem of found) problems.addAt(problem.severity, problem.code, infoAt + problem.at, problem.message);
  const content = fenceContent(source, leaf);
  const shown = content.lines.length === 0 ? "" : `${content.lines.join("\n")}\n`;
  const block: Block = {
    index: 0,
    line: leaf.line,
    endLine: leaf.endLine,
    language: info.language,
    runnable: false,
    shell: null,
    interpreter: null,
    why: null,
    commands: shown,
    sampleOutput: null,
    text: content.text,
    placeholders: [],
    placeholderSpans: [],
    name: options.name ?? null,
    attributes,
    options,
  };
  if (!leaf.isClosed) {
    problems.add(
      "warning",
      "unclosed-fence",
      leaf.line,
      columnOf(source, leaf),
      `This fence is never closed, so where its text ends is not known and it does not run. Close it with a line ${leaf.marks}.`,
    );
    return notRunnable(block, "the fence is never closed, so where its commands end is not known");
  }
  return decide(source, leaf, block, content.lines, options, defaultShell, problems);
}

function decide(
  source: Source,
  leaf: Leaf,
  block: Block,
  lines: string[],
  options: BlockAttributes,
  defaultShell: ShellKind | null,
  problems: Problems,
): Block {
  const { language } = block;
  const odd = whyUnsafeText(source, block);
  if (odd !== null) {
    problems.add("error", "unreadable-block", leaf.line, columnOf(source, leaf), `This block does not run: ${odd}.`);
    return notRunnable(block, odd);
  }
  if (options.ignore === true) return notRunnable(block, "its attribute ignore=true says so");
  const interpreter = options.interpreter ?? shebang(lines);
  if (language === "") return withoutLanguage(block, lines, defaultShell);
  if (DATA.has(language)) return notRunnable(block, `"${language}" is text or data, never a command`);
  const shell = SHELLS[language] ?? null;
  const isConsole = CONSOLES.has(language);
  if (shell === null && !isConsole) return decideOther(block, lines, interpreter, defaultShell);
  if (isConsole) return decideConsole(leaf, block, lines, options, defaultShell, problems);
  const kind = GENERIC.has(language) ? (defaultShell ?? shell) : shell;
  const split = splitShell(lines, kind === "pwsh");
  if (split.commands === null) {
    sayForeign(leaf, lines, problems);
    return notRunnable(block, split.why ?? UNTOLD);
  }
  const behind = sayBehindShell(leaf, lines, kind === "pwsh" ? POWERSHELL : DOLLAR, problems);
  if (split.strayLine !== -1 && !behind.has(split.strayLine)) {
    const line = leaf.line + 1 + split.strayLine;
    const message = "This line has no prompt while others of the block do, so it is taken as sample output and does not run.";
    problems.add("warning", "output-in-shell-block", line, 1, message);
  }
  const why = interpreter === null || SHELL_PROGRAMS.test(interpreter) ? whyNotShell(split.commands, language) : null;
  if (why !== null) {
    sayForeign(leaf, lines, problems);
    return notRunnable(block, why);
  }
  return runnable(block, split.commands, split.sample, kind, interpreter);
}

/** A fence that calls itself shell was meant to run, so its reader is told what keeps it from that. */
function sayForeign(leaf: Leaf, lines: string[], problems: Problems): void {
  const foreign = findForeign(lines);
  if (foreign === null) return;
  const message = `This line begins with the prompt "${foreign.prompt}" of another program or host, so the block does not run. Write the command alone, or call the fence text.`;
  problems.add("warning", "foreign-prompt", leaf.line + 1 + foreign.index, 1, message);
}

const NOTHING_BEHIND: ReadonlySet<number> = new Set();
/** Lines typed into a shell that the block opens; each gets a word, for none of them runs. */
function sayBehindShell(leaf: Leaf, lines: string[], prompt: RegExp, problems: Problems): ReadonlySet<number> {
  const behind = linesBehindShell(lines, prompt);
  if (behind.length === 0) return NOTHING_BEHIND;
  for (const { index, opener, by } of behind) {
    const message = `This line stands behind the prompt of the shell that line ${leaf.line + 1 + opener} opens (${by}); it does not run. Give it to that command, or put it in a block of its own.`;
    problems.add("warning", "behind-opened-shell", leaf.line + 1 + index, 1, message);
  }
  return new Set(behind.map(({ index }) => index));
}

function decideConsole(
  leaf: Leaf,
  block: Block,
  lines: string[],
  options: BlockAttributes,
  defaultShell: ShellKind | null,
  problems: Problems,
): Block {
  const split = splitConsole(lines);
  if (split.commands === null || split.commands.length === 0) {
    return notRunnable(block, split.why ?? "its prompts have no command behind them");
  }
  const why = whyNotShell(split.commands, block.language);
  if (why !== null) return notRunnable(block, why);
  sayBehindShell(leaf, lines, split.isPowerShell ? POWERSHELL : DOLLAR, problems);
  return runnable(block, split.commands, split.sample, split.isPowerShell ? "pwsh" : (defaultShell ?? "bash"), options.interpreter ?? null);
}

function withoutLanguage(block: Block, lines: string[], defaultShell: ShellKind | null): Block {
  const query = readsAsQuery(lines);
  if (query !== null)
    return { ...notRunnable(block, `the fence names no language and reads as ${query}, which is never sent to a shell`), isQuery: true };
  const asShell = readAsShell(lines, defaultShell === "pwsh");
  const why =
    asShell.why === null
      ? "the fence names no language; it can be run as shell by an explicit act"
      : `the fence names no language, and nothing of it can be sent to a shell: ${asShell.why}`;
  return { ...notRunnable(block, why), asShell };
}

// What a text reads as is left to the person who runs it as shell; a prompt in it, which would be run too, is not.
function readAsShell(lines: string[], isPowerShell: boolean): NonNullable<Block["asShell"]> {
  const split = splitShell(lines, isPowerShell);
  const foreign = findForeign(split.commands ?? lines);
  const why = foreign !== null ? sayBehind(foreign) : split.commands === null ? (split.why ?? UNTOLD) : null;
  const commands = why === null && split.commands!.some((line) => line.trim() !== "") ? `${split.commands!.join("\n")}\n` : "";
  const spans = findPlaceholders(commands, true);
  return {
    commands,
    sampleOutput: split.sample.length === 0 ? null : `${split.sample.join("\n")}\n`,
    placeholders: placeholderNames(spans),
    placeholderSpans: spans,
    why: why ?? (commands === "" ? "it is empty" : null),
  };
}

function decideOther(block: Block, lines: string[], interpreter: string | null, defaultShell: ShellKind | null): Block {
  const { language } = block;
  const said = language.slice(0, 60);
  if (interpreter === null) {
    const why = QUERIES.has(language)
      ? `"${said}" is a query or a description, never sent to a shell`
      : `"${said}" is no shell, and the block names no interpreter (interpreter=… or a first line #!…)`;
    return notRunnable(block, why);
  }
  if (QUERIES.has(language) && SHELL_PROGRAMS.test(interpreter))
    return notRunnable(block, `"${said}" is never sent to a shell, and its interpreter ${interpreter} is one`);
  if (lines.every((line) => line.trim() === "")) return notRunnable(block, "it is empty");
  // A program of its own still needs a shell to be started from.
  return { ...runnable(block, lines, [], null, interpreter), shell: defaultShell ?? "bash" };
}

function whyNotShell(commands: string[], language: string): string | null {
  const foreign = findForeign(commands);
  if (foreign === null) return whyNotCommands(commands, language);
  return sayBehind(foreign);
}

const sayBehind = ({ prompt, isFirst }: { prompt: string; isFirst: boolean }): string =>
  isFirst ? behindForeign(prompt) : `a command of it stands behind the prompt "${prompt}", which is not this shell's`;

/** Makes the block, which nobody else holds yet, one that runs. */
function runnable(block: Block, commands: string[], sample: string[], shell: ShellKind | null, interpreter: string | null): Block {
  const text = `${commands.join("\n")}\n`;
  const spans = findPlaceholders(text, shell !== null);
  block.runnable = true;
  block.shell = shell;
  block.interpreter = interpreter;
  block.commands = text;
  if (sample.length > 0) block.sampleOutput = `${sample.join("\n")}\n`;
  block.placeholderSpans = spans;
  block.placeholders = placeholderNames(spans);
  return block;
}

/** The block as one that does not run, with the reason. */
export function notRunnable(block: Block, why: string): Block {
  return { ...block, runnable: false, shell: null, interpreter: null, why };
}

// What would reach the shell must be what the file holds: a byte that is no text, or a NUL, cannot be sent as written.
function whyUnsafeText(source: Source, block: Block): string | null {
  if (block.text.includes("\0")) return "it holds a NUL character, which no command can";
  if (source.invalidCount > 0 && block.text.includes("\ufffd")) return "it holds bytes that are not UTF-8, so its text is not known";
  return null;
}

function shebang(lines: string[]): string | null {
  if (lines[0]?.startsWith("#!") !== true) return null;
  const match = /^#!\s*(\S.*?)\s*$/.exec(lines[0] ?? "");
  return match === null ? null : match[1]!;
}

function leadingBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at - from;
}

export function columnOf(source: Source, leaf: Leaf): number {
  return leaf.offset - source.starts[leaf.line - 1]! + 1;
}
