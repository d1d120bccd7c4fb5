// Ctrl/⌘ K: one field over steps, runbooks, runs, clusters, actions and settings.
// Owns: collecting the entries and opening. The list itself is PaletteDialog.
import { useMemo } from "react";
import { useApp } from "../app/index.ts";
import { usePaletteStore } from "./entries.ts";
import { useGlobalEntries } from "./global.tsx";
import { PaletteDialog } from "./PaletteDialog.tsx";

export function PaletteView() {
  const isOpen = useApp((state) => state.isPaletteOpen);
  return isOpen ? <OpenPalette /> : null;
}

/** Entries are collected while it is open only: nothing is prepared for a palette that nobody asked for. */
function OpenPalette() {
  const setOpen = useApp((state) => state.setPaletteOpen);
  const bySource = usePaletteStore((state) => state.bySource);
  const global = useGlobalEntries();
  // What the open view offers comes first: its steps and actions are what is looked for in a hurry.
  const entries = useMemo(() => [...Object.values(bySource).flat(), ...global], [bySource, global]);
  return <PaletteDialog entries={entries} onClose={() => setOpen(false)} />;
}
