// Lint of single blocks: patterns, gates, captures, placeholders, and characters that are not what they seem.
// Owns what can be said of a block from its own text and attributes.
import type { Block, Expectation } from "../protocol/index.ts";
import type { LintInput } from "./lint-input.ts";
import { allBlocks } from "./lint-references.ts";
import { logicalCommands, opensShell } from "./opens-shell.ts";

/** Right-to-left marks and characters without width: what is read is not what runs. */
const HIDDEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/u;
/** Put there by word processors: the shell takes them as letters. */
const TYPOGRAPHIC = /[\u00a0\u2007\u202f\u2018\u2019\u201c\u201d]|(?<=\s)[\u2013\u2014](?=\w)/u;

export function lintBlocks(input: LintInput): void {
  for (const block of allBlocks(input.document)) {
    lintPattern(input, block);
    lintGate(input, block);
    lintCapture(input, block);
    if (block.runnable) {
      lintSecrets(input, block);
      lintCharacters(input, block);
      lintOpenedShell(input, block);
    }
  }
}

function lintPattern(input: LintInput, block: Block): void {
  const { match } = block.options;
  if (match === undefined) return;
  try {
    // `g` and `y` keep a place between two looks at the output, so the second could fail where the first passed.
    if (/[^imsu]/.test(match.flags)) throw new Error(`its flags may be i, m, s and u, and are "${match.flags}"`);
    new RegExp(match.source, match.flags);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    input.problems.add("error", "invalid-match", block.line, 1, `match= is no regular expression, so the block could never pass: ${why}.`);
    return;
  }
  if (/\([^()]*[+*][^()]*\)[+*{]/.test(match.source)) {
    input.problems.add(
      "warning",
      "slow-match",
      block.line,
      1,
      "match= repeats a group that repeats itself; on long output that can take forever.",
    );
  }
}

function lintGate(input: LintInput, block: Block): void {
  const { gate, forMs, everyMs, withinMs, expect, match, warn, minSamples } = block.options;
  const say = (severity: "error" | "warning", code: string, message: string): void =>
    input.problems.add(severity, code, block.line, 1, message);
  if (gate === undefined) {
    const stray = [forMs !== undefined && "for", everyMs !== undefined && "every", withinMs !== undefined && "within"].filter(
      (key) => key !== false,
    );
    if (stray.length > 0)
      say("error", "gate-missing", `${stray.join("=, ")}= is given without gate=hold or gate=wait, so it is not in force.`);
    if (warn !== undefined)
      say("warning", "gate-missing", "warn= is given without a gate: there is nothing to go on from after the alarm.");
    if (minSamples !== undefined) say("warning", "gate-missing", "min-samples= is given without a gate, so it is not in force.");
    return;
  }
  if (gate === "hold" && forMs === undefined) say("error", "gate-incomplete", "gate=hold does not say for how long: add for=5m.");
  if (gate === "wait" && withinMs === undefined)
    say("error", "gate-incomplete", "gate=wait does not say how long to wait: add within=10m.");
  if (gate === "hold" && withinMs !== undefined) say("warning", "gate-incomplete", "within= belongs to gate=wait; gate=hold takes for=.");
  if (gate === "wait" && forMs !== undefined) say("warning", "gate-incomplete", "for= belongs to gate=hold; gate=wait takes within=.");
  if (everyMs === undefined) say("error", "gate-incomplete", `gate=${gate} does not say how often it is probed: add every=15s.`);
  if (block.options.background || block.options.job)
    say("error", "gate-incomplete", "A gate cannot be a job or run in the background: the step would go on past it.");
  if (expect !== undefined && warn !== undefined && !isEarlier(warn, expect))
    say(
      "warning",
      "warn-not-earlier",
      `warn= is a limit that is reached before that of expect=; "${warn.operator} ${warn.value}" is not reached before "${expect.operator} ${expect.value}".`,
    );
  const span = gate === "hold" ? forMs : withinMs;
  if (span !== undefined && everyMs !== undefined && everyMs >= span)
    say("warning", "gate-single-probe", "every= is not shorter than the gate's own time, so there is only one probe.");
  if (expect === undefined && match === undefined) {
    say("warning", "target-without-measure", "This gate passes on the exit code alone: add expect= or match= to say what is measured.");
  }
  if (minSamples !== undefined && expect === undefined)
    say("warning", "target-without-measure", "min-samples= is given without expect=: there is no measurement to have samples of.");
}

/** 0.25 before `<= 0.3`, 85 before `>= 80`, from whichever side it is written. */
function isEarlier(warn: Expectation, expect: Expectation): boolean {
  if (expect.operator[0] === "<") return warn.value < expect.value;
  return expect.operator[0] !== ">" || warn.value > expect.value;
}

function lintCapture(input: LintInput, block: Block): void {
  const { capture } = block.options;
  if (capture === undefined) return;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(capture)) {
    input.problems.add(
      "error",
      "invalid-capture",
      block.line,
      1,
      `capture=${capture} is no name of a variable; it takes letters, digits and underscores.`,
    );
  }
  const param = input.document.params.find((candidate) => candidate.name === capture);
  if (param !== undefined) {
    input.problems.add(
      "error",
      "invalid-capture",
      block.line,
      1,
      `capture=${capture} would overwrite the parameter of that name (line ${param.line}).`,
    );
  }
}

