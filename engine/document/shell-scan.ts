// Follows shell text line by line just far enough to know where quotes, comments, here-documents and unfinished
// commands are. Owns that knowledge; it is no shell grammar, and nothing is ever refused because of it alone.

/** What a character stands in. */
export const PLAIN = 0;
export const SINGLE = 1;
export const DOUBLE = 2;
export const COMMENT = 3;
export const HEREDOC = 4;
export const ARITHMETIC = 5;

export type Unfinished = "quote" | "here-document" | "bracket" | "keyword" | "operator" | "backslash";
type Frame = { kind: "plain" | "double" | "brace" | "arithmetic" | "backtick"; depth: number; keywords: number; cases: number };

/** Blanks, operators, quotes and expansions. */
const ENDS_WORD = new Set([..." \t;&|()<>\"'`$\\"].map((char) => char.charCodeAt(0)));
/** Brackets inside one another; deeper is no text a person wrote. */
const MAX_FRAMES = 200;
const OPENERS = new Set(["if", "for", "while", "until", "select", "case", "{"]);
const CLOSERS = new Set(["fi", "done", "esac", "}"]);
/** Words after which a command begins again. */
const GOES_ON = new Set(["if", "then", "else", "elif", "do", "while", "until", "!", "{", "time"]);

export class ShellScanner {
  #frames: Frame[] = [frame("plain")];
  #isSingle = false;
  #isAnsi = false;
  #waiting: { word: string; stripsTabs: boolean }[] = [];
  #bodies: { word: string; stripsTabs: boolean }[] = [];
  #isCommandStart = true;
  #endsInOperator = false;
  #endsInBackslash = false;

