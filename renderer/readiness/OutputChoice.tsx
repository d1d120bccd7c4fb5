// Command output as evidence: which run, which step, which attempt, and what it printed before it is taken.
// Owns: asking for runs, steps and the preview; nothing is recorded by looking. Taking it goes back to the dialog.
import { useEffect, useState } from "react";
import type { LaunchView, ResultOf, RunId, StepId } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { formatMoment, Notice, SelectField, StatusWord } from "../design/index.ts";
import { OutputFacts, OutputText } from "./OutputFacts.tsx";
import { type RunOfOutput, runsToChoose, type StepOfOutput, stepsToChoose } from "./outputs.ts";

export type OutputOf = { run: RunId; step: StepId; attempt: number };
export type Previewed = ResultOf<"item.previewOutput">;

export function OutputChoice({
  view,
  item,
  zone,
  onChange,
}: {
  view: LaunchView;
  item: string;
  zone: string;
  /** What is chosen and was read, with its step's title; null while nothing is. */
  onChange(chosen: OutputOf | null, title: string): void;
}) {
  const { launch } = view.header;
  const [runs, setRuns] = useState<RunOfOutput[]>(() => runsToChoose(view, []));
  const [run, setRun] = useState<RunId | null>(() => runsToChoose(view, [])[0]?.run ?? null);
  const [steps, setSteps] = useState<StepOfOutput[] | null>(null);
  const [step, setStep] = useState<StepId | null>(null);
  const [attempt, setAttempt] = useState<number | null>(null);
  const [preview, setPreview] = useState<Previewed | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the runs as they are when the choice is opened
  useEffect(() => {
    let isHere = true;
    void callEngine("record.logs", {}).then((logs) => {
      if (!isHere || !logs.ok) return;
      const all = runsToChoose(view, logs.value);
      setRuns(all);
      setRun((was) => was ?? all[0]?.run ?? null);
    });
    return () => {
      isHere = false;
    };
  }, []);
  useEffect(() => {
    setSteps(null);
    setStep(null);
    setRefusal(null);
    if (run === null) return undefined;
    let isHere = true;
    void callEngine("run.get", { run }).then((got) => {
      if (!isHere) return;
      if (!got.ok) return setRefusal(got.error.message);
      const found = stepsToChoose(got.value.view.steps);
      setSteps(found);
      setStep(found[0]?.id ?? null);
    });
    return () => {
      isHere = false;
    };
  }, [run]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another step begins with its last attempt
  useEffect(() => setAttempt(null), [run, step]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller's function is another one at each drawing
  useEffect(() => {
    setPreview(null);
    onChange(null, "");
    if (run === null || step === null) return undefined;
    let isHere = true;
    void callEngine("item.previewOutput", { launch, item, run, step, ...(attempt === null ? {} : { attempt }) }).then((got) => {
      if (!isHere) return;
      if (!got.ok) return setRefusal(got.error.message);
      setRefusal(null);
      setPreview(got.value);
      onChange({ run, step, attempt: got.value.source.attempt }, got.value.source.stepTitle);
    });
    return () => {
      isHere = false;
    };
  }, [launch, item, run, step, attempt]);

  if (runs.length === 0) return <p className="mid">Nothing has run here yet: run a check or a runbook, then take its output.</p>;
  return (
    <>
      <SelectField label="Run" value={run ?? ""} onChange={(event) => setRun(event.target.value as RunId)}>
        {[true, false].map((isOwn) => {
          const group = runs.filter((one) => one.isOwn === isOwn);
          return group.length === 0 ? null : (
            <optgroup key={String(isOwn)} label={isOwn ? "Of this launch" : "Other runs here"}>
              {group.map((one) => (
                <option key={one.run} value={one.run}>
                  {one.title}, {one.status}, {formatMoment(one.startedAt, zone)}
                </option>
              ))}
            </optgroup>
          );
        })}
      </SelectField>
      {steps === null ? null : steps.length === 0 ? (
        <p className="mid">No step of this run has run a command to its end.</p>
      ) : (
        <SelectField label="Step" value={step ?? ""} onChange={(event) => setStep(event.target.value as StepId)}>
          {steps.map((one) => (
            <option key={one.id} value={one.id}>
              {one.title}, {one.verdict}, {formatMoment(one.endedAt, zone)}
            </option>
          ))}
        </SelectField>
      )}
      {preview !== null && preview.attempts.length > 1 ? (
        <SelectField label="Attempt" value={preview.source.attempt} onChange={(event) => setAttempt(Number(event.target.value))}>
          {preview.attempts.map((one) => (
            <option key={one.attempt} value={one.attempt}>
              {one.attempt}, {one.verdict}, {formatMoment(one.endedAt, zone)}
            </option>
          ))}
        </SelectField>
      ) : null}
      {refusal === null ? null : (
        <Notice kind="fail" live>
          {refusal}
        </Notice>
      )}
      {preview === null ? null : <Preview preview={preview} zone={zone} />}
    </>
  );
}

function Preview({ preview: { source, text, findings }, zone }: { preview: Previewed; zone: string }) {
  return (
    <section className="output-preview" aria-label="What will be kept">
      <p>
        <StatusWord state={source.verdict} size={14} word={`${source.verdict}:`} /> <OutputFacts source={source} zone={zone} />
      </p>
      {findings.length === 0 ? null : (
        <Notice kind="fail">
          {findings.map((finding) => (
            <div key={finding}>{finding}</div>
          ))}
        </Notice>
      )}
      <OutputText label="Output" source={source} text={text} />
    </section>
  );
}
