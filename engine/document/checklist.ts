// Categories and items of a checklist. Owns which task item belongs to which category, and its id.
// Answers, signatures and the decision are not here: they live in the log.
import type { Block, Category, Item } from "../protocol/index.ts";
import { type Content, taskMark } from "./content.ts";
import { readCategory, readItem } from "./directive-keys.ts";
import type { Directive } from "./directives.ts";
import { type CheckDraft, ownDirective, readCheckDraft, type SectionDraft } from "./outline.ts";
import type { Problems } from "./problems.ts";
import type { Prose } from "./prose.ts";
import { readTableItems } from "./table-items.ts";
import { eachLeaf, isContainer, type Leaf, type Node } from "./tree.ts";

export type ItemDraft = {
  check: CheckDraft;
  directive: Directive | null;
  blocks: Block[];
  depth: number;
  line: number;
  endLine: number;
  /** Row number of a table, for the id of an item without one. */
  number: number | null;
  /** Of a table's row. */
  stateCell?: { column: number; isText: boolean };
};
export type CategoryDraft = { section: SectionDraft; directive: Directive | null; items: ItemDraft[] };
export type ChecklistDraft = { categories: CategoryDraft[]; items: ItemDraft[] };

/** `**INF-01** text`, `**INF-01:** text`: letters, digits and dashes with a digit among them. */
export const ITEM_ID = /^(?:\*\*|__)(?=[^*_\s]*\d)([A-Za-z][A-Za-z0-9]*(?:[-.][A-Za-z0-9]+)*)\s*[:.)]?(?:\*\*|__)\s*[:–—-]?\s*/u;

/** Gathers items under the headings they belong to, and marks every leaf with its item. */
export function readChecklist(content: Content, sections: SectionDraft[], prose: Prose): ChecklistDraft {
  const items: ItemDraft[] = [];
  const categories: CategoryDraft[] = [];
  const bySection = new Map<SectionDraft, CategoryDraft>();
  const categoryOf = (section: SectionDraft): CategoryDraft => {
    const known = bySection.get(section);
    if (known !== undefined) return known;
    const category: CategoryDraft = { section, directive: section.categoryDirective, items: [] };
    bySection.set(section, category);
    categories.push(category);
    return category;
  };
  const homeOf = createHomes(content, sections);
  for (const section of sections) {
    const home = homeOf(section);
    // A category that is declared and has no item yet is one all the same.
    if (section.categoryDirective !== null) categoryOf(section);
    const visit = (node: Node, depth: number): void => {
      if (!isContainer(node)) {
        // A table in a task item is part of that item's words.
        for (const item of depth === 0 ? tableDrafts(content, node, items.length, prose) : []) {
          categoryOf(home).items.push(item);
          items.push(item);
        }
        return;
      }
      const isTask = taskMark(content.source, node) !== null;
      if (isTask) {
        const item: ItemDraft = {
          check: readCheckDraft(content, node, prose, ITEM_ID)!,
          directive: ownDirective(content, node, "item"),
          blocks: [],
          depth,
          line: node.line,
          endLine: node.endLine,
          number: null,
        };
        // Items below are visited after this one and take what is theirs.
        eachLeaf(node, (leaf) => {
          leaf.item = items.length;
        });
        items.push(item);
        categoryOf(home).items.push(item);
      }
      for (const child of node.children) visit(child, isTask ? depth + 1 : depth);
    };
    for (const node of section.nodes) visit(node, 0);
  }
  for (const leaf of content.tree.leaves) {
    const owner = items[leaf.item];
    if (owner !== undefined) for (const block of content.blocks.get(leaf) ?? []) block.index = owner.blocks.push(block) - 1;
  }
  return { categories, items };
}

const NO_DRAFTS: ItemDraft[] = [];
/** Rows of a table with states, as items. A directive stands in a cell of its row. */
function tableDrafts(content: Content, leaf: Leaf, first: number, prose: Prose): ItemDraft[] {
  const rows = readTableItems(content, leaf);
  if (rows === null) return NO_DRAFTS;
  const lines = new Set(rows.map((row) => row.line));
  const directives = new Map<number, Directive>();
  for (const directive of content.directives.get(leaf) ?? []) {
    if (directive.kind !== "item") continue;
    if (lines.has(directive.line)) directives.set(directive.line, directive);
    else {
      const message = "This item directive is not in force: it stands in no row of the table that is an item.";
      content.problems.addAt("warning", "misplaced-directive", directive.offset, message);
    }
  }
  // Says only that its directives are dealt with: a table holds no block.
  if (rows.length > 0) leaf.item = first;
  return rows.map(({ line, id, number, checked, text, stateCell }) => ({
    check: { id, node: leaf.parent, line, checked, piece: prose.inline(text), rest: null, directive: null },
    directive: directives.get(line) ?? null,
    blocks: [],
    depth: 0,
    line,
    endLine: line,
    number,
    stateCell,
  }));
}

