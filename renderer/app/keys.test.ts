import { describe, expect, it } from "vitest";
import { comboOf } from "./keys.ts";

const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  comboOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("a key combination", () => {
  it("is the same with Ctrl and with ⌘", () => {
    expect(press("k", { ctrlKey: true })).toBe("Mod+K");
    expect(press("k", { metaKey: true })).toBe("Mod+K");
  });
  it("is not the plain key when anything is held", () => {
    expect(press("Enter")).toBe("Enter");
    expect(press("Enter", { ctrlKey: true })).toBe("Mod+Enter");
    expect(press("Enter", { shiftKey: true })).toBe("Shift+Enter");
    expect(press("F8", { altKey: true })).toBe("Alt+F8");
  });
  it("takes a character as typed: Shift is part of it already", () => {
    expect(press(">", { shiftKey: true })).toBe(">");
    expect(press("v")).toBe("V");
  });
});
