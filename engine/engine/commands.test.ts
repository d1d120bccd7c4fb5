// Commands of a run against real shells and a real record, through the engine's one door.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Method, ParamsOf } from "../protocol/index.ts";
import { type Bench, COMMAND_LINE, FOLLOWER, openBench, runbookOf } from "./testing.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.remove());

const codeOf = async <M extends Method>(method: M, params: ParamsOf<M>) => {
  const answer = await bench.ask(method, params);
  return answer.ok ? "ok" : answer.error.code;
};
const sid = (id: string) => id as never;
const markdown = (body: string, front = "") => `---\ntitle: Test\nreviewed: 2026-01-01\nrequires: {cluster: false}\n${front}---\n\n${body}`;
const section = (id: string, inner: string, directive = "") => `## ${id}\n\n<!-- step: {id: ${id}${directive}} -->\n\n${inner}\n\n`;
const sh = (text: string, attributes = "") => `\`\`\`bash ${attributes}\n${text}\n\`\`\`\n`;

it("records the start before the command begins, and its end before anybody hears of it", async () => {
  const run = await bench.start(runbookOf({ a: `until test -e ${bench.folder}/go-a; do sleep 0.05; done` }));
  await bench.call("run.step", { run: run.run, step: sid("a") });
  expect((await run.events()).slice(-2).map((event) => event.body.type)).toEqual(["step.started", "block.started"]);
  bench.write("go-a", "");
  await run.idle();
  expect((await run.step("a")).verdict).toBe("passed");
  const [ended] = await run.events("block.ended");
  expect(ended!.body.data).toMatchObject({ kind: "exit", exit_code: 0, pipe_status: [0], invalid_bytes: 0 });
  await bench.call("run.finish", { run: run.run });
});

it("stops at a failure, retries as a new attempt with its own recording, and keeps both", async () => {
  const run = await bench.start(runbookOf({ a: 'cd "$(mktemp -d)"', b: "test -f ready || { touch ready; false; }", c: "echo c" }));
  await bench.call("run.on", { run: run.run });
  const header = await run.until("the failure", (one) => one.nextAction.kind === "retry-or-skip" && !one.runningOn);
  expect(header).toMatchObject({ current: "b", next: "c", status: "active" });
  expect(await codeOf("run.step", { run: run.run, step: sid("c") })).toBe("reason-needed");
  expect(await codeOf("run.step", { run: run.run, step: sid("b") })).toBe("conflict");
  await bench.call("run.retry", { run: run.run, step: sid("b") });
  await run.idle();
  expect(await run.step("b")).toMatchObject({ verdict: "passed", attempt: 2 });
  const recordings = (await run.events("step.ended"))
    .filter((event) => event.body.subject.step === "b")
    .map((event) => event.body.data.recording as string);
  expect(new Set(recordings).size).toBe(2);
  for (const path of recordings) expect(existsSync(join(bench.home, "recordings", path))).toBe(true);
  expect(await codeOf("run.retry", { run: run.run, step: sid("b") })).toBe("reason-needed");
  await bench.call("run.abort", { run: run.run, reason: "seen enough" });
});

it("judges an unknown end beside its verdict, and only by somebody who has signed in", async () => {
  const run = await bench.start(runbookOf({ a: "kill -9 $$", b: "echo b" }));
  expect(await run.runStep("a")).toMatchObject({ verdict: "unknown", judgement: null });
  expect((await run.view()).header.nextAction.kind).toBe("judge");
  const judge = { run: run.run, step: sid("a"), outcome: "accepted" as const, reason: "the work is there" };
  const unsigned = await bench.ask("run.judge", judge, COMMAND_LINE);
  expect(unsigned.ok ? "ok" : unsigned.error.code).toBe("not-signed-in");
  expect(await codeOf("run.judge", { ...judge, reason: " " })).toBe("invalid-params");
  await bench.call("run.judge", judge);
  expect(await run.step("a")).toMatchObject({ verdict: "unknown", judgement: { outcome: "accepted", by: "Dana Mercer" } });
  expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
  const done = await bench.call("run.finish", { run: run.run });
  expect(done.result).toBe("accepted");
  expect(await codeOf("run.judge", judge)).toBe("conflict");
});