  /** Reads one line (without its line end); what each character stands in is written to `into` from `base` on. */
  feed(line: string, into: Uint8Array | null = null, base = 0): void {
    const body = this.#bodies[0];
    if (body !== undefined) {
      into?.fill(HEREDOC, base, base + line.length);
      if ((body.stripsTabs ? line.replace(/^\t+/, "") : line) === body.word) this.#bodies.shift();
      return;
    }
    const continues = this.#endsInBackslash;
    this.#endsInBackslash = false;
    if (!continues && !this.#endsInOperator && this.#top().kind !== "double" && !this.#isSingle) this.#isCommandStart = true;
    let at = 0;
    while (at < line.length) {
      const from = at;
      const context = this.#context();
      at = this.#isSingle ? this.#single(line, at) : this.#step(line, at, continues && at === 0);
      const shown = at < 0 ? COMMENT : context;
      if (at < 0) at = line.length;
      if (into !== null) for (let index = from; index < at; index++) into[base + index] = shown;
    }
    const kind = this.#top().kind;
    if (this.#waiting.length > 0 && kind !== "double" && !this.#isSingle) {
      this.#bodies = this.#bodies.concat(this.#waiting);
      this.#waiting = [];
    }
  }

  /** Why the text so far is no whole command, or null. */
  unfinished(): Unfinished | null {
    if (this.#bodies.length > 0 || this.#waiting.length > 0) return "here-document";
    if (this.#isSingle || this.#frames.some((open) => open.kind === "double" || open.kind === "backtick")) return "quote";
    if (this.#frames.length > 1) return "bracket";
    if (this.#endsInBackslash) return "backslash";
    if (this.#endsInOperator) return "operator";
    return this.#frames[0]!.keywords > 0 ? "keyword" : null;
  }

  /** Words that end the open here-documents, first one first. */
  openHereDocuments(): { word: string; stripsTabs: boolean }[] {
    return this.#bodies;
  }

  #top(): Frame {
    return this.#frames.at(-1)!;
  }

  #context(): number {
    if (this.#isSingle) return SINGLE;
    const kind = this.#top().kind;
    if (kind === "arithmetic") return ARITHMETIC;
    return kind === "double" || kind === "brace" ? DOUBLE : PLAIN;
  }

  #push(kind: Frame["kind"]): void {
    if (this.#frames.length < MAX_FRAMES) this.#frames.push(frame(kind));
  }

  #pop(): void {
    if (this.#frames.length > 1) this.#frames.pop();
  }

  #single(line: string, from: number): number {
    for (let at = from; at < line.length; at++) {
      if (this.#isAnsi && line[at] === "\\") at++;
      else if (line[at] === "'") {
        this.#isSingle = false;
        return at + 1;
      }
    }
    return line.length;
  }

  /** Reads one token; returns where the next begins, or -1 where a comment takes the rest of the line. */
  #step(line: string, at: number, continues: boolean): number {
    const top = this.#top();
    const char = line[at]!;
    if (char === "\\") {
      if (at === line.length - 1) this.#endsInBackslash = true;
      this.#word();
      return Math.min(at + 2, line.length);
    }
    if (char === "$") {
      const next = line[at + 1];
      if (next === "(" && line[at + 2] === "(") {
        this.#word();
        this.#push("arithmetic");
        this.#top().depth = 2;
        return at + 3;
      }
      if (next === "(") {
        this.#word();
        this.#push("plain");
        this.#isCommandStart = true;
        return at + 2;
      }
      if (next === "{") {
        this.#word();
        this.#push("brace");
        return at + 2;
      }
      if (next === "'" && (top.kind === "plain" || top.kind === "backtick")) {
        this.#word();
        this.#isSingle = true;
        this.#isAnsi = true;
        return at + 2;
      }
      this.#word();
      return at + 1;
    }
    if (top.kind === "arithmetic") {
      if (char === "(") top.depth++;
      if (char === ")" && --top.depth === 0) this.#pop();
      return at + 1;
    }
    if (char === "`") {
      if (top.kind === "backtick") this.#pop();
      else {
        this.#push("backtick");
        this.#isCommandStart = true;
      }
      return at + 1;
    }
    if (char === '"') {
      this.#word();
      if (top.kind === "double") this.#pop();
      else this.#push("double");
      return at + 1;
    }
    if (top.kind === "double") return at + 1;
    if (char === "'") {
      this.#word();
      this.#isSingle = true;
      this.#isAnsi = false;
      return at + 1;
    }
    if (top.kind === "brace") {
      if (char === "}") this.#pop();
      return at + 1;
    }
    return this.#plain(line, at, top, continues);
  }

  #plain(line: string, at: number, top: Frame, continues: boolean): number {
    const char = line[at]!;
    if (char === " " || char === "\t") return at + 1;
    const before = at === 0 ? (continues ? "x" : " ") : line[at - 1]!;
    if (char === "#" && " \t;&|()".includes(before)) return -1;
    if (char === "(") {
      if (line[at + 1] === "(" && this.#isCommandStart) {
        this.#push("arithmetic");
        this.#top().depth = 2;
        this.#endsInOperator = false;
        return at + 2;
      }
      this.#push("plain");
      this.#isCommandStart = true;
      this.#endsInOperator = false;
      return at + 1;
    }
    if (char === ")") {
      this.#endsInOperator = false;
      // A pattern of `case` closes no bracket.
      if (top.cases > 0) this.#isCommandStart = true;
      else this.#pop();
      this.#isCommandStart = true;
      return at + 1;
    }
    if (char === ";" || char === "&" || char === "|") {
      const isDouble = line[at + 1] === char;
      this.#endsInOperator = char === "|" || (char === "&" && isDouble && !this.#isRedirection(line, at));
      this.#isCommandStart = true;
      return at + (isDouble ? 2 : 1);
    }
    if (char === "<" && line[at + 1] === "<") return this.#here(line, at);
    if ((char === "<" || char === ">") && line[at + 1] === "(") {
      this.#word();
      this.#push("plain");
      this.#isCommandStart = true;
      return at + 2;
    }
    if (char === "<" || char === ">") {
      this.#word();
      return at + 1;
    }
    return this.#plainWord(line, at, top);
  }

  #isRedirection(line: string, at: number): boolean {
    return line[at + 1] === ">" || line[at - 1] === ">";
  }

  #plainWord(line: string, at: number, top: Frame): number {
    let end = at;
    while (end < line.length && !ENDS_WORD.has(line.charCodeAt(end))) end++;
    if (end === at) end++;
    const word = line.slice(at, end);
    const wasStart = this.#isCommandStart;
    this.#word();
    if (!wasStart) return end;
    if (OPENERS.has(word)) {
      top.keywords++;
      if (word === "case") top.cases++;
    } else if (CLOSERS.has(word)) {
      top.keywords = Math.max(0, top.keywords - 1);
      if (word === "esac") top.cases = Math.max(0, top.cases - 1);
    }
    // `case x in` goes on with a pattern, `for x in …` with words; a new line begins a command in both.
    if (GOES_ON.has(word)) this.#isCommandStart = true;
    return end;
  }

  /** `<<WORD`, `<<-WORD`, `<<'WORD'`; `<<<` is a here-string. */
  #here(line: string, at: number): number {
    this.#word();
    if (line[at + 2] === "<") return at + 3;
    const match = /^<<(-?)[ \t]*(?:'([^']*)'|"([^"]*)"|\\?([^\s;&|()<>'"`]+))/.exec(line.slice(at, at + 300));
    if (match === null) return at + 2;
    const word = match[2] ?? match[3] ?? match[4]!;
    this.#waiting.push({ word: match[4] === undefined ? word : word.replaceAll("\\", ""), stripsTabs: match[1] === "-" });
    return at + match[0].length;
  }

  #word(): void {
    this.#isCommandStart = false;
    this.#endsInOperator = false;
  }
}

function frame(kind: Frame["kind"]): Frame {
  return { kind, depth: 0, keywords: 0, cases: 0 };
}

/** What each character of a whole text stands in; line ends count as the line before them. */
export function shellContexts(text: string): Uint8Array {
  const contexts = new Uint8Array(text.length);
  const scanner = new ShellScanner();
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end === -1) end = text.length;
    scanner.feed(text.slice(at, end), contexts, at);
    at = end + 1;
  }
  return contexts;
}
