// What the palette searches: entries that views hand in while they are mounted.
// Owns: the list. Does not search (search.ts) nor draw.
import type { ReactNode } from "react";
import { useEffect } from "react";
import { create } from "zustand";

export const GROUPS = [
  "Steps of this run",
  "Steps of this runbook",
  "Items of this launch",
  "Actions",
  "Launches",
  "Runs",
  "Runbooks",
  "Checklists",
  "Clusters",
  "Settings",
  "Records",
] as const;
export type PaletteGroup = (typeof GROUPS)[number];
export type PaletteEntry = {
  id: string;
  group: PaletteGroup;
  /** Searched, and shown with the hits marked. */
  title: string;
  /** Small words behind the title: state, place; searched with less weight. */
  detail?: string;
  /** Shown before the title, not searched by itself: `2.2`. */
  number?: string;
  icon?: ReactNode;
  /** Key that does the same, printed at the end of the row. */
  hotkey?: string;
  /** Word before Enter on the chosen row; "Open" by default. */
  verb?: string;
  run(): void;
};

type EntriesState = { bySource: Record<string, PaletteEntry[]>; setSource(source: string, entries: PaletteEntry[] | null): void };
export const usePaletteStore = create<EntriesState>()((set, get) => ({
  bySource: {},
  setSource: (source, entries) => {
    const { [source]: _old, ...rest } = get().bySource;
    set({ bySource: entries === null ? rest : { ...rest, [source]: entries } });
  },
}));

/** Offers `entries` while the view is mounted. Memoise them: a new list is prepared for search anew. */
export function usePaletteEntries(source: string, entries: PaletteEntry[]): void {
  const setSource = usePaletteStore((state) => state.setSource);
  useEffect(() => setSource(source, entries), [source, entries, setSource]);
  useEffect(() => () => setSource(source, null), [source, setSource]);
}
