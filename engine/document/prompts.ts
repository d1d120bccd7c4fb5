// Tells commands and sample output apart where a block shows prompts. Owns the rules of FORMAT.md for the
// `sh` and `console` families. Never guesses: what cannot be told apart comes back with a reason and does not run.
import { behindForeign, foreignPrompt } from "./foreign-prompts.ts";
import { isMetricsComment, isProse } from "./hash-lines.ts";
import { isKnownCommand } from "./not-commands.ts";
import { readsAsQuery } from "./queries.ts";
import { ShellScanner } from "./shell-scan.ts";

export type Split = {
  /** Command lines with prompts taken off; null where they cannot be told. */
  commands: string[] | null;
  sample: string[];
  why: string | null;
  /** Index of a line without a prompt in a shell fence that shows prompts, or -1: worth a word to the reader. */
  strayLine: number;
  /** Commands were typed at a PowerShell prompt. */
  isPowerShell: boolean;
};

export const DOLLAR = /^[ \t]*\$(?: |$)/;
export const HASH = /^[ \t]*# /;
export const POWERSHELL = /^[ \t]*PS(?: [^>\n]{0,200})?> ?/;
const COMMENT = /^[ \t]*#/;
/** The writer meant to go on; the shell's own check will refuse it, and lint says why. */
const BLANK_AFTER_BACKSLASH = /(?<!\\)(?:\\\\)*\\[ \t]+$/;
/** For `sh`, `bash` and their like. A block without any prompt is all commands. */
export function splitShell(lines: string[], isPowerShell: boolean): Split {
  const prompt = isPowerShell ? POWERSHELL : DOLLAR;
  if (!lines.some((line) => prompt.test(line))) return { commands: lines, sample: [], why: null, strayLine: -1, isPowerShell };
  const taken = takeCommands(lines, prompt, "keep");
  if (taken.why !== null) return { commands: null, sample: [], why: taken.why, strayLine: -1, isPowerShell };
  // No prompted line was taken as a command: all of them stand inside here-documents or quotes.
  const firstCommand = lines.findIndex((line) => line.trim() !== "" && !COMMENT.test(line));
  if (taken.stray === -1) return { commands: taken.commands, sample: [], why: null, strayLine: -1, isPowerShell };
  if (firstCommand !== -1 && !prompt.test(lines[firstCommand]!)) {
    return resolveUnprompted(lines, prompt, isPowerShell);
  }
  const mixed = takeCommands(lines, prompt, "split");
  return { commands: mixed.commands, sample: mixed.sample, why: null, strayLine: mixed.stray, isPowerShell };
}

// The first command has no prompt: then a `$ ` may still stand inside a here-document or a quote, where it is text.
function resolveUnprompted(lines: string[], prompt: RegExp, isPowerShell: boolean): Split {
  const scanner = new ShellScanner();
  for (const [index, line] of lines.entries()) {
    const isInside = scanner.unfinished() === "here-document" || scanner.unfinished() === "quote";
    if (!isInside && prompt.test(line)) {
      const why = `line ${index + 1} of the block begins with a prompt and its first command does not, so commands and output cannot be told apart`;
      return { commands: null, sample: [], why, strayLine: -1, isPowerShell };
    }
    scanner.feed(line);
  }
  return { commands: lines, sample: [], why: null, strayLine: -1, isPowerShell };
}

const NO_PROMPT =
  "no line begins with a prompt (`$ ` or `PS> `) and the block does not begin with `# `, so commands and output cannot be told apart";
