// A drill made up from a seed: which of a runbook's steps, gates, clusters and people let the team down, and when.
// Owns: the dice. The same seed and the same text give the same faults at the same moments, on any machine. Reads no clock.
import { createHash } from "node:crypto";
import type { Block, RunbookDocument, Step } from "../protocol/index.ts";
import { probeAfter } from "./probes.ts";
import type { Effect, Fault, Scenario, Trigger } from "./types.ts";

/** Changes whenever the same seed would give another drill; it stands in the title, on record. */
const DICE = 1;
/** As many as a team can speak about afterwards. */
const LEAST = 2;
const MOST = 4;
/** A cluster or a person is away so long, milliseconds. */
const AWAY_MS = 90_000;
/** Help comes after this, milliseconds. */
const HINT_AFTER_MS = 300_000;
/** Of a step without a planned time, milliseconds. */
const SOME_TIME_MS = 300_000;

type Dice = { below(n: number): number; pick<T>(from: readonly T[]): T };

/** Numbers from a seed: SHA-256 over a counter, so that no library and no version decides them. */
function diceOf(seed: string): Dice {
  let thrown = 0;
  const below = (n: number): number => {
    const word = createHash("sha256").update(`holdpoint drill ${DICE}\n${seed}\n${thrown++}`).digest();
    return Number(word.readBigUInt64BE(0) % BigInt(Math.max(1, n)));
  };
  return { below, pick: (from) => from[below(from.length)]! };
}

type Candidate = { about: string; make(dice: Dice): Omit<Fault, "name"> };

export function scenarioFromSeed(seed: string, document: RunbookDocument): Scenario {
  const dice = diceOf(seed);
  const left = [...candidatesOf(document)];
  const wanted = LEAST + dice.below(MOST - LEAST + 1);
  const faults: Fault[] = [];
  const met = new Set<string>();
  while (faults.length < wanted && left.length > 0) {
    const [candidate] = left.splice(dice.below(left.length), 1);
    if (candidate === undefined || met.has(candidate.about)) continue;
    met.add(candidate.about);
    faults.push({ name: `fault-${faults.length + 1}`, ...candidate.make(dice) });
  }
  return { title: `Drill ${DICE} of seed ${seed}`, runbook: "", faults };
}

