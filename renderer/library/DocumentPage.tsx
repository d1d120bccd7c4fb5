// The text in reading order, virtualised by section so that ten thousand steps open like ten.
// Owns: the scroll position. Nothing in it runs.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import type { FlowNode, RunbookDocument, Step } from "../../engine/protocol/index.ts";
import { formatDuration, HoldLine, SafeHtml, Status } from "../design/index.ts";
import { sectionsOf } from "../run/sections.ts";
import { PageBlock } from "./PageBlock.tsx";

/** `show` takes a step's id (or a category's title in a checklist). */
export type PageHandle = { show(target: string): void; showLine(line: number): void };

export function DocumentPage({ document: text, onReady }: { document: RunbookDocument; onReady(handle: PageHandle | null): void }) {
  const sections = useMemo(() => sectionsOf(text), [text]);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: sections.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => sections[index]?.key ?? index,
    // guesses before measuring: a paragraph or a heading; a step with its card
    estimateSize: (index) => (sections[index]?.type === "step" ? 230 : 72),
    overscan: 3,
    paddingStart: 20,
    paddingEnd: 40,
    initialRect: { width: 640, height: 760 },
  });
  useEffect(() => {
    const to = (index: number): void => {
      if (index >= 0) virtual.scrollToIndex(index, { align: "start" });
    };
    onReady({
      show: (step) => to(sections.findIndex((one) => one.type === "step" && one.step === step)),
      showLine: (line) => to(sections.findLastIndex((one) => one.line <= line)),
    });
    return () => onReady(null);
  }, [sections, virtual, onReady]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1)
    <div className="document-page" ref={scroller} tabIndex={0} role="document" aria-label={text.title}>
      <div className="virtual" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start }) => {
          const section = sections[index];
          if (section === undefined) return null;
          const step = section.type === "step" ? text.steps[section.index] : undefined;
          return (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className="virtual-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              {step === undefined ? (
                <Nodes nodes={section.nodes} document={text} />
              ) : (
                <StepCard step={step} nodes={section.nodes} document={text} />
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function StepCard({ step, nodes, document: text }: { step: Step; nodes: FlowNode[]; document: RunbookDocument }) {
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
}

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
