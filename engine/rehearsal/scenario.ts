// Reads a `*.scenario.yaml`: which faults come when, checked against the runbook it is for, each mistake with its line.
// Owns: the file's keys and their meaning (docs/rehearsal.md). Injects nothing, makes nothing up.
import { createProblems, didYouMean, KeyReader, listOfMaps, type Problems, parseYamlMap, readSource } from "../document/index.ts";
import type { Block, RunbookDocument, Step } from "../protocol/index.ts";
import { probeAfter } from "./probes.ts";
import type { Effect, Fault, Played, ReadScenario, Trigger } from "./types.ts";

const TOP = ["title", "runbook", "faults", "about"];
const COMMON = ["name", "title", "kind", "step", "block", "at", "after", "of", "for", "attempts", "hint", "hint-after", "expected"];
const PLAYED = ["output", "exit"];
const KINDS = {
  fails: [...PLAYED],
  hangs: ["output"],
  reads: ["value", "older", "exit"],
  slow: ["by"],
  cut: ["cluster", "param", "host-param", "port-param", ...PLAYED],
  away: ["role"],
  commands: ["run", "undo", "cluster", ...PLAYED],
  "scale-down": ["cluster", "namespace", "workload", "to", ...PLAYED],
  stop: ["pid-file", "how", "start", ...PLAYED],
} as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES = Object.keys(KINDS) as Kind[];
/** These come as a block begins, and need one. */
const OF_BLOCKS: readonly Kind[] = ["fails", "hangs", "reads", "slow"];

/** More faults than this are no drill, and nobody could speak about them afterwards. */
const MOST_FAULTS = 50;
/** Nobody waits longer for help in a drill than this, unless the scenario says so. Milliseconds. */
const HINT_AFTER_MS = 300_000;

/** Never throws. A scenario with an error in its diagnostics must not be used: what stands in it may be half of what was meant. */
export function readScenario(source: Uint8Array, document: RunbookDocument): ReadScenario {
  const read = readSource(source);
  const problems = createProblems(read);
  const yaml = parseYamlMap(read.text, (at) => at);
  for (const { message, at } of yaml.problems) problems.addAt("error", "invalid-yaml", at, `The scenario cannot be read: ${message}.`);
  if (read.invalidCount > 0) problems.add("error", "not-utf-8", read.invalidLine, 1, "The scenario holds bytes that are not UTF-8.");
  if (yaml.keyed === null || yaml.document === null)
    return { scenario: { title: "", runbook: "", faults: [] }, diagnostics: sorted(problems) };
  const top = new KeyReader(yaml.keyed, problems, "scenario");
  top.warnUnknown(TOP);
  const found = listOfMaps(yaml.document, "faults", (at) => at);
  if (found.length === 0)
    problems.addAt("error", "no-faults", top.offset("faults"), 'scenario: "faults" lists no fault, so there is nothing to practise.');
  if (found.length > MOST_FAULTS)
    problems.addAt(
      "error",
      "too-many-faults",
      top.offset("faults"),
      `scenario: ${found.length} faults; at most ${MOST_FAULTS} fit a drill.`,
    );
  const faults: Fault[] = [];
  const names = new Set<string>();
  for (const { keyed, at } of found.slice(0, MOST_FAULTS)) {
    if (keyed === null) {
      problems.addAt("error", "invalid-value", at, "fault: each entry of the list is a mapping of keys to values.");
      continue;
    }
    const fault = faultOf(new KeyReader(keyed, problems, "fault"), problems, document, names);
    if (fault !== null) faults.push(fault);
  }
  return {
    scenario: { title: top.text("title") ?? "", runbook: top.text("runbook") ?? "", faults },
    diagnostics: sorted(problems),
  };
}

/** The runbook that a scenario says it is for; "" for none, or where it cannot be read. */
export function runbookOf(source: Uint8Array): string {
  const runbook = parseYamlMap(readSource(source).text, (at) => at).keyed?.values["runbook"];
  return typeof runbook === "string" ? runbook.trim() : "";
}

const sorted = (problems: Problems) => problems.list.sort((a, b) => a.line - b.line || a.column - b.column);

