// A whole run as evidence in words: what it was, how it ended, its recovery against the targets, how old it is. Owns: the wording.
import type { RunSource } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import { formatAgo, formatMoment, formatSpent, StatusWord, useNow } from "../design/index.ts";
import { ageOf, paceWords, recoveryParts } from "./ended-run.ts";

type Props = {
  source: RunSource;
  zone: string /** When it was taken as evidence, and its age then; null while it is only looked at. */;
  takenAt: string | null;
  ageMs: number;
};

export function EndedRun({ source, zone, takenAt, ageMs }: Props) {
  const now = useNow(60_000);
  const isGood = ["passed", "accepted", "passed with skips"].includes(source.result);
  const where = source.clusters.map((one) => [one.context, one.clusterClass].filter((part) => part !== "").join(", ")).join("; ");
  const who = source.ranBy.map((one) => one.name).join(", ");
  return (
    <div className="output-evidence">
      <p>
        {source.mode === "rehearsal" ? <span className="evidence-rehearsal">REHEARSAL</span> : null}{" "}
        <StatusWord state={isGood ? "passed" : "failed"} size={14} word={`${source.result}:`} />{" "}
        <span className="mid">
          “{source.title}”, run {source.number}
          {paceWords(source)}
          {where === "" ? "" : `, on ${where}`}
          {who === "" ? "" : `, by ${who}`}, ended {formatMoment(source.endedAt, zone)}:{" "}
          <b>{formatAgo(now - Date.parse(source.endedAt))}</b>
          {takenAt === null ? "" : `; ${ageOf(ageMs)} old when it was taken`}.
        </span>{" "}
        <a href={routeHash({ view: "run", run: source.run })}>Run</a>{" "}
        <a href={routeHash({ view: "record", log: source.log, seq: source.seq })}>Event {source.seq}</a>
      </p>
      {source.recovery === null ? null : (
        <dl className="evidence-recovery">
          {recoveryParts(source.recovery, formatSpent).map((part) => (
            <div key={part.name} className={part.tone}>
              <dt>{part.name}</dt>
              <dd>
                <b>{part.value}</b> {part.against}
              </dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
