// What the real server gives too seldom to wait for: a forgotten place, lists in pieces, a server that ends each watch at once.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { WatchedObject } from "../protocol/index.ts";
import { connectionTo } from "./fake-api.ts";
import { type ClusterWatch, watchNamespaces } from "./watch.ts";

const deployment = (name: string, version: number) => ({
  metadata: { name, uid: `uid-${name}`, namespace: "core", resourceVersion: String(version) },
  spec: { replicas: 0, template: { spec: { containers: [{ name: "a", image: `x:${version}` }] } } },
});
const line = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** Plays the deployments of a server; every other kind is empty and its watches stay open. */
async function play(deployments: (query: URLSearchParams, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    response.writeHead(200, { "content-type": "application/json" });
    if (url.pathname.endsWith("/deployments")) {
      asked.push(url.search);
      deployments(url.searchParams, response);
    } else if (url.searchParams.get("watch") === null) response.end(JSON.stringify({ metadata: { resourceVersion: "1" }, items: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  let objects: WatchedObject[] = [];
  const states: string[] = [];
  const watch: ClusterWatch = watchNamespaces(
    connectionTo(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    "core",
    (now, state) => {
      objects = now;
      states.push(state);
    },
  );
  endings.push(() => {
    watch.stop();
    server.closeAllConnections();
    server.close();
  });
  const until = async (is: () => boolean) => {
    for (let tries = 0; tries < 300 && !is(); tries += 1) await pause(50);
    expect(is()).toBe(true);
  };
  return { asked, states, objects: () => objects, until };
}
const isWatch = (query: URLSearchParams) => query.get("watch") === "true";

describe("a watch", () => {
  it("goes on from the last bookmark, and takes the list anew when that place is gone, without calling it a loss", async () => {
    let lists = 0;
    const seen = await play((query, response) => {
      if (!isWatch(query)) {
        lists += 1;
        response.end(JSON.stringify({ metadata: { resourceVersion: String(lists * 100) }, items: [deployment(`d${lists}`, lists)] }));
      } else if (query.get("resourceVersion") === "100") response.end(line("BOOKMARK", { metadata: { resourceVersion: "150" } }));
      else if (query.get("resourceVersion") === "150") response.end(line("ERROR", { code: 410, reason: "Expired" }));
    });
    await seen.until(() => seen.objects().some(({ name }) => name === "d2"));
    const places = seen.asked.map((query) => new URLSearchParams(query).get("resourceVersion") ?? "list");
    expect(places).toEqual(["list", "100", "150", "list", "200"]);
    expect(seen.objects().map(({ name }) => name)).toEqual(["d2"]);
    expect(seen.states).not.toContain("lost");
  });

  it("puts a list in pieces together, and is not ahead of its last piece", async () => {
    const seen = await play((query, response) => {
      const at = query.get("continue");
      if (isWatch(query)) return;
      const metadata = at === null ? { resourceVersion: "7", continue: "more" } : { resourceVersion: "7" };
      response.end(JSON.stringify({ metadata, items: [deployment(at === null ? "one" : "two", 7)] }));
    });
    await seen.until(() => seen.objects().length === 2);
    expect(seen.asked.slice(0, 2)).toEqual(["?limit=500", "?limit=500&continue=more"]);
  });

  it("does not pester a server that ends every watch at once", async () => {
    const seen = await play((query, response) => {
      response.end(isWatch(query) ? "" : JSON.stringify({ metadata: { resourceVersion: "7" }, items: [] }));
    });
    const begun = performance.now();
    await seen.until(() => seen.asked.length >= 4);
    // 500 and 1,000 ms lie between three watches: a lower bound, which a slow machine only raises.
    expect(performance.now() - begun).toBeGreaterThan(1_000);
  });

  it("says lost when a watch is cut, and shows what changed meanwhile when it is back", async () => {
    let lists = 0;
    const seen = await play((query, response) => {
      if (isWatch(query)) {
        if (lists === 1) setTimeout(() => response.destroy(), 200);
        return;
      }
      lists += 1;
      response.end(JSON.stringify({ metadata: { resourceVersion: String(lists) }, items: [deployment(`d${lists}`, lists)] }));
    });
    await seen.until(() => seen.objects().some(({ name }) => name === "d2"));
    expect(seen.states).toContain("lost");
    expect(seen.states.at(-1)).toBe("live");
  });
});