function faultOf(reader: KeyReader, problems: Problems, document: RunbookDocument, names: Set<string>): Fault | null {
  const wrong = (key: string, code: string, message: string): null => {
    problems.addAt("error", code, reader.offset(key), `fault: ${message}`);
    return null;
  };
  const name = reader.text("name")?.trim() ?? null;
  if (name === null) return wrong("kind", "missing-key", '"name" is missing. The debrief speaks of each fault by its name.');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    return wrong("name", "invalid-value", `"${name}" is no name: small letters, digits and dashes.`);
  if (names.has(name)) return wrong("name", "double-name", `there is a fault "${name}" already.`);
  names.add(name);
  if (!reader.has("kind")) return wrong("name", "missing-key", `"${name}" has no "kind": ${KIND_NAMES.join(", ")}.`);
  const kind = reader.choice("kind", KIND_NAMES);
  if (kind === null) return null;
  reader.warnUnknown([...COMMON, ...KINDS[kind]]);
  const before = problems.list.length;
  const place = placeOf(reader, problems, document);
  const effect = EFFECTS[kind](reader, wrong, document);
  const trigger = triggerOf(reader, wrong, kind, place);
  const forMs = reader.duration("for");
  if (effect !== null && (effect.kind === "cut" || effect.kind === "away") && forMs === null)
    wrong("name", "missing-key", `"${name}" has no "for": how long it lasts, such as 90s.`);
  const hint = reader.text("hint");
  const hasFailed = problems.list.slice(before).some((one) => one.severity === "error");
  if (hasFailed || effect === null || trigger === null) return null;
  return {
    name,
    title: reader.text("title") ?? name,
    trigger,
    effect,
    forMs,
    played: playedOf(reader, effect, place),
    hint: hint === null ? null : { text: hint, afterMs: reader.duration("hint-after") ?? HINT_AFTER_MS },
    expected: reader.text("expected") ?? "",
  };
}

type Place = { step: Step; block: Block | null };

