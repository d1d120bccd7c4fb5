// Which of the three arrangements fits the window. Owns: the break points of LOOK-TOKENS. Does not draw.

/** wide: three columns · medium: outline, document over a tabbed terminal and watch · narrow: tabs, outline as a drawer. */
export type Arrangement = "wide" | "medium" | "narrow";

/** CSS pixels, so that 200 % zoom on a 1440 px screen counts as 720. */
export const WIDE_FROM_PX = 1280;
export const MEDIUM_FROM_PX = 1024;
/** Below this height there is no room for document over terminal, however wide the window is. */
export const STACK_FROM_HEIGHT_PX = 560;
/** Below this height bars give up their second line; the work area keeps at least five lines of text. */
export const COMPACT_BELOW_PX = 560;

export function arrangementOf(widthPx: number, heightPx: number): Arrangement {
  if (widthPx >= WIDE_FROM_PX) return "wide";
  if (widthPx >= MEDIUM_FROM_PX && heightPx >= STACK_FROM_HEIGHT_PX) return "medium";
  return "narrow";
}
export function isCompact(heightPx: number): boolean {
  return heightPx < COMPACT_BELOW_PX;
}

export type Region = "outline" | "document" | "terminal" | "watch" | "action";
/** Regions in the order F6 walks them; only those on screen. */
export function regionsOf(arrangement: Arrangement, open: { drawer: boolean; tab: Region; hasWatch: boolean }): Region[] {
  if (arrangement === "wide") return ["outline", "document", "terminal", ...(open.hasWatch ? (["watch"] as const) : []), "action"];
  if (arrangement === "medium") return ["outline", "document", open.tab === "watch" ? "watch" : "terminal", "action"];
  return [...(open.drawer ? (["outline"] as const) : []), open.tab, "action"];
}
/** The next region, forwards or backwards; the first one when the focus is in none of them. */
export function nextRegion(regions: Region[], current: Region | null, step: 1 | -1): Region {
  const at = current === null ? -1 : regions.indexOf(current);
  if (at < 0) return regions[step === 1 ? 0 : regions.length - 1]!;
  return regions[(at + step + regions.length) % regions.length]!;
}
