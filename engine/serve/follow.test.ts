// Whoever follows by a link: sees each event of the run in order, and can do nothing. Real engine, real sockets.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Caller, createEngine, type Engine } from "../engine.ts";
import { METHODS, type Method, type ParamsOf, type ResultOf, type RunHeader } from "../protocol/index.ts";
import { type LocalHost, startLocalHost } from "./host.ts";
import { ask, enter, openSocket, type TestSocket, until, upgradeStatus } from "./in-test.ts";

let folder: string;
let engine: Engine;
let host: LocalHost;
let run: RunHeader;
let other: RunHeader;
const heard: string[] = [];
const operator: Caller = { id: "operator", door: "window", isReadOnly: false };

async function call<M extends Method>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
  const result = await engine.handle(method, params, operator);
  if (!result.ok) throw new Error(`${method}: ${result.error.message}`);
  return result.value as ResultOf<M>;
}
const text = (title: string) =>
  `---\ntitle: ${title}\n---\n\n${["a", "b", "c"].map((id) => `## ${id}\n\n<!-- step: {id: ${id}} -->\n\n\`\`\`bash\necho ${id}\n\`\`\`\n`).join("\n")}`;
const trade = (token: string) =>
  ask(host.port, "/api/follow", {
    method: "POST",
    headers: { Origin: host.origin, "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
async function follow(token: string): Promise<{ cookie: string; window: TestSocket }> {
  const answer = await trade(token);
  expect(answer.status).toBe(200);
  const set = answer.headers["set-cookie"]?.[0] ?? "";
  expect(set).toContain("HttpOnly");
  expect(set).toContain("SameSite=Strict");
  const cookie = set.split(";")[0] ?? "";
  return { cookie, window: await openSocket(host, "/api/follow/socket", cookie) };
}
let lastId = 0;
async function say(window: TestSocket, method: string, params: unknown): Promise<{ ok: boolean; value?: never; error?: { code: string } }> {
  const id = ++lastId;
  window.socket.send(JSON.stringify({ id, method, params }));
  await until(`${method}`, () => window.frames.some((frame) => frame["id"] === id));
  return window.frames.find((frame) => frame["id"] === id)?.["result"] as { ok: boolean };
}
const changes = ({ frames }: TestSocket) =>
  frames.filter((frame) => frame["event"] === "run.changed").map((frame) => frame["payload"] as { header: RunHeader; seq: number });
const events = (window: TestSocket) => changes(window).map(({ header }) => header.events);
async function toEnd(step: string): Promise<void> {
  await call("run.step", { run: run.run, step: step as never });
  for (;;) {
    const { view } = await call("run.get", { run: run.run });
    if (view.steps.find((one) => one.id === step)?.status === "done") return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function openEngine(): Promise<void> {
  const created = await createEngine({
    home: join(folder, "home"),
    env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: join(folder, "none"), XDG_RUNTIME_DIR: folder },
    builtIn: [],
    host: { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" },
  });
  if (!created.ok) throw new Error(created.error.message);
  engine = created.value;
}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hp-follow-"));
  const books = join(folder, "books");
  mkdirSync(books);
  writeFileSync(join(books, "one.md"), text("One"));
  writeFileSync(join(books, "two.md"), text("Two"));
  await openEngine();
  const started = await startLocalHost({ engine, root: folder, report: (line) => heard.push(line) });
  if (!started.ok) throw new Error(started.error.message);
  host = started.value;
  await call("people.createFirst", { id: "dana" as never, name: "Dana", password: "correct horse battery" });
  await call("library.openFolder", { path: books });
  await call("library.trust", { folder: books, trusted: true });
  const start = async (name: string) =>
    (await call("run.start", { path: join(books, name), mode: "live", contexts: {}, params: {}, placeholders: {} })).header;
  run = await start("one.md");
  other = await start("two.md");
}, 60_000);
afterAll(async () => {
  await host.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
});

it("shows many browsers one run, in order and whole, until it is revoked; then none", { timeout: 60_000 }, async () => {
  const { link, token } = await call("follow.make", { run: run.run, name: "War room" });
  const first = await follow(token);
  const second = await follow(token);
  const snapshot = (await say(first.window, "app.snapshot", {})) as { value?: Record<string, unknown> };
  expect(snapshot.value).toMatchObject({
    following: { name: "War room", run: run.run },
    session: null,
    logs: [],
    contexts: [],
    folders: [],
    home: "",
    host: { isReadOnly: true },
  });
  await toEnd("a");
  await toEnd("b");
  const { header } = (await call("run.get", { run: run.run })).view;
  for (const { window } of [first, second]) {
    await until("the last event", () => events(window).at(-1) === header.events);
    const seen = changes(window);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, at) => seen[0]!.seq + at));
    expect(events(window)).toEqual([...events(window)].sort((a, b) => a - b));
    expect(seen.every((one) => one.header.run === run.run)).toBe(true);
  }
  await call("run.hold", { run: other.run, reason: "not for them" });
  await toEnd("c");
  await until("the end of c", () => changes(first.window).some((one) => one.header.nextAction.kind === "finish"));
  expect(first.window.frames.filter((frame) => JSON.stringify(frame).includes(other.run))).toEqual([]);
  expect(first.window.frames.filter((frame) => frame["event"] === "record.appended")).toEqual([]);

  await call("follow.revoke", { link: link.id });
  expect((await first.window.closed).code).toBe(4003);
  expect((await second.window.closed).code).toBe(4003);
  const headers = { Cookie: first.cookie, Origin: host.origin };
  expect(await upgradeStatus(host, "/api/follow/socket", headers)).toBe(401);
  expect((await trade(token)).status).toBe(403);
  expect((await call("follow.list", {})).find((one) => one.id === link.id)).toMatchObject({ revokedBy: "Dana" });
});

