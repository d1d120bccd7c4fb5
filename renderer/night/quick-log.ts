// Whether something is just being put on a launch's timeline. Owns: that alone; the dialog is QuickLog.tsx.
import { create } from "zustand";
import type { LaunchId } from "../../engine/protocol/index.ts";

export const useQuickLog = create<{ launch: LaunchId | null; open(launch: LaunchId): void; close(): void }>()((set) => ({
  launch: null,
  open: (launch) => set({ launch }),
  close: () => set({ launch: null }),
}));
