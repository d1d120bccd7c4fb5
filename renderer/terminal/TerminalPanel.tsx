// The shells of a run: their tabs, the screen of one of them, and what is known about its recording.
// Owns: head, tabs, tools. Does not own the xterm objects (registry.ts), nor which shell a step uses.
import { ClipboardPaste, Copy, Ear, Search, SquareTerminal } from "lucide-react";
import { useEffect, useState } from "react";
import type { RehearsalView, RunHeader, RunId } from "../../engine/protocol/index.ts";
import { EmptyState, formatBytes, IconButton, Notice, Status } from "../design/index.ts";
import { FindBar } from "./FindBar.tsx";
import { isPlayedView, PlaybackBar, RehearsalHead } from "./RehearsalHead.tsx";
import type { TerminalLook } from "./registry.ts";
import { Screen, useTerminal } from "./Screen.tsx";
import "./terminal.css";

export type TerminalInfo = RunHeader["terminals"][number];
export type TerminalPanelProps = {
  terminals: TerminalInfo[];
  /** Which one is in front; null before the first shell. */
  active: string | null;
  onActivate(id: string): void;
  look: TerminalLook;
  onScreenReader(isOn: boolean): void;
  /** A block runs, so that what appears is being recorded. */
  isRecording: boolean;
  recordedBytes: number;
  /** Shells in which a step's command runs. */
  busy?: ReadonlySet<string> | undefined;
  /** Asked for by the documented way out (F6 is the window's own). */
  /** No shell will be opened any more. */
  isOver?: boolean;
  onLeave(): void;
  notify(text: string): void;
  /** The head is drawn by the caller where the panel is one of several tabs. */
  hasHead?: boolean;
  /** Of a rehearsal: which way, and what plays. */
  rehearsal?: RehearsalView | null;
  run: RunId;
};

export function TerminalPanel(props: TerminalPanelProps) {
  const { terminals, active, onActivate, isRecording, recordedBytes, hasHead = true, rehearsal = null } = props;
  const isPlayed = isPlayedView(rehearsal);
  const shown = terminals.find((one) => one.id === active) ?? null;
  return (
    <div className={`terminal ${isPlayed ? "played" : ""}`}>
      {rehearsal !== null && (hasHead || isPlayed) ? (
        <RehearsalHead rehearsal={rehearsal} />
      ) : hasHead ? (
        <TerminalHead shown={shown} isMany={terminals.length > 1} isRecording={isRecording} recordedBytes={recordedBytes} />
      ) : null}
      {terminals.length > 1 ? <ShellTabs terminals={terminals} active={active} onActivate={onActivate} busy={props.busy} /> : null}
      {shown === null ? (
        <div className="terminal-empty">
          {props.isOver ? (
            <EmptyState title={isPlayed ? "The rehearsal is over" : "The shells are closed"}>
              What the steps printed is in the record of this run, and can be played from there.
            </EmptyState>
          ) : isPlayed ? (
            <EmptyState title={rehearsal.way === "replay" ? "Nothing plays yet" : "Nothing is run here"}>
              {rehearsal.way === "replay"
                ? "Begin the first step: what it printed when it was recorded plays here, at the speed you choose, and it ends as it did then. There is no shell, so nothing can be typed."
                : "Begin the first step, read its commands, and say how each would end. There is no shell, so nothing can be typed."}
            </EmptyState>
          ) : (
            <EmptyState title="No shell yet">
              The first step opens a real shell here, with your own settings. What a step prints is recorded; you may type by hand between
              steps, and that is recorded as typed by hand.
            </EmptyState>
          )}
        </div>
      ) : (
        <ShownTerminal key={shown.id} {...props} info={shown} />
      )}
      {isPlayed ? <PlaybackBar run={props.run} rehearsal={rehearsal} terminal={shown?.id ?? null} isOver={props.isOver === true} /> : null}
    </div>
  );
}

export function recordingWords(shown: TerminalInfo | null, isRecording: boolean, recordedBytes: number): string {
  const size = recordedBytes > 0 ? `, ${formatBytes(recordedBytes)} on disk` : "";
  if (isRecording) return `recording${size}`;
  return shown === null && recordedBytes === 0 ? "" : `complete${size}`;
}

function TerminalHead({
  shown,
  isMany,
  isRecording,
  recordedBytes,
}: {
  shown: TerminalInfo | null;
  isMany: boolean;
  isRecording: boolean;
  recordedBytes: number;
}) {
  const words = recordingWords(shown, isRecording, recordedBytes);
  return (
    <div className="panel-head">
      <SquareTerminal size={16} aria-hidden="true" />
      <h2>Terminal</h2>
      {shown === null || isMany ? null : (
        <span>
          {shown.shell}, lane {shown.lane}
        </span>
      )}
      {words === "" ? null : (
        <span className="end">
          {isRecording ? <Status state="running" size={14} /> : null}
          {words}
        </span>
      )}
    </div>
  );
}

