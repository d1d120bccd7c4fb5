import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, COMMAND_LINE, FOLLOWER, openBench, runbookOf, WINDOW } from "./engine/testing.ts";
import { createEngine } from "./engine.ts";
import { EVENTS, METHODS, type Method } from "./protocol/index.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.remove());

const TWO = runbookOf({ first: "echo one; export KEPT=yes; cd /", second: 'echo "two $KEPT $PWD"' });

it("loads and starts in plain Node, with no Electron and no window to be had", () => {
  const home = mkdtempSync(join(tmpdir(), "hp-plain-"));
  const script = `
    import { registerHooks } from "node:module";
    registerHooks({ resolve(name, context, next) {
      if (name === "electron" || name.startsWith("electron/")) throw new Error("electron was asked for");
      return next(name, context);
    } });
    if ("window" in globalThis || "document" in globalThis) throw new Error("there is a window");
    const { createEngine } = await import(${JSON.stringify(join(import.meta.dirname, "engine.ts"))});
    const host = { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" };
    const made = await createEngine({ home: ${JSON.stringify(home)}, builtIn: [], host });
    if (!made.ok) throw new Error(made.error.message);
    const answer = await made.value.handle("app.snapshot", {}, { id: "x", door: "window", isReadOnly: false });
    console.log(answer.ok);
    await made.value.close();
  `;
  const result = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  rmSync(home, { recursive: true, force: true });
  expect(result.stderr).toBe("");
  expect(result.stdout.trim()).toBe("true");
});

it("runs a two-step runbook in bash, with variables and directory carried over, and all of it on record", async () => {
  const run = await bench.start(TWO);
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-step", step: "first", button: "Run step" });
  expect(await run.runStep("first")).toMatchObject({ verdict: "passed", attempt: 1 });
  expect(await run.runStep("second")).toMatchObject({ verdict: "passed" });
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "finish" });
  const done = await bench.call("run.finish", { run: run.run });
  expect([done.status, done.result]).toEqual(["finished", "passed"]);

  const types = (await run.events()).map((event) => event.body.type);
  expect(types.slice(0, 2)).toEqual(["run.started", "preflight.finished"]);
  for (const id of ["first", "second"]) {
    const own = (await run.events()).filter((event) => event.body.subject.step === id).map((event) => event.body.type);
    expect(own).toEqual(["step.started", "block.started", "block.ended", "step.ended"]);
  }
  expect(types.at(-1)).toBe("run.finished");
  const [, second] = await run.events("block.ended");
  const cast = await bench.call("record.recording", { log: done.log, seq: second!.body.seq });
  expect(cast.cast).toContain("two yes /");
  expect(cast.hashMatches).toBe(true);
  expect((await bench.call("record.verify", {})).verdict).not.toBe("NOT VERIFIED");
});

it("answers malformed input of every method with a code, and never throws", async () => {
  const garbage: unknown[] = [
    null,
    undefined,
    7,
    "text",
    [],
    { surprise: 1 },
    { run: "../../etc", step: "" },
    { path: "" },
    { change: { theme: 5 } },
  ];
  for (const method of Object.keys(METHODS) as Method[])
    for (const params of garbage) {
      const takesNothing = METHODS[method].params.safeParse(params ?? {}).success;
      if (takesNothing) continue;
      for (const caller of [WINDOW, COMMAND_LINE, FOLLOWER]) {
        const answer = await bench.engine.handle(method, params, caller);
        expect([method, answer.ok ? "ok" : answer.error.code]).toEqual([method, "invalid-params"]);
      }
    }
});

it("refuses half a character before anything is done with it", async () => {
  const run = await bench.start(TWO);
  const answer = await bench.ask("run.hold", { run: run.run, reason: "wait \ud83d" });
  expect(answer.ok ? "ok" : answer.error.code).toBe("invalid-params");
  expect((await run.view()).header.status).toBe("active");
  await bench.call("run.abort", { run: run.run, reason: "done 🙂" });
});

it("has no method that is not in the table, however it is spelt", async () => {
  for (const method of ["", "run", "run.stepp", "__proto__", "constructor", "toString", "hasOwnProperty"]) {
    const answer = await bench.engine.handle(method, {}, WINDOW);
    expect(answer.ok ? "ok" : answer.error.code).toBe("unknown-method");
  }
});

