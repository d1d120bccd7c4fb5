// One event: what a reader asks first, then its data, and the raw body as it was hashed.
// Owns: choosing and naming the fields. Text comes from commands and people: it is shown as text, never as markup.
import { Braces } from "lucide-react";
import type { StoredEvent } from "../../engine/protocol/index.ts";
import { Button, formatBytes, formatClock, formatMoment, PanelHead, Visible, zoneWord } from "../design/index.ts";
import { dataRows, type FieldRow, short } from "./event-data.ts";

export function EventDetail({
  event,
  seq,
  zone,
  isRaw,
  onRaw,
}: {
  event: StoredEvent | null;
  seq: number;
  zone: string;
  isRaw: boolean;
  onRaw(isRaw: boolean): void;
}) {
  return (
    <section className="event-detail" aria-label={`Event ${seq}`}>
      <PanelHead
        title={`Event ${seq}`}
        sub={event === null ? "reading…" : <span className="mono">{event.body.type}</span>}
        end={
          <Button kind="ghost" small icon={<Braces size={15} />} aria-pressed={isRaw} onClick={() => onRaw(!isRaw)}>
            {isRaw ? "Fields" : "Raw body"}
          </Button>
        }
      />
      {event === null ? null : isRaw ? <Raw event={event} /> : <Fields event={event} zone={zone} />}
    </section>
  );
}

function Raw({ event }: { event: StoredEvent }) {
  return (
    <div className="event-raw">
      <p className="dim">These bytes are what is hashed, in one line; here broken for reading.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0}>
        <Visible text={JSON.stringify(event.body, null, 2)} />
      </pre>
      <dl className="event-fields">
        <div>
          <dt>SHA-256 of the chain</dt>
          <dd className="mono">{event.hash}</dd>
        </div>
      </dl>
    </div>
  );
}

function Fields({ event, zone }: { event: StoredEvent; zone: string }) {
  const { body, hash } = event;
  const local = zoneWord(body.ts_utc, zone) === "UTC" ? "" : `, ${formatClock(body.ts_utc, zone)} ${zoneWord(body.ts_utc, zone)}`;
  const data = dataRows(body.data);
  const rows: FieldRow[] = [
    ["Wall clock", `${formatMoment(body.ts_utc)}${local}`, true],
    ["Who", [body.actor.name, body.actor.role].filter(Boolean).join(", ")],
    ["Step", body.subject.step === "" ? "" : `${body.subject.step}, attempt ${body.subject.attempt}`],
    ["Cluster", body.subject.cluster],
    ["Reason", body.reason],
    ["Corrects", body.corrects === 0 ? "" : `event ${body.corrects}`],
    ...data.filter(([name]) => FIRST.has(name)),
    ["Hash", short(hash), true],
  ];
  const more: FieldRow[] = [
    ...data.filter(([name]) => !FIRST.has(name)),
    ["Device", [body.device.host, body.device.os_user, body.device.app].filter(Boolean).join(", ")],
    ["Since the start of this process", `${body.mono_ns} ns, monotonic`, true],
    ["Plan text", body.subject.plan_sha256 === "" ? "" : short(body.subject.plan_sha256), true],
    ["Previous", short(body.prev), true],
    ...body.payloads.map(
      (payload): FieldRow => [`Bound: ${payload.name}`, `${formatBytes(payload.bytes)}, ${short(payload.commitment)}`, true],
    ),
  ];
  const text = typeof body.data["text"] === "string" ? body.data["text"] : null;
  const statement = typeof body.data["statement"] === "string" && body.data["statement"] !== "" ? body.data["statement"] : null;
  return (
    <>
      <FieldList rows={rows} />
      {statement === null ? null : (
        <blockquote className="event-statement">
          <Visible text={statement} />
        </blockquote>
      )}
      {text === null ? null : (
        <pre className="event-text">
          <Visible text={text} />
        </pre>
      )}
      <details className="event-more">
        <summary>All fields</summary>
        <FieldList rows={more} />
      </details>
    </>
  );
}

function FieldList({ rows }: { rows: FieldRow[] }) {
  return (
    <dl className="event-fields">
      {rows
        .filter(([, value]) => value !== "")
        .map(([name, value, isMono]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={isMono ? "mono" : ""}>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What a reader asks first; the rest is one click away. */
const FIRST = new Set(["Exit code", "Signal", "Because", "Took", "Planned", "Result", "Value", "Line", "Differs", "State"]);
