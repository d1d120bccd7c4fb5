// Reads the block structure of Markdown (CommonMark 0.31, chapter 4 and 5) line by line, with positions.
// Owns containers, fences, headings, raw HTML; inline text is marked's. Linear: every line is looked at once per
// open container, of which there are at most MAX_DEPTH.
import { htmlBlockEnds, htmlBlockKind } from "./html-blocks.ts";
import type { Source } from "./source.ts";
import type { Container, Leaf, Tree } from "./tree.ts";
import { MAX_DEPTH, MAX_LINE_CHARS } from "./tree.ts";

const TAB = 9;
const SPACE = 32;
const MAX_REPORTED = 20;

export function scan(source: Source, firstLine: number): Tree {
  return new Scanner(source, firstLine).run();
}

class Scanner {
  readonly #source: Source;
  readonly #text: string;
  readonly #firstLine: number;
  readonly #root: Container;
  readonly #leaves: Leaf[] = [];
  readonly #tooLongLines: number[] = [];
  #tooDeepLine = 0;
  /** Open quotes and items, outermost first; an item's list is its parent. */
  #stack: Container[] = [];
  #leaf: Leaf | null = null;
  // The place in the line being read. `#column` counts tabs as CommonMark does.
  #at = 0;
  #end = 0;
  #column = 0;
  /** Columns of a tab at `#at` not yet consumed by a container, or 0. */
  #split = 0;
  #next = 0;
  #indent = 0;
  #isBlank = false;
  /** Open containers that the line carries on, and whether the others are closed already. */
  #matched = 0;
  #isSettled = false;

  constructor(source: Source, firstLine: number) {
    this.#source = source;
    this.#text = source.text;
    this.#firstLine = firstLine;
    this.#root = container("document", null, firstLine);
  }

