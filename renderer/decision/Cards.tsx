// The cards of the board: blockers, waivers, risks, roles that have not signed. Owns: drawing; every line is the engine's.
import type { Board, Risk } from "../../engine/protocol/index.ts";
import { formatDate, plural, Status, StatusWord } from "../design/index.ts";
import { roleWords } from "../signing/words.ts";
import { BLOCKER_STATES } from "./model.ts";

function Card({ title, end, children, className = "" }: { title: string; end?: string; children: React.ReactNode; className?: string }) {
  return (
    <section className={`card board-card ${className}`} aria-label={title}>
      <header>
        <h2>{title}</h2>
        {end === undefined ? null : <span className="dim">{end}</span>}
      </header>
      {children}
    </section>
  );
}
const Empty = ({ children }: { children: string }) => <p className="board-none dim">{children}</p>;

type Blockers = Board["blockers"];
export function BlockersCard({ blockers, href }: { blockers: Blockers; href(blocker: Blockers[number]): string | null }) {
  return (
    <Card
      title="Blockers"
      end={blockers.length === 0 ? "none open" : `${blockers.length} open`}
      className={blockers.length > 3 ? "wide" : ""}
    >
      {blockers.length === 0 ? <Empty>Nothing stands against GO under the rule.</Empty> : null}
      <ul className="board-list blockers">
        {blockers.map((blocker) => {
          const to = href(blocker);
          return (
            <li key={`${blocker.kind} ${blocker.item ?? ""} ${blocker.category ?? ""} ${blocker.text}`}>
              <Status state={BLOCKER_STATES[blocker.kind] ?? "failed"} />
              {to === null ? <span>{blocker.text}</span> : <a href={to}>{blocker.text}</a>}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

const DAY_MS = 86_400_000;
const leftWords = (until: string, now: number): string => {
  const days = Math.ceil((Date.parse(until) - now) / DAY_MS);
  return days < 0 ? "past" : days === 0 ? "today" : plural(days, "day");
};

export function WaiversCard({ waivers, now, href }: { waivers: Board["waivers"]; now: number; href(item: string): string }) {
  const inForce = waivers.filter((one) => !one.isExpired).length;
  return (
    <Card title="Waivers" end={waivers.length === 0 ? "none" : `${inForce} in force`}>
      {waivers.length === 0 ? <Empty>No item is waived.</Empty> : null}
      <ul className="board-list">
        {waivers.map((one) => (
          <li key={one.item}>
            <Status state={one.isExpired ? "failed" : "waived"} />
            <span>
              <a href={href(one.item)}>
                <b className="mono">{one.item}</b> {one.text}
              </a>
              <small>
                {one.isExpired ? <b className="fail-text">Ran out </b> : one.until === null ? "Without an end" : "Until "}
                {one.until === null ? "" : `${formatDate(one.until)}${one.isExpired ? "" : `, ${leftWords(one.until, now)}`}`}
                {one.approver === "" ? "" : `, approved by ${one.approver}`}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function UnsignedCard({ unsigned, href }: { unsigned: Board["unsigned"]; href(category: string): string }) {
  return (
    <Card title="Roles that have not signed" end={unsigned.length === 0 ? "none" : plural(unsigned.length, "category", "categories")}>
      {unsigned.length === 0 ? <Empty>Every category is signed.</Empty> : null}
      <ul className="board-list">
        {unsigned.map((one) => (
          <li key={one.category}>
            <Status state="signoff" />
            <span>
              <a href={href(one.category)}>{one.title}</a>
              <small>{one.roles.map(roleWords).join(", ") || "a further person"}</small>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const RISK_STATES = { open: "nearmiss", mitigated: "passed", accepted: "waived", closed: "passed" } as const;
export function RisksCard({ risks }: { risks: readonly Risk[] }) {
  const open = risks.filter((one) => one.status === "open").length;
  return (
    <Card title="Risks" end={risks.length === 0 ? "none named" : `${open} open of ${risks.length}`}>
      {risks.length === 0 ? <Empty>Nobody has named a risk of this launch.</Empty> : null}
      <ul className="board-list quiet">
        {risks.map((one) => (
          <li key={one.id}>
            <StatusWord state={RISK_STATES[one.status]} size={14} word={one.status} />
            <span>
              {one.risk}
              <small>
                likelihood {one.likelihood}, impact {one.impact}
                {one.owner === "" ? "" : `, ${one.owner}`}
                {one.controls === "" ? "" : `. ${one.controls}`}
              </small>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
