// The pinned runbook in reading order, virtualised by section; the step under way is brought into view when it changes.
// Owns: the scroll position and what is folded. Sections draw themselves.
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp, FileText, Lock, Search } from "lucide-react";
import type { Ref } from "react";
import { type ReactNode, useCallback, useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { FlowNode, RunbookDocument, RunHeader, StepState } from "../../engine/protocol/index.ts";
import { useKeys } from "../app/keys.ts";
import { Button, formatDate, IconButton, SafeHtml } from "../design/index.ts";
import { measureLater, observeLater } from "../design/measure-later.ts";
import { BlockCard } from "./BlockCard.tsx";
import { dueSteps } from "./lanes.ts";
import { PageFind } from "./PageFind.tsx";
import { type StepContext, StepSection } from "./StepSection.tsx";
import { displayOf, type ProseSection, sectionsOf } from "./sections.ts";

/** Room above the current step's card, CSS pixels: the row of the step before it and its phase stay in sight. */
const CONTEXT_ABOVE_PX = 98;
/** Where the window is low, the card itself needs the room. */
const CONTEXT_ABOVE_LOW_PX = 8;
/** Sections are measured within some frames after they were drawn; slow machines take longer. */
const HELD_MS = 800;
/** Guess of a section's height before it is measured: a folded row, and a step with a block or two. */
const FOLDED_PX = 52;
const STEP_PX = 220;

export type DocumentHandle = { show(step: string, withFocus: boolean): void };
type Props = {
  header: RunHeader;
  document: RunbookDocument;
  states: StepState[];
  focus: string | null;
  context: StepContext;
  /** At the right of the head: the run's menu and run-on. */
  tools: ReactNode;
  /** Between head and text: a new text that waits for its signature. */
  notice: ReactNode;
  /** The head is drawn by the caller where the column is one of several tabs. */
  hasHead: boolean;
  isLow: boolean;
  ref: Ref<DocumentHandle>;
};

export function DocumentColumn({ header, document: text, states, focus, context, tools, notice, hasHead, isLow, ref }: Props) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const sections = useMemo(() => sectionsOf(text), [text]);
  const stateById = useMemo(() => new Map(states.map((state) => [state.id as string, state])), [states]);
  const scroller = useRef<HTMLDivElement>(null);
  /** Until when the page follows its step through new measurements; 0 once a person moves it. */
  const held = useRef(0);
  const sectionOf = useMemo(() => {
    const found = new Map<string, number>();
    sections.forEach((section, index) => {
      if (section.type === "step" && !found.has(section.step)) found.set(section.step, index);
    });
    return found;
  }, [sections]);
  // The virtualiser works out every section anew when this function changes.
  const getItemKey = useCallback((index: number) => sections[index]!.key, [sections]);
  const virtual = useVirtualizer({
    useFlushSync: false,
    measureElement: measureLater,
    observeElementRect: observeLater,
    count: sections.length,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: (index) => {
      const section = sections[index]!;
      if (section.type === "prose") return 80;
      const state = stateById.get(section.step);
      return state !== undefined && displayOf(state, focus, opened, closed) === "folded" ? FOLDED_PX : STEP_PX;
    },
    overscan: 2,
    paddingStart: 16,
    paddingEnd: 40,
    scrollPaddingStart: isLow ? CONTEXT_ABOVE_LOW_PX : CONTEXT_ABOVE_PX,
    // The first paint draws what fits, not what would fit on the tallest screen.
    initialRect: { width: 560, height: 700 },
  });
  const scrollTo = (step: string): void => {
    const index = sectionOf.get(step);
    if (index === undefined) return;
    virtual.scrollToIndex(index, { align: "start" });
  };
  const show = (step: string, withFocus: boolean): void => {
    setClosed((was) => without(was, step));
    setOpened((was) => new Set(was).add(step));
    scrollTo(step);
    if (withFocus) focusTitle(scroller.current, step);
  };
  useImperativeHandle(ref, () => ({ show }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the step moves the page; measuring a section must not
  useLayoutEffect(() => {
    held.current = performance.now() + HELD_MS;
    if (focus !== null) scrollTo(focus);
  }, [focus]);
  const total = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: while sections above are measured anew the step keeps its place
  useLayoutEffect(() => {
    if (focus !== null && performance.now() < held.current) scrollTo(focus);
  }, [total]);
  const letGo = (): void => {
    held.current = 0;
  };
  const due = dueSteps(header);
  const toggle = (step: string): void => {
    const state = stateById.get(step);
    if (state === undefined) return;
    const isFolded = displayOf(state, focus, opened, closed) === "folded";
    setOpened((was) => (isFolded ? new Set(was).add(step) : without(was, step)));
    setClosed((was) => (isFolded ? without(was, step) : new Set(was).add(step)));
  };
  const [isFinding, setFinding] = useState(false);
  useKeys([{ combo: "Mod+F", scope: "always", run: () => setFinding(true) }]);
  const showSection = (index: number): void => {
    const section = sections[index];
    if (section?.type === "step") show(section.step, false);
    else virtual.scrollToIndex(index, { align: "start" });
  };
  const closeFind = (): void => {
    setFinding(false);
    scroller.current?.focus({ preventScroll: true });
  };
  const away = useAway(scroller, focus);
  // Another width is another height of every section: a step that was in view stays there.
  useWidthChange(scroller, () => {
    if (focus === null || away !== null) return;
    held.current = performance.now() + HELD_MS;
    scrollTo(focus);
  });
  const focusState = focus === null ? undefined : stateById.get(focus);
  const about = [
    text.version === null ? "" : `version ${text.version}`,
    text.reviewed === null ? "" : `reviewed ${formatDate(`${text.reviewed}T00:00:00Z`)}`,
  ].filter((part) => part !== "");
  return (
    <section className="run-doc" data-region="document" aria-label="Runbook">
      {hasHead ? (
        <div className="panel-head">
          <FileText size={16} aria-hidden="true" />
          <h2>{header.isChecks === true ? `Checks: ${text.title}` : text.title}</h2>
          <span>{about.join(", ")}</span>
          <span className="end">
            <TextPinned header={header} />
            <IconButton label="Find in the runbook, Ctrl F" onClick={() => setFinding(true)}>
              <Search size={16} />
            </IconButton>
            {tools}
          </span>
        </div>
      ) : null}
      {notice}
      {isFinding ? <PageFind sections={sections} document={text} root={scroller} onShow={showSection} onClose={closeFind} /> : null}
      <div
        className="run-doc-body"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by key
        tabIndex={0}
        role="document"
        aria-label={text.title}
        data-region-focus
        onWheel={letGo}
        onPointerDown={letGo}
        onKeyDown={letGo}
        onClick={(event) => followLink(event, text, show, sections, virtual)}
      >
        <div className="run-virtual" style={{ height: virtual.getTotalSize() }}>
          <div
            className="run-virtual-rows"
            style={{ transform: `translateY(${virtual.getVirtualItems()[0]?.start ?? 0}px)` }}
            role="presentation"
          >
            {virtual.getVirtualItems().map(({ index, key }) => {
              const section = sections[index]!;
              const state = section.type === "step" ? stateById.get(section.step) : undefined;
              return (
                <div key={key} ref={virtual.measureElement} data-index={index} className="run-virtual-row">
                  {section.type === "prose" ? (
                    <Prose section={section} text={text} context={context} />
                  ) : state === undefined ? null : (
                    <StepSection
                      step={text.steps[section.index]!}
                      state={state}
                      nodes={section.nodes}
                      display={displayOf(state, focus, opened, closed)}
                      isNext={header.endedAt === null && (header.next === section.step || due.includes(section.step))}
                      isDue={header.status === "active" && due.includes(section.step)}
                      context={context}
                      onToggle={toggle}
                    />
                  )}
                </div>
              );
            })}
          </div>
        </div>
      </div>
      {away !== null && focusState !== undefined ? (
        <Button
          small
          className="run-return"
          icon={away === "above" ? <ArrowUp size={15} aria-hidden="true" /> : <ArrowDown size={15} aria-hidden="true" />}
          onClick={() => scrollTo(focusState.id)}
        >
          {focusState.number} {focusState.title}
        </Button>
      ) : null}
    </section>
  );
}
function without(set: ReadonlySet<string>, one: string): ReadonlySet<string> {
  if (!set.has(one)) return set;
  const next = new Set(set);
  next.delete(one);
  return next;
}

/** The sign that the run keeps to the text it began with. */
export function TextPinned({ header, isShort = false }: { header: RunHeader; isShort?: boolean }) {
  return (
    <span className="run-pinned" title={`The run keeps to this text, whatever happens to the file. SHA-256 ${header.planSha256}`}>
      <Lock size={14} aria-hidden="true" /> <span className={isShort ? "visually-hidden" : ""}>text pinned</span>
    </span>
  );
}

/** The section may not be drawn yet: its title takes the focus as soon as it is. */
function focusTitle(root: HTMLElement | null, step: string): void {
  let frames = 0;
  const attempt = (): void => {
    const article = root?.querySelector<HTMLElement>(`[data-step="${CSS.escape(step)}"]`);
    const target = article?.querySelector<HTMLElement>("h2, h3") ?? article;
    if (target) target.focus({ preventScroll: true });
    else if (frames++ < 30) requestAnimationFrame(attempt); // half a second at 60 frames: then the reader scrolled elsewhere
  };
  requestAnimationFrame(attempt);
}

function useWidthChange(scroller: React.RefObject<HTMLDivElement | null>, onChange: () => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let width = element.clientWidth;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      latest.current();
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
}

/** On which side the current step's card has left the view; null while any of it is to be seen. */
function useAway(scroller: React.RefObject<HTMLDivElement | null>, focus: string | null): "above" | "below" | null {
  const [away, setAway] = useState<"above" | "below" | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null || focus === null) return setAway(null);
    let frame = 0;
    const look = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        const view = element.getBoundingClientRect();
        const card = element.querySelector<HTMLElement>(`[data-step="${CSS.escape(focus)}"]`)?.getBoundingClientRect();
        if (card === undefined) {
          const first = element.querySelector<HTMLElement>("[aria-current=step]");
          const drawn = element.querySelectorAll<HTMLElement>("[data-step]");
          // Not drawn at all: it lies beyond whatever is.
          if (first !== null || drawn.length === 0) return;
          setAway((was) => was ?? "above");
        } else setAway(card.bottom < view.top + 24 ? "above" : card.top > view.bottom - 24 ? "below" : null);
      });
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener("scroll", look);
    };
  }, [scroller, focus]);
  return away;
}

