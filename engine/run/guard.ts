// The surroundings of a rehearsal's shells: none of them has a way to a production cluster, and every attempt is named on record.
// Owns: what a shell gets and does not see, and the attempts. Where credentials lie is guard-places.ts, how files are hidden engine/shell.
import { mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import {
  filesAtStart,
  findWaysOut,
  LEADING,
  NOWHERE_CONTEXT,
  nowhereKubeconfig,
  overlaysOf,
  WATCHED,
  writeStandIns,
} from "../cluster/index.ts";
import { type Block, type ClusterClass, fail, ok, type Result } from "../protocol/index.ts";
import { type Confinement, confine, type Hiding, type ResolvedCommand, type ShellOptions } from "../shell/index.ts";
import type { Guard, LaneShell, LiveRun, RunDeps } from "./deps.ts";
import { foundPlaces, mirrorHome, WITHDRAWN, withoutWays } from "./guard-places.ts";
import { foregroundOf } from "./lanes.ts";
import { appendOrKeep, ENGINE, eventOf } from "./live.ts";

/** Nobody has more data directories in use at once; each costs a mount. */
const MOST_RUNTIMES = 32;
/** A block that tries this many ways is refused for all of them; the record names the first. */
const MOST_NAMED = 8;

export const isGuarded = ({ state }: Pick<LiveRun, "state">): boolean => state.mode === "rehearsal";

/** A rehearsal runs on clusters that somebody has called a sandbox or local, and on no other. */
export const mayRehearseOn = (kind: ClusterClass | null): boolean => kind === "sandbox" || kind === "local";

/** Made with the run's first shell. What could not be taken away or hidden is said in its event, and in the preflight's findings before. */
export function guardOf(deps: RunDeps, live: LiveRun, environment: Record<string, string>): Guard {
  if (live.guard !== null) return live.guard;
  const folder = join(deps.runtimeDir, live.run, "guard");
  const home = join(folder, "home");
  const nowhere = join(folder, "no-cluster.kubeconfig");
  const empty = join(folder, "empty");
  const realHome = environment.HOME || homedir();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mirrorHome(realHome, home);
  for (const path of [nowhere, join(home, ".kube", "config")]) writeFileSync(path, nowhereKubeconfig(), { mode: 0o400 });
  writeFileSync(empty, "", { mode: 0o400 });
  const { environment: kept, leftOut } = withoutWays(environment);
  const files = deps.contexts().entries.flatMap((entry) => (entry.file === "" ? [] : [entry.file]));
  live.guard = {
    folder,
    home,
    realHome,
    nowhere,
    empty,
    environment: { ...kept, HOME: home },
    leftOut,
    hidden: foundPlaces(realHome, deps.environment, files),
    shells: 0,
    isTold: false,
    isConfined: false,
    starts: new Map(),
  };
  return live.guard;
}

export type Surroundings = Pick<ShellOptions, "environment" | "pinned" | "withdrawn" | "pathFirst" | "watched" | "confined"> & {
  guarded: NonNullable<LaneShell["guarded"]>;
};

/**
 * What one shell gets: `kubeconfig` and `context` of its pin, null for one that is bound to no cluster. `own`: a directory of its own that it
 * must see, where that is not below the run's (a job's).
 */
export async function surround(
  deps: RunDeps,
  live: LiveRun,
  environment: Record<string, string>,
  pin: { kubeconfig: string; context: string } | null,
  own: string | null = null,
): Promise<Surroundings> {
  const guard = guardOf(deps, live, environment);
  const place = join(own ?? guard.folder, `shell-${++guard.shells}`);
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const told = join(place, "attempts");
  writeFileSync(told, "", { mode: 0o600 });
  const target = pin ?? { kubeconfig: guard.nowhere, context: NOWHERE_CONTEXT };
  const places = { folder: place, path: environment.PATH ?? "", homeDir: guard.realHome, told };
  let standIn = writeStandIns(target, { ...places, isReplaced: true });
  const kept = [join(deps.runtimeDir, live.run), ...(own === null ? [] : [own]), ...(pin === null ? [] : [dirname(pin.kubeconfig)])];
  const hiding: Hiding = {
    emptied: guard.hidden.folders.map((path) => ({ path, holds: /(?:^|\/)\.kube$/.test(path) ? { config: guard.nowhere } : {} })),
    closed: otherRuntimes(deps.runtimeDir),
    kept: [...new Set(kept)],
    replaced: [
      ...standIn.programs.map(({ path, script }) => ({ path, by: script })),
      ...guard.hidden.kubeconfigs.map((path) => ({ path, by: guard.nowhere })),
      ...guard.hidden.files.map((path) => ({ path, by: guard.empty })),
    ],
    aliases: standIn.programs.map(({ path, as }) => ({ path, as })),
    readOnly: [target.kubeconfig],
  };
  const confined = await confine(hiding, join(place, "surround.sh"), guard.isConfined);
  guard.isConfined = confined.ok;
  if (!confined.ok) standIn = writeStandIns(target, { ...places, isReplaced: false });
  tellOnce(deps, live, guard, confined);
  return {
    environment: guard.environment,
    pinned: { KUBECONFIG: target.kubeconfig },
    withdrawn: WITHDRAWN,
    pathFirst: standIn.folder,
    watched: { commands: WATCHED.commands, variables: [...new Set([...WATCHED.variables, ...LEADING])] },
    ...(confined.ok ? { confined: { file: confined.file, args: confined.args } } : {}),
    guarded: {
      kubeconfig: target.kubeconfig,
      content: readFileSync(target.kubeconfig, "utf8"),
      told,
      programs: new Map(standIn.programs.map(({ script, path }) => [script, path])),
      read: 0,
      sinceLine: 0,
      stop: () => {},
    },
  };
}

/** Runtime directories of this and every other Holdpoint of the person: they hold the kubeconfigs of runs, and the doors of engines. */
function otherRuntimes(own: string): string[] {
  const names = (() => {
    try {
      return readdirSync(dirname(own));
    } catch {
      return [];
    }
  })();
  const others = names.filter((name) => name.startsWith("holdpoint-")).map((name) => join(dirname(own), name));
  return [...new Set([own, `${own}-jobs`, ...others.filter(isInUse).slice(0, MOST_RUNTIMES)])];
}

/** What a Holdpoint that has ended left behind holds nothing of a cluster any more. */
function isInUse(path: string): boolean {
  try {
    return readdirSync(path).some((name) => /^(?:pin-|engine\.sock$)/.test(name) || path.endsWith("-jobs"));
  } catch {
    return false; // somebody else's
  }
}

/** Once for the run: what its shells do without. */
function tellOnce(deps: RunDeps, live: LiveRun, guard: Guard, confined: Confinement & { failed: string[] }) {
  if (guard.isTold) return;
  guard.isTold = true;
  const { folders, kubeconfigs, files } = guard.hidden;
  appendOrKeep(deps, live, [
    eventOf(live, ENGINE, {
      type: "rehearsal.guarded",
      data: {
        left_out: guard.leftOut,
        files: confined.ok ? "hidden" : "not hidden",
        because: confined.ok ? "" : confined.because,
        hidden: folders.length + kubeconfigs.length + files.length,
        not_hidden: confined.failed,
      },
    }),
  ]);
}

/** The environment of whatever else is started for a rehearsal, e.g. to ask a tool for its version. */
export const rehearsalEnvironment = (environment: Record<string, string>): Record<string, string> => withoutWays(environment).environment;

/** What preflight says of the shells: why files cannot be hidden ("" where they can), and the variables that are left out. */
export async function guardOutlook(
  environment: Record<string, string>,
  runtimeDir: string,
): Promise<{ because: string; leftOut: string[] }> {
  const nothing: Hiding = { emptied: [], closed: [], kept: [], replaced: [], aliases: [], readOnly: [] };
  mkdirSync(runtimeDir, { recursive: true, mode: 0o700 });
  const probe = await confine(nothing, join(runtimeDir, "surround-probe.sh"));
  return { because: probe.ok ? "" : probe.because, leftOut: withoutWays(environment).leftOut };
}

type Attempt = { how: "rc file" | "text" | "client" | "typed" | "shell"; what: string; step?: string | undefined };

/** The shell of an attempt; `id` is its terminal's, or says who else started the program. */
type AttemptPlace = Pick<LaneShell, "lane" | "cluster"> & { id: string };

/** Puts attempts on record, and before the person. Nothing of them has reached a cluster. */
export function recordAttempts(deps: RunDeps, live: LiveRun, lane: AttemptPlace, attempts: Attempt[]): void {
  if (attempts.length === 0) return;
  const running = foregroundOf(live.state, lane.lane)?.step;
  appendOrKeep(
    deps,
    live,
    attempts.map(({ how, what, step = running }) =>
      eventOf(live, ENGINE, {
        type: "rehearsal.attempt_blocked",
        ...(step === undefined ? {} : { step }),
        cluster: lane.cluster,
        data: { how, value: what, terminal: lane.id },
      }),
    ),
  );
  const title = attempts.length === 1 ? "Kept inside the rehearsal" : `Kept inside the rehearsal, ${attempts.length} times`;
  deps.notify.alarm(live.run, null, "warn", title, attempts.map(({ what }) => live.redactor.redactText(what)).join("; "));
}

/** Follows what the programs that stand before the cluster tools tell; ends with the shell. */
export function followAttempts(deps: RunDeps, live: LiveRun, lane: LaneShell): void {
  const { guarded } = lane;
  if (guarded === undefined) return;
  try {
    const watcher = watch(guarded.told, { persistent: false }, () => readAttempts(deps, live, lane));
    watcher.on("error", () => watcher.close());
    guarded.stop = () => watcher.close();
  } catch {
    // no watch on this system: read at every prompt and end all the same
  }
}

/** Reads what was told since. */
export function readAttempts(deps: RunDeps, live: LiveRun, lane: AttemptPlace & Pick<LaneShell, "guarded">): void {
  const { guarded } = lane;
  if (guarded === undefined || live.isClosing) return;
  let text: string;
  try {
    text = readFileSync(guarded.told, "utf8");
  } catch {
    return; // the run's private directory is gone
  }
  const whole = text.slice(guarded.read, text.lastIndexOf("\n") + 1);
  guarded.read += whole.length;
  const attempts = whole
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ how: "client" as const, what: line.replace("\t", ": ") }));
  guarded.sinceLine += attempts.length;
  recordAttempts(deps, live, lane, attempts);
}

