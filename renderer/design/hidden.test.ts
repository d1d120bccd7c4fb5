import { describe, expect, it } from "vitest";
import { breakOf, cutAtHidden, LONGEST_WORD, withoutOverrides } from "./hidden.ts";

describe("characters that are not seen", () => {
  it("are cut out of a command by name, and nothing else of it changes", () => {
    const text = "echo safe \u202e; rm -rf /\u200b x";
    expect(cutAtHidden(text)).toEqual([
      { text: "echo safe ", name: null },
      { text: "\u202e", name: "⟨U+202E⟩" },
      { text: "; rm -rf /", name: null },
      { text: "\u200b", name: "⟨U+200B⟩" },
      { text: " x", name: null },
    ]);
    expect(
      cutAtHidden(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
    expect(cutAtHidden("kubectl get pods")).toEqual([{ text: "kubectl get pods", name: null }]);
    expect(cutAtHidden("")).toEqual([]);
  });
  it("turn no prose round, while Hebrew and Persian keep their marks", () => {
    expect(withoutOverrides("see \u202egnp.exe\u202c")).toBe("see ⟨U+202E⟩gnp.exe⟨U+202C⟩");
    expect(withoutOverrides("עברית\u200f! می\u200cخواهم")).toBe("עברית\u200f! می\u200cخواهم");
  });
  it("leave a word of ordinary length whole, and say where an overlong one can be broken", () => {
    expect(breakOf("x".repeat(LONGEST_WORD))).toBe(-1);
    expect(breakOf(`a ${"x".repeat(LONGEST_WORD + 1)}`)).toBe(LONGEST_WORD + 2);
    expect(breakOf("word ".repeat(1000))).toBe(-1);
  });
});
