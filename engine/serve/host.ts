// The local web host: one HTTP server with the window, the sockets and the way in.
// Owns: listening, routing, closing. The rules are in guard.ts, admission.ts, files.ts and socket.ts.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type WebSocket, WebSocketServer } from "ws";
import type { Caller, Engine } from "../engine.ts";
import { fail, ok, type Result } from "../protocol/index.ts";
import { type Admission, createAdmission, createLimiter, type WebSession } from "./admission.ts";
import { findExport } from "./downloads.ts";
import { openWindowFile } from "./files.ts";
import { createFollowDoor, FOLLOW_PAGE, FOLLOW_TRADE, type FollowDoor, followSocketPath } from "./follow.ts";
import { hostPort, isLoopback, type Names, namesOfCertificate, type Refusal, type RequestKind, refusalOf, safetyHeaders } from "./guard.ts";
import { ENTER_CSS, ENTER_HTML, ENTER_JS, NOT_BUILT_HTML, OPEN_HTML, OPEN_JS } from "./page.ts";
import { peerUid } from "./peer.ts";
import { CLOSED, SOCKET_LIMITS, type SocketLimits, serveCalls, serveTerminal, type WindowLink } from "./socket.ts";

export type HostLimits = SocketLimits & {
  /** The only body there is holds one token. */
  bodyBytes: number;
  /** Time for the whole of a request to arrive; who drips it byte by byte is cut off. */
  requestMs: number;
  /** The largest call there is carries a file of evidence. */
  callBytes: number;
  /** 100,000 characters of pasted input, each escaped at its longest. */
  terminalBytes: number;
  /** Sockets of all windows together; a window has one per terminal and one for calls. */
  sockets: number;
  /** Of these, sockets of those who only follow: they never keep an operator out. */
  followers: number;
  /** A window that does not answer two pings in a row is gone (lid closed, cable out). */
  pingMs: number;
};
export const HOST_LIMITS: HostLimits = {
  ...SOCKET_LIMITS,
  bodyBytes: 4096,
  requestMs: 10_000,
  // Evidence of 20 MB arrives as 28 million characters of base64 in one call.
  callBytes: 32 * 1024 * 1024,
  terminalBytes: 700 * 1024,
  sockets: 128,
  followers: 96,
  pingMs: 30_000,
};

export type HostOptions = {
  engine: Engine;
  /** Folder of the built window. */
  root: string;
  /** Loopback unless `tls` is given and an operator exists. */
  address?: string;
  /** 0: any free port. */
  port?: number;
  isReadOnly?: boolean;
  tls?: { cert: string | Buffer; key: string | Buffer };
  limits?: Partial<HostLimits>;
  /** Milliseconds since 1970; for attempt limits. */
  now?: () => number;
  /** Hears what went wrong, for the terminal that runs the host. Never gets a token. */
  report?: (line: string) => void;
};

export type LocalHost = {
  /** `http://127.0.0.1:PORT` */
  origin: string;
  port: number;
  cookieName: string;
  /** A new one-time link. `open`: files that the window shows first. `onlyUid`: see peer.ts. */
  link(options?: { open?: string[]; onlyUid?: number }): string;
  /** Open sockets of all windows. */
  windows(): number;
  /** Calls back whenever a socket came or went. */
  onWindows(callback: (count: number) => void): void;
  close(): Promise<void>;
};

/**
 * Starts the host. Fails with `forbidden` for an address beyond loopback without TLS, `not-signed-in` when nobody could sign in there,
 * and `unreadable` when the port is taken or the address is not this machine's.
 */
