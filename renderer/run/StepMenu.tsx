// What else may be done with a step: the overrides, away from the primary action, each with its reason.
// Owns: which items there are. Does not act: it calls back.
import { EllipsisVertical } from "lucide-react";
import type { Step, StepState } from "../../engine/protocol/index.ts";
import { IconButton, Menu, type MenuItem } from "../design/index.ts";
import type { StepActs } from "./acts.ts";
import { isHeldBySignature } from "./hold.ts";

type Props = { step: Step; state: StepState; acts: StepActs; isFocus: boolean; isAnotherRunning: boolean; hasWayBack: boolean };

export function stepMenuItems({ step, state, acts, isFocus, isAnotherRunning, hasWayBack }: Props): MenuItem[] {
  const items: MenuItem[] = [];
  const add = (id: string, label: string, hint: string, onSelect: () => void): void => {
    items.push({ id, label, hint, onSelect });
  };
  // No reason goes past a hold point: what would be refused is not offered.
  const isHeld = isHeldBySignature(state);
  const isBad = state.verdict === "failed" || state.verdict === "unknown";
  if (state.status === "running") add("stop", "Stop the block", "Interrupts it and ends everything it started", () => acts.stop(step.id));
  if (state.status === "todo" && !isHeld && !isAnotherRunning && step.blocks.some((block) => block.runnable))
    add(
      "run",
      isFocus ? "Run this step" : "Run this step now",
      isFocus ? "All its blocks in order" : "Out of order: recorded as such",
      () => acts.runStep(step.id),
    );
  if (state.status !== "running" && !isHeld && isAnotherRunning)
    add("nested", "Type it into the open shell…", "For a nested shell that is still open; a person judges the result", () =>
      acts.runStep(step.id, true),
    );
  if (isBad || state.status === "done" || (state.status === "open" && state.attempt > 0))
    add("retry", "Run it again…", "A new attempt; this one stays on record", () => acts.retry(step.id));
  for (const block of state.blocks)
    if (block.verdict === "unknown" && step.blocks[block.index]?.options.recheck !== undefined && block.recheck?.isRunning !== true)
      add(`recheck ${block.index}`, "Look what it did", "Runs the read-only command that it names; the verdict stays", () =>
        acts.recheck(step.id, block.index),
      );
  if (state.verdict === "unknown" && state.judgement === null) {
    add("accept", "Accept the unknown…", "It stays unknown, accepted in your name with a reason", () => acts.judge(step.id, "accepted"));
    add("reject", "Reject the unknown…", "It stays unknown, rejected in your name with a reason", () => acts.judge(step.id, "rejected"));
  }
  if ((state.status === "todo" || state.status === "open") && !isHeld)
    add("manual", "Done elsewhere…", "Written down in your name, printed as transcribed", () => acts.manual(step.id));
  if (state.status !== "running" && !isHeld && !(state.status === "done" && (state.verdict === "passed" || state.verdict === "skipped")))
    add("skip", "Skip with a reason…", "Goes on without it; steps that need it stay blocked", () => acts.skip(step.id));
  if (hasWayBack) {
    if (items.length > 0) items.push({ kind: "separator", id: "line" });
    add("back", "Show its way back…", "Asks once before anything happens", () => acts.wayBack(step.id));
  }
  return items;
}

export function StepMenu(props: Props) {
  const items = stepMenuItems(props);
  if (items.length === 0) return null;
  return (
    <Menu
      items={items}
      trigger={
        <IconButton label={`More for step ${props.step.number}`}>
          <EllipsisVertical size={16} />
        </IconButton>
      }
    />
  );
}
