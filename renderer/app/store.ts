// The app's slice: the installation's snapshot, the connection, where the window is, and what the frame says.
// Owns: a view of the engine's facts, renewed by snapshot and events; nothing recorded lives here. Features keep slices of their own.
import { create } from "zustand";
import type { AppSnapshot, LaunchHeader, LogSummary, PayloadOf, RunHeader } from "../../engine/protocol/index.ts";
import { bridge, type ConnectionState } from "../bridge/index.ts";
import { parseRoute, type Route } from "./route.ts";

/** What the open view tells the frame (band, record bar, rehearsal's edge). */
export type FrameSubject =
  | { kind: "none" }
  | { kind: "run"; header: RunHeader }
  | { kind: "launch"; header: LaunchHeader }
  | { kind: "record"; log: LogSummary };
export type AppNotice = { id: number; kind: "fail" | "warn" | "ok"; text: string; action?: { label: string; run(): void } };

export type AppState = {
  connection: ConnectionState;
  snapshot: AppSnapshot | null;
  snapshotError: string | null;
  route: Route;
  subject: FrameSubject;
  notices: AppNotice[];
  isPaletteOpen: boolean;
  /** Sign-in asked for by an act that needed it. */
  isSignInOpen: boolean;
  /** The newcomer chose to look around before making an operator. */
  hasPostponedFirstRun: boolean;
  refresh(): Promise<void>;
  setSubject(subject: FrameSubject): void;
  setPaletteOpen(isOpen: boolean): void;
  setSignInOpen(isOpen: boolean): void;
  postponeFirstRun(isPostponed: boolean): void;
  /** A sentence for the person, until dismissed by the number that it gives; failures stay, successes go by themselves after a while. */
  notify(kind: AppNotice["kind"], text: string, action?: AppNotice["action"]): number;
  dismiss(id: number): void;
};

let lastNotice = 0;
/** A word that everything went well is read within this time; bad news stays until it is dismissed. */
const OK_NOTICE_MS = 8_000;

export const useApp = create<AppState>()((set, get) => ({
  connection: { state: "connecting", retryAt: null, attempt: 0 },
  snapshot: null,
  snapshotError: null,
  route: parseRoute(typeof window === "undefined" ? "" : window.location.hash),
  subject: { kind: "none" },
  notices: [],
  isPaletteOpen: false,
  isSignInOpen: false,
  hasPostponedFirstRun: false,
  refresh: async () => {
    const result = await bridge().call("app.snapshot", {});
    if (result.ok) set({ snapshot: result.value, snapshotError: null });
    else if (result.error.code !== "disconnected") set({ snapshotError: result.error.message });
  },
  setSubject: (subject) => set({ subject }),
  setPaletteOpen: (isPaletteOpen) => set({ isPaletteOpen }),
  setSignInOpen: (isSignInOpen) => set({ isSignInOpen }),
  postponeFirstRun: (hasPostponedFirstRun) => set({ hasPostponedFirstRun }),
  notify: (kind, text, action) => {
    lastNotice += 1;
    const id = lastNotice;
    const notice: AppNotice = action === undefined ? { id, kind, text } : { id, kind, text, action };
    set({ notices: [...get().notices.filter((one) => one.text !== text), notice].slice(-4) });
    if (kind === "ok") setTimeout(() => get().dismiss(id), OK_NOTICE_MS);
    return id;
  },
  dismiss: (id) => set({ notices: get().notices.filter((one) => one.id !== id) }),
}));

/** Joins the slice to the bridge and the address bar, once. A snapshot is asked for at every (re)connection and every change. */
export function startApp(): void {
  const { refresh } = useApp.getState();
  let isAsking = false;
  let askAgain = false;
  // Changes come in bursts (a run appends several events at once): one question at a time, and one more after the last change.
  const renew = async (): Promise<void> => {
    if (isAsking) {
      askAgain = true;
      return;
    }
    isAsking = true;
    await refresh();
    isAsking = false;
    if (askAgain) {
      askAgain = false;
      await renew();
    }
  };
  let wasOnline = false;
  bridge().onConnection((connection) => {
    useApp.setState({ connection });
    if (connection.state === "online" && !wasOnline) void renew();
    wasOnline = connection.state === "online";
  });
  bridge().subscribe("app.changed", () => void renew());
  // A run has its own account of its log (run.changed); a new snapshot per event would draw all of it again for nothing.
  const heads = new Map<string, PayloadOf<"record.appended">>();
  const takeHeads = (): void => {
    const { snapshot, route } = useApp.getState();
    if (snapshot === null || route.view === "run" || heads.size === 0) return;
    const install = heads.get(snapshot.install);
    useApp.setState({
      snapshot: {
        ...snapshot,
        logs: snapshot.logs.map((one) => {
          const now = heads.get(one.log);
          return now === undefined ? one : { ...one, events: now.events, head: now.head, fingerprint: now.fingerprint };
        }),
        ...(install === undefined ? {} : { installEvents: install.events, installFingerprint: install.fingerprint }),
      },
    });
    heads.clear();
  };
  bridge().subscribe("record.appended", (appended) => {
    heads.set(appended.log, appended);
    takeHeads();
  });
  window.addEventListener("hashchange", () => {
    useApp.setState({ route: parseRoute(window.location.hash) });
    takeHeads();
  });
}
