// Pages of a report: headings, paragraphs, tables that break over pages, footers. Owns: where things stand on the page.
// Knows nothing of launches. Deterministic: dates come from the caller, and nothing here is random.
import { drawMark } from "./marks.ts";
import { COLOURS, CONTENT_WIDTH, type Colour, lineHeight, PAGE, SIZE } from "./tokens.ts";
import { createTypesetter, type Document, type Line, type Piece, PLAIN, type Style, type Text, type Typesetter } from "./type.ts";

export type Column = { title: string /** Share of the width. */; share: number };
export type Row = { cells: Text[] /** Tint of the whole row. */; ground?: Colour };
export type Sheet = {
  document: Document;
  type: Typesetter;
  /** Height in points that is still free on this page. */
  room(): number;
  y(): number;
  move(points: number): void;
  /** A new page unless so much is free. */
  need(points: number): void;
  newPage(): void;
  /** `room`: points that must be free for it to begin on this page. */
  section(title: string, room?: number): void;
  /** Stays with what follows, which may be a row of a table. */
  heading(title: Text): void;
  /** `withNext`: stays with what follows, as a heading does. */
  paragraph(text: Text, options?: ParagraphOptions): void;
  /** Lines at a place of the caller's; nothing else moves. */
  put(text: Text, x: number, y: number, width: number, style?: Partial<Style>): number;
  facts(rows: [string, Text][]): void;
  box(kind: "fail" | "warn" | "ok" | "plain", text: Text): void;
  /** Rows that do not fit go on, on the next page, below the head again. `none` is said where there is no row. */
  table(columns: Column[], rows: Row[], none?: string): Promise<void>;
  contents(x: number, y: number, width: number): void;
  pages(): number;
  finish(): Promise<Uint8Array>;
};
export type ParagraphOptions = { style?: Partial<Style>; gap?: number; indent?: number; withNext?: boolean };
export type SheetOptions = {
  title: string;
  subject: string;
  author: string;
  at: Date;
  footer: { left: string; right: string };
  /** Stands in a band at the top of every page, above its margin. */
  mark?: string;
};

/** Rows set before the engine goes on with other work: a terminal must not wait for a report. */
const ROWS_AT_ONCE = 40;
const CELL = { left: 5, right: 5, top: 4, bottom: 4 } as const;
const SMALL = lineHeight(SIZE.small);
/** Height of the band of a mark, points: it ends above the upper margin. */
const BAND = 30;
/** Lines of a row that may stand alone at the foot of a page. */
const FEWEST_LINES = 2;

