// The contract of a block's end, in real shells. Each case is a defect that another tool has had.
import { existsSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { findShell } from "./available.ts";
import { listProcesses } from "./processes.ts";
import { type Bench, type BenchOptions, openBench, until } from "./testing.ts";

let bench: Bench | null = null;
afterEach(async () => {
  await bench?.close();
  bench = null;
});

describe.each(["bash", "zsh"] as const)("in %s", (shell) => {
  const open = async (options?: BenchOptions): Promise<Bench> => {
    bench = await openBench(shell, options);
    return bench;
  };

  it("passes a block that ends with exit 0, and keeps exactly its output", async () => {
    const outcome = await (await open()).run("echo hello\necho world\n");
    expect(outcome).toMatchObject({ verdict: "passed", kind: "exit", exitCode: 0, because: "exit 0", lastLine: "world", shellAlive: true });
    expect(outcome.output).toBe("hello\r\nworld\r\n");
    expect(outcome.bytes).toBe(14);
  });

  it("fails `false | true` with 1 and tells the pipe status; passes it after the block's own `set +o pipefail`", async () => {
    const { run } = await open();
    expect(await run("false | true\necho not reached")).toMatchObject({ verdict: "failed", exitCode: 1, pipeStatus: [1, 0], output: "" });
    expect(await run("set +o pipefail\nfalse | true")).toMatchObject({ verdict: "passed", exitCode: 0, pipeStatus: [1, 0] });
    // and what the block has set is put back
    expect(await run("false | true")).toMatchObject({ verdict: "failed", exitCode: 1 });
  });

  it("goes on past a failing line after the block's own `set +e`, in whatever spelling, and not in the next block", async () => {
    const { run } = await open();
    const more = shell === "zsh" ? ["unsetopt errexit", "setopt no_err_exit"] : [];
    for (const off of ["set +e", "set +o errexit", ...more]) {
      expect(await run(`${off}\nfalse\n(false; echo sub)\nf() { false; echo in-f; }\nf\necho on`)).toMatchObject({
        verdict: "passed",
        output: "sub\r\nin-f\r\non\r\n",
      });
      expect(await run(`${off}\n(exit 3)`)).toMatchObject({ verdict: "failed", exitCode: 3 });
      expect(await run(`${off}\nfalse\nset -e\n(exit 4)\necho not`)).toMatchObject({ verdict: "failed", exitCode: 4, output: "" });
      expect(await run("(exit 5)\necho not")).toMatchObject({ verdict: "failed", exitCode: 5, output: "", shellAlive: true });
    }
  });

  it("ends a block at its first failing line", async () => {
    const { run } = await open();
    expect(await run("(exit 7)\necho second\necho third")).toMatchObject({ verdict: "failed", exitCode: 7, output: "" });
    expect(await run("echo first\n(exit 8)\necho third")).toMatchObject({ verdict: "failed", exitCode: 8, output: "first\r\n" });
  });

  it("ends it also from within functions, loops, eval and groups, and not where a failure is handled", async () => {
    const { run } = await open();
    expect(await run("f() { (exit 4); echo in-f; }\ng() { f; echo in-g; }\ng\necho not")).toMatchObject({
      verdict: "failed",
      exitCode: 4,
      output: "",
    });
    expect(await run("for i in 1 2; do (exit 5); echo loop; done\necho not")).toMatchObject({ verdict: "failed", exitCode: 5, output: "" });
    expect(await run('eval "(exit 6); echo in-eval"\necho not')).toMatchObject({ verdict: "failed", exitCode: 6, output: "" });
    expect(await run("{ (exit 9); echo group; }\necho not")).toMatchObject({ verdict: "failed", exitCode: 9, output: "" });
    const handled = "h() { false; echo in-h; }\nif false; then :; fi\nfalse || echo caught\nh || true\n! true || echo inverted\necho end";
    expect(await run(handled)).toMatchObject({ verdict: "passed", output: "caught\r\nin-h\r\ninverted\r\nend\r\n" });
  });

  it("runs nothing of a block that does not parse, and names the line", async () => {
    const outcome = await (await open()).run("echo one\necho two\nif true; do\necho four");
    expect(outcome).toMatchObject({ verdict: "failed", kind: "syntax", output: "", exitCode: null });
    expect(outcome.because).toContain("line 3");
  });

  it("takes `exit 3` as the block's end and hands directory and exported variables over, through no file", async () => {
    const first = await open();
    const outcome = await first.run('mkdir -p "a b"; cd "a b"\nexport CARRIED="one\ntwo"\nLOCAL=x\nexit 3\necho not');
    expect(outcome).toMatchObject({ verdict: "failed", kind: "exit", exitCode: 3, shellAlive: false, output: "" });
    expect(outcome.handOver?.cwd).toBe(`${first.folder}/a b`);
    expect(outcome.handOver?.environment["CARRIED"]).toBe("one\ntwo");
    expect(outcome.handOver?.environment).not.toHaveProperty("HOLDPOINT_BLOCK");
    const next = await openBench(shell, { inherited: outcome.handOver! });
    try {
      expect((await next.run('pwd; echo "$CARRIED"')).output).toBe(`${first.folder}/a b\r\none\r\ntwo\r\n`);
    } finally {
      await next.close();
    }
  });

  it("passes `exit 0`, also behind an EXIT trap of the block", async () => {
    expect(await (await open()).run('trap "echo bye" EXIT\necho work\nexit 0')).toMatchObject({
      verdict: "passed",
      exitCode: 0,
      output: "work\r\nbye\r\n",
    });
  });

  it("takes the status of an EXIT trap that exits, also behind `exit` and a failing line", async () => {
    const { run, reopen } = await open();
    const trap = 'cleanup() { rc=$?; echo "clean $rc"; exit $rc; }\ntrap cleanup EXIT\n';
    for (const [end, code] of [
      ["exit 4", 4],
      ["exit 0", 0],
      ["(exit 6)", 6],
      ["true", 0],
    ] as const) {
      expect(await run(trap + end)).toMatchObject({
        verdict: code === 0 ? "passed" : "failed",
        exitCode: code,
        output: `clean ${code}\r\n`,
        shellAlive: false,
      });
      await reopen();
    }
    expect(await run("trap 'exit 7' EXIT\ntrue")).toMatchObject({ verdict: "failed", exitCode: 7 });
  });

  it("ends a block also at an error in an expansion: the rest is not run", async () => {
    const { run, reopen } = await open();
    for (const line of ["x=$((1/0))", "echo $((1/0))", `echo \${nothing:?is missing}`]) {
      const outcome = await run(`echo first\n${line}\necho NOT`);
      expect([line, outcome.verdict, outcome.output.includes("first"), outcome.output.includes("NOT")]).toEqual([
        line,
        "failed",
        true,
        false,
      ]);
      if (!outcome.shellAlive) await reopen();
    }
    // what only a line and no group may do still works
    expect(await run("alias greet='echo hello'\ngreet")).toMatchObject({ verdict: "passed", output: "hello\r\n" });
  });

  it("calls it unknown when the shell is started anew in its own place, by the same command", async () => {
    const again = "exec $(tr '\\0' ' ' </proc/$$/cmdline)";
    const outcome = await (await open()).run(shell === "zsh" ? again.replace("$(", "${=$(").replace(/$/, "}") : again);
    expect(outcome).toMatchObject({ verdict: "unknown", kind: "replaced" });
  });

  it("keeps its end mark when a block takes the prompt's hooks away, and when it empties PATH", async () => {
    const { run, reopen } = await open();
    const away = shell === "zsh" ? "precmd_functions=(); typeset -r precmd_functions" : "readonly PROMPT_COMMAND";
    expect(await run(`${away}\ntrue`)).toMatchObject({ verdict: "passed" });
    expect(await run("(exit 3)\necho NOT")).toMatchObject({ verdict: "failed", exitCode: 3, output: "" });
    expect(await run("PATH=; exit 5")).toMatchObject({ verdict: "failed", exitCode: 5, shellAlive: false });
    await reopen();
    expect(await run("printf() { echo forged; }\nfalse")).toMatchObject({ verdict: "failed", exitCode: 1, output: "" });
  });

  it("works behind an rc file whose aliases are named like builtins", async () => {
    const { run } = await open({
      rc: "alias printf='echo forged' history='echo forged' local='echo forged' cd='echo forged' unset='echo forged'",
    });
    expect(await run("true")).toMatchObject({ verdict: "passed", output: "" });
    expect(await run("true", { cwd: "/" })).toMatchObject({ verdict: "passed", output: "", cwd: "/" });
    expect(await run("false")).toMatchObject({ verdict: "failed", exitCode: 1, output: "" });
  });

  it("calls it unknown when the shell kills itself", async () => {
    const outcome = await (await open()).run("echo before\nkill -9 $$\necho after");
    expect(outcome).toMatchObject({ verdict: "unknown", kind: "shell-gone", exitCode: null, shellAlive: false, output: "before\r\n" });
  });

  it("counts `exec sh` as running until the shell is seen to be another program, then as unknown", async () => {
    const { start, session } = await open();
    const running = start("echo before\nexec sh");
    expect(await running.accepted).not.toBeNull();
    expect(session.activity()).toBe("block");
    expect(await running.ended).toMatchObject({ verdict: "unknown", kind: "replaced", shellAlive: false });
    expect(session.activity()).toBe("replaced");
  });

  it("keeps running while a nested shell is open; the next block can be typed into it and is a person's to judge", async () => {
    const { start, session, screen } = await open();
    const outer = start("PS1='nested> ' sh -i");
    await outer.accepted;
    await until(() => screen().includes("nested> "));
    expect(session.activity()).toBe("block");
    const typed = start("echo from-inside", { typeIntoNested: true });
    expect(await typed.ended).toMatchObject({ verdict: "unknown", kind: "nested", exitCode: null });
    expect(await typed.output()).toContain("from-inside\r\n");
    expect(session.activity()).toBe("block");
    session.write("exit 0\r");
    expect(await outer.ended).toMatchObject({ verdict: "passed", exitCode: 0 });
  });

  it("goes on when a block typed into a nested shell ends that shell, and with it the block that opened it", async () => {
    const { start, session, screen, run } = await open();
    const outer = start("PS1='nested> ' sh -i");
    await outer.accepted;
    await until(() => screen().includes("nested> "));
    const typed = start("echo from-inside; exit 3", { typeIntoNested: true });
    expect(await outer.ended).toMatchObject({ verdict: "failed", exitCode: 3 });
    expect(await typed.ended).toMatchObject({ verdict: "unknown", kind: "nested" });
    await outer.output();
    session.write("echo by-hand\r");
    await until(() => /^by-hand/m.test(screen()));
    expect(await run("echo after")).toMatchObject({ verdict: "passed", output: "after\r\n" });
  });

  it("types nothing into its own prompt when a nested block comes before the one that opens the program has begun", async () => {
    const { start, session, folder } = await open();
    const outer = start("PS1='nested> ' sh -i");
    const typed = start('echo "$0" >who', { typeIntoNested: true });
    expect(await typed.ended).toMatchObject({ verdict: "unknown", kind: "nested" });
    await until(() => existsSync(`${folder}/who`));
    expect(readFileSync(`${folder}/who`, "utf8")).toBe("sh\n");
    session.write("exit 0\r");
    expect(await outer.ended).toMatchObject({ verdict: "passed" });
  });

  it("is not deceived by printed end marks", async () => {
    const forged = "printf '\\033]133;D;0\\007\\033]633;D;0\\007\\033]633;D;0;token\\007'\nfalse";
    expect(await (await open()).run(forged)).toMatchObject({ verdict: "failed", exitCode: 1 });
  });

  it("fails with 130 on Ctrl-C", async () => {
    const { start, session, screen } = await open();
    const running = start("echo started; sleep 60\necho not");
    await until(() => screen().includes("started"));
    // Between `echo` and `sleep` the terminal belongs to neither for a moment, and a Ctrl-C can be lost there: people press again.
    const pressing = setInterval(() => session.write("\x03"), 300);
    const ended = await running.ended.finally(() => clearInterval(pressing));
    expect(ended).toMatchObject({ verdict: "failed", exitCode: 130, kind: "signal", signal: "SIGINT", shellAlive: true });
    expect(await running.output()).not.toContain("not");
  });

  it("lets a block's own EXIT trap run at the block's end, once, and not after it", async () => {
    const { run } = await open();
    expect(await run('trap "echo cleaned" EXIT\necho work')).toMatchObject({ verdict: "passed", output: "work\r\ncleaned\r\n" });
    expect(await run('trap "echo cleaned \\$?" EXIT\n(exit 5)')).toMatchObject({ verdict: "failed", exitCode: 5, output: "cleaned 5\r\n" });
    expect(await run("(trap 'echo child' EXIT; true)\nx=$(trap 'echo forked' EXIT; true)\necho $x last")).toMatchObject({
      verdict: "passed",
      output: "child\r\nforked last\r\n",
    });
    expect(await run("echo quiet")).toMatchObject({ verdict: "passed", output: "quiet\r\n" });
  });

  it("keeps the block's `set -u`, `set -x`, `set -e`, ERR trap, umask and IFS from costing the mark or reaching the next block", async () => {
    const { run, reopen } = await open();
    // An unset variable under `set -u` ends an interactive bash that has errexit on; its directory and exports go on in the next.
    expect((await run("set -u\necho $NOT_SET_ANYWHERE\necho not")).verdict).toBe("failed");
    await reopen();
    expect(await run('echo "[$NOT_SET_ANYWHERE]"')).toMatchObject({ verdict: "passed", output: "[]\r\n" });
    expect((await run("set -x\ntrue")).verdict).toBe("passed");
    expect((await run("echo plain")).output).toBe("plain\r\n");
    expect((await run("IFS=,\ntrue")).verdict).toBe("passed");
    expect(await run("IFS=$' \\t\\n'; echo b")).toMatchObject({ verdict: "passed", output: "b\r\n" });
    const own = await run(`trap 'echo trouble' ${shell === "zsh" ? "ZERR" : "ERR"}\n(exit 6)\ntrue`);
    expect(own.output).toContain("trouble");
    expect(["passed", "failed"]).toContain(own.verdict);
  });

  it("stays whole where a block makes IFS read-only, and where it puts its own in the place of what the marks are made with", async () => {
    const { run } = await open();
    for (const line of ["IFS=:; readonly IFS", "[() { return 1; }; test() { return 1; }", "builtin() { return 1; }", "printf() { :; }"]) {
      const made = await run(`${line}\ntrue`);
      expect([line, made.verdict, made.shellAlive]).toEqual([line, "passed", true]);
      expect([line, (await run("false | true")).pipeStatus.join()]).toEqual([line, "1,0"]);
      expect(await run("set -f; true")).toMatchObject({ verdict: "passed" });
      expect(await run("(exit 3)\necho not")).toMatchObject({ verdict: "failed", exitCode: 3, output: "" });
      expect(await run("echo on")).toMatchObject({ verdict: "passed", output: "on\r\n" });
    }
    const disable = shell === "bash" ? "enable -n printf" : "disable printf";
    expect(await run(`${disable}; trap 'echo bye' EXIT\nX=1`)).toMatchObject({ verdict: "passed", output: "bye\r\n" });
    expect(await run("export KEPT=1; exit 4")).toMatchObject({ verdict: "failed", exitCode: 4, handOver: { environment: { KEPT: "1" } } });
  });

  it("gives the end and a new shell where the block's own `set -euo pipefail` ends the shell", async () => {
    const outcome = await (await open()).run("set -euo pipefail\necho in\n(exit 4)\necho not");
    expect(outcome).toMatchObject({ verdict: "failed", exitCode: 4, output: "in\r\n" });
  });

  it("does not wait for background jobs, and does not lose the mark to them", async () => {
    const { run } = await open();
    expect(await run("sleep 30 &\necho started")).toMatchObject({ verdict: "passed" });
    expect(await run("jobs >/dev/null; kill %1; wait %1 2>/dev/null || true\necho ended")).toMatchObject({ verdict: "passed" });
  });

  it("puts standard output back after `exec >file`", async () => {
    const { run } = await open();
    expect((await run("exec >redirected\necho hidden")).verdict).toBe("passed");
    expect(await run("echo shown; cat redirected")).toMatchObject({ verdict: "passed", output: "shown\r\nhidden\r\n" });
  });

  it("waits for input that is typed by hand", async () => {
    const { start, session } = await open();
    const running = start("read -r answer\ncat\necho got $answer");
    await running.accepted;
    session.write("yes\r");
    session.write("line\r\x04");
    expect(await running.ended).toMatchObject({ verdict: "passed", lastLine: "got yes" });
  });

  it("keeps variables, functions and directory from block to block", async () => {
    const { run } = await open();
    await run("X=5; f() { echo f-$X; }; mkdir sub; cd sub");
    expect((await run("f; pwd")).output).toMatch(/^f-5\r\n.*\/sub\r\n$/);
  });

  it("exports parameters, and keeps a block with secrets out of every file", async () => {
    const { run, folder } = await open({ secrets: [{ name: "TOKEN", value: "hunter2-secret" }] });
    const outcome = await run(
      'echo "$TOKEN" | tr a-z A-Z; echo "$TOKEN"\nls -l holdpoint-block-* ../shell-*/holdpoint-block-* 2>/dev/null || true',
      {
        hasSecrets: true,
        environment: { TOKEN: "hunter2-secret" },
      },
    );
    expect(outcome.verdict).toBe("passed");
    expect(outcome.output).toContain("HUNTER2-SECRET");
    expect(outcome.output).not.toContain("hunter2-secret");
    expect(existsSync(folder)).toBe(true);
  });

  it("keeps a pinned variable against the rc file and against the block", async () => {
    const { run, session, folder, reopen } = await open({ rc: "export KUBECONFIG=/rc/other" });
    expect(session.reported()?.values["KUBECONFIG"]).toBe(`${folder}/pinned.kubeconfig`);
    expect((await run("export KUBECONFIG=/block/other\necho not")).verdict).toBe("failed");
    await reopen();
    expect((await run('echo "$KUBECONFIG"')).output).toBe(`${folder}/pinned.kubeconfig\r\n`);
  });

  it("ends in failed with the reason when the time is up, and leaves the shell usable", async () => {
    const { run } = await open();
    const outcome = await run("echo on; sleep 60", { timeoutMs: 300 });
    expect(outcome).toMatchObject({ verdict: "failed", kind: "timeout", shellAlive: true });
    expect(outcome.because).toContain("0.3 s");
    expect((await run("echo again")).verdict).toBe("passed");
  });

  it("cancels `sleep 999 & setsid sleep 999 & wait` without a survivor, and the shell lives", async () => {
    const { start, session, run, screen } = await open();
    const seconds = shell === "zsh" ? "99901" : "99902";
    const running = start(`sleep ${seconds} & setsid sleep ${seconds} & (sleep ${seconds} &) ; echo up; wait; sleep ${seconds}`);
    await until(() => screen().includes("up"));
    expect((await session.cancel()).survivors).toEqual([]);
    expect(await running.ended).toMatchObject({ verdict: "failed", kind: "cancelled" });
    expect((await listProcesses()).filter(({ command }) => command === `sleep ${seconds}`)).toEqual([]);
    expect((await run("echo alive")).output).toBe("alive\r\n");
  });

  it("cancels a block at any moment of its beginning, and the shell lives", async () => {
    const { start, session, run, folder, screen } = await open();
    const text = "sleep 987 & sleep 987; wait; touch run-on";
    const cancelled = { verdict: "failed", kind: "cancelled", shellAlive: true };
    // while it is being checked: it never begins
    const first = start(`touch begun; ${text}`);
    expect((await session.cancel()).survivors).toEqual([]);
    expect(await first.ended).toMatchObject({ ...cancelled, because: "cancelled by hand before it began; nothing was run" });
    expect(await first.accepted).toBeNull();
    // while a half-typed line is being cleared
    session.write("echo half");
    await until(() => screen().includes("echo half"));
    session.foresee(text);
    await session.ready(10_000);
    const second = start(text);
    await new Promise((resolve) => setImmediate(resolve));
    await session.cancel();
    expect(await second.ended).toMatchObject(cancelled);
    // when its line has just been typed, and when the shell has just begun it
    for (const wait of [() => new Promise((resolve) => setImmediate(resolve)), (accepted: Promise<unknown>) => accepted]) {
      expect(await session.ready(10_000)).toBe(true);
      session.foresee(text);
      await run("true");
      session.foresee(text);
      const third = start(text);
      await wait(third.accepted);
      expect((await session.cancel()).survivors).toEqual([]);
      expect(await third.ended).toMatchObject(cancelled);
    }
    expect((await listProcesses()).filter(({ command }) => command === "sleep 987")).toEqual([]);
    expect(await run("ls")).toMatchObject({ verdict: "passed", shellAlive: true });
    expect(existsSync(`${folder}/begun`) || existsSync(`${folder}/run-on`)).toBe(false);
  });

  it("reports lines typed by hand, redacted, and takes a block after a half-typed line", async () => {
    const { session, run, handTyped, screen } = await open({ secrets: [{ name: "P", value: "swordfish" }] });
    session.write("echo swordfish typed\r");
    await until(() => handTyped.length > 0 && session.activity() === "idle");
    expect(handTyped[0]).toMatch(/^echo .* typed$/);
    expect(handTyped[0]).not.toContain("swordfish");
    session.write("echo half");
    await until(() => screen().includes("echo half"));
    expect(await run("echo block")).toMatchObject({ verdict: "passed", output: "block\r\n" });
    expect(handTyped.some((line) => line.includes("holdpoint-block"))).toBe(false);
  });

  it("shows neither the typed line nor a mark in the view or the recording", async () => {
    const { run, screen } = await open();
    const outcome = await run("echo visible");
    expect(outcome.output).toBe("visible\r\n");
    expect(screen()).not.toContain("holdpoint-block");
    expect(screen()).not.toContain("]633;");
    await until(() => screen().includes("exit 0"));
    // the views alone are told where a block begins and how it ended
    expect(screen()).toMatch(/── test ─+ \d\d:\d\d:\d\d/);
    expect(screen()).toMatch(/── exit 0 in \d+(\.\d)? m?s ─+ \d\d:\d\d:\d\d/);
  });

  it("stores every byte of a 20,480-byte burst, time after time, also when the shell exits right behind it", async () => {
    const { run } = await open();
    const rounds = Number(process.env["HOLDPOINT_BURSTS"] ?? 20);
    for (let round = 0; round < rounds; round++) {
      const outcome = await run("head -c 20480 /dev/zero | tr '\\0' x");
      expect([outcome.verdict, outcome.output.length, outcome.bytes]).toEqual(["passed", 20_480, 20_480]);
    }
    const last = await run("head -c 20480 /dev/zero | tr '\\0' y\nexit 0");
    expect([last.verdict, last.output.length]).toEqual(["passed", 20_480]);
  });

  it("runs a block with another interpreter, and in a directory of its own", async () => {
    const { run, folder } = await open();
    expect((await run("import sys\nprint(sys.version_info[0])\n", { interpreter: "python3" })).output).toBe("3\r\n");
    expect((await run("pwd", { cwd: "/" })).output).toBe("/\r\n");
    expect(folder).not.toBe("/");
  });

  it("fails a command that does not exist with 127 and the shell's own words", async () => {
    const outcome = await (await open()).run("echo one\n\nnot-a-command-at-all\n");
    expect(outcome).toMatchObject({ verdict: "failed", exitCode: 127 });
    expect(outcome.output).toContain("command not found");
    // an interactive bash names no line; zsh names the block's own
    if (shell === "zsh") expect(outcome.output).toContain(":3:");
  });
});

it.each(["bash", "zsh", "fish"] as const)("never passes a block in the middle of which a signal ends %s", async (shell) => {
  for (const signal of shell === "zsh" ? ["HUP"] : ["HUP", "ABRT"]) {
    bench = await openBench(shell);
    const own = shell === "fish" ? "$fish_pid" : "$$";
    // zsh takes it for an exit of its own, with 1; the others say nothing that could be believed.
    expect(await bench.run(`echo on\nkill -${signal} ${own}\nsleep 1\necho not`)).toMatchObject({
      ...(shell === "zsh" ? { verdict: "failed", kind: "exit" } : { verdict: "unknown", kind: "shell-gone" }),
      shellAlive: false,
    });
    await bench.close();
  }
});

it.each(["bash", "zsh", "fish"] as const)("refuses a block with a NUL byte in %s before anything of it is run", async (shell) => {
  bench = await openBench(shell);
  const refused = { verdict: "failed", kind: "syntax", output: "", shellAlive: true };
  for (const text of ["touch begun\necho a\0b", "touch begun\n#\0", "echo 'a\0'\ntouch begun"]) {
    const outcome = await bench.run(text);
    expect(outcome).toMatchObject(refused);
    expect(outcome.because).toMatch(/on line [12] of the block: it holds a NUL byte; nothing was run/);
  }
  expect(await bench.run("print('\0')", { interpreter: "python3" })).toMatchObject(refused);
  expect(await bench.run("ls begun 2>/dev/null; echo on")).toMatchObject(shell === "fish" ? { output: "on\r\n" } : { verdict: "failed" });
});

describe("in bash alone", () => {
  it("works behind an rc file that makes its own PROMPT_COMMAND read-only", async () => {
    bench = await openBench("bash", { rc: "PROMPT_COMMAND='true rc'; readonly PROMPT_COMMAND" });
    expect(await bench.run("false")).toMatchObject({ verdict: "failed", exitCode: 1 });
    expect(await bench.run("echo on")).toMatchObject({ verdict: "passed", output: "on\r\n" });
  });

  it("puts away a shell that has given its end mark and never comes to its prompt", async () => {
    bench = await openBench("bash");
    expect(await bench.run("PROMPT_COMMAND=; readonly PROMPT_COMMAND\n(exit 3)")).toMatchObject({
      verdict: "failed",
      exitCode: 3,
      shellAlive: false,
    });
  });

  it("runs nothing of a block whose here-document has no end", async () => {
    bench = await openBench("bash");
    expect(await bench.run("echo one\ncat <<END\ntext")).toMatchObject({ verdict: "failed", kind: "syntax", output: "" });
  });
});

describe.skipIf(findShell("fish", process.env) === null)("in fish", () => {
  it("counts the last status, keeps exactly the output, takes `exit` and `return` with their codes", async () => {
    bench = await openBench("fish");
    expect(await bench.run("false\necho hello")).toMatchObject({ verdict: "passed", output: "hello\r\n", lastLine: "hello" });
    expect(await bench.run("echo hello\nfalse")).toMatchObject({ verdict: "failed", exitCode: 1, output: "hello\r\n" });
    expect(await bench.run("false | true")).toMatchObject({ verdict: "passed", pipeStatus: [1, 0] });
    expect(await bench.run("return 3")).toMatchObject({ verdict: "failed", exitCode: 3 });
    expect(await bench.run("return 0")).toMatchObject({ verdict: "passed" });
    // fish leaves a sourced file on `exit` and not the shell
    expect(await bench.run("set -gx KEPT 'a b'; cd /; exit 4\necho NOT")).toMatchObject({ verdict: "failed", exitCode: 4, output: "" });
    expect((await bench.run('echo "$KEPT $PWD"')).output).toBe("a b /\r\n");
  });

  it("runs nothing of a block that does not parse, however long it is", async () => {
    bench = await openBench("fish");
    expect(await bench.run(`${"set x 1\n".repeat(20_000)}if true\nfalse`)).toMatchObject({ verdict: "failed", kind: "syntax", output: "" });
    expect(await bench.run(`${"set x 1\n".repeat(20_000)}false`)).toMatchObject({ verdict: "failed", kind: "exit", exitCode: 1 });
  });

  it("calls it unknown when the shell kills itself or becomes another program", async () => {
    bench = await openBench("fish");
    expect(await bench.run("kill -9 $fish_pid")).toMatchObject({ verdict: "unknown", kind: "shell-gone" });
    await bench.reopen();
    expect(await bench.run("exec sh")).toMatchObject({ verdict: "unknown", kind: "replaced" });
  });
});
