// Puts a block where its shell can source it.
// Owns: the private files of one block, the pipe in their place where secrets are in it, the syntax check. Removes them again.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Dialect } from "./dialects.ts";

export type BlockFiles = { outer: string; remove(): void };

export type BlockText = {
  folder: string;
  serial: number;
  token: string;
  blockId: string;
  /** Text that the shell sources, without trailer. */
  text: string;
  exports: Record<string, string>;
  cwd: string | null;
  interpreter: string | null;
  /** Then neither text nor exports touch a file: both go through named pipes. */
  hasSecrets: boolean;
};

/** Writes the files (0600, in the session's private folder) and returns what to source. */
export function writeBlockFiles(dialect: Dialect, block: BlockText): BlockFiles {
  const path = (part: string) => join(block.folder, `holdpoint-block-${block.serial}${part}`);
  const outer = path("");
  const inner = path("-text");
  const script = path("-script");
  const feeders: ChildProcess[] = [];
  const put = (file: string, content: string) => {
    if (!block.hasSecrets) return writeFileSync(file, content, { mode: 0o600 });
    execFileSync("mkfifo", ["-m", "600", file]);
    // A process of its own waits until the shell reads: opening a pipe for writing blocks.
    const feeder = spawn("sh", ["-c", 'exec cat >"$1"', "sh", file], { stdio: ["pipe", "ignore", "ignore"] });
    feeder.stdin.on("error", () => {}); // killed before the shell read it: the block never ran
    feeder.stdin.end(content);
    feeders.push(feeder);
  };

  let text = block.text.endsWith("\n") ? block.text : `${block.text}\n`;
  if (block.interpreter !== null) {
    put(script, text);
    text = `${block.interpreter} ${dialect.quote(script)}\n`;
  }
  // The blank line in the trailer keeps a closing backslash of the block away from it.
  put(inner, dialect.header(text) + text + dialect.trailer(text));
  const exports = Object.entries(block.exports)
    .map(([name, value]) => dialect.export(name, value))
    .join("");
  put(outer, dialect.outer({ token: block.token, blockId: block.blockId, inner, outer, exports, cwd: block.cwd }));

  return {
    outer,
    remove() {
      for (const feeder of feeders) feeder.kill("SIGKILL");
      for (const file of [outer, inner, script]) rmSync(file, { force: true });
    },
  };
}

export type SyntaxProblem = { line: number | null; message: string };

/** Shells drop a NUL byte, or all of the line behind it, and run what is left: that is not what was written. */
export function findNul(text: string): SyntaxProblem | null {
  const at = text.indexOf("\0");
  return at < 0 ? null : { line: text.slice(0, at).split("\n").length, message: "it holds a NUL byte" };
}

/** Parses the text with the shell that would run it and runs nothing; null when it parses. The text goes through a pipe. */
export function findSyntaxProblem(
  file: string,
  dialect: Dialect,
  text: string,
  environment: Record<string, string>,
): Promise<SyntaxProblem | null> {
  return new Promise((resolve) => {
    const child = spawn(file, dialect.checkSyntax, { stdio: ["pipe", "ignore", "pipe"], env: environment, timeout: 10_000 });
    let words = "";
    child.stderr.on("data", (chunk: Buffer) => {
      words = (words + chunk.toString("utf8")).slice(0, 8192);
    });
    child.stdin.on("error", () => {}); // it stopped reading at the error
    child.on("error", (error) => resolve({ line: null, message: error.message }));
    child.on("close", (code) => {
      // zsh tells the status of `! true` although it runs nothing: only words make a problem.
      // bash runs a here-document without its end as if the block's end were its end, and only warns.
      const isCut = /here-document .*(delimited|wanted)/.test(words);
      if ((code === 0 && !isCut) || words.trim() === "") return resolve(null);
      const line = words.match(/(?:line |:)(\d+):?/);
      const message = words.split("\n").find((one) => one.trim() !== "") ?? words;
      resolve({ line: line === null ? null : Number(line[1]), message: message.replace(/^.*?:\s*(?:line )?\d+:\s*/, "").trim() });
    });
    child.stdin.end(text);
  });
}
