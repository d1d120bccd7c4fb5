// The instructor's hands in a sandbox: commands, replicas, processes and relays, really broken and put right again.
// Owns: doing it, with the run's pins and parameters and never on a cluster that is not a sandbox. When, the instructor says.
import { spawn } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import type { Effect, Fault, HandResult, Hands } from "../rehearsal/index.ts";
import { listProcesses, type ProcessInfo } from "../shell/index.ts";
import type { LiveRun, RunDeps } from "./deps.ts";
import { readAttempts, surround } from "./guard.ts";
import { ENGINE } from "./live.ts";
import { pinAgain } from "./pins.ts";
import { NO_KUBECONFIG, shellEnvironment, variablesFor } from "./shells.ts";

/** A command of the instructor that takes longer holds up the drill; milliseconds. */
const COMMAND_MS = 120_000;
/** As much of its output as goes on record. Characters. */
const MOST_SAID = 2_000;

type Did = { code: number | null; output: string };

export function createHands(deps: RunDeps, live: LiveRun): Hands {
  const done = (because: string): HandResult => ({ ok: true, because });
  const failed = (because: string): HandResult => ({ ok: false, because });

  /** The pinned kubeconfig; after a restart the pin is made again first. Fails with why, also for a cluster that is no sandbox. */
  async function kubeconfigOf(cluster: string): Promise<{ path: string } | { why: string }> {
    if (cluster === "") return { path: NO_KUBECONFIG };
    if (!live.pins.has(cluster) && [...live.state.pins.keys()].includes(cluster as never)) {
      const again = await pinAgain(deps, live, ENGINE);
      if (!again.ok) return { why: again.error.message };
    }
    const pin = live.pins.get(cluster);
    if (!pin) return { why: `this rehearsal runs without the cluster ${cluster}` };
    const { class: kind } = pin.view();
    if (kind !== "sandbox" && kind !== "local")
      return { why: `the cluster ${cluster} is ${kind ?? "unclassified"}, and nothing is broken there` };
    return { path: pin.kubeconfigPath };
  }

  async function run(command: readonly [string, ...string[]], cluster: string): Promise<Did | { why: string }> {
    const kubeconfig = await kubeconfigOf(cluster);
    if ("why" in kubeconfig) return kubeconfig;
    // As the run's own shells, without the relays: what puts a cut right must not go through it. And with no more ways out than they have.
    const { environment } = variablesFor(live);
    const pin = live.pins.get(cluster);
    const around = await surround(
      deps,
      live,
      shellEnvironment(deps.environment),
      pin ? { kubeconfig: kubeconfig.path, context: pin.context } : null,
    );
    const path = [around.pathFirst, around.environment.PATH].filter(Boolean).join(delimiter);
    const env = { ...around.environment, ...environment, ...live.state.values, ...around.pinned, PATH: path };
    const words: [string, ...string[]] = around.confined ? [around.confined.file, ...around.confined.args, ...command] : [...command];
    const did = await spawned(words, env, live.folder);
    readAttempts(deps, live, { id: "instructor", lane: "", cluster, guarded: around.guarded });
    return did;
  }

  async function shell(text: string, cluster: string): Promise<HandResult> {
    const did = await run(["bash", "--noprofile", "--norc", "-c", text], cluster);
    if ("why" in did) return failed(did.why);
    const said = live.redactor.redactText(did.output.trim().slice(-MOST_SAID));
    const ended = `${did.code === null ? "it did not end in time" : `exit ${did.code}`}${said === "" ? "" : `: ${said}`}`;
    return did.code === 0 ? done(ended) : failed(ended);
  }

  type Scale = Extract<Effect, { kind: "scale-down" }>;
  const kubectl = (effect: Scale, args: string[]) =>
    run(["kubectl", ...(effect.namespace === null ? [] : ["--namespace", effect.namespace]), ...args], effect.cluster);

  async function scale(effect: Scale, replicas: number): Promise<HandResult> {
    const did = await kubectl(effect, ["scale", effect.workload, `--replicas=${replicas}`]);
    if ("why" in did) return failed(did.why);
    return did.code === 0 ? done(`${effect.workload} scaled to ${replicas}`) : failed(live.redactor.redactText(did.output.trim()));
  }

  async function prepare({ effect }: Fault): ReturnType<Hands["prepare"]> {
    const ready = (because: string, kept = {}) => ({ ok: true, because, kept });
    const refused = (because: string) => ({ ok: false, because, kept: {} });
    if (effect.kind === "cut") {
      if (live.relays?.of(effect) == null) return refused("there is no relay before it: a server without TLS, or one behind a proxy");
      return ready("the relay before it is open");
    }
    if (effect.kind === "commands") {
      const found = await kubeconfigOf(effect.cluster);
      return "why" in found ? refused(found.why) : ready("the cluster is a sandbox");
    }
    if (effect.kind === "scale-down") {
      const did = await kubectl(effect, ["get", effect.workload, "--output", "jsonpath={.spec.replicas}"]);
      if ("why" in did) return refused(did.why);
      const replicas = Number(did.output.trim());
      if (did.code !== 0 || !Number.isInteger(replicas))
        return refused(`${effect.workload} cannot be read: ${live.redactor.redactText(did.output.trim())}`);
      return ready(`${effect.workload} has ${replicas}`, { replicas });
    }
    if (effect.kind !== "stop") return refused("this is nothing that could be broken");
    const found = await processOf(resolve(live.folder, filled(effect.pidFile, { ...live.state.placeholders, ...live.state.values })));
    return typeof found === "string" ? refused(found) : ready(`process ${found.pid}`, { pid: found.pid, ticks: found.startTicks });
  }

  return {
    prepare: (fault) =>
      carefully(
        () => prepare(fault),
        (because) => ({ ok: false, because, kept: {} }),
      ),
    inject: ({ effect }, kept) =>
      carefully(async () => {
        if (effect.kind === "cut") {
          await live.relays?.of(effect)?.cut();
          return done("its network is cut");
        }
        if (effect.kind === "commands") return shell(effect.run, effect.cluster);
        if (effect.kind === "scale-down") return scale(effect, effect.to);
        if (effect.kind !== "stop") return failed("this is nothing that could be broken");
        const family = await familyOf(Number(kept["pid"]), Number(kept["ticks"]));
        if (family.length === 0) return failed("the process is gone");
        for (const { pid } of family) signal(pid, effect.how === "freeze" ? "SIGSTOP" : "SIGKILL");
        return done(`${family.length} process${family.length === 1 ? "" : "es"} ${effect.how === "freeze" ? "frozen" : "killed"}`);
      }, failed),
    undo: ({ effect }, kept) =>
      carefully(async () => {
        if (effect.kind === "cut") {
          // After a restart the relay is a new one, which was never cut.
          await live.relays?.of(effect)?.mend();
          return done("its network is there again");
        }
        if (effect.kind === "commands") return shell(effect.undo, effect.cluster);
        if (effect.kind === "scale-down") return scale(effect, Number(kept["replicas"]));
        if (effect.kind !== "stop") return done("nothing was broken");
        if (effect.how === "kill") return shell(effect.start, "");
        const family = await familyOf(Number(kept["pid"]), Number(kept["ticks"]));
        for (const { pid } of family) signal(pid, "SIGCONT");
        return family.length === 0 ? failed("the process that was frozen is gone") : done(`${family.length} going on`);
      }, failed),
  };
}

