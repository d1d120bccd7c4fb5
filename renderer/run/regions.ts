// Walking through the parts of the run view with F6: the documented way into and out of every one of them.
// Owns: finding the regions in the page and giving them the focus. Order is layout.ts.
import { nextRegion, type Region } from "./layout.ts";

const selector = (region: Region): string => `[data-region="${region}"]`;

export function focusRegion(region: Region): void {
  const element = document.querySelector<HTMLElement>(selector(region));
  const inside = element?.querySelector<HTMLElement>("[data-region-focus], .xterm-helper-textarea") ?? element;
  inside?.focus();
}
export function regionWithFocus(): Region | null {
  return (document.activeElement?.closest<HTMLElement>("[data-region]")?.dataset.region as Region | undefined) ?? null;
}
export function walkRegions(regions: Region[], step: 1 | -1): void {
  focusRegion(nextRegion(regions, regionWithFocus(), step));
}

/** Something that waits for an answer is open over the regions. */
export const hasDialog = (): boolean => window.document.querySelector("[role=dialog], [role=alertdialog]") !== null;