/**
 * The category of a section: the nearest heading that is declared one, else the `##` above, else the nearest heading. A `##` that only
 * gathers (no item of its own, items under two or more `###`) leaves it to those: "Checklist" over "Security", "Testing" … is no category.
 */
function createHomes(content: Content, sections: SectionDraft[]): (section: SectionDraft) => SectionDraft {
  const withItems = new Map<SectionDraft, Set<SectionDraft>>();
  for (const section of sections) {
    if (!hasItems(content, section)) continue;
    let below = section;
    for (let at = section.parent; at !== null; at = at.parent) {
      if (at.level === 2) withItems.set(at, (withItems.get(at) ?? new Set()).add(below));
      below = at;
    }
    if (section.level === 2) withItems.set(section, (withItems.get(section) ?? new Set()).add(section));
  }
  return (section) => {
    let below = section;
    for (let at: SectionDraft | null = section; at !== null; at = at.parent) {
      if (at.categoryDirective !== null) return at;
      if (at.level === 2) {
        const parts = withItems.get(at);
        const onlyGathers = parts !== undefined && parts.size > 1 && !parts.has(at);
        return onlyGathers ? below : at;
      }
      below = at;
    }
    return section;
  };
}

function hasItems(content: Content, section: SectionDraft): boolean {
  let found = false;
  const visit = (node: Node): void => {
    if (found) return;
    if (!isContainer(node)) found = (readTableItems(content, node)?.length ?? 0) > 0;
    else if (taskMark(content.source, node) !== null) found = true;
    else for (const child of node.children) visit(child);
  };
  for (const node of section.nodes) visit(node);
  return found;
}

/**
 * Called when marked has run. `ids` gets the id of every item, in the order of the drafts' items. `hashLines` gives what answers bind to:
 * the hash of an item's own lines, everything nested in it included.
 */
export function finishChecklist(
  draft: ChecklistDraft,
  problems: Problems,
  hashLines: (line: number, endLine: number) => string,
): { categories: Category[]; ids: string[] } {
  const taken = new Set<string>();
  const idOf = new Map<ItemDraft, string>();
  for (const item of draft.items) {
    const { id } = item.check;
    if (id === null) continue;
    let unique = id;
    for (let count = 1; taken.has(unique); count++) unique = `${id}-${count}`;
    taken.add(unique);
    idOf.set(item, unique);
  }
  // From each number asked for to the one after the last that was given for it: thousands of categories may begin alike.
  const after = new Map<string, number>();
  const firstFree = (prefix: string, from: number): number => {
    let number = from;
    while (taken.has(`${prefix}-${number}`)) number = after.get(`${prefix}-${number}`) ?? number + 1;
    after.set(`${prefix}-${from}`, number + 1);
    return number;
  };
  const categories = draft.categories.map((category): Category => {
    const prefix = prefixOf(category.section.title.text);
    for (const [index, item] of category.items.entries()) {
      if (idOf.has(item)) continue;
      // Counted by place, so that an item keeps its number when a neighbour is given an id of its own.
      const number = firstFree(prefix, item.number ?? index + 1);
      taken.add(`${prefix}-${number}`);
      idOf.set(item, `${prefix}-${number}`);
    }
    return {
      title: category.section.title.text,
      line: category.section.heading?.line ?? 1,
      ...readCategory(category.directive, problems),
      items: category.items.map((item) => finishItem(item, idOf.get(item)!, problems, hashLines(item.line, item.endLine))),
    };
  });
  return { categories, ids: draft.items.map((item) => idOf.get(item)!) };
}

function finishItem(item: ItemDraft, id: string, problems: Problems, sha256: string): Item {
  const { check } = item;
  return {
    id,
    text: check.piece.text,
    html: check.piece.html + (check.rest?.html ?? ""),
    line: check.line,
    depth: item.depth,
    ...(item.stateCell === undefined ? {} : { stateCell: item.stateCell }),
    checked: check.checked,
    ...readItem(item.directive, problems),
    sha256,
    blocks: item.blocks,
  };
}

/** `Infrastructure` gives `INF`: three letters of the first word that has any. */
function prefixOf(title: string): string {
  const letters =
    title
      .normalize("NFD")
      .replaceAll(/\p{M}/gu, "")
      .replaceAll(/[^A-Za-z]/g, " ")
      .trim()
      .split(/\s+/)[0] ?? "";
  return letters === "" ? "ITEM" : letters.slice(0, 3).toUpperCase();
}
