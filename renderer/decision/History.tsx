// Decisions before and now, with their conditions and what became of them. Owns: drawing.
import type { Decision, SignatureView } from "../../engine/protocol/index.ts";
import { Button, formatMoment, type StatusState, StatusWord } from "../design/index.ts";
import { roleWords } from "../signing/words.ts";
import { OUTCOME_WORDS, signaturesOf } from "./model.ts";

const STATES: Record<Decision["state"], { state: StatusState; word: string }> = {
  open: { state: "signoff", word: "being signed" },
  taken: { state: "passed", word: "in force" },
  replaced: { state: "skipped", word: "replaced" },
  withdrawn: { state: "skipped", word: "withdrawn" },
  stale: { state: "stale", word: "overtaken" },
};

export function Conditions({
  decision,
  zone,
  now,
  nameOf,
  onClose,
}: {
  decision: Decision;
  zone: string;
  now: number;
  nameOf(id: string): string;
  onClose?: ((index: number) => void) | undefined;
}) {
  return (
    <ul className="board-list">
      {decision.conditions.map((one, index) => {
        const isLate = one.closedAt === null && Date.parse(one.due) <= now;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a condition is named by its place in the decision
          <li key={index}>
            <StatusWord
              state={one.closedAt !== null ? "passed" : isLate ? "failed" : "signoff"}
              size={14}
              word={one.closedAt !== null ? "met" : isLate ? "overdue" : "open"}
            />
            <span className="grow">
              {one.text}
              <small>
                {nameOf(one.owner)}, due {formatMoment(one.due, zone)}
                {one.closedAt === null ? "" : `; closed by ${one.closedBy}, ${formatMoment(one.closedAt, zone)}`}
              </small>
            </span>
            {onClose === undefined || one.closedAt !== null ? null : (
              <Button small onClick={() => onClose(index)}>
                Close it…
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

export function HistoryCard({
  decisions,
  signatures,
  zone,
  recordHref,
}: {
  decisions: readonly Decision[];
  signatures: readonly SignatureView[];
  zone: string;
  recordHref(seq: number): string;
}) {
  return (
    <section className="card board-card" aria-label="History of the decision">
      <header>
        <h2>History of the decision</h2>
        <span className="dim">a decision is changed only by a new one</span>
      </header>
      {decisions.length === 0 ? <p className="board-none dim">Nothing has been proposed yet.</p> : null}
      <ol className="board-list quiet">
        {decisions.toReversed().map((one) => (
          <li key={one.id}>
            <StatusWord {...(one.overtaken === "" ? STATES[one.state] : STATES.stale)} size={14} />
            <span className="grow">
              <a href={recordHref(one.seq)}>
                <b>{OUTCOME_WORDS[one.outcome]}</b> proposed by {one.proposedBy}
              </a>
              <small>
                {formatMoment(one.proposedAt, zone)}
                {one.takenAt === null ? "" : `; taken ${formatMoment(one.takenAt, zone)}`}
              </small>
              {one.reason === "" ? null : <small>“{one.reason}”</small>}
              {signaturesOf(signatures, one.id).map((signature) => (
                <small key={signature.id}>
                  {signature.meaning === "rejected" ? "Rejected" : "Signed"} by {signature.name} as {roleWords(signature.role)}
                  {signature.onBehalfOf === "" ? "" : ` on behalf of ${signature.onBehalfOf}`}, {formatMoment(signature.at, zone)}
                  {signature.state === "stale" ? `; stale: ${signature.staleBecause}` : ""}
                </small>
              ))}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