function placeOf(reader: KeyReader, problems: Problems, document: RunbookDocument): Place | null {
  const wanted = reader.text("step")?.trim().replace(/^#/, "") ?? null;
  if (wanted === null) return null;
  const step = document.steps.find((one) => one.id === wanted) ?? document.steps.find((one) => one.number === wanted);
  if (step === undefined) {
    const known = document.steps.map((one) => one.id);
    problems.addAt(
      "error",
      "unknown-step",
      reader.offset("step"),
      `fault: the runbook has no step "${wanted}".${didYouMean(wanted, known)}`,
    );
    return null;
  }
  const runnable = step.blocks.filter((block) => block.runnable);
  const named = reader.text("block")?.trim() ?? null;
  if (named === null) return { step, block: runnable[0] ?? null };
  const block = runnable.find((one) => one.name === named) ?? (/^\d+$/.test(named) ? runnable[Number(named) - 1] : undefined);
  if (block !== undefined) return { step, block };
  const known = runnable.flatMap((one) => one.name ?? []);
  const message = `fault: step ${step.number} has no command "${named}" that is run.${didYouMean(named, known)}`;
  problems.addAt("error", "unknown-block", reader.offset("block"), message);
  return null;
}

type Wrong = (key: string, code: string, message: string) => null;

function triggerOf(reader: KeyReader, wrong: Wrong, kind: Kind, place: Place | null): Trigger | null {
  const after = reader.duration("after") ?? 0;
  const of = reader.choice("of", ["start", "declaration", "gate", "step"] as const);
  const edge = reader.choice("at", ["start", "end"] as const);
  if (OF_BLOCKS.includes(kind)) {
    if (place === null) return reader.has("step") ? null : wrong("kind", "missing-key", `a fault of the kind "${kind}" needs a "step".`);
    if (place.block === null) return wrong("step", "no-command", `step ${place.step.number} runs no command that could be made to fail.`);
    if (kind === "slow" && place.block.interpreter !== null)
      return wrong(
        "kind",
        "invalid-value",
        `the command at line ${place.block.line} is run by ${place.block.interpreter}, which cannot be slowed.`,
      );
    const { options, index } = place.block;
    if (reader.has("after") && options.gate === undefined)
      return wrong("after", "no-gate", `"after" counts from the beginning of a gate, and the command at line ${place.block.line} is none.`);
    const probe = probeAfter(options, after);
    if (probe === null) return wrong("after", "invalid-value", "the gate is over by then, so the fault would never come.");
    return { on: "block", step: place.step.id, block: index, probe, attempts: attemptsOf(reader) };
  }
  if (of === "start" || of === "declaration") return { on: of, afterMs: after };
  if (place === null) return reader.has("step") ? null : reader.has("after") ? { on: "start", afterMs: after } : noMoment(wrong);
  if (of === "gate") {
    if (place.block?.options.gate === undefined) return wrong("of", "no-gate", `step ${place.step.number} has no gate there.`);
    return { on: "gate", step: place.step.id, block: place.block.index, afterMs: after };
  }
  return { on: "step", step: place.step.id, edge: edge ?? "start", afterMs: after };
}

const noMoment = (wrong: Wrong): null =>
  wrong("kind", "no-moment", 'it does not say when it comes: a "step", or "after: 5m" with "of: start" or "of: declaration".');

function attemptsOf(reader: KeyReader): number | null {
  const written = reader.text("attempts");
  if (written === null) return 1;
  if (written.trim() === "all") return null;
  const count = Number(written);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  reader.wrong("attempts", "a number from 1 on, or all");
  return 1;
}

const EFFECTS: Record<Kind, (reader: KeyReader, wrong: Wrong, document: RunbookDocument) => Effect | null> = {
  fails: (reader, wrong) => {
    const exitCode = exitOf(reader, 1);
    if (exitCode === 0) return wrong("exit", "invalid-value", '"exit: 0" is no failure; use "kind: reads" for a wrong value.');
    return { kind: "fails", output: reader.text("output") ?? "", exitCode };
  },
  hangs: (reader) => ({ kind: "hangs", output: reader.text("output") ?? "" }),
  reads: (reader, wrong) => {
    const [value, olderMs] = [reader.text("value"), reader.duration("older")];
    if ((value === null) === (olderMs === null))
      return wrong("kind", "missing-key", 'it takes either a "value" or "older", which is how much older than promised.');
    return { kind: "reads", value, olderMs, exitCode: exitOf(reader, 0) };
  },
  slow: (reader, wrong) => {
    const byMs = reader.duration("by");
    return byMs === null ? wrong("kind", "missing-key", '"by" is missing: how long it takes more, such as 3m.') : { kind: "slow", byMs };
  },
  cut: (reader, wrong, document) => {
    const cluster = clusterIn(reader, wrong, document, "cluster");
    const host = paramIn(reader, wrong, document, reader.has("param") ? "param" : "host-param");
    const port = paramIn(reader, wrong, document, "port-param");
    const isNamed = ["cluster", "param", "host-param"].some((key) => reader.has(key));
    if (isNamed && cluster === null && host === null) return null;
    if ((cluster === null) === (host === null))
      return wrong("kind", "missing-key", 'it takes either a "cluster", or a "param" with an address, or "host-param" and "port-param".');
    return { kind: "cut", cluster, host, port };
  },
  away: (reader, wrong) => {
    const role = reader.text("role")?.trim() ?? null;
    return role === null ? wrong("kind", "missing-key", '"role" is missing: who does not answer.') : { kind: "away", role };
  },
  commands: (reader, wrong, document) => {
    const [run, undo] = [reader.text("run"), reader.text("undo")];
    if (run === null || undo === null)
      return wrong("kind", "missing-key", '"run" and "undo" are both needed: what is broken is put right again.');
    return { kind: "commands", run, undo, cluster: clusterIn(reader, wrong, document, "cluster") ?? "" };
  },
  "scale-down": (reader, wrong, document) => {
    const workload = reader.text("workload")?.trim() ?? "";
    if (!/^(?:deployment|statefulset|replicaset)\/[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(workload))
      return wrong("workload", "invalid-value", '"workload" is deployment/NAME, statefulset/NAME or replicaset/NAME.');
    const cluster = clusterIn(reader, wrong, document, "cluster") ?? document.clusters[0] ?? "main";
    const to = reader.number("to") ?? 0;
    if (!Number.isInteger(to) || to < 0) return wrong("to", "invalid-value", '"to" is how many replicas are left: 0 or more.');
    return { kind: "scale-down", cluster, namespace: reader.text("namespace"), workload, to };
  },
  stop: (reader, wrong) => {
    const pidFile = reader.text("pid-file");
    if (pidFile === null) return wrong("kind", "missing-key", '"pid-file" is missing: the file in which the server keeps its process id.');
    const how = reader.choice("how", ["freeze", "kill"] as const) ?? "freeze";
    const start = reader.text("start") ?? "";
    if (how === "kill" && start === "")
      return wrong("how", "missing-key", 'a server that is killed needs a "start": the command that starts it again.');
    return { kind: "stop", pidFile, how, start };
  },
};

function exitOf(reader: KeyReader, otherwise: number): number {
  const code = reader.number("exit") ?? otherwise;
  if (Number.isInteger(code) && code >= 0 && code <= 255) return code;
  reader.wrong("exit", "a whole number from 0 to 255");
  return otherwise;
}

function clusterIn(reader: KeyReader, wrong: Wrong, document: RunbookDocument, key: string): string | null {
  const named = reader.text(key)?.trim() ?? null;
  const known = document.clusters.length === 0 ? ["main"] : document.clusters;
  if (named === null || known.includes(named)) return named;
  return wrong(key, "unknown-cluster", `the runbook has no cluster "${named}": ${known.join(", ")}.`);
}

function paramIn(reader: KeyReader, wrong: Wrong, document: RunbookDocument, key: string): string | null {
  const named = reader.text(key)?.trim() ?? null;
  const known = document.params.filter((param) => param.type !== "secret").map((param) => param.name);
  if (named === null || known.includes(named)) return named;
  return wrong(key, "unknown-param", `the runbook has no parameter "${named}".${didYouMean(named, known)}`);
}

/** Of what is really broken: how its step looks where nothing can be. */
function playedOf(reader: KeyReader, effect: Effect, place: Place | null): Played | null {
  if (OF_BLOCKS.includes(effect.kind as Kind) || place?.block == null || !(reader.has("output") || reader.has("exit"))) return null;
  return { step: place.step.id, block: place.block.index, output: reader.text("output") ?? "", exitCode: exitOf(reader, 1) };
}
