import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, createBench, lines, until } from "./in-test.ts";

const FENCE = "```";
const step = (title: string, commands: string, more = "") => `## ${title}\n\n${FENCE}sh\n${commands}\n${FENCE}\n${more}\n`;

/** Each command is a process of its own that loads the engine: about a second of one core, and more where others work too. */
const SLOW = { timeout: 300_000 };

let bench: Bench;
let good: string;
beforeAll(() => {
  bench = createBench();
  good = bench.file("books/good.md", `# Good\n\n${step("One", "echo hello-$((20+3))")}${step("Two", "true")}`);
});
afterAll(() => bench.close());

describe("files without an engine", SLOW, () => {
  it("parse prints one JSON object and nothing else on standard output", async () => {
    const { code, out, err } = await bench.holdpoint(["parse", good, "--json"]);
    expect([code, err]).toEqual([0, ""]);
    const [document] = lines(out);
    expect(document).toMatchObject({ title: "Good", kind: "runbook", diagnostics: [] });
    const steps = document?.["steps"] as {
      id: string;
      blocks: { line: number; runnable: boolean; commands: string; placeholders: string[] }[];
    }[];
    expect(steps.map((one) => one.id)).toEqual(["one", "two"]);
    expect(steps[0]?.blocks[0]).toMatchObject({
      line: 5,
      language: "sh",
      runnable: true,
      commands: "echo hello-$((20+3))\n",
      placeholders: [],
    });
    expect(Object.keys(document ?? {})).not.toContain("flow");
    expect(existsSync(join(bench.folder, "home"))).toBe(false);
  });

  it("parse ends with 2 where a file cannot be read", async () => {
    const missing = await bench.holdpoint(["parse", "none.md", "--json"]);
    expect(missing.code).toBe(2);
    expect(lines(missing.out)).toMatchObject([{ error: { code: "invalid-params" } }]);
    expect(missing.err).toContain("none.md");
    expect((await bench.holdpoint(["parse", bench.folder])).code).toBe(2);
    expect((await bench.holdpoint(["parse"])).code).toBe(2);
    expect((await bench.holdpoint(["parse", good, "--nonsense"])).code).toBe(2);
  });

  it("lint prints file, line, column, severity, code and message, and ends with 1 on errors only", async () => {
    const bad = bench.file(
      "lint/bad.md",
      `---\nparams: [{name: A, type: nonsense}]\n---\n# Bad\n\n${step("One", "kubectl --context other get pods")}`,
    );
    const { code, out } = await bench.holdpoint(["lint", join(bench.folder, "lint"), "--json"]);
    const found = JSON.parse(out) as { file: string; line: number; severity: string; code: string; message: string }[];
    expect(code).toBe(found.some((one) => one.severity === "error") ? 1 : 0);
    expect(found.some((one) => one.severity === "error" && one.line === 2)).toBe(true);
    expect(found.find((one) => one.code === "walks-round-the-pin")).toMatchObject({ file: "lint/bad.md", line: 9, severity: "warning" });
    const text = await bench.holdpoint(["lint", bad, good]);
    expect(text.out).not.toContain("good.md");
    for (const line of text.out.trim().split("\n")) expect(line).toMatch(/^lint\/bad\.md:\d+:\d+ (error|warning|info) [a-z0-9-]+ \S/);
    expect((await bench.holdpoint(["lint", "none"])).code).toBe(2);
  });

  it("names the line of a command in a console block, whose prompts and output are not commands", async () => {
    bench.file(
      "console.md",
      `# C\n\n## One\n\n${FENCE}console\n$ echo a\nkubectl --context shown get\n$ kubectl --context real get\n${FENCE}\n`,
    );
    const { out } = await bench.holdpoint(["lint", "console.md", "--json"]);
    const found = (JSON.parse(out) as { code: string; line: number }[]).filter((one) => one.code === "walks-round-the-pin");
    expect(found.map((one) => one.line)).toEqual([8]);
  });

  it("help and version are no mistake; an unknown option is", async () => {
    expect((await bench.holdpoint(["--help"])).code).toBe(0);
    expect(await bench.holdpoint(["--version"])).toMatchObject({ code: 0, out: "0.1.0\n" });
    expect((await bench.holdpoint(["run", "--help"])).out).toMatch(/--param-fd[\s\S]*Exit codes/);
    expect((await bench.holdpoint(["run", good, "--password", "x"])).code).toBe(2);
    expect((await bench.holdpoint(["opne"])).code).toBe(2);
  });
});

