// Where a record is read from: a log of this installation, or a bundle somebody handed over. Owns: which method asks for what.
import type { BundleView, EventFilter, LogId, PlaybackState, ResultOf } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import type { CallResult } from "../bridge/index.ts";

export type RecordSource = {
  /** One per opened log or bundle: answers to another are dropped. */
  key: string;
  events(filter: EventFilter, offset: number, limit: number): Promise<CallResult<ResultOf<"record.events">>>;
  event(seq: number): Promise<CallResult<ResultOf<"record.event">>>;
  /** Opens the recording that the event names; `playback.close` ends it. */
  recording(seq: number): Promise<CallResult<PlaybackState>>;
  verify(): Promise<CallResult<ResultOf<"record.verify">>>;
};

export const logSource = (log: LogId): RecordSource => ({
  key: log,
  events: (filter, offset, limit) => callEngine("record.events", { log, filter, offset, limit }),
  event: (seq) => callEngine("record.event", { log, seq }),
  recording: (seq) => callEngine("playback.open", { log, seq }),
  verify: () => callEngine("record.verify", { log }),
});

/** `anew` opens the file again: it is verified at every opening. */
export const bundleSource = ({ bundle }: BundleView, anew: () => Promise<CallResult<BundleView>>): RecordSource => ({
  key: `bundle ${bundle}`,
  events: (filter, offset, limit) => callEngine("bundle.events", { bundle, filter, offset, limit }),
  event: (seq) => callEngine("bundle.event", { bundle, seq }),
  recording: (seq) => callEngine("playback.open", { bundle, seq }),
  verify: async () => {
    const again = await anew();
    return again.ok ? { ok: true, value: again.value.report } : again;
  },
});
