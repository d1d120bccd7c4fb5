import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../engine.ts";
import { ErrorCode, METHODS, type Method } from "../protocol/index.ts";
import { type LocalHost, startLocalHost } from "./host.ts";
import { enter, openSocket, type TestSocket, until } from "./in-test.ts";

let folder: string;
let engine: Engine;
let host: LocalHost;
let window: TestSocket;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hp-methods-"));
  const created = await createEngine({
    home: join(folder, "home"),
    env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: join(folder, "none"), XDG_RUNTIME_DIR: folder },
    builtIn: [],
    host: { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" },
  });
  if (!created.ok) throw new Error(created.error.message);
  engine = created.value;
  const started = await startLocalHost({ engine, root: folder });
  if (!started.ok) throw new Error(started.error.message);
  host = started.value;
  window = await openSocket(host, "/api/socket", await enter(host));
});
afterAll(async () => {
  await host.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

let lastId = 0;
async function call(method: string, params: unknown): Promise<{ ok: boolean; error?: { code: string; message: string } }> {
  lastId += 1;
  const id = lastId;
  window.socket.send(JSON.stringify({ id, method, ...(params === undefined ? {} : { params }) }));
  const answer = () => window.frames.find((frame) => frame["id"] === id);
  await until(`${method} ${JSON.stringify(params)?.slice(0, 100)}`, () => answer() !== undefined);
  return answer()?.["result"] as { ok: boolean; error?: { code: string; message: string } };
}

/** What no method takes: wrong kinds, keys of objects' own machinery, keys that are not in the table, sizes. */
const JUNK: unknown[] = [
  null,
  5,
  "text",
  true,
  [],
  [{}],
  { unexpected: 1 },
  { __proto__x: 1, constructor: { prototype: {} } },
  { run: 5, step: [], log: {}, path: 7, id: null, context: false, folder: [], params: "x" },
  { run: "run-../../etc", step: "", log: "log-x", path: "", id: "../root", context: "", seq: -1, offset: 1.5, limit: 1e9 },
  { path: "\0", folder: "x".repeat(5000) },
];
const TAKES_NOTHING = (Object.keys(METHODS) as Method[]).filter((method) => METHODS[method].params.safeParse({}).success);

/** Where two methods give the same name to different things. */
const OWN: Partial<Record<Method, Record<string, unknown>>> = {
  "launch.advance": { to: "cut-over" },
  "launch.breakGlass": { kind: "outside-window" },
  "launch.propose": { outcome: "no-go" },
  "item.evidence": { kind: "text" },
  "launch.artefact": { id: "A9" },
  "run.value": { value: "1" },
  "run.walked": { outcome: "passed", value: "1" },
  "run.rollback": { kind: "run" },
  "playback.seek": { at: 0 },
  "run.manual": { outcome: "passed", performedBy: "somebody", place: "a console", claimedAt: "2026-01-01T00:00:00.000Z" },
};

describe("every method, over the real engine and the real socket", () => {
  it.each(Object.keys(METHODS) as Method[])("%s rejects malformed input with a code and a word", async (method) => {
    for (const junk of JUNK) {
      // Null and nothing stand for no params, which some methods rightly take.
      if (junk === null && TAKES_NOTHING.includes(method)) continue;
      const result = await call(method, junk);
      expect(result.ok, `${method} took ${JSON.stringify(junk).slice(0, 100)}`).toBe(false);
      expect(result.error?.code).toBe("invalid-params");
      expect(result.error?.message.length).toBeGreaterThan(10);
    }
  });

  it.each(Object.keys(METHODS) as Method[])("%s answers what is well-formed but about nothing with a code of the table", async (method) => {
    const nothing: Record<string, unknown> = {
      run: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      step: "none",
      log: "log-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      path: "/nonexistent/x.md",
      folder: "/nonexistent",
      context: "none",
      cluster: "main",
      class: "sandbox",
      block: 0,
      check: 0,
      seq: 1,
      offset: 0,
      limit: 10,
      filter: {},
      format: "csv",
      outcome: "accepted",
      reason: "because",
      typed: "x",
      mode: "live",
      contexts: {},
      params: {},
      placeholders: {},
      id: "nobody",
      password: "long enough for it",
      ownPassword: "long enough for it",
      newPassword: "another, long enough",
      second: { id: "nobody-else", password: "long enough for it" },
      to: "nobody-else",
      roles: ["operator"],
      until: "2100-01-01T00:00:00.000Z",
      launch: "launch-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      facts: { name: "x" },
      checklist: "/nonexistent/x.md",
      change: {},
      role: "lead",
      operator: "nobody",
      risk: { risk: "x", likelihood: "low", impact: "low", controls: "", owner: "", status: "open" },
      purpose: "",
      text: "x",
      kind: "note",
      title: "x",
      name: "x",
      mediaType: "text/plain",
      base64: "eA==",
      decision: "none",
      index: 0,
      note: "x",
      items: ["none"],
      item: "none",
      state: "done",
      a: "run-01ARZ3NDEKTSV4RRFFQ69G5FAV",
      b: "run-01ARZ3NDEKTSV4RRFFQ69G5FAW",
      subject: { kind: "category", id: "none" },
      meaning: "approved",
      ticket: "none",
      bundle: "none",
      signature: "none",
      window: "w",
      link: "none",
      go: "restart",
      byMinutes: null,
      audience: "none",
      url: "https://nowhere.example/hook",
      ok: true,
      values: [],
      playback: "none",
      next: 0,
      nextAt: 0,
      ...OWN[method],
    };
    const schema = METHODS[method].params as unknown as { shape: Record<string, unknown> };
    const params = Object.fromEntries(Object.entries(nothing).filter(([key]) => key in schema.shape));
    if (!METHODS[method].params.safeParse(params).success)
      return expect(["settings.set", "people.createFirst", "people.enrol", "library.trust", "host.pick"]).toContain(method);
    const result = await call(method, params);
    if (result.ok) return;
    expect(ErrorCode.safeParse(result.error?.code).success).toBe(true);
    expect(result.error?.code).not.toBe("internal");
  });
});
