// The bridge over the local web host: one WebSocket for calls and events, one per terminal.
// Owns: reconnecting, matching answers to calls, the exchange of a link's token. Does not keep any state of the engine.
import type { EventName, PayloadOf, TerminalFromEngine } from "../../engine/protocol/index.ts";
import { backoffMs } from "./backoff.ts";
import { type Bridge, type CallResult, type ConnectionState, disconnected } from "./types.ts";

/** What of the browser is needed; tests hand in their own. */
export type WebPorts = {
  open(path: string): WebSocket;
  /** Trades `token` for the cookie, or (null) asks whether this browser is in. False: refused. Throws when nobody answers. */
  admit(token: string | null): Promise<boolean>;
  /** Takes a token out of the address bar. */
  takeToken(): string | null;
  later(callback: () => void, ms: number): () => void;
  random(): number;
  now(): number;
};

/** A call that is not answered within this time failed: signing in derives a key (1 to 2 s on a slow machine), export may take minutes. */
const CALL_LIMIT_MS = 10 * 60_000;

type Waiting = { resolve(result: CallResult<unknown>): void; stop(): void };
type OpenTerminal = { id: string; onMessage(message: TerminalFromEngine): void; socket: WebSocket | null; isClosed: boolean };

export function createWebBridge(ports: WebPorts): Bridge {
  let state: ConnectionState = { state: "connecting", retryAt: null, attempt: 0 };
  let socket: WebSocket | null = null;
  let lastId = 0;
  let stopRetry: (() => void) | null = null;
  let hasBeenOnline = false;
  const waiting = new Map<number, Waiting>();
  const early: (() => void)[] = []; // calls made before the first connection; later ones fail at once
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const watchers = new Set<(state: ConnectionState) => void>();
  const terminals = new Set<OpenTerminal>();

  const become = (next: ConnectionState): void => {
    state = next;
    for (const watcher of [...watchers]) watcher(state);
  };

  const dropCalls = (): void => {
    for (const call of waiting.values()) {
      call.stop();
      call.resolve(disconnected());
    }
    waiting.clear();
  };

  const onFrame = (text: string): void => {
    let message: { id?: number; result?: CallResult<unknown>; event?: string; payload?: unknown };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      return; // not ours; the host speaks JSON only
    }
    if (message.id !== undefined && message.result !== undefined) {
      const call = waiting.get(message.id);
      waiting.delete(message.id);
      call?.stop();
      call?.resolve(message.result);
    } else if (message.event !== undefined) {
      for (const callback of [...(listeners.get(message.event) ?? [])]) callback(message.payload as never);
    }
  };

  const lost = (from: WebSocket | null): void => {
    if (from !== socket) return; // an older socket that ended late
    socket = null;
    dropCalls();
    const attempt = state.attempt + 1;
    const wait = backoffMs(attempt, ports.random());
    become({ state: hasBeenOnline || attempt > 2 ? "lost" : "connecting", retryAt: ports.now() + wait, attempt });
    stopRetry?.();
    stopRetry = ports.later(() => void connect(), wait);
  };

  const attachTerminal = (terminal: OpenTerminal): void => {
    if (terminal.isClosed) return;
    const own = ports.open(`/api/terminal/${encodeURIComponent(terminal.id)}`);
    terminal.socket = own;
    own.onmessage = (event: MessageEvent) => {
      if (terminal.socket !== own || terminal.isClosed) return;
      try {
        terminal.onMessage(JSON.parse(String(event.data)) as TerminalFromEngine);
      } catch {
        // a frame that is not JSON carries nothing to draw
      }
    };
    own.onclose = () => {
      if (terminal.socket === own) terminal.socket = null;
      // Alone gone while the window is connected: the engine let go of it (shell ended), or the view was too far behind. Ask again once per second.
      if (!terminal.isClosed && state.state === "online")
        ports.later(() => terminal.socket === null && state.state === "online" && attachTerminal(terminal), 1000);
    };
  };

  const connect = async (): Promise<void> => {
    stopRetry?.();
    stopRetry = null;
    try {
      const token = ports.takeToken();
      if (!(await ports.admit(token))) {
        become({ state: "refused", retryAt: null, attempt: state.attempt });
        return;
      }
    } catch {
      lost(socket); // nobody answers: the host is down or restarting
      return;
    }
    const own = ports.open("/api/socket");
    socket = own;
    own.onopen = () => {
      hasBeenOnline = true;
      become({ state: "online", retryAt: null, attempt: 0 });
      for (const send of early.splice(0)) send();
      for (const terminal of terminals) if (terminal.socket === null) attachTerminal(terminal);
    };
    own.onmessage = (event: MessageEvent) => onFrame(String(event.data));
    own.onclose = () => lost(own);
  };

  const bridge: Bridge = {
    call: (method, params) =>
      new Promise((resolve) => {
        const send = (): void => {
          if (socket === null || socket.readyState !== socket.OPEN) {
            resolve(disconnected());
            return;
          }
          lastId += 1;
          const id = lastId;
          const stop = ports.later(() => {
            waiting.delete(id);
            resolve(disconnected());
          }, CALL_LIMIT_MS);
          waiting.set(id, { resolve: resolve as (result: CallResult<unknown>) => void, stop });
          socket.send(JSON.stringify({ id, method, params }));
        };
        if (!hasBeenOnline && state.state !== "refused") early.push(send);
        else send();
      }),
    subscribe: <E extends EventName>(event: E, callback: (payload: PayloadOf<E>) => void) => {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set);
      set.add(callback as (payload: never) => void);
      return () => void set.delete(callback as (payload: never) => void);
    },
    connectTerminal: (id, onMessage) => {
      const terminal: OpenTerminal = { id, onMessage, socket: null, isClosed: false };
      terminals.add(terminal);
      if (state.state === "online") attachTerminal(terminal);
      return {
        // Typed while the shell is out of reach: dropped, never sent later into another moment.
        send: (message) => {
          if (terminal.socket !== null && terminal.socket.readyState === terminal.socket.OPEN)
            terminal.socket.send(JSON.stringify(message));
        },
        close: () => {
          terminal.isClosed = true;
          terminals.delete(terminal);
          terminal.socket?.close();
        },
      };
    },
    onConnection: (callback) => {
      watchers.add(callback);
      callback(state);
      return () => void watchers.delete(callback);
    },
    retryNow: () => {
      if (state.state !== "lost" && state.state !== "refused") return;
      void connect();
    },
  };
  void connect();
  return bridge;
}

