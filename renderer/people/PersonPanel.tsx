// One person of the roster, whole, with what may be done about them; and who stands in for whom.
// Owns: drawing; it calls back.
import type { Delegation, RosterEntry } from "../../engine/protocol/index.ts";
import { Button, formatMoment, Notice, PanelHead, StatusWord } from "../design/index.ts";
import { RosterStatus } from "./RosterTable.tsx";
import { checkedWords, enrolledWords } from "./roster.ts";

export function PersonPanel({
  entry,
  zone,
  now,
  isSelf,
  mayKeep,
  mayReset,
  onChange,
  onReset,
}: {
  entry: RosterEntry;
  zone: string;
  now: number;
  isSelf: boolean;
  /** Why the roster cannot be kept from here, or null. */
  mayKeep: string | null;
  mayReset: string | null;
  onChange(): void;
  onReset(): void;
}) {
  return (
    <section aria-label={`About ${entry.name}`}>
      <PanelHead title={entry.name} sub={<RosterStatus entry={entry} zone={zone} now={now} />} />
      <dl className="facts person-facts">
        <dt>Id</dt>
        <dd className="mono">{entry.id}</dd>
        <dt>Title</dt>
        <dd>{entry.title === "" ? "none" : entry.title}</dd>
        <dt>Roles</dt>
        <dd>{entry.roles.join(", ")}</dd>
        <dt>On the roster since</dt>
        <dd>{formatMoment(entry.createdAt, zone)}</dd>
        <dt>Enrolled by</dt>
        <dd>{enrolledWords(entry)}</dd>
        <dt>Identity checked by</dt>
        <dd>{checkedWords(entry)}</dd>
        <dt>Key made anew</dt>
        <dd>{entry.resets === 0 ? "never" : entry.resets === 1 ? "once" : `${entry.resets} times`}</dd>
        <dt>Key</dt>
        <dd className="mono person-key">{entry.keyId.match(/.{1,8}/g)?.join(" ")}</dd>
      </dl>
      {entry.lockedOutUntil !== null && Date.parse(entry.lockedOutUntil) > now ? (
        <div className="person-note">
          <Notice kind="warn">
            Ten wrong passwords in a row: locked out until {formatMoment(entry.lockedOutUntil, zone)}. It ends by itself, or with a new key.
          </Notice>
        </div>
      ) : null}
      <div className="person-acts">
        <Button unavailable={mayKeep} onClick={onChange}>
          Change…
        </Button>
        {entry.status === "gone" || isSelf ? null : (
          <Button unavailable={mayReset} onClick={onReset}>
            Lost password…
          </Button>
        )}
      </div>
    </section>
  );
}

const STATES = { "in force": "passed", expired: "skipped", revoked: "skipped" } as const;
export function DelegationsPanel({
  delegations,
  zone,
  nameOf,
  mayEnd,
  onEnd,
}: {
  delegations: readonly Delegation[];
  zone: string;
  nameOf(id: string): string;
  mayEnd(delegation: Delegation): boolean;
  onEnd(delegation: Delegation): void;
}) {
  return (
    <section aria-label="Standing in" className="delegations">
      <PanelHead title="Standing in for each other" sub={delegations.length === 0 ? "nobody" : ""} />
      {delegations.length === 0 ? (
        <p className="person-note dim">
          Somebody who is away lets another sign on their behalf, for at most 30 days. Both names stand in each such signature.
        </p>
      ) : null}
      <ul className="quiet">
        {delegations.toReversed().map((one) => (
          <li key={one.seq}>
            <span className="grow">
              <b>{nameOf(one.to)}</b> for <b>{nameOf(one.from)}</b>
              <small>{one.roles.length === 0 ? "all roles" : one.roles.join(", ")}</small>
              <small>
                until {formatMoment(one.until, zone)}; “{one.reason}”
              </small>
            </span>
            <span className="signer-end">
              <StatusWord state={STATES[one.state]} size={14} word={one.state} />
              {mayEnd(one) ? (
                <Button small kind="ghost" onClick={() => onEnd(one)}>
                  End it…
                </Button>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
