// What the window may ask of its host, whichever host that is.
// Owns: the shape of the bridge. Does not know sockets nor Electron.
import type {
  EventName,
  Failure,
  Method,
  ParamsOf,
  PayloadOf,
  ResultOf,
  TerminalFromEngine,
  TerminalToEngine,
} from "../../engine/protocol/index.ts";

/**
 * connecting: not yet spoken · online · lost: was online, tries again by itself (`retryAt` in ms since 1970) ·
 * refused: the host does not know this window (used link, host restarted); only a new link helps.
 */
export type ConnectionState = { state: "connecting" | "online" | "lost" | "refused"; retryAt: number | null; attempt: number };

/** As the protocol's Result, with one code the engine never sends: it was not reached, or did not answer any more. */
export type CallFailure = Omit<Failure, "code"> & { code: Failure["code"] | "disconnected" };
export type CallResult<T> = { ok: true; value: T } | { ok: false; error: CallFailure };

export type TerminalChannel = { send(message: TerminalToEngine): void; close(): void };

export type Bridge = {
  /** Never throws and never waits for a reconnect: an act meant for a screen that is gone must not happen later. */
  call<M extends Method>(method: M, params: ParamsOf<M>): Promise<CallResult<ResultOf<M>>>;
  subscribe<E extends EventName>(event: E, callback: (payload: PayloadOf<E>) => void): () => void;
  /** After a lost connection the channel attaches again by itself, and the engine sends the whole screen. */
  connectTerminal(id: string, onMessage: (message: TerminalFromEngine) => void): TerminalChannel;
  /** Called at once with the state now, then at every change. */
  onConnection(callback: (state: ConnectionState) => void): () => void;
  retryNow(): void;
};

export const disconnected = (): { ok: false; error: CallFailure } => ({
  ok: false,
  error: {
    code: "disconnected",
    message:
      "The engine was not reached. Whether the last action arrived is not known: look at the record once the window is connected again.",
  },
});
