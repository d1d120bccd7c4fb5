// The command as it is installed: the launcher starts Node 24 and hands over what the shell opened for it.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Caller, createEngine } from "../engine.ts";
import { HEADLESS } from "./door.ts";
import { type Bench, createBench, type Ended, lines } from "./in-test.ts";

const LAUNCHER = join(dirname(dirname(import.meta.dirname)), "build", "holdpoint.mjs");
const NODE24 = join(dirname(LAUNCHER), "node24.mjs");
const CLI = join(dirname(import.meta.dirname), "cli.ts");
/** Several processes per test, each loading the engine. */
const SLOW = { timeout: 300_000 };
const PASSWORD = "correct horse battery";
const SECRET = "s3cr3t-of-the-night-9f2c";

let bench: Bench;
let file: string;
beforeEach(() => {
  bench = createBench();
  const fence = "```";
  file = bench.file(
    "books/secret.md",
    `---\nparams: [{name: TOKEN, type: secret, required: true}]\n---\n# S\n\n## One\n\n${fence}bash\ntest "$TOKEN" = ${SECRET.split("").join("''")}\n${fence}\n`,
  );
});
afterEach(() => bench.close());

/** Runs `holdpoint ARGUMENTS REDIRECTIONS` in a shell, as a person types it. */
function inShell(start: string[], line: string): Promise<Ended> {
  const words = [process.execPath, ...start].map((word) => `'${word}'`).join(" ");
  const child = spawn("bash", ["-c", `exec ${words} ${line}`], { cwd: bench.folder, env: bench.env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, out, err })));
}

async function enrol(): Promise<void> {
  const created = await createEngine({ home: bench.env["HOLDPOINT_HOME"] ?? "", env: bench.env, builtIn: [], host: HEADLESS });
  if (!created.ok) throw new Error(created.error.message);
  const caller: Caller = { id: "test", door: "window", isReadOnly: false };
  expect(await created.value.handle("people.createFirst", { id: "dana", name: "Dana", password: PASSWORD }, caller)).toMatchObject({
    ok: true,
  });
  await created.value.close();
}

it.each([
  ["holdpoint", [LAUNCHER]],
  ["node24.mjs cli.ts", [NODE24, CLI]],
])("hands a password and a secret parameter over on the descriptors that were named: %s", SLOW, async (_name, start) => {
  await enrol();
  const passwordFile = bench.file("password", `${PASSWORD}\n`);
  // One from a file and one from a command, neither of them the first that is free, in both spellings of an option.
  const redirected = `7< '${passwordFile}' 5< <(printf 'TOKEN=%s\\n' ${SECRET})`;
  const { code, out, err } = await inShell(start, `run '${file}' --yes --json --as dana --password-fd 7 --param-fd=5 ${redirected}`);
  expect(code, err).toBe(0);
  expect(lines(out)[0]).toMatchObject({ type: "run.started", actor: { op_id: "dana" } });
  expect(out + err).not.toContain(SECRET);
});

it("ends with 2 and says how a descriptor is opened where the one that was named is not", SLOW, async () => {
  const { code, out, err } = await inShell([LAUNCHER], `run '${file}' --yes --json --param-fd 9 9<&-`);
  expect(code).toBe(2);
  expect(err).toMatch(/--param-fd 9/);
  expect(lines(out)).toMatchObject([{ error: { code: "invalid-params" } }]);
});
