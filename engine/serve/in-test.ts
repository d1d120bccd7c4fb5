// What the transport tests share: a small engine that fails closed, and clients that can say what browsers cannot.
// Owns: test helpers of this folder. Never imported by the product.
import { type IncomingHttpHeaders, type RequestOptions, request } from "node:http";
import { WebSocket } from "ws";
import type { Caller, Engine } from "../engine.ts";
import { type EventName, fail, ok, type PayloadOf, type Result, type TerminalFromEngine } from "../protocol/index.ts";
import type { LocalHost } from "./host.ts";

type Handler = (params: unknown, caller: Caller) => Promise<Result<unknown>> | Result<unknown>;
export type SmallEngine = Engine & {
  calls: { method: string; params: unknown; caller: Caller }[];
  received: unknown[];
  detached: number;
  emit<E extends EventName>(event: E, payload: PayloadOf<E>): void;
  feed(message: TerminalFromEngine): void;
};

/** An engine for transport rules alone: it knows the given methods and one terminal, "run-1/main"; all else throws. */
export function smallEngine(handlers: Record<string, Handler> = {}): SmallEngine {
  const listeners = new Set<(event: never, payload: never) => void>();
  let feed: ((message: TerminalFromEngine) => void) | null = null;
  const engine: SmallEngine = {
    calls: [],
    received: [],
    detached: 0,
    async handle(method, params, caller) {
      engine.calls.push({ method, params, caller });
      const handler = handlers[method];
      if (handler === undefined) throw new Error(`unplanned call of ${method}`);
      return handler(params, caller);
    },
    subscribe(listener) {
      listeners.add(listener as never);
      return () => listeners.delete(listener as never);
    },
    connectTerminal(id, _caller, send) {
      if (id !== "run-1/main") return fail("not-found", `There is no terminal ${id}.`);
      feed = send;
      return ok({
        receive: (message: unknown) => void engine.received.push(message),
        detach: () => {
          engine.detached += 1;
          feed = null;
        },
      });
    },
    follow: { scopeOf: () => null, newsFor: () => null, onRevoked: () => () => {} },
    cannotWrite: () => false,
    isWorking: () => false,
    endShells() {
      throw new Error("unplanned call of endShells");
    },
    close: async () => {},
    emit(event, payload) {
      for (const listener of listeners) listener(event as never, payload as never);
    },
    feed: (message) => feed?.(message),
  };
  return engine;
}

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** One request with the path exactly as given: nothing is normalised on this side. */
export function ask(port: number, path: string, options: RequestOptions & { body?: string } = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, agent: false, ...rest }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString("utf8") }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

export const tokenOf = (link: string): string => new URLSearchParams(new URL(link).hash.slice(1)).get("token") ?? "";

export function trade(host: LocalHost, token: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(host.port, "/api/session", {
    method: "POST",
    headers: { Origin: host.origin, "Content-Type": "application/json", ...headers },
    body: JSON.stringify({ token }),
  });
}

/** Goes in as a browser does and returns the Cookie header. */
export async function enter(host: LocalHost): Promise<string> {
  const answer = await trade(host, tokenOf(host.link()));
  if (answer.status !== 200) throw new Error(`not let in: ${answer.status} ${answer.body}`);
  return (answer.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? "";
}

/** Status of the answer to an upgrade: 101 when it was accepted. The socket is closed again. */
export function upgradeStatus(host: LocalHost, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${host.origin.replace("http", "ws")}${path}`, { headers });
    socket.on("open", () => {
      resolve(101);
      socket.terminate();
    });
    socket.on("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.on("error", () => resolve(0));
  });
}

export type TestSocket = { socket: WebSocket; frames: Record<string, unknown>[]; closed: Promise<{ code: number; reason: string }> };

/** An open socket that keeps what it hears. */
export function openSocket(host: LocalHost, path: string, cookie: string): Promise<TestSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${host.origin.replace("http", "ws")}${path}`, { headers: { Cookie: cookie, Origin: host.origin } });
    const frames: Record<string, unknown>[] = [];
    socket.on("message", (data) => frames.push(JSON.parse(String(data)) as Record<string, unknown>));
    const closed = new Promise<{ code: number; reason: string }>((end) =>
      socket.on("close", (code, reason) => end({ code, reason: String(reason) })),
    );
    socket.on("open", () => resolve({ socket, frames, closed }));
    socket.on("error", reject);
  });
}

/** Polls until `condition` is true; fails after ten seconds with what was waited for. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