export async function startLocalHost(options: HostOptions): Promise<Result<LocalHost>> {
  const address = options.address ?? "127.0.0.1";
  const isLocal = isLoopback(address);
  if (!isLocal && options.tls === undefined) {
    return fail(
      "forbidden",
      `Holdpoint is a shell for whoever gets in, so it listens on ${address} only with --tls-cert and --tls-key, and an operator signs in. Without them: 127.0.0.1.`,
    );
  }
  const known = namesOf(options, address, isLocal);
  if (!known.ok) return known;
  const limits: HostLimits = { ...HOST_LIMITS, ...options.limits };
  const report = options.report ?? (() => {});
  const now = options.now ?? Date.now;
  const scheme = options.tls === undefined ? "http" : "https";
  const admission = createAdmission(now);
  const handler = (request: IncomingMessage, response: ServerResponse) => {
    route(state, request, response).catch((error: unknown) => {
      report(`a request failed: ${error instanceof Error ? error.message : String(error)}`);
      response.destroy();
    });
  };
  const serverOptions = {
    requestTimeout: limits.requestMs,
    headersTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(1000, limits.requestMs),
    keepAliveTimeout: 5_000,
    maxHeaderSize: 16 * 1024,
  };
  const server =
    options.tls === undefined ? createServer(serverOptions, handler) : createTlsServer({ ...serverOptions, ...options.tls }, handler);
  server.maxConnections = limits.sockets * 2;
  const listening = await new Promise<Error | null>((resolve) => {
    server.once("error", resolve);
    server.listen({ host: address.replace(/^\[|\]$/g, ""), port: options.port ?? 0, exclusive: true }, () => resolve(null));
  });
  if (listening !== null)
    return fail("unreadable", `Holdpoint cannot listen on ${hostPort(address, options.port ?? 0)}: ${listening.message}.`);
  server.on("error", (error) => report(`the web host failed: ${error.message}`));

  const port = (server.address() as AddressInfo).port;
  const own = hostPort(known.value[0] ?? address, port);
  // A browser leaves the scheme's own port out of Host and Origin.
  const bare = port === (options.tls === undefined ? 80 : 443) ? known.value.map((name) => hostPort(name, port).replace(/:\d+$/, "")) : [];
  const names: Names = { scheme, hosts: new Set([...known.value.map((name) => hostPort(name, port)), ...bare]) };
  const sockets = new Set<WebSocket>();
  const watchers: ((count: number) => void)[] = [];
  const signIns = createLimiter(now);
  const follow = createFollowDoor(options.engine, `${admission.cookieName}_follow`, now, CLOSED.refused);
  const state: State = { options, limits, names, admission, follow, isEncrypted: options.tls !== undefined };

  const calls = new WebSocketServer({ noServer: true, maxPayload: limits.callBytes, perMessageDeflate: false, clientTracking: false });
  const terminals = new WebSocketServer({
    noServer: true,
    maxPayload: limits.terminalBytes,
    perMessageDeflate: false,
    clientTracking: false,
  });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => socket.destroy()); // a peer that went away in the middle of the handshake
    const admitted = admitUpgrade(state, request, sockets.size);
    if ("why" in admitted) return refuseUpgrade(socket, admitted);
    const join = (server: WebSocketServer, serve: (socket: WebSocket, link: WindowLink) => void) =>
      server.handleUpgrade(request, socket, head, (webSocket) => {
        sockets.add(webSocket);
        keepAlive(webSocket, limits.pingMs);
        webSocket.on("close", () => {
          sockets.delete(webSocket);
          for (const watcher of watchers) watcher(sockets.size);
        });
        for (const watcher of watchers) watcher(sockets.size);
        const { caller } = admitted;
        if (caller.door === "follow") follow.join(webSocket, caller);
        serve(webSocket, {
          engine: options.engine,
          caller,
          session: admitted.session,
          // A link that only follows is let in by itself: it shows one run and does nothing.
          mustSignIn: !isLocal && caller.door !== "follow",
          signIns,
          address: request.socket.remoteAddress ?? "",
          limits,
          report,
        });
      });
    const { terminal } = admitted;
    if (terminal === null) join(calls, serveCalls);
    else join(terminals, (webSocket, link) => serveTerminal(webSocket, terminal, link));
  });

  return ok({
    origin: `${scheme}://${own}`,
    port,
    cookieName: admission.cookieName,
    link(linkOptions = {}) {
      const token = admission.newToken(linkOptions.onlyUid === undefined ? {} : { onlyUid: linkOptions.onlyUid });
      const fragment = new URLSearchParams([["token", token], ...(linkOptions.open ?? []).map((path) => ["open", path])]);
      return `${scheme}://${own}/enter#${fragment}`;
    },
    windows: () => sockets.size,
    onWindows: (callback) => void watchers.push(callback),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) {
        socket.close(CLOSED.stopping, "Holdpoint is stopping");
        socket.terminate();
      }
      follow.close();
      server.closeAllConnections();
      await closed;
    },
  });
}

/** What this host is called, best first. */
function namesOf(options: HostOptions, address: string, isLocal: boolean): Result<string[]> {
  const bare = address.replace(/^\[|\]$/g, "").toLowerCase();
  if (isLocal) return ok([...new Set([bare, "localhost"])]);
  try {
    const names = namesOfCertificate(options.tls?.cert ?? "", bare);
    if (names.length > 0) return ok(names);
    return fail("invalid-params", "The certificate names no host. Make one with subjectAltName, as browsers want it.");
  } catch (error) {
    return fail("invalid-params", `The certificate cannot be read: ${(error as Error).message}`);
  }
}

