import { dirname, join } from "node:path";
import { spawn } from "@lydell/node-pty";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Caller, createEngine } from "../engine.ts";
import { HEADLESS } from "./door.ts";
import { type Bench, createBench, lines, until } from "./in-test.ts";

/** Several processes per test, each loading the engine. */
const SLOW = { timeout: 300_000 };

let bench: Bench;
let good: string;
const FENCE = "```";
beforeEach(() => {
  bench = createBench();
  good = bench.file("books/good.md", `# Good\n\n## One\n\n${FENCE}sh\necho "I am $WHO"\n${FENCE}\n`);
});
afterEach(() => bench.close());

/** Makes the first operator in the bench's data directory, as the window does. */
async function enrol(password: string): Promise<void> {
  const created = await createEngine({ home: bench.env["HOLDPOINT_HOME"] ?? "", env: bench.env, builtIn: [], host: HEADLESS });
  if (!created.ok) throw new Error(created.error.message);
  const caller: Caller = { id: "test", door: "window", isReadOnly: false };
  expect(await created.value.handle("people.createFirst", { id: "dana", name: "Dana", password }, caller)).toMatchObject({ ok: true });
  await created.value.close();
}

it("runs as an operator with the password from a descriptor, and refuses a wrong one with 2", SLOW, async () => {
  await enrol("correct horse battery");
  const as = (password: string) =>
    bench.holdpoint(["run", good, "--yes", "--json", "--as", "dana", "--password-fd", "3"], { descriptor: `${password}\nrest` });
  const wrong = await as("wrong horse");
  expect(wrong.code).toBe(2);
  expect(lines(wrong.out)).toMatchObject([{ error: { code: "wrong-password" } }]);
  const { code, out, err } = await as("correct horse battery");
  expect(code, err).toBe(0);
  expect(lines(out)[0]).toMatchObject({ type: "run.started", actor: { op_id: "dana", name: "Dana" } });
});

it("asks for the password on the terminal without echo", SLOW, async () => {
  await enrol("correct horse battery");
  const cli = join(dirname(import.meta.dirname), "cli.ts");
  const terminal = spawn(process.execPath, [cli, "run", good, "--yes", "--as", "dana"], {
    cwd: bench.folder,
    env: { ...bench.env, TERM: "xterm" } as Record<string, string>,
    cols: 200,
    rows: 40,
  });
  let screen = "";
  terminal.onData((text) => {
    screen += text;
    if (screen.includes("Password of dana:") && !screen.includes("asked")) {
      screen += "<asked>";
      terminal.write("correct horsX\x7fe battery\r");
    }
  });
  const code = await new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  expect(code, screen).toBe(0);
  expect(screen).not.toContain("horse");
  expect(screen).toContain("run finished");
});

it("serves the window behind a one-time link, and other commands talk to the one that runs", SLOW, async () => {
  const serving = bench.start(["serve", "--json", "--no-build"], { env: { WHO: "the server" } });
  await until("the link", () => serving.out().includes("\n"));
  const { url } = lines(serving.out())[0] as { url: string };
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/enter#token=[\w-]{43}$/);
  const origin = new URL(url).origin;
  expect((await fetch(`${origin}/api/exported`)).status).toBe(401);

  // The lock is held, so an own engine could not open the database: these are answers of the running one.
  expect((await bench.holdpoint(["status", "--json"])).code).toBe(0);
  const ran = await bench.holdpoint(["run", good, "--yes", "--json"], { env: { WHO: "the command" } });
  expect(ran.code, ran.err).toBe(0);
  expect(ran.err).toContain("running already");

  const again = await bench.holdpoint(["open", "--no-browser", "--no-build", "--json", good]);
  expect(again.code, again.err).toBe(0);
  const link = new URL((lines(again.out)[0] as { url: string }).url);
  expect(link.origin).toBe(origin);
  expect(new URLSearchParams(link.hash.slice(1)).get("open")).toBe(good);
  const alert = "holdpoint://open?runbook=respond/high-error-rate.md#page";
  const carried = await bench.holdpoint(["open", "--no-browser", "--no-build", "--json", alert]);
  expect(new URLSearchParams(new URL((lines(carried.out)[0] as { url: string }).url).hash.slice(1)).get("open")).toBe(alert);
  const refused = await bench.holdpoint(["open", "--no-browser", "--no-build", "--json", "holdpoint://open?runbook=../../x.md"]);
  expect([refused.code, refused.out + refused.err]).toEqual([2, expect.stringContaining("its path goes up")]);

  const entered = await fetch(`${origin}/api/session`, {
    method: "POST",
    headers: { Origin: origin, "Content-Type": "application/json" },
    body: JSON.stringify({ token: new URLSearchParams(link.hash.slice(1)).get("token") }),
  });
  expect(entered.status).toBe(200);
  expect((await bench.holdpoint(["serve", "--read-only", "--no-build"])).code).toBe(2);

  serving.child.kill("SIGTERM");
  expect((await serving.ended).code).toBe(0);
  const alone = await bench.holdpoint(["status", "--json"]);
  expect(alone.code, alone.err).toBe(0);
});

it("starts over a socket and a lock that a killed engine left", SLOW, async () => {
  const serving = bench.start(["serve", "--json", "--no-build"]);
  await until("the link", () => serving.out().includes("\n"));
  serving.child.kill("SIGKILL");
  await serving.ended;
  const { code, err } = await bench.holdpoint(["run", good, "--yes", "--json"]);
  expect(code, err).toBe(0);
});

it("refuses to listen beyond this machine without TLS, and to guess a port", SLOW, async () => {
  const beyond = await bench.holdpoint(["serve", "--host", "0.0.0.0", "--no-build"]);
  expect(beyond.code).toBe(2);
  expect(beyond.err).toContain("--tls-cert");
  expect((await bench.holdpoint(["serve", "--port", "http", "--no-build"])).code).toBe(2);
});

it("opens the window's link with the reason in one line where no window can be opened", SLOW, async () => {
  const opening = bench.start(["open", "--no-build", "--json"]);
  await until("the link", () => opening.out().includes("\n"));
  expect(lines(opening.out())[0]).toHaveProperty("url");
  expect(opening.err()).toMatch(/Open this link in a browser, because .+\. It works once:\n/);
  opening.child.kill("SIGINT");
  expect((await opening.ended).code).toBe(0);
  expect((await bench.holdpoint(["open", "no-such-file.md"])).code).toBe(2);
});

it("lets a command finish that uses the engine of another, which then ends", SLOW, async () => {
  const slow = bench.file(
    "books/slow.md",
    `# Slow\n\n## One\n\n${FENCE}sh\nwhile [ ! -e "${bench.folder}/go" ]; do sleep 0.05; done\n${FENCE}\n`,
  );
  const long = bench.file(
    "books/long.md",
    `# Long\n\n## One\n\n${FENCE}sh\nwhile [ ! -e "${bench.folder}/end" ]; do sleep 0.05; done\n${FENCE}\n`,
  );
  const first = bench.start(["run", slow, "--yes", "--json"]);
  await until("the first block", () => first.out().includes('"block.started"'));
  const second = bench.start(["run", long, "--yes", "--json"]);
  await until("the second block", () => second.out().includes('"block.started"'));
  bench.file("go", "");
  await until("the first waits for the second", () => first.err().includes("uses this engine"));
  bench.file("end", "");
  expect((await second.ended).code, second.err()).toBe(0);
  expect((await first.ended).code, first.err()).toBe(0);
});
