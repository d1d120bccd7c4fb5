import { expect, it } from "vitest";
import { type DiffLine, lineDiff } from "./diff.ts";

const drawn = (lines: DiffLine[]): string[] =>
  lines.map((line) => (line.kind === "left-out" ? `… ${line.lines}` : `${{ same: " ", out: "-", in: "+" }[line.kind]}${line.text}`));

it("keeps what stays and marks what is taken out and put in, in order", () => {
  expect(drawn(lineDiff("## b\n\n```bash\necho b\n```", "## b\n\n```bash\necho b, better\n```\n\nLook."))).toEqual([
    " ## b",
    " ",
    " ```bash",
    "-echo b",
    "+echo b, better",
    " ```",
    "+",
    "+Look.",
  ]);
});

it("puts in all of a step that is new, and takes out all of one that is gone", () => {
  expect(drawn(lineDiff(null, "a\nb"))).toEqual(["+a", "+b"]);
  expect(drawn(lineDiff("a\nb", null))).toEqual(["-a", "-b"]);
  expect(lineDiff(null, null)).toEqual([]);
});

it("counts what stays far from a change instead of showing it", () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const changed = lines.with(10, "another");
  expect(drawn(lineDiff(lines.join("\n"), changed.join("\n")))).toEqual([
    "… 7",
    " line 7",
    " line 8",
    " line 9",
    "-line 10",
    "+another",
    " line 11",
    " line 12",
    " line 13",
    "… 6",
  ]);
});

it("gives back both texts, whatever they are", () => {
  const words = ["a", "b", "c", "d"];
  let seed = 7;
  const next = () => (seed = (seed * 48_271) % 2_147_483_647);
  for (let round = 0; round < 200; round++) {
    const [a, b] = [0, 1].map(() => Array.from({ length: next() % 7 }, () => words[next() % 4]!).join("\n")) as [string, string];
    const lines = lineDiff(a, b).filter((line) => line.kind !== "left-out");
    const side = (gone: string) => lines.filter((line) => line.kind !== gone).map((line) => ("text" in line ? line.text : ""));
    if (a === b) continue; // nothing but a count is shown then
    if (lineDiff(a, b).every((line) => line.kind !== "left-out")) {
      expect(side("in").join("\n")).toBe(a);
      expect(side("out").join("\n")).toBe(b);
    }
  }
});
