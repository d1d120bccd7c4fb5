// The record's slice: the rows of one log by page, the filter, the chosen event, what verifying said.
// Owns: what is loaded of a log, of this installation or of a bundle (source.ts). Nothing here changes it.
import { create } from "zustand";
import type { EventFilter, EventRow, PlaybackState, StoredEvent, VerifyReport } from "../../engine/protocol/index.ts";
import { callEngine, useApp } from "../app/index.ts";
import type { RecordSource } from "./source.ts";

/** Rows asked for at a time: several screens, one quick query. */
export const PAGE = 200;
/** A recording that is still being read is asked how far so often, milliseconds: the bar moves, and the engine hardly notices. */
const LOOK_MS = 250;

export type VerifyState =
  | { state: "none" }
  | { state: "asking" }
  | { state: "done"; report: VerifyReport }
  | { state: "failed"; message: string };
export type RecordingState =
  | { state: "none" }
  | { state: "asking" }
  | { state: "ready"; recording: PlaybackState }
  | { state: "failed"; message: string };

type RecordState = {
  source: RecordSource | null;
  filter: EventFilter;
  pages: Record<number, EventRow[]>;
  matching: number;
  total: number;
  isLoading: boolean;
  error: string | null;
  selected: number | null;
  event: StoredEvent | null;
  recording: RecordingState;
  verify: VerifyState;
  /** Titles of the run's steps in order, for the filter; read from run.started. */
  steps: { id: string; title: string; number: string }[];
  open(source: RecordSource, seq: number | null): void;
  setFilter(part: EventFilter): void;
  /** Asks for the pages that hold rows `from` to `to`. */
  need(from: number, to: number): void;
  /** The log grew: the last page is read again, the others stand (a log only grows at its end). */
  grown(): void;
  select(seq: number): void;
  runVerify(): Promise<void>;
};

const empty = {
  filter: {} as EventFilter,
  pages: {},
  matching: 0,
  total: 0,
  isLoading: true,
  error: null,
  selected: null,
  event: null,
  recording: { state: "none" } as RecordingState,
  verify: { state: "none" } as VerifyState,
  steps: [],
};

export const useRecord = create<RecordState>()((set, get) => {
  const asked = new Set<number>();
  /** Counts filters and logs: an answer to an older question is dropped. */
  let generation = 0;

  const load = async (page: number): Promise<void> => {
    const { source, filter } = get();
    if (source === null || asked.has(page)) return;
    asked.add(page);
    const mine = generation;
    const result = await source.events(filter, page * PAGE, PAGE);
    if (mine !== generation) return;
    if (!result.ok) {
      asked.delete(page);
      if (result.error.code !== "disconnected") set({ error: result.error.message, isLoading: false });
      return;
    }
    const { rows, matching, total } = result.value;
    set({ pages: { ...get().pages, [page]: rows }, matching, total, isLoading: false, error: null });
  };

  const loadSteps = async (): Promise<void> => {
    const { source } = get();
    if (source === null) return;
    const mine = generation;
    const found = await source.events({ type: "run.started" }, 0, 1);
    const row = found.ok ? found.value.rows[0] : undefined;
    if (row === undefined || mine !== generation) return;
    const event = await source.event(row.seq);
    if (!event.ok || get().source?.key !== source.key) return;
    const steps = event.value.body.data["steps"];
    if (Array.isArray(steps))
      set({
        steps: steps.flatMap((one: { id?: unknown; title?: unknown; number?: unknown }) =>
          typeof one?.id === "string" ? [{ id: one.id, title: String(one.title ?? one.id), number: String(one.number ?? "") }] : [],
        ),
      });
  };

  return {
    source: null,
    ...empty,
    open: (source, seq) => {
      if (get().source?.key !== source.key) {
        generation += 1;
        asked.clear();
        set({ ...empty, source });
        void load(0);
        void loadSteps();
      }
      if (seq !== null && get().selected !== seq) get().select(seq);
    },
    setFilter: (part) => {
      generation += 1;
      asked.clear();
      const filter = Object.fromEntries(
        Object.entries({ ...get().filter, ...part }).filter(([, value]) => value !== undefined && value !== ""),
      ) as EventFilter;
      set({ filter, pages: {}, isLoading: true });
      void load(0);
    },
    need: (from, to) => {
      for (let page = Math.floor(from / PAGE); page <= Math.floor(to / PAGE); page += 1)
        if (get().pages[page] === undefined) void load(page);
    },
    grown: () => {
      const last = Math.max(0, Math.floor((get().matching - 1) / PAGE));
      for (const page of [last, last + 1]) asked.delete(page);
      void load(last);
    },
    select: (seq) => {
      const { source } = get();
      if (source === null) return;
      const before = get().recording;
      if (before.state === "ready") void callEngine("playback.close", { playback: before.recording.playback });
      const isOther = (): boolean => get().selected !== seq || get().source?.key !== source.key;
      set({ selected: seq, event: null, recording: { state: "none" } });
      void (async () => {
        const result = await source.event(seq);
        if (isOther()) return;
        if (!result.ok) {
          useApp.getState().notify("fail", result.error.message);
          return;
        }
        set({ event: result.value });
        if (!hasRecording(result.value)) return;
        set({ recording: { state: "asking" } });
        let told = await source.recording(seq);
        while (told.ok) {
          if (isOther()) {
            void callEngine("playback.close", { playback: told.value.playback });
            return;
          }
          set({ recording: { state: "ready", recording: told.value } });
          if (told.value.isComplete) return;
          await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
          told = await callEngine("playback.state", { playback: told.value.playback });
        }
        if (!isOther()) set({ recording: { state: "failed", message: told.error.message } });
      })();
    },
    runVerify: async () => {
      const { source } = get();
      if (source === null) return;
      set({ verify: { state: "asking" } });
      const result = await source.verify();
      if (get().source?.key !== source.key) return;
      set({ verify: result.ok ? { state: "done", report: result.value } : { state: "failed", message: result.error.message } });
    },
  };
});

/** Whether an event names a recording that can be played. */
export function hasRecording(event: StoredEvent): boolean {
  const name = event.body.data["recording"];
  return typeof name === "string" && name !== "";
}

export const rowAt = (pages: Record<number, EventRow[]>, index: number): EventRow | undefined =>
  pages[Math.floor(index / PAGE)]?.[index % PAGE];
