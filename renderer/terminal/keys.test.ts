import { describe, expect, it } from "vitest";
import { inputPieces, meaningOf } from "./keys.ts";

const key = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});
const ctrl = { ctrlKey: true };
const ctrlShift = { ctrlKey: true, shiftKey: true };

describe("keys in a focused terminal", () => {
  it("lets hold, the walk through the regions and the primary key through to the window", () => {
    for (const stroke of [key("F8"), key("F6"), key("F6", { shiftKey: true }), key("Enter", ctrl), key("Enter", { metaKey: true })])
      expect(meaningOf(stroke, false, false)).toBe("window");
  });
  it("leaves Enter, Esc and Ctrl K to the shell", () => {
    for (const stroke of [key("Enter"), key("Escape"), key("k", ctrl), key("F10"), key("Tab")])
      expect(meaningOf(stroke, false, false)).toBe("shell");
  });
  it("interrupts with Ctrl C unless something is selected", () => {
    expect(meaningOf(key("c", ctrl), false, false)).toBe("shell");
    expect(meaningOf(key("c", ctrl), false, true)).toBe("copy");
    expect(meaningOf(key("C", ctrlShift), false, false)).toBe("copy");
    expect(meaningOf(key("V", ctrlShift), false, false)).toBe("paste");
    expect(meaningOf(key("v", ctrl), false, false)).toBe("shell");
  });
  it("has a way out that no shell uses", () => {
    expect(meaningOf(key("Escape", ctrlShift), false, false)).toBe("leave");
  });
  it("uses Command on a Mac and leaves Ctrl C to the shell there too", () => {
    expect(meaningOf(key("c", { metaKey: true }), true, false)).toBe("copy");
    expect(meaningOf(key("v", { metaKey: true }), true, false)).toBe("paste");
    expect(meaningOf(key("c", ctrl), true, false)).toBe("shell");
  });
});

describe("a long paste", () => {
  it("is sent in pieces that join to the same text", () => {
    const text = "x".repeat(250_001);
    const pieces = inputPieces(text);
    expect(pieces).toHaveLength(3);
    expect(pieces.join("")).toBe(text);
    expect(inputPieces("")).toEqual([]);
  });
  it("is never cut through a character of two units", () => {
    const pieces = inputPieces("a😀b", 2);
    expect(pieces.join("")).toBe("a😀b");
    expect(pieces).toEqual(["a", "😀", "b"]);
  });
});
