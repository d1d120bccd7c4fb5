// A service that answers instant queries as Prometheus does, with figures that the test sets.
// Owns: the HTTP listener. Nothing is measured: what a gate does with a figure is tested, not where the figure comes from.
import { createServer } from "node:http";

export type Metrics = {
  /** For a procedure's PROMETHEUS parameter. */
  url: string;
  /**
   * Sets the answer to the query of exactly this text, or what it is when asked for the nth time from now on, counted from 1; null takes it
   * away, and the query then has an empty result.
   */
  set(query: string, value: number | null | ((nth: number) => number)): void;
  /** Queries asked so far, in order. */
  asked: string[];
  /** While true every query is answered with 503. */
  isDown: boolean;
  stop(): Promise<void>;
};

export async function startMetrics(first: Record<string, number> = {}): Promise<Metrics> {
  const values = new Map<string, number | (() => number)>(Object.entries(first));
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const query = searchParams.get("query");
    if (metrics.isDown || pathname !== "/api/v1/query" || query === null) {
      response.writeHead(metrics.isDown ? 503 : 404).end();
      return;
    }
    metrics.asked.push(query);
    const answer = values.get(query);
    const value = typeof answer === "function" ? answer() : answer;
    // The shape of Prometheus' HTTP API: a vector of one sample, its value as text; no series is an empty vector, not an error.
    const result = value === undefined ? [] : [{ metric: {}, value: [Date.now() / 1000, String(value)] }];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has no port");
  const metrics: Metrics = {
    url: `http://127.0.0.1:${address.port}`,
    asked: [],
    isDown: false,
    set(query, value) {
      let nth = 0;
      const counted = (of: (nth: number) => number) => () => {
        nth += 1;
        return of(nth);
      };
      if (value === null) values.delete(query);
      else values.set(query, typeof value === "function" ? counted(value) : value);
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return metrics;
}