function lintSecrets(input: LintInput, block: Block): void {
  for (const span of block.placeholderSpans) {
    const param = input.document.params.find(
      (candidate) => candidate.name.toLowerCase() === span.name.toLowerCase().replaceAll(/[- ]/g, "_"),
    );
    if (param?.type !== "secret") continue;
    const { line, column } = placeIn(block, span.start);
    const message = `${span.text} is the secret parameter "${param.name}": the resolved command is shown and recorded. Use "$${param.name}" instead.`;
    input.problems.add("error", "secret-placeholder", line, column, message);
  }
}

function lintCharacters(input: LintInput, block: Block): void {
  const hidden = HIDDEN.exec(block.commands);
  if (hidden !== null) {
    const { line, column } = placeIn(block, hidden.index);
    input.problems.add(
      "error",
      "hidden-character",
      line,
      column,
      `A command holds ${codePoint(hidden[0])}, which is not seen but runs with it. Take it out.`,
    );
  }
  const blank = /\\[ \t]+$/m.exec(block.commands);
  if (blank !== null) {
    const { line, column } = placeIn(block, blank.index);
    input.problems.add(
      "warning",
      "blank-after-backslash",
      line,
      column,
      "A blank behind the backslash: the command ends here instead of going on. Take the blank out.",
    );
  }
  const odd = TYPOGRAPHIC.exec(block.commands);
  if (odd !== null) {
    const { line, column } = placeIn(block, odd.index);
    input.problems.add(
      "warning",
      "typographic-character",
      line,
      column,
      `A command holds ${codePoint(odd[0])}, which the shell takes as a letter. Write a plain blank, quote or dash.`,
    );
  }
}

/** `oc debug node/x` and more below it: the operator leaves that shell, and only then the rest runs, in the shell of the run. */
function lintOpenedShell(input: LintInput, block: Block): void {
  if (block.shell === null || block.interpreter !== null) return;
  const commands = logicalCommands(block.commands.split("\n"));
  for (const [at, command] of commands.entries()) {
    const next = commands[at + 1];
    if (next === undefined) return;
    const by = opensShell(command.text);
    if (by === null) continue;
    const offsetOf = (index: number): number => block.commands.split("\n", index).join("\n").length + (index > 0 ? 1 : 0);
    const { line, column } = placeIn(block, offsetOf(command.index));
    const after = placeIn(block, offsetOf(next.index)).line;
    const message = `${by} opens a shell of its own, and the block goes on: line ${after} runs after that shell was left, not in it. Give the command to ${by} itself, or make it the last line of its block.`;
    input.problems.add("warning", "opens-shell", line, column, message);
    return;
  }
}

const codePoint = (char: string): string => `U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;

/** Line of an offset in `commands`. Exact where no prompts were taken off, else the nearest line that holds the text. */
function placeIn(block: Block, offset: number): { line: number; column: number } {
  const before = block.commands.slice(0, offset);
  const index = before.split("\n").length - 1;
  const lineText = block.commands.split("\n")[index]!;
  const lines = block.text.split(/\r\n|\n|\r/);
  const at =
    lines[index] === lineText
      ? index
      : Math.max(
          0,
          lines.findIndex((line) => line.endsWith(lineText)),
        );
  const shift = (lines[at]?.length ?? lineText.length) - lineText.length;
  return { line: block.line + 1 + at, column: before.length - (before.lastIndexOf("\n") + 1) + Math.max(0, shift) + 1 };
}
