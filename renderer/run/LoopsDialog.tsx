// What steps of this run opened and must be closed again: a chip with the countdown, and the list behind it.
// Owns: these two. A step closes what it names; closing by hand needs a reason.
import { Unlink2 } from "lucide-react";
import { useState } from "react";
import type { LoopState, RunId } from "../../engine/protocol/index.ts";
import { Button, Dialog, formatMoment, Status, TextAreaField, useNow } from "../design/index.ts";
import { act } from "./store.ts";
import { dueWords, loopsWords, openLoops } from "./work-words.ts";

/** Stays in view while anything is open; nothing where nothing is. */
export function LoopsChip({ loops, onOpen }: { loops: readonly LoopState[] | undefined; onOpen(): void }) {
  const now = useNow();
  const open = openLoops(loops);
  if (open.length === 0) return null;
  const { text, isOverdue } = loopsWords(open, now);
  return (
    <button type="button" className={`chip run-loops ${isOverdue ? "overdue" : ""}`} onClick={onOpen} title="Open: must be closed again">
      {isOverdue ? <Status state="unknown" size={14} /> : <Unlink2 size={13} aria-hidden="true" />} {text}
    </button>
  );
}

type Props = { run: RunId; loops: readonly LoopState[]; zone: string; isReadOnly: boolean; onClose(): void };

export function LoopsDialog({ run, loops, zone, isReadOnly, onClose }: Props) {
  const now = useNow();
  const [closing, setClosing] = useState<string | null>(null);
  const [reason, setReason] = useState("");
  const send = async (): Promise<void> => {
    if (closing === null || reason.trim() === "") return;
    const answer = await act("run.closeLoop", { run, name: closing, reason: reason.trim() });
    if (answer?.ok) {
      setClosing(null);
      setReason("");
    }
  };
  return (
    <Dialog
      open
      wide
      title="Opened, and to be closed again"
      description="Freezes, silences, maintenance pages, elevated access. A run does not finish over one that is open without a reason."
      onClose={onClose}
      footer={
        <Button kind="accent" onClick={onClose}>
          Close
        </Button>
      }
    >
      <table className="table">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">Opened</th>
            <th scope="col">State</th>
            <th scope="col">
              <span className="visually-hidden">Close it</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {loops.map((loop) => (
            <tr key={`${loop.name} ${loop.openedAt}`}>
              <th scope="row">{loop.name}</th>
              <td>
                {formatMoment(loop.openedAt, zone)} by {loop.openedBy}
              </td>
              <td>
                {loop.closedAt === null ? (
                  <b className={loop.by !== null && Date.parse(loop.by) <= now ? "warn-text" : ""}>{dueWords(loop, now)}</b>
                ) : (
                  `closed ${formatMoment(loop.closedAt, zone)} by ${loop.closedBy}`
                )}
              </td>
              <td>
                {loop.closedAt === null && !isReadOnly && closing !== loop.name ? (
                  <Button small aria-label={`Close ${loop.name} by hand`} onClick={() => setClosing(loop.name)}>
                    Closed elsewhere…
                  </Button>
                ) : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {closing === null ? null : (
        <>
          <TextAreaField
            label={`How was “${closing}” closed?`}
            hint="Recorded with your name and the time."
            rows={2}
            maxLength={2000}
            autoFocus
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
          <Button kind="accent" disabled={reason.trim() === ""} onClick={() => void send()}>
            Put it on record as closed
          </Button>
        </>
      )}
    </Dialog>
  );
}
