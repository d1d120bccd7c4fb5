// Whether something is just being put on the timeline of a launch, or of a run outside any launch. Owns: that alone; the dialog is QuickLog.tsx.
import { create } from "zustand";
import type { LaunchId, RunId } from "../../engine/protocol/index.ts";

export type Timeline = { launch: LaunchId } | { run: RunId };

export const useQuickLog = create<{ at: Timeline | null; open(at: Timeline): void; close(): void }>()((set) => ({
  at: null,
  open: (at) => set({ at }),
  close: () => set({ at: null }),
}));
