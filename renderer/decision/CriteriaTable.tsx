// Measured against its limit, with where it comes from and how old it is. Owns: drawing; verdicts are computed by the engine.
import type { Board } from "../../engine/protocol/index.ts";
import { formatAgo, StatusWord } from "../design/index.ts";
import { VERDICT_STATES } from "./model.ts";

/** `≤ 0.3 %` of "<= 0.3 %". */
const signed = (limit: string): string => limit.replace("<=", "≤").replace(">=", "≥").replace("!=", "≠").replace("==", "=");

export function CriteriaTable({ criteria, now, href }: { criteria: Board["criteria"]; now: number; href(item: string): string }) {
  const met = criteria.filter((one) => one.verdict === "met").length;
  return (
    <section className="card board-card criteria" aria-label="Criteria">
      <header>
        <h2>Criteria</h2>
        <span className="dim">
          {criteria.length === 0 ? "none in this checklist" : `${met} of ${criteria.length} met, measured values with their age`}
        </span>
      </header>
      {criteria.length === 0 ? (
        <p className="board-none dim">No item of the checklist compares a value with a limit.</p>
      ) : (
        <div className="criteria-scroll">
          <table className="table quiet">
            <thead>
              <tr>
                <th scope="col">Verdict</th>
                <th scope="col">Criterion</th>
                <th scope="col" className="num">
                  Limit
                </th>
                <th scope="col" className="num">
                  Measured
                </th>
                <th scope="col">Source and age</th>
              </tr>
            </thead>
            <tbody>
              {criteria.map((one) => (
                <tr key={one.item}>
                  <td>
                    <StatusWord {...VERDICT_STATES[one.verdict]} />
                  </td>
                  <td>
                    <a href={href(one.item)}>
                      <span className="mono dim">{one.item}</span> {one.text}
                    </a>
                  </td>
                  <td className="num mono mid">{signed(one.limit)}</td>
                  <td className={`num mono ${one.verdict === "not met" ? "fail-text" : ""}`}>
                    <b>{one.measured === "" ? "–" : one.measured}</b>
                  </td>
                  <td className="mid">
                    {one.source}
                    {one.at === null ? null : `${one.source === "" ? "" : ", "}${formatAgo(now - Date.parse(one.at))}`}
                    {one.isOld ? (
                      <span className="criteria-old">
                        <StatusWord state="stale" size={14} word="too old" />
                      </span>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
