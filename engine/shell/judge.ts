// From an end to a verdict.
// Owns: what exit code, match and expectation together mean, and the words for it. Reads the raw text, stores nothing of it.
import { stripVTControlCharacters } from "node:util";
import { type Expectation, meets, type Verdict } from "../protocol/index.ts";

/** `match` and `expect` look at no more than the last of the output. Characters; a regular expression over more would hold the engine. */
export const JUDGED_TAIL_CHARS = 1 << 20;

export type Ended = { exitCode: number; text: string; match: RegExp | null; expect: Expectation | null };
export type Judged = { verdict: Verdict; because: string; lastLine: string | null; lastNumber: number | null; tail: string };

/** Passed needs exit 0, and what was asked of the output; a number that was asked for and not printed is unknown, never passed. */
export function judge({ exitCode, text, match, expect }: Ended): Judged {
  const plain = stripVTControlCharacters(text.slice(-JUDGED_TAIL_CHARS)).replaceAll("\r\n", "\n");
  const lastLine = lastWords(plain);
  const lastNumber = numberAtEnd(plain);
  const say = (verdict: Verdict, because: string): Judged => ({ verdict, because, lastLine, lastNumber, tail: plain });
  if (exitCode !== 0) return say("failed", exitWords(exitCode));
  if (match !== null) {
    match.lastIndex = 0;
    if (!match.test(plain)) return say("failed", `exit 0, but the output does not match ${match}`);
  }
  if (expect !== null) {
    if (lastNumber === null) return say("unknown", `exit 0, but no number was printed to compare with ${expect.operator} ${expect.value}`);
    if (!meets(lastNumber, expect)) return say("failed", `exit 0, but ${lastNumber} is not ${expect.operator} ${expect.value}`);
  }
  return say("passed", "exit 0");
}

/** Codes above 128 are signals by the shell's convention (POSIX XCU 2.8.2). */
export function exitWords(code: number): string {
  if (code === 130) return "ended by Ctrl-C (exit 130)";
  if (code === 137) return "killed (exit 137)";
  if (code === 143) return "terminated (exit 143)";
  if (code === 127) return "command not found (exit 127)";
  if (code === 126) return "not executable or refused by the shell (exit 126)";
  return `exit ${code}`;
}

export function signalOf(code: number): string | null {
  const names: Record<number, string> = {
    129: "SIGHUP",
    130: "SIGINT",
    131: "SIGQUIT",
    134: "SIGABRT",
    137: "SIGKILL",
    139: "SIGSEGV",
    141: "SIGPIPE",
    143: "SIGTERM",
  };
  return names[code] ?? null;
}

function lastWords(plain: string): string | null {
  const lines = plain.trimEnd().split("\n");
  const line = lines.at(-1)?.trim() ?? "";
  return line === "" ? null : line;
}

function numberAtEnd(plain: string): number | null {
  const found = plain
    .slice(-4096)
    .match(/(?<![\w.])[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w])/g)
    ?.at(-1);
  return found === undefined ? null : Number(found);
}
