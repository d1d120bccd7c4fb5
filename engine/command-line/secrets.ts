// Passwords and secret parameters: from the terminal without echo, or from a file descriptor.
// Owns: reading them. They are never taken from arguments or the environment, where every process of this user (and often
// of this machine) can read them, and where they would reach every command of a runbook.
import { readFileSync } from "node:fs";
import { usage } from "./output.ts";

/** Everything on a file descriptor, as UTF-8; the descriptor is one the shell opened (`3< file`, `3< <(command)`). */
export function readDescriptor(given: string, option: string): string {
  const fd = Number(given);
  if (!Number.isInteger(fd) || fd < 0) throw usage(`${option} takes the number of an open file descriptor, not "${given}".`);
  try {
    return readFileSync(fd, "utf8");
  } catch (error) {
    throw usage(
      `${option} ${fd}: nothing can be read there (${(error as Error).message}). Open it in the shell, as in: ${option} 3 3< FILE`,
    );
  }
}

/** First line of a descriptor. */
export const readPassword = (given: string): string => readDescriptor(given, "--password-fd").split(/\r?\n/)[0] ?? "";

/** Asks on the terminal, without echo. `null` where there is no terminal to ask on. Ctrl-C interrupts as anywhere. */
export async function askHidden(question: string): Promise<string | null> {
  const { stdin, stderr } = process;
  if (stdin.isTTY !== true || stderr.isTTY !== true) return null;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  return new Promise((resolve) => {
    let typed = "";
    const finish = (answer: string | null) => {
      stdin.off("data", onData);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      resolve(answer);
    };
    const onData = (chunk: string) => {
      for (const character of chunk) {
        if (character === "\r" || character === "\n") return finish(typed);
        if (character === "\x03") {
          finish(null);
          process.kill(process.pid, "SIGINT");
          return;
        }
        if (character === "\x04" && typed === "") return finish(null);
        if (character === "\x7f" || character === "\b") typed = [...typed].slice(0, -1).join("");
        else if (character === "\x15") typed = "";
        else if (character >= " ") typed += character;
      }
    };
    stdin.on("data", onData);
  });
}

/** Asks a question with a visible answer; null without a terminal. */
export async function ask(question: string): Promise<string | null> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) return null;
  const { createInterface } = await import("node:readline/promises");
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await reader.question(question);
  } finally {
    reader.close();
  }
}