type State = {
  options: HostOptions;
  limits: HostLimits;
  names: Names;
  admission: Admission;
  follow: FollowDoor;
  isEncrypted: boolean;
};
type Admitted = { session: WebSession; caller: Caller; terminal: string | null };

function admitUpgrade(state: State, request: IncomingMessage, open: number): Refusal | Admitted {
  const refusal = refusalOf(state.names, request.headers, "upgrade");
  if (refusal !== null) return refusal;
  const asked = pathOf(request);
  const followed = followSocketPath(asked);
  const path = followed ?? asked;
  const found = followed === null ? windowOf(state, request) : state.follow.callerOf(request.headers.cookie);
  if (found === null) return { status: 401, why: "This window was not let in. Run `holdpoint open` for a new link." };
  const { session, caller } = found;
  if (open >= state.limits.sockets || (followed !== null && state.follow.sockets() >= state.limits.followers))
    return { status: 503, why: "Too many windows are open." };
  if (path === "/api/socket") return { session, caller, terminal: null };
  const terminal = /^\/api\/terminal\/([^/]{1,600})$/.exec(path ?? "")?.[1];
  if (terminal === undefined) return { status: 404, why: "There is no such socket." };
  try {
    return { session, caller, terminal: decodeURIComponent(terminal) };
  } catch {
    return { status: 400, why: "The terminal's name is not readable." };
  }
}

