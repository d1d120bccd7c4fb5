// The action bar of a run: what is to be done, what comes after, and the one button, bottom right.
// Owns: its drawing and the refusal above it. Does not act: it calls back.
import { Square, X } from "lucide-react";
import type { ReactNode } from "react";
import type { NextAction, RunHeader } from "../../engine/protocol/index.ts";
import type { CallFailure } from "../bridge/index.ts";
import { ActionBar, Button, IconButton, Notice, PrimaryButton, runStatus, Status } from "../design/index.ts";
import { ICONS, keepKeys } from "./action-look.tsx";
import { signWords } from "./away.ts";

type Props = {
  action: NextAction;
  status: RunHeader["status"];
  result: string;
  isArmed: boolean;
  isPending: boolean;
  isReadOnly: boolean;
  /** The engine is not reached: nothing can be asked of it. */
  isOffline: boolean;
  hotkey: string;
  /** The plain Enter, and Space, decide nothing here: only Ctrl/⌘ Enter and the pointer do. */
  isGuarded: boolean;
  refusal: CallFailure | null;
  /** What is missing is a value that the step's card asks for: the primary action leads there. */
  canFill: boolean;
  /** A block runs: it can be stopped from here too, since the document may be out of sight. */
  canStop: boolean;
  onPrimary(): void;
  onBlocked(): void;
  onStop(): void;
  onDismiss(): void;
  /** Of a block that is walked through: the other two answers. */
  onWalked?: ((outcome: "failed" | "unknown") => void) | undefined;
  /** What the other lanes ask for, above the primary action. */
  lanes?: ReactNode;
  /** Where the run belongs to, once it is over. */
  children?: ReactNode;
};

export function ActionDock(props: Props) {
  const { action, isArmed, isPending, isReadOnly, hotkey, refusal } = props;
  const signs = action.kind === "blocked" && action.signs !== undefined;
  const icon =
    action.kind !== "none"
      ? props.canFill && !signs
        ? "open"
        : action.isStalled === true
          ? "nearmiss"
          : ICONS[action.kind]
      : props.status === "aborted"
        ? runStatus(props.status).state
        : props.result !== "" && props.result !== "passed"
          ? "held"
          : ICONS.none;
  const button = signs ? signWords(action) : action.button;
  const isReady = isArmed && !isPending && !props.isOffline;
  const after = action.after.replace(/^then\s+/i, "");
  return (
    <div className="run-dock" data-region="action">
      {refusal === null ? null : (
        <div className="run-refusal">
          <Notice kind="fail" live>
            <div className="run-refusal-line">
              <span className="grow">{refusal.message}</span>
              <IconButton label="Dismiss" onClick={props.onDismiss}>
                <X size={16} />
              </IconButton>
            </div>
          </Notice>
        </div>
      )}
      {props.lanes}
      <ActionBar
        icon={icon === "box" ? <span className="run-box big" aria-hidden="true" /> : <Status state={icon} size={20} />}
        say={action.say}
        detail={action.detail === "" ? undefined : action.detail}
        {...(after === ""
          ? {}
          : { after: { label: action.kind === "wait" || action.kind === "blocked" ? "After it" : "Then", value: after } })}
      >
        {props.children}
        {action.kind === "walk" && !isReadOnly && props.onWalked !== undefined
          ? (["failed", "unknown"] as const).map((outcome) => (
              <Button
                key={outcome}
                className={isReady ? "" : "arming"}
                aria-disabled={!isReady}
                onClick={() => isReady && props.onWalked?.(outcome)}
              >
                {outcome === "failed" ? "Failed" : "Unknown"}
              </Button>
            ))
          : null}
        {props.canStop && !isReadOnly ? (
          <Button icon={<Square size={15} aria-hidden="true" />} onClick={props.onStop}>
            Stop block
          </Button>
        ) : null}
        {action.button === "" || isReadOnly || signs ? null : action.kind === "blocked" && props.canFill ? (
          <Button onClick={props.onBlocked}>{action.button}…</Button>
        ) : null}
        {button === "" || isReadOnly ? null : action.kind === "blocked" && !props.canFill && !signs ? (
          <Button data-region-focus onClick={props.onBlocked}>
            {action.button}…
          </Button>
        ) : (
          <PrimaryButton
            hotkey={hotkey}
            className={isReady ? "" : "arming"}
            aria-disabled={!isReady}
            aria-keyshortcuts={hotkey.replace("Mod", "Control")}
            data-region-focus
            onKeyDown={keepKeys(props.isGuarded)}
            onKeyUp={keepKeys(props.isGuarded)}
            onClick={props.onPrimary}
          >
            {isPending ? "Working…" : props.canFill && !signs ? "Fill in the values" : button}
          </PrimaryButton>
        )}
      </ActionBar>
    </div>
  );
}