/** A line typed by hand that names a way out, where no program has told of it. */
export function lookAtTyped(deps: RunDeps, live: LiveRun, lane: LaneShell, line: string): void {
  if (lane.guarded === undefined) return;
  readAttempts(deps, live, lane);
  const { sinceLine } = lane.guarded;
  lane.guarded.sinceLine = 0;
  if (sinceLine > 0) return;
  recordAttempts(
    deps,
    live,
    lane,
    findWaysOut(line)
      .slice(0, MOST_NAMED)
      .map(({ what }) => ({ how: "typed", what })),
  );
}

/** Refuses a text that names a way out, before anything of it is run. */
export function refuseWaysOut(deps: RunDeps, live: LiveRun, lane: LaneShell, step: string, block: Block, text: string): Result<null> {
  if (!isGuarded(live)) return ok(null);
  const found = findWaysOut(text).slice(0, MOST_NAMED);
  if (found.length === 0) return ok(null);
  recordAttempts(
    deps,
    live,
    lane,
    found.map(({ what, line }) => ({ how: "text", what: `${what} (line ${block.line + line})`, step })),
  );
  const number = live.plan.byId.get(step)?.step.number ?? step;
  return fail(
    "forbidden",
    `${live.state.path}:${block.line + (found[0]?.line ?? 0)}: step ${number}: ${found.map(({ what }) => what).join("; ")}. A rehearsal reaches its own clusters only, so nothing of it was run. Take it out of the text, or skip the step with a reason.`,
    { waysOut: found.map(({ what }) => what) },
  );
}