describe("run", SLOW, () => {
  const run = (file: string, ...more: string[]) => bench.holdpoint(["run", file, "--yes", "--json", ...more]);

  it("ends with 0 when all passed, and prints every event of the record in order", async () => {
    const { code, out, err } = await run(good);
    expect(code, err).toBe(0);
    const events = lines(out);
    const recorded = events.slice(0, -1);
    expect(recorded.map((one) => one["seq"])).toEqual(recorded.map((_, index) => index + 1));
    const types = recorded.map((one) => one["type"]);
    for (const type of ["run.started", "step.started", "block.started", "block.ended", "step.ended", "run.finished"])
      expect(types).toContain(type);
    expect(recorded.filter((one) => one["type"] === "step.ended").map((one) => one["outcome"])).toEqual(["passed", "passed"]);
    expect(events.at(-1)).toMatchObject({ type: "cli.ended", exitCode: 0, status: "finished" });
    expect(recorded[0]).toMatchObject({ actor: { role: "unauthenticated" } });
    expect(out + err).not.toContain("\x1b[");
  });

  it("ends with 1 when a step failed, and goes no further", async () => {
    const file = bench.file("books/failing.md", `# F\n\n${step("One", "exit 3")}${step("Two", "touch never")}`);
    const { code, out } = await run(file);
    expect(code).toBe(1);
    const ends = lines(out).filter((one) => one["type"] === "block.ended");
    expect(ends).toMatchObject([{ outcome: "failed", data: { exit_code: 3 } }]);
    expect(lines(out).at(-1)).toMatchObject({ exitCode: 1, steps: [{ verdict: "failed" }, { verdict: null }] });
  });

  it("ends with 2 on everything that is wrong with what was asked", async () => {
    const params = `---\nparams:\n  - {name: N, type: int, required: true, max: 5}\n  - {name: TOKEN, type: secret}\n---\n# P\n\n${step("One", 'echo "$N"')}`;
    const file = bench.file("books/params.md", params);
    const wrong: string[][] = [
      ["none.md"],
      [file],
      [file, "--param", "N=9"],
      [file, "--param", "N=1", "--param", "TOKEN=hunter22-hunter22"],
      [good, "--step", "three"],
      [good, "--as", "nobody", "--password-fd", "9"],
      // Refused before anything is opened, and therefore quick:
      [good, "--mode", "rehersal"],
      [good, "--timeout", "soon"],
      [good, "--password-fd", "3"],
      [good, "--as", "../x"],
    ];
    for (const args of wrong) {
      const { code, out, err } = await run(args[0] ?? "", ...args.slice(1));
      expect(code, `${args.join(" ")}\n${err}`).toBe(2);
      expect(lines(out).at(-1), args.join(" ")).toHaveProperty("error.code");
      expect(err + out).not.toContain("hunter22");
    }
  });

  it("ends with 3 at a check without --yes, and confirms it on record with", async () => {
    const file = bench.file("books/check.md", `# C\n\n${step("One", "true", "\n- [ ] The board is green\n")}`);
    const waiting = await bench.holdpoint(["run", file, "--json"]);
    expect(waiting.code, waiting.err).toBe(3);
    expect(waiting.err).toContain("The board is green");
    const { code, out } = await run(file);
    expect(code).toBe(0);
    expect(lines(out).find((one) => one["type"] === "check.confirmed")).toMatchObject({ data: { value: "confirmed by --yes" } });
    const asks = bench.file("books/value.md", "# V\n\n## One\n\n- [ ] Error rate <!-- check: {value: number} -->\n");
    expect((await run(asks)).code).toBe(3);
  });

  it("ends with 3 in a folder that is not trusted, and runs nothing", async () => {
    const file = bench.file("untrusted/a.md", `# A\n\n${step("One", `touch ${bench.folder}/never`)}`);
    const { code, err } = await bench.holdpoint(["run", file, "--json"]);
    expect([code, existsSync(join(bench.folder, "never"))]).toEqual([3, false]);
    expect(err).toContain("not trusted");
  });

  it("ends with 3 where the end is unknown: a killed shell, and a block that outlives --timeout", async () => {
    const killed = await run(bench.file("books/killed.md", `# K\n\n${step("One", "kill -9 $$")}`));
    expect(killed.code, killed.err).toBe(3);
    expect(lines(killed.out).find((one) => one["type"] === "block.ended")).toMatchObject({ outcome: "unknown" });
    const slow = await run(bench.file("books/slow.md", `# S\n\n${step("One", "sleep 300")}`), "--timeout", "1s");
    expect(slow.code, slow.err).toBe(3);
    expect(lines(slow.out).at(-1)).toMatchObject({ exitCode: 3, steps: [{ verdict: "unknown" }] });
  });

  it("ends with 4 where the cluster cannot be reached, and with 2 where there is no such context", async () => {
    const kubeconfig = bench.file(
      "kube/config",
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "u", user: { token: "not-a-real-token-000000" } }],
        contexts: [{ name: "gone", context: { cluster: "c", user: "u" } }],
      }),
    );
    const file = bench.file("books/cluster.md", `---\nrequires: {cluster: true}\n---\n# C\n\n${step("One", "true")}`);
    for (const [context, expected] of [
      ["gone", 4],
      ["no-such-context", 2],
    ] as const) {
      const { code, err } = await bench.holdpoint(["run", file, "--yes", "--json", "--context", context], {
        env: { KUBECONFIG: kubeconfig },
      });
      expect(code, `${context}: ${err}`).toBe(expected);
    }
  });

  it("ends with 130 on Ctrl-C, after the block was cancelled, and leaves no process", async () => {
    const mark = `hp-${process.pid}-${Date.now()}`;
    const file = bench.file("books/long.md", `# L\n\n${step("One", `echo begun; exec -a ${mark} sleep 300 & exec -a ${mark} sleep 300`)}`);
    const started = bench.start(["run", file, "--yes", "--json"]);
    await until("the block", () => started.out().includes('"block.started"'));
    const alive = () => readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid).startsWith(mark));
    await until("its processes", () => alive().length > 0);
    started.child.kill("SIGINT");
    const { code, out } = await started.ended;
    expect(code).toBe(130);
    expect(lines(out).at(-1)).toMatchObject({ type: "cli.ended", exitCode: 130 });
    expect(lines(out).some((one) => one["type"] === "block.ended")).toBe(true);
    expect(alive()).toEqual([]);
  });

  it("runs only the steps that were named, and says so on record", async () => {
    const { code, out } = await run(good, "--step", "two");
    expect(code).toBe(0);
    const events = lines(out);
    expect(events.filter((one) => one["type"] === "step.ended")).toMatchObject([{ subject: { step: "two" }, outcome: "passed" }]);
    expect(events.find((one) => one["type"] === "run.finished")).toMatchObject({ reason: expect.stringContaining("two") });
  });

  it("keeps a secret that came over a descriptor out of output and data directory", async () => {
    const secret = "s3cr3t-of-the-night-9f2c";
    const file = bench.file(
      "books/secret.md",
      `---\nparams: [{name: TOKEN, type: secret, required: true}]\n---\n# S\n\n${step("One", 'echo "token: $TOKEN"')}`,
    );
    const { code, out, err } = await bench.holdpoint(["run", file, "--yes", "--json", "--param-fd", "3"], {
      descriptor: `TOKEN=${secret}\n`,
    });
    expect(code, err).toBe(0);
    expect(out + err).not.toContain(secret);
    const found = (folder: string): string[] =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => readFileSync(path).includes(secret));
    expect(found(join(bench.folder, "home"))).toEqual([]);
  });

  it("prints a readable line per event without --json", async () => {
    const { code, out } = await bench.holdpoint(["run", good, "--yes"]);
    expect(code).toBe(0);
    expect(out).toMatch(/Good started \(live\)[\s\S]*step 1 One[\s\S]*\$ echo hello[\s\S]*passed[\s\S]*run finished: passed/);
  });
});

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // ended since the list was read
  }
};