/** Links to headings of the same text stay in the column; the address bar is the window's route and must not change. */
function followLink(
  event: React.MouseEvent,
  text: RunbookDocument,
  show: (step: string, withFocus: boolean) => void,
  sections: ReturnType<typeof sectionsOf>,
  virtual: { scrollToIndex(index: number, options: { align: "start" }): void },
): void {
  const link = event.target instanceof Element ? event.target.closest("a[href^='#doc-']") : null;
  if (link === null) return;
  event.preventDefault();
  const slug = decodeURIComponent(link.getAttribute("href")?.slice("#doc-".length) ?? "");
  const heading = text.flow.find((node) => node.type === "heading" && node.slug === slug);
  const step = heading?.step ?? text.steps.find((one) => one.id === slug)?.id ?? null;
  if (step !== null) {
    show(step, true);
    return;
  }
  const index = sections.findIndex((section) => section.nodes.some((node) => node === heading));
  if (index >= 0) virtual.scrollToIndex(index, { align: "start" });
}

function Prose({ section, text, context }: { section: ProseSection; text: RunbookDocument; context: StepContext }) {
  const [first, second] = section.nodes;
  // The document's own title stands in the head of the column already.
  const nodes =
    first?.type === "heading" && first.level === 1 && first.text.trim() === text.title.trim() ? section.nodes.slice(1) : section.nodes;
  if (nodes.length === 0) return null;
  if (first?.type === "heading" && nodes[0] === first) {
    const phase = text.phases.find((one) => one.line === first.line);
    const isShort = section.nodes.length === 2 && second?.type === "html" && /^<p>(?:(?!<\/p>)[\s\S]){1,160}<\/p>\s*$/.test(second.html);
    return (
      <div className="run-phase">
        <h2>
          {phase === undefined ? null : <span className="run-n">{phase.number}</span>} <SafeHtml html={first.html} as="span" />
        </h2>
        {isShort ? (
          <SafeHtml html={second.html} className="run-phase-line" />
        ) : (
          section.nodes.slice(1).map((node) => <ProseNode key={keyOf(node)} node={node} text={text} context={context} />)
        )}
      </div>
    );
  }
  return (
    <div className="run-intro">
      {nodes.map((node) => (
        <ProseNode key={keyOf(node)} node={node} text={text} context={context} />
      ))}
    </div>
  );
}
const keyOf = (node: FlowNode): string => `${node.type} ${node.line} ${"index" in node ? node.index : ""}`;

function ProseNode({ node, text, context }: { node: FlowNode; text: RunbookDocument; context: StepContext }) {
  switch (node.type) {
    case "html":
      return <SafeHtml html={node.html} className="prose run-prose" />;
    case "heading":
      return <SafeHtml html={`<h4>${node.html}</h4>`} className="prose run-prose" />;
    case "block": {
      const block =
        node.item === null
          ? text.otherBlocks.find((one) => one.index === node.index)
          : text.categories
              .flatMap((category) => category.items)
              .find((item) => item.id === node.item)
              ?.blocks.find((one) => one.index === node.index);
      if (block === undefined) return null;
      return (
        <div className="run-loose">
          <BlockCard
            block={block}
            state={undefined}
            values={context.values}
            variables={context.variables}
            secrets={context.secrets}
            canRun={false}
            isQuiet
          />
        </div>
      );
    }
    case "check":
      return null; // a check always belongs to a step
    default:
      return node satisfies never;
  }
}
