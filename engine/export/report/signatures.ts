// Signatures as a report prints them, read from the events of a log. Owns: the fold of signoff.* events into rows.
// Whether a signature verifies is the verifier's word; here stands what the record says of it.
import type { StoredEvent } from "../../protocol/index.ts";
import { type Data, dataOf, listOf, numberOf, textOf } from "./read.ts";
import { OUTCOMES } from "./words.ts";

export type SignatureRow = {
  id: string;
  seq: number;
  /** Log that it stands in: its number in the installation, its title, and of a launch the id. */
  log: string;
  number: number;
  title: string;
  launch: string;
  run: string;
  kind: string;
  subjectId: string;
  /** In words: "category Infrastructure". */
  subject: string;
  meaning: string;
  role: string;
  opId: string;
  name: string;
  /** The signer's printed title. */
  position: string;
  onBehalfOf: string;
  statement: string;
  reason: string;
  /** ISO 8601 UTC, the zone of the signer's clock and its offset in minutes. */
  at: string;
  zone: string;
  offset: number | null;
  n: number;
  m: number;
  digest: string;
  keyId: string;
  state: "valid" | "stale" | "withdrawn" | "rejected";
  why: string;
  changedAt: string;
};
export type LogNames = { log: string; number: number; title: string; categories: ReadonlyMap<string, string> };

/** The rows in the order of their events. */
export function signaturesOf(events: readonly StoredEvent[], names: LogNames): SignatureRow[] {
  const rows: SignatureRow[] = [];
  const decisions = new Map<string, string>();
  for (const { body } of events) {
    const data = body.data as Data;
    if (body.type === "decision.proposed") decisions.set(textOf(data, "id"), body.outcome || textOf(data, "outcome"));
    if (!body.type.startsWith("signoff.")) continue;
    const known = rows.find((row) => row.id === textOf(data, "signature"));
    if (body.type === "signoff.added") rows.push(rowOf(body, data, names, decisions));
    else if (body.type === "signoff.invalidated" && known !== undefined && known.state === "valid")
      Object.assign(known, { state: "stale", why: body.reason || textOf(data, "why"), changedAt: body.ts_utc });
    else if (body.type === "signoff.withdrawn" && known !== undefined)
      Object.assign(known, { state: "withdrawn", why: body.reason, changedAt: body.ts_utc });
  }
  return rows;
}

function rowOf(body: StoredEvent["body"], data: Data, names: LogNames, decisions: ReadonlyMap<string, string>): SignatureRow {
  const subject = dataOf(data, "subject");
  const envelope = dataOf(data, "envelope");
  const payload = dataOf(envelope, "payload");
  const [first] = listOf(envelope, "signatures") as Data[];
  const kind = textOf(subject, "kind");
  const subjectId = textOf(subject, "id");
  const meaning = textOf(data, "meaning") || body.outcome;
  return {
    id: textOf(data, "signature"),
    seq: body.seq,
    log: names.log,
    number: names.number,
    title: names.title,
    launch: body.subject.launch,
    run: body.subject.run,
    kind,
    subjectId,
    subject: subjectWords(kind, subjectId, names, decisions),
    meaning,
    role: textOf(data, "role"),
    opId: textOf(data, "op_id"),
    name: textOf(data, "name"),
    position: textOf(data, "title"),
    onBehalfOf: textOf(data, "on_behalf_of"),
    statement: textOf(data, "statement"),
    reason: body.reason,
    at: textOf(payload, "at") || body.ts_utc,
    zone: textOf(payload, "tz") || body.tz,
    offset: numberOf(payload, "tz_off_min") ?? body.tz_off_min,
    n: numberOf(data, "n") ?? 0,
    m: numberOf(data, "m") ?? 0,
    digest: textOf(data, "digest"),
    keyId: first === undefined ? "" : textOf(first, "keyid"),
    state: meaning === "rejected" ? "rejected" : "valid",
    why: "",
    changedAt: "",
  };
}

function subjectWords(kind: string, id: string, { categories }: LogNames, decisions: ReadonlyMap<string, string>): string {
  switch (kind) {
    case "category":
      return `Category ${categories.get(id) ?? id}`;
    case "decision":
      return `Decision ${OUTCOMES[decisions.get(id) ?? ""] ?? id}`;
    case "review":
      return `Review of the text ${id.slice(0, 12)}`;
    case "holdpoint":
      return `Hold point ${id.split("/").slice(1).join("/") || id}`;
    case "amendment":
      return `Amendment ${id.split("/").at(-1)!.slice(0, 12)}`;
    case "handover":
      return `Hand-over of event ${id.split("/").at(-1)}`;
    case "skip":
      return `Skip of event ${id.split("/").at(-1)}`;
    case "briefing":
      return `Briefing of event ${id}`;
    case "break-glass":
      return `Break-glass of event ${id}`;
    case "break-glass-review":
      return `Review of the break-glass of event ${id}`;
    case "close":
      return "Close of the launch";
    default:
      return `${kind} ${id}`;
  }
}