describe("the record from the command line", SLOW, () => {
  it("lists, exports, verifies and copies what was run, and notices one changed byte", async () => {
    const { out: listed } = await bench.holdpoint(["status", "--json"]);
    const [status] = lines(listed);
    const logs = status?.["logs"] as { number: number; run: string | null; kind: string; title: string }[];
    const first = logs.find((log) => log.kind === "run" && log.title === "Good");
    const one = await bench.holdpoint(["status", `${first?.number}`, "--json"]);
    expect(lines(one.out)).toMatchObject([{ header: { run: first?.run, status: "finished" } }]);
    expect((await bench.holdpoint(["status", "99999"])).code).toBe(2);

    const out = join(bench.folder, "export");
    expect((await bench.holdpoint(["export", `${first?.number}`, "--format", "json", "--out", out])).code).toBe(0);
    const events = join(out, "events.ndjson");
    expect([0, 2]).toContain((await bench.holdpoint(["verify", out])).code);
    const bytes = readFileSync(events);
    const at = bytes.indexOf("echo hello");
    expect(at).toBeGreaterThan(0);
    writeFileSync(events, Buffer.concat([bytes.subarray(0, at), Buffer.from("E"), bytes.subarray(at + 1)]));
    const changed = await bench.holdpoint(["verify", events, "--json"]);
    expect(changed.code).toBe(1);
    expect(lines(changed.out)).toMatchObject([{ verdict: "NOT VERIFIED" }]);
    expect((await bench.holdpoint(["verify", join(bench.folder, "nothing")])).code).toBe(3);

    const table = join(bench.folder, "out.csv");
    expect((await bench.holdpoint(["export", "latest", "--format", "csv", "--out", table])).code).toBe(0);
    expect(existsSync(table) || statSync(table).isDirectory()).toBe(true);
    expect((await bench.holdpoint(["export", "latest", "--format", "docx", "--out", table])).code).toBe(2);
    expect((await bench.holdpoint(["export", "latest", "--format", "csv", "--out", table])).code).not.toBe(0);

    const copy = join(bench.folder, "copy.db");
    expect((await bench.holdpoint(["backup", "--out", copy])).code).toBe(0);
    expect([0, 2]).toContain((await bench.holdpoint(["verify", copy])).code);
    expect([0, 2]).toContain((await bench.holdpoint(["verify", join(bench.folder, "home")])).code);
  });

  it("lists contexts, broken ones too", async () => {
    const kubeconfig = bench.file(
      "kube/mixed",
      "apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: []\ncontexts:\n  - {name: broken, context: {cluster: none, user: none}}\n",
    );
    const { code, out } = await bench.holdpoint(["contexts", "--json"], { env: { KUBECONFIG: kubeconfig } });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ name: "broken", error: { message: expect.any(String) }, probe: null }]);
  });

  it("finds before a run what would stop it", async () => {
    const file = bench.file("books/tools.md", `---\nrequires: {tools: [no-such-tool-at-all]}\n---\n# T\n\n${step("One", "true")}`);
    const { code, out } = await bench.holdpoint(["preflight", file, "--json"]);
    expect(code).toBe(1);
    expect(
      (JSON.parse(out) as { severity: string; subject: string }[])
        .filter((one) => one.severity === "blocker")
        .map((one) => one.subject)
        .join(),
    ).toContain("no-such-tool-at-all");
  });

  it("says of this machine what is ok and what is not", async () => {
    const { code, out, err } = await bench.holdpoint(["doctor", "--json"]);
    const checks = JSON.parse(out) as { name: string; state: string; message: string; todo: string }[];
    expect(code, err + out).toBe(checks.some((one) => one.state === "error") ? 1 : 0);
    for (const name of ["runtime", "database", "terminal", "kubeconfig", "clock", "disk", "desktop", "browser"])
      expect(checks.map((one) => one.name)).toContain(name);
    for (const one of checks) expect(one.state === "ok" || one.todo !== "", one.name).toBe(true);
  });
});
