// From the bytes of a file to a RunbookDocument. Owns the order of the reading; every part is in its own file.
// Pure, synchronous, never throws: what cannot be understood becomes a diagnostic.
import { basename, extname } from "node:path";
import type { Block, RunbookDocument, StepId } from "../protocol/index.ts";
import { notRunnable } from "./blocks.ts";
import { finishChecklist, readChecklist } from "./checklist.ts";
import { type Content, readContent } from "./content.ts";
import { readDecision } from "./directive-keys.ts";
import type { Directive } from "./directives.ts";
import { Flow } from "./flow.ts";
import { type FrontMatter, readFrontMatter } from "./front-matter.ts";
import { looksLikeChecklist } from "./kind.ts";
import { createSlugger, type Numbered, numberSteps } from "./number.ts";
import { readSections, readSteps, type SectionDraft, type StepDraft } from "./outline.ts";
import { createProblems, type Problems, sortProblems } from "./problems.ts";
import { type Piece, Prose } from "./prose.ts";
import { keysOf } from "./recovery-keys.ts";
import { scan } from "./scan.ts";
import { createHasher, readSource, type Source, sha256 } from "./source.ts";
import type { Container } from "./tree.ts";

/** Bytes of the largest file that is read; a runbook of 10,000 steps is a tenth of it. */
export const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** A cluster is needed where a block calls one of these and the front matter does not say. */
const CLUSTER_TOOLS =
  /(?:^|[\s;|&(`])(?:kubectl|helm|oc|istioctl|argocd|flux|velero|linkerd|kustomize|stern|cmctl|kubectl-[\w-]+)(?=\s|$)/m;

export type ParseOptions = { path: string /** Never call marked; prose comes out as escaped text. */; isPlain?: boolean };

/** Reads a file. `path` is used for the title where the file has none, and is not opened. */
export function parseDocument(bytes: Uint8Array, options: ParseOptions): RunbookDocument {
  try {
    return parse(bytes, options);
  } catch (error) {
    // A defect of ours, or a hostile text that got past the bounds. Without marked the reading is linear and shallow.
    const why = error instanceof Error ? error.message : String(error);
    const message = `The text could not be shown as written (${why}); blocks and steps are read, prose is plain.`;
    if (options.isPlain !== true) {
      try {
        return withProblem(parse(bytes, { ...options, isPlain: true }), "unreadable-prose", message);
      } catch {
        // said below
      }
    }
    return withProblem(emptyDocument(bytes, options.path), "unreadable", `The file cannot be read: ${why}.`);
  }
}

/** A file read as far as its structure: what parse finishes and lint looks at. */
export type Reading = {
  source: Source;
  problems: Problems;
  front: FrontMatter;
  content: Content;
  prose: Prose;
  sections: SectionDraft[];
  /** null for a checklist, which has no steps. */
  drafts: StepDraft[] | null;
};

/** Reads the structure. Throws only on defects. */
export function readStructure(bytes: Uint8Array, options: ParseOptions): Reading {
  const source = readSource(bytes);
  const problems = createProblems(source);
  sayEncoding(source, problems);
  const front = readFrontMatter(source, problems);
  const tree = scan(source, front.nextLine);
  const content = readContent(source, tree, front.shell, problems);
  const prose = new Prose(source.text, options.isPlain === true);
  const fileTitle: Piece = { html: "", text: front.title ?? titleOfPath(options.path) };
  const sections = readSections(content, prose, fileTitle);
  const isChecklist = front.kind === "checklist" || (front.kind === null && looksLikeChecklist(content));
  const drafts = isChecklist ? null : readSteps(content, sections, prose);
  return { source, problems, front, content, prose, sections, drafts };
}

function parse(bytes: Uint8Array, options: ParseOptions): RunbookDocument {
  if (bytes.length > MAX_FILE_BYTES) {
    return withProblem(
      emptyDocument(bytes, options.path),
      "too-large",
      `The file has ${bytes.length} bytes; at most ${MAX_FILE_BYTES} are read. Split it.`,
    );
  }
  return finish(readStructure(bytes, options));
}

function finish({ source, problems, front, content, prose, sections, drafts }: Reading): RunbookDocument {
  const isChecklist = drafts === null;
  if (isChecklist) takeCategoryDirectives(content, sections);
  const list = isChecklist ? readChecklist(content, sections, prose) : null;
  const flow = new Flow(content, prose, isChecklist);
  flow.read(sections);
  prose.finish();
  const titleSection = findTitle(sections);
  const title = front.title ?? (titleSection ?? sections[1])?.title.text ?? sections[0]!.title.text;
  const numbered: Numbered =
    drafts === null
      ? { steps: [], phases: [] }
      : numberSteps(sections, drafts, titleSection, front.clusters, createHasher(source), problems);
  const checklist = list === null ? { categories: [], ids: [] } : finishChecklist(list, problems, createHasher(source));
  const otherBlocks = gatherOthers(content, isChecklist);
  sayMisplaced(content, drafts, isChecklist);
  giveSlugs(sections);
  const checkAt = new Map<Container, number>(
    (drafts ?? []).flatMap((draft) => draft.checks.map((check, index): [Container, number] => [check.node, index])),
  );
  const ids: StepId[] = numbered.steps.map((step) => step.id);
  return {
    title: title === "" ? sections[0]!.title.text : title,
    kind: isChecklist ? "checklist" : "runbook",
    version: front.version,
    owner: front.owner,
    reviewed: front.reviewed,
    reviewDue: front.reviewDue,
    plannedMs: front.plannedMs,
    rtoMs: front.rtoMs,
    rpoMs: front.rpoMs,
    ...(front.drill === null ? {} : { drill: front.drill }),
    ...(front.wayBack === null ? {} : { wayBack: front.wayBack }),
    ...(front.recovery === null ? {} : { recovery: keysOf(front.recovery) }),
    sha256: sha256(source.bytes),
    requires: { tools: front.tools, permissions: front.permissions, cluster: front.needsCluster ?? callsCluster(content) },
    clusters: front.clusters.length > 0 ? front.clusters : ["main"],
    shell: front.shell,
    cwd: front.cwd,
    params: front.params,
    ...numbered,
    otherBlocks,
    categories: checklist.categories,
    decision: decisionOf(content, problems),
    flow: flow.finish(ids, checklist.ids, (node) => checkAt.get(node) ?? 0),
    diagnostics: sortProblems(problems.list),
  };
}

function sayEncoding(source: Source, problems: Problems): void {
  if (source.encoding !== "utf-8")
    problems.add(
      "warning",
      "not-utf-8",
      1,
      1,
      `The file is written in ${source.encoding.toUpperCase()}; it was read so, but other tools expect UTF-8. Save it as UTF-8.`,
    );
  if (source.invalidCount > 0) {
    problems.add(
      "error",
      "invalid-utf-8",
      source.invalidLine,
      1,
      `${source.invalidCount} places from this line on are not UTF-8 and are shown as U+FFFD; blocks that hold one do not run. Save the file as UTF-8.`,
    );
  }
}

// readSteps takes them for runbooks.
function takeCategoryDirectives(content: Content, sections: SectionDraft[]): void {
  for (const section of sections) {
    for (const node of [section.heading, ...section.nodes]) {
      const found = node === null ? undefined : content.directives.get(node as never);
      section.categoryDirective ??= found?.find((directive) => directive.kind === "category") ?? null;
    }
  }
}

/** The first heading, if it is the only one of the first level: the title of the file, and no phase. */
function findTitle(sections: SectionDraft[]): SectionDraft | null {
  const first = sections[1];
  if (first === undefined || first.level !== 1) return null;
  return sections.some((section, index) => index > 1 && section.level === 1) ? null : first;
}

function titleOfPath(path: string): string {
  const name = basename(path, extname(path));
  return name === "" ? "Untitled" : name;
}

function giveSlugs(sections: SectionDraft[]): void {
  const slugger = createSlugger();
  for (const section of sections) if (section.heading !== null) section.slug = slugger(section.title.text);
}

/** Fences that belong to no step and no item, numbered among themselves. */
function gatherOthers(content: Content, isChecklist: boolean): Block[] {
  const others: Block[] = [];
  for (const leaf of content.tree.leaves) {
    const blocks = content.blocks.get(leaf);
    if (blocks === undefined || leaf.step !== -1 || leaf.item !== -1) continue;
    for (const [nth, block] of blocks.entries()) {
      const kept =
        isChecklist && block.runnable
          ? notRunnable(block, "it stands under no item of this checklist; nest it in an item to make it that item's automatic check")
          : block;
      kept.index = others.push(kept) - 1;
      blocks[nth] = kept;
    }
  }
  return others;
}

function decisionOf(content: Content, problems: Problems): Record<string, unknown> | null {
  const found = [...content.directives.values()].flat().filter((directive) => directive.kind === "decision");
  for (const second of found.slice(1)) {
    problems.addAt(
      "warning",
      "repeated-directive",
      second.offset,
      `The decision is declared on line ${found[0]!.line} already; this one is not in force.`,
    );
  }
  return found[0] === undefined ? null : readDecision(found[0], problems);
}

/** A directive that nothing takes up is said, never ignored. */
function sayMisplaced(content: Content, drafts: StepDraft[] | null, isChecklist: boolean): void {
  const used = new Set<Directive>();
  for (const draft of drafts ?? []) {
    if (draft.directive !== null) used.add(draft.directive);
    for (const check of draft.checks) if (check.directive !== null) used.add(check.directive);
  }
  for (const [leaf, directives] of content.directives) {
    for (const directive of directives) {
      const { kind } = directive;
      const isInRunbook = kind === "step" || kind === "phase" || kind === "check";
      let where: string | null = null;
      if (isChecklist && isInRunbook && kind !== "phase") where = "this file is a checklist, which has no steps";
      else if (!isChecklist && (kind === "item" || kind === "category")) where = "this file is a runbook, which has no items";
      else if (kind === "check" && !used.has(directive)) where = "it stands in no task item (`- [ ] …`)";
      else if (kind === "item" && leaf.item === -1) where = "it stands in no task item (`- [ ] …`)";
      if (where !== null)
        content.problems.addAt("warning", "misplaced-directive", directive.offset, `This ${kind} directive is not in force: ${where}.`);
    }
  }
}

function callsCluster(content: Content): boolean {
  for (const blocks of content.blocks.values()) {
    if (blocks.some((block) => block.runnable && CLUSTER_TOOLS.test(block.commands))) return true;
  }
  return false;
}

function withProblem(document: RunbookDocument, code: string, message: string): RunbookDocument {
  return { ...document, diagnostics: [{ line: 1, column: 1, severity: "error", code, message }, ...document.diagnostics] };
}

export function emptyDocument(bytes: Uint8Array, path: string): RunbookDocument {
  return {
    title: titleOfPath(path),
    kind: "runbook",
    version: null,
    owner: null,
    reviewed: null,
    reviewDue: null,
    plannedMs: null,
    rtoMs: null,
    rpoMs: null,
    sha256: sha256(bytes),
    requires: { tools: [], permissions: [], cluster: false },
    clusters: ["main"],
    shell: null,
    cwd: null,
    params: [],
    phases: [],
    steps: [],
    otherBlocks: [],
    categories: [],
    decision: null,
    flow: [],
    diagnostics: [],
  };
}
