// A whole engine in a temporary home, for tests: real database, real shells, one signed-in operator.
// Owns: setting up, asking, waiting for a state, taking down. Used by tests only.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Caller, createEngine, type Engine, runtimeDirectory } from "../engine.ts";
import type {
  Failure,
  Method,
  OperatorId,
  ParamsOf,
  ResultOf,
  RunHeader,
  RunId,
  RunView,
  StepState,
  StoredEvent,
} from "../protocol/index.ts";

export const WINDOW: Caller = { id: "test-window", door: "window", isReadOnly: false };
export const COMMAND_LINE: Caller = { id: "test-command-line", door: "command-line", isReadOnly: false };
/** A window that only reads; by a link that only follows one sees less (follow.ts). */
export const FOLLOWER: Caller = { id: "test-follower", door: "window", isReadOnly: true };
/** Who is signed in at the window of a bench. */
export const OPERATOR = { id: "dana" as OperatorId, password: "correct horse battery" };
/** A step of a test may take this long on two slow cores, milliseconds; no test asserts a time. */
const PATIENCE_MS = 30_000;

export type Answer<M extends Method> = { ok: true; value: ResultOf<M> } | { ok: false; error: Failure };

export type Bench = {
  engine: Engine;
  home: string;
  /** Folder of test runbooks; trusted. */
  folder: string;
  news: { event: string; payload: unknown }[];
  ask<M extends Method>(method: M, params: ParamsOf<M>, caller?: Caller): Promise<Answer<M>>;
  /** The value, or a thrown failure. */
  call<M extends Method>(method: M, params: ParamsOf<M>, caller?: Caller): Promise<ResultOf<M>>;
  write(name: string, text: string): string;
  start(text: string, more?: Partial<ParamsOf<"run.start">>): Promise<RunBench>;
  close(): Promise<void>;
  /** Closes, and removes what lies on disk. */
  remove(): Promise<void>;
};
export type RunBench = {
  run: RunId;
  view(): Promise<RunView>;
  step(id: string): Promise<StepState>;
  /** Waits until the header fits; fails with what stands instead. */
  until(what: string, fits: (header: RunHeader) => boolean): Promise<RunHeader>;
  /** Starts a step and waits until nothing runs. */
  runStep(id: string, more?: { typed?: string; reason?: string }): Promise<StepState>;
  idle(): Promise<RunHeader>;
  events(type?: string): Promise<StoredEvent[]>;
};

export type BenchOptions = {
  home?: string;
  env?: Record<string, string | undefined>;
  operator?: boolean;
  kubeconfig?: string;
};

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "holdpoint-test-"));
  const folder = `${home}-runbooks`;
  mkdirSync(folder, { recursive: true });
  // An operator with no rc files: what a machine's own say, and how long they take, is not what is tested.
  const userHome = `${home}-user`;
  mkdirSync(userHome, { recursive: true });
  const env = { ...process.env, HOME: userHome, ...options.env };
  const created = await createEngine({
    home,
    env,
    builtIn: [],
    host: { hasNativeMenu: false, canPickFolder: false, canRevealFile: false, canOpenExternal: false, isReadOnly: false, note: "" },
    ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
  });
  if (!created.ok) throw new Error(created.error.message);
  const engine = created.value;
  const news: Bench["news"] = [];
  engine.subscribe((event, payload) => void news.push({ event, payload }));
  const ask: Bench["ask"] = async (method, params, caller = WINDOW) =>
    (await engine.handle(method, params, caller)) as Answer<typeof method>;
  const call: Bench["call"] = async (method, params, caller = WINDOW) => {
    const answer = await ask(method, params, caller);
    if (!answer.ok)
      throw new Error(`${method}: ${answer.error.code}: ${answer.error.message} ${JSON.stringify(answer.error.details ?? "")}`);
    return answer.value;
  };
  if (options.operator !== false) {
    const { hasOperators } = await call("app.snapshot", {});
    if (hasOperators) await call("people.signIn", OPERATOR);
    else await call("people.createFirst", { ...OPERATOR, name: "Dana Mercer" });
    await call("library.openFolder", { path: folder });
    await call("library.trust", { folder, trusted: true });
  }
  let closed = false;
  const bench: Bench = {
    engine,
    home,
    folder,
    news,
    ask,
    call,
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    async start(text, more = {}) {
      const path = bench.write(`test-${Math.random().toString(36).slice(2)}.md`, text);
      const { header } = await call("run.start", { path, mode: "live", contexts: {}, params: {}, placeholders: {}, ...more });
      return runBench(bench, header.run);
    },
    async close() {
      if (closed) return;
      closed = true;
      await engine.close();
    },
    async remove() {
      await bench.close();
      for (const path of [home, folder, userHome, runtimeDirectory(home, env)]) rmSync(path, { recursive: true, force: true });
    },
  };
  return bench;
}

export function runBench(bench: Bench, run: RunId): RunBench {
  const view = async () => (await bench.call("run.get", { run })).view;
  const until = async (what: string, fits: (header: RunHeader) => boolean) => {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const { header } = await view();
      if (fits(header)) return header;
      if (Date.now() > deadline)
        throw new Error(`never came: ${what}. It stands at ${JSON.stringify(header.nextAction)}, ${header.status}`);
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
  };
  const isIdle = (header: RunHeader) => header.nextAction.kind !== "wait" && !header.runningOn;
  const step = async (id: string) => {
    const found = (await view()).steps.find((one) => one.id === id);
    if (!found) throw new Error(`no step ${id}`);
    return found;
  };
  return {
    run,
    view,
    step,
    until,
    idle: () => until("an idle run", isIdle),
    async runStep(id, more = {}) {
      await bench.call("run.step", { run, step: id as never, ...more });
      await until(`the end of ${id}`, isIdle);
      return step(id);
    },
    async events(type) {
      const { log, events } = (await view()).header;
      const found: StoredEvent[] = [];
      for (let seq = 1; seq <= events; seq += 1) {
        const event = await bench.call("record.event", { log, seq });
        if (type === undefined || event.body.type === type) found.push(event);
      }
      return found;
    },
  };
}

/** Every file below a folder with its bytes: for searches that must find nothing. */
export function* filesBelow(folder: string): Generator<{ path: string; bytes: Buffer }> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stats = statSync(path);
    if (stats.isDirectory()) yield* filesBelow(path);
    else if (stats.isFile()) yield { path, bytes: readFileSync(path) };
  }
}

/** A runbook of the given steps: id → lines of bash. */
export function runbookOf(steps: Record<string, string>, front = "", cluster = false): string {
  const body = Object.entries(steps).map(([id, text]) => `## ${id}\n\n<!-- step: {id: ${id}} -->\n\n\`\`\`bash\n${text}\n\`\`\`\n`);
  return `---\ntitle: Test\nkind: runbook\nreviewed: 2026-01-01\nrequires: {cluster: ${cluster}}\n${front}---\n\n${body.join("\n")}`;
}
