// Two runs side by side: what was run, how each step ended, how long it took, what it printed; differences first.
// Owns: what is folded out. The pairing is the engine's, the lines' difference renderer/run/diff.ts.
import { ArrowLeft, Drama } from "lucide-react";
import { useEffect, useState } from "react";
import type { ComparedStep, ResultOf, RunId, SeriesRun } from "../../engine/protocol/index.ts";
import { callEngine, routeHash } from "../app/index.ts";
import { CheckLine, ClassGlyph, formatMoment, formatSpent, Notice, Status, type StatusState } from "../design/index.ts";
import { DiffLines } from "../run/DiffLines.tsx";
import { knownClass } from "./RunTable.tsx";
import { deltaWords, measureWords, paceWords, resultWords, runName, WAY_WORDS } from "./words.ts";

type Compared = ResultOf<"run.compare">;

export function CompareView({ a, b, path, zone }: { a: RunId; b: RunId; path: string; zone: string }) {
  const [found, setFound] = useState<Compared | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [isDifferentOnly, setDifferentOnly] = useState(false);
  useEffect(() => {
    let isLeft = false;
    void callEngine("run.compare", { a, b }).then((result) => {
      if (isLeft) return;
      if (result.ok) setFound(result.value);
      else setFailure(result.error.message);
    });
    return () => {
      isLeft = true;
    };
  }, [a, b]);
  const steps = (found?.steps ?? []).filter((step) => !isDifferentOnly || differs(step));
  return (
    <div className="rehearse-main">
      <div className="compare-bar">
        <a href={routeHash({ view: "rehearse", path, compare: null })}>
          <ArrowLeft size={15} aria-hidden="true" /> All runs
        </a>
        {found === null ? null : (
          <span className="mid">{found.sameText ? "Both ran the same text, byte for byte." : "They ran different texts."}</span>
        )}
        <span className="end">
          <CheckLine
            type="checkbox"
            label="Only what differs"
            checked={isDifferentOnly}
            onChange={(event) => setDifferentOnly(event.target.checked)}
          />
        </span>
      </div>
      {failure === null ? null : <Notice kind="fail">{failure}</Notice>}
      {found === null ? (
        failure === null ? (
          <p className="rehearse-wait mid">Comparing…</p>
        ) : null
      ) : (
        <>
          <div className="compare-heads">
            <Head run={found.a} zone={zone} />
            <Head run={found.b} zone={zone} />
          </div>
          {found.params.length === 0 ? null : <Params params={found.params} />}
          <div className="series-scroll">
            <table className="table compare-steps" aria-label="Steps of both runs">
              <thead>
                <tr>
                  <th scope="col">Step</th>
                  <th scope="col">{runName(found.a)}</th>
                  <th scope="col">{runName(found.b)}</th>
                  <th scope="col" className="num">
                    Time
                  </th>
                  <th scope="col">Differs in</th>
                </tr>
              </thead>
              <tbody>
                {steps.map((step) => (
                  <StepRows key={step.id} step={step} a={a} b={b} />
                ))}
              </tbody>
            </table>
            {steps.length === 0 ? <p className="rehearse-wait mid">Nothing differs in text, verdict or output.</p> : null}
          </div>
        </>
      )}
    </div>
  );
}

const differs = (step: ComparedStep): boolean => step.change !== "same" || !step.sameVerdict || step.sameOutput === false;

/** Whose column it is can never be mistaken: live with its class, rehearsal in violet with its masks. */
function Head({ run, zone }: { run: SeriesRun; zone: string }) {
  const isRehearsal = run.mode === "rehearsal";
  const result = resultWords(run);
  const pace = paceWords(run);
  return (
    <section className={`compare-head ${run.mode}`} aria-label={runName(run)}>
      <div className="compare-mode">
        {isRehearsal ? <Drama size={16} aria-hidden="true" /> : <ClassGlyph of={knownClass(run.clusterClass)} size={14} />}
        <b>{isRehearsal ? "REHEARSAL" : "LIVE"}</b>
        <span>{isRehearsal ? `${WAY_WORDS[run.way ?? "sandbox"]}${pace === "" ? "" : `, ${pace}`}` : (run.cluster ?? "no cluster")}</span>
      </div>
      <h3>
        <a href={run.endedAt === null ? routeHash({ view: "run", run: run.run }) : routeHash({ view: "record", log: run.log, seq: null })}>
          {runName(run)}
        </a>
      </h3>
      <p className="dim">
        {formatMoment(run.startedAt, zone)}, {run.operator}
      </p>
      <dl>
        <div>
          <dt>Result</dt>
          <dd>
            <Status state={result.state} size={14} /> {result.word}
          </dd>
        </div>
        <div>
          <dt>Total</dt>
          <dd className="mono">{run.totalMs === null ? "under way" : formatSpent(run.totalMs)}</dd>
        </div>
        {run.recovery === null || run.recovery.declared === null
          ? null
          : (["rto", "rpo"] as const).map((which) => {
              const said = measureWords(run.recovery![which]);
              return (
                <div key={which}>
                  <dt>{which.toUpperCase()}</dt>
                  <dd>
                    <Status state={said.state} size={14} /> <span className="mono">{said.figure}</span>{" "}
                    <span className="dim">{said.detail}</span>
                  </dd>
                </div>
              );
            })}
      </dl>
    </section>
  );
}

