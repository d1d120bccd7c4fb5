// `holdpoint doctor`: whether this machine and this installation can do the work.
// Owns: the list, each ok, warning or error with what to do. It leaves one event: that the record was verified.
import { homedir } from "node:os";
import type { Command } from "commander";
import { findBrowser } from "./browser.ts";
import { play, type Scene } from "./command.ts";
import type { Desktop } from "./open.ts";
import { Ended, EXIT, safe, table } from "./output.ts";
import { isWindowFresh } from "./window-build.ts";

export type Check = { name: string; state: "ok" | "warning" | "error"; message: string; todo: string };

/** Below this a long run's recordings may not fit; bytes. */
const LOW_DISK_BYTES = 2_000_000_000;

const check = (name: string, state: Check["state"], message: string, todo = ""): Check => ({ name, state, message, todo });

async function installation(scene: Scene): Promise<Check[]> {
  try {
    const door = await scene.door();
    const result = await door.call("app.snapshot", {});
    if (!result.ok)
      return [check("database", "error", result.error.message, "Read the message; `holdpoint verify` on the database says more.")];
    const { home, recordProblem, installEvents, installFingerprint, hasOperators, clock, diskFreeBytes } = result.value;
    const verified = await door.call("record.verify", {});
    const disk = diskFreeBytes === null ? "unknown" : `${(diskFreeBytes / 1e9).toFixed(1)} GB`;
    return [
      recordProblem === null
        ? check("database", "ok", `${home}, ${installEvents} events in the install log, head ${installFingerprint}`)
        : check(
            "database",
            "error",
            recordProblem,
            "Do not sign or run until this is understood. A backup may help: `holdpoint verify` on both.",
          ),
      !verified.ok
        ? check("record", "error", verified.error.message, "Run `holdpoint verify` on the database.")
        : verified.value.verdict === "NOT VERIFIED"
          ? check(
              "record",
              "error",
              verified.value.problems.map((one) => one.message).join("; "),
              "Keep the database as it is, and look for a backup.",
            )
          : check("record", "ok", `${verified.value.verdict}: ${verified.value.logs} logs, ${verified.value.events} events`),
      hasOperators
        ? check("operators", "ok", "somebody can sign in")
        : check("operators", "warning", "nobody is enrolled yet", "Run `holdpoint open` and say who you are."),
      clock === "in step"
        ? check("clock", "ok", "synchronised")
        : check(
            "clock",
            "warning",
            clock === "adrift" ? "this machine's clock is not synchronised" : "whether the clock is synchronised cannot be read",
            "Turn on time synchronisation: times in the record are claims of this clock.",
          ),
      diskFreeBytes !== null && diskFreeBytes < LOW_DISK_BYTES
        ? check("disk", "warning", `${disk} free at ${home}`, "Make room: a full disk holds a run.")
        : check("disk", "ok", `${disk} free at ${home}`),
    ];
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    return [check("database", "error", error.message, "Put this right first: nothing can run without its record.")];
  }
}

/** Whether a run in the night stays awake, and on what power. */
async function power(): Promise<Check[]> {
  const { batteryFinding, createAwake, readBattery, sleepFinding } = await import("../run/index.ts");
  const problem = await createAwake(process.platform, process.env, process.pid).probe();
  const found = [sleepFinding(problem), ...batteryFinding(await readBattery(process.platform))];
  return found.map(({ subject, severity, message, todo }) => check(subject, severity === "ok" ? "ok" : "warning", message, todo));
}

async function shells(): Promise<Check[]> {
  try {
    const { shellsAvailable } = await import("../shell/index.ts");
    const found = await shellsAvailable();
    if (found.length === 0) return [check("terminal", "error", "no shell was found", "Install bash or zsh.")];
    return [check("terminal", "ok", found.map((shell) => `${shell.shell} ${shell.version}`).join(", "))];
  } catch (error) {
    return [
      check(
        "terminal",
        "error",
        error instanceof Error ? error.message : String(error),
        "Run `npm install` again: the terminal's native part does not load.",
      ),
    ];
  }
}

async function tools(): Promise<Check[]> {
  const { checkTools } = await import("../cluster/index.ts");
  const findings = await checkTools(["kubectl", "helm"], process.env as Record<string, string>);
  return findings.map((one) =>
    one.severity === "ok"
      ? check(one.subject, "ok", one.message)
      : check(one.subject, "warning", one.message, `${one.todo} (only runbooks that use it need it)`.trim()),
  );
}

async function kubeconfig(): Promise<Check> {
  const { loadContexts } = await import("../cluster/index.ts");
  const loaded = loadContexts({ env: process.env, homeDir: homedir(), classOf: () => null });
  const broken = loaded.entries.filter((entry) => entry.error !== null);
  if (loaded.entries.length === 0)
    return check(
      "kubeconfig",
      "warning",
      "no contexts",
      "Set KUBECONFIG or make ~/.kube/config. Runbooks that need no cluster run without.",
    );
  if (broken.length === 0) return check("kubeconfig", "ok", `${loaded.entries.length} contexts`);
  return check(
    "kubeconfig",
    "warning",
    `${broken.length} of ${loaded.entries.length} contexts are broken: ${broken.map((entry) => `${entry.name}: ${entry.error?.message ?? ""}`).join("; ")}`,
    "The others work. `holdpoint contexts` says file and line.",
  );
}

async function windows(load: () => Promise<Pick<Desktop, "findElectron">>): Promise<Check[]> {
  const runtime = (await load()).findElectron();
  const browser = findBrowser();
  return [
    isWindowFresh()
      ? check("window", "ok", "built")
      : check("window", "warning", "not built, or older than its sources", "`holdpoint open` builds it, and so does `npm run build`."),
    runtime.isReady
      ? check("desktop", "ok", runtime.path)
      : check("desktop", "warning", runtime.why, "`holdpoint open` tries to fetch it, and shows the same window in a browser otherwise."),
    browser.isFound
      ? check("browser", "ok", browser.path)
      : check("browser", "warning", browser.why, "`holdpoint open` prints a link instead."),
  ];
}

export function register(program: Command, done: (code: Promise<number>) => void, load: () => Promise<Desktop>): void {
  program
    .command("doctor")
    .summary("whether this machine can do the work")
    .description(
      "Looks at runtime, database, terminal, tools, kubeconfig, clock, disk and window; each ok, warning or error, with what to do. Exit 1 on errors.",
    )
    .option("--json", "one JSON array on standard output: {name, state, message, todo}")
    .action((options: { json?: boolean }) => {
      const isJson = options.json === true;
      done(
        play("doctor", isJson, async (scene) => {
          const { output } = scene;
          output.progress("looking around");
          const runtime = check("runtime", "ok", `Node ${process.versions.node}, ${process.platform}-${process.arch}`);
          const checks = [
            runtime,
            ...(await installation(scene)),
            ...(await shells()),
            ...(await power()),
            ...(await tools()),
            await kubeconfig(),
            ...(await windows(load)),
          ];
          output.progress("");
          const style = { ok: "green", warning: "yellow", error: "red" } as const;
          if (isJson) output.json(checks);
          else
            for (const line of table(
              checks.map((one) => [
                one.name,
                output.paint(style[one.state], one.state),
                safe(one.todo === "" ? one.message : `${one.message.replace(/\.$/, "")}. ${one.todo}`),
              ]),
            ))
              output.line(line);
          return checks.some((one) => one.state === "error") ? EXIT.failed : EXIT.ok;
        }),
      );
    });
}
