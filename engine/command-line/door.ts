// The engine of a command: the one that is running already for this data directory, or one of its own.
// Owns: finding it, typed calls, closing. Does not know what the calls do.
import { setTimeout as later } from "node:timers/promises";
import { createEngine, type Engine, giveMemoryBack, runtimeDirectory } from "../engine.ts";
import { type HostCapabilities, type Method, ok, type ParamsOf, type Result, type ResultOf } from "../protocol/index.ts";
import { callEngine, connectToRunning, openPrivateDoor, type RunningEngine } from "../serve/index.ts";
import type { EventListener } from "../serve/private-client.ts";
import { BUILT_IN, dataHome } from "./places.ts";

/** An engine that is just starting holds the lock before it answers; migrations of a large database take seconds. */
const STARTING_MS = 10_000;
const POLL_MS = 100;

export type Door = {
  home: string;
  /** Null where the engine is another process's. */
  engine: Engine | null;
  running: RunningEngine | null;
  call<M extends Method>(method: M, params: ParamsOf<M>): Promise<Result<ResultOf<M>>>;
  subscribe(listener: EventListener): () => void;
  /** The engine of another process went away. */
  onGone(callback: () => void): void;
  /** Whether closing waits for other commands that use this engine. */
  isDraining(): boolean;
  close(): Promise<void>;
};

export type DoorOptions = {
  /** What this process is, for others that find it: `run`, `serve` … */
  door: string;
  host?: Partial<HostCapabilities>;
  link?: ((options: { open?: string[]; onlyUid?: number }) => string) | null;
  /** A host that is told to end does so at once; any other command first lets those finish that use its engine. */
  isHost?: boolean;
  report: (line: string) => void;
};

export const HEADLESS: HostCapabilities = {
  hasNativeMenu: false,
  canPickFolder: false,
  canRevealFile: false,
  canOpenExternal: false,
  isReadOnly: false,
  note: "",
};

/** Opens the door. Errors are the engine's own (newer-database, record-damaged …), or `busy` where a process holds the lock and does not answer. */
export async function openDoor(options: DoorOptions): Promise<Result<Door>> {
  const home = dataHome();
  const runtimeDir = runtimeDirectory(home);
  const until = Date.now() + STARTING_MS;
  let isSaid = false;
  for (;;) {
    const running = await connectToRunning(runtimeDir, home);
    if (running !== null) return ok(remoteDoor(home, running));
    const created = await createEngine({ home, builtIn: BUILT_IN, host: { ...HEADLESS, ...options.host } });
    if (created.ok) return ownDoor(home, runtimeDir, created.value, options);
    if (created.error.code !== "busy" || Date.now() > until) return created;
    if (!isSaid) options.report("Another Holdpoint has this data directory and does not answer yet; waiting for it …");
    isSaid = true;
    await later(POLL_MS); // somebody is between taking the lock and opening the socket
  }
}

function remoteDoor(home: string, running: RunningEngine): Door {
  return {
    home,
    engine: null,
    running,
    call: (method, params) => running.call(method, params) as ReturnType<Door["call"]> as never,
    subscribe: (listener) => running.subscribe(listener),
    onGone: (callback) => running.onGone(callback),
    isDraining: () => false,
    close: async () => running.close(),
  };
}

async function ownDoor(home: string, runtimeDir: string, engine: Engine, options: DoorOptions): Promise<Result<Door>> {
  const { door, link, report } = options;
  const opened = await openPrivateDoor({ engine, home, runtimeDir, door, link: link ?? null, report });
  if (!opened.ok) {
    await engine.close();
    return opened;
  }
  let isDraining = false;
  const memory = giveMemoryBack(engine.isWorking);
  const caller = { id: `command-${process.pid}`, door: "command-line", isReadOnly: false } as const;
  return ok({
    home,
    engine,
    running: null,
    call: (method, params) => callEngine(engine, method, params, caller, report) as never,
    subscribe: (listener) => engine.subscribe(listener),
    onGone: () => {},
    isDraining: () => isDraining,
    async close() {
      const guests = opened.value.guests();
      if (guests > 0 && options.isHost !== true) {
        report(
          `${guests === 1 ? "Another command uses" : `${guests} other commands use`} this engine; it ends when they have (Ctrl-C: now) …`,
        );
        isDraining = true;
        await opened.value.drain();
        isDraining = false;
      }
      memory.stop();
      await opened.value.close();
      await engine.close();
    },
  });
}
