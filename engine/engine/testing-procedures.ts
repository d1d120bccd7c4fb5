// Walks a built-in procedure from its first to its last step, as an operator does who follows the one next action. Used by tests only.
// Owns: the walk, what a failed step printed. The servers and namespaces are build/services'; what else a procedure needs is the test's.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openTestCluster, type TestCluster } from "../../build/control-plane/index.ts";
import { missingPrograms, openServices, type Places, type Services, shorten } from "../../build/services/index.ts";
import { parseDocument } from "../document/index.ts";
import type { NextAction, RehearsalRequest, RunHeader, RunId, RunView, SignSubject, StepState } from "../protocol/index.ts";
import { planOf } from "../run/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, OPERATOR, openBench, type RunBench, runBench, WINDOW } from "./testing.ts";

export const LIBRARY = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "runbooks");
/** A procedure has at most a few dozen steps of a few actions; past this the next action leads in a circle. */
const MOST_ACTIONS = 400;
/** A way back may take this long on two slow cores, milliseconds. */
const PATIENCE_MS = 60_000;

export type Walk = {
  /** Path below runbooks/. */
  file: string;
  params?: Record<string, string>;
  /** Practised, in which way; live where it is not given. Gates then keep the times of the text. A scenario of it lies beside the procedure. */
  rehearsal?: RehearsalRequest;
  /** What is done where a step asks for anything but its own next action: after a fault that somebody put there, by step. */
  mends?: Record<string, (own: RunBench, next: NextAction) => Promise<unknown>>;
  /** Context per named cluster. */
  contexts?: Record<string, string>;
  /** Answers to checks that ask for a value, by step. */
  values?: Record<string, string>;
  /** What happens just before a step starts, by step: in the world, or by running another step, such as a way back that later is none. */
  before?: Record<string, (runStep: (id: string) => Promise<unknown>) => Promise<unknown> | unknown>;
  /** Steps whose rule (`when`) leaves them out with these parameters; every other one must be passed. */
  mayLeaveOut?: string[];
  /** Who runs the steps of a role, where more than one person is enrolled; "" for steps that name none. */
  people?: Record<string, Caller>;
  /** Releases a hold point for these roles. */
  sign?: (run: RunId, subject: SignSubject, roles: string[]) => Promise<unknown>;
  /** Ways back of the file itself, run in this order after its last step. */
  waysBack?: string[];
  /** The walk ends where this is what is to be done next, and nothing is finished. */
  stopsAt?: NextAction["kind"];
};
export type Walked = {
  own: RunBench;
  view: RunView;
  steps: Map<string, StepState>;
  seconds: number;
  printed(step: string): Promise<string>;
};

/** Runs the whole procedure. Throws with the step and what it printed where anything but `passed` comes out. */
export async function walk(
  bench: Bench,
  {
    file,
    params = {},
    rehearsal,
    contexts = {},
    values = {},
    before = {},
    mends = {},
    mayLeaveOut = [],
    people = {},
    sign,
    waysBack = [],
    stopsAt,
  }: Walk,
): Promise<Walked> {
  const begin = performance.now();
  const text = readFileSync(join(LIBRARY, file), "utf8");
  const path = bench.write(file.replaceAll("/", "-"), honoured(rehearsal ? text : shorten(text), file));
  const who = (role: string | null) => people[role ?? ""] ?? people[""] ?? WINDOW;
  if (rehearsal?.scenario) bench.write(rehearsal.scenario, readFileSync(join(LIBRARY, dirname(file), rehearsal.scenario), "utf8"));
  const mode = rehearsal ? ({ mode: "rehearsal", rehearsal } as const) : ({ mode: "live" } as const);
  const request = { path, ...mode, contexts: contexts as never, params, placeholders: {} };
  const { header: started } = await bench.call("run.start", request, who(null));
  const { run } = started;
  const { log } = started;
  const own = runBench(bench, run);
  const printed = (step: string) => printedBy(bench, log, step, own);
  const walked = async (): Promise<Walked> => {
    const view = await own.view();
    const steps = new Map(view.steps.map((one) => [one.id as string, one]));
    return { own, view, steps, seconds: (performance.now() - begin) / 1000, printed };
  };
  const back = [...waysBack];
  const { document } = await bench.call("run.get", { run });
  const callerOf = (id: string | null) => who(document.steps.find((one) => one.id === id)?.directive.role ?? null);
  const runStep = async (id: string) => {
    await bench.call("run.step", { run, step: id as never }, callerOf(id));
    await own.until(`the end of ${id}`, (header) => header.nextAction.kind !== "wait");
  };
  for (let n = 0; n < MOST_ACTIONS; n += 1) {
    const { nextAction: next } = await own.until("something to do", (header) => header.nextAction.kind !== "wait" && !header.runningOn);
    const step = next.step as never;
    const typed = next.typed === null ? {} : { typed: next.typed };
    if (next.kind === stopsAt) return await walked();
    if (next.kind === "run-step") {
      await before[next.step ?? ""]?.(runStep);
      await bench.call("run.step", { run, step, ...typed }, callerOf(next.step));
    } else if (next.kind === "run-block")
      await bench.call("run.block", { run, step, block: next.block ?? 0, ...typed }, callerOf(next.step));
    else if (next.kind === "confirm-check") {
      const value = values[next.step ?? ""];
      await bench.call("run.check", { run, step, check: next.check ?? 0, ...(value === undefined ? {} : { value }) }, callerOf(next.step));
    } else if (next.kind === "blocked" && next.signs && sign) await sign(run, next.signs.subject, next.signs.roles);
    else if (next.kind === "finish" && back.length > 0) {
      const id = back.shift() ?? "";
      await before[id]?.(runStep);
      await runStep(id);
    } else if (next.kind === "finish") {
      await bench.call("run.finish", { run }, who(null));
      const view = await own.view();
      const open = view.steps.filter((one) => one.verdict !== "passed" && !mayLeaveOut.includes(one.id));
      if (open.length > 0)
        throw new Error(`${file}: not passed: ${open.map((one) => `${one.id} (${one.verdict ?? one.status})`).join(", ")}`);
      return await walked();
    } else if (next.step !== null && mends[next.step]) await mends[next.step]?.(own, next);
    else {
      const said = next.step === null ? "" : await printed(next.step);
      throw new Error(`${file}: ${next.say} (${next.detail})\n${said}`);
    }
  }
  throw new Error(`${file}: ${MOST_ACTIONS} actions and no end: ${JSON.stringify((await own.view()).header.nextAction)}`);
}

