// What a terminal was sent, as plain text of bounded length: its beginning and its end. Owns: what is left out, and counting it.
// Works as the output comes, so that a recording of any size passes through; knows no file and no record.
import { stripVTControlCharacters } from "node:util";

/** What is kept of a long output, characters: as much as findings are read from (engine/checklist/text-evidence.ts). */
const HEAD_CHARS = 50_000;
const TAIL_CHARS = 150_000;
/** A line without an end is taken up in pieces of this length, characters: an escape sequence is far shorter. */
const LONGEST_LINE = 1 << 20;

export type PlainOutput = {
  push(chunk: string): void;
  /** `chars`: length of the whole as text; `kept`: how much of it `text` holds. */
  end(): { text: string; chars: number; kept: number };
};

export function plainOutput(): PlainOutput {
  let pending = "";
  let head = "";
  let tail: string[] = [];
  let tailChars = 0;
  let chars = 0;

  const keep = (text: string): void => {
    chars += text.length;
    const room = tail.length === 0 ? HEAD_CHARS - head.length : 0;
    head += text.slice(0, room);
    const rest = text.slice(room);
    if (rest === "") return;
    tail.push(rest.slice(-TAIL_CHARS));
    tailChars += Math.min(rest.length, TAIL_CHARS);
    while (tailChars - (tail[0]?.length ?? 0) >= TAIL_CHARS) tailChars -= tail.shift()?.length ?? 0;
  };
  return {
    push(chunk) {
      pending += chunk;
      const last = pending.lastIndexOf("\n");
      if (last !== -1) {
        for (const line of pending.slice(0, last).split("\n")) keep(`${shown(line)}\n`);
        pending = pending.slice(last + 1);
      } else if (pending.length > LONGEST_LINE) {
        keep(shown(pending));
        pending = "";
      }
    },
    end() {
      if (pending !== "") keep(shown(pending));
      pending = "";
      const end = tail.join("").slice(-TAIL_CHARS);
      tail = [end];
      tailChars = end.length;
      const kept = head.length + end.length;
      const left = chars - kept;
      const cut = left === 0 ? "" : `\n[… ${left} of ${chars} characters are left out here; the recording has them all …]\n`;
      return { text: `${head}${cut}${end}`.toWellFormed(), chars, kept };
    },
  };
}

/** A line as it stood on screen at its end: what was written over (progress bars) is gone, colours and other controls too. */
function shown(line: string): string {
  let text = "";
  for (const part of line.split("\r")) {
    if (part === "") continue;
    const isErased = /^\[[02]?K/.test(part.startsWith("\u001b") ? part.slice(1) : "");
    const written = backspaced(stripVTControlCharacters(part)).replaceAll(/[^\t\P{Cc}]/gu, "");
    text = isErased ? written : written + text.slice(written.length);
  }
  return text;
}

function backspaced(text: string): string {
  if (!text.includes("\b")) return text;
  const out: string[] = [];
  for (const character of text)
    if (character === "\b") out.pop();
    else out.push(character);
  return out.join("");
}
