// Declares the disaster by hand, or says that it was declared at another moment. Owns: the form. The clock counts from what it says.
import { useState } from "react";
import type { RunHeader } from "../../engine/protocol/index.ts";
import { Button, CheckLine, Dialog, formatMoment, Notice, TextAreaField } from "../design/index.ts";
import { MomentField } from "../launches/MomentField.tsx";
import { fromLocalInput, isLocalMoment } from "../launches/words.ts";
import { act } from "../run/store.ts";

export function DeclareDialog({ header, zone, onClose }: { header: RunHeader; zone: string; onClose(): void }) {
  const [isNow, setNow] = useState(true);
  const [at, setAt] = useState("");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const declared = header.recovery?.declared ?? null;
  const claimed = isNow ? null : isLocalMoment(at) ? fromLocalInput(at, zone) : null;
  const isReady = reason.trim() !== "" && (isNow || claimed !== null);
  const send = async (): Promise<void> => {
    if (!isReady) return;
    const answer = await act("run.declare", { run: header.run, reason: reason.trim(), ...(claimed === null ? {} : { at: claimed }) });
    if (answer === null) return;
    if (answer.ok) onClose();
    else setProblem(answer.error.message);
  };
  return (
    <Dialog
      open
      title={declared === null ? "Declare the disaster" : "The moment of the disaster"}
      description={
        declared === null
          ? "The recovery time counts from here, and the loss is measured back from here. On record with your name."
          : `It stands at ${formatMoment(declared.at, zone)}, by ${declared.by}. What you say here corrects it, and both stay on record.`
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" disabled={!isReady} onClick={() => void send()}>
            {declared === null ? "Declare it" : "Correct the moment"}
          </Button>
        </>
      }
    >
      {problem === "" ? null : <Notice kind="fail">{problem}</Notice>}
      <fieldset className="run-choice">
        <legend>Declared</legend>
        <CheckLine type="radio" name="declared" label="Now" checked={isNow} onChange={() => setNow(true)} />
        <CheckLine
          type="radio"
          name="declared"
          label="Earlier, by somebody who is not at this window"
          checked={!isNow}
          onChange={() => setNow(false)}
        />
      </fieldset>
      {isNow ? null : <MomentField label="When it was declared" zone={zone} value={at} onChange={setAt} />}
      <TextAreaField
        label="Why, and by whom"
        hint="Recorded; the report prints it beside the figure."
        rows={2}
        maxLength={2000}
        autoFocus
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </Dialog>
  );
}
