// The page in reading order: prose as HTML, headings, blocks and checks where they stand. Owns the cutting of prose
// into pieces around blocks; the HTML is marked's and not yet sanitised.
import type { FlowNode, StepId } from "../protocol/index.ts";
import { type Content, leafMarkdown, taskMark } from "./content.ts";
import { isPlain, isSilent, markdownOf, type SectionDraft } from "./outline.ts";
import type { Piece, Prose } from "./prose.ts";
import { strippedLines } from "./strip.ts";
import { type Container, firstLeaf, isContainer, type Leaf, type Node } from "./tree.ts";

/** A flow node whose texts and ids are known only when marked has run. */
type Draft =
  | { type: "html"; piece: Piece; line: number; step: number }
  | { type: "heading"; section: SectionDraft; leaf: Leaf }
  | { type: "block"; leaf: Leaf; nth: number }
  | { type: "check"; node: Container; leaf: Leaf };

export class Flow {
  readonly #content: Content;
  readonly #prose: Prose;
  readonly #isChecklist: boolean;
  readonly #drafts: Draft[] = [];

  constructor(content: Content, prose: Prose, isChecklist: boolean) {
    this.#content = content;
    this.#prose = prose;
    this.#isChecklist = isChecklist;
  }

  read(sections: SectionDraft[]): void {
    for (const section of sections) {
      if (section.heading !== null) {
        this.#drafts.push({ type: "heading", section, leaf: section.heading });
        this.#blocks(section.heading);
      }
      this.#nodes(section.nodes, this.#content.tree.root, null);
    }
  }

  /** `children` of `base`. `first` is what the first piece is cut for instead, so that it keeps its list or quote mark. */
  #nodes(children: Node[], base: Container, first: { container: Container; base: Container } | null): void {
    let group: Node[] = [];
    const flush = (): void => {
      const start = group[0];
      if (start === undefined) return;
      const keepsMark = first !== null && (first.container.kind === "quote" || first.container.children[0] === start);
      const from = keepsMark ? first.base : base;
      const markdown = strippedLines(
        this.#content.source,
        keepsMark && first.container.kind !== "quote" ? first.container.line : start.line,
        group.at(-1)!.endLine,
        from,
      );
      this.#drafts.push({ type: "html", piece: this.#prose.blocks(markdown), line: start.line, step: firstLeaf(start)?.step ?? -1 });
      group = [];
    };
    for (const child of children) {
      if (isPlain(this.#content, child)) {
        const before = group[0];
        if (before !== undefined && stepOf(before) !== stepOf(child)) flush();
        group.push(child);
        continue;
      }
      flush();
      if (isContainer(child)) this.#container(child, base);
      else this.#leaf(child);
    }
    flush();
  }

  #leaf(leaf: Leaf): void {
    if (leaf.kind !== "fence" && !isSilent(this.#content, leaf)) {
      const text = leafMarkdown(this.#content.source, leaf, 0);
      const piece = leaf.isRaw ? this.#prose.plain(text) : this.#prose.blocks(markdownOf(this.#content, leaf, leaf.parent));
      this.#drafts.push({ type: "html", piece, line: leaf.line, step: leaf.step });
    }
    this.#blocks(leaf);
  }

  #blocks(leaf: Leaf): void {
    const count = this.#content.blocks.get(leaf)?.length ?? 0;
    for (let nth = 0; nth < count; nth++) this.#drafts.push({ type: "block", leaf, nth });
  }

  #container(container: Container, base: Container): void {
    const task = taskMark(this.#content.source, container);
    if (task !== null) this.#task(container, task.leaf);
    else if (container.kind === "list") this.#nodes(container.children, base, null);
    else if (container.kind === "quote") this.#nodes(container.children, container, { container, base });
    else this.#nodes(container.children, container, { container, base });
  }

  // The item's own words are in its check (or in its category); what cannot be said there follows.
  #task(item: Container, leaf: Leaf): void {
    if (!this.#isChecklist) this.#drafts.push({ type: "check", node: item, leaf });
    this.#blocks(leaf);
    for (const child of item.children.slice(1)) {
      if (isPlain(this.#content, child)) continue;
      if (isContainer(child)) this.#container(child, item);
      else if (child.kind === "fence" || this.#content.blocks.has(child)) this.#leaf(child);
    }
  }

  /** The nodes, once ids, slugs and HTML are known. */
  finish(ids: StepId[], itemIds: string[], checkIndex: (node: Container) => number): FlowNode[] {
    const stepId = (index: number): StepId | null => ids[index] ?? null;
    // A piece of link definitions or comments alone shows nothing.
    const shown = this.#drafts.filter((draft) => draft.type !== "html" || draft.piece.html.length > 8 || draft.piece.html.trim() !== "");
    return shown.map((draft): FlowNode => {
      if (draft.type === "html") return { type: "html", html: draft.piece.html, line: draft.line, step: stepId(draft.step) };
      if (draft.type === "heading") {
        const { section, leaf } = draft;
        return {
          type: "heading",
          level: leaf.level,
          html: section.title.html,
          text: section.title.text,
          slug: section.slug,
          line: leaf.line,
          step: stepId(leaf.step),
        };
      }
      if (draft.type === "check")
        return { type: "check", index: checkIndex(draft.node), line: draft.node.line, step: stepId(draft.leaf.step) };
      const block = this.#content.blocks.get(draft.leaf)![draft.nth]!;
      return { type: "block", index: block.index, line: block.line, step: stepId(draft.leaf.step), item: itemIds[draft.leaf.item] ?? null };
    });
  }
}

const stepOf = (node: Node): number => firstLeaf(node)?.step ?? -1;
