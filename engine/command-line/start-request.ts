// From a command's options to a request to start a run: file, trust, person, clusters, parameters.
// Owns: what `run` and `preflight` share. Decides nothing that the engine decides.
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { ClusterName, Mode, OperatorId, RehearsalWay, type RunbookDocument, RunId, StartRequest } from "../protocol/index.ts";
import { need, type Scene } from "./command.ts";
import type { Door } from "./door.ts";
import { Ended, EXIT, usage } from "./output.ts";
import { cutAssignment, gatherParams } from "./params.ts";
import { ask, askHidden, readPassword } from "./secrets.ts";

export type StartOptions = {
  context?: string[];
  namespace?: string;
  param?: string[];
  paramFd?: string;
  mode?: string;
  way?: string;
  replay?: string;
  speed?: string;
  compress?: string;
  scenario?: string;
  seed?: string;
  confirmCluster?: string;
  as?: string;
  passwordFd?: string;
  yes?: boolean;
  json?: boolean;
};

const collect = (value: string, before: string[] | undefined): string[] => [...(before ?? []), value];

/** The options that say what is to run, where and with what. */
export function addStartOptions(command: Command): Command {
  return command
    .option("--context <name>", "cluster context; for a runbook of several clusters NAME=CONTEXT, repeated", collect)
    .option("--namespace <name>", "namespace; without it the context's own")
    .option("--param <name=value>", "a parameter, or a value for a <placeholder>; repeated. Not for secrets", collect)
    .option(
      "--param-fd <n>",
      "file descriptor with lines NAME=VALUE or one JSON object, as in: --param-fd 3 3< FILE. The way for secrets: arguments and environment can be read by others",
    )
    .option("--as <operator>", "who runs it; the password is asked for. Without it: this account, recorded as unauthenticated")
    .option("--password-fd <n>", "file descriptor with the password on its first line");
}

export type Opened = { path: string; document: RunbookDocument; folder: string; trusted: boolean };

/** Opens the file in the engine, or ends the command: exit 2 where it cannot be read. */
export async function openRunbook(door: Door, file: string): Promise<Opened> {
  let path: string;
  try {
    path = realpathSync(resolve(file));
  } catch {
    throw usage(`${file} cannot be read: there is no such file.`);
  }
  const opened = need(await door.call("document.open", { path }));
  return { path: opened.path, document: opened.document, folder: opened.folder, trusted: opened.trusted };
}

/** Asks once whether the folder's commands may run. `--yes` says so; the answer is recorded by the engine. */
export async function ensureTrust(scene: Scene, door: Door, opened: Opened, isYes: boolean): Promise<void> {
  if (opened.trusted) return;
  if (!isYes) {
    const answer = await ask(`Commands from ${opened.folder} have never run here. Read the file first. Trust this folder? [y/N] `);
    if (answer === null || !/^y(es)?$/i.test(answer.trim())) {
      throw new Ended(EXIT.waiting, {
        code: "not-trusted",
        message: `The folder ${opened.folder} is not trusted to run commands. Read the file, then use --yes or open it in the window.`,
      });
    }
  }
  need(await door.call("library.trust", { folder: opened.folder, trusted: true }));
  scene.output.say(`Trusted from now on: ${opened.folder}`);
}

/** What can be refused before anything is opened. */
export function checkOptions(options: StartOptions): void {
  if (options.as === undefined && options.passwordFd !== undefined) throw usage("--password-fd belongs to --as OPERATOR.");
  if (options.as !== undefined && !OperatorId.safeParse(options.as).success) {
    throw usage(`--as takes an operator's id (small letters, digits, dot, dash), not "${options.as}".`);
  }
  if (!Mode.safeParse(options.mode ?? "live").success) throw usage(`--mode is live or rehearsal, not "${options.mode}".`);
  checkRehearsal(options);
  for (const text of options.param ?? []) cutAssignment(text);
}

/** Signs in with `--as`. The password comes from the descriptor or the terminal and from nowhere else. */
export async function signIn(door: Door, options: StartOptions): Promise<void> {
  if (options.as === undefined) return;
  const id = OperatorId.parse(options.as);
  const password = options.passwordFd === undefined ? await askHidden(`Password of ${id}: `) : readPassword(options.passwordFd);
  if (password === null || password === "") throw usage("No password was given. Type it at the prompt, or use --password-fd N.");
  need(await door.call("people.signIn", { id, password }));
}

