// Who has signed a decision and who has not yet. Owns: drawing.
import type { Assignment, Decision, SignatureView } from "../../engine/protocol/index.ts";
import { Button, formatMoment, initials, StatusWord } from "../design/index.ts";
import { roleWords } from "../signing/words.ts";
import { OUTCOME_WORDS } from "./model.ts";

export function SignaturesCard({
  decision,
  signatures,
  people,
  roles,
  zone,
  self,
  onTakeBack,
}: {
  /** Null before anything is proposed: the roles that will sign. */
  decision: Decision | null;
  signatures: readonly SignatureView[];
  people: readonly Assignment[];
  roles: readonly string[];
  zone: string;
  /** Id of who is signed in; "" for nobody. */
  self: string;
  /** A valid signature of an open decision may be taken back by its signer. */
  onTakeBack?: ((signature: SignatureView) => void) | undefined;
}) {
  const missing = decision === null ? roles : decision.missing;
  const needed = decision?.needed ?? roles.length;
  const valid = signatures.filter((one) => one.state === "valid" && one.meaning !== "rejected").length;
  return (
    <section className="card board-card" aria-label="Decision signatures">
      <header>
        <h2>Decision signatures</h2>
        <span className="dim">
          {valid} of {needed}
        </span>
      </header>
      <ul className="signer-list">
        {signatures.map((one) => (
          <li key={one.id} className={one.signer === self ? "self" : ""}>
            <span className="avatar" aria-hidden="true">
              {initials(one.name)}
            </span>
            <span className="grow">
              {one.name}
              {one.signer === self ? ", you" : ""}
              <small>
                {roleWords(one.role)}
                {one.title === "" ? "" : `, ${one.title}`}
                {one.onBehalfOf === "" ? "" : `, on behalf of ${one.onBehalfOf}`}
              </small>
              <small>{formatMoment(one.at, zone)}</small>
              {one.reason === "" ? null : <small>“{one.reason}”</small>}
              {one.state === "stale" ? <small className="warn-text">{one.staleBecause}</small> : null}
            </span>
            <span className="signer-end">
              <StatusWord
                state={one.state === "stale" ? "stale" : one.meaning === "rejected" ? "failed" : "passed"}
                size={14}
                word={
                  one.state === "stale"
                    ? "Stale"
                    : one.meaning === "rejected"
                      ? "Rejected"
                      : decision === null
                        ? "Signed"
                        : OUTCOME_WORDS[decision.outcome]
                }
              />
              {onTakeBack !== undefined && one.state === "valid" && one.meaning !== "rejected" && one.signer === self ? (
                <Button small kind="ghost" onClick={() => onTakeBack(one)}>
                  Take back
                </Button>
              ) : null}
            </span>
          </li>
        ))}
        {missing.map((role) => {
          const holders = people.filter((one) => one.role === role);
          return (
            <li key={role} className={holders.some((one) => one.operator === self) ? "self" : ""}>
              <span className="avatar vacant" aria-hidden="true">
                {holders[0] === undefined ? "?" : initials(holders[0].name)}
              </span>
              <span className="grow">
                {holders.length === 0 ? "Nobody assigned" : holders.map((one) => one.name).join(" or ")}
                <small>
                  {roleWords(role)}
                  {holders.some((one) => one.operator === self) ? ", you" : ""}
                </small>
              </span>
              <StatusWord state="signoff" size={14} word="Unsigned" />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
