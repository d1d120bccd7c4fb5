import { expect, it } from "vitest";
import { plainOutput } from "./plain-output.ts";

const said = (...chunks: string[]) => {
  const plain = plainOutput();
  for (const chunk of chunks) plain.push(chunk);
  return plain.end();
};

it("keeps the words and loses what steers the terminal, also where a sequence is cut in two", () => {
  expect(said("\u001b[31mred\u001b", "[0m and plain\r\n\u001b]0;title\u0007", "next\r\n").text).toBe("red and plain\nnext\n");
  expect(said("a\u0000b\u0007c\td\n").text).toBe("abc\td\n");
});

it("shows a line as it stood at its end", () => {
  expect(said("10 %\r50 %\r100 %\r\n").text).toBe("100 %\n");
  expect(said("long words\rshort\n").text).toBe("shortwords\n");
  expect(said("long words\r\u001b[Kshort\n").text).toBe("short\n");
  expect(said("abd\bc\n").text).toBe("abc\n");
  expect(said("without an end").text).toBe("without an end");
});

it("keeps the beginning and the end of a long output, and says how much is left out", () => {
  const plain = plainOutput();
  plain.push("first line\n");
  for (let n = 0; n < 60_000; n += 1) plain.push(`line number ${n}\n`);
  plain.push("last line\n");
  const { text, chars, kept } = plain.end();
  const whole =
    "first line\n".length +
    "last line\n".length +
    Array.from({ length: 60_000 }, (_, n) => `line number ${n}\n`.length).reduce((a, b) => a + b, 0);
  expect(chars).toBe(whole);
  expect(kept).toBe(200_000);
  expect(text.startsWith("first line\nline number 0\n")).toBe(true);
  expect(text.endsWith("line number 59999\nlast line\n")).toBe(true);
  expect(text).toContain(`[… ${whole - 200_000} of ${whole} characters are left out here`);
  expect(text.replace(/\n\[….*…\]\n/, "")).toHaveLength(200_000);
});

it("keeps all of what is just short enough, and takes one line of megabytes", () => {
  expect(said("x".repeat(200_000))).toMatchObject({ chars: 200_000, kept: 200_000, text: "x".repeat(200_000) });
  const plain = plainOutput();
  for (let n = 0; n < 50; n += 1) plain.push("y".repeat(100_000));
  expect(plain.end()).toMatchObject({ chars: 5_000_000, kept: 200_000 });
});