/** `C`, or `NAME=C` where the runbook names several clusters. */
export function contextsOf(document: RunbookDocument, given: string[]): Record<string, string> {
  const names = document.clusters.length === 0 ? ["main"] : document.clusters;
  const contexts: Record<string, string> = {};
  for (const text of given) {
    const at = text.indexOf("=");
    const isNamed = at > 0 && names.includes(text.slice(0, at));
    if (!isNamed && names.length > 1)
      throw usage(`This runbook works on ${names.join(" and ")}: say which, as in --context ${names[0]}=${text}.`);
    const name = isNamed ? text.slice(0, at) : (names[0] ?? "main");
    if (contexts[name] !== undefined) throw usage(`Two contexts were given for the cluster ${name}.`);
    contexts[ClusterName.parse(name)] = isNamed ? text.slice(at + 1) : text;
  }
  return contexts;
}

/** The options that only a rehearsal has; what does not fit a live run is refused before anything is opened. */
function checkRehearsal({ mode, way, replay, speed, compress, scenario, seed }: StartOptions): void {
  const isAsked = [way, replay, scenario, seed].some((one) => one !== undefined) || Number(speed ?? 1) !== 1 || Number(compress ?? 1) !== 1;
  if (isAsked && (mode ?? "live") !== "rehearsal")
    throw usage("--way, --replay, --speed, --compress, --scenario and --seed belong to --mode rehearsal.");
  if (way !== undefined && !RehearsalWay.safeParse(way).success) throw usage(`--way is walk, replay or sandbox, not "${way}".`);
  if (replay !== undefined && way !== undefined && way !== "replay") throw usage("--replay belongs to --way replay.");
  if (way === "replay" && replay === undefined) throw usage("--way replay needs --replay RUN: the run whose recordings play.");
  for (const [name, value] of [
    ["speed", speed],
    ["compress", compress],
  ] as const)
    if (value !== undefined && !/^\d+(\.\d+)?$/.test(value)) throw usage(`--${name} takes a number, not "${value}".`);
}

async function rehearsalOf(door: Door, opened: Opened, options: StartOptions): Promise<StartRequest["rehearsal"]> {
  const { mode, replay, speed, compress, scenario, seed } = options;
  if (mode !== "rehearsal") return undefined;
  const way = replay === undefined ? (options.way ?? "sandbox") : "replay";
  return {
    way: RehearsalWay.parse(way),
    ...(replay === undefined ? {} : { source: await sourceNamed(door, opened.path, replay) }),
    ...(speed === undefined ? {} : { speed: Number(speed) }),
    ...(compress === undefined ? {} : { compress: Number(compress) }),
    ...(scenario === undefined ? {} : { scenario: realpathSync(resolve(scenario)) }),
    ...(seed === undefined ? {} : { seed }),
  };
}

async function sourceNamed(door: Door, path: string, named: string): Promise<RunId> {
  if (RunId.safeParse(named).success) return RunId.parse(named);
  const sources = need(await door.call("rehearsal.sources", { path }));
  const found = sources.find((one) => String(one.number) === named.replace(/^#/, ""));
  if (found) return found.run;
  const there = sources.map((one) => `${one.number} (${one.startedAt.slice(0, 10)}, ${one.result})`).join(", ");
  throw usage(`No run ${named} of this file can be replayed. ${there === "" ? "There is none yet." : `There are: ${there}.`}`);
}

export async function buildRequest(door: Door, opened: Opened, options: StartOptions): Promise<StartRequest> {
  const { params, placeholders } = await gatherParams(opened.document, options.param ?? [], options.paramFd);
  const rehearsal = await rehearsalOf(door, opened, options);
  const parsed = StartRequest.safeParse({
    path: opened.path,
    mode: options.mode ?? "live",
    ...(rehearsal === undefined ? {} : { rehearsal }),
    contexts: contextsOf(opened.document, options.context ?? []),
    params,
    placeholders,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    ...(options.confirmCluster === undefined ? {} : { typedCluster: options.confirmCluster }),
  });
  if (!parsed.success) throw usage(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
  return parsed.data;
}