function ShellTabs({ terminals, active, onActivate, busy }: Pick<TerminalPanelProps, "terminals" | "active" | "onActivate" | "busy">) {
  // With lanes, whose terminal it is comes first: the shell is the same everywhere.
  const isLaned = new Set(terminals.map((one) => one.lane)).size > 1;
  const isOneCluster = new Set(terminals.map((one) => one.cluster)).size === 1;
  const move = (key: string, at: number): void => {
    const to =
      key === "ArrowRight" ? at + 1 : key === "ArrowLeft" ? at - 1 : key === "Home" ? 0 : key === "End" ? terminals.length - 1 : at;
    const next = terminals[(to + terminals.length) % terminals.length];
    if (next === undefined || next.id === active) return;
    onActivate(next.id);
    document.getElementById(`shell-tab-${next.id}`)?.focus();
  };
  return (
    <div className="tabs-list" role="tablist" aria-label="Shells">
      {terminals.map((one, index) => (
        <button
          key={one.id}
          type="button"
          role="tab"
          id={`shell-tab-${one.id}`}
          aria-selected={one.id === active}
          data-state={one.id === active ? "active" : "inactive"}
          tabIndex={one.id === active ? 0 : -1}
          onClick={() => onActivate(one.id)}
          onKeyDown={(event) => move(event.key, index)}
        >
          {busy?.has(one.id) ? <Status state="running" size={14} label="running" /> : null}
          {isLaned ? one.lane : one.shell}
          <span className="dim">
            {isLaned ? one.shell : one.lane}
            {one.cluster !== "main" && one.cluster !== "" && !(isLaned && isOneCluster) ? `, ${one.cluster}` : ""}
            {one.alive ? "" : ", ended"}
          </span>
        </button>
      ))}
    </div>
  );
}

function ShownTerminal({
  info,
  look,
  onScreenReader,
  onLeave,
  notify,
}: { info: TerminalInfo } & Pick<TerminalPanelProps, "look" | "onScreenReader" | "onLeave" | "notify">) {
  const { entry, state } = useTerminal(info.id, look);
  const [isFinding, setIsFinding] = useState(false);
  useEffect(() => {
    entry.onLeave(onLeave);
    entry.onFind(() => setIsFinding(true));
    return () => {
      entry.onLeave(null);
      entry.onFind(null);
    };
  }, [entry, onLeave]);
  const copy = async () => {
    if (!(await entry.copy())) notify("Nothing was copied: select text in the terminal first, or the browser refused the clipboard.");
  };
  const paste = async () => {
    if (!(await entry.paste())) notify("The browser refused the clipboard. Use Ctrl Shift V in the terminal.");
    entry.terminal.focus();
  };
  return (
    <div className={`terminal-body ${state.isFocused ? "focused" : ""}`}>
      <div className="terminal-tools">
        <IconButton label="Find in output, Ctrl Shift F" onClick={() => setIsFinding(true)}>
          <Search size={15} />
        </IconButton>
        <IconButton label="Copy the selection, Ctrl Shift C" onClick={() => void copy()}>
          <Copy size={15} />
        </IconButton>
        <IconButton label="Paste, Ctrl Shift V" disabled={state.phase !== "live"} onClick={() => void paste()}>
          <ClipboardPaste size={15} />
        </IconButton>
        <IconButton
          label="Read the output to a screen reader"
          aria-pressed={look.isScreenReader}
          onClick={() => onScreenReader(!look.isScreenReader)}
        >
          <Ear size={15} />
        </IconButton>
      </div>
      {isFinding ? (
        <FindBar
          entry={entry}
          onClose={() => {
            setIsFinding(false);
            entry.terminal.focus();
          }}
        />
      ) : null}
      <Screen entry={entry} look={look} />
      {state.phase === "connecting" ? (
        <div className="terminal-foot" role="status">
          Attaching to the shell. What it prints meanwhile is recorded and shown as soon as the window is connected.
        </div>
      ) : null}
      {state.phase === "closed" ? (
        <div className="terminal-foot">
          <Notice kind="warn" live>
            The shell ended{state.reason ? `: ${state.reason}` : ""}. What it printed is kept; the next step opens a new one.
          </Notice>
        </div>
      ) : null}
      {state.isFocused ? <div className="terminal-way-out">F6 or Ctrl Shift Esc leaves the terminal</div> : null}
    </div>
  );
}
