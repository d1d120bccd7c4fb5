import { describe, expect, it } from "vitest";
import { createDecoder } from "./decoder.ts";

/** Text and invalid bytes when `bytes` come in pieces of `size`. */
function inPieces(bytes: Uint8Array, size: number) {
  const decoder = createDecoder();
  let text = "";
  for (let at = 0; at < bytes.length; at += size) text += decoder.push(bytes.subarray(at, at + size));
  text += decoder.flush();
  return { text, invalid: decoder.invalidBytes() };
}

describe("decoder", () => {
  const cases: [string, number[], number][] = [
    ["ASCII", [...Buffer.from("hello\r\n")], 0],
    ["two, three and four byte characters and a byte order mark", [...Buffer.from("\uFEFFä€😀 ✓")], 0],
    ["a genuine replacement character", [...Buffer.from("a\uFFFDb")], 0],
    ["a lone continuation byte", [0x61, 0x80, 0x62], 1],
    ["an overlong form", [0xc0, 0xaf], 2],
    ["a surrogate", [0xed, 0xa0, 0x80, 0x61], 3],
    ["above the last code point", [0xf4, 0x90, 0x80, 0x80], 4],
    ["a cut character before ASCII", [0xe2, 0x82, 0x61], 2],
    ["a cut character at the end", [0x61, 0xf0, 0x9f, 0x98], 3],
    ["bytes that are never UTF-8", [0xff, 0xfe, 0x61], 2],
  ];
  for (const [what, bytes, invalid] of cases) {
    it(`gives the same text and count for ${what}, whatever the size of the pieces`, () => {
      const input = Uint8Array.from(bytes);
      const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
      for (let size = 1; size <= bytes.length; size += 1) expect(inPieces(input, size)).toEqual({ text: expected, invalid });
    });
  }

  it("agrees with the platform's decoder on random bytes in every pieces' size", () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed >>> 16;
    };
    const interesting = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff];
    for (let round = 0; round < 300; round += 1) {
      const input = Uint8Array.from({ length: 40 }, () => interesting[random() % interesting.length]!);
      const expected = new TextDecoder("utf-8", { ignoreBOM: true }).decode(input);
      for (const size of [1, 2, 3, 7, 40]) expect(inPieces(input, size).text).toBe(expected);
    }
  });

  it("holds back nothing but the beginning of a cut character", () => {
    const decoder = createDecoder();
    expect(decoder.push(Uint8Array.from([0x61, 0xe2, 0x82]))).toBe("a");
    expect(decoder.push(Uint8Array.from([0xac]))).toBe("€");
  });
});
