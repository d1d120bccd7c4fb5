// The private door: a command for the same data directory talks to the engine that is running already.
// Owns: the socket (0600 in 0700) and its messages, the same as the window's, as NDJSON. Terminals are not served here.
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { z } from "zod";
import type { Caller, Engine } from "../engine.ts";
import { APP_VERSION } from "../ports.ts";
import { fail, ok, type Result } from "../protocol/index.ts";
import { callEngine, parseEnvelope } from "./calls.ts";
import { lineReader, MAX_LINE_CHARS } from "./ndjson.ts";
import { addressNote, privateAddress, privateFolder } from "./private-address.ts";

/** First line of the server: which engine this is. */
export const Greeting = z.object({ holdpoint: z.string(), home: z.string(), pid: z.int(), door: z.string() });
export type Greeting = z.infer<typeof Greeting>;

/** Asked of the process, not of the engine: a new link to its web host, with the files to show first. */
export const LINK_METHOD = "door.link";
const LinkParams = z.strictObject({ open: z.array(z.string().max(4096)).max(100).optional(), onlyUid: z.int().optional() });

/** Bytes that may wait for a command that does not read (Ctrl-Z); then it is cut off. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export type PrivateDoor = {
  address: string;
  /** Commands that use this engine now. */
  guests(): number;
  /** Lets nobody else in, and resolves when the last command that uses this engine has gone. */
  drain(): Promise<void>;
  close(): Promise<void>;
};
export type PrivateDoorOptions = {
  engine: Engine;
  home: string;
  runtimeDir: string;
  /** What this process is, for the words of others: `window`, `serve`, `run` … */
  door: string;
  /** Makes a link to this process's web host; null where it has none. */
  link: ((options: { open?: string[]; onlyUid?: number }) => string) | null;
  report?: (line: string) => void;
};

/**
 * Opens the door. Call it only while holding the data directory's lock (createEngine has taken it): then a socket file found
 * here belongs to a process that is gone, and is removed.
 */
export async function openPrivateDoor(options: PrivateDoorOptions): Promise<Result<PrivateDoor>> {
  const address = privateAddress(options.runtimeDir);
  const folder = privateFolder(address);
  if (!folder.ok) return folder;
  if (process.platform !== "win32") rmSync(address, { force: true });
  const report = options.report ?? (() => {});
  const connections = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    connections.add(socket);
    serve(socket, options, { id: `command-${process.pid}-${count}`, door: "command-line", isReadOnly: false }, report);
    socket.on("close", () => connections.delete(socket));
  });
  const failed = await new Promise<Error | null>((resolve) => {
    server.once("error", resolve);
    server.listen({ path: address, exclusive: true }, () => resolve(null));
  });
  if (failed !== null) return fail("unreadable", `The private socket ${address} could not be opened: ${failed.message}.`);
  server.on("error", (error) => report(`the private socket failed: ${error.message}`));
  if (process.platform !== "win32") chmodSync(address, 0o600);
  note(options.home, address, report);
  let closed: Promise<void> | null = null;
  const drain = () => {
    closed ??= new Promise<void>((resolve) => {
      rmSync(addressNote(options.home), { force: true });
      server.close(() => resolve()); // removes the socket file at once, and calls back when the last connection has ended
    });
    return closed;
  };
  return ok({
    address,
    guests: () => connections.size,
    drain,
    async close() {
      const done = drain();
      for (const socket of connections) socket.destroy();
      await done;
    },
  });
}

/** Where it cannot be written, only commands of other sessions do not find this engine; a full disk must not keep anybody from looking. */
function note(home: string, address: string, report: (line: string) => void): void {
  try {
    writeFileSync(addressNote(home), address, { mode: 0o600 });
  } catch (error) {
    rmSync(addressNote(home), { force: true });
    report(
      `${addressNote(home)} could not be written (${(error as Error).message}): commands of another session do not find this Holdpoint. Free space or check the disk.`,
    );
  }
}

function serve(socket: Socket, options: PrivateDoorOptions, caller: Caller, report: (line: string) => void): void {
  const send = (message: object) => {
    if (socket.destroyed) return;
    if (socket.writableLength > MAX_WAITING_BYTES) socket.destroy();
    else socket.write(`${JSON.stringify(message)}\n`);
  };
  const unsubscribe = options.engine.subscribe((event, payload) => send({ event, payload }));
  const answer = async (method: string, params: unknown): Promise<Result<unknown>> => {
    if (method !== LINK_METHOD) return callEngine(options.engine, method, params, caller, report);
    const parsed = LinkParams.safeParse(params);
    if (!parsed.success) return fail("invalid-params", `${LINK_METHOD} takes {open?, onlyUid?}.`);
    if (options.link === null) return fail("not-found", "The Holdpoint that is running has no web host.");
    const { open, onlyUid } = parsed.data;
    return ok({ url: options.link({ ...(open === undefined ? {} : { open }), ...(onlyUid === undefined ? {} : { onlyUid }) }) });
  };
  socket.on(
    "data",
    lineReader(
      MAX_LINE_CHARS,
      (line) => {
        const message = parseEnvelope(line);
        if (!message.ok) return send({ id: message.id, result: { ok: false, error: message.error } });
        const { id, method, params } = message.value;
        void answer(method, params).then((result) => send({ id, result }));
      },
      () => socket.destroy(),
    ),
  );
  socket.on("error", () => socket.destroy()); // a command that was killed: its close event tidies up
  socket.on("close", () => {
    unsubscribe();
    // Whoever signed in on this connection is gone with it.
    void callEngine(options.engine, "people.signOut", {}, caller, report);
  });
  send({ holdpoint: APP_VERSION, home: options.home, pid: process.pid, door: options.door } satisfies Greeting);
}
