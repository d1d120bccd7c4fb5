// A pipeline and a channel that answer over HTTP as GitHub Actions and a chat's incoming webhook do, with a state that the test sets and reads.
// Owns: the HTTP listener. Nothing is deployed and nobody reads the messages.
import { createServer, type IncomingMessage } from "node:http";

export type Pipeline = {
  /** For a procedure's CI parameter. */
  url: string;
  /** For a procedure's WEBHOOK parameter. */
  webhook: string;
  repository: string;
  workflow: string;
  token: string;
  state: "active" | "disabled_manually";
  /** Runs under way when asked; each question takes one away, as time does. */
  underWay: number;
  /** Texts that arrived in the channel. */
  said: string[];
  stop(): Promise<void>;
};

export async function startPipeline(): Promise<Pipeline> {
  const repository = "example/api";
  const workflow = "deploy-production.yml";
  const own = `/repos/${repository}/actions/workflows/${workflow}`;
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1");
    const say = (status: number, body?: unknown) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(body === undefined ? "" : JSON.stringify(body));
    };
    if (pathname === "/hook" && request.method === "POST") {
      pipeline.said.push((JSON.parse(await bodyOf(request)) as { text: string }).text);
      return say(200);
    }
    if (request.headers.authorization !== `Bearer ${pipeline.token}`) return say(401, { message: "Bad credentials" });
    // GitHub's REST interface: a workflow is disabled and enabled by PUT with 204, and read with its state.
    if (request.method === "PUT" && (pathname === `${own}/disable` || pathname === `${own}/enable`)) {
      pipeline.state = pathname.endsWith("disable") ? "disabled_manually" : "active";
      return say(204);
    }
    if (request.method === "GET" && pathname === own)
      return say(200, { id: 1, path: `.github/workflows/${workflow}`, state: pipeline.state });
    if (request.method === "GET" && pathname === `${own}/runs` && searchParams.get("status") === "in_progress") {
      const count = pipeline.underWay;
      pipeline.underWay = Math.max(0, count - 1);
      return say(200, { total_count: count, workflow_runs: [] });
    }
    say(404, { message: "Not Found" });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a listening TCP server has no port");
  const url = `http://127.0.0.1:${address.port}`;
  const pipeline: Pipeline = {
    url,
    webhook: `${url}/hook`,
    repository,
    workflow,
    token: "pipeline-test-token",
    state: "active",
    underWay: 0,
    said: [],
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return pipeline;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
