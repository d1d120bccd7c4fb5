// The bundle that is open for reading in this window. Owns: which, and asking for it. Its events are the record slice's.
import { create } from "zustand";
import type { BundleView, LogSummary } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import type { CallResult } from "../bridge/index.ts";

type BundleState = {
  view: BundleView | null;
  /** Given by the reader, from elsewhere; "" for none. */
  fingerprint: string;
  /** Opens, or opens anew; the one before is closed. */
  open(path: string, fingerprint?: string): Promise<CallResult<BundleView>>;
  close(): void;
};

export const useBundle = create<BundleState>()((set, get) => ({
  view: null,
  fingerprint: "",
  open: async (path, fingerprint = "") => {
    const result = await callEngine("bundle.open", fingerprint === "" ? { path } : { path, fingerprint });
    if (!result.ok) return result;
    const before = get().view;
    set({ view: result.value, fingerprint });
    if (before !== null) void callEngine("bundle.close", { bundle: before.bundle });
    return result;
  },
  close: () => {
    const { view } = get();
    set({ view: null });
    if (view !== null) void callEngine("bundle.close", { bundle: view.bundle });
  },
}));

/** What the frame shows of a log, from what the bundle says of it. */
export function summaryOf(view: BundleView): LogSummary | null {
  const { log } = view;
  if (log === null) return null;
  const isOver = log.status === "closed" || log.status === "finished" || log.status === "aborted";
  return {
    log: log.log,
    kind: log.kind,
    run: null,
    title: log.title,
    path: view.path,
    mode: log.mode === "live" || log.mode === "rehearsal" ? log.mode : null,
    number: log.number,
    openedAt: log.openedAt,
    endedAt: isOver && log.headAt !== "" ? log.headAt : null,
    events: log.events,
    head: "0".repeat(64),
    fingerprint: log.fingerprint,
    status: log.status,
    cluster: log.cluster === "" ? null : log.cluster,
    clusterClass: log.clusterClass === "" ? null : log.clusterClass,
    operator: log.exportedBy,
    solo: log.solo,
  };
}
