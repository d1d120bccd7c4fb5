// The bridge over the desktop shell's preload: three functions, and a MessagePort per terminal.
// Owns: joining a terminal's request with the port that arrives for it. Does not know the web host.
import type { EventName, Method, PayloadOf, TerminalFromEngine, TerminalToEngine } from "../../engine/protocol/index.ts";
import { type Bridge, type CallResult, type ConnectionState, disconnected } from "./types.ts";

/** What the preload exposes as `window.holdpoint`. The port itself cannot cross the bridge: it comes by window.postMessage. */
export type Preload = {
  call(method: Method, params: unknown): Promise<CallResult<unknown>>;
  subscribe(event: EventName | "connection", callback: (payload: unknown) => void): () => void;
  connectTerminal(id: string): void;
};

export function createNativeBridge(preload: Preload): Bridge {
  let state: ConnectionState = { state: "online", retryAt: null, attempt: 0 };
  const watchers = new Set<(state: ConnectionState) => void>();
  const wanted = new Map<string, Set<(port: MessagePort) => void>>();
  const terminals = new Set<() => void>();
  const become = (next: ConnectionState): void => {
    const wasOnline = state.state === "online";
    state = next;
    for (const watcher of [...watchers]) watcher(state);
    if (!wasOnline && next.state === "online") for (const attach of [...terminals]) attach();
  };
  // The engine's process may die and be started again; the shell says so, and every view begins anew from a snapshot.
  preload.subscribe("connection", (payload) => {
    const isUp = (payload as { state?: string } | null)?.state === "online";
    become({ state: isUp ? "online" : "lost", retryAt: null, attempt: isUp ? 0 : state.attempt + 1 });
  });
  window.addEventListener("message", (event: MessageEvent) => {
    const data = event.data as { type?: unknown; id?: unknown } | null;
    if (event.source !== window || data?.type !== "holdpoint:terminal" || typeof data.id !== "string") return;
    const port = event.ports[0];
    const first = wanted.get(data.id)?.values().next().value;
    if (port === undefined || first === undefined) return port?.close();
    wanted.get(data.id)?.delete(first);
    first(port);
  });
  return {
    call: async (method, params) => {
      try {
        return (await preload.call(method, params)) as never;
      } catch {
        return disconnected(); // the main process went away with the call
      }
    },
    subscribe: <E extends EventName>(event: E, callback: (payload: PayloadOf<E>) => void) =>
      preload.subscribe(event, callback as (payload: unknown) => void),
    connectTerminal: (id, onMessage) => {
      let port: MessagePort | null = null;
      let isClosed = false;
      const attach = (): void => {
        port?.close();
        port = null;
        const set = wanted.get(id) ?? new Set();
        wanted.set(id, set);
        set.add((arrived) => {
          if (isClosed) return arrived.close();
          port = arrived;
          arrived.onmessage = (event: MessageEvent) => onMessage(event.data as TerminalFromEngine);
        });
        preload.connectTerminal(id);
      };
      terminals.add(attach);
      attach();
      return {
        send: (message: TerminalToEngine) => port?.postMessage(message),
        close: () => {
          isClosed = true;
          terminals.delete(attach);
          port?.close();
        },
      };
    },
    onConnection: (callback) => {
      watchers.add(callback);
      callback(state);
      return () => void watchers.delete(callback);
    },
    retryNow: () => become(state),
  };
}