  run(): Tree {
    for (let line = this.#firstLine; line <= this.#source.lines; line++) this.#readLine(line);
    this.#leaf = null;
    for (const leaf of this.#leaves) {
      for (let parent: Container | null = leaf.parent; parent !== null && parent.endLine < leaf.endLine; parent = parent.parent) {
        parent.endLine = leaf.endLine;
      }
    }
    return { root: this.#root, leaves: this.#leaves, tooDeepLine: this.#tooDeepLine, tooLongLines: this.#tooLongLines };
  }

  #readLine(line: number): void {
    this.#at = this.#source.starts[line - 1]!;
    this.#end = this.#source.ends[line - 1]!;
    this.#column = 0;
    this.#split = 0;
    const matched = this.#matchContainers();
    this.#look();
    const isAllMatched = matched === this.#stack.length;
    if (this.#leaf !== null && this.#leaf.kind !== "paragraph") {
      if (isAllMatched && this.#continueLeaf(this.#leaf, line)) return;
      this.#leaf = null;
    } else if (this.#leaf !== null && isAllMatched && this.#isBlank) {
      this.#leaf = null;
    }
    this.#openBlocks(line, matched);
  }

  #matchContainers(): number {
    let matched = 0;
    for (const open of this.#stack) {
      this.#look();
      if (open.kind === "quote") {
        if (this.#indent > 3 || this.#isBlank || this.#text.charCodeAt(this.#next) !== 62) return matched;
        this.#skipTo(this.#next + 1);
        this.#skipOneSpace();
      } else if (this.#isBlank) {
        if (open.children.length === 0) return matched;
      } else if (this.#indent >= open.contentColumns) this.#skipColumns(open.contentColumns);
      else return matched;
      matched++;
    }
    return matched;
  }

  /** True if the open fence, HTML or code block takes this line. */
  #continueLeaf(leaf: Leaf, line: number): boolean {
    if (leaf.kind === "fence") {
      if (this.#closesFence(leaf)) {
        leaf.isClosed = true;
        this.#leaf = null;
      }
      leaf.endLine = line;
      return true;
    }
    if (leaf.kind === "html") {
      if (leaf.level >= 6 && this.#isBlank) return false;
      leaf.endLine = line;
      this.#checkLength(leaf, line);
      if (leaf.level <= 5 && htmlBlockEnds(leaf.level, this.#text.slice(this.#at, this.#end))) {
        leaf.isClosed = true;
        this.#leaf = null;
      }
      return true;
    }
    if (leaf.kind === "code" && (this.#indent >= 4 || this.#isBlank)) {
      if (!this.#isBlank) leaf.endLine = line;
      return true;
    }
    return false;
  }

  #closesFence(leaf: Leaf): boolean {
    if (this.#indent > 3 || this.#isBlank) return false;
    const mark = leaf.marks.charCodeAt(0);
    let at = this.#next;
    while (at < this.#end && this.#text.charCodeAt(at) === mark) at++;
    if (at - this.#next < leaf.marks.length) return false;
    while (at < this.#end && isSpace(this.#text.charCodeAt(at))) at++;
    return at === this.#end;
  }

  #openBlocks(line: number, matched: number): void {
    let isTooDeep = false;
    this.#matched = matched;
    this.#isSettled = matched === this.#stack.length;
    for (;;) {
      this.#look();
      if (this.#isBlank) break;
      if (this.#indent >= 4) {
        if (this.#leaf !== null) break;
        this.#settle();
        // Offset of the fifth column on is not needed: code is shown, never run.
        this.#leaf = this.#add("code", line);
        return;
      }
      const first = this.#text.charCodeAt(this.#next);
      if (first === 62 /* > */ || isMarkerStart(first)) {
        if (first !== 62 && this.#isThematicBreak(first)) {
          if (first === 45 /* - */ && this.#isSettled && this.#underlines(line)) return;
          this.#settle();
          this.#add("break", line);
          return;
        }
        if (first === 45 && this.#isSettled && this.#underlines(line)) return;
        const item = first === 62 ? null : this.#itemMarker(this.#isSettled && this.#leaf !== null);
        if (first === 62 || item !== null) {
          if (this.#isSettled ? this.#stack.length >= MAX_DEPTH : matched >= MAX_DEPTH) {
            isTooDeep = true;
            if (this.#tooDeepLine === 0) this.#tooDeepLine = line;
            break;
          }
          this.#settle();
          if (item === null) this.#openQuote(line);
          else this.#openItem(item, line);
          continue;
        }
        break;
      }
      if (first === 35 /* # */ && this.#heading(line)) return;
      if ((first === 96 || first === 126) && this.#fence(line)) return;
      if (first === 61 /* = */ && this.#isSettled && this.#underlines(line)) return;
      if (first === 60 /* < */) {
        const rest = this.#text.slice(this.#next, Math.min(this.#end, this.#next + MAX_LINE_CHARS));
        const kind = htmlBlockKind(rest, this.#leaf !== null);
        if (kind !== 0) {
          this.#settle();
          const leaf = this.#add("html", line);
          leaf.level = kind;
          this.#checkLength(leaf, line);
          leaf.isClosed = kind > 5 || htmlBlockEnds(kind, rest);
          this.#leaf = kind <= 5 && leaf.isClosed ? null : leaf;
          return;
        }
      }
      break;
    }
    if (this.#leaf === null || this.#isBlank) this.#settle();
    if (this.#isBlank) return;
    if (this.#leaf === null) this.#leaf = this.#add("paragraph", line);
    else this.#leaf.endLine = line;
    if (isTooDeep) this.#leaf.isRaw = true;
    this.#checkLength(this.#leaf, line);
  }

  /** Closes what this line does not carry on. An unmatched container may go on by a lazy line while its paragraph is the open leaf. */
  #settle(): void {
    if (!this.#isSettled) this.#stack.length = this.#matched;
    this.#isSettled = true;
    this.#leaf = null;
  }

  #openQuote(line: number): void {
    this.#skipTo(this.#next + 1);
    this.#skipOneSpace();
    const parent = this.#top();
    const quote = container("quote", parent, line);
    parent.children.push(quote);
    this.#stack.push(quote);
  }

  #openItem(item: { marker: string; number: number; isOrdered: boolean; width: number }, line: number): void {
    const parent = this.#top();
    const last = parent.children.at(-1);
    let list = last !== undefined && last.kind === "list" && last.isOrdered === item.isOrdered && last.marker === item.marker ? last : null;
    if (list === null) {
      list = container("list", parent, line);
      list.isOrdered = item.isOrdered;
      list.marker = item.marker;
      list.number = item.number;
      parent.children.push(list);
    }
    const node = container("item", list, line);
    node.isOrdered = item.isOrdered;
    node.marker = item.marker;
    node.number = item.number;
    node.markerOffset = this.#indent;
    this.#skipTo(this.#next + item.width);
    const columnAfterMarker = this.#column;
    this.#look();
    const spaces = this.#indent;
    // Five spaces or none after the marker: the content begins one column after it (CommonMark 5.2, rules 2 and 3).
    const padding = this.#isBlank || spaces >= 5 || spaces < 1 ? item.width + 1 : item.width + spaces;
    this.#column = columnAfterMarker;
    if (!this.#isBlank) this.#skipColumns(padding - item.width);
    node.contentColumns = node.markerOffset + padding;
    list.children.push(node);
    this.#stack.push(node);
  }

  #itemMarker(isInParagraph: boolean): { marker: string; number: number; isOrdered: boolean; width: number } | null {
    const text = this.#text;
    let at = this.#next;
    const first = text.charCodeAt(at);
    let number = 0;
    const isOrdered = first >= 48 && first <= 57;
    if (isOrdered) {
      while (at < this.#end && at - this.#next < 10 && isDigit(text.charCodeAt(at))) at++;
      if (at - this.#next > 9) return null;
      number = Number(text.slice(this.#next, at));
      const delimiter = text.charCodeAt(at);
      if (at >= this.#end || (delimiter !== 46 && delimiter !== 41)) return null;
    }
    const marker = text[at]!;
    at++;
    if (at < this.#end && !isSpace(text.charCodeAt(at))) return null;
    if (isInParagraph) {
      // Only a list that begins with 1 and has content may interrupt a paragraph.
      if (isOrdered && number !== 1) return null;
      let rest = at;
      while (rest < this.#end && isSpace(text.charCodeAt(rest))) rest++;
      if (rest === this.#end) return null;
    }
    return { marker, number, isOrdered, width: at - this.#next };
  }

  #isThematicBreak(mark: number): boolean {
    if (mark !== 42 && mark !== 45 && mark !== 95) return false;
    let count = 0;
    for (let at = this.#next; at < this.#end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === mark) count++;
      else if (!isSpace(code)) return false;
    }
    return count >= 3;
  }

  /** `===` or `---` under a paragraph makes it a heading. */
  #underlines(line: number): boolean {
    const leaf = this.#leaf;
    if (leaf === null || leaf.kind !== "paragraph") return false;
    const mark = this.#text.charCodeAt(this.#next);
    let at = this.#next;
    while (at < this.#end && this.#text.charCodeAt(at) === mark) at++;
    while (at < this.#end && isSpace(this.#text.charCodeAt(at))) at++;
    if (at !== this.#end) return false;
    // A paragraph of link definitions alone is no text that could be a heading.
    if (this.#text.charCodeAt(leaf.offset) === 91 && /^\[[^\]]+\]:/.test(this.#text.slice(leaf.offset, leaf.offset + 1000))) return false;
    leaf.kind = "heading";
    leaf.level = mark === 61 ? 1 : 2;
    leaf.isSetext = true;
    leaf.endLine = line;
    this.#leaf = null;
    return true;
  }

  #heading(line: number): boolean {
    let at = this.#next;
    while (at < this.#end && this.#text.charCodeAt(at) === 35) at++;
    const level = at - this.#next;
    if (level > 6 || (at < this.#end && !isSpace(this.#text.charCodeAt(at)))) return false;
    this.#settle();
    const leaf = this.#add("heading", line);
    leaf.level = level;
    while (at < this.#end && isSpace(this.#text.charCodeAt(at))) at++;
    leaf.offset = at;
    this.#checkLength(leaf, line);
    return true;
  }

  #fence(line: number): boolean {
    const mark = this.#text.charCodeAt(this.#next);
    let at = this.#next;
    while (at < this.#end && this.#text.charCodeAt(at) === mark) at++;
    if (at - this.#next < 3) return false;
    const info = this.#text.slice(at, this.#end);
    if (mark === 96 && info.includes("`")) return false;
    this.#settle();
    const leaf = this.#add("fence", line);
    leaf.level = this.#indent;
    leaf.marks = this.#text.slice(this.#next, at);
    leaf.info = info.trim();
    this.#leaf = leaf;
    return true;
  }

  #add(kind: Leaf["kind"], line: number): Leaf {
    const parent = this.#top();
    const leaf: Leaf = {
      kind,
      parent,
      line,
      endLine: line,
      offset: this.#next,
      level: 0,
      isSetext: false,
      marks: "",
      info: "",
      isClosed: false,
      isRaw: false,
      step: -1,
      item: -1,
    };
    parent.children.push(leaf);
    this.#leaves.push(leaf);
    return leaf;
  }

  #checkLength(leaf: Leaf, line: number): void {
    if (this.#end - this.#at <= MAX_LINE_CHARS) return;
    leaf.isRaw = true;
    if (this.#tooLongLines.length < MAX_REPORTED && this.#tooLongLines.at(-1) !== line) this.#tooLongLines.push(line);
  }

  #top(): Container {
    return this.#stack.at(-1) ?? this.#root;
  }

  /** Finds the next character that is no blank, and the columns up to it. */
  #look(): void {
    let at = this.#at;
    let column = this.#column;
    if (this.#split > 0) {
      column += this.#split;
      at++;
    }
    for (; at < this.#end; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === SPACE) column++;
      else if (code === TAB) column += 4 - (column % 4);
      else break;
    }
    this.#next = at;
    this.#indent = column - this.#column;
    this.#isBlank = at >= this.#end;
  }

  #skipTo(offset: number): void {
    this.#column += this.#indent + (offset - this.#next);
    this.#at = offset;
    this.#split = 0;
  }

  #skipOneSpace(): void {
    if (this.#at < this.#end && isSpace(this.#text.charCodeAt(this.#at))) this.#skipColumns(1);
  }

  #skipColumns(count: number): void {
    let left = count;
    while (left > 0 && this.#at < this.#end) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === TAB) {
        const width = this.#split > 0 ? this.#split : 4 - (this.#column % 4);
        const taken = Math.min(width, left);
        this.#column += taken;
        left -= taken;
        this.#split = width - taken;
        if (this.#split === 0) this.#at++;
      } else if (code === SPACE) {
        this.#at++;
        this.#column++;
        left--;
      } else return;
    }
  }
}

function container(kind: Container["kind"], parent: Container | null, line: number): Container {
  return {
    kind,
    parent,
    children: [],
    line,
    endLine: line,
    isOrdered: false,
    marker: "",
    number: 0,
    contentColumns: 0,
    markerOffset: 0,
    depth: parent === null ? 0 : parent.depth + 1,
  };
}

const isSpace = (code: number): boolean => code === SPACE || code === TAB;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
/** `*`, `+`, `-`, `_` or a digit: a list item or a thematic break may begin here. */
const isMarkerStart = (code: number): boolean => code === 42 || code === 43 || code === 45 || code === 95 || isDigit(code);
