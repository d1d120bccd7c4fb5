// The other end of the private door: how a command reaches a running engine.
// Owns: connecting, matching answers to calls. Does not start an engine.
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { isAbsolute } from "node:path";
import { type EventName, fail, type PayloadOf, type Result } from "../protocol/index.ts";
import { lineReader, MAX_LINE_CHARS } from "./ndjson.ts";
import { addressNote, privateAddress, privateFolder } from "./private-address.ts";
import { Greeting } from "./private-door.ts";

/** The greeting is there at once; a process that is stopped (Ctrl-Z) never sends it. */
const GREETING_MS = 5_000;

/** Details of the failure of a call whose engine went away before it answered. */
export const GONE = { isGone: true } as const;

export type EventListener = <E extends EventName>(event: E, payload: PayloadOf<E>) => void;
export type RunningEngine = {
  greeting: Greeting;
  call(method: string, params: unknown): Promise<Result<unknown>>;
  subscribe(listener: EventListener): () => void;
  /** Called once when the engine goes away. */
  onGone(callback: () => void): void;
  close(): void;
};

/** Connects to the engine that has this data directory, or null where none answers. */
export async function connectToRunning(runtimeDir: string, home: string): Promise<RunningEngine | null> {
  const near = privateAddress(runtimeDir);
  const found = await connectTo(near);
  if (found !== null) return found;
  let noted: string;
  try {
    noted = readFileSync(addressNote(home), "utf8");
  } catch {
    return null; // no note: nothing runs, or it ended in good order
  }
  // A note that was begun on a full disk holds nothing, and nothing is no address.
  return noted === near || !isAbsolute(noted) ? null : connectTo(noted);
}

async function connectTo(address: string): Promise<RunningEngine | null> {
  const socket = await reach(address);
  if (socket === null) return null;
  if (!privateFolder(address).ok) {
    socket.destroy(); // somebody else's folder: whoever answers there is not ours
    return null;
  }
  const waiting = new Map<number, (result: Result<unknown>) => void>();
  const listeners = new Set<EventListener>();
  const goneCallbacks: (() => void)[] = [];
  let lastId = 0;
  let greet: (greeting: Greeting | null) => void = () => {};
  const greeting = new Promise<Greeting | null>((resolve) => {
    greet = resolve;
    setTimeout(() => resolve(null), GREETING_MS).unref();
  });
  socket.on(
    "data",
    lineReader(
      MAX_LINE_CHARS,
      (line) => {
        const message = JSON.parse(line) as { id?: number; result?: Result<unknown>; event?: EventName; payload?: never };
        if (message.event !== undefined) {
          for (const listener of [...listeners]) listener(message.event, message.payload as never);
        } else if (message.result !== undefined && message.id !== undefined) {
          waiting.get(message.id)?.(message.result);
          waiting.delete(message.id);
        } else {
          const parsed = Greeting.safeParse(message);
          greet(parsed.success ? parsed.data : null);
        }
      },
      () => socket.destroy(),
    ),
  );
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    greet(null);
    for (const resolve of waiting.values()) {
      resolve(
        fail("internal", "The Holdpoint that was running is gone. Whether this was done, its record tells: `holdpoint status`.", GONE),
      );
    }
    waiting.clear();
    for (const callback of goneCallbacks) callback();
  });
  const met = await greeting;
  if (met === null) {
    socket.destroy();
    return null;
  }
  return {
    greeting: met,
    call: (method, params) =>
      new Promise((resolve) => {
        if (socket.destroyed) return resolve(fail("internal", "The Holdpoint that was running is gone.", GONE));
        lastId += 1;
        waiting.set(lastId, resolve);
        socket.write(`${JSON.stringify({ id: lastId, method, params })}\n`);
      }),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onGone: (callback) => void goneCallbacks.push(callback),
    close: () => void socket.destroy(),
  };
}

function reach(address: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null)); // no file, or nobody listening: no engine runs
  });
}
