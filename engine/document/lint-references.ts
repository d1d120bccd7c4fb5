// Lint of names that point at each other: step ids, needs, ways back, rechecks, clusters, parameters, opened and closed.
// Owns "does it exist, once". Whether a file named as a way back exists is the caller's question.
import type { Block, RunbookDocument } from "../protocol/index.ts";
import { type LintInput, placeOf } from "./lint-input.ts";
import { lintRecovery } from "./lint-recovery.ts";
import { didYouMean } from "./suggest.ts";

export function lintReferences(input: LintInput): void {
  lintIds(input);
  lintNames(input);
  const ids = new Set(input.document.steps.map((step) => step.id as string));
  const slugs = new Set(input.document.flow.flatMap((node) => (node.type === "heading" ? [node.slug] : [])));
  const names = new Map(allBlocks(input.document).flatMap((block) => (block.name === null ? [] : [[block.name, block] as const])));
  for (const [index, step] of input.document.steps.entries()) {
    const say = (key: string, code: string, message: string): void =>
      input.problems.addAt("error", code, placeOf(input, index, key), `Step "${step.id}" ${message}`);
    for (const need of step.directive.needs) {
      if (need === step.id) say("needs", "needs-cycle", "needs itself, so it could never begin.");
      else if (!ids.has(need)) say("needs", "unknown-step", `needs "${need}", which does not exist.${didYouMean(need, ids)}`);
    }
    const back = step.directive.rollback;
    if (back !== null && !isFile(back)) {
      const id = back.replace(/^#/, "");
      if (id === step.id) say("rollback", "unknown-rollback", "names itself as its way back.");
      else if (!ids.has(id) && !slugs.has(id)) {
        say("rollback", "unknown-rollback", `goes back by "${back}", which does not exist.${didYouMean(id, [...ids, ...slugs])}`);
      }
    }
    if (step.directive.autoRollback === true && back === null)
      say("auto-rollback", "unknown-rollback", "goes back by itself (auto-rollback) and names no rollback to go back by.");
    const { on } = step.directive;
    if (on !== "none" && !input.document.clusters.includes(on)) {
      say(
        "on",
        "unknown-cluster",
        `runs on "${on}", which is not among the clusters of the front matter.${didYouMean(on, [...input.document.clusters, "none"])}`,
      );
    }
    const params = input.document.params.map((param) => param.name);
    if (step.directive.when !== null && !params.includes(step.directive.when.param)) {
      const { param } = step.directive.when;
      say(
        "when",
        "unknown-parameter",
        `depends on the parameter "${param}", which the front matter does not declare.${didYouMean(param, params)}`,
      );
    }
  }
  lintWholeWayBack(input, new Set([...ids, ...slugs]), ids);
  lintRecovery(input, ids, names);
  lintCycles(input);
  lintRechecks(input, names);
  lintLoops(input);
}

/** What the front matter names. A file is the caller's question. */
function lintWholeWayBack(input: LintInput, places: Set<string>, ids: Set<string>): void {
  const { rollback = null, verify = null } = input.document.wayBack ?? {};
  const say = (key: string, target: string, known: Set<string>): void =>
    input.problems.add(
      "error",
      "unknown-rollback",
      1,
      1,
      `The front matter's ${key} is "${target}", which does not exist.${didYouMean(target.replace(/^#/, ""), known)}`,
    );
  if (rollback !== null && !isFile(rollback) && !places.has(rollback.replace(/^#/, ""))) say("rollback", rollback, places);
  if (verify !== null && !ids.has(verify.replace(/^#/, ""))) say("verify", verify, ids);
}

const isFile = (target: string): boolean => /\.(?:md|markdown)(?:#|$)/i.test(target) || target.includes("/");

export function allBlocks(document: RunbookDocument): Block[] {
  return [
    ...document.steps.flatMap((step) => step.blocks),
    ...document.categories.flatMap((category) => category.items.flatMap((item) => item.blocks)),
    ...document.otherBlocks,
  ];
}

function lintIds(input: LintInput): void {
  const seen = new Map<string, number>();
  for (const [index, draft] of (input.reading.drafts ?? []).entries()) {
    const id = draft.directive?.keyed.values.id;
    if (typeof id !== "string" || id.trim() === "") continue;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, draft.line);
    else {
      const step = input.document.steps[index]?.id ?? "";
      input.problems.addAt(
        "error",
        "duplicate-id",
        placeOf(input, index, "id"),
        `The id "${id}" is given on line ${first} already, so this step is called "${step}". Give it an id of its own.`,
      );
    }
  }
  const items = new Map<string, number>();
  for (const item of input.document.categories.flatMap((category) => category.items)) {
    const plain = item.id.replace(/^(.*\d)-\d+$/, "$1");
    const first = items.get(plain) ?? items.get(item.id);
    if (first !== undefined) {
      input.problems.add(
        "error",
        "duplicate-id",
        item.line,
        1,
        `The item id "${plain}" is given on line ${first} already, so this item is called "${item.id}".`,
      );
    } else items.set(item.id, item.line);
  }
}

function lintNames(input: LintInput): void {
  const seen = new Map<string, number>();
  for (const block of allBlocks(input.document)) {
    if (block.name === null) continue;
    const first = seen.get(block.name);
    if (first === undefined) seen.set(block.name, block.line);
    else
      input.problems.add(
        "warning",
        "duplicate-name",
        block.line,
        1,
        `The block name "${block.name}" is given on line ${first} already; a reference to it means that one.`,
      );
  }
}

/** Steps that wait for each other, each ring named once at its first step. */
function lintCycles(input: LintInput): void {
  const { steps } = input.document;
  const at = new Map(steps.map((step, index) => [step.id as string, index]));
  const state = new Array<number>(steps.length).fill(0); // 0 new, 1 on the path, 2 done
  for (let start = 0; start < steps.length; start++) {
    if (state[start] !== 0) continue;
    // An explicit path: a chain of 10,000 steps would overflow the stack.
    const path: { index: number; next: number }[] = [{ index: start, next: 0 }];
    state[start] = 1;
    while (path.length > 0) {
      const top = path.at(-1)!;
      const need = steps[top.index]!.directive.needs[top.next++];
      if (need === undefined) {
        state[top.index] = 2;
        path.pop();
        continue;
      }
      const index = at.get(need);
      if (index === undefined || index === top.index) continue;
      if (state[index] === 1) {
        const ring = path.slice(path.findIndex((entry) => entry.index === index)).map((entry) => `"${steps[entry.index]!.id}"`);
        input.problems.addAt(
          "error",
          "needs-cycle",
          placeOf(input, index, "needs"),
          `These steps wait for each other and could never begin: ${ring.slice(0, 10).join(" needs ")}.`,
        );
      } else if (state[index] === 0) {
        state[index] = 1;
        path.push({ index, next: 0 });
      }
    }
  }
}

function lintRechecks(input: LintInput, names: Map<string, Block>): void {
  const asked = new Set(allBlocks(input.document).flatMap((block) => block.options.recheck ?? []));
  for (const block of allBlocks(input.document)) {
    const { recheck, danger } = block.options;
    if (recheck === undefined) {
      if (danger === true && block.runnable) {
        input.problems.add(
          "info",
          "no-recheck",
          block.line,
          1,
          "This dangerous block has no recheck=, so when its verdict is unknown a retry needs a signed reason.",
        );
      }
      continue;
    }
    const target = names.get(recheck);
    const say = (message: string): void => input.problems.add("error", "unknown-recheck", block.line, 1, message);
    if (target === undefined) say(`recheck=${recheck} names a block that does not exist.${didYouMean(recheck, names.keys())}`);
    else if (!target.runnable) say(`recheck=${recheck} names the block on line ${target.line}, which does not run: ${target.why}.`);
    else if (target === block) say("recheck= names the block itself; it must be a read-only one.");
    else if (target.options.danger === true)
      say(`recheck=${recheck} names the block on line ${target.line}, which is marked danger; a recheck must only read.`);
    else if (target.options.gate !== undefined && isOnlyAsked(input, target, asked))
      input.problems.add(
        "warning",
        "recheck-gate",
        target.line,
        1,
        `This gate is the recheck of the block on line ${block.line}, so it is asked only where that one's end is unknown, and nobody waits for it. Give the recheck a block of its own.`,
      );
  }
}

/** A recheck that shares its step with blocks that are none is no part of what the step runs (engine/run/plan.ts). */
function isOnlyAsked(input: LintInput, target: Block, asked: Set<string>): boolean {
  const step = input.document.steps.find(({ blocks }) => blocks.includes(target));
  return step?.blocks.some((block) => block.runnable && !(block.name !== null && asked.has(block.name))) ?? false;
}

function lintLoops(input: LintInput): void {
  const opened = new Map<string, number>();
  const closed = new Set<string>();
  for (const [index, step] of input.document.steps.entries()) {
    const { opens, closes } = step.directive;
    if (opens !== null && !opened.has(opens.name)) opened.set(opens.name, index);
    if (closes === null) continue;
    closed.add(closes);
    if (!opened.has(closes)) {
      input.problems.addAt(
        "warning",
        "closes-unopened",
        placeOf(input, index, "closes"),
        `Step "${step.id}" closes "${closes}", which no step before it opens.${didYouMean(closes, opened.keys())}`,
      );
    }
  }
  for (const [name, index] of opened) {
    if (closed.has(name)) continue;
    const step = input.document.steps[index]!;
    input.problems.addAt(
      "warning",
      "never-closed",
      placeOf(input, index, "opens"),
      `Step "${step.id}" opens "${name}", and no step closes it.`,
    );
  }
}
