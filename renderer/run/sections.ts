// The page cut into sections by step, in reading order, so that the column can be virtualised and steps can fold.
// Owns: which section holds what, and how each is shown. Does not draw and does not sanitise.
import type { FlowNode, NextAction, RunbookDocument, StepState } from "../../engine/protocol/index.ts";

export type ProseSection = { type: "prose"; key: string; nodes: FlowNode[]; line: number };
export type StepSection = {
  type: "step";
  key: string;
  step: string;
  index: number;
  /** Without the heading, whose text is the step's title. */
  nodes: FlowNode[];
  line: number;
};
export type Section = ProseSection | StepSection;

export function sectionsOf(document: RunbookDocument): Section[] {
  const indexOf = new Map(document.steps.map((step, index) => [step.id as string, index]));
  const sections: Section[] = [];
  const taken = new Set<string>();
  for (const node of document.flow) {
    const last = sections.at(-1);
    const step = node.step !== null && indexOf.has(node.step) ? node.step : null;
    if (step === null) {
      // A heading opens a section of its own, so that a long introduction is not one giant row.
      if (last?.type === "prose" && node.type !== "heading") last.nodes.push(node);
      else sections.push({ type: "prose", key: `prose ${node.line}.${sections.length}`, nodes: [node], line: node.line });
      continue;
    }
    const isHeading = node.type === "heading";
    if (last?.type === "step" && last.step === step) {
      if (!isHeading) last.nodes.push(node);
      continue;
    }
    taken.add(step);
    sections.push({
      type: "step",
      key: `step ${step}.${sections.length}`,
      step,
      index: indexOf.get(step)!,
      nodes: isHeading ? [] : [node],
      line: node.line,
    });
  }
  // A step that has nothing in the flow would be a step nobody sees: it still gets its place, after its forerunner.
  for (const [index, step] of document.steps.entries()) {
    if (taken.has(step.id)) continue;
    const nodes: FlowNode[] = [
      ...step.blocks.map((block) => ({ type: "block" as const, index: block.index, line: block.line, step: step.id, item: null })),
      ...step.checks.map((check) => ({ type: "check" as const, index: check.index, line: check.line, step: step.id })),
    ];
    const before = sections.findLastIndex((section) => section.type === "step" && section.index < index);
    sections.splice(before + 1, 0, { type: "step", key: `step ${step.id}`, step: step.id, index, nodes, line: step.line });
  }
  return sections;
}

/** folded: one row · card: the big card of the step under way · open: readable, at rest. */
export type Display = "folded" | "card" | "open";
/** `opened` and `closed` hold what the reader changed by hand. */
export function displayOf(state: StepState, focus: string | null, opened: ReadonlySet<string>, closed: ReadonlySet<string>): Display {
  // What is under way in another lane is a card too.
  if (state.id === focus || state.status === "running" || state.status === "open") return "card";
  if (closed.has(state.id)) return "folded";
  if (opened.has(state.id)) return "open";
  // A step that failed and was not judged stays open: its reason is what people look for.
  if (
    state.status === "done" &&
    (state.verdict === "passed" || state.verdict === "skipped" || state.judgement !== null || state.passedOver === true)
  )
    return "folded";
  return "open";
}

type Eye = {
  current: string | null;
  next: string | null;
  nextAction: { step: string | null; kind?: NextAction["kind"] };
  lanes?: unknown[] | undefined;
};
/** The step the eye belongs on: the one under way, else the one that the next action is about. With lanes, what asks for a person comes before what runs. */
export function focusStep(header: Eye): string | null {
  const isLaned = (header.lanes?.length ?? 0) > 1;
  if (isLaned && header.nextAction.kind !== "wait" && header.nextAction.step !== null) return header.nextAction.step;
  return header.current ?? header.nextAction.step ?? header.next;
}

/** A way back as written: a place in this document, a file beside it, or words. */
export type WayBack =
  | { type: "anchor"; step: string; title: string }
  | { type: "file"; path: string; anchor: string | null }
  | { type: "words"; text: string };
export function wayBackOf(rollback: string | null, document: RunbookDocument, path: string): WayBack | null {
  if (rollback === null || rollback.trim() === "") return null;
  const text = rollback.trim();
  const anchor = text.startsWith("#") ? text.slice(1) : text;
  const target = document.steps.find((step) => step.id === anchor) ?? stepUnderHeading(document, anchor);
  if (target) return { type: "anchor", step: target.id, title: target.title };
  const file = /^([^#]+\.(?:md|markdown))(?:#(.*))?$/i.exec(text);
  if (file) return { type: "file", path: beside(path, file[1]!), anchor: file[2] ?? null };
  return { type: "words", text };
}
function stepUnderHeading(document: RunbookDocument, slug: string) {
  const at = document.flow.findIndex((node) => node.type === "heading" && node.slug === slug);
  if (at < 0) return undefined;
  for (const node of document.flow.slice(at)) {
    if (node.step !== null) return document.steps.find((step) => step.id === node.step);
  }
  return undefined;
}
/** A path written in a document is relative to it. Works on both kinds of separators; `..` is resolved. */
export function beside(path: string, relative: string): string {
  if (/^([a-z]:)?[\\/]/i.test(relative)) return relative;
  const separator = path.includes("\\") && !path.includes("/") ? "\\" : "/";
  const parts = path.split(/[\\/]/).slice(0, -1);
  for (const part of relative.split(/[\\/]/)) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join(separator);
}
