// An HTTP server in place of an API server, for tests of answers that the real one does not give.
// Owns: planned answers by method and path. An unplanned request fails the test that made it.
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Connection } from "./connection.ts";
import type { OneContext, User } from "./resolve.ts";

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };
export type FakeApi = {
  url: string;
  requests: string[];
  unplanned: string[];
  plan(routes: Record<string, Reply>): void;
  close(): Promise<void>;
};

export const KUBE_SYSTEM = "GET /api/v1/namespaces/kube-system";
export const REVIEW_V1 = "POST /apis/authentication.k8s.io/v1/selfsubjectreviews";
export const REVIEW_BETA = "POST /apis/authentication.k8s.io/v1beta1/selfsubjectreviews";
export const TOKEN_REVIEW = "POST /apis/authentication.k8s.io/v1/tokenreviews";
export const NOT_FOUND: Reply = { status: 404, body: { kind: "Status", code: 404 } };
export const namespaceWith = (uid: string): Reply => ({ status: 200, body: { metadata: { uid } } });

export async function openFakeApi(): Promise<FakeApi> {
  let routes: Record<string, Reply> = {};
  const requests: string[] = [];
  const unplanned: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const key = `${request.method} ${request.url}`;
    requests.push(key);
    const reply = routes[key];
    if (reply === undefined) unplanned.push(key);
    request.resume();
    request.on("end", () => {
      response.writeHead(reply?.status ?? 500, { "content-type": "application/json", ...reply?.headers });
      response.end(typeof reply?.body === "string" ? reply.body : JSON.stringify(reply?.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    unplanned,
    plan: (planned) => {
      routes = planned;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export const oneContext = (server: string, user: User = { token: "a-token" }): OneContext => ({
  apiVersion: "v1",
  kind: "Config",
  clusters: [{ name: "c", cluster: { server } }],
  users: [{ name: "u", user }],
  contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "core" } }],
  "current-context": "x",
});

export const connectionTo = (server: string, user?: User): Connection => new Connection(oneContext(server, user), {});
