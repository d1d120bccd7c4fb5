// Set-up: what the launch is about, its tickets and its checklist. Owns: these sections and their forms.
import { useState } from "react";
import type { ContextEntry, LaunchView, LibraryEntry } from "../../engine/protocol/index.ts";
import { ClassGlyph, Field, formatDate, plural, StatusWord, TextAreaField } from "../design/index.ts";
import { ChecklistChoice } from "./Checklists.tsx";
import { draftOf, FactsFields, factsOf, factsProblem } from "./Facts.tsx";
import { FormDialog } from "./FormDialog.tsx";
import { Section } from "./Section.tsx";
import { actOn } from "./slice.ts";
import type { May } from "./useMay.ts";
import { stateShown, windowWords } from "./words.ts";

type Props = { view: LaunchView; may: May };
const wordsOf = (result: { ok: true } | { ok: false; error: { message: string } }): string | null =>
  result.ok ? null : result.error.message;

export function FactsSection({ view, may, contexts }: Props & { contexts: ContextEntry[] }) {
  const [isOpen, setOpen] = useState(false);
  const { facts, clusterClass, solo } = view.header;
  const rows: [string, React.ReactNode][] = [
    ["State", <StatusWord key="s" {...stateShown(view.header)} />],
    ["Version", facts.version],
    ["Change", facts.change],
    ["Approval", facts.approval],
    ["Window", windowWords(facts)],
    ["Zone", facts.zone],
    ["Risk class", facts.riskClass],
    [
      "Cluster",
      facts.context === null ? (
        ""
      ) : (
        <span key="c" className="status-word">
          <ClassGlyph of={clusterClass ?? "none"} size={14} /> {facts.context}, {clusterClass ?? "class not known"}
        </span>
      ),
    ],
    ["Freeze exception", facts.freezeException],
    ["Summary", facts.summary],
  ];
  return (
    <Section
      title="Facts"
      sub={`number ${view.header.number}, made ${formatDate(view.header.createdAt)} by ${view.header.createdBy}`}
      act={() => setOpen(true)}
      actLabel="Change"
      unavailable={may.keep}
    >
      <dl className="setup-facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === "" ? <span className="dim">not set</span> : value}</dd>
          </div>
        ))}
      </dl>
      {solo ? (
        <p className="mid setup-note">
          <span className="chip">SOLO</span> Made while one person was enrolled here, and the record keeps the word. Whoever signs after a
          second person was enrolled signs under the rule of four eyes.
        </p>
      ) : null}
      {isOpen ? <ChangeFacts view={view} contexts={contexts} onClose={() => setOpen(false)} /> : null}
    </Section>
  );
}

