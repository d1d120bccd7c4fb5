// Asking for the sign-offs of all launches: by day, launch and signer, as a table, a report or with their bundles.
// Owns: the form. The engine writes the file and records that it was written.
import { type FormEvent, useEffect, useId, useState } from "react";
import type { LaunchHeader, LaunchId, ParamsOf, ResultOf } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, CheckLine, Dialog, Field, SelectField } from "../design/index.ts";

type Format = ParamsOf<"record.exportSignoffs">["format"];
const FORMATS: { id: Format; label: string; hint: string }[] = [
  { id: "pdf", label: "Report, PDF", hint: "On pages, for reading and for the file." },
  { id: "csv", label: "Table, CSV", hint: "One row per signature." },
  { id: "xlsx", label: "Workbook, XLSX", hint: "The same as sheets." },
  { id: "bundle", label: "With their bundles", hint: "The table, and the whole record of every launch in it, to be checked." },
];
const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function SignoffsDialog({
  onDone,
  onClose,
}: {
  onDone(done: ResultOf<"record.exportSignoffs"> & { format: Format }): void;
  onClose(): void;
}) {
  const form = useId();
  const [launches, setLaunches] = useState<LaunchHeader[]>([]);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [launch, setLaunch] = useState("");
  const [signer, setSigner] = useState("");
  const [format, setFormat] = useState<Format>("pdf");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    void bridge()
      .call("launch.list", {})
      .then((result) => result.ok && setLaunches(result.value));
  }, []);
  const dayProblem = (value: string): string | null => (value === "" || DAY.test(value) ? null : "A day as 2026-03-14, UTC.");
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (dayProblem(from) !== null || dayProblem(to) !== null) return setError("Days are written as 2026-03-14, in UTC.");
    setBusy(true);
    setError(null);
    const result = await callEngine("record.exportSignoffs", {
      format,
      ...(from === "" ? {} : { from }),
      ...(to === "" ? {} : { to }),
      ...(launch === "" ? {} : { launch: launch as LaunchId }),
      ...(signer.trim() === "" ? {} : { signer: signer.trim() }),
    });
    setBusy(false);
    if (result.ok) onDone({ ...result.value, format });
    else setError(result.error.message);
  };
  return (
    <Dialog
      open
      title="Export sign-offs"
      description="Every signature of the launches of this installation, valid or not any more, with what it was given for."
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
        <div className="form two">
          <Field
            label="From day, UTC"
            placeholder="YYYY-MM-DD"
            value={from}
            error={from.length >= 10 ? dayProblem(from) : null}
            onChange={(event) => setFrom(event.target.value.trim())}
          />
          <Field
            label="To day, UTC, with it"
            placeholder="YYYY-MM-DD"
            value={to}
            error={to.length >= 10 ? dayProblem(to) : null}
            onChange={(event) => setTo(event.target.value.trim())}
          />
          <SelectField label="Launch" value={launch} onChange={(event) => setLaunch(event.target.value)}>
            <option value="">All launches</option>
            {launches.map((one) => (
              <option key={one.launch} value={one.launch}>
                {one.number}. {one.facts.name}
              </option>
            ))}
          </SelectField>
          <Field
            label="Signed by"
            placeholder="anybody"
            autoComplete="off"
            value={signer}
            hint="An id or a name."
            onChange={(event) => setSigner(event.target.value)}
          />
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
        {error === null ? null : (
          <p className="field-error" role="alert">
            {error}
          </p>
        )}
      </form>
    </Dialog>
  );
}