/** What the shell's commands are without Holdpoint's own stand-ins, which are others in every shell. */
export const behindStandIns = (commands: ResolvedCommand[], guarded: LaneShell["guarded"]): ResolvedCommand[] =>
  guarded === undefined
    ? commands
    : commands.map((command) =>
        command.kind === "file" ? { ...command, text: guarded.programs.get(command.text) ?? command.text } : command,
      );

/** What of a shell that is bound to no cluster is not as it was made. Of one with a pin, the pin's own proof says it. */
export function guardDiffers({ session, guarded, kind }: LaneShell, starts: Guard["starts"]): string[] {
  if (guarded === undefined) return [];
  const [first, now] = [session.reportedFirst(), session.reported()];
  if (now === null || first === null) return [];
  const start = starts.get(kind) ?? filesAtStart(behindStandIns(first.commands, guarded));
  starts.set(kind, start);
  const differs = overlaysOf(behindStandIns(now.commands, guarded), start);
  const kubeconfig = now.values.KUBECONFIG ?? "";
  if (kubeconfig !== guarded.kubeconfig)
    differs.unshift(`the shell's KUBECONFIG is ${kubeconfig || "not set"}; it was ${guarded.kubeconfig}`);
  let content = "";
  try {
    content = readFileSync(guarded.kubeconfig, "utf8");
  } catch {
    // gone: it differs
  }
  if (content !== guarded.content) differs.push("the kubeconfig of the shell was rewritten");
  return differs;
}
