// One fenced block within its step: its state, its command, its own Run again or Stop; or why it does not run.
// Owns: the drawing of a block. Does not decide whether it may run: the engine does, and says so.
import { Play, RotateCcw, Square, TriangleAlert } from "lucide-react";
import type { ComponentProps } from "react";
import type { Block, BlockState } from "../../engine/protocol/index.ts";
import { Button, formatDuration, formatSet, Status, useNow } from "../design/index.ts";
import { Code, Inputs } from "./Code.tsx";
import { type GateActs, GateChart } from "./GateChart.tsx";
import { WalkAnswer } from "./WalkAnswer.tsx";
import { blockWords } from "./words.ts";

export type BlockCardProps = {
  block: Block;
  state: BlockState | undefined;
  values: Record<string, string>;
  variables: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
  /** The step is under way, so that its blocks can be run by themselves. */
  canRun: boolean;
  /** What is done to it: run, walked through or played. */
  verb?: "Run" | "Walk" | "Play";
  /** A run that is over, a text beside the steps, or a reader: no buttons at all. */
  isQuiet: boolean;
  onRun?(): void;
  onStop?(): void;
  onAsShell?(): void;
  /** Of a block that is walked through, while it is: what was typed, and what is said of it. */
  walk?: Omit<ComponentProps<typeof WalkAnswer>, "captures"> | undefined;
  /** Of a gate: what can be decided about it, and whether its step can be undone. */
  gate?: GateActs & { hasWayBack: boolean };
};

export function BlockCard(props: BlockCardProps) {
  const { block, state, canRun, isQuiet, verb = "Run" } = props;
  const name = block.name ?? (block.runnable ? (block.shell ?? block.language) : block.language === "" ? "text" : block.language);
  // Where it cannot be told what to send of a text, nothing is offered; its `why` says so.
  const asShell = block.language === "" && block.isQuery !== true && (block.asShell?.why ?? null) === null;
  if (!block.runnable && state?.status !== "done" && state?.status !== "running")
    return (
      <div className="run-block quiet-block">
        <div className="run-block-head">
          <span className="dim">{name}</span>
          <span className="run-why">{block.why ?? "Not run: shown as text."}</span>
          {asShell && !isQuiet && canRun ? (
            <Button small kind="ghost" className="end" onClick={props.onAsShell}>
              Run as shell…
            </Button>
          ) : null}
        </div>
        <Code {...props} resolved={null} />
        <Sample text={block.sampleOutput} />
      </div>
    );
  const isRunning = state?.status === "running";
  const isWalked = isRunning && state?.played?.way === "walk";
  const { gate } = state ?? {};
  const stands = gate?.state === "interrupted";
  // A gate says its own time; its timeout is each probe's.
  const timeout = block.options.gate !== undefined ? null : (block.options.timeoutMs ?? null);
  return (
    <div className={`run-block ${isRunning ? "running" : ""}`} data-block={block.index}>
      <div className="run-block-head">
        <Status state={isRunning ? "running" : stands ? "held" : (state?.verdict ?? "open")} size={16} />
        <b>{name}</b>
        {isRunning && state !== undefined ? (
          <RunningWords state={state} timeout={state.played === undefined ? timeout : null} />
        ) : state?.status === "done" ? (
          <span className={state.verdict === "failed" ? "fail-text" : state.verdict === "unknown" ? "warn-text" : ""}>
            {blockWords(state)}
          </span>
        ) : stands ? (
          <span className="warn-text">Interrupted, waits for you</span>
        ) : (
          <span>{notes(block).join(", ")}</span>
        )}
        {block.options.danger ? (
          <span className="chip run-danger">
            <TriangleAlert size={12} aria-hidden="true" /> danger
          </span>
        ) : null}
        {state?.played?.way === "replay" && state.played.differs ? <span className="chip run-differs">text has changed</span> : null}
        {isQuiet || isWalked ? null : isRunning ? (
          <Button small className="end" icon={<Square size={14} aria-hidden="true" />} onClick={props.onStop}>
            {block.options.gate === undefined ? (state?.played === undefined ? "Stop block" : "Stop replay") : "Stop gate"}
          </Button>
        ) : canRun && !stands ? (
          <Button
            small
            kind="ghost"
            className="end"
            icon={state?.status === "done" ? <RotateCcw size={15} aria-hidden="true" /> : <Play size={15} aria-hidden="true" />}
            onClick={props.onRun}
          >
            {state?.status === "done" ? `${verb} again` : `${verb} block`}
          </Button>
        ) : null}
      </div>
      {isRunning && state !== undefined && timeout !== null && state.played === undefined ? (
        <Until state={state} timeout={timeout} />
      ) : null}
      {gate === undefined || state === undefined || props.gate === undefined ? null : (
        <GateChart name={name} state={state} gate={gate} isQuiet={isQuiet} {...props.gate} />
      )}
      <Code {...props} resolved={state?.resolved ?? null} />
      {isWalked && !isQuiet && props.walk !== undefined ? <WalkAnswer captures={block.options.capture ?? null} {...props.walk} /> : null}
      {/* once it ran, what was sent stands above, filled in */}
      {state?.status === "done" ? null : <Inputs {...props} />}
      {state !== undefined && (state.captured !== null || state.redactions > 0) ? (
        <p className="run-block-note">
          {state.captured === null ? null : (
            <>
              Captured <b>{block.options.capture}</b> <span className="mono">{state.captured}</span>
            </>
          )}
          {state.redactions > 0 ? <span>{state.redactions} redacted in its output</span> : null}
        </p>
      ) : null}
      <Sample text={block.sampleOutput} />
    </div>
  );
}

