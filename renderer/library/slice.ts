// The library's slice: answers of clusters, the runbook being started, paths opened lately.
// Owns: what the window adds to the snapshot's folders and contexts. Facts stay with the engine.
import { create } from "zustand";
import type { ClusterClass, ContextEntry, ContextProbe, Mode, RunId } from "../../engine/protocol/index.ts";
import { callEngine, go, useApp } from "../app/index.ts";

export type ProbeState = { state: "asking" } | { state: "answered"; probe: ContextProbe } | { state: "failed"; message: string };

type LibraryState = {
  probes: Record<string, ProbeState>;
  /** Runbook whose start is being prepared; the start dialog stands over the window. */
  startPath: string | null;
  /** Which mode it offers first. */
  startMode: Mode;
  /** Runbook whose review is to be signed as soon as its page is open. */
  reviewPath: string | null;
  probe(context: string): Promise<void>;
  probeAll(contexts: ContextEntry[]): Promise<void>;
  classify(context: string, cluster: ClusterClass): Promise<void>;
  start(path: string | null, mode?: Mode): void;
  askReview(path: string | null): void;
  started(run: RunId): void;
};

/** Servers asked at a time: each may need a credential plugin of its own, and a laptop has few cores. */
const PROBES_AT_ONCE = 3;

export const useLibrary = create<LibraryState>()((set, get) => {
  const keep = (context: string, state: ProbeState): void => set({ probes: { ...get().probes, [context]: state } });
  return {
    probes: {},
    startPath: null,
    startMode: "live",
    reviewPath: null,
    askReview: (reviewPath) => set({ reviewPath }),
    probe: async (context) => {
      keep(context, { state: "asking" });
      const result = await callEngine("cluster.probe", { context });
      keep(context, result.ok ? { state: "answered", probe: result.value } : { state: "failed", message: result.error.message });
    },
    probeAll: async (contexts) => {
      const rest = contexts.filter((one) => one.error === null).map((one) => one.name);
      await Promise.all(
        Array.from({ length: PROBES_AT_ONCE }, async () => {
          for (let next = rest.shift(); next !== undefined; next = rest.shift()) await get().probe(next);
        }),
      );
    },
    classify: async (context, cluster) => {
      const result = await callEngine("cluster.classify", { context, class: cluster });
      if (result.ok) keep(context, { state: "answered", probe: result.value });
      else useApp.getState().notify("fail", result.error.message);
    },
    start: (startPath, startMode = "live") => {
      set({ startPath, startMode });
      // A run stands under somebody's name: who that is comes first, and the start goes on after it.
      const { snapshot, postponeFirstRun, setSignInOpen } = useApp.getState();
      if (startPath === null || snapshot === null || snapshot.session !== null) return;
      if (snapshot.hasOperators) setSignInOpen(true);
      else postponeFirstRun(false);
    },
    started: (run) => {
      set({ startPath: null });
      go({ view: "run", run });
    },
  };
});

const RECENT_KEY = "holdpoint.recent-paths.v1";
/** As many as fit one list without scrolling. */
const RECENT_LIMIT = 8;

/** Paths opened by hand in this browser profile, newest first. A convenience of this window, no record. */
export function recentPaths(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is string => typeof one === "string").slice(0, RECENT_LIMIT) : [];
  } catch {
    return []; // storage off or damaged: nothing to complete from, nothing lost
  }
}
export function rememberPath(path: string): void {
  try {
    localStorage.setItem(RECENT_KEY, JSON.stringify([path, ...recentPaths().filter((one) => one !== path)].slice(0, RECENT_LIMIT)));
  } catch {
    // storage off: the path is simply not offered next time
  }
}
