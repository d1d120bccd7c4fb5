// Closing a condition of a conditional GO, with a word on how it was met. Owns: the form.
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, TextAreaField } from "../design/index.ts";

export function CloseConditionDialog({
  text,
  onDone,
  onClose,
}: {
  text: string;
  onDone(note: string): Promise<string | null>;
  onClose(): void;
}) {
  const form = useId();
  const [note, setNote] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (note.trim() === "") return setError("How was it met? The words stand in the record.");
    setBusy(true);
    setError(await onDone(note.trim()));
    setBusy(false);
  };
  return (
    <Dialog
      open
      title="Close the condition"
      description={text}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="accent" type="submit" form={form} disabled={isBusy}>
            Close the condition
          </Button>
        </>
      }
    >
      <form id={form} className="form" onSubmit={(event) => void submit(event)} noValidate>
        <TextAreaField label="How it was met" rows={3} value={note} error={error} onChange={(event) => setNote(event.target.value)} />
      </form>
    </Dialog>
  );
}
