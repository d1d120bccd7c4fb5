// Text as glyphs: which face has a character, how wide it is, where a line breaks. Owns: measuring and wrapping.
// Nothing vanishes: a character that no face has, or that cannot be seen, is printed as its number, ‹U+200B›.
import type PDFDocument from "pdfkit";
import { FACES, type Face, readFaces } from "./fonts.ts";
import { numberOfCharacter, UNSEEN } from "./text.ts";
import { type Colour, SIZE } from "./tokens.ts";

export type Document = InstanceType<typeof PDFDocument>;
export type Style = { face: Face; size: number; colour: Colour };
/** A piece of a paragraph: text in a style, or a status shape. */
export type Piece = { text: string; style?: Partial<Style> } | { mark: string };
export type Text = string | Piece[];
export const PLAIN: Style = { face: "text", size: SIZE.small, colour: "t1" };

type Glyph = { id: number; advanceWidth: number; codePoints: number[] };
/** What is used of fontkit's font and pdfkit's embedded one; neither is typed. */
type FontFile = {
  unitsPerEm: number;
  glyphForCodePoint(point: number): Glyph;
  hasGlyphForCodePoint(point: number): boolean;
  layout(text: string, features: object): { glyphs: Glyph[] };
};
type EmbeddedFont = { font: FontFile; scale: number; layout(text: string): unknown };

/** One character ready to be set: its face and its width at size 1. */
type Unit = { text: string; face: Face; width: number };
export type Run = { text: string; face: Face; size: number; colour: Colour; width: number } | { mark: string; width: number };
export type Line = { runs: Run[]; width: number };
export type Typesetter = {
  wrap(text: Text, width: number, base?: Style): Line[];
  width(text: Text, base?: Style): number;
};

/** A shape takes the room of one em and a bit. */
const MARK_WIDTH = 12.5;
const OTHER: Record<Face, readonly Face[]> = {
  text: ["mono"],
  medium: ["monoMedium"],
  strong: ["monoMedium"],
  bold: ["monoMedium"],
  mono: ["text"],
  monoMedium: ["medium"],
};

export async function createTypesetter(document: Document): Promise<Typesetter> {
  const files = await readFaces();
  const fonts = {} as Record<Face, FontFile>;
  const digits = {} as Record<Face, Map<number, Glyph>>;
  for (const face of Object.keys(FACES) as Face[]) {
    document.registerFont(face, Buffer.from(files[face]));
    document.font(face);
    const embedded = (document as unknown as { _font: EmbeddedFont })._font;
    const { font, scale } = embedded;
    fonts[face] = font;
    digits[face] = new Map(font.layout("0123456789", { tnum: true, liga: false, kern: false }).glyphs.map((glyph, i) => [0x30 + i, glyph]));
    const glyphOf = (point: number): Glyph => digits[face].get(point) ?? font.glyphForCodePoint(point);
    // One glyph per character, figures of one width, no ligatures, no kerning: what is measured here is what is drawn, and what
    // is copied out of the page is what was written.
    embedded.layout = (text) => {
      const glyphs = [...text].map((character) => {
        const glyph = glyphOf(character.codePointAt(0)!);
        return { id: glyph.id, advanceWidth: glyph.advanceWidth, codePoints: [character.codePointAt(0)!] };
      });
      const positions = glyphs.map(({ advanceWidth }) => ({
        xAdvance: advanceWidth * scale,
        yAdvance: 0,
        xOffset: 0,
        yOffset: 0,
        advanceWidth: advanceWidth * scale,
      }));
      return { glyphs, positions, advanceWidth: positions.reduce((sum, one) => sum + one.xAdvance, 0) };
    };
  }

  const known = new Map<string, Unit[]>();
  const widthIn = (face: Face, character: string): number => {
    const point = character.codePointAt(0)!;
    const font = fonts[face];
    return (digits[face].get(point) ?? font.glyphForCodePoint(point)).advanceWidth / font.unitsPerEm;
  };
  function unitsOf(character: string, face: Face): Unit[] {
    const key = `${face}${character}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const point = character.codePointAt(0)!;
    const has = UNSEEN.test(character) ? undefined : [face, ...OTHER[face]].find((one) => fonts[one].hasGlyphForCodePoint(point));
    const units =
      has !== undefined
        ? [{ text: character, face: has, width: widthIn(has, character) }]
        : [...numberOfCharacter(character)].map((one) => ({
            text: one,
            face: "mono" as const,
            width: widthIn("mono", one),
          }));
    known.set(key, units);
    return units;
  }

  function wrap(text: Text, width: number, base: Style = PLAIN): Line[] {
    const pieces: Piece[] = typeof text === "string" ? [{ text }] : text;
    const lines: Line[] = [];
    let units: (Unit & { style: Style; mark?: string })[] = [];
    let used = 0;
    let hard = -1; // after a space
    let soft = -1; // after a sign that long words may be broken at
    const flush = (upTo: number): void => {
      lines.push(lineOf(units.slice(0, upTo)));
      units = units.slice(upTo);
      while (units[0]?.text === " ") units.shift();
      used = units.reduce((sum, unit) => sum + unit.width * unit.style.size, 0);
      hard = -1;
      soft = -1;
      for (const [i, unit] of units.entries()) {
        if (unit.text === " ") hard = i + 1;
        else if (SOFT.has(unit.text)) soft = i + 1;
      }
    };
    const add = (unit: (typeof units)[number]): void => {
      const wide = unit.width * unit.style.size;
      if (used + wide > width && units.length > 0 && unit.text !== " ") flush(hard > 0 ? hard : soft > 0 ? soft : units.length);
      units.push(unit);
      used += wide;
      if (unit.text === " ") hard = units.length;
      else if (SOFT.has(unit.text)) soft = units.length;
    };
    for (const piece of pieces) {
      if ("mark" in piece) {
        add({ text: "", mark: piece.mark, face: base.face, width: MARK_WIDTH / base.size, style: base });
        continue;
      }
      const style = { ...base, ...piece.style };
      for (const character of piece.text.normalize("NFC").replace(/\r\n?/g, "\n").replaceAll("\t", "    ")) {
        if (character === "\n") {
          lines.push(lineOf(units));
          units = [];
          used = 0;
          hard = -1;
          soft = -1;
        } else for (const unit of unitsOf(character, style.face)) add({ ...unit, style });
      }
    }
    if (units.length > 0 || lines.length === 0) lines.push(lineOf(units));
    return lines;
  }
  return {
    wrap,
    width: (text, base = PLAIN) => Math.max(...wrap(text, Number.POSITIVE_INFINITY, base).map((line) => line.width)),
  };
}

const SOFT = new Set([..."/,;=&?_-:.|\\"]);

function lineOf(units: readonly (Unit & { style: Style; mark?: string })[]): Line {
  const runs: Run[] = [];
  let width = 0;
  for (const { text, face, width: one, style, mark } of units) {
    const wide = one * style.size;
    width += wide;
    if (mark !== undefined) {
      runs.push({ mark, width: wide });
      continue;
    }
    const last = runs.at(-1);
    if (last !== undefined && "text" in last && last.face === face && last.size === style.size && last.colour === style.colour) {
      last.text += text;
      last.width += wide;
    } else runs.push({ text, face, size: style.size, colour: style.colour, width: wide });
  }
  return { runs, width };
}
