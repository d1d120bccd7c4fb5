// Keeps the machine awake while a run is active, through the system's own means. Owns: the child process that holds that wish, and saying where it cannot be.
// A closed lid or a flat battery is stronger than any of them; the battery is battery.ts.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Finding } from "../protocol/index.ts";

/** A means that refuses says so at once; one that hangs is none. Milliseconds. */
const PROBE_MS = 5_000;
/** After a refusal, before it is asked again, milliseconds: starting a process at every event costs whoever presses a button some 10 ms. */
const AGAIN_MS = 60_000;

type Environment = Record<string, string | undefined>;
/** `hold`: wakes the machine until the process `pid` is gone. `probe`: the same for a moment, exit 0 where it works. */
export type Means = { name: string; command: string; hold(pid: number): string[]; probe: string[] };

export type Awake = {
  /** Called as often as you like. */
  keep(isWanted: boolean): void;
  /** Null where nothing is wrong, else why the machine may sleep. */
  problem(): string | null;
  /** Tries it for a moment. */
  probe(): Promise<string | null>;
  close(): void;
};

/** What this system offers; null where there is nothing of the kind on PATH. */
export function meansOf(platform: NodeJS.Platform, environment: Environment): Means | null {
  const found = (command: string) => onPath(command, environment);
  if (platform === "darwin") {
    const command = found("caffeinate");
    return command === null ? null : { name: "caffeinate", command, hold: (pid) => ["-i", "-s", "-w", String(pid)], probe: ["-i", "true"] };
  }
  if (platform === "win32") {
    const command = found("powershell.exe") ?? found("pwsh.exe");
    const state = (more: string) =>
      `$t=Add-Type -Name P -PassThru -MemberDefinition '[DllImport("kernel32.dll")] public static extern uint SetThreadExecutionState(uint f);'; if ($t::SetThreadExecutionState(0x80000001) -eq 0) { exit 1 }; ${more}`;
    return command === null
      ? null
      : {
          name: "SetThreadExecutionState",
          command,
          hold: (pid) => ["-NoProfile", "-NonInteractive", "-Command", state(`Wait-Process -Id ${pid}`)],
          probe: ["-NoProfile", "-NonInteractive", "-Command", state("exit 0")],
        };
  }
  const command = found("systemd-inhibit");
  const block = ["--what=sleep:idle", "--who=Holdpoint", "--why=A run is under way", "--mode=block"];
  return command === null
    ? null
    : { name: "systemd-inhibit", command, hold: (pid) => [...block, "tail", `--pid=${pid}`, "-f", "/dev/null"], probe: [...block, "true"] };
}

export function createAwake(platform: NodeJS.Platform, environment: Environment, pid: number): Awake {
  const means = meansOf(platform, environment);
  let child: ChildProcess | null = null;
  let refused: string | null = means === null ? "this system offers no way to keep it awake (systemd-inhibit, caffeinate)" : null;
  let refusedAt = Number.NEGATIVE_INFINITY;
  const end = () => {
    refusedAt = Number.NEGATIVE_INFINITY;
    const held = child;
    child = null;
    if (held?.pid === undefined) return;
    try {
      // Its own group: what it started goes with it.
      process.kill(platform === "win32" ? held.pid : -held.pid, "SIGTERM");
    } catch {
      // gone already
    }
  };
  return {
    keep(isWanted) {
      if (!isWanted) return end();
      if (means === null || child !== null || performance.now() - refusedAt < AGAIN_MS) return;
      const started = spawn(means.command, means.hold(pid), {
        stdio: "ignore",
        detached: platform !== "win32",
        env: environment as NodeJS.ProcessEnv,
      });
      child = started;
      refused = null;
      const gone = (why: string) => {
        if (child !== started) return;
        child = null;
        refused = why;
        refusedAt = performance.now();
      };
      started.once("error", (error) => gone(`${means.name} could not be started (${error.message})`));
      started.once("exit", (code) => gone(`${means.name} was refused (exit ${code ?? "by signal"})`));
      started.unref();
    },
    problem: () => refused,
    probe: () =>
      new Promise((resolve) => {
        if (means === null) return resolve(refused);
        execFile(means.command, means.probe, { timeout: PROBE_MS, env: environment as NodeJS.ProcessEnv }, (error, _out, said) =>
          resolve(error === null ? null : `${means.name} was refused${said.trim() === "" ? "" : `: ${said.trim().split("\n")[0]}`}`),
        );
      }),
    close: end,
  };
}

/** Said before the first step, not when the screen goes dark. */
export function sleepFinding(problem: string | null): Finding {
  const at = { code: "sleep", subject: "sleep", step: null, line: null };
  return problem === null
    ? { ...at, severity: "ok", message: "The machine is kept awake while a run is active.", todo: "" }
    : {
        ...at,
        severity: "warning",
        message: `The machine may fall asleep in mid-run: ${problem}.`,
        todo: "Turn sleep off in the system's settings for tonight, and leave the lid open.",
      };
}

function onPath(command: string, environment: Environment): string | null {
  for (const folder of (environment["PATH"] ?? environment["Path"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const path = join(folder, command);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return null;
}