function ChangeFacts({ view, contexts, onClose }: { view: LaunchView; contexts: ContextEntry[]; onClose(): void }) {
  const { header } = view;
  const [draft, setDraft] = useState(() => draftOf(header.facts));
  const [reason, setReason] = useState("");
  const problem = Object.values(factsProblem(draft))[0] ?? null;
  const isDecided = view.decisions.some((one) => one.state === "taken");
  const send = async (): Promise<string | null> =>
    wordsOf(
      await actOn("launch.change", {
        launch: header.launch,
        change: factsOf(draft),
        ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      }),
    );
  return (
    <FormDialog
      wide
      title="Change the facts"
      about="Old and new value are recorded. A change of name, version or cluster makes every signature stale."
      button="Change"
      problem={problem ?? (isDecided && reason.trim() === "" ? "It has been decided: a reason is needed." : null)}
      onSend={send}
      onClose={onClose}
    >
      <FactsFields draft={draft} contexts={contexts} isTried isFull onChange={setDraft} />
      <TextAreaField
        label={isDecided ? "Reason, needed after a decision" : "Reason, if there is one to give"}
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}

export function TicketsSection({ view, may }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [ticket, setTicket] = useState({ id: "", title: "", url: "" });
  const { launch, facts } = view.header;
  const { tickets } = facts;
  const add = async (): Promise<string | null> => {
    const made = { id: ticket.id.trim(), title: ticket.title.trim(), url: ticket.url.trim() };
    const refused = wordsOf(
      await actOn("launch.change", { launch, change: { tickets: [...tickets.filter((one) => one.id !== made.id), made] } }),
    );
    if (refused === null) setTicket({ id: "", title: "", url: "" });
    return refused;
  };
  return (
    <Section
      title="Tickets"
      sub={tickets.length === 0 ? "" : plural(tickets.length, "ticket")}
      act={() => setOpen(true)}
      actLabel="Add"
      unavailable={may.keep}
      isEmpty={tickets.length === 0}
      empty="What goes live with this launch. The count in reports is counted from this list."
    >
      <ul className="setup-list">
        {tickets.map((one) => (
          <li key={one.id}>
            <span className="mono">{one.id}</span>
            <span className="grow">{one.title}</span>
            {/^https?:\/\//.test(one.url) ? (
              <a href={one.url} target="_blank" rel="noreferrer noopener">
                Open
              </a>
            ) : null}
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          title="Add a ticket"
          button="Add"
          problem={ticket.id.trim() === "" ? "A ticket needs its id." : null}
          onSend={add}
          onClose={() => setOpen(false)}
        >
          <Field
            label="Id"
            placeholder="APP-1234"
            maxLength={100}
            value={ticket.id}
            onChange={(event) => setTicket({ ...ticket, id: event.target.value })}
          />
          <Field
            label="Title"
            maxLength={300}
            value={ticket.title}
            onChange={(event) => setTicket({ ...ticket, title: event.target.value })}
          />
          <Field
            label="Address"
            type="url"
            placeholder="https://"
            maxLength={1000}
            value={ticket.url}
            onChange={(event) => setTicket({ ...ticket, url: event.target.value })}
          />
        </FormDialog>
      ) : null}
    </Section>
  );
}

export function ChecklistSection({
  view,
  may,
  entries,
  isAsked,
  onPick,
  onAsk,
}: Props & {
  entries: LibraryEntry[];
  /** The form is open; the primary action of a launch without a checklist opens it too. */
  isAsked: boolean;
  onPick: (() => Promise<string | null>) | null;
  onAsk(isAsked: boolean): void;
}) {
  const [path, setPath] = useState("");
  const [reason, setReason] = useState("");
  const { checklist, launch, items } = view.header;
  const isNew = checklist === null;
  return (
    <Section
      title="Checklist"
      sub={isNew ? "" : plural(items, "item")}
      act={() => onAsk(true)}
      actLabel={isNew ? "Choose" : "Take another text"}
      unavailable={may.lead}
      isEmpty={isNew}
      empty="What has to be true before users are let in. A copy of the text is put into the record; the file may change afterwards."
    >
      {checklist === null ? null : (
        <dl className="setup-facts">
          <div>
            <dt>Title</dt>
            <dd>
              {checklist.title}
              {checklist.version === null ? "" : `, version ${checklist.version}`}
            </dd>
          </div>
          <div>
            <dt>Taken from</dt>
            <dd className="mono">{checklist.path}</dd>
          </div>
          <div>
            <dt>SHA-256</dt>
            <dd className="mono">{checklist.sha256.slice(0, 16)}…</dd>
          </div>
        </dl>
      )}
      {isAsked ? (
        <FormDialog
          wide
          title={isNew ? "Choose a checklist" : "Take another text of the checklist"}
          about={
            isNew
              ? "Its items are answered here. The file itself is never changed."
              : "Answers of items whose text is the same stay; the others open again, and signatures over them become stale."
          }
          button={isNew ? "Take it" : "Take the text"}
          problem={path === "" ? "Choose a checklist." : reason.trim() === "" && !isNew ? "A reason is needed." : null}
          onSend={async () =>
            wordsOf(
              await actOn("launch.replaceChecklist", {
                launch,
                checklist: path,
                reason: reason.trim() === "" ? "First checklist of this launch" : reason.trim(),
              }),
            )
          }
          onClose={() => onAsk(false)}
        >
          <ChecklistChoice entries={entries} value={path} canBeNone={false} onPick={onPick} onChange={setPath} />
          {isNew ? null : (
            <TextAreaField label="Reason" rows={2} maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </FormDialog>
      ) : null}
    </Section>
  );
}