function Params({ params }: { params: Compared["params"] }) {
  return (
    <dl className="compare-params" aria-label="Inputs that differ">
      {params.map(({ name, a, b }) => (
        <div key={name}>
          <dt className="mono">{name}</dt>
          <dd className="mono">
            <span>{a ?? "not given"}</span>
            <span>{b ?? "not given"}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

const CHANGES: Record<ComparedStep["change"], string> = {
  same: "",
  changed: "text",
  added: "only in the second text",
  removed: "only in the first text",
};

function StepRows({ step, a, b }: { step: ComparedStep; a: RunId; b: RunId }) {
  const [shown, setShown] = useState<"none" | "text" | "output">("none");
  const canText = step.change === "changed";
  const canOutput = step.a !== null && step.b !== null && step.sameOutput !== null;
  const open = (what: "text" | "output") => setShown((was) => (was === what ? "none" : what));
  return (
    <>
      <tr>
        <td>
          <span className="series-number">{step.number}</span> {step.title}
        </td>
        <Side side={step.a} />
        <Side side={step.b} />
        <td className={`num mono ${step.deltaMs !== null && step.deltaMs > 0 ? "" : "mid"}`}>
          {step.deltaMs === null ? "" : deltaWords(step.deltaMs)}
        </td>
        <td className="compare-what">
          {canText ? (
            <button type="button" aria-expanded={shown === "text"} onClick={() => open("text")}>
              {CHANGES.changed}
            </button>
          ) : CHANGES[step.change] === "" ? null : (
            <span>{CHANGES[step.change]}</span>
          )}
          {step.sameVerdict ? null : <span>verdict</span>}
          {canOutput ? (
            <button type="button" aria-expanded={shown === "output"} onClick={() => open("output")}>
              {step.sameOutput ? "same output" : "output"}
            </button>
          ) : null}
        </td>
      </tr>
      {shown === "none" ? null : (
        <tr className="compare-more">
          <td colSpan={5}>
            {shown === "text" ? (
              <DiffLines before={step.before} after={step.after} label={`Text of ${step.title}`} />
            ) : (
              <Output a={a} b={b} step={step} />
            )}
          </td>
        </tr>
      )}
    </>
  );
}

const VERDICTS: Record<string, StatusState> = { passed: "passed", failed: "failed", unknown: "unknown", skipped: "skipped" };

function Side({ side }: { side: ComparedStep["a"] }) {
  if (side === null)
    return (
      <td className="dim quiet">
        <Status state="open" size={14} /> not run
      </td>
    );
  const state = side.verdict === null ? "running" : (VERDICTS[side.verdict] ?? "unknown");
  return (
    <td className="quiet">
      <span className="compare-verdict">
        <Status state={state} size={14} label={side.verdict ?? "under way"} />
        <span className="mono">{side.ms === null ? "" : formatSpent(side.ms)}</span>
        {side.attempts > 1 ? <span className="dim">{side.attempts} attempts</span> : null}
        {side.judgement === null ? null : <span className="dim">{side.judgement}</span>}
      </span>
      {side.verdict === "passed" || side.because === "" ? null : <span className="compare-because">{side.because}</span>}
    </td>
  );
}

/** Read only when it is asked for: a step's output can be long. */
function Output({ a, b, step }: { a: RunId; b: RunId; step: ComparedStep }) {
  const [found, setFound] = useState<ResultOf<"run.compareOutput"> | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    let isLeft = false;
    void callEngine("run.compareOutput", { a, b, step: step.id }).then((result) => {
      if (isLeft) return;
      if (result.ok) setFound(result.value);
      else setFailure(result.error.message);
    });
    return () => {
      isLeft = true;
    };
  }, [a, b, step.id]);
  if (failure !== null) return <Notice kind="fail">{failure}</Notice>;
  if (found === null) return <p className="mid">Reading the recordings…</p>;
  return (
    <>
      {[found.whyA, found.whyB].map((why, index) =>
        why === "" ? null : (
          <p key={index === 0 ? "a" : "b"} className="mid">
            {why}
          </p>
        ),
      )}
      <DiffLines before={found.a} after={found.b} label={`Output of ${step.title}`} />
    </>
  );
}
