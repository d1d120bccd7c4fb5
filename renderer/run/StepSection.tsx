// One step of the page: a folded row, the big card of the step under way, or the step at rest.
// Owns: the three shapes. Blocks and checks draw themselves.
import { ChevronDown, ChevronRight } from "lucide-react";
import { memo, type ReactNode } from "react";
import type { FlowNode, RunbookDocument, Step, StepState } from "../../engine/protocol/index.ts";
import { formatDuration, formatMoment, formatSpent, HoldLine, Notice, SafeHtml, Status, useNow } from "../design/index.ts";
import type { StepActs } from "./acts.ts";
import { Looked } from "./asking.tsx";
import { BlockCard } from "./BlockCard.tsx";
import { CheckRow } from "./CheckRow.tsx";
import { FillStep } from "./FillStep.tsx";
import { canFill, fillKey, missingIn } from "./filling.ts";
import { HoldPoint } from "./HoldPoint.tsx";
import { isHeldBySignature, textWords } from "./hold.ts";
import { glyphOf, hasHoldLine } from "./outline-rows.ts";
import { draftKey, valueFieldId } from "./primary.ts";
import { stepElapsedMs } from "./progress.ts";
import { SoakBar } from "./SoakBar.tsx";
import { StepMenu } from "./StepMenu.tsx";
import { type Display, wayBackOf } from "./sections.ts";
import { walkNote, walkValue } from "./WalkAnswer.tsx";
import { validWords } from "./wayback.ts";
import { doneWords, targetWords, verdictWords } from "./words.ts";
import { attachedWords, manualWords } from "./work-words.ts";

export type StepContext = {
  run: string;
  document: RunbookDocument;
  path: string;
  values: Record<string, string>;
  variables: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
  drafts: Record<string, string>;
  acts: StepActs;
  /** What is done to its commands: run, or in a rehearsal in which nothing is run, walked through or played. */
  verb: "Run" | "Walk" | "Play";
  zone: string;
  isReadOnly: boolean;
  /** Neither held nor over. */
  isActive: boolean;
  /** On production, or a cluster without a class. */
  isGuarded: boolean;
  /** The step that runs in each lane where one does. */
  runningSteps: Record<string, string>;
  /** The check that the primary action is about. */
  nextCheck: { step: string; check: number } | null;
};
type Props = {
  step: Step;
  state: StepState;
  nodes: FlowNode[];
  display: Display;
  isNext: boolean;
  /** The next of its lane, which may be started now. */
  isDue: boolean;
  context: StepContext;
  onToggle(step: string): void;
};

/** The step that runs in this one's lane: another lane's is no hindrance. */
const runningIn = (context: StepContext, step: Step): string | null => context.runningSteps[step.directive.lane] ?? null;

export const StepSection = memo(function StepSection(props: Props) {
  const { step, state, display, onToggle } = props;
  if (display === "folded") {
    return (
      <button type="button" className="run-fold" data-step={step.id} aria-expanded={false} onClick={() => onToggle(step.id)}>
        <span className="quiet">
          <Status state={glyphOf(state, step)} size={16} />
        </span>
        <span className="run-n">{step.number}</span>
        <span className="run-t">{step.title}</span>
        <span className="end">
          {doneWords(state)}
          {state.durationMs === null ? null : <span className="mono">{formatSpent(state.durationMs)}</span>}
          <ChevronRight size={16} aria-hidden="true" />
        </span>
      </button>
    );
  }
  return display === "card" ? <StepCard {...props} /> : <StepAtRest {...props} />;
});

function StepCard(props: Props) {
  const { step, state, context } = props;
  const tone = state.status === "running" ? "" : state.verdict === "failed" ? "failed" : state.verdict === "unknown" ? "unknown" : "";
  return (
    <article className={`run-card ${tone}`} data-step={step.id} aria-labelledby={`title-${step.id}`} aria-current="step">
      <div className="run-card-head">
        <Status state={glyphOf(state, step)} size={20} label={verdictWords(state) || state.status} />
        <h2 id={`title-${step.id}`} tabIndex={-1}>
          <span className="run-n">{step.number}</span> {step.title}
        </h2>
        <CardClock state={state} />
        {context.isReadOnly ? null : <Menus {...props} isFocus />}
      </div>
      <Meta {...props} />
      <Unsupported state={state} />
      {/* what went wrong comes before the text that led to it */}
      <Outcome state={state} zone={context.zone} />
      <EarlierText state={state} />
      <Held {...props} />
      <Missing {...props} />
      <Flow {...props} isCard />
      <Soak {...props} />
      {hasHoldLine(step) ? (
        <div className="run-card-hold">
          <HoldLine state={state.status === "done" ? "quiet" : "on"} />
        </div>
      ) : null}
    </article>
  );
}

