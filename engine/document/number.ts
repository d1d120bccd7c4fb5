// Gives steps their ids and numbers and gathers phases, once every title is known.
// Owns uniqueness of ids and the outline's numbering; what is a step was decided in outline.ts.
import { slug } from "github-slugger";
import type { Check, Phase, Step, StepId } from "../protocol/index.ts";
import { readCheck, readPhase, readStep } from "./directive-keys.ts";
import type { CheckDraft, SectionDraft, StepDraft } from "./outline.ts";
import type { Problems } from "./problems.ts";

const MAX_ID_CHARS = 200;

export type Numbered = { steps: Step[]; phases: Phase[] };

export function numberSteps(
  sections: SectionDraft[],
  drafts: StepDraft[],
  title: SectionDraft | null,
  clusters: string[],
  hash: (line: number, endLine: number) => string,
  problems: Problems,
): Numbered {
  const phases: { section: SectionDraft; number: string }[] = [];
  const hasSteps = (section: SectionDraft): boolean => {
    section.hasSteps ??= section.steps.length > 0 || section.phaseDirective !== null || section.children.some(hasSteps);
    return section.hasSteps;
  };
  // A section that is no phase and whose own steps count among its neighbours: the title, or what stands before any heading.
  const isFlat = (section: SectionDraft): boolean => section.heading === null || section === title;
  const count = (section: SectionDraft, prefix: string, next: { ordinal: number }): void => {
    if (!hasSteps(section)) return;
    if (isFlat(section)) {
      for (const step of section.steps) step.number = prefix + next.ordinal++;
      for (const child of section.children) count(child, prefix, next);
      return;
    }
    const own = prefix + next.ordinal++;
    const inside = { ordinal: 1 };
    for (const step of section.steps) step.number = step.isHeading ? own : `${own}.${inside.ordinal++}`;
    if (section.phaseDirective !== null || section.steps.some((step) => !step.isHeading) || section.children.some(hasSteps)) {
      phases.push({ section, number: own });
    }
    for (const child of section.children) count(child, `${own}.`, inside);
  };
  const top = { ordinal: 1 };
  for (const section of sections) if (section.parent === null) count(section, "", top);

  const ids = new Map<string, number>();
  const steps = drafts.map((draft): Step => {
    const { id, directive } = readStep(draft.directive, problems, clusters);
    const name = draft.blocks.find((block) => block.runnable)?.name ?? null;
    draft.id = uniqueId(ids, id ?? name ?? slugOf(draft.title.text)) as StepId;
    return {
      id: draft.id,
      title: draft.title.text === "" ? `Line ${draft.line}` : draft.title.text,
      number: draft.number,
      phase: pathOf(draft.isHeading || isFlat(draft.section) ? draft.section.parent : draft.section, title),
      line: draft.line,
      endLine: draft.endLine,
      sha256: hash(draft.line, draft.endLine),
      directive,
      blocks: draft.blocks,
      checks: draft.checks.map((check, index) => finishCheck(check, index, problems)),
    };
  });
  return {
    steps,
    phases: phases.map(({ section, number }) => finishPhase(section, number, title, problems)),
  };
}

function finishPhase(section: SectionDraft, number: string, title: SectionDraft | null, problems: Problems): Phase {
  const own = section.steps.filter((step) => !step.isHeading);
  const below = section.children.flatMap((child) => child.steps.filter((step) => step.isHeading));
  const keys = section.phaseDirective === null ? { plannedMs: null, start: null } : readPhase(section.phaseDirective, problems);
  return {
    title: section.title.text,
    path: pathOf(section, title),
    number,
    line: section.heading?.line ?? 1,
    plannedMs: keys.plannedMs,
    start: keys.start,
    steps: [...own, ...below].map((step) => step.id!),
  };
}

/** Titles from the outermost heading to this one, the document's title left out. */
function pathOf(section: SectionDraft | null, title: SectionDraft | null): string[] {
  const path: string[] = [];
  for (let at = section; at !== null && at !== title; at = at.parent) path.unshift(at.title.text);
  return path;
}

/** `wanted`, or `wanted-1`, `wanted-2` … where it is taken. */
function uniqueId(taken: Map<string, number>, wanted: string): string {
  const base = wanted.trim().slice(0, MAX_ID_CHARS - 8) || "step";
  // The last number given is kept, or 10,000 steps of one title would each count from 1.
  let count = taken.get(base) ?? 0;
  let id = base;
  while (taken.has(id)) id = `${base}-${++count}`;
  taken.set(base, count);
  if (id !== base) taken.set(id, 0);
  return id;
}

export function finishCheck(check: CheckDraft, index: number, problems: Problems): Check {
  const keys = check.directive === null ? { value: null, expect: null } : readCheck(check.directive, problems);
  return {
    index,
    line: check.line,
    text: check.piece.text,
    html: check.piece.html + (check.rest?.html ?? ""),
    checked: check.checked,
    value: keys.value,
    expect: keys.expect,
  };
}

/** The code host's slug. Its pattern of all Unicode punctuation is slow, and most titles are plain. */
function slugOf(title: string): string {
  return /^[A-Za-z0-9 _-]*$/.test(title) ? title.toLowerCase().replaceAll(" ", "-") : slug(title);
}

/** Slugs of headings as the code host gives them, made unique in the order of the file. */
export function createSlugger(): (title: string) => string {
  // Counted as github-slugger counts: a number is tried until the result is free, also against titles written so.
  const seen = new Map<string, number>();
  return (title) => {
    const wanted = slugOf(title);
    let result = wanted;
    while (seen.has(result)) {
      const count = (seen.get(wanted) ?? 0) + 1;
      seen.set(wanted, count);
      result = `${wanted}-${count}`;
    }
    seen.set(result, 0);
    return result;
  };
}