it("answers every method but the few that look with a refusal of the engine itself", { timeout: 60_000 }, async () => {
  const { token } = await call("follow.make", { run: run.run, name: "Board" });
  const { window, cookie } = await follow(token);
  const { link } = ((await say(window, "app.snapshot", {})) as unknown as { value: { following: { link: string } } }).value.following;
  const allowed = ["app.snapshot", "run.get", "run.plan", "run.look", "terminal.list", "cluster.watch"];
  const caller: Caller = { id: "x", door: "follow", isReadOnly: true, follow: { link, run: run.run, launch: null } };
  for (const method of Object.keys(METHODS) as Method[]) {
    if (allowed.includes(method)) continue;
    const params = sample(method);
    if (params === null) continue;
    const direct = await engine.handle(method, params, caller);
    expect([method, direct.ok ? "" : direct.error.code]).toEqual([method, "read-only"]);
  }
  for (const method of ["run.step", "run.hold", "people.signIn", "people.createFirst", "follow.make", "record.events", "launch.get"])
    expect([method, (await say(window, method, { run: run.run })).ok]).toEqual([method, false]);
  // The run of the link and no other, and nothing without a link at all.
  expect(await say(window, "run.get", { run: run.run })).toMatchObject({ ok: true });
  expect(await say(window, "run.get", { run: other.run })).toMatchObject({ ok: false, error: { code: "forbidden" } });
  expect(await engine.handle("run.get", { run: run.run }, { id: "x", door: "follow", isReadOnly: true })).toMatchObject({
    error: { code: "forbidden" },
  });
  // Its cookie opens neither the window's own socket nor its page, and the window's cookie no link's.
  const headers = { Cookie: cookie, Origin: host.origin };
  expect(await upgradeStatus(host, "/api/socket", headers)).toBe(401);
  expect((await ask(host.port, "/", { headers: { Cookie: cookie } })).status).toBe(401);
  expect(await upgradeStatus(host, "/api/follow/socket", { Cookie: await enter(host), Origin: host.origin })).toBe(401);
});