function CardClock({ state }: { state: StepState }) {
  const now = useNow();
  const elapsed = stepElapsedMs(state, now);
  const tone = state.status === "running" ? "" : state.verdict === "failed" ? "fail-text" : state.verdict === "unknown" ? "warn-text" : "";
  return (
    <span className="run-card-clock">
      {elapsed === null ? null : <b className={tone}>{state.durationMs === null ? formatDuration(elapsed) : formatSpent(elapsed)}</b>}
      {state.plannedMs === null ? null : (
        <small>
          {elapsed === null ? "planned" : " of"} {formatDuration(state.plannedMs)}
        </small>
      )}
    </span>
  );
}

/** Runs out visibly. */
function Validity({ validUntil }: { validUntil: string }) {
  const now = useNow();
  const isExpired = now > Date.parse(validUntil);
  return <span className={isExpired ? "fail-text" : ""}>{validWords({ validUntil, isExpired }, now)}</span>;
}

function Meta({ step, state, context, display }: Props) {
  const { directive } = step;
  const way = wayBackOf(directive.rollback, context.document, context.path);
  const number = (id: string) => context.document.steps.find((one) => one.id === id)?.number ?? id;
  const parts: { key: string; label: string; value: ReactNode }[] = [];
  if (display === "card" || directive.lane !== "main") parts.push({ key: "lane", label: "Lane", value: directive.lane });
  if (directive.role !== null) parts.push({ key: "role", label: "Role", value: directive.role });
  if (directive.needs.length > 0) parts.push({ key: "needs", label: "Needs", value: directive.needs.map(number).join(", ") });
  if (directive.on !== "main") parts.push({ key: "on", label: "On", value: directive.on === "none" ? "no cluster" : directive.on });
  if (directive.signoff.length > 0) parts.push({ key: "signoff", label: "Released by", value: directive.signoff.join(", ") });
  if (directive.soakMs !== null) parts.push({ key: "soak", label: "Soak", value: formatDuration(directive.soakMs) });
  if (directive.when !== null) parts.push({ key: "when", label: "Only when", value: `${directive.when.param} is ${directive.when.value}` });
  if (directive.optional) parts.push({ key: "optional", label: "", value: "optional" });
  if (directive.pointOfNoReturn) parts.push({ key: "point", label: "", value: "point of no return" });
  if (directive.opens !== null)
    parts.push({
      key: "opens",
      label: "Opens",
      value: `${directive.opens.name}${directive.opens.byMs === null ? "" : `, to be closed within ${formatDuration(directive.opens.byMs)}`}`,
    });
  if (directive.closes !== null) parts.push({ key: "closes", label: "Closes", value: directive.closes });
  if (state.attempt > 1) parts.push({ key: "attempt", label: "Attempt", value: state.attempt });
  const target = targetWords(step);
  if (way !== null) {
    const words = way.type === "anchor" ? way.title : way.type === "file" ? (way.path.split(/[\\/]/).at(-1) ?? way.path) : way.text;
    parts.push({
      key: "back",
      label: "Way back",
      value: (
        <button type="button" className="run-link" onClick={() => context.acts.wayBack(step.id)}>
          {words}
          {target === "" ? "" : `, ${target}`}
        </button>
      ),
    });
    if (state.rollback?.validUntil != null)
      parts.push({ key: "valid", label: "Way back", value: <Validity validUntil={state.rollback.validUntil} /> });
  } else if (target !== "") parts.push({ key: "target", label: "Target", value: target });
  if (parts.length === 0) return null;
  return (
    <div className="run-meta">
      {parts.map((part) => (
        <span key={part.key}>
          {part.label} <b>{part.value}</b>
        </span>
      ))}
    </div>
  );
}

function Missing({ step, state, context }: Props) {
  if (context.isReadOnly || !context.isActive || !canFill(step, state, context.values, context.secrets)) return null;
  return (
    <FillStep
      run={context.run}
      step={step.id}
      names={missingIn(step, context.values, context.secrets)}
      drafts={context.drafts}
      isGuarded={context.isGuarded}
      onDraft={(name, value) => context.acts.setFill(step.id, name, value)}
      onFill={() => context.acts.fill(step.id)}
    />
  );
}

