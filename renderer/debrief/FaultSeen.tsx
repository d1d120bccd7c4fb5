// "I see a fault" in two keystrokes: F7, then Enter. Owns: the dialog. It never says whether there is one.
import { useState } from "react";
import type { RunId, StepId } from "../../engine/protocol/index.ts";
import { announce, callEngine, useApp } from "../app/index.ts";
import { Field } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";

export function FaultSeen({
  run,
  step,
  onClose,
}: {
  run: RunId;
  step: { id: string; number: string; title: string } | null;
  onClose(): void;
}) {
  const [text, setText] = useState("");
  return (
    <FormDialog
      title="I see a fault"
      about={`It goes on record with this moment${step === null ? "" : `, at step ${step.number} ${step.title}`}. Whether there is one, the debrief says.`}
      button="Say it"
      onSend={async () => {
        const said = await callEngine("run.notice", { run, text: text.trim(), ...(step === null ? {} : { step: step.id as StepId }) });
        if (!said.ok) return said.error.message;
        useApp.getState().notify("ok", "On record: a fault was seen");
        announce("On record: a fault was seen.");
        return null;
      }}
      onClose={onClose}
    >
      <Field
        label="What you see (may stay empty)"
        autoFocus
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </FormDialog>
  );
}
