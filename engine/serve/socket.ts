// The web sockets of one window: calls and events on one, each terminal on its own.
// Owns: frames, limits, back-pressure, detaching. Does not decide who may connect (host.ts did).
import type { RawData, WebSocket } from "ws";
import type { Caller, Engine } from "../engine.ts";
import { fail, type Result } from "../protocol/index.ts";
import type { Limiter, WebSession } from "./admission.ts";
import { callEngine, limitSignIn, parseEnvelope } from "./calls.ts";

/** Methods whose answer names a file that the window may fetch. */
const WRITES_FILES: ReadonlySet<string> = new Set([
  "record.export",
  "record.exportSignoffs",
  "record.exportRecovery",
  "record.backup",
  "rehearsal.pack",
]);

export type SocketLimits = {
  /** Calls of one socket under way at once; a window has a handful. */
  callsAtOnce: number;
  /** Bytes that may wait for a reader before events stop being queued and the socket is closed. A window that
   * comes back asks for one snapshot, which is cheaper than all it missed. */
  waitingBytes: number;
};
export const SOCKET_LIMITS: SocketLimits = { callsAtOnce: 64, waitingBytes: 8 * 1024 * 1024 };

/** Codes of our own (4000–4999 are for applications), so that the window can tell them apart. */
export const CLOSED = { slow: 4008, malformed: 4000, refused: 4003, stopping: 1001 } as const;

/** One window looks once; more than a few on one socket are somebody playing. */
const LOOKS = 8;

export type WindowLink = {
  engine: Engine;
  caller: Caller;
  session: WebSession;
  /** Beyond loopback an operator signs in before anything is shown. */
  mustSignIn: boolean;
  signIns: Limiter;
  address: string;
  limits: SocketLimits;
  report: (line: string) => void;
};

const isText = (data: RawData, isBinary: boolean): data is Buffer => !isBinary && Buffer.isBuffer(data);

/** Answers calls and passes events on until the socket closes. */
export function serveCalls(socket: WebSocket, link: WindowLink): void {
  let underWay = 0;
  const send = (message: object) => {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  };
  const unsubscribe = link.engine.subscribe((event, payload) => {
    if (link.mustSignIn && !link.session.isSignedIn) return;
    const { follow } = link.caller;
    const told = follow === undefined ? payload : link.engine.follow.newsFor(follow, event, payload);
    if (told === null) return;
    if (socket.bufferedAmount > link.limits.waitingBytes) closeSlow(socket);
    else send({ event, payload: told });
  });
  /** Windows that said they look at a run: with this socket they do no longer. */
  const looking = new Set<string>();
  socket.on("message", (data, isBinary) => {
    if (!isText(data, isBinary)) return socket.close(CLOSED.malformed, "text frames only");
    const message = parseEnvelope(data.toString("utf8"));
    if (!message.ok) return send({ id: message.id, result: { ok: false, error: message.error } });
    const { id, method, params } = message.value;
    if (underWay >= link.limits.callsAtOnce) return send({ id, result: fail("busy", "Too many calls at once. Wait for the answers.") });
    if (method === "run.look" && looking.size < LOOKS) looking.add(String((params as { window?: unknown } | null)?.window ?? ""));
    underWay += 1;
    answer(link, method, params)
      .then((result) => {
        // An answer nobody reads is held back from growing without end, too.
        if (socket.bufferedAmount > link.limits.waitingBytes) closeSlow(socket);
        else send({ id, result });
      })
      .finally(() => {
        underWay -= 1;
      });
  });
  socket.on("close", () => {
    unsubscribe();
    for (const window of looking) void callEngine(link.engine, "run.look", { run: null, window }, link.caller, link.report);
  });
  socket.on("error", (error) => link.report(`a window's socket failed: ${error.message}`));
}

async function answer(link: WindowLink, method: string, params: unknown): Promise<Result<unknown>> {
  const call = () => callEngine(link.engine, method, params, link.caller, link.report);
  if (link.mustSignIn && !link.session.isSignedIn && method !== "people.signIn" && method !== "app.snapshot") {
    return fail("not-signed-in", "Sign in first: this Holdpoint listens beyond its own machine.");
  }
  if (method === "people.signIn") {
    // Who only follows signs in nowhere, except where nothing is shown before: then it is the way to be shown anything.
    const caller = link.mustSignIn ? { ...link.caller, isReadOnly: false } : link.caller;
    const signIn = () => callEngine(link.engine, method, params, caller, link.report);
    const result = await limitSignIn(link.signIns, [link.session.id, link.address], signIn);
    if (result.ok) link.session.isSignedIn = true;
    return result;
  }
  const result = await call();
  if (method === "people.signOut" && result.ok) link.session.isSignedIn = false;
  if (method === "app.snapshot" && result.ok && link.mustSignIn && !link.session.isSignedIn) return { ok: true, value: bare(result.value) };
  if (WRITES_FILES.has(method) && result.ok) remember(link.session, result.value);
  return result;
}

/** What somebody not signed in may see from another machine: enough to draw the sign-in, and nothing of the work. */
function bare(snapshot: unknown): unknown {
  return { ...(snapshot as object), folders: [], contexts: [], logs: [], activeRun: null, home: "", osUser: "", recordProblem: null };
}

/** Paths that the engine just wrote for this session; downloads.ts gives out these and no others. */
function remember(session: WebSession, value: unknown): void {
  const { path, files } = value as { path: string; files?: string[] };
  for (const file of [path, ...(files ?? [])]) session.exported.add(file);
}

function closeSlow(socket: WebSocket): void {
  // Not close(): a reader that does not read would not see the closing frame either, and its buffer would stay.
  socket.close(CLOSED.slow, "too slow; reconnect and ask for a snapshot");
  socket.terminate();
}

/** Joins one terminal to one socket until either ends. The engine feeds and re-syncs by the view's own acknowledgements. */
export function serveTerminal(socket: WebSocket, id: string, link: WindowLink): void {
  if (link.mustSignIn && !link.session.isSignedIn) {
    socket.close(CLOSED.refused, "not-signed-in");
    return;
  }
  const connected = link.engine.connectTerminal(id, link.caller, (message) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > link.limits.waitingBytes) return closeSlow(socket);
    socket.send(JSON.stringify(message));
    if (message.type === "closed") socket.close(1000, "the shell is gone");
  });
  if (!connected.ok) {
    socket.send(JSON.stringify({ type: "closed", reason: connected.error.message }));
    socket.close(CLOSED.refused, connected.error.code);
    return;
  }
  const { receive, detach } = connected.value;
  socket.on("message", (data, isBinary) => {
    if (!isText(data, isBinary)) return socket.close(CLOSED.malformed, "text frames only");
    let message: unknown;
    try {
      message = JSON.parse(data.toString("utf8"));
    } catch {
      return socket.close(CLOSED.malformed, "not JSON");
    }
    // Read-only views acknowledge, and no more; checked here as well as in the engine.
    if (link.caller.isReadOnly && (message as { type?: unknown } | null)?.type !== "ack") return;
    try {
      receive(message);
    } catch (error) {
      link.report(`terminal ${id}: ${error instanceof Error ? error.message : String(error)}`);
      socket.close(CLOSED.malformed, "not a terminal message");
    }
  });
  socket.on("close", detach);
  socket.on("error", (error) => link.report(`a terminal's socket failed: ${error.message}`));
}
