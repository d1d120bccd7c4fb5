import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensurePackages } from "../provision/index.ts";
import { SERVICE_PACKAGES, serviceFolder, startAlertmanager, startMetrics, startPostgres, startRedis } from "./index.ts";

let dir = "";
beforeAll(async () => {
  const { missing } = await ensurePackages(SERVICE_PACKAGES);
  if (missing.length > 0) throw new Error(missing.map(({ name, why }) => `${name}: ${why}`).join("\n"));
  dir = serviceFolder();
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it("starts a PostgreSQL that asks for its password and archives its log", async () => {
  const postgres = await startPostgres({ dir: join(dir, "postgres") });
  try {
    expect(await postgres.sql("select 6 * 7")).toBe("42");
    expect(await postgres.sql("show archive_mode")).toBe("on");
    await expect(askWith("wrong", postgres.port)).rejects.toThrow(/password authentication failed/);
  } finally {
    await postgres.stop();
  }
  await expect(postgres.sql("select 1")).rejects.toThrow(/refused/);
});

function askWith(password: string, port: number): Promise<void> {
  const args = ["-h", "127.0.0.1", "-p", String(port), "-U", "app", "-d", "postgres", "-c", "select 1"];
  const env = { ...process.env, PGPASSWORD: password };
  return new Promise((resolve, reject) => {
    execFile("psql", args, { env }, (error) => (error ? reject(error) : resolve()));
  });
}

it("starts a Redis with a replica that follows it, and starts it again with what it had", async () => {
  const first = await startRedis({ dir: join(dir, "first") });
  const second = await startRedis({ dir: join(dir, "second"), of: first });
  try {
    await first.ask("SET", "a", "1");
    expect(await first.ask("WAIT", "1", "5000")).toBe("1");
    expect(await second.ask("GET", "a")).toBe("1");
    await first.stop();
    await expect(first.ask("PING")).rejects.toThrow();
    await first.start();
    expect(await first.ask("GET", "a")).toBe("1");
  } finally {
    await second.stop();
    await first.stop();
  }
});

it("answers a query as Prometheus does: a figure, an empty result, or nothing at all", async () => {
  const metrics = await startMetrics({ errors: 0.12 });
  const ask = async (query: string) => await fetch(`${metrics.url}/api/v1/query?query=${query}`);
  try {
    expect(await (await ask("errors")).json()).toMatchObject({ data: { result: [{ value: [expect.any(Number), "0.12"] }] } });
    metrics.set("errors", null);
    expect(await (await ask("errors")).json()).toMatchObject({ status: "success", data: { result: [] } });
    metrics.isDown = true;
    expect((await ask("errors")).status).toBe(503);
    expect(metrics.asked).toEqual(["errors", "errors"]);
  } finally {
    await metrics.stop();
  }
});

it("starts an Alertmanager that takes a silence and listens on loopback alone", async () => {
  const alertmanager = await startAlertmanager({ dir: join(dir, "alertmanager") });
  try {
    const body = {
      matchers: [{ name: "service", value: "api", isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 60_000).toISOString(),
      createdBy: "test",
      comment: "a test",
    };
    const made = await fetch(`${alertmanager.url}/api/v2/silences`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(made.status).toBe(200);
    expect(await alertmanager.silences()).toMatchObject([{ comment: "a test", status: { state: "active" } }]);
  } finally {
    await alertmanager.stop();
  }
});