/** For `console`, `shell-session`, `shellsession`, `terminal`: prompted lines are commands, all else is sample output. */
export function splitConsole(lines: string[]): Split {
  const nothing: Split = { commands: null, sample: [], why: null, strayLine: -1, isPowerShell: false };
  const hasDollar = lines.some((line) => DOLLAR.test(line));
  const hasPowerShell = !hasDollar && lines.some((line) => POWERSHELL.test(line));
  let prompt = hasPowerShell ? POWERSHELL : DOLLAR;
  if (!hasDollar && !hasPowerShell) {
    const first = lines.find((line) => line.trim() !== "");
    // `# ` is the administrator's prompt only where the block begins with it; in the middle of output it is output.
    if (first === undefined || !HASH.test(first)) {
      const foreign = first === undefined ? null : foreignPrompt(first);
      if (foreign !== null) return { ...nothing, why: behindForeign(foreign) };
      const later = lines.map(foreignPrompt).find((prompt) => prompt !== null && prompt !== ">");
      return { ...nothing, why: whyQuery(lines) ?? (later === undefined ? NO_PROMPT : behindForeign(later!)) };
    }
    const behind = lines.filter((line) => HASH.test(line)).map((line) => line.replace(HASH, ""));
    if (behind.some(isMetricsComment)) return { ...nothing, why: "it reads as the text of metrics, not as commands" };
    if (behind.some(isProse)) return { ...nothing, why: "lines beginning with `# ` read as comments, and no line begins with `$ `" };
    // `# how full` over a query; with a program that is known, what looks like a query is its output.
    const query = behind.some(isKnownCommand) ? null : whyQuery(lines);
    if (query !== null) return { ...nothing, why: query };
    prompt = HASH;
  }
  // Output cannot stand before the first prompt, so a command there is one whose prompt was forgotten.
  const first = lines.findIndex((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  if (first >= 0 && !prompt.test(lines[first]!) && isKnownCommand(lines[first]!.trim())) {
    return { ...nothing, why: "its first command has no prompt and a later one has, so commands and output cannot be told apart" };
  }
  const taken = takeCommands(lines, prompt, prompt === DOLLAR ? "split" : "none");
  if (taken.why !== null) return { ...nothing, why: taken.why };
  return { commands: taken.commands, sample: taken.sample, why: null, strayLine: -1, isPowerShell: hasPowerShell };
}

function whyQuery(lines: string[]): string | null {
  const query = readsAsQuery(lines);
  return query === null ? null : `it reads as ${query}, not as commands`;
}

type Taken = { commands: string[]; sample: string[]; stray: number; why: string | null };

/** All are kept with the commands; those right before a command are, others are output; `# ` is a prompt itself. */
type Comments = "keep" | "split" | "none";

function takeCommands(lines: string[], prompt: RegExp, comments: Comments): Taken {
  const commands: string[] = [];
  const sample: string[] = [];
  let stray = -1;
  let scanner: ShellScanner | null = null;
  let startedAt = 0;
  const precedesCommand = comments === "split" ? linesBeforeCommands(lines, prompt) : [];
  const bodyEnds = new Map<string, number>();
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const isPrompted = prompt.test(line);
    const open = scanner === null ? null : (scanner.unfinished() ?? (BLANK_AFTER_BACKSLASH.test(lines[index - 1]!) ? "backslash" : null));
    if (scanner !== null && open !== null && !(isPrompted && !isBody(scanner, lines, index, bodyEnds))) {
      // A continuation: its own `> ` is the shell's second prompt.
      const rest = line.replace(/^[ \t]*>(?: |$)/, "");
      scanner.feed(rest);
      commands.push(rest);
      continue;
    }
    if (scanner !== null && open !== null && open !== "backslash") return unfinished(open, startedAt);
    if (isPrompted) {
      const rest = line.replace(prompt, "");
      scanner = null;
      if (rest.trim() === "") continue;
      scanner = new ShellScanner();
      scanner.feed(rest);
      startedAt = index;
      commands.push(rest);
      continue;
    }
    scanner = null;
    if (line.trim() === "") {
      if (comments === "keep" && stray === -1) commands.push(line);
      if (sample.length > 0) sample.push(line);
    } else if (comments !== "none" && COMMENT.test(line) && (comments === "keep" || precedesCommand[index] === true)) {
      commands.push(line);
    } else {
      if (stray === -1) stray = index;
      sample.push(line);
    }
  }
  const open = scanner?.unfinished() ?? null;
  if (open !== null && open !== "backslash" && open !== "operator") return unfinished(open, startedAt);
  while (sample.length > 0 && sample.at(-1)!.trim() === "") sample.pop();
  while (commands.length > 0 && commands.at(-1)!.trim() === "") commands.pop();
  return { commands, sample, stray, why: null };
}

function unfinished(open: string, index: number): Taken {
  return {
    commands: [],
    sample: [],
    stray: -1,
    why: `the command on line ${index + 1} of the block is not complete: its ${open} is never closed`,
  };
}

/** A prompted line inside an open here-document is its text, if the document's end stands further down. */
function isBody(scanner: ShellScanner, lines: string[], index: number, ends: Map<string, number>): boolean {
  const body = scanner.openHereDocuments()[0];
  if (body === undefined) return false;
  const known = ends.get(body.word);
  if (known !== undefined && known >= index) return known !== lines.length;
  const isEnd = (line: string): boolean => line.replace(/^[ \t]*> ?/, "").replace(body.stripsTabs ? /^\t+/ : /^/, "") === body.word;
  let end = index;
  while (end < lines.length && !isEnd(lines[end]!)) end++;
  ends.set(body.word, end);
  return end < lines.length;
}

/** A `# ` line is a comment where a prompted line follows it; among output it is output (metrics, file contents). */
function linesBeforeCommands(lines: string[], prompt: RegExp): boolean[] {
  const found = new Array<boolean>(lines.length).fill(false);
  let isBefore = false;
  for (let index = lines.length - 1; index >= 0; index--) {
    found[index] = isBefore;
    const line = lines[index]!;
    if (prompt.test(line)) isBefore = true;
    else if (line.trim() !== "" && !COMMENT.test(line)) isBefore = false;
  }
  return found;
}
