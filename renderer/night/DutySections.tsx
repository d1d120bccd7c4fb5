// What is kept an eye on in the night: incidents with their clocks and contacts, open loops, updates that fall due. Owns: these sections.
// What is due, and whom to call, is the engine's word.
import { Clipboard, Send } from "lucide-react";
import { useState } from "react";
import type { Audience, Escalation, LaunchView } from "../../engine/protocol/index.ts";
import { useApp } from "../app/index.ts";
import {
  Button,
  Field,
  formatDuration,
  formatMoment,
  formatPlanned,
  Menu,
  plural,
  Status,
  StatusWord,
  TextAreaField,
  useNow,
} from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { Section } from "../launches/Section.tsx";
import { actOn, actOrNotify } from "../launches/slice.ts";
import type { May } from "../launches/useMay.ts";
import { AddressDialog, AudienceDialog } from "./AudienceDialog.tsx";
import { ContactsDialog } from "./ContactsDialog.tsx";
import { CHANNEL_WORDS, clockOf, UPDATE_WORDS } from "./words.ts";

export function EscalationSection({ view, may, onLog }: { view: LaunchView; may: May; onLog(): void }) {
  const [isOpen, setOpen] = useState(false);
  const { facts, launch } = view.header;
  const running = view.duty.escalations.filter((one) => view.notes.some((note) => note.seq === one.seq && note.closedAt === null));
  const levels = [...facts.escalation].sort((a, b) => a.afterMs - b.afterMs);
  return (
    <Section
      title="Incidents, contacts, escalation"
      sub={running.length === 0 ? "no open incident" : <span className="fail-text">{plural(running.length, "open incident")}</span>}
      act={() => setOpen(true)}
      actLabel="Contacts"
      unavailable={may.keep}
      end={
        <Button small unavailable={may.take} onClick={onLog} aria-keyshortcuts="L">
          Log something
        </Button>
      }
    >
      {running.map((one) => (
        <IncidentClock key={one.seq} escalation={one} may={may} launch={launch} />
      ))}
      <dl className="night-facts">
        <div>
          <dt>Bridge</dt>
          <dd>{facts.bridge === "" ? <span className="dim">none named</span> : <Bridge bridge={facts.bridge} />}</dd>
        </div>
        {levels.map(({ level, afterMs }) => {
          const people = facts.contacts.filter((one) => one.level === level);
          return (
            <div key={level}>
              <dt>
                Level {level}, after {formatPlanned(afterMs)}
              </dt>
              <dd>
                {people.length === 0 ? (
                  <span className="warn-text">nobody is named</span>
                ) : (
                  people.map((one) => [one.name, one.role, one.reach].filter((part) => part !== "").join(", ")).join("; ")
                )}
              </dd>
            </div>
          );
        })}
        {facts.contacts
          .filter((one) => one.level === 0)
          .map((one) => (
            <div key={`${one.name} ${one.reach}`}>
              <dt>{one.role === "" ? "Contact" : one.role}</dt>
              <dd>{[one.name, one.reach].filter((part) => part !== "").join(", ")}</dd>
            </div>
          ))}
      </dl>
      {isOpen ? <ContactsDialog view={view} onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

function Bridge({ bridge }: { bridge: string }) {
  if (!/^https:\/\//.test(bridge)) return <>{bridge}</>;
  return (
    <a href={bridge} target="_blank" rel="noreferrer">
      {bridge}
    </a>
  );
}

function IncidentClock({ escalation: one, may, launch }: { escalation: Escalation; may: May; launch: LaunchView["header"]["launch"] }) {
  const now = useNow();
  const next = one.next === null ? null : Date.parse(one.next.at) - now;
  const names = (people: Escalation["call"]): string =>
    people.length === 0 ? "nobody is named" : people.map((each) => `${each.name} (${each.reach || each.role})`).join(", ");
  return (
    <div className="night-incident">
      <div className="setup-line">
        <Status state="failed" size={16} />
        <b className="grow">{one.title}</b>
        {one.acknowledgedAt === null ? (
          <Button small unavailable={may.take} onClick={() => void actOrNotify("launch.acknowledge", { launch, seq: one.seq })}>
            Acknowledge<span className="visually-hidden"> {one.title}</span>
          </Button>
        ) : null}
        <Button
          small
          unavailable={may.take}
          onClick={() =>
            void actOrNotify("launch.note", {
              launch,
              kind: "note",
              title: `Closed: ${one.title}`.slice(0, 300),
              text: "",
              closes: one.seq,
            })
          }
        >
          Close<span className="visually-hidden"> {one.title}</span>
        </Button>
      </div>
      <p className="launch-sub">
        {one.acknowledgedAt === null
          ? `open ${formatDuration(now - Date.parse(one.since))}`
          : `acknowledged by ${one.acknowledgedBy}, ${formatMoment(one.acknowledgedAt)}; the escalation stands still`}
      </p>
      {one.level === 0 ? null : (
        <p>
          <b className="fail-text">Call level {one.level} now:</b> {names(one.call)}
        </p>
      )}
      {one.next === null || next === null ? null : (
        <p>
          Level {one.next.level} in <b className="night-clock">{formatDuration(Math.max(0, next))}</b>: {names(one.next.call)}
        </p>
      )}
    </div>
  );
}

export function LoopsSection({ view, may }: { view: LaunchView; may: May }) {
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState({ name: "", minutes: "30", note: "" });
  const { launch } = view.header;
  const { loops } = view.duty;
  const open = loops.filter((one) => one.closedAt === null);
  const minutes = draft.minutes.trim();
  return (
    <Section
      title="Open loops"
      sub={open.length === 0 ? "" : `${open.length} open`}
      act={() => setOpen(true)}
      actLabel="Open one"
      unavailable={may.take}
      isEmpty={loops.length === 0 && !isOpen}
      empty="Everything that must be undone: alert silences, freezes, maintenance pages, elevated access. Steps open and close them; what a person opens stands here too. The launch cannot be closed while one is open."
    >
      <ul className="setup-list">
        {[...open, ...loops.filter((one) => one.closedAt !== null)].map((one) => (
          <li key={`${one.name} ${one.openedAt}`}>
            <StatusWord
              state={one.closedAt !== null ? "passed" : one.isOverdue ? "failed" : "nearmiss"}
              word={one.closedAt !== null ? "Closed" : one.isOverdue ? "Overdue" : "Open"}
            />
            <span className="grow">
              {one.name}
              <small>
                {one.openedBy}, {clockOf(one.openedAt)} UTC
                {one.step === "" ? "" : `, step ${one.step}`}
                {one.dueAt === null || one.closedAt !== null ? "" : `; to be closed by ${clockOf(one.dueAt, one.openedAt)} UTC`}
                {one.closedAt === null ? "" : `; closed by ${one.closedBy}, ${clockOf(one.closedAt, one.openedAt)} UTC`}
                {one.note === "" ? "" : `. ${one.note}`}
              </small>
            </span>
            {one.closedAt === null ? (
              <Button small unavailable={may.take} onClick={() => void actOrNotify("launch.closeLoop", { launch, name: one.name })}>
                Close<span className="visually-hidden"> {one.name}</span>
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          title="Open a loop"
          about="Something that must be undone before the launch is closed."
          button="Open it"
          problem={
            draft.name.trim() === ""
              ? "It needs a name."
              : minutes !== "" && !(Number(minutes) > 0)
                ? "Write the minutes as a number."
                : null
          }
          onSend={async () => {
            const result = await actOn("launch.openLoop", {
              launch,
              name: draft.name.trim(),
              byMinutes: minutes === "" ? null : Number(minutes),
              ...(draft.note.trim() === "" ? {} : { note: draft.note.trim() }),
            });
            if (result.ok) setDraft({ name: "", minutes: "30", note: "" });
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpen(false)}
        >
          <Field
            label="What is open"
            maxLength={200}
            placeholder="alert silence"
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.target.value })}
          />
          <Field
            label="To be closed within, minutes"
            hint="Empty: before the launch is closed."
            inputMode="numeric"
            value={draft.minutes}
            onChange={(event) => setDraft({ ...draft, minutes: event.target.value })}
          />
          <Field label="Note" maxLength={2000} value={draft.note} onChange={(event) => setDraft({ ...draft, note: event.target.value })} />
        </FormDialog>
      ) : null}
    </Section>
  );
}

export function UpdatesSection({ view, may }: { view: LaunchView; may: May }) {
  const [edited, setEdited] = useState<Audience | "new" | null>(null);
  const [sent, setSent] = useState<Audience | null>(null);
  const [addressed, setAddressed] = useState<Audience | null>(null);
  const { launch } = view.header;
  const { audiences, updates } = view.duty;
  return (
    <Section
      title="Status updates"
      sub={audiences.length === 0 ? "" : plural(audiences.length, "audience")}
      act={() => setEdited("new")}
      actLabel="Add an audience"
      unavailable={may.keep}
      isEmpty={audiences.length === 0 && edited === null}
      empty="Who is told how the night goes, how often, and how: to the clipboard, or to a Slack or Teams webhook. The text comes from a template and the plan; it is sent when a person sends it."
    >
      <ul className="setup-list">
        {audiences.map((one) => (
          <li key={one.id}>
            <span className="grow">
              {one.name}
              <small>
                every {formatPlanned(one.everyMs)}, {CHANNEL_WORDS[one.channel]}
                {one.onWatch ? ", also on watch" : ""}
                {one.queued === 0 ? "" : `, ${one.queued} waiting to be sent`}
              </small>
              <Due audience={one} />
            </span>
            {one.address === "wanted" ? (
              <Button small unavailable={may.keep} onClick={() => setAddressed(one)}>
                Give the address<span className="visually-hidden"> of {one.name}</span>
              </Button>
            ) : null}
            <Button
              small
              kind={one.isOverdue ? "accent" : "plain"}
              icon={one.channel === "clipboard" ? <Clipboard size={15} aria-hidden="true" /> : <Send size={15} aria-hidden="true" />}
              unavailable={may.keep}
              onClick={() => setSent(one)}
            >
              {one.channel === "clipboard" ? "Copy…" : "Send…"}
              <span className="visually-hidden"> the update for {one.name}</span>
            </Button>
            {may.keep === null ? (
              <Menu
                items={[
                  { id: "change", label: "Change…", onSelect: () => setEdited(one) },
                  ...(one.channel === "clipboard"
                    ? []
                    : [{ id: "address", label: "Give the address…", onSelect: () => setAddressed(one) }]),
                  {
                    id: "remove",
                    label: "Remove",
                    onSelect: () => void actOrNotify("launch.audience", { launch, id: one.id, remove: true }),
                  },
                ]}
                trigger={
                  <Button small kind="ghost">
                    More<span className="visually-hidden"> of {one.name}</span>
                  </Button>
                }
              />
            ) : null}
          </li>
        ))}
      </ul>
      {updates.length === 0 ? null : (
        <ul className="setup-notes night-updates">
          {updates
            .slice(-5)
            .reverse()
            .map((one) => (
              <li key={one.id}>
                <div className="setup-line">
                  <StatusWord {...UPDATE_WORDS[one.state]} />
                  <span className="grow">
                    {one.name}
                    <span className="dim">
                      , {clockOf(one.at)} UTC, {one.by}
                      {one.because === "" ? "" : `; ${one.because}`}
                    </span>
                  </span>
                </div>
                <p className="setup-text">{one.text}</p>
              </li>
            ))}
        </ul>
      )}
      {edited === null ? null : (
        <AudienceDialog launch={launch} audience={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
      {addressed === null ? null : <AddressDialog launch={launch} audience={addressed} onClose={() => setAddressed(null)} />}
      {sent === null ? null : <SendDialog launch={launch} audience={sent} onClose={() => setSent(null)} />}
    </Section>
  );
}

function Due({ audience: one }: { audience: Audience }) {
  const now = useNow();
  if (one.dueAt === null) return <small>due during the cut-over</small>;
  const left = Date.parse(one.dueAt) - now;
  return left > 0 ? <small>next in {formatDuration(left)}</small> : <small className="warn-text">due since {formatDuration(-left)}</small>;
}

function SendDialog({ launch, audience, onClose }: { launch: LaunchView["header"]["launch"]; audience: Audience; onClose(): void }) {
  const [text, setText] = useState(audience.text);
  const isCopy = audience.channel === "clipboard";
  return (
    <FormDialog
      title={`Update for ${audience.name}`}
      about={
        isCopy
          ? "Copied to the clipboard and put on record."
          : "Sent to the webhook as soon as it can be reached, and put on record with each attempt."
      }
      button={isCopy ? "Copy it" : "Send it"}
      problem={text.trim() === "" ? "It says nothing." : null}
      onSend={async () => {
        // What is on record as copied was copied: the clipboard comes first, and may refuse.
        if (isCopy) {
          try {
            await navigator.clipboard.writeText(text);
          } catch {
            return "The clipboard took nothing. Select the text and copy it by hand, then try again.";
          }
        }
        const result = await actOn("launch.update", { launch, audience: audience.id, text: text.trim() });
        if (!result.ok) return result.error.message;
        if (isCopy) useApp.getState().notify("ok", `The update for ${audience.name} is in the clipboard.`);
        return null;
      }}
      onClose={onClose}
    >
      <TextAreaField label="Text" rows={6} maxLength={8000} value={text} onChange={(event) => setText(event.target.value)} />
    </FormDialog>
  );
}