async function carefully<T>(work: () => Promise<T>, otherwise: (because: string) => T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    return otherwise(error instanceof Error ? error.message : String(error));
  }
}

/** `$NAME` and `${NAME}` by what the run knows; what it does not know stays, and names no file. */
const filled = (text: string, values: Record<string, string>): string =>
  text.replaceAll(
    /\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g,
    (whole, braced?: string, bare?: string) => values[braced ?? bare ?? ""] ?? whole,
  );

/** The process that a server wrote down, if it is one of this user's; else why not. */
async function processOf(pidFile: string): Promise<ProcessInfo | string> {
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, "utf8").split("\n", 1)[0]?.trim());
  } catch (error) {
    return `${pidFile} cannot be read (${(error as NodeJS.ErrnoException).code ?? "error"})`;
  }
  if (!Number.isInteger(pid) || pid <= 1) return `${pidFile} holds no process id`;
  const found = (await listProcesses()).find((one) => one.pid === pid);
  if (!found) return `process ${pid} of ${pidFile} does not run`;
  const uid = process.getuid?.();
  if (process.platform === "linux" && uid !== 0 && statSync(`/proc/${pid}`).uid !== uid) return `process ${pid} belongs to somebody else`;
  return found;
}

/** The process with everything that it has started, parents first; empty where it is gone or its id was given out anew. */
async function familyOf(pid: number, ticks: number): Promise<ProcessInfo[]> {
  const all = await listProcesses();
  const first = all.find((one) => one.pid === pid && (ticks === 0 || one.startTicks === ticks));
  if (!first) return [];
  const family = [first];
  for (const parent of family) family.push(...all.filter((one) => one.parent === parent.pid && !family.includes(one)));
  return family;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** In a process group of its own, which a timeout ends as a whole. Its output is cut from the front. */
function spawned([command, ...args]: readonly [string, ...string[]], env: Record<string, string>, cwd: string): Promise<Did> {
  return new Promise((resolvePromise) => {
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    let output = "";
    const keep = (piece: Buffer) => {
      output = `${output}${piece.toString("utf8")}`.slice(-4 * MOST_SAID);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    let isLate = false;
    const end = (code: number | null) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolvePromise({ code: isLate ? null : code, output });
    };
    const timer = setTimeout(() => {
      isLate = true;
      if (child.pid !== undefined) signal(-child.pid, "SIGKILL");
    }, COMMAND_MS);
    child.once("error", (error) => {
      output += error.message;
      end(127);
    });
    // A server that was started in the background keeps the pipes open: its command has ended all the same.
    child.once("exit", (code) => setImmediate(() => end(code ?? 1)));
  });
}
