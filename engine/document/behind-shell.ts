// Lines of a block with prompts that were typed into a shell which the block itself opened: `$ oc debug node/x` and
// `# chroot /host` below it. They are comments or output to the shell of the run. Owns finding them.
import { foreignPrompt } from "./foreign-prompts.ts";
import { isMetricsComment, isProse } from "./hash-lines.ts";
import { isTyped, whyNotCommands } from "./not-commands.ts";
import { opensShell } from "./opens-shell.ts";
import { HASH } from "./prompts.ts";

/** Indexes of the line and of the line that opens the shell, and the words by which it does. */
export type BehindShell = { index: number; opener: number; by: string };

export function linesBehindShell(lines: string[], prompt: RegExp): BehindShell[] {
  const found: BehindShell[] = [];
  let opener: { index: number; by: string } | null = null;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    if (prompt.test(line)) {
      const began = index;
      let command = line.replace(prompt, "");
      while (command.endsWith("\\") && index + 1 < lines.length)
        command = `${command.slice(0, -1)} ${lines[++index]!.replace(/^[ \t]*> /, "")}`;
      const by = opensShell(command);
      opener = by === null ? null : { index: began, by };
    } else if (opener !== null) {
      const typed = typedBehind(line);
      if (typed === null) continue;
      found.push({ index, opener: opener.index, by: opener.by });
      const by = opensShell(typed);
      if (by !== null) opener = { index, by };
    }
  }
  return found;
}

/** What was typed on a line without the prompt of the block: behind `# `, where it reads as a command, or a foreign prompt. */
function typedBehind(line: string): string | null {
  if (HASH.test(line)) {
    const rest = line.replace(HASH, "").trim();
    return isTyped(rest) && !isProse(rest) && !isMetricsComment(rest) && whyNotCommands([rest], "sh") === null ? rest : null;
  }
  const prompt = foreignPrompt(line);
  if (prompt === null) return null;
  const rest = line.trimStart().slice(prompt.length).trim();
  return rest === "" ? null : rest;
}