function Unsupported({ state }: { state: StepState }) {
  if (state.unsupported.length === 0 || state.status === "done") return null;
  return (
    <div className="run-card-notice">
      <Notice kind="warn">
        <b>The run stops here.</b> This version cannot do everything that the step asks for, and never leaves anything out in silence:
        <ul>
          {state.unsupported.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </Notice>
    </div>
  );
}

/** What was done stands under the text it was done under; what is shown here is the text in force. */
function EarlierText({ state }: { state: StepState }) {
  if (textWords(state) === "") return null;
  return (
    <p className="run-earlier">
      <Status state="stale" size={16} />
      <span>
        <b>Done {textWords(state)}.</b> The run was amended since; what stands below is the text in force now. Run it again where the change
        matters.
      </span>
    </p>
  );
}

function Held({ step, state, display, context }: Props) {
  if (state.signoff === undefined) return null;
  // A hold point ahead is named in the line above; it is signed when everything before it is done.
  const isHere = display === "card" && state.status === "todo";
  const { rejected, signed, stale } = state.signoff;
  if (!isHere && signed.length === 0 && (stale ?? []).length === 0 && !rejected) return null;
  return (
    <HoldPoint
      state={state}
      zone={context.zone}
      onSign={isHere && context.isActive && !context.isReadOnly ? (role) => context.acts.sign(step.id, role) : null}
    />
  );
}

function Outcome({ state, zone }: { state: StepState; zone: string }) {
  const isBad = state.verdict === "failed" || state.verdict === "unknown";
  if (!isBad && state.judgement === null && state.reason === "" && state.manual === undefined) return null;
  return (
    <div className="run-card-notice">
      {isBad && state.status !== "running" ? (
        <Notice kind={state.verdict === "failed" ? "fail" : "warn"}>
          <b>{state.verdict === "failed" ? "Failed" : "Unknown"}</b>
          {state.because === "" ? "" : `: ${state.because}`}
          {state.verdict === "unknown" && state.judgement === null ? (
            <small>
              Unknown is not a success. Look at the output and at the system, then say what you found: accept or reject, with a reason.
            </small>
          ) : null}
        </Notice>
      ) : null}
      {state.blocks.map((block) => (block.recheck === undefined ? null : <Looked key={block.index} recheck={block.recheck} />))}
      {state.manual === undefined ? null : (
        <p className="run-judgement">
          <b>Transcribed:</b> {manualWords(state.manual, zone)}
          {state.manual.attachment === null ? "" : `; ${attachedWords(state.manual.attachment)}`}
        </p>
      )}
      {state.judgement === null ? null : (
        <p className="run-judgement">
          {state.judgement.outcome === "accepted" ? "Accepted" : "Rejected"} by <b>{state.judgement.by}</b>,{" "}
          {formatMoment(state.judgement.at, zone)}: {state.judgement.reason}
        </p>
      )}
      {state.reason === "" || state.judgement !== null ? null : <p className="run-judgement">Reason: {state.reason}</p>}
    </div>
  );
}

function Soak({ step, state, display, context }: Props) {
  if (state.soak === undefined) return null;
  const { acts } = context;
  return (
    <SoakBar
      soak={state.soak}
      isQuiet={context.isReadOnly || display !== "card" || state.status === "done"}
      onEnd={() => acts.endSoak(step.id)}
      onGoOn={(go) => acts.goOn(step.id, null, go)}
      onJudge={() => acts.judge(step.id)}
    />
  );
}

function StepAtRest(props: Props) {
  const { step, state, isNext, context, onToggle } = props;
  const isDone = state.status === "done";
  return (
    <article className={`run-rest ${isDone ? "done" : ""}`} data-step={step.id} aria-labelledby={`title-${step.id}`}>
      <div className="run-rest-head">
        {isDone ? (
          <button
            type="button"
            className="icon-btn"
            aria-expanded
            aria-label={`Fold step ${step.number}`}
            onClick={() => onToggle(step.id)}
          >
            <ChevronDown size={16} />
          </button>
        ) : null}
        <Status state={glyphOf(state, step)} size={16} label={isDone ? verdictWords(state) : "Not started"} />
        <h3 id={`title-${step.id}`} tabIndex={-1}>
          <span className="run-n">{step.number}</span> {step.title}
        </h3>
        <span className="end">
          {/* open, its reason stands below, where there is room for it */}
          {isDone ? (state.verdict === "passed" ? doneWords(state) : verdictWords(state)) : isNext ? "next" : ""}
          {isDone && state.durationMs !== null ? `, ${formatSpent(state.durationMs)}` : ""}
          {!isDone && state.plannedMs !== null ? `${isNext ? ", " : ""}planned ${formatDuration(state.plannedMs)}` : ""}
        </span>
        {context.isReadOnly ? null : <Menus {...props} isFocus={props.isDue} />}
      </div>
      <div className="run-rest-body">
        <Meta {...props} />
        <EarlierText state={state} />
        <Held {...props} />
        <Flow {...props} isCard={false} />
        <Soak {...props} />
        {isDone ? <Outcome state={state} zone={context.zone} /> : null}
      </div>
    </article>
  );
}

function Menus({ step, state, context, isFocus }: Props & { isFocus: boolean }) {
  return (
    <StepMenu
      step={step}
      state={state}
      acts={context.acts}
      isFocus={isFocus}
      isAnotherRunning={runningIn(context, step) !== null && runningIn(context, step) !== step.id}
      hasWayBack={step.directive.rollback !== null}
    />
  );
}

function Flow({ step, state, nodes, context, isCard }: Props & { isCard: boolean }) {
  const { acts } = context;
  const isUnderWay = state.status === "open" || state.status === "running";
  const canConfirm =
    !context.isReadOnly && isCard && (isUnderWay || (state.status === "todo" && step.blocks.every((block) => !block.runnable)));
  // Its own fields start it then; a block alone would be refused.
  const isMissing = canFill(step, state, context.values, context.secrets);
  const ofStep = (index: number) => step.blocks.find((block) => block.index === index);
  return (
    <>
      {nodes.map((node) => {
        const key = `${node.type} ${node.line} ${"index" in node ? node.index : ""}`;
        switch (node.type) {
          case "html":
            return <SafeHtml key={key} html={node.html} className="prose run-prose" />;
          case "heading":
            return <SafeHtml key={key} html={`<h4>${node.html}</h4>`} className="prose run-prose" />;
          case "block": {
            const block = ofStep(node.index);
            if (block === undefined) return null;
            const blockState = state.blocks.find((one) => one.index === block.index);
            return (
              <BlockCard
                key={key}
                block={block}
                state={blockState}
                values={context.values}
                variables={context.variables}
                secrets={context.secrets}
                canRun={
                  isCard &&
                  runningIn(context, step) === null &&
                  context.isActive &&
                  state.unsupported.length === 0 &&
                  (state.soak === undefined || state.soak.state === "done") &&
                  !isMissing &&
                  !isHeldBySignature(state)
                }
                isQuiet={context.isReadOnly || !isCard}
                verb={context.verb}
                onRun={() => acts.runBlock(step.id, block.index)}
                onStop={() => acts.stop(step.id)}
                onAsShell={() => acts.asShell(step.id, block.index)}
                walk={{
                  note: context.drafts[fillKey(step.id, walkNote(block.index))] ?? "",
                  value: context.drafts[fillKey(step.id, walkValue(block.index))] ?? "",
                  onNote: (text) => acts.setFill(step.id, walkNote(block.index), text),
                  onValue: (text) => acts.setFill(step.id, walkValue(block.index), text),
                  onAnswer: (outcome) => acts.walked(step.id, block.index, outcome),
                }}
                gate={{
                  hasWayBack: step.directive.rollback !== null,
                  onGoOn: (go) => acts.goOn(step.id, block.index, go),
                  onJudge: () => acts.judge(step.id),
                  onRetry: () => acts.retry(step.id),
                  onSkip: () => acts.skip(step.id),
                }}
              />
            );
          }
          case "check": {
            const check = step.checks.find((one) => one.index === node.index);
            if (check === undefined) return null;
            return (
              <CheckRow
                key={key}
                check={check}
                state={state.checks.find((one) => one.index === check.index)}
                fieldId={valueFieldId(context.run, step.id, check.index)}
                draft={context.drafts[draftKey(step.id, check.index)] ?? ""}
                canConfirm={canConfirm}
                isNext={context.nextCheck?.step === step.id && context.nextCheck.check === check.index}
                zone={context.zone}
                onConfirm={(file) => acts.confirm(step.id, check.index, file)}
                onDraft={(value) => acts.setDraft(step.id, check.index, value)}
              />
            );
          }
          default:
            return node satisfies never;
        }
      })}
    </>
  );
}
