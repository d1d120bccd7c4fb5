// Cuts a shell text into simple commands and their words, with places.
// Owns: just enough of the grammar to look for words: quotes, comments, continuations, substitutions, here-documents. Runs and expands nothing.
export type Word = { text: string; line: number; column: number };
/** `isFunction`: the first word is being defined (`name() {`). */
export type Command = { words: Word[]; isFunction: boolean };

/** Reserved words after which a new command begins. */
const OPENERS = new Set(["then", "do", "else", "elif", "if", "while", "until", "{", "!", "time", "begin", "and", "or", "not"]);

/** Simple commands of `text` in reading order, those inside `$(…)`, backticks and subshells too. Never throws: unclosed quotes end at the end. */
export function commandsOf(text: string): Command[] {
  return new Scanner(text).scan();
}

class Scanner {
  readonly #text: string;
  readonly #lineStarts: number[];
  readonly #commands: Command[] = [];
  #at = 0;
  #isInBackticks = false;
  /** Delimiters of here-documents that begin after this line. */
  #pending: { delimiter: string; isIndented: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
    this.#lineStarts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#lineStarts.push(at + 1);
  }

  scan(): Command[] {
    while (this.#at < this.#text.length) this.#list("");
    return this.#commands;
  }

  /** Commands up to `closer` (")" or "`"), or to the end. */
  #list(closer: string): void {
    let current: Command = { words: [], isFunction: false };
    const finish = () => {
      if (current.words.length > 0) this.#commands.push(current);
      current = { words: [], isFunction: false };
    };
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      if (char === closer) {
        this.#at += 1;
        break;
      }
      if (char === "\n") {
        finish();
        this.#at += 1;
        this.#skipHereDocuments();
      } else if (char === " " || char === "\t" || char === "\r") this.#at += 1;
      else if (char === "\\" && this.#text[this.#at + 1] === "\n") this.#at += 2;
      else if (char === "#") this.#skipComment();
      else if (char === "<" && this.#text.startsWith("<<<", this.#at)) this.#at += 3;
      else if (char === "<" && this.#text.startsWith("<<", this.#at)) this.#openHereDocument();
      else if ((char === "<" || char === ">") && this.#text[this.#at + 1] === "(") {
        this.#at += 2;
        this.#list(")");
      } else if (char === "(") {
        this.#at += 1;
        if (current.words.length === 1 && /^\s*\)/.test(this.#text.slice(this.#at, this.#at + 20))) {
          this.#at = this.#text.indexOf(")", this.#at) + 1;
          current.isFunction = true;
          finish();
        } else {
          finish();
          this.#list(")");
        }
      } else if (";|&)<>".includes(char)) {
        if (char === "<" || char === ">") {
          // A redirection: its target is no word of the command, but what follows is.
          this.#at += 1;
          while (this.#at < this.#text.length && ">&| ".includes(this.#text[this.#at]!)) this.#at += 1;
          if (!"\n;|()".includes(this.#text[this.#at] ?? "\n")) this.#word();
        } else {
          finish();
          this.#at += 1;
        }
      } else {
        const word = this.#word();
        if (current.words.length === 0 && OPENERS.has(word.text)) continue;
        if (word.text === "}" && current.words.length === 0) continue;
        current.words.push(word);
      }
    }
    finish();
  }

  #word(): Word {
    const start = this.#at;
    let text = "";
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      if (char === "\\") {
        if (this.#text[this.#at + 1] !== "\n") text += this.#text[this.#at + 1] ?? "";
        this.#at += 2;
      } else if (char === "'") text += this.#single();
      else if (char === '"') text += this.#double();
      else if (char === "$" && this.#text[this.#at + 1] === "(") text += this.#substitution();
      else if (char === "`" && this.#isInBackticks) break;
      else if (char === "`") text += this.#backticks();
      else if (" \t\r\n;|&()<>".includes(char)) break;
      else {
        text += char;
        this.#at += 1;
      }
    }
    if (this.#at === start) this.#at += 1; // never stand still, whatever the text
    return { text, ...this.#placeOf(start) };
  }

  #single(): string {
    const end = this.#text.indexOf("'", this.#at + 1);
    const stop = end < 0 ? this.#text.length : end;
    const inner = this.#text.slice(this.#at + 1, stop);
    this.#at = stop + 1;
    return inner;
  }

  #double(): string {
    let text = "";
    this.#at += 1;
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at]!;
      if (char === '"') {
        this.#at += 1;
        break;
      }
      if (char === "\\") {
        text += this.#text[this.#at + 1] === "\n" ? "" : (this.#text[this.#at + 1] ?? "");
        this.#at += 2;
      } else if (char === "$" && this.#text[this.#at + 1] === "(") text += this.#substitution();
      else if (char === "`") text += this.#backticks();
      else {
        text += char;
        this.#at += 1;
      }
    }
    return text;
  }

  /** The commands inside are found on their own; in the word they leave a blank that matches nothing. */
  #substitution(): string {
    this.#at += 2;
    this.#list(")");
    return "\0";
  }

  #backticks(): string {
    this.#at += 1;
    this.#isInBackticks = true; // they nest only behind backslashes
    this.#list("`");
    this.#isInBackticks = false;
    return "\0";
  }

  #skipComment(): void {
    const end = this.#text.indexOf("\n", this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #openHereDocument(): void {
    this.#at += 2;
    const isIndented = this.#text[this.#at] === "-";
    if (isIndented) this.#at += 1;
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at += 1;
    this.#pending.push({ delimiter: this.#word().text, isIndented });
  }

  /** The body is data, not commands. */
  #skipHereDocuments(): void {
    for (const { delimiter, isIndented } of this.#pending) {
      while (this.#at < this.#text.length) {
        const end = this.#text.indexOf("\n", this.#at);
        const line = this.#text.slice(this.#at, end < 0 ? undefined : end).replace(/\r$/, "");
        this.#at = end < 0 ? this.#text.length : end + 1;
        if ((isIndented ? line.replace(/^\t+/, "") : line) === delimiter) break;
      }
    }
    this.#pending = [];
  }

  #placeOf(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - this.#lineStarts[low]! + 1 };
  }
}
