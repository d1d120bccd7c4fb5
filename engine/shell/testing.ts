// Helpers for tests of real shells: a home without rc files, a session of its own, blocks run to their outcome.
// Owns: nothing of the product.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realPorts } from "../ports.ts";
import type { Expectation, ShellKind, TerminalFromEngine, TerminalId } from "../protocol/index.ts";
import { readCast } from "./cast.ts";
import { openRecording } from "./recording.ts";
import { createRedactor } from "./redactor.ts";
import { openShellSession } from "./session.ts";
import type { BlockOutcome, BlockToRun, RunningBlock, ShellOptions, ShellSession } from "./types.ts";

export type Bench = {
  folder: string;
  session: ShellSession;
  handTyped: string[];
  closed: Promise<void>;
  /** Everything the views were sent, joined. */
  screen(): string;
  start(text: string, options?: Partial<BlockToRun>): RunningBlock & { output(): Promise<string> };
  run(text: string, options?: Partial<BlockToRun>): Promise<BlockOutcome & { output: string }>;
  /** A new shell with what the last one handed over, where that one has ended. */
  reopen(): Promise<void>;
  close(): Promise<void>;
};

const ports = realPorts();

export type BenchOptions = Partial<ShellOptions> & { rc?: string; secrets?: { name: string; value: string }[] };

export async function openBench(shell: ShellKind, options: BenchOptions = {}): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), "holdpoint-shell-"));
  if (options.rc !== undefined) writeFileSync(join(folder, shell === "zsh" ? ".zshrc" : ".bashrc"), options.rc);
  const handTyped: string[] = [];
  const seen: string[] = [];
  let resolveClosed = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  let last: BlockOutcome | null = null;
  const shellOptions: ShellOptions = {
    id: `terminal-${ports.ids.next()}` as TerminalId,
    shell,
    cwd: folder,
    environment: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: folder, LANG: "C.UTF-8" },
    pinned: { KUBECONFIG: join(folder, "pinned.kubeconfig") },
    runtimeDir: folder,
    redactor: createRedactor(options.secrets ?? []),
    ports,
    cols: 100,
    rows: 30,
    report: ["KUBECONFIG"],
    onHandTyped: (line) => handTyped.push(line),
    onClosed: () => resolveClosed(),
    ...options,
  };
  const must = async (more: Partial<ShellOptions>) => {
    const opened = await openShellSession({ ...shellOptions, ...more });
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  };
  let session = await must({});
  const view = session.attach((message: TerminalFromEngine) => {
    if (message.type === "closed") return;
    seen.push(message.data);
    view.receive({ type: "ack", chars: message.data.length });
  });
  let serial = 0;
  const start: Bench["start"] = (text, more = {}) => {
    const path = join(folder, `recording-${++serial}.cast`);
    const recording = openRecording(path, { cols: 100, rows: 30, title: "test", env: {}, clock: ports.clock });
    const running = session.run({
      label: "test",
      text,
      hasSecrets: false,
      recording,
      timeoutMs: null,
      match: null,
      expect: null as Expectation | null,
      interpreter: null,
      cwd: null,
      environment: {},
      typeIntoNested: false,
      ...more,
    });
    const output = async () => {
      await running.ended;
      await recording.close(null);
      const cast = readCast(readFileSync(path, "utf8"));
      if (!cast.ok) throw new Error(cast.error.message);
      return cast.value.events
        .filter((event) => event.code === "o")
        .map((event) => event.data)
        .join("");
    };
    return { ...running, output };
  };
  return {
    folder,
    session,
    handTyped,
    closed,
    screen: () => seen.join(""),
    start,
    async run(text, more) {
      if (!(await session.ready(10_000))) throw new Error(`the shell is ${session.activity()}`);
      const { ended, output } = start(text, more);
      const outcome = await ended;
      last = outcome;
      return { ...outcome, output: await output() };
    },
    async reopen() {
      if (last === null || last.shellAlive) return;
      session = await must(last.handOver === null ? {} : { inherited: last.handOver });
    },
    async close() {
      await session.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Waits until `condition` holds, looking again every 20 ms; throws after `limitMs`. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`it did not come to hold within ${limitMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
