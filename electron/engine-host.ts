// Keeps one engine process alive.
// Owns: starting it, restarting it when it dies, matching answers to calls, passing terminals on. Knows no method by name.
import type { MessagePortMain, UtilityProcess } from "electron";
import { fail, type Result } from "../engine/protocol/index.ts";
import type { ConnectionState, FromEngine, ToEngine } from "./channels.ts";

/** First pause before a restart; doubled each time up to the longest, and back to the first once the engine answered. */
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;
/** After this many deaths in a row without one ready engine, a person has to look: the database may be damaged. */
const MOST_DEATHS = 5;

export type EngineHostOptions = {
  fork(): UtilityProcess;
  createChannel(): { port1: MessagePortMain; port2: MessagePortMain };
  onEvent(event: string, payload: unknown): void;
  onConnection(state: ConnectionState): void;
};

export type EngineHost = {
  call(method: string, params: unknown): Promise<Result<unknown>>;
  openTerminal(terminal: string): MessagePortMain | null;
  /** Asks the engine to close its shells and write its checkpoint, and waits for it, at most `limitMs`. */
  close(limitMs: number): Promise<void>;
};

export function startEngineHost(options: EngineHostOptions): EngineHost {
  let child: UtilityProcess | null = null;
  let isReady = false;
  let isClosing = false;
  let deaths = 0;
  let pause = FIRST_PAUSE_MS;
  let nextId = 1;
  let waiting: ToEngine[] = [];
  let failure: string | null = null;
  let closed: (() => void) | null = null;
  const pending = new Map<number, (result: Result<unknown>) => void>();

  const start = () => {
    isReady = false;
    const own = options.fork();
    child = own;
    own.on("message", (message: FromEngine) => own === child && receive(message));
    own.once("exit", () => own === child && died());
  };

  const receive = (message: FromEngine) => {
    switch (message.kind) {
      case "ready":
        isReady = true;
        deaths = 0;
        pause = FIRST_PAUSE_MS;
        failure = null;
        for (const held of waiting) child?.postMessage(held);
        waiting = [];
        options.onConnection({ state: "online", message: "" });
        return;
      case "failed":
        failure = message.message;
        return;
      case "result":
        pending.get(message.id)?.(message.result);
        pending.delete(message.id);
        return;
      case "event":
        options.onEvent(message.event, message.payload);
        return;
      case "closed":
        closed?.();
        return;
      default:
        message satisfies never;
    }
  };

  const died = () => {
    child = null;
    // Whether an unanswered call was carried out is not known here; the record knows, and the window asks it after the restart.
    const lost = fail("busy", "The engine stopped before it answered. It is being restarted; the run is shown as the record has it.");
    for (const answer of pending.values()) answer(lost);
    pending.clear();
    waiting = [];
    closed?.();
    if (isClosing) return;
    deaths = isReady ? 1 : deaths + 1;
    isReady = false;
    if (deaths >= MOST_DEATHS || failure !== null) {
      options.onConnection({
        state: "failed",
        message: failure ?? "The engine stopped five times in a row. Start `holdpoint doctor` to see why.",
      });
      return;
    }
    options.onConnection({
      state: "restarting",
      message: "The engine stopped and is being restarted. Running steps will be shown as unknown.",
    });
    setTimeout(start, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  };

  start();

  return {
    call(method, params) {
      if (child === null && failure !== null) return Promise.resolve(fail("internal", failure));
      const id = nextId++;
      const message: ToEngine = { kind: "call", id, method, params };
      return new Promise((resolve) => {
        pending.set(id, resolve);
        if (isReady && child !== null) child.postMessage(message);
        else waiting.push(message);
      });
    },
    openTerminal(terminal) {
      if (child === null || !isReady) return null;
      const { port1, port2 } = options.createChannel();
      child.postMessage({ kind: "terminal", terminal } satisfies ToEngine, [port1]);
      return port2;
    },
    async close(limitMs) {
      isClosing = true;
      const own = child;
      if (own === null) return;
      const done = new Promise<void>((resolve) => {
        closed = resolve;
        setTimeout(resolve, limitMs);
      });
      own.postMessage({ kind: "close" } satisfies ToEngine);
      await done;
      own.kill();
    },
  };
}