function RunningWords({ state, timeout }: { state: BlockState; timeout: number | null }) {
  const now = useNow();
  const elapsed = state.startedAt === null ? 0 : Math.max(0, now - Date.parse(state.startedAt));
  return (
    <>
      <span className="accent-text">
        {state.played === undefined ? "Running" : state.played.way === "walk" ? "Walked," : "Playing"} {formatDuration(elapsed)}
      </span>
      {timeout === null ? null : <span>within {formatDuration(timeout)}</span>}
    </>
  );
}
function Until({ state, timeout }: { state: BlockState; timeout: number }) {
  const now = useNow();
  const share = state.startedAt === null ? 0 : Math.min(1, Math.max(0, now - Date.parse(state.startedAt)) / timeout);
  return (
    <div className="run-until" aria-hidden="true">
      <i style={{ width: `${share * 100}%` }} />
    </div>
  );
}

/** What the fence asks for beyond its command, in a few words. */
function notes(block: Block): string[] {
  const { options } = block;
  const said: string[] = [];
  if (block.name !== null && block.shell !== null) said.push(block.shell);
  if (block.interpreter !== null) said.push(`by ${block.interpreter}`);
  if (options.timeoutMs !== undefined) said.push(`within ${formatSet(options.timeoutMs)}`);
  if (options.match !== undefined) said.push(`must match /${options.match.source}/`);
  if (options.expect !== undefined) said.push(`must be ${options.expect.operator} ${options.expect.value}`);
  if (options.gate === "hold")
    said.push(`gate, holds for ${formatSet(options.forMs ?? 0)}, probe every ${formatSet(options.everyMs ?? 0)}`);
  if (options.gate === "wait")
    said.push(`gate, waits up to ${formatSet(options.withinMs ?? 0)}, probe every ${formatSet(options.everyMs ?? 0)}`);
  if (options.capture !== undefined) said.push(`captures ${options.capture}`);
  if (options.confirmTyped) said.push("asks for the cluster's name");
  if (options.excludeFromRunAll) said.push("not part of run-on");
  if (options.cwd !== undefined) said.push(`in ${options.cwd}`);
  return said;
}

function Sample({ text }: { text: string | null }) {
  if (text === null || text.trim() === "") return null;
  const lines = text.replace(/\s+$/, "").split("\n").length;
  return (
    <details className="run-sample">
      <summary>
        Sample output from the file, {lines} {lines === 1 ? "line" : "lines"}
      </summary>
      <pre className="run-code">{text.replace(/\s+$/, "")}</pre>
    </details>
  );
}
