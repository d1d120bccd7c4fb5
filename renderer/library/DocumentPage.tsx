// The text in reading order, virtualised by section so that ten thousand steps open like ten.
// Owns: the drawing of a section. Nothing in it runs.
import { memo, useCallback, useEffect, useMemo, useRef } from "react";
import type { FlowNode, RunbookDocument, Step } from "../../engine/protocol/index.ts";
import { formatDuration, HoldLine, type ListHandle, SafeHtml, Status, VirtualList } from "../design/index.ts";
import { sectionsOf } from "../run/sections.ts";
import { PageBlock } from "./PageBlock.tsx";

/** `show` takes a step's id (or a category's title in a checklist). */
export type PageHandle = { show(target: string): void; showLine(line: number): void };

export function DocumentPage({ document: text, onReady }: { document: RunbookDocument; onReady(handle: PageHandle | null): void }) {
  const sections = useMemo(() => sectionsOf(text), [text]);
  const list = useRef<ListHandle>(null);
  const keyOf = useCallback((index: number) => sections[index]!.key, [sections]);
  useEffect(() => {
    onReady({
      show: (step) => list.current?.show(sections.findIndex((one) => one.type === "step" && one.step === step)),
      showLine: (line) => list.current?.show(sections.findLastIndex((one) => one.line <= line)),
    });
    return () => onReady(null);
  }, [sections, onReady]);
  return (
    <VirtualList
      className="document-page"
      page={text.title}
      count={sections.length}
      keyOf={keyOf}
      // a paragraph or a heading; a step with its card
      sizeOf={(index) => (sections[index]!.type === "step" ? 230 : 72)}
      overscan={2}
      paddingStart={20}
      paddingEnd={40}
      width={640}
      ref={list}
    >
      {(index) => {
        const section = sections[index]!;
        const step = section.type === "step" ? text.steps[section.index] : undefined;
        return step === undefined ? (
          <Nodes nodes={section.nodes} document={text} />
        ) : (
          <StepCard step={step} nodes={section.nodes} document={text} />
        );
      }}
    </VirtualList>
  );
}

const StepCard = memo(function StepCard({ step, nodes, document: text }: { step: Step; nodes: FlowNode[]; document: RunbookDocument }) {
  const { directive } = step;
  const facts: [string, string][] = [
    ["Needs", directive.needs.join(", ")],
    ["Role", directive.role ?? ""],
    ["Lane", directive.lane === "main" ? "" : directive.lane],
    ["On", directive.on === "main" ? "" : directive.on],
    ["Way back", directive.rollback ?? ""],
    ["Target", directive.targetMs === null ? "" : `under ${formatDuration(directive.targetMs)}`],
    ["Soak", directive.soakMs === null ? "" : formatDuration(directive.soakMs)],
    ["Opens", directive.opens?.name ?? ""],
    ["Closes", directive.closes ?? ""],
  ];
  const shown = facts.filter(([, value]) => value !== "");
  return (
    <article className="page-step">
      <header>
        <h3>
          <span className="page-number">{step.number}</span> {step.title}
        </h3>
        {directive.plannedMs === null ? null : <span className="dim">planned {formatDuration(directive.plannedMs)}</span>}
      </header>
      {shown.length === 0 ? null : (
        <dl className="page-step-facts">
          {shown.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt> <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {directive.pointOfNoReturn ? <p className="page-mark warn-text">Point of no return: from here on restore or fix forward.</p> : null}
      <Nodes nodes={nodes} document={text} step={step} />
      {directive.signoff.length === 0 ? null : (
        <div className="page-hold">
          <HoldLine state="next" />
          <p>
            <Status state="signoff" size={14} /> Holds for {directive.signoff.join(", ")}
          </p>
        </div>
      )}
    </article>
  );
});

function Nodes({ nodes, document: text, step }: { nodes: FlowNode[]; document: RunbookDocument; step?: Step }) {
  return nodes.map((node) => {
    const key = `${node.type} ${node.line} ${"index" in node ? node.index : ""}`;
    switch (node.type) {
      case "html":
        return <SafeHtml key={key} html={node.html} className="prose" />;
      case "heading":
        if (node.level === 1 && node.text.trim() === text.title.trim()) return null; // stands in the head of the column
        return <Heading key={key} node={node} document={text} />;
      case "block": {
        const block = step === undefined ? text.otherBlocks[node.index] : step.blocks[node.index];
        return block === undefined ? null : <PageBlock key={key} block={block} />;
      }
      case "check": {
        const check = step?.checks[node.index];
        return check === undefined ? null : (
          <div key={key} className="page-check">
            <span className="page-box" aria-hidden="true" />
            <SafeHtml html={check.html} as="span" />
            {check.value === null ? null : <span className="chip">asks for a {check.value}</span>}
          </div>
        );
      }
      default:
        return node satisfies never;
    }
  });
}

function Heading({ node, document: text }: { node: Extract<FlowNode, { type: "heading" }>; document: RunbookDocument }) {
  const phase = text.phases.find((one) => one.line === node.line);
  const Tag = node.level <= 2 ? "h2" : "h3";
  return (
    <Tag className={node.level <= 2 ? "page-phase" : "page-heading"}>
      {phase === undefined || phase.number === "" ? null : <span className="page-number">{phase.number}</span>}{" "}
      <SafeHtml html={node.html} as="span" />
    </Tag>
  );
}