/** Everything that could go wrong, in the order of the text. */
function candidatesOf(document: RunbookDocument): Candidate[] {
  const ways = new Set(document.steps.flatMap((step) => step.directive.rollback?.replace(/^#/, "") ?? []));
  // Run only where an end is unknown: a fault there would never come.
  const rechecks = new Set(document.steps.flatMap((step) => step.blocks.flatMap((block) => block.options.recheck ?? [])));
  const isOwn = (block: Block): boolean => block.runnable && block.options.background !== true && !rechecks.has(block.name ?? "");
  const steps = document.steps.filter((step) => !ways.has(step.id));
  const spanMs = document.plannedMs ?? sum(steps.map((step) => step.directive.plannedMs ?? SOME_TIME_MS));
  return [
    ...steps.flatMap((step) => step.blocks.filter(isOwn).flatMap((block) => ofBlock(step, block))),
    ...document.clusters.filter((cluster) => isUsed(document, steps, cluster)).map((cluster) => ofCluster(cluster, spanMs)),
    ...rolesOf(steps).map(ofRole),
  ];
}

/** Something is run there that would miss it. */
const isUsed = ({ requires }: RunbookDocument, steps: readonly Step[], cluster: string): boolean =>
  steps.some(
    ({ directive, blocks }) =>
      directive.on === cluster &&
      blocks.some((block) => block.runnable && (requires.cluster || /\b(?:kubectl|helm)\b/.test(block.commands))),
  );

const sum = (numbers: number[]): number => numbers.reduce((total, one) => total + one, 0);

function ofBlock(step: Step, block: Block): Candidate[] {
  const about = `${step.id}/${block.index}`;
  const at = (probe: number): Trigger => ({ on: "block", step: step.id, block: block.index, probe, attempts: 1 });
  if (block.options.gate !== undefined) return [{ about, make: (dice) => redGate(step, block, at, dice) }];
  const [output, exitCode] = complaintOf(block.commands);
  const fails: Candidate = {
    about,
    make: () =>
      fault(
        `${step.title} fails`,
        at(1),
        { kind: "fails", output, exitCode },
        "Read the message, look at what the command did, then retry or go back.",
      ),
  };
  const hangs: Candidate = {
    about,
    make: () =>
      fault(`${step.title} hangs`, at(1), { kind: "hangs", output: "" }, "See that nothing comes any more, cancel it, look, then retry."),
  };
  const slow: Candidate = {
    about,
    make: (dice) => {
      const byMs = Math.max(10_000, Math.round(((step.directive.plannedMs ?? SOME_TIME_MS) * (1 + dice.below(3))) / 2 / 1000) * 1000);
      return fault(
        `${step.title} takes much longer than planned`,
        at(1),
        { kind: "slow", byMs },
        "Say that the plan slips, and decide whether to wait.",
      );
    },
  };
  const older: Candidate[] = isMoment(block)
    ? [
        {
          about,
          make: (dice) =>
            fault(
              `${step.title}: what can be recovered is older than promised`,
              at(1),
              { kind: "reads", value: null, olderMs: (1 + dice.below(6)) * 600_000, exitCode: 0 },
              "Compare the moment with what was promised, and tell who decides about the loss.",
            ),
        },
      ]
    : [];
  return [fails, hangs, ...(block.interpreter === null ? [slow] : []), ...older];
}

/** A value is captured, and the command speaks of a moment: what it prints may be shown as older. */
const isMoment = ({ options, commands }: Block): boolean =>
  options.capture !== undefined &&
  options.expect === undefined &&
  /last[_ -]?(?:write|wal|commit|backup)|recoverable|date -u|pg_last_xact/i.test(commands);

function redGate(step: Step, block: Block, at: (probe: number) => Trigger, dice: Dice): Omit<Fault, "name"> {
  const { everyMs = 60_000, forMs, withinMs, expect } = block.options;
  const turns = Math.max(1, Math.floor((forMs ?? withinMs ?? everyMs) / everyMs));
  const probe = probeAfter(block.options, dice.below(turns) * everyMs) ?? 1;
  const effect: Effect =
    expect === undefined
      ? { kind: "fails", output: "", exitCode: 1 }
      : { kind: "reads", value: String(beyond(expect.operator, expect.value)), olderMs: null, exitCode: 0 };
  return fault(`The gate of ${step.title} goes red`, at(probe), effect, "Stop where the gate stops you; go back rather than look away.");
}

/** A number that the limit does not let pass, and that could be true. */
function beyond(operator: string, value: number): number {
  const far = value === 0 ? 1 : Math.round(Math.abs(value) * 300) / 100;
  if (operator.startsWith("<")) return value + far;
  if (operator.startsWith(">")) return value >= 0 ? Math.round((value / 3) * 100) / 100 - (value === 0 ? 1 : 0) : value - far;
  return operator === "==" ? value + 1 : value;
}

function ofCluster(cluster: string, spanMs: number): Candidate {
  return {
    about: `cluster ${cluster}`,
    make: (dice) => ({
      ...fault(
        `The API of ${cluster} cannot be reached`,
        { on: "start", afterMs: Math.round((spanMs * (1 + dice.below(6))) / 8 / 1000) * 1000 },
        { kind: "cut", cluster, host: null, port: null },
        "Wait with what needs it, go on with what does not, and say so.",
      ),
      forMs: AWAY_MS,
    }),
  };
}

function ofRole({ role, step }: { role: string; step: Step }): Candidate {
  return {
    about: `role ${role}`,
    make: () => ({
      ...fault(
        `Nobody with the role ${role} answers`,
        { on: "step", step: step.id, edge: "start", afterMs: 0 },
        { kind: "away", role },
        "Call the deputy; a signature is nobody's to borrow.",
      ),
      forMs: AWAY_MS,
    }),
  };
}

/** Who is asked for, with the first step at which they could be missed: the one before their signature. */
function rolesOf(steps: readonly Step[]): { role: string; step: Step }[] {
  const found = new Map<string, Step>();
  for (const [index, step] of steps.entries())
    for (const role of [...step.directive.signoff, ...(step.directive.role === null ? [] : [step.directive.role])])
      if (!found.has(role)) found.set(role, steps[Math.max(0, index - 1)] ?? step);
  return [...found].map(([role, step]) => ({ role, step }));
}

const fault = (title: string, trigger: Trigger, effect: Effect, expected: string): Omit<Fault, "name"> => ({
  title,
  trigger,
  effect,
  forMs: null,
  played: null,
  hint: { text: "Something is not as it looks. Compare what you see with what the step says you should see.", afterMs: HINT_AFTER_MS },
  expected,
});

/** What such a command says when it fails: the tool's own words, so that nobody hears the instructor in them. */
function complaintOf(commands: string): [output: string, exitCode: number] {
  if (/\bkubectl\b/.test(commands)) return ["error: timed out waiting for the condition", 1];
  if (/\bhelm\b/.test(commands)) return ["Error: UPGRADE FAILED: context deadline exceeded", 1];
  if (/\b(?:psql|pg_\w+)\b/.test(commands))
    return ['psql: error: connection to server at "127.0.0.1", port 5432 failed: FATAL:  the database system is starting up', 2];
  if (/\bredis-cli\b/.test(commands)) return ["Could not connect to Redis at 127.0.0.1:6379: Connection refused", 1];
  if (/\bcurl\b/.test(commands)) return ["curl: (28) Operation timed out after 10001 milliseconds with 0 bytes received", 28];
  return ["Input/output error", 5];
}
