import { describe, expect, it } from "vitest";
import { arrangementOf, isCompact, nextRegion, regionsOf } from "./layout.ts";

describe("the arrangement", () => {
  it("has three columns from 1280, document over tabs from 1024, tabs below", () => {
    expect(arrangementOf(1440, 900)).toBe("wide");
    expect(arrangementOf(1280, 720)).toBe("wide");
    expect(arrangementOf(1279, 900)).toBe("medium");
    expect(arrangementOf(1024, 768)).toBe("medium");
    expect(arrangementOf(1023, 768)).toBe("narrow");
  });
  it("is narrow at 200 % zoom of a 1440 × 900 screen, and where two panes would not fit above each other", () => {
    expect(arrangementOf(720, 450)).toBe("narrow");
    expect(isCompact(450)).toBe(true);
    expect(arrangementOf(1100, 500)).toBe("narrow");
  });
});

describe("walking the regions", () => {
  const wide = regionsOf("wide", { drawer: false, tab: "document", hasWatch: true });
  it("goes round forwards and backwards, and from anywhere to the first or last", () => {
    expect(wide).toEqual(["outline", "document", "terminal", "watch", "action"]);
    expect(nextRegion(wide, "terminal", 1)).toBe("watch");
    expect(nextRegion(wide, "action", 1)).toBe("outline");
    expect(nextRegion(wide, "outline", -1)).toBe("action");
    expect(nextRegion(wide, null, 1)).toBe("outline");
    expect(nextRegion(wide, null, -1)).toBe("action");
  });
  it("visits only what is on screen", () => {
    expect(regionsOf("medium", { drawer: false, tab: "watch", hasWatch: true })).toEqual(["outline", "document", "watch", "action"]);
    expect(regionsOf("narrow", { drawer: false, tab: "terminal", hasWatch: true })).toEqual(["terminal", "action"]);
    expect(regionsOf("narrow", { drawer: true, tab: "document", hasWatch: false })).toEqual(["outline", "document", "action"]);
  });
});
