// The status shapes on paper: the same twelve as on screen, so that no state hangs on colour. Owns: how each is drawn.
// Which state has which shape is words.ts.
import { COLOURS, type Colour } from "./tokens.ts";
import type { Document } from "./type.ts";

type Draw = (d: Document, colour: string) => void;
/** Drawn in a square of 10 by 10, scaled to the size asked. */
const SHAPES: Record<string, { colour: Colour; draw: Draw[] }> = {
  passed: { colour: "ok", draw: [disc, (d) => check(d, "#FFFFFF")] },
  failed: { colour: "fail", draw: [octagon, cross] },
  unknown: { colour: "warn", draw: [diamond, question] },
  skipped: { colour: "t3", draw: [ring, chevrons] },
  running: { colour: "accent", draw: [ring, core] },
  held: { colour: "warn", draw: [square, bars] },
  waiting: { colour: "warn", draw: [holdLine] },
  reached: { colour: "t3", draw: [holdLine] },
  stale: { colour: "warn", draw: [dashedRing, check] },
  waived: { colour: "t2", draw: [pennant] },
  "not-applicable": { colour: "t3", draw: [ring, slash] },
  open: { colour: "t3", draw: [ring] },
  "near-miss": { colour: "warn", draw: [triangle, bang] },
};

/** Draws a shape with its upper left corner at x, y; `size` in points. An unknown name is drawn as the open ring. */
export function drawMark(document: Document, name: string, x: number, y: number, size: number): void {
  const { colour, draw } = SHAPES[name] ?? SHAPES["open"]!;
  document
    .save()
    .translate(x, y)
    .scale(size / 10);
  for (const one of draw) one(document, COLOURS[colour]);
  document.restore();
}
export const markColour = (name: string): Colour => (SHAPES[name] ?? SHAPES["open"]!).colour;

function disc(d: Document, c: string): void {
  d.circle(5, 5, 4.5).fill(c);
}
function ring(d: Document, c: string): void {
  d.circle(5, 5, 4.1).lineWidth(1.1).stroke(c);
}
function octagon(d: Document, c: string): void {
  const [near, far] = [3.05, 6.95];
  d.polygon([near, 0.4], [far, 0.4], [9.6, near], [9.6, far], [far, 9.6], [near, 9.6], [0.4, far], [0.4, near]).fill(c);
}
function diamond(d: Document, c: string): void {
  d.polygon([5, 0.3], [9.7, 5], [5, 9.7], [0.3, 5]).lineWidth(1.1).stroke(c);
}
function check(d: Document, c: string): void {
  d.moveTo(2.8, 5.2).lineTo(4.4, 6.8).lineTo(7.3, 3.4).lineWidth(1.2).stroke(c);
}
function cross(d: Document): void {
  d.moveTo(3.3, 3.3).lineTo(6.7, 6.7).moveTo(6.7, 3.3).lineTo(3.3, 6.7).lineWidth(1.2).stroke("#FFFFFF");
}
function question(d: Document, c: string): void {
  d.path("M3.7 4.2 C3.7 2.5 6.3 2.5 6.3 4.1 C6.3 5.1 5 5.1 5 6.1").lineWidth(0.95).stroke(c);
  d.circle(5, 7.4, 0.6).fill(c);
}
function bang(d: Document, c: string): void {
  d.moveTo(5, 3.6).lineTo(5, 6.2).lineWidth(1).stroke(c);
  d.circle(5, 7.5, 0.6).fill(c);
}
function chevrons(d: Document, c: string): void {
  d.moveTo(3.1, 3.4).lineTo(4.7, 5).lineTo(3.1, 6.6).moveTo(5.3, 3.4).lineTo(6.9, 5).lineTo(5.3, 6.6).lineWidth(0.95).stroke(c);
}
function bars(d: Document): void {
  d.rect(3.1, 2.9, 1.3, 4.2).fill("#FFFFFF");
  d.rect(5.6, 2.9, 1.3, 4.2).fill("#FFFFFF");
}
function holdLine(d: Document, c: string): void {
  d.moveTo(0.5, 2).lineTo(9.5, 2).moveTo(0.5, 4).lineTo(9.5, 4).lineWidth(1).stroke(c);
  d.dash(1.8, { space: 1.2 }).moveTo(0.5, 6.2).lineTo(9.5, 6.2).moveTo(0.5, 8.2).lineTo(9.5, 8.2).lineWidth(1).stroke(c).undash();
}
function core(d: Document, c: string): void {
  d.circle(5, 5, 1.9).fill(c);
}
function square(d: Document, c: string): void {
  d.roundedRect(0.6, 0.6, 8.8, 8.8, 1.8).fill(c);
}
function dashedRing(d: Document, c: string): void {
  d.dash(1.9, { space: 1.3 });
  ring(d, c);
  d.undash();
}
function pennant(d: Document, c: string): void {
  d.polygon([1.4, 0.6], [9.4, 3.4], [2.5, 6.2], [2.5, 9.6], [1.4, 9.6]).fill(c);
}
function slash(d: Document, c: string): void {
  d.moveTo(2.2, 7.8).lineTo(7.8, 2.2).lineWidth(1.1).stroke(c);
}
function triangle(d: Document, c: string): void {
  d.polygon([5, 0.9], [9.4, 9], [0.6, 9]).lineWidth(1.1).stroke(c);
}
