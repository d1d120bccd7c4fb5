// What may be done with the run as a whole: run on, arm it on production, finish early, abort; away from the primary action.
// Owns: which items there are. Does not act: it calls back.
import { Ellipsis, FastForward } from "lucide-react";
import type { RunHeader } from "../../engine/protocol/index.ts";
import { Button, IconButton, Menu, type MenuItem } from "../design/index.ts";
import { LaunchLink } from "./LaunchLink.tsx";
import { dueSteps } from "./lanes.ts";

type Props = {
  header: RunHeader;
  onRunOn(): void;
  onArm(): void;
  onResume(): void;
  onFinish(): void;
  onAbort(): void;
  onAmend(): void;
  onHandOver(): void;
  onFollowLinks(): void;
  onRecord(): void;
  onValues(): void;
};

export function isOnProduction(header: RunHeader): boolean {
  return header.clusters.some((pin) => pin.class === "production");
}

export function RunTools(props: Props) {
  const { header } = props;
  const isOver = header.status === "finished" || header.status === "aborted";
  const needsArming = isOnProduction(header) && !header.runAllArmed;
  const items: MenuItem[] = [];
  if (!isOver) {
    if (needsArming)
      items.push({
        id: "arm",
        label: "Arm run-on…",
        hint: "Off on production until the cluster's name is typed, once per run",
        onSelect: props.onArm,
      });
    if (header.status === "held") items.push({ id: "resume", label: "Resume with a reason…", onSelect: props.onResume });
    if (header.isChecks !== true)
      items.push({
        id: "amend",
        label: "Take the file's new text…",
        hint: header.proposed ? "Proposed already; a second person signs it" : "Shows what changed, step by step; a second person signs it",
        onSelect: props.onAmend,
      });
    items.push({
      id: "hand-over",
      label: header.handover ? "Show the hand-over…" : "Hand the run over…",
      hint: `${header.operator} operates it; both sign`,
      onSelect: props.onHandOver,
    });
    items.push({ id: "follow", label: "Links to follow it…", hint: "Others see it live, and do nothing", onSelect: props.onFollowLinks });
    items.push({
      id: "finish",
      label: "Finish the run early…",
      hint: "What was not done stays not done, with your reason",
      onSelect: props.onFinish,
    });
    items.push({ kind: "separator", id: "line" });
    items.push({ id: "abort", label: "Abort the run…", hint: "Ends it for good; what runs is stopped", onSelect: props.onAbort });
    items.push({ kind: "separator", id: "line2" });
  }
  if (header.isChecks !== true)
    items.push({
      id: "values",
      label: "Values of this run…",
      hint: "Who set what; changed between steps, with a reason",
      onSelect: props.onValues,
    });
  items.push({ id: "record", label: "Open its record", hint: "Events, verify, export", onSelect: props.onRecord });
  return (
    <>
      <LaunchLink header={header} />
      {header.runningOn ? (
        <span className="chip">
          <FastForward size={13} aria-hidden="true" /> running on
        </span>
      ) : !isOver &&
        !needsArming &&
        header.status === "active" &&
        (header.nextAction.kind === "run-step" || dueSteps(header).length > 0) ? (
        <Button
          small
          kind="ghost"
          icon={<FastForward size={15} aria-hidden="true" />}
          onClick={props.onRunOn}
          title="Runs step after step until one needs you"
        >
          Run on
        </Button>
      ) : null}
      <Menu
        items={items}
        trigger={
          <IconButton label="More for this run">
            <Ellipsis size={18} />
          </IconButton>
        }
      />
    </>
  );
}