it("shows a terminal and takes nothing typed into it", { timeout: 60_000 }, async () => {
  const { token } = await call("follow.make", { run: run.run, name: "Terminal" });
  const { cookie } = await follow(token);
  const [shell] = await call("terminal.list", { run: run.run });
  const terminal = await openSocket(host, `/api/follow/terminal/${encodeURIComponent(shell!.id)}`, cookie);
  await until("its screen", () => terminal.frames.length > 0);
  for (const message of [
    { type: "input", data: "echo typed-by-a-follower\n" },
    { type: "resize", cols: 10, rows: 3 },
  ])
    terminal.socket.send(JSON.stringify(message));
  const own = await openSocket(host, `/api/terminal/${encodeURIComponent(shell!.id)}`, await enter(host));
  await call("run.retry", { run: run.run, step: "a" as never, reason: "look" });
  // The end of the step comes after what was typed: it arrives, and nothing of the other does.
  const ends = ({ frames }: TestSocket) =>
    frames
      .map((frame) => String(frame["data"]))
      .join("")
      .split("── exit 0").length - 1;
  await until("the step's end", () => ends(terminal) >= 4);
  expect(JSON.stringify([...terminal.frames, ...own.frames])).not.toContain("typed-by-a-follower");
});

it("says who looks, counts a link's windows, and forgets them when they close", { timeout: 60_000 }, async () => {
  const { token } = await call("follow.make", { run: run.run, name: "Big screen" });
  const [first, second] = [await follow(token), await follow(token)];
  await call("run.look", { run: run.run, window: "w" });
  await say(first.window, "run.look", { run: run.run, window: "a" });
  const looked = await say(second.window, "run.look", { run: run.run, window: "b" });
  expect(looked.value).toEqual([
    { id: "dana", name: "Dana", follows: false, count: 1 },
    { id: "", name: "Big screen", follows: true, count: 2 },
  ]);
  first.window.socket.close();
  const counts = () =>
    second.window.frames.filter((frame) => frame["event"] === "run.lookers").map((frame) => JSON.stringify(frame["payload"]));
  await until("one of them gone", () => counts().at(-1)?.includes('"Big screen","follows":true,"count":1') === true);
});

it("keeps a token nowhere, neither in the record nor in what the host says, and knows it again after a restart by its hash", {
  timeout: 60_000,
}, async () => {
  const { token } = await call("follow.make", { run: run.run, name: "Kept" });
  await trade(`${token}x`);
  await follow(token);
  for (const name of readdirSync(join(folder, "home"), { recursive: true, withFileTypes: true }))
    if (name.isFile()) expect([name.name, readFileSync(join(name.parentPath, name.name)).includes(token)]).toEqual([name.name, false]);
  expect(heard.join("\n")).not.toContain(token);
  const made = (await call("follow.list", {})).find((one) => one.name === "Kept");
  expect(made).toMatchObject({ by: "Dana", revokedAt: null });
  await engine.close();
  await openEngine();
  expect(engine.follow.scopeOf(token)).toMatchObject({ link: made!.id, run: run.run });
  expect(engine.follow.scopeOf(`${token}x`)).toBeNull();
});

/** Parameters that the method takes, where a plain guess fits; null where it does not. */
function sample(method: Method): unknown {
  const guess: Record<string, unknown> = {
    ...{ run: run.run, step: "a", block: 0, check: 0, reason: "x", typed: "x", title: "x", text: "x", kind: "note", to: "dana", name: "x" },
    ...{ id: "dana", password: "correct horse battery", path: "/x", folder: "/x", trusted: true, log: run.log, seq: 1, link: "x" },
    ...{ launch: "launch-01ARZ3NDEKTSV4RRFFQ69G5FAV", mode: "live", contexts: {}, params: {}, placeholders: {}, outcome: "accepted" },
    ...{ context: "x", cluster: "main", class: "sandbox", filter: {}, offset: 0, limit: 1, format: "csv", go: "restart" },
  };
  const { shape } = METHODS[method].params as unknown as { shape: Record<string, unknown> };
  const given = Object.fromEntries(Object.entries(guess).filter(([key]) => key in shape));
  return METHODS[method].params.safeParse(given).success ? given : null;
}