function windowOf({ admission, options }: State, request: IncomingMessage): { session: WebSession; caller: Caller } | null {
  const session = admission.sessionOf(request.headers.cookie);
  return session === null ? null : { session, caller: { id: session.id, door: "window", isReadOnly: options.isReadOnly ?? false } };
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = `${refusal.why}\n`;
  socket.end(
    `HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `X-Content-Type-Options: nosniff\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** The path as sent, without its query; null for anything but an origin-form target ("/…"). */
function pathOf(request: IncomingMessage): string | null {
  const target = request.url ?? "";
  if (!target.startsWith("/") || target.startsWith("//")) return null;
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

async function route(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === null) return plain(response, 400, "That is no path of this host.");
  const isPage = path === "/" || path === "/index.html" || path === "/enter" || path === "/open" || path === FOLLOW_PAGE;
  const kind: RequestKind = request.method === "POST" ? "call" : isPage ? "page" : "file";
  const refusal = refusalOf(state.names, request.headers, kind);
  if (refusal !== null) return plain(response, refusal.status, refusal.why);
  if (path === "/api/session" || path === FOLLOW_TRADE) return answerSession(state, request, response, path === FOLLOW_TRADE);
  if (request.method !== "GET" && request.method !== "HEAD")
    return plain(response, 405, "This host only answers GET here.", { Allow: "GET, HEAD" });
  if (path === "/enter") return text(response, 200, "text/html; charset=utf-8", ENTER_HTML);
  if (path === "/open") return text(response, 200, "text/html; charset=utf-8", OPEN_HTML);
  if (path === "/open.js") return text(response, 200, "text/javascript; charset=utf-8", OPEN_JS);
  if (path === "/enter.js") return text(response, 200, "text/javascript; charset=utf-8", ENTER_JS);
  if (path === "/enter.css") return text(response, 200, "text/css; charset=utf-8", ENTER_CSS);
  const isFollowing = state.follow.isIn(request.headers.cookie);
  if (path === FOLLOW_PAGE)
    return isFollowing ? answerWindow(state, response) : text(response, 401, "text/html; charset=utf-8", ENTER_HTML);
  const session = state.admission.sessionOf(request.headers.cookie);
  // The window's own files are the same for whoever follows; they say nothing of the work.
  if (session === null && !(isFollowing && !isPage && !path.startsWith("/api/"))) {
    if (isPage) return text(response, 401, "text/html; charset=utf-8", ENTER_HTML);
    return plain(response, 401, "This window was not let in. Run `holdpoint open` for a new link.");
  }
  if (path === "/api/exported" && session !== null) return answerExport(session, request, response);
  if (path.startsWith("/api/")) return plain(response, 404, "There is nothing here.");
  if (isPage) return answerWindow(state, response);
  const file = await openWindowFile(state.options.root, path);
  if (file === null) return plain(response, 404, "There is nothing here.");
  response.writeHead(200, {
    ...safetyHeaders(),
    "Content-Type": file.mediaType,
    "Content-Length": file.size,
    "Cache-Control": file.isImmutable ? "private, max-age=31536000, immutable" : "no-cache",
  });
  await sendFile(request, response, file.handle);
}

async function sendFile(request: IncomingMessage, response: ServerResponse, handle: import("node:fs/promises").FileHandle): Promise<void> {
  if (request.method === "HEAD") {
    await handle.close();
    response.end();
    return;
  }
  // pipeline() waits for a slow reader, and closes the file when the reader goes away.
  await pipeline(handle.createReadStream(), response).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}

async function answerWindow(state: State, response: ServerResponse): Promise<void> {
  const file = await openWindowFile(state.options.root, "/index.html");
  if (file === null) return text(response, 503, "text/html; charset=utf-8", NOT_BUILT_HTML);
  const html = await file.handle.readFile("utf8");
  await file.handle.close();
  text(response, 200, "text/html; charset=utf-8", html);
}

/** Trades a token for the cookie (POST), or says whether this browser is in already (GET). */
async function answerSession(state: State, request: IncomingMessage, response: ServerResponse, follows: boolean): Promise<void> {
  if (request.method === "GET") {
    const { cookie } = request.headers;
    const isIn = follows ? state.follow.isIn(cookie) : state.admission.sessionOf(cookie) !== null;
    response.writeHead(isIn ? 204 : 401, safetyHeaders()).end();
    return;
  }
  if (request.method !== "POST") return plain(response, 405, "A link is traded by POST.", { Allow: "GET, POST" });
  if (!/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) return plain(response, 415, "JSON is expected.");
  const body = await readBody(request, state.limits.bodyBytes);
  if (body === null) return plain(response, 413, "The request is too long.", { Connection: "close" });
  let token: unknown;
  try {
    token = (JSON.parse(body) as { token?: unknown } | null)?.token;
  } catch {
    token = undefined;
  }
  if (typeof token !== "string") return json(response, 400, fail("invalid-params", "A token is expected."));
  const { remoteAddress, remotePort, localPort } = request.socket;
  const result = follows
    ? state.follow.trade(token, remoteAddress ?? "")
    : state.admission.exchange(token, { address: remoteAddress ?? "", uid: () => peerUid(remotePort, localPort) });
  if (!result.ok) return json(response, result.error.code === "busy" ? 429 : 403, result);
  const { cookieName } = follows ? state.follow : state.admission;
  const cookie = `${cookieName}=${result.value.cookie}; Path=/; HttpOnly; SameSite=Strict${state.isEncrypted ? "; Secure" : ""}`;
  json(response, 200, ok(null), { "Set-Cookie": cookie });
}

/** A file that the engine exported for this session, as a download. */
async function answerExport(session: WebSession, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const wanted = new URL(request.url ?? "/", "http://host").searchParams.get("file") ?? "";
  const file = await findExport(session, wanted);
  if (file === null) return plain(response, 404, "This window exported no such file.");
  response.writeHead(200, {
    ...safetyHeaders(),
    "Content-Type": "application/octet-stream",
    "Content-Length": file.size,
    "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(file.name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)}`,
    "Cache-Control": "no-store",
  });
  await sendFile(request, response, file.handle);
}

/** The body as text, or null when it is longer than allowed; the rest is not read. */
async function readBody(request: IncomingMessage, limit: number): Promise<string | null> {
  if (Number(request.headers["content-length"] ?? 0) > limit) return null;
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > limit) return null;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

function text(response: ServerResponse, status: number, mediaType: string, body: string): void {
  response
    .writeHead(status, {
      ...safetyHeaders(),
      "Content-Type": mediaType,
      "Content-Length": Buffer.byteLength(body),
      "Cache-Control": "no-store",
    })
    .end(body);
}

function plain(response: ServerResponse, status: number, why: string, headers: Record<string, string> = {}): void {
  const all = { ...safetyHeaders(), "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store", ...headers };
  response.writeHead(status, all).end(`${why}\n`);
}

function json(response: ServerResponse, status: number, value: Result<unknown>, headers: Record<string, string> = {}): void {
  const all = { ...safetyHeaders(), "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" };
  response.writeHead(status, { ...all, ...headers }).end(JSON.stringify(value));
}

/** Pings; two without an answer end the socket, so that a vanished window does not hold a terminal's credit. */
function keepAlive(socket: WebSocket, everyMs: number): void {
  let missed = 0;
  const timer = setInterval(() => {
    missed += 1;
    if (missed > 2) socket.terminate();
    else socket.ping();
  }, everyMs);
  timer.unref();
  socket.on("pong", () => {
    missed = 0;
  });
  socket.on("close", () => clearInterval(timer));
}
