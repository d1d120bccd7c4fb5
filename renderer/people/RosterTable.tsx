// The roster as a table: who, which roles, since when, how they came to be on it. Owns: drawing.
import type { RosterEntry } from "../../engine/protocol/index.ts";
import { formatDate, formatMinute, initials, StatusWord, zoneWord } from "../design/index.ts";
import { checkedWords, enrolledWords, keyWords } from "./roster.ts";

export function RosterTable({
  people,
  self,
  chosen,
  zone,
  now,
  onChoose,
}: {
  people: readonly RosterEntry[];
  self: string;
  chosen: string | null;
  zone: string;
  now: number;
  onChoose(id: string): void;
}) {
  return (
    <table className="table roster quiet">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Roles</th>
          <th scope="col">Status</th>
          <th scope="col" className="wide">
            Key
          </th>
          <th scope="col" className="widest">
            Enrolled by
          </th>
          <th scope="col" className="widest">
            Identity checked
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((one) => (
          // A mouse may press the whole row; keyboard and screen reader have the button in it.
          <tr
            key={one.id}
            aria-current={one.id === chosen ? "true" : undefined}
            className={one.status === "gone" ? "gone" : ""}
            onClick={() => onChoose(one.id)}
          >
            <td>
              <div className="roster-who">
                <span className="avatar" aria-hidden="true">
                  {initials(one.name)}
                </span>
                <span>
                  <button type="button" className="roster-name" aria-expanded={one.id === chosen} onClick={() => onChoose(one.id)}>
                    {one.name}
                  </button>
                  {one.id === self ? <span className="dim">, you</span> : null}
                  <small>
                    <span className="mono">{one.id}</span>
                    {one.title === "" ? "" : `, ${one.title}`}
                  </small>
                </span>
              </div>
            </td>
            <td>
              <span className="roster-roles">
                {one.roles.map((role) => (
                  <span key={role} className="chip">
                    {role}
                  </span>
                ))}
              </span>
            </td>
            <td>
              <RosterStatus entry={one} zone={zone} now={now} />
              <small className="dim">since {formatDate(one.createdAt, zone)}</small>
            </td>
            <td className="mono wide" title={one.keyId}>
              {keyWords(one.keyId)}
              {one.resets === 0 ? null : <small className="dim">made anew {one.resets === 1 ? "once" : `${one.resets} times`}</small>}
            </td>
            <td className="widest">{enrolledWords(one)}</td>
            <td className="widest">{checkedWords(one)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function RosterStatus({ entry, zone, now }: { entry: RosterEntry; zone: string; now: number }) {
  if (entry.status === "gone") return <StatusWord state="skipped" size={14} word="Left" />;
  const until = entry.lockedOutUntil;
  if (until !== null && Date.parse(until) > now)
    return <StatusWord state="held" size={14} word={`Locked out until ${formatMinute(until, zone)} ${zoneWord(until, zone)}`} />;
  return <StatusWord state="passed" size={14} word="Active" />;
}