it("gives the next step a new shell after exit, with directory and exported variables, and says so", async () => {
  const run = await bench.start(runbookOf({ a: "export KEPT=yes; cd /tmp; exit 0", b: 'test "$KEPT" = yes && test "$PWD" = /tmp' }));
  expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
  expect(await run.runStep("b")).toMatchObject({ verdict: "passed" });
  const whys = (await run.events("shell.opened")).map((event) => event.body.data.why);
  expect(whys).toHaveLength(2);
  expect(whys[1]).toContain("handed over");
  await bench.call("run.finish", { run: run.run });
});

it("ends everything a command started when it is cancelled, and the step has failed", async () => {
  const run = await bench.start(runbookOf({ a: "sleep 998 & setsid sleep 998 & wait", b: "echo b" }));
  await bench.call("run.step", { run: run.run, step: sid("a") });
  await run.until("the command", (one) => one.nextAction.kind === "wait" && one.nextAction.block === 0);
  expect((await bench.call("run.cancel", { run: run.run })).survivors).toEqual([]);
  await run.idle();
  expect(await run.step("a")).toMatchObject({ verdict: "failed" });
  expect(await codeOf("run.cancel", { run: run.run })).toBe("conflict");
  await bench.call("run.skip", { run: run.run, step: sid("a"), reason: "not tonight" });
  expect(await run.step("a")).toMatchObject({ verdict: "failed", passedOver: true, reason: "not tonight" });
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-step", step: "b" });
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("lets a held run finish what runs, and dispatches nothing further", async () => {
  const run = await bench.start(
    markdown(section("a", sh(`until test -e ${bench.folder}/go-h; do sleep 0.05; done`) + sh("echo second")) + section("b", sh("echo b"))),
  );
  await bench.call("run.on", { run: run.run });
  await bench.call("run.hold", { run: run.run, reason: "the phone rings" });
  bench.write("go-h", "");
  const header = await run.idle();
  expect(header).toMatchObject({ status: "held", hold: { by: "Dana Mercer", reason: "the phone rings" }, nextAction: { kind: "resume" } });
  expect((await run.step("a")).blocks.map((block) => block.status)).toEqual(["done", "todo"]);
  expect(await codeOf("run.step", { run: run.run, step: sid("a") })).toBe("conflict");
  await bench.call("run.resume", { run: run.run });
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-block", step: "a", block: 1 });
  await run.runStep("a");
  expect(await run.step("a")).toMatchObject({ verdict: "passed", attempt: 1 });
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("aborts in the middle of a command: its end is on record, the shells are gone, nothing more is taken", async () => {
  const run = await bench.start(runbookOf({ a: "sleep 997" }));
  await bench.call("run.step", { run: run.run, step: sid("a") });
  const header = await bench.call("run.abort", { run: run.run, reason: "wrong night" });
  expect(header).toMatchObject({ status: "aborted", terminals: [] });
  const types = (await run.events()).map((event) => event.body.type);
  expect(types).toContain("block.ended");
  expect(types.indexOf("step.ended")).toBeLessThan(types.indexOf("run.aborted"));
  for (const [method, params] of [
    ["run.step", { run: run.run, step: sid("a") }],
    ["run.hold", { run: run.run, reason: "x" }],
    ["run.resume", { run: run.run }],
    ["run.skip", { run: run.run, step: sid("a"), reason: "x" }],
  ] as const)
    expect([method, await codeOf(method, params as never)]).toEqual([method, "conflict"]);
});

it("goes from check to command in the order of the page, and takes a number for what it measures", async () => {
  const run = await bench.start(
    markdown(
      section(
        "a",
        `- [ ] Lag is zero\n\n${sh("echo promoted")}\n- [ ] Errors on the board <!-- check: {value: number, expect: "<= 0.3"} -->`,
      ) + section("b", sh("echo b")),
    ),
  );
  await bench.call("run.step", { run: run.run, step: sid("a") });
  expect((await run.idle()).nextAction).toMatchObject({ kind: "confirm-check", check: 0 });
  expect(await codeOf("run.check", { run: run.run, step: sid("a"), check: 1, value: "0.1" })).toBe("conflict");
  await bench.call("run.check", { run: run.run, step: sid("a"), check: 0 });
  expect(await codeOf("run.check", { run: run.run, step: sid("a"), check: 0 })).toBe("conflict");
  await bench.call("run.step", { run: run.run, step: sid("a") });
  expect((await run.idle()).nextAction).toMatchObject({ kind: "confirm-check", check: 1 });
  expect(await codeOf("run.check", { run: run.run, step: sid("a"), check: 1 })).toBe("invalid-params");
  expect(await codeOf("run.check", { run: run.run, step: sid("a"), check: 1, value: "low" })).toBe("invalid-params");
  await bench.call("run.check", { run: run.run, step: sid("a"), check: 1, value: "0.5" });
  expect(await run.step("a")).toMatchObject({ verdict: "failed" });
  expect((await run.step("a")).because).toContain("0.5");
  await bench.call("run.retry", { run: run.run, step: sid("a") });
  await run.idle();
  await bench.call("run.check", { run: run.run, step: sid("a"), check: 0 });
  await run.runStep("a");
  await bench.call("run.check", { run: run.run, step: sid("a"), check: 1, value: "0.2" });
  expect(await run.step("a")).toMatchObject({ verdict: "passed", attempt: 2 });
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("runs on only to what needs a person: danger, typing, exclusion, checks", async () => {
  for (const attributes of ["{danger=true}", "{confirm=typed}", "{excludeFromRunAll=true}"]) {
    const run = await bench.start(
      markdown(section("a", sh("echo a")) + section("b", sh("echo b1") + sh("echo b2", attributes)) + section("c", sh("echo c"))),
    );
    await bench.call("run.on", { run: run.run });
    const header = await run.idle();
    expect([attributes, header.nextAction.kind, header.nextAction.block]).toEqual([attributes, "run-block", 1]);
    expect(await codeOf("run.on", { run: run.run })).toBe("not-ready");
    if (attributes.includes("typed")) {
      expect(await codeOf("run.step", { run: run.run, step: sid("b") })).toBe("confirmation-needed");
      await bench.call("run.step", { run: run.run, step: sid("b"), typed: "b" });
    } else await bench.call("run.step", { run: run.run, step: sid("b") });
    await run.idle();
    expect((await run.step("b")).verdict).toBe("passed");
    await bench.call("run.abort", { run: run.run, reason: "done" });
  }
});

it("runs one block again alone as a new attempt, and leaves the others as they were", async () => {
  const run = await bench.start(
    markdown(section("a", sh("echo one") + sh("test -e ok || { touch ok; false; }") + sh("echo three")), `cwd: ${bench.folder}\n`),
  );
  expect(await run.runStep("a")).toMatchObject({ verdict: "failed" });
  expect(await codeOf("run.block", { run: run.run, step: sid("a"), block: 2 })).toBe("reason-needed");
  await bench.call("run.block", { run: run.run, step: sid("a"), block: 1 });
  await run.idle();
  expect((await run.step("a")).blocks.map((block) => [block.verdict, block.attempt])).toEqual([
    ["passed", 1],
    ["passed", 2],
    [null, 0],
  ]);
  expect((await run.view()).header.nextAction).toMatchObject({ kind: "run-block", block: 2 });
  await bench.call("run.block", { run: run.run, step: sid("a"), block: 2 });
  await run.idle();
  expect(await run.step("a")).toMatchObject({ verdict: "passed", attempt: 2 });
  await bench.call("run.finish", { run: run.run });
});

it("asks for a reason before a dangerous command is run again after an unknown end", async () => {
  const run = await bench.start(markdown(section("a", sh("kill -9 $$", "{danger=true}"))));
  expect(await run.runStep("a")).toMatchObject({ verdict: "unknown" });
  expect(await codeOf("run.retry", { run: run.run, step: sid("a") })).toBe("reason-needed");
  expect(await codeOf("run.block", { run: run.run, step: sid("a"), block: 0 })).toBe("reason-needed");
  await bench.call("run.retry", { run: run.run, step: sid("a"), reason: "looked: nothing was done" });
  await run.idle();
  expect((await run.step("a")).attempt).toBe(2);
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("gives parameters and captures to later steps as variables, and placeholders as text", async () => {
  const text = markdown(
    section("a", sh('echo "release $RELEASE"\necho 42', "{capture=ANSWER}")) +
      section("b", sh('test "$ANSWER" = 42 && test "$RELEASE" = v1.2.3 && test <name> = "a-b"')),
    "params:\n  - {name: RELEASE, type: string, required: true}\n",
  );
  const path = bench.write("params.md", text);
  const bare = { path, mode: "live" as const, contexts: {}, params: {}, placeholders: {} };
  expect(await codeOf("run.start", bare)).toBe("invalid-params");
  expect(await codeOf("run.start", { ...bare, params: { RELEASE: "v1.2.3" } })).toBe("not-ready");
  const run = await bench.start(text, { params: { RELEASE: "v1.2.3" }, placeholders: { name: "a-b" } });
  await bench.call("run.on", { run: run.run });
  await run.until("the end", (one) => one.nextAction.kind === "finish");
  expect((await run.view()).values).toMatchObject({ RELEASE: "v1.2.3", ANSWER: "42", name: "a-b" });
  expect((await run.step("a")).blocks[0]?.captured).toBe("42");
  expect((await run.events("block.started"))[1]!.body.data.text).toContain("test a-b =");
  await bench.call("run.finish", { run: run.run });
});

it("takes a placeholder with the step that lacks it, and refuses one that is not safe", async () => {
  const path = bench.write("late.md", runbookOf({ a: "echo <name> > <name>.txt" }, `cwd: ${bench.folder}\n`));
  const { header } = await bench.call("run.start", {
    path,
    mode: "live",
    contexts: {},
    params: {},
    placeholders: {},
    overrideReason: "known later",
  });
  const run = { run: header.run, step: sid("a") };
  expect(header.nextAction).toMatchObject({ kind: "blocked" });
  expect(await codeOf("run.step", run)).toBe("not-ready");
  expect(await codeOf("run.step", { ...run, placeholders: { name: "x; rm -rf /" } })).toBe("invalid-params");
  await bench.call("run.step", { ...run, placeholders: { name: "late-1" } });
  await expect.poll(() => existsSync(join(bench.folder, "late-1.txt"))).toBe(true);
  await bench.call("run.abort", { run: header.run, reason: "done" });
});

it("skips by rule a step that does not apply, with the rule as its reason", async () => {
  const text = markdown(
    section("a", sh("echo a")) + section("full", sh("exit 1"), ", when: SIZE == full") + section("b", sh("echo b"), ", needs: [full]"),
    "params:\n  - {name: SIZE, type: string, default: small}\n",
  );
  const run = await bench.start(text);
  await bench.call("run.on", { run: run.run });
  await run.until("the end", (one) => one.nextAction.kind === "finish");
  expect(await run.step("full")).toMatchObject({ verdict: "skipped" });
  expect((await run.step("full")).reason).toContain('SIZE is "small"');
  expect((await bench.call("run.finish", { run: run.run })).result).toBe("passed");
});

it("never runs text without a language but by an explicit act with a reason, and never another language", async () => {
  const run = await bench.start(markdown(section("a", `\`\`\`\necho by hand\n\`\`\`\n\n\`\`\`yaml\na: 1\n\`\`\`\n\n${sh("echo real")}`)));
  expect(await codeOf("run.block", { run: run.run, step: sid("a"), block: 0, reason: "x" })).toBe("conflict");
  expect(await codeOf("run.asShell", { run: run.run, step: sid("a"), block: 1, reason: "x" })).toBe("forbidden");
  await bench.call("run.asShell", { run: run.run, step: sid("a"), block: 0, reason: "the author forgot the language" });
  await run.idle();
  const [started] = await run.events("block.started");
  expect(started!.body).toMatchObject({ reason: "the author forgot the language", data: { as_shell: true, text: "echo by hand\n" } });
  expect((await run.step("a")).blocks[0]).toMatchObject({ verdict: "passed" });
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("sends of a text without a language what a shell fence of it would be: prompts and output left out, placeholders filled", async () => {
  const text = "```\n$ echo <who>\nAda\n```\n\n```\nredis4# /opt/failover.sh\n```";
  const run = await bench.start(markdown(section("a", `${text}\n\n${sh("echo real")}`)));
  const call = { run: run.run, step: sid("a"), block: 0, reason: "the author forgot the language" };
  expect(await codeOf("run.asShell", { ...call, block: 1 })).toBe("forbidden");
  expect(await codeOf("run.asShell", call)).not.toBe("ok");
  expect(await codeOf("run.asShell", { ...call, placeholders: { who: "x; reboot" } })).toBe("invalid-params");
  await bench.call("run.asShell", { ...call, placeholders: { who: "Grace" } });
  await run.idle();
  const [started] = await run.events("block.started");
  expect(started!.body.data).toMatchObject({ as_shell: true, text: "echo Grace\n" });
  expect(await run.events("block.started")).toHaveLength(1);
  expect((await run.events("value.given"))[0]!.body.data).toEqual({ placeholders: { who: "Grace" } });
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("refuses a folder that was not trusted, and a checklist", async () => {
  const path = bench.write("plain.md", runbookOf({ a: "echo a" }));
  const request = { path, mode: "live" as const, contexts: {}, params: {}, placeholders: {} };
  await bench.call("library.trust", { folder: bench.folder, trusted: false });
  expect(await codeOf("run.start", request)).toBe("not-trusted");
  await bench.call("library.trust", { folder: bench.folder, trusted: true });
  const list = bench.write("list.md", "---\nkind: checklist\n---\n\n# L\n\n## A\n\n- [ ] x\n");
  expect(await codeOf("run.start", { ...request, path: list })).toBe("not-ready");
  expect(await codeOf("run.start", { ...request, path: `${path}.gone` })).toBe("not-found");
});

it("pins the text: an edit of the file changes nothing in a run that has begun", async () => {
  const text = runbookOf({ a: "echo before" });
  const path = bench.write("edited.md", text);
  const { header } = await bench.call("run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {} });
  bench.write("edited.md", runbookOf({ a: "echo after" }));
  const { document } = await bench.call("run.get", { run: header.run });
  expect(document.steps[0]?.blocks[0]?.commands).toBe("echo before\n");
  expect(document.sha256).toBe(header.planSha256);
  await bench.call("run.abort", { run: header.run, reason: "done" });
});

it("keeps a background command apart: the step goes on, and finishing ends it", async () => {
  const run = await bench.start(
    markdown(section("a", sh("sleep 996", "{background=true}") + sh("echo front")) + section("b", sh("echo b"))),
  );
  await bench.call("run.on", { run: run.run });
  const header = await run.until("the end", (one) => one.nextAction.kind === "finish");
  expect(header.terminals).toHaveLength(2);
  expect((await run.step("a")).blocks.map((block) => block.status)).toEqual(["running", "done"]);
  await bench.call("run.finish", { run: run.run });
  expect((await run.step("a")).blocks[0]).toMatchObject({ status: "done", verdict: "failed" });
});

it("types the next step into a nested shell by choice, and lets a person judge it", async () => {
  const run = await bench.start(runbookOf({ a: "sh -i", b: "echo inside > inside.txt", c: "echo c" }, `cwd: ${bench.folder}\n`));
  await bench.call("run.step", { run: run.run, step: sid("a") });
  expect(await codeOf("run.step", { run: run.run, step: sid("b") })).toBe("busy");
  await bench.call("run.step", { run: run.run, step: sid("b"), nested: true });
  await run.until("the typed step", (one) => one.nextAction.kind === "judge");
  expect(await run.step("b")).toMatchObject({ verdict: "unknown" });
  await expect
    .poll(() => existsSync(join(bench.folder, "inside.txt")) && readFileSync(join(bench.folder, "inside.txt"), "utf8"))
    .toBe("inside\n");
  await bench.call("run.judge", { run: run.run, step: sid("b"), outcome: "accepted", reason: "the file is there" });
  const { id } = (await run.view()).header.terminals[0]!;
  const terminal = bench.engine.connectTerminal(id, { id: "test-window", door: "window", isReadOnly: false }, () => {});
  if (!terminal.ok) throw new Error(terminal.error.message);
  terminal.value.receive({ type: "input", data: "exit\n" });
  await run.until("the end of the nested shell", (one) => one.nextAction.kind === "run-step" && one.nextAction.step === "c");
  expect(await run.step("a")).toMatchObject({ verdict: "passed" });
  await bench.call("run.abort", { run: run.run, reason: "done" });
});

it("rehearses without a cluster what needs one: the kubeconfig of its shells leads nowhere", async () => {
  const run = await bench.start(runbookOf({ a: 'grep -c "https://127.0.0.1:1" "$KUBECONFIG"' }, "", true), { mode: "rehearsal" });
  expect((await run.view()).header).toMatchObject({ mode: "rehearsal", clusters: [] });
  expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
  await bench.call("run.finish", { run: run.run });
});

it("says at once that the terminal is busy with something typed by hand", async () => {
  const run = await bench.start(runbookOf({ a: "echo a", b: "echo b" }));
  await run.runStep("a");
  const { id } = (await run.view()).header.terminals[0]!;
  let seen = "";
  const terminal = bench.engine.connectTerminal(id, { id: "test-window", door: "window", isReadOnly: false }, (message) => {
    seen += JSON.stringify(message);
  });
  if (!terminal.ok) throw new Error(terminal.error.message);
  terminal.value.receive({ type: "input", data: "echo by-hand; sleep 994\r" });
  await expect.poll(() => seen.split("by-hand").length).toBeGreaterThan(2);
  expect(await codeOf("run.step", { run: run.run, step: sid("b") })).toBe("busy");
  terminal.value.receive({ type: "input", data: "\u0003" });
  await expect.poll(async () => (await bench.ask("run.step", { run: run.run, step: sid("b") })).ok, { timeout: 15_000 }).toBe(true);
  await run.idle();
  expect(await run.step("b")).toMatchObject({ verdict: "passed" });
  const [typed] = await run.events("input.typed");
  expect(typed!.body).toMatchObject({ actor: { name: "Dana Mercer" }, data: { line: "echo by-hand; sleep 994", reported_by: "shell" } });
  await bench.call("run.finish", { run: run.run });
});

it("lets a follower see a terminal and not type into it", async () => {
  const run = await bench.start(runbookOf({ a: "echo a" }));
  await run.runStep("a");
  const { id } = (await run.view()).header.terminals[0]!;
  let seen = "";
  const terminal = bench.engine.connectTerminal(id, FOLLOWER, (message) => {
    seen += JSON.stringify(message);
  });
  if (!terminal.ok) throw new Error(terminal.error.message);
  terminal.value.receive({ type: "input", data: "touch follower-was-here\r" });
  terminal.value.receive({ nonsense: true });
  await expect.poll(() => seen).toContain("screen");
  expect(await run.events("input.typed")).toEqual([]);
  await bench.call("run.finish", { run: run.run });
  const gone = bench.engine.connectTerminal(id, FOLLOWER, () => {});
  expect(gone.ok ? "ok" : gone.error.code).toBe("not-found");
});
