// A step done in another place, written down here: who did it, when it is said to have been, what was seen.
// Owns: the form. It is printed as transcribed wherever it is shown; the engine says what becomes of the step.
import { useState } from "react";
import type { HandedFile, RunId, Step } from "../../engine/protocol/index.ts";
import { Button, CheckLine, Dialog, Field, Notice, TextAreaField } from "../design/index.ts";
import { MomentField } from "../launches/MomentField.tsx";
import { fromLocalInput, isLocalMoment } from "../launches/words.ts";
import { FilePick } from "./FilePick.tsx";
import { act } from "./store.ts";

export function ManualDialog({ run, step, zone, onClose }: { run: RunId; step: Step; zone: string; onClose(): void }) {
  const [performedBy, setPerformedBy] = useState("");
  const [place, setPlace] = useState("");
  const [at, setAt] = useState("");
  const [outcome, setOutcome] = useState<"passed" | "failed" | null>(null);
  const [value, setValue] = useState("");
  const [note, setNote] = useState("");
  const [file, setFile] = useState<HandedFile | null>(null);
  const [problem, setProblem] = useState("");
  const claimed = isLocalMoment(at) ? fromLocalInput(at, zone) : null;
  const isReady = performedBy.trim() !== "" && claimed !== null && outcome !== null && note.trim() !== "";
  const hasCommands = step.blocks.some((block) => block.runnable);
  const send = async (): Promise<void> => {
    if (!isReady) return;
    const answer = await act("run.manual", {
      run,
      step: step.id,
      performedBy: performedBy.trim(),
      place: place.trim(),
      claimedAt: claimed,
      outcome,
      note: note.trim(),
      ...(value.trim() === "" ? {} : { value: value.trim() }),
      ...(file === null ? {} : { file }),
    });
    if (answer === null) return;
    if (answer.ok) onClose();
    else setProblem(answer.error.message);
  };
  return (
    <Dialog
      open
      wide
      title={`${step.number} ${step.title}: done elsewhere`}
      description={
        hasCommands
          ? "Written down by you, and printed as transcribed. Its commands were not seen to end here: the step ends unknown, and a person judges it."
          : "Written down by you, and printed as transcribed."
      }
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" disabled={!isReady} onClick={() => void send()}>
            Record it as transcribed
          </Button>
        </>
      }
    >
      {problem === "" ? null : <Notice kind="fail">{problem}</Notice>}
      <Field
        label="Done by"
        maxLength={200}
        autoFocus
        autoComplete="off"
        value={performedBy}
        onChange={(event) => setPerformedBy(event.target.value)}
      />
      <Field
        label="Where"
        hint="A console, a vendor, on paper."
        maxLength={200}
        autoComplete="off"
        value={place}
        onChange={(event) => setPlace(event.target.value)}
      />
      <MomentField label="When it was done, as claimed" zone={zone} value={at} onChange={setAt} />
      <fieldset className="run-choice">
        <legend>How it went, as claimed</legend>
        <CheckLine
          type="radio"
          name="manual-outcome"
          label="It passed"
          checked={outcome === "passed"}
          onChange={() => setOutcome("passed")}
        />
        <CheckLine
          type="radio"
          name="manual-outcome"
          label="It failed"
          checked={outcome === "failed"}
          onChange={() => setOutcome("failed")}
        />
      </fieldset>
      <Field label="Value, where one was read" mono autoComplete="off" value={value} onChange={(event) => setValue(event.target.value)} />
      <TextAreaField
        label="What was done and seen"
        rows={3}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <FilePick kind="file" file={file} onPick={setFile} />
    </Dialog>
  );
}
