// Asking for the table of recovery measurements: over all runs, by day, as a workbook, a table or Markdown.
// Owns: the form. The engine writes the file and records that it was written.
import { type FormEvent, useId, useState } from "react";
import type { ParamsOf, ResultOf } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { Button, CheckLine, Dialog, Field, Notice } from "../design/index.ts";

export type MeasurementsFormat = Exclude<ParamsOf<"record.exportRecovery">["format"], "json">;
const FORMATS: { id: MeasurementsFormat; label: string; hint: string }[] = [
  { id: "xlsx", label: "Workbook, XLSX", hint: "A cover with filter and counts, and one row per run." },
  { id: "csv", label: "Table, CSV", hint: "One row per run." },
  { id: "md", label: "Markdown", hint: "A table to paste into a page or a ticket." },
];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function MeasurementsDialog({
  onDone,
  onClose,
}: {
  onDone(done: ResultOf<"record.exportRecovery"> & { format: MeasurementsFormat }): void;
  onClose(): void;
}) {
  const form = useId();
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [format, setFormat] = useState<MeasurementsFormat>("xlsx");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if ([from, to].some((day) => day !== "" && !DAY.test(day))) return setError("Days are written as 2026-03-14, in UTC.");
    setBusy(true);
    setError(null);
    const result = await callEngine("record.exportRecovery", { format, ...(from === "" ? {} : { from }), ...(to === "" ? {} : { to }) });
    setBusy(false);
    if (result.ok) onDone({ ...result.value, format });
    else setError(result.error.message);
  };
  return (
    <Dialog
      open
      title="Export recovery measurements"
      description="One line per run that measures a recovery, live or rehearsed: when it was declared, when verified, recovery time and point against their targets. Computed from the record; no figure is typed."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Exporting…" : "Export"}
          </Button>
        </>
      }
    >
      <form id={form} className="form" onSubmit={(event) => void submit(event)} noValidate>
        {error === null ? null : (
          <Notice kind="fail" live>
            {error}
          </Notice>
        )}
        <div className="form two">
          <Field label="From day, UTC" placeholder="YYYY-MM-DD" value={from} onChange={(event) => setFrom(event.target.value.trim())} />
          <Field label="To day, UTC, with it" placeholder="YYYY-MM-DD" value={to} onChange={(event) => setTo(event.target.value.trim())} />
        </div>
        <fieldset className="role-choice">
          <legend>As</legend>
          <div>
            {FORMATS.map((one) => (
              <CheckLine
                key={one.id}
                type="radio"
                name={`${form}-format`}
                label={one.label}
                hint={one.hint}
                checked={format === one.id}
                onChange={() => setFormat(one.id)}
              />
            ))}
          </div>
        </fieldset>
      </form>
    </Dialog>
  );
}