/** For `sign`: the one operator there is releases a hold point, once for each role that is missing. */
export const releasesAlone =
  (bench: Bench): NonNullable<Walk["sign"]> =>
  async (run, subject, roles) => {
    for (const role of roles) {
      const { ticket } = await bench.call("signoff.prepare", { run, subject, meaning: "approved", role });
      await bench.call("signoff.add", { ticket, ...OPERATOR });
    }
  };

/** Takes a way back of the file where a gate failed, as a person does who was shown it: the hold is ended by going back. */
export async function goBack(bench: Bench, own: RunBench, step: string): Promise<StepState> {
  const { header } = await own.view();
  if (header.status === "held") await bench.call("run.resume", { run: own.run });
  await bench.call("run.step", { run: own.run, step: step as never });
  // Other lanes may ask for something meanwhile, so an idle run says nothing of this step.
  let state = await own.step(step);
  for (const end = Date.now() + PATIENCE_MS; state.status !== "done" && Date.now() < end; state = await own.step(step))
    await new Promise((resolve) => setTimeout(resolve, 15));
  return state;
}

async function printedBy(bench: Bench, log: RunHeader["log"], step: string, own: ReturnType<typeof runBench>): Promise<string> {
  const ended = (await own.events("block.ended")).filter((event) => event.body.subject.step === step).at(-1);
  if (!ended) return "";
  const { cast } = await bench.call("record.recording", { log, seq: ended.body.seq });
  const pieces = cast
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as [number, string, string]);
  return pieces.flatMap(([, kind, text]) => (kind === "o" ? [text] : [])).join("");
}

export type World = Services & { bench: Bench };

/**
 * The test cluster where there is one and the stores' programs are on this machine; else null, which means: skip, outside CI. In CI it throws
 * instead, as openTestCluster does.
 */
export async function openGround(env: NodeJS.ProcessEnv = process.env): Promise<TestCluster | null> {
  const missing = missingPrograms();
  if (missing.length === 0) return await openTestCluster(env);
  if (!env.CI) return null;
  throw new Error(`${missing.join(", ")} not found: in CI the procedures must be run. \`npm test\` installs what they need.`);
}

/** Servers, namespaces and an engine of this test file's own. The database `app` has 500 orders. */
export async function openWorld(kubeconfig: string, options: Places = {}): Promise<World> {
  const services = await openServices(kubeconfig, options);
  const own = services.spaces.kubeconfig;
  const bench = await openBench({ env: { KUBECONFIG: own }, kubeconfig: own });
  return {
    ...services,
    bench,
    async close() {
      await bench.remove();
      await services.close();
    },
  };
}

/**
 * The text without the keys that the run engine refuses as yet, so that everything else of the procedure is run. Asked of the engine's own plan:
 * a key counts from the moment it is honoured, and nothing is cut once all are.
 */
function honoured(text: string, path: string): string {
  const { steps } = planOf(parseDocument(Buffer.from(text), { path }));
  const refused = new Set(steps.flatMap((step) => step.unsupported));
  if (refused.has("opens")) refused.add("by");
  const onFence = ["recheck", "job"].filter((key) => refused.has(key));
  const inStep = ["opens", "by", "closes", "rollback-valid", "point-of-no-return"].filter((key) => refused.has(key));
  const cut = (line: string, keys: string[], pattern: (key: string) => RegExp) =>
    keys.reduce((rest, key) => rest.replace(pattern(key), ""), line);
  return text
    .split("\n")
    .map((line) => {
      if (/^\s*(?:```|~~~)/.test(line)) return cut(line, onFence, (key) => new RegExp(` ${key}=[\\w.-]+`));
      return /<!-- step:/.test(line) ? cut(line, inStep, (key) => new RegExp(`, ${key}: [\\w."-]+`)) : line;
    })
    .join("\n");
}