it("gives results and events that are what the protocol says", async () => {
  const run = await bench.start(TWO);
  await run.runStep("first");
  await bench.call("run.hold", { run: run.run, reason: "look" });
  for (const [method, params] of [
    ["app.snapshot", {}],
    ["run.get", { run: run.run }],
    ["record.logs", {}],
    ["terminal.list", { run: run.run }],
    ["cluster.contexts", {}],
    ["library.rescan", {}],
  ] as const) {
    const parsed = METHODS[method].result.safeParse(await bench.call(method, params as never));
    expect([method, parsed.error?.issues ?? []]).toEqual([method, []]);
  }
  const { log } = (await run.view()).header;
  const page = await bench.call("record.events", { log, filter: { type: "block" }, offset: 0, limit: 10 });
  expect(page.rows.map((row) => row.type)).toEqual(["block.started", "block.ended"]);
  await bench.call("run.abort", { run: run.run, reason: "enough" });
  await expect.poll(() => bench.news.length).toBeGreaterThan(0);
  for (const { event, payload } of bench.news) expect(EVENTS[event as keyof typeof EVENTS].safeParse(payload).error).toBeUndefined();
});

it("numbers the news of a run without gaps, and the last one is how it stands", async () => {
  const run = await bench.start(TWO);
  await bench.call("run.on", { run: run.run });
  const header = await run.until("the end", (one) => one.nextAction.kind === "finish" && !one.runningOn);
  type Changed = { header: { run: string; events: number; nextAction: { kind: string } }; seq: number };
  const mine = () =>
    bench.news
      .filter((one) => one.event === "run.changed")
      .map((one) => one.payload as Changed)
      .filter((one) => one.header.run === run.run);
  await expect.poll(() => mine().at(-1)?.header.events).toBe(header.events);
  expect(mine().map((one) => one.seq)).toEqual(mine().map((_, index) => index + 1));
  const counts = mine().map((one) => one.header.events);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
});

it("refuses a second engine on the same data directory, and opens it once the first has closed", async () => {
  const second = await createEngine({
    home: bench.home,
    builtIn: [],
    host: { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" },
  });
  expect(second.ok ? "ok" : second.error.code).toBe("busy");
  const other = await openBench();
  await other.close();
  const again = await openBench({ home: other.home });
  expect((await again.call("app.snapshot", {})).hasOperators).toBe(true);
  await again.remove();
});

it("refuses a follower everything that changes something, and a file in no opened folder", async () => {
  const run = await bench.start(TWO);
  for (const [method, params] of [
    ["run.step", { run: run.run, step: "first" }],
    ["run.hold", { run: run.run, reason: "x" }],
    ["people.lock", {}],
    ["settings.set", { change: { theme: "light" } }],
    ["record.export", { log: (await run.view()).header.log, format: "json" }],
    ["document.open", { path: "/etc/hostname.md" }],
    ["document.findings", { path: "/etc/hostname.md" }],
  ] as const) {
    const answer = await bench.ask(method, params as never, FOLLOWER);
    expect([method, answer.ok ? "ok" : answer.error.code]).toEqual([method, "read-only"]);
  }
  expect((await bench.ask("run.get", { run: run.run }, FOLLOWER)).ok).toBe(true);
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("stops a locked window from everything but signing in, while the step goes on", async () => {
  const run = await bench.start(runbookOf({ slow: `until test -e "${bench.folder}/go"; do sleep 0.05; done` }));
  await bench.call("run.step", { run: run.run, step: "slow" as never });
  await bench.call("people.lock", {});
  for (const method of ["run.cancel", "run.get"] as const) {
    const answer = await bench.ask(method, { run: run.run });
    expect(answer.ok ? "ok" : answer.error.code).toBe("locked");
  }
  bench.write("go", "");
  await bench.call("people.signIn", { id: "dana" as never, password: "correct horse battery" });
  await run.idle();
  expect(await run.step("slow")).toMatchObject({ verdict: "passed" });
  await bench.call("run.finish", { run: run.run });
});

it("remembers settings as events, and tells who changed them", async () => {
  const settings = await bench.call("settings.set", { change: { theme: "light", idleLockMinutes: 5 } });
  expect(settings).toMatchObject({ theme: "light", idleLockMinutes: 5, sound: true });
  await bench.call("settings.set", { change: { theme: "light" } });
  const { logs } = await bench.call("app.snapshot", {});
  const install = logs.find((one) => one.kind === "install")!;
  const page = await bench.call("record.events", { log: install.log, filter: { type: "setting.changed" }, offset: 0, limit: 10 });
  expect(page.rows).toHaveLength(1);
  expect(page.rows[0]?.who).toBe("Dana Mercer");
});
