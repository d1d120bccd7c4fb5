// The action bar of a launch's rooms: what comes next, and the one button, bottom right, armed and on a key.
// Owns: arming and keys. Does not act: it calls back.
import { type ReactNode, useEffect, useState } from "react";
import { useKeys, usesKey } from "../app/keys.ts";
import { ActionBar, Notice, PrimaryButton, Status } from "../design/index.ts";
import { useArmedKey } from "../run/primary.ts";
import { type NextStep, stepKey } from "./next.ts";

export function LaunchDock({
  step,
  isGuarded,
  isPending,
  unavailable,
  refusal,
  end,
  onPrimary,
}: {
  step: NextStep;
  /** Production, or a cluster nobody has classed: the plain Enter decides nothing. */
  isGuarded: boolean;
  isPending: boolean;
  unavailable: string | null;
  refusal: string | null;
  /** Further acts, left of the primary one. */
  end?: ReactNode;
  onPrimary(): void;
}) {
  const isArmed = useArmedKey(stepKey(step));
  const isReady = isArmed && !isPending && unavailable === null;
  const act = (): void => {
    if (isReady && step.button !== "") onPrimary();
  };
  const isTaken = useEnterIsTaken();
  // A dialog or a sheet over the view has a Ctrl/⌘ Enter of its own.
  const fromAnywhere = (): void => {
    if (document.querySelector("[role=dialog], [role=menu]") === null) act();
  };
  const everywhere = { combo: "Mod+Enter", scope: "always", run: fromAnywhere } as const;
  useKeys(isGuarded ? [everywhere] : [everywhere, { combo: "Enter", scope: "free", run: act }]);
  const hotkey = isGuarded || isTaken ? "Mod+Enter" : "Enter";
  return (
    <div data-region="action">
      {refusal === null ? null : (
        <div className="launch-refusal">
          <Notice kind="fail" live>
            {refusal}
          </Notice>
        </div>
      )}
      <ActionBar
        icon={<Status state={glyphOf(step)} size={20} />}
        say={step.say}
        {...(step.detail === "" ? {} : { detail: step.detail })}
        {...(step.after === "" ? {} : { after: { label: "Then", value: step.after } })}
      >
        {end}
        {step.button === "" ? null : (
          <PrimaryButton
            hotkey={hotkey}
            className={isReady || unavailable !== null ? "" : "arming"}
            unavailable={unavailable}
            aria-disabled={!isReady}
            aria-keyshortcuts={hotkey.replace("Mod", "Control")}
            onClick={act}
          >
            {isPending ? "Working…" : step.button}
          </PrimaryButton>
        )}
      </ActionBar>
    </div>
  );
}

const glyphOf = ({ plan }: NextStep) =>
  plan.type === "run" || plan.type === "watch"
    ? "running"
    : plan.type === "enter"
      ? "nearmiss"
      : plan.type === "sign" || plan.type === "decide"
        ? "signoff"
        : plan.type === "none"
          ? "passed"
          : plan.type === "advance"
            ? "held"
            : "open";

/** Whether the plain Enter belongs to what has the focus; the key printed on the button is the one that works. */
function useEnterIsTaken(): boolean {
  const [isTaken, setTaken] = useState(false);
  useEffect(() => {
    const look = (): void => {
      const focused = document.activeElement;
      setTaken(focused?.closest('[data-region="action"]') === null && usesKey(focused, "Enter"));
    };
    look();
    document.addEventListener("focusin", look);
    document.addEventListener("focusout", look);
    return () => {
      document.removeEventListener("focusin", look);
      document.removeEventListener("focusout", look);
    };
  }, []);
  return isTaken;
}
