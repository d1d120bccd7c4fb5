// The launches' slice: the list, and the launch that is open, renewed when the engine says that it changed.
// Owns: what is loaded of launches. Facts stay with the engine; every act answers with the whole view, which is kept here.
import { create } from "zustand";
import type { LaunchHeader, LaunchId, LaunchView, Method, ParamsOf, ResultOf, RunbookDocument } from "../../engine/protocol/index.ts";
import { callEngine, useApp } from "../app/index.ts";
import { bridge, type CallResult } from "../bridge/index.ts";

type LaunchesState = {
  list: LaunchHeader[] | null;
  listError: string | null;
  /** The launch whose rooms the rail leads to; it stays when another place is shown. */
  launch: LaunchId | null;
  view: LaunchView | null;
  document: RunbookDocument | null;
  error: string | null;
  /** Values for the parameters of automatic checks, as given in this window. Never a secret one. */
  checkValues: Record<string, Record<string, string>>;
  /** Checklist that a new launch is begun with, chosen in the library; taken up as soon as the launches are shown. */
  begunWith: string | null;
  begin(checklist: string | null): void;
  refreshList(): Promise<void>;
  open(launch: LaunchId): void;
  refresh(): Promise<void>;
  /** Takes the view that an act answered with. */
  put(view: LaunchView): void;
  keepCheckValues(launch: LaunchId, values: Record<string, string>): void;
};

export const useLaunches = create<LaunchesState>()((set, get) => {
  let isJoined = false;
  /** Once per window, with the first launch that is asked for. */
  const join = (): void => {
    if (isJoined) return;
    isJoined = true;
    bridge().subscribe("launch.changed", ({ launch }) => {
      if (launch === get().launch) void get().refresh();
      void get().refreshList();
    });
    const again = (): void => {
      if (get().launch !== null) void get().refresh();
      void get().refreshList();
    };
    bridge().onConnection((connection) => connection.state === "online" && again());
    // What could not be read before anybody had signed in can be read then.
    bridge().subscribe("app.changed", ({ what }) => what === "session" && again());
  };
  const refreshList = renewing(async () => {
    const result = await bridge().call("launch.list", {});
    if (result.ok) set({ list: result.value, listError: null });
    else if (result.error.code !== "disconnected") set({ listError: result.error.message });
  });
  const refresh = renewing(async () => {
    const { launch } = get();
    if (launch === null) return;
    const result = await bridge().call("launch.get", { launch });
    if (get().launch !== launch) return;
    if (result.ok) {
      const { view, document } = result.value;
      // The text is the same for as long as its hash is: a new object would draw everything that reads it anew.
      set({ view, document: get().document?.sha256 === document?.sha256 ? get().document : document, error: null });
    } else if (result.error.code !== "disconnected") set({ error: result.error.message });
  });
  return {
    list: null,
    listError: null,
    launch: null,
    view: null,
    document: null,
    error: null,
    checkValues: {},
    begunWith: null,
    begin: (begunWith) => set({ begunWith }),
    refreshList: () => {
      join();
      return refreshList();
    },
    open: (launch) => {
      join();
      if (get().launch !== launch) set({ launch, view: null, document: null, error: null });
      void refresh();
    },
    refresh,
    put: (view) => {
      if (view.header.launch !== get().launch) return;
      // An act's answer may be overtaken by the answer to a question asked after it.
      if ((get().view?.header.events ?? 0) > view.header.events) return;
      set({ view });
      if (view.header.checklist?.sha256 !== get().document?.sha256) void refresh();
    },
    keepCheckValues: (launch, values) => set({ checkValues: { ...get().checkValues, [launch]: values } }),
  };
});

/** Changes come in bursts: one question at a time, and one more after the last change. */
function renewing(ask: () => Promise<void>): () => Promise<void> {
  let isAsking = false;
  let again = false;
  return async () => {
    if (isAsking) {
      again = true;
      return;
    }
    isAsking = true;
    try {
      do {
        again = false;
        await ask();
      } while (again);
    } finally {
      isAsking = false;
    }
  };
}

/** Methods that answer with the launch as it stands after them. */
export type LaunchAct = { [M in Method]: ResultOf<M> extends LaunchView ? M : never }[Method];

/** Acts, and keeps the view that comes back. The caller says what failed. */
export async function actOn<M extends LaunchAct>(method: M, params: ParamsOf<M>): Promise<CallResult<ResultOf<M>>> {
  const result = await callEngine(method, params);
  if (result.ok) useLaunches.getState().put(result.value as LaunchView);
  return result;
}

/** The same, with any failure shown as a notice; whether it was done. */
export async function actOrNotify<M extends LaunchAct>(method: M, params: ParamsOf<M>): Promise<boolean> {
  const result = await actOn(method, params);
  if (!result.ok) useApp.getState().notify("fail", result.error.message);
  return result.ok;
}
