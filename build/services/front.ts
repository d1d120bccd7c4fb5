// The address that users call and the services behind it: a front door that passes requests on, and answers that say which site they come from.
// Owns: the HTTP listeners. The front door is led elsewhere as a Caddy is: PATCH /id/api/dial on its admin address.
import { request as ask, createServer, type RequestListener, type Server } from "node:http";

export type Front = {
  /** What users call. */
  url: string;
  /** For a procedure's FRONT parameter. */
  admin: string;
  /** host:port of the site it passes requests on to. */
  upstream: string;
  stop(): Promise<void>;
};
export type Site = { /** host:port */ address: string; stop(): Promise<void> };

/** A service that answers every request with `says`. */
export async function startSite(says: string): Promise<Site> {
  const { server, address } = await listen((_request, response) => void response.end(says));
  return { address, stop: () => close(server) };
}

/** Passes requests on to `upstream`; 502 where nobody is there. */
export async function startFront(upstream: string): Promise<Front> {
  const door = await listen((request, response) => {
    const onward = ask(`http://${front.upstream}${request.url}`, { method: request.method ?? "GET" }, (answer) => {
      response.writeHead(answer.statusCode ?? 502);
      answer.pipe(response);
    });
    onward.on("error", () => response.headersSent || response.writeHead(502).end());
    request.pipe(onward);
  });
  const admin = await listen((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      // Caddy's interface: PATCH replaces the value at a path, `/id/NAME` leads to the object that carries the @id, and a dial is JSON text.
      if (request.method !== "PATCH" || request.url !== "/id/api/dial") return void response.writeHead(404).end();
      front.upstream = String(JSON.parse(body));
      response.writeHead(200).end();
    });
  });
  const front: Front = {
    url: `http://${door.address}/version`,
    admin: `http://${admin.address}`,
    upstream,
    stop: async () => void (await Promise.all([close(door.server), close(admin.server)])),
  };
  return front;
}

async function listen(answer: RequestListener): Promise<{ server: Server; address: string }> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("a listening TCP server has no port");
  return { server, address: `127.0.0.1:${bound.port}` };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