export async function createSheet(options: SheetOptions): Promise<Sheet> {
  const { title, subject, author, at } = options;
  // Loaded when a report is made: with its fonts it takes longer to load than the rest of the engine.
  const { default: PDFDocument } = await import("pdfkit");
  const document: Document = new PDFDocument({
    size: "A4",
    margins: { top: 0, left: 0, right: 0, bottom: 0 },
    bufferPages: true,
    // Deflate does not give the same bytes on every machine; text as it is does.
    compress: false,
    autoFirstPage: true,
    lang: "en",
    displayTitle: true,
    pdfVersion: "1.7",
    font: null as unknown as string, // ours are registered below; the built-in ones would be read from files beside pdfkit
    info: { Title: title, Subject: subject, Author: author, Creator: "Holdpoint", Producer: "Holdpoint", CreationDate: at, ModDate: at },
  });
  const chunks: Uint8Array[] = [];
  document.on("data", (chunk: Uint8Array) => void chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => void document.on("end", resolve).on("error", reject));
  const type = await createTypesetter(document);
  const bottom = PAGE.height - PAGE.bottom;
  const sections: { title: string; page: number }[] = [];
  let contentsAt: { x: number; y: number; width: number } | null = null;
  let y: number = PAGE.top;
  let page = 1;

  function newPage(): void {
    document.addPage();
    page += 1;
    y = PAGE.top;
  }
  const need = (points: number): void => void (y + points > bottom && y > PAGE.top && newPage());

  /** The baseline lies where it lies for Geist at that size, whatever face a run has. */
  function drawLine(line: Line, x: number, top: number, height: number, size: number): void {
    let at = x;
    const base = top + height / 2 + size * 0.355;
    for (const run of line.runs) {
      if ("mark" in run) drawMark(document, run.mark, at, base - size * 0.355 - 5, 10);
      else {
        document.font(run.face).fontSize(run.size).fillColor(COLOURS[run.colour]);
        if (run.text.trim() !== "") document.text(run.text, at, base, { lineBreak: false, baseline: "alphabetic" });
      }
      at += run.width;
    }
  }
  function put(text: Text, x: number, top: number, width: number, style: Partial<Style> = {}): number {
    const base = { ...PLAIN, ...style };
    const height = lineHeight(base.size);
    const lines = type.wrap(text, width, base);
    for (const [i, line] of lines.entries()) drawLine(line, x, top + i * height, height, base.size);
    return lines.length * height;
  }

  /** Headings, and what stays with them, wait here until it is known how much of what follows must be on the same page. */
  let pending: { above: number; height: number; room: number; draw(): void }[] = [];
  function begin(needed: number): void {
    const waiting = pending;
    pending = [];
    const tall = waiting.reduce((sum, one) => sum + one.above + one.height, needed);
    need(Math.min(Math.max(tall, ...waiting.map((one) => one.room)), bottom - PAGE.top));
    for (const one of waiting) {
      if (y > PAGE.top) y += one.above;
      one.draw();
    }
  }

  function paragraph(text: Text, { style, gap = 6, indent = 0, withNext = false }: ParagraphOptions = {}): void {
    const base: Style = { ...PLAIN, size: SIZE.body, ...style };
    const height = lineHeight(base.size);
    const lines = type.wrap(text, CONTENT_WIDTH - indent, base);
    const draw = (): void => {
      for (const [i, line] of lines.entries()) {
        // The last line does not stand alone on a page of its own.
        if (i === lines.length - FEWEST_LINES && lines.length > FEWEST_LINES) need(FEWEST_LINES * height);
        need(height);
        drawLine(line, PAGE.left + indent, y, height, base.size);
        y += height;
      }
      y += gap;
    };
    if (withNext) {
      pending.push({ above: 0, height: lines.length * height + gap, room: 0, draw });
      return;
    }
    begin(Math.min(lines.length, FEWEST_LINES) * height);
    draw();
  }

  function section(title: string, room = 220): void {
    const style: Style = { face: "strong", size: SIZE.heading1, colour: "t1" };
    const height = type.wrap(title, CONTENT_WIDTH, style).length * lineHeight(style.size) + 12;
    const draw = (): void => {
      sections.push({ title, page });
      document.outline.addItem(title);
      y += put(title, PAGE.left, y, CONTENT_WIDTH, style) + 3;
      rule(y, "line2", 0.8);
      y += 9;
    };
    pending.push({ above: 20, height, room, draw });
  }
  function rule(at: number, colour: Colour, width = 0.5): void {
    document
      .moveTo(PAGE.left, at)
      .lineTo(PAGE.left + CONTENT_WIDTH, at)
      .lineWidth(width)
      .stroke(COLOURS[colour]);
  }
  function heading(text: Text): void {
    const style: Style = { face: "strong", size: SIZE.heading2, colour: "t1" };
    const height = type.wrap(text, CONTENT_WIDTH, style).length * lineHeight(style.size) + 5;
    const draw = (): void => {
      y += put(text, PAGE.left, y, CONTENT_WIDTH, style) + 5;
    };
    pending.push({ above: 8, height, room: 0, draw });
  }

  function facts(rows: [string, Text][]): void {
    const label = 118;
    const width = CONTENT_WIDTH - label;
    begin(60);
    for (const [name, value] of rows) {
      const lines = type.wrap(value, width);
      need(Math.min(lines.length, 3) * SMALL + 7);
      put(name, PAGE.left, y + 3.5, label - 8, { colour: "t3" });
      y += 3.5;
      for (const line of lines) {
        need(SMALL);
        drawLine(line, PAGE.left + label, y, SMALL, SIZE.small);
        y += SMALL;
      }
      y += 3.5;
      rule(y, "line");
    }
    y += 10;
  }

  function box(kind: "fail" | "warn" | "ok" | "plain", text: Text): void {
    const look = BOXES[kind];
    const style: Style = { face: "text", size: SIZE.body, colour: "t1" };
    const height = lineHeight(style.size);
    let lines = type.wrap(text, CONTENT_WIDTH - 24, style);
    begin(height + 16);
    while (lines.length > 0) {
      need(Math.min(lines.length, FEWEST_LINES) * height + 16);
      const fit = Math.max(1, Math.min(lines.length, Math.floor((bottom - y - 16) / height)));
      const tall = fit * height + 16;
      document.roundedRect(PAGE.left, y, CONTENT_WIDTH, tall, 4).fillAndStroke(COLOURS[look.ground], COLOURS[look.line]);
      document.rect(PAGE.left, y, 3, tall).fill(COLOURS[look.edge]);
      for (const [i, line] of lines.slice(0, fit).entries()) drawLine(line, PAGE.left + 14, y + 8 + i * height, height, style.size);
      y += tall + 8;
      lines = lines.slice(fit);
    }
  }

  async function table(columns: Column[], rows: Row[], none = "None."): Promise<void> {
    const whole = columns.reduce((sum, column) => sum + column.share, 0);
    const widths = columns.map((column) => (column.share / whole) * CONTENT_WIDTH);
    const lefts = widths.map((_, i) => PAGE.left + widths.slice(0, i).reduce((sum, width) => sum + width, 0));
    const heads = columns.map((column, i) =>
      type.wrap(column.title, widths[i]! - CELL.left - CELL.right, { ...PLAIN, face: "medium", colour: "t3" }),
    );
    const headHeight = Math.max(...heads.map((lines) => lines.length)) * SMALL + CELL.top + CELL.bottom;
    const head = (): void => {
      document.rect(PAGE.left, y, CONTENT_WIDTH, headHeight).fill(COLOURS.s3);
      for (const [i, lines] of heads.entries())
        for (const [n, line] of lines.entries()) drawLine(line, lefts[i]! + CELL.left, y + CELL.top + n * SMALL, SMALL, SIZE.small);
      y += headHeight;
    };
    if (rows.length === 0) {
      paragraph(none, { style: { size: SIZE.small, colour: "t3" }, gap: 8 });
      return;
    }
    const widthOf = (i: number): number => widths[i]! - CELL.left - CELL.right;
    const first = Math.max(...rows[0]!.cells.map((cell, i) => type.wrap(cell, widthOf(i)).length)) * SMALL + CELL.top + CELL.bottom;
    begin(headHeight + Math.min(first, (bottom - PAGE.top) / 3));
    let isHeaded = false;
    for (const [index, row] of rows.entries()) {
      let cells = row.cells.map((cell, i) => type.wrap(cell, widths[i]! - CELL.left - CELL.right));
      for (;;) {
        const tall = Math.max(1, ...cells.map((lines) => lines.length));
        const height = tall * SMALL + CELL.top + CELL.bottom;
        const above = isHeaded ? 0 : headHeight;
        const isFit = y + above + height <= bottom;
        // Whole on the next page, if it is not longer than a third of one; else as many lines as fit, and the rest below a new head.
        const fitting = Math.floor((bottom - y - above - CELL.top - CELL.bottom) / SMALL);
        if (!isFit && y > PAGE.top + headHeight && (height < (bottom - PAGE.top) / 3 || fitting < FEWEST_LINES + 2)) {
          newPage();
          isHeaded = false;
          continue;
        }
        if (!isHeaded) head();
        isHeaded = true;
        const take = isFit ? tall : Math.max(1, fitting);
        const drawn = take * SMALL + CELL.top + CELL.bottom;
        if (row.ground !== undefined) document.rect(PAGE.left, y + 0.4, CONTENT_WIDTH, drawn - 0.4).fill(COLOURS[row.ground]);
        for (const [i, lines] of cells.entries()) {
          for (const [n, line] of lines.slice(0, take).entries())
            drawLine(line, lefts[i]! + CELL.left, y + CELL.top + n * SMALL, SMALL, SIZE.small);
        }
        y += drawn;
        rule(y, isFit ? "line" : "line2");
        if (isFit) break;
        cells = cells.map((lines, i) =>
          i === 0 && lines.length <= take ? type.wrap(continued(row.cells[0]!), widths[0]! - CELL.left - CELL.right) : lines.slice(take),
        );
        newPage();
        isHeaded = false;
      }
      if (index % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    y += 10;
  }

  /** From edge to edge: a page of it that is laid beside one of a live run cannot be taken for it. */
  function band(words: string): void {
    const style = { ...PLAIN, face: "bold" as const, size: SIZE.small, colour: "s2" as const };
    document.rect(0, 0, PAGE.width, BAND).fill(COLOURS.rehSolid);
    put(words, (PAGE.width - type.width(words, style)) / 2, (BAND - lineHeight(SIZE.small)) / 2, CONTENT_WIDTH, style);
  }

  async function finish(): Promise<Uint8Array> {
    begin(0);
    const total = page;
    if (contentsAt !== null) {
      document.switchToPage(0);
      for (const [i, one] of sections.entries()) {
        const top = contentsAt.y + i * (SMALL + 4);
        const number = String(one.page);
        const wide = type.width(number);
        put(one.title, contentsAt.x, top, contentsAt.width - 40);
        put(number, contentsAt.x + contentsAt.width - wide, top, 40, { colour: "t2" });
        document
          .moveTo(contentsAt.x, top + SMALL + 1.5)
          .lineTo(contentsAt.x + contentsAt.width, top + SMALL + 1.5)
          .lineWidth(0.5)
          .stroke(COLOURS.line);
        document.goTo(contentsAt.x, top, contentsAt.width, SMALL, `section-${i}`);
      }
    }
    const opened = sections.map((one) => one.page);
    for (let i = 0; i < total; i += 1) {
      document.switchToPage(i);
      for (const [at, begin] of opened.entries()) if (begin === i + 1) document.addNamedDestination(`section-${at}`, "Fit");
      const top = PAGE.height - 42;
      rule(top - 6, "line");
      const number = `Page ${i + 1} of ${total}`;
      if (options.mark !== undefined) band(options.mark);
      const wide = type.width(number, { ...PLAIN, colour: "t3" });
      put(number, PAGE.left + CONTENT_WIDTH - wide, top, 120, { colour: "t3" });
      put(options.footer.left, PAGE.left, top, CONTENT_WIDTH - wide - 20, { face: "mono", colour: "t3" });
      put(options.footer.right, PAGE.left, top + SMALL - 1, CONTENT_WIDTH - wide - 20, { colour: "t3" });
      if (i % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
    }
    document.end();
    await ended;
    return Buffer.concat(chunks);
  }

  return {
    document,
    type,
    room: () => bottom - y,
    y: () => y,
    move(points) {
      y += points;
    },
    need(points) {
      begin(points);
      need(points);
    },
    newPage() {
      begin(0);
      newPage();
    },
    section,
    heading,
    paragraph,
    put,
    facts,
    box,
    table,
    contents(x, top, width) {
      contentsAt = { x, y: top, width };
    },
    pages: () => page,
    finish,
  };
}

const BOXES: Record<"fail" | "warn" | "ok" | "plain", { ground: Colour; line: Colour; edge: Colour }> = {
  fail: { ground: "failBg", line: "failLine", edge: "fail" },
  warn: { ground: "warnBg", line: "warnLine", edge: "warn" },
  ok: { ground: "okBg", line: "line2", edge: "ok" },
  plain: { ground: "s1", line: "line2", edge: "t3" },
};

/** What goes on says of which row it is, and that it goes on. */
function continued(cell: Text): Text {
  const pieces: Piece[] = typeof cell === "string" ? [{ text: cell }] : cell;
  return [...pieces, { text: "\ncontinued", style: { colour: "t3" } }];
}
