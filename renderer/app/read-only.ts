// Why an act is not to be had in a window that only reads.
// Owns: the sentence and when it stands. The engine refuses such acts by itself; the window says so before.
import { useApp } from "./store.ts";

const WHY = "This window only reads: it was opened read-only. Use the window or the command line of the machine itself.";

/** For the `unavailable` of a button; null where the window may write. */
export const useReadOnly = (): string | null => useApp((state) => (state.snapshot?.host.isReadOnly === true ? WHY : null));