/** The page of whoever follows by a link has sockets and a cookie of its own: it never speaks as a window that may act. */
const FOLLOWS = "/follow";

/** The real browser. */
export function browserPorts(): WebPorts {
  const origin = window.location;
  const follows = origin.pathname === FOLLOWS;
  const way = follows ? "/api/follow" : "/api/session";
  return {
    open: (path) =>
      new WebSocket(
        `${origin.protocol === "https:" ? "wss" : "ws"}://${origin.host}${follows ? path.replace("/api/", "/api/follow/") : path}`,
      ),
    admit: async (token) => {
      const answer =
        token === null
          ? await fetch(way, { credentials: "same-origin" })
          : await fetch(way, {
              method: "POST",
              credentials: "same-origin",
              headers: { "Content-Type": "application/json" },
              body: JSON.stringify({ token }),
            });
      // A link opened twice: its token is used up, but this browser is in already.
      if (!answer.ok && token !== null && !follows) return (await fetch(way, { credentials: "same-origin" })).ok;
      return answer.ok;
    },
    takeToken: () => {
      const fragment = new URLSearchParams(window.location.hash.slice(1));
      const token = fragment.get("token");
      if (token !== null) window.history.replaceState(null, "", window.location.pathname);
      return token;
    },
    later: (callback, ms) => {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    now: Date.now,
  };
}
