import { expect, it } from "vitest";
import { createMarkCutter, type Piece } from "./marks.ts";

const BEL = "\x07";
const mark = (payload: string) => `\x1b]633;n0;${payload}${BEL}`;

/** Input and the pieces it must give, fed whole and one character at a time. */
const cases: [string, string, Piece[]][] = [
  ["plain text", "hello\r\n", [{ type: "text", text: "hello\r\n" }]],
  [
    "a mark between text",
    `a${mark("C;tok")}b`,
    [
      { type: "text", text: "a" },
      { type: "mark", fields: ["C", "tok"] },
      { type: "text", text: "b" },
    ],
  ],
  [
    "two marks without text",
    mark("D;0;tok") + mark("A"),
    [
      { type: "mark", fields: ["D", "0", "tok"] },
      { type: "mark", fields: ["A"] },
    ],
  ],
  ["percent-encoded fields, decoded once", mark("E;a%3Bb%0Ac%2525"), [{ type: "mark", fields: ["E", "a;b\nc%25"] }]],
  ["a mark with another nonce stays text", `\x1b]633;n1;D;0${BEL}x`, [{ type: "text", text: `\x1b]633;n1;D;0${BEL}x` }]],
  [
    "VS Code's and FinalTerm's own marks stay text",
    `\x1b]633;D;0${BEL}\x1b]133;D;0${BEL}`,
    [{ type: "text", text: `\x1b]633;D;0${BEL}\x1b]133;D;0${BEL}` }],
  ],
  [
    "an escape inside the payload makes it text",
    `\x1b]633;n0;D;\x1b[0m;0${BEL}`,
    [{ type: "text", text: `\x1b]633;n0;D;\x1b[0m;0${BEL}` }],
  ],
  ["a line end inside the payload makes it text", `\x1b]633;n0;D\n;0${BEL}`, [{ type: "text", text: `\x1b]633;n0;D\n;0${BEL}` }]],
  [
    "a colour before a mark",
    `\x1b[31mred\x1b[0m${mark("A")}`,
    [
      { type: "text", text: "\x1b[31mred\x1b[0m" },
      { type: "mark", fields: ["A"] },
    ],
  ],
  [
    "an escape right before a mark",
    `\x1b${mark("A")}`,
    [
      { type: "text", text: "\x1b" },
      { type: "mark", fields: ["A"] },
    ],
  ],
];

function merge(pieces: Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (piece.type === "text" && last?.type === "text") last.text += piece.text;
    else merged.push({ ...piece });
  }
  return merged;
}

for (const [name, input, wanted] of cases) {
  it(`cuts ${name}, whole and one character at a time`, () => {
    expect(merge(createMarkCutter("n0").push(input))).toEqual(wanted);
    const cutter = createMarkCutter("n0");
    expect(merge([...input].flatMap((character) => cutter.push(character)))).toEqual(wanted);
    expect(cutter.flush()).toBe("");
  });
}

it("gives an endless payload back as text instead of keeping it", () => {
  const cutter = createMarkCutter("n0");
  const endless = `\x1b]633;n0;E;${"x".repeat(70_000)}`;
  expect(cutter.push(endless)).toEqual([{ type: "text", text: endless }]);
});

it("gives back what it kept when the stream ends", () => {
  const cutter = createMarkCutter("n0");
  expect(cutter.push("end\x1b]633;n0;D;0")).toEqual([{ type: "text", text: "end" }]);
  expect(cutter.flush()).toBe("\x1b]633;n0;D;0");
});
