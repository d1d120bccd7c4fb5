// Each step over all runs: how often rehearsed, how often failed, what it takes, what is planned. Owns: drawing and the order asked for.
import { useState } from "react";
import type { SeriesStep } from "../../engine/protocol/index.ts";
import { formatDate, formatSpent, Status } from "../design/index.ts";
import { failedWords, stepConcern } from "./words.ts";

type Order = "text" | "failed" | "slow";
const ORDERS: [Order, string][] = [
  ["text", "as in the text"],
  ["failed", "failed most"],
  ["slow", "longest first"],
];

export function StepTable({ steps, zone }: { steps: SeriesStep[]; zone: string }) {
  const [order, setOrder] = useState<Order>("text");
  return (
    <>
      <fieldset className="series-order">
        <legend className="visually-hidden">Order of the steps</legend>
        {ORDERS.map(([id, word]) => (
          <label key={id} className={order === id ? "chosen" : ""}>
            <input type="radio" name="series-order" className="visually-hidden" checked={order === id} onChange={() => setOrder(id)} />
            {word}
          </label>
        ))}
      </fieldset>
      <div className="series-scroll">
        <table className="table series-steps" aria-label="Steps over all runs">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" className="num">
                Rehearsed
              </th>
              <th scope="col" className="num">
                Live
              </th>
              <th scope="col" className="wide">
                Last rehearsed
              </th>
              <th scope="col">Failed</th>
              <th scope="col" className="num">
                Learnt
              </th>
              <th scope="col" className="num">
                Planned
              </th>
            </tr>
          </thead>
          <tbody>
            {ordered(steps, order).map((step) => (
              <Row key={`${step.isInText} ${step.id}`} step={step} zone={zone} />
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Row({ step, zone }: { step: SeriesStep; zone: string }) {
  const concern = stepConcern(step);
  const { learnt } = step;
  return (
    <tr>
      <td>
        <span className="series-number">{step.number}</span> {step.title}
        {concern === null ? null : (
          <span className={`series-concern ${concern.state}`}>
            <Status state={concern.state} size={14} /> {concern.word}
          </span>
        )}
      </td>
      <td className="num">{step.rehearsed === 0 ? <span className="dim">0</span> : step.rehearsed}</td>
      <td className="num">{step.live === 0 ? <span className="dim">0</span> : step.live}</td>
      <td className="nowrap mid wide">{step.lastRehearsedAt === null ? "" : formatDate(step.lastRehearsedAt, zone)}</td>
      <td className="nowrap">
        {step.failedAttempts === 0 ? null : (
          <span className="fail-text">
            <Status state="failed" size={14} /> {failedWords(step)}
          </span>
        )}
      </td>
      <td
        className="num mono"
        title={
          learnt === null
            ? "No command of it has passed under its own time yet"
            : `Middle of ${learnt.n}, quartiles ${formatSpent(learnt.p25Ms)} to ${formatSpent(learnt.p75Ms)}; ${learnt.sameText} under this text`
        }
      >
        {learnt === null ? <span className="dim">–</span> : formatSpent(learnt.medianMs)}
        {learnt === null ? null : <small className="series-n"> of {learnt.n}</small>}
      </td>
      <td className="num mono mid">{step.plannedMs === null ? "" : formatSpent(step.plannedMs)}</td>
    </tr>
  );
}

function ordered(steps: SeriesStep[], order: Order): SeriesStep[] {
  if (order === "text") return steps;
  const share = ({ failedAttempts, attempts }: SeriesStep): number => (attempts === 0 ? 0 : failedAttempts / attempts);
  return [...steps].sort((a, b) =>
    order === "failed"
      ? share(b) - share(a) || b.failedAttempts - a.failedAttempts
      : (b.learnt?.medianMs ?? -1) - (a.learnt?.medianMs ?? -1),
  );
}
