// Hands the run over to somebody else: to whom, in the giver's words, with what the engine sums up; then both sign it.
// Owns: the form and the page that is signed and printed. Rules and words of the summary are the engine's.
import { Printer } from "lucide-react";
import { useEffect, useState } from "react";
import type { HandoverSummary, HandoverView, OperatorId, RunHeader, SignSubject } from "../../engine/protocol/index.ts";
import { callEngine, useApp } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, Dialog, formatMoment, Notice, SelectField, Status, TextAreaField } from "../design/index.ts";
import { useRoster } from "../people/useRoster.ts";
import { Summary } from "./Summary.tsx";
import { missingWords } from "./words.ts";
import "./handover.css";

type Props = { header: RunHeader; zone: string; unavailable: string | null; onSign(subject: SignSubject): void; onClose(): void };

export function HandoverDialog(props: Props) {
  const { handover = null } = props.header;
  const [isAnew, setAnew] = useState(false);
  return handover === null || isAnew ? (
    <Propose {...props} before={isAnew ? handover : null} onDone={() => setAnew(false)} />
  ) : (
    <Proposed {...props} handover={handover} onAnew={() => setAnew(true)} />
  );
}

function Propose({ header, unavailable, before, onDone, onClose }: Props & { before: HandoverView | null; onDone(): void }) {
  const { roster, error } = useRoster();
  const me = useApp(({ snapshot }) => snapshot?.session?.operator.id ?? "");
  const [to, setTo] = useState<string>(before?.to.id ?? "");
  const [text, setText] = useState(before?.text ?? "");
  const [summary, setSummary] = useState<HandoverSummary | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isPending, setPending] = useState(false);
  const { run, events } = header;
  useEffect(() => {
    void events;
    void bridge()
      .call("run.summary", { run })
      .then((result) => (result.ok ? setSummary(result.value) : setRefusal(result.error.message)));
  }, [run, events]);
  const takers = (roster?.people ?? []).filter(
    (one) => one.status === "active" && one.id !== me && one.roles.some((role) => role === "lead" || role === "operator"),
  );
  const send = async (): Promise<void> => {
    setPending(true);
    const result = await callEngine("run.handOver", { run, to: to as OperatorId, text });
    setPending(false);
    if (result.ok) onDone();
    else setRefusal(result.error.message);
  };
  const nobody = roster !== null && takers.length === 0;
  const problem =
    unavailable ??
    (nobody
      ? "Nobody else on the roster is lead or operator. Enrol a second person first."
      : to === ""
        ? "Say who takes the run over."
        : null);
  return (
    <Dialog
      open
      wide
      title="Hand the run over"
      description={`${header.operator} operates run ${header.number}, ${header.title}. Both sign what stands below; from then on the other one operates it.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" disabled={isPending} unavailable={problem} onClick={() => void send()}>
            {isPending ? "Summing up…" : "Propose it"}
          </Button>
        </>
      }
    >
      <SelectField label="Who takes it over" value={to} onChange={(event) => setTo(event.target.value)}>
        <option value="">Choose somebody</option>
        {takers.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
            {one.title === "" ? "" : `, ${one.title}`} ({one.roles.join(", ")})
          </option>
        ))}
      </SelectField>
      <TextAreaField
        label="In your words"
        hint="What no event says: what you watched, what worries you, who was called."
        rows={3}
        maxLength={10_000}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {refusal === null && error === null ? null : (
        <Notice kind="fail" live>
          {refusal ?? error}
        </Notice>
      )}
      <h2 className="handover-head">The run as it stands now</h2>
      {summary === null ? <p role="status">Summing up…</p> : <Summary summary={summary} />}
    </Dialog>
  );
}

function Proposed({ header, zone, unavailable, handover, onSign, onAnew, onClose }: Props & { handover: HandoverView; onAnew(): void }) {
  const { from, to, at, text, summary, signed, staleBecause, subject } = handover;
  const isStale = staleBecause !== "";
  return (
    <Dialog
      open
      wide
      title="Hand-over of the run"
      onClose={onClose}
      footer={
        <>
          <Button onClick={() => window.print()} icon={<Printer size={15} aria-hidden="true" />}>
            Print
          </Button>
          <Button onClick={onClose}>Close</Button>
          <Button unavailable={unavailable} {...(isStale ? { kind: "accent" as const } : {})} onClick={onAnew}>
            Sum it up again…
          </Button>
          {isStale ? null : (
            <Button kind="accent" unavailable={unavailable} onClick={() => onSign(subject)}>
              Sign the hand-over…
            </Button>
          )}
        </>
      }
    >
      <article className="handover-paper" aria-label="Hand-over">
        <p className="handover-what">
          <b>{header.title}</b>, run {header.number}. <b>{from.name}</b> hands over, <b>{to.name}</b> takes over. Summed up{" "}
          {formatMoment(at, zone)}.
        </p>
        {isStale ? (
          <Notice kind="warn" live>
            Something happened after it was summed up: {staleBecause}. It cannot be signed any more; sum it up again.
          </Notice>
        ) : null}
        {text === "" ? null : <blockquote>{text}</blockquote>}
        <Summary summary={summary} />
        <ul className="handover-signed" aria-label="Signatures">
          {[from, to].map((one) => {
            const own = signed.find((signature) => signature.id === one.id);
            return (
              <li key={one.id}>
                <Status state={own === undefined ? "signoff" : "passed"} size={16} />
                <b>{one.name}</b> {one === from ? "gives" : "takes"}
                {own === undefined ? ", has not signed" : `, signed ${formatMoment(own.at, zone)}`}
                <i aria-hidden="true" />
              </li>
            );
          })}
        </ul>
        <p className="handover-foot">
          Event {handover.seq}, head {header.fingerprint}
        </p>
      </article>
    </Dialog>
  );
}

/** In the run's page, as long as a hand-over waits. */
export function HandoverWaits({ header, onLook }: { header: RunHeader; onLook(): void }) {
  const { handover = null } = header;
  if (handover === null) return null;
  return (
    <div className="handover-waits" role="status">
      <Notice kind="warn">
        <div className="notice-line">
          <span className="grow">
            Hand-over from {handover.from.name} to {handover.to.name}: {missingWords(handover)}
          </span>
          <Button small onClick={onLook}>
            Show the hand-over…
          </Button>
        </div>
      </Notice>
    </div>
  );
}
