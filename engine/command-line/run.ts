// `holdpoint run`: a runbook without a window. Owns: the options, the order of things, the last words.
import { setTimeout as later } from "node:timers/promises";
import type { Command } from "commander";
import type { StepId } from "../protocol/index.ts";
import { play } from "./command.ts";
import { printFindings } from "./findings.ts";
import { Ended, EXIT, exitOf, usage } from "./output.ts";
import { printEvents } from "./run-events.ts";
import { type LoopEnd, runLoop } from "./run-loop.ts";
import {
  addStartOptions,
  buildRequest,
  checkOptions,
  ensureTrust,
  type Opened,
  openRunbook,
  type StartOptions,
  signIn,
} from "./start-request.ts";

type Options = StartOptions & { step?: string[]; timeout: string; walked?: string };

function walkedOf({ walked }: Options): "passed" | "failed" | "unknown" | null {
  if (walked === undefined || walked === "passed" || walked === "failed" || walked === "unknown") return walked ?? null;
  throw usage(`--walked is passed, failed or unknown, not "${walked}".`);
}

/** What an interrupted start may still take, milliseconds. */
const STARTING_MS = 1_000;

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `10m`, `90s`, `1h30m` in milliseconds. */
export function parseDuration(text: string): number {
  if (!/^(\d+(ms|s|m|h))+$/.test(text)) throw usage(`--timeout takes a duration such as 90s, 10m or 1h, not "${text}".`);
  return [...text.matchAll(/(\d+)(ms|s|m|h)/g)].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ""] ?? 0), 0);
}

function chosenSteps(opened: Opened, wanted: string[]): StepId[] {
  return wanted.map((text) => {
    const step = opened.document.steps.find((one) => one.id === text || one.number === text);
    if (step !== undefined) return step.id;
    throw usage(`There is no step "${text}". There are: ${opened.document.steps.map((one) => one.id).join(", ")}.`);
  });
}

const EXITS = `
Exit codes: 0 all passed · 1 a step failed · 2 usage or unreadable input · 3 waiting for a person (check, hold point, unknown)
            4 cluster not the pinned one or not reachable · 130 interrupted

A run that stops stays on record as it stands; \`holdpoint open\` goes on with it in the window.`;

export function register(program: Command, done: (code: Promise<number>) => void): void {
  addStartOptions(
    program
      .command("run")
      .summary("runs a runbook headless and prints its events")
      .description("Runs a runbook step by step and stops at everything that needs a person: checks, hold points, unknown ends, failures.")
      .argument("<file>", "runbook"),
  )
    .option("--mode <mode>", "live or rehearsal", "live")
    .option(
      "--way <way>",
      "of a rehearsal: walk (nothing runs), replay (recordings play) or sandbox (commands run there); sandbox without it",
    )
    .option("--replay <run>", "the run whose recordings play: its number or its id; says --way replay")
    .option("--speed <n>", "times the recorded speed of a replay; 0 shows each output at once", "1")
    .option("--compress <n>", "gates, soaks and waits take their time divided by this; both are on record", "1")
    .option("--scenario <file>", "an instructor's scenario")
    .option("--seed <text>", "the same seed gives the same faults at the same moments")
    .option("--walked <outcome>", "what is said of every block that is walked through: passed, failed or unknown; else the run stops there")
    .option("--step <id...>", "only these steps, in this order")
    .option("--yes", "confirm plain checks (on record as such, never on production) and trust the file's folder")
    .option("--confirm-cluster <context>", "production's name, typed: needed to start there and for commands that ask for it")
    .option("--timeout <duration>", "a block that runs longer is unknown", "10m")
    .option("--json", "the events on standard output, one JSON object per line, and a last one of type cli.ended")
    .addHelpText("after", EXITS)
    .action((file: string, options: Options) => {
      const isJson = options.json === true;
      done(
        play("run", isJson, async (scene) => {
          const { output } = scene;
          const timeoutMs = parseDuration(options.timeout);
          checkOptions(options);
          const door = await scene.door();
          const opened = await openRunbook(door, file);
          const only = chosenSteps(opened, options.step ?? []);
          await signIn(door, options);
          const request = await buildRequest(door, opened, options);
          await ensureTrust(scene, door, opened, options.yes === true);
          if (door.running !== null) output.say(`Holdpoint is running already (process ${door.running.greeting.pid}); it runs this too.`);
          let interrupt: () => void = () => {};
          const interrupted = new Promise<void>((resolve) => {
            interrupt = resolve;
          });
          scene.onInterrupt(interrupt);
          output.progress("looking at tools, permissions and the cluster");
          // A cluster that does not answer must not keep an interrupted command waiting.
          const started = await Promise.race([door.call("run.start", request), interrupted.then(() => later(STARTING_MS, null))]);
          output.progress("");
          if (started === null) throw new Ended(EXIT.interrupted, { code: "busy", message: "Interrupted before the run had begun." });
          if (!started.ok) {
            const { findings } = (started.error.details ?? {}) as { findings?: Parameters<typeof printFindings>[1] };
            if (findings !== undefined) printFindings(output, findings, output.say);
            const isCluster = findings?.some((one) => one.severity === "blocker" && one.code.startsWith("cluster")) === true;
            throw new Ended(isCluster ? EXIT.cluster : exitOf(started.error), started.error);
          }
          const view = started.value;
          const numbers = new Map(view.steps.map((step) => [step.id as string, step.number]));
          const events = printEvents(door, output, view.header.log, numbers);
          void events.drain();
          const loop = {
            document: opened.document,
            isYes: options.yes === true,
            typed: options.confirmCluster ?? null,
            only,
            timeoutMs,
            walked: walkedOf(options),
          };
          const end: LoopEnd = await runLoop(door, output, view, loop, interrupted);
          const now = await door.call("run.get", { run: view.header.run });
          await events.drain(now.ok ? now.value.view.header.events : 0); // announcements come in doses; the count is exact
          events.stop();
          const header = now.ok ? now.value.view.header : view.header;
          if (end.say !== "") output.say(end.say);
          output.say(
            `run ${header.number} (${header.run}): ${header.status}${header.result === "" ? "" : `, ${header.result}`}; ${header.events} events, head ${header.fingerprint}`,
          );
          if (isJson) {
            const steps = now.ok ? now.value.view.steps.map(({ id, verdict, status, because }) => ({ id, status, verdict, because })) : [];
            output.json({
              type: "cli.ended",
              exitCode: end.exitCode,
              say: end.say,
              run: header.run,
              log: header.log,
              number: header.number,
              status: header.status,
              result: header.result,
              steps,
            });
          }
          return end.exitCode;
        }),
      );
    });
}
