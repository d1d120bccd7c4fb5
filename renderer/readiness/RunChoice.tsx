// A whole run as evidence: which one, and what it says for and against the item before it is taken. Rehearsals come first.
// Owns: asking for runs and the preview; nothing is recorded by looking. Taking it goes back to the dialog.
import { useEffect, useState } from "react";
import type { LaunchView, LogSummary, ResultOf, RunId } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { formatMoment, Notice, SelectField } from "../design/index.ts";
import { EndedRun } from "./EndedRun.tsx";

type Choice = { run: RunId; title: string; status: string; startedAt: string; isRehearsal: boolean };
type Previewed = ResultOf<"item.previewRun">;

/** Runs that are offered of each kind; older ones are no news of anything. */
const MOST = 40;

/** Ended ones, rehearsals before live runs, the newest of each first. */
export function runsEnded(view: Pick<LaunchView, "runs">, logs: readonly LogSummary[]): Choice[] {
  const own = view.runs
    .filter(({ kind, status }) => kind === "runbook" && status !== "active" && status !== "held")
    .map(({ run, title, status, startedAt }) => ({ run, title, status, startedAt, isRehearsal: false }));
  const others = logs.flatMap((log) =>
    log.kind === "run" && log.run !== null && log.endedAt !== null
      ? [{ run: log.run, title: log.title, status: log.status, startedAt: log.openedAt, isRehearsal: log.mode === "rehearsal" }]
      : [],
  );
  const newest = (a: Choice, b: Choice): number => Date.parse(b.startedAt) - Date.parse(a.startedAt);
  const all = [...own, ...others].sort(newest);
  return [true, false].flatMap((isRehearsal) => all.filter((one) => one.isRehearsal === isRehearsal).slice(0, MOST));
}

export function RunChoice({
  view,
  item,
  zone,
  onChange,
}: {
  view: LaunchView;
  item: string;
  zone: string;
  /** What is chosen and was read, with a title for it; null while nothing is. */
  onChange(chosen: RunId | null, title: string): void;
}) {
  const { launch } = view.header;
  const [runs, setRuns] = useState<Choice[] | null>(null);
  const [run, setRun] = useState<RunId | null>(null);
  const [preview, setPreview] = useState<Previewed | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the runs as they are when the choice is opened
  useEffect(() => {
    let isHere = true;
    void callEngine("record.logs", {}).then((logs) => {
      if (!isHere) return;
      const all = runsEnded(view, logs.ok ? logs.value : []);
      setRuns(all);
      setRun((was) => was ?? all[0]?.run ?? null);
    });
    return () => {
      isHere = false;
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller's function is another one at each drawing
  useEffect(() => {
    setPreview(null);
    setRefusal(null);
    onChange(null, "");
    if (run === null) return undefined;
    let isHere = true;
    void callEngine("item.previewRun", { launch, item, run }).then((got) => {
      if (!isHere) return;
      if (!got.ok) return setRefusal(got.error.message);
      setPreview(got.value);
      const { source } = got.value;
      onChange(run, `${source.mode === "rehearsal" ? "Rehearsal of" : "Run of"} “${source.title}”, ${source.endedAt.slice(0, 10)}`);
    });
    return () => {
      isHere = false;
    };
  }, [launch, item, run]);

  if (runs === null) return <p className="mid">Looking what was run and rehearsed…</p>;
  if (runs.length === 0) return <p className="mid">Nothing that was run or rehearsed here has ended yet.</p>;
  return (
    <>
      <SelectField label="Rehearsal or run" value={run ?? ""} onChange={(event) => setRun(event.target.value as RunId)}>
        {[true, false].map((isRehearsal) => {
          const group = runs.filter((one) => one.isRehearsal === isRehearsal);
          return group.length === 0 ? null : (
            <optgroup key={String(isRehearsal)} label={isRehearsal ? "Rehearsals" : "Live runs"}>
              {group.map((one) => (
                <option key={one.run} value={one.run}>
                  {one.title}, {one.status}, {formatMoment(one.startedAt, zone)}
                </option>
              ))}
            </optgroup>
          );
        })}
      </SelectField>
      {refusal === null ? null : (
        <Notice kind="fail" live>
          {refusal}
        </Notice>
      )}
      {preview === null ? null : (
        <section className="output-preview" aria-label="What will be kept">
          <EndedRun source={preview.source} zone={zone} takenAt={null} ageMs={preview.ageMs} />
          {preview.findings.length === 0 ? null : (
            <Notice kind="fail">
              {preview.findings.map((finding) => (
                <div key={finding}>{finding}</div>
              ))}
            </Notice>
          )}
        </section>
      )}
    </>
  );
}
