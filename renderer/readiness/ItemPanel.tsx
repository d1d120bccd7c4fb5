// One item in full: why done is refused, its check, evidence, assignment, notes and history; with the acts on it.
// Owns: its layout, pasting and dropping. Acts go back to the view.
import { ArrowLeft, Paperclip, RefreshCw, SquareTerminal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Evidence, Item, ItemState, ItemView, LaunchHeader } from "../../engine/protocol/index.ts";
import { routeHash } from "../app/index.ts";
import {
  Button,
  formatAgo,
  formatMoment,
  IconButton,
  Notice,
  SafeHtml,
  Status,
  StatusWord,
  TextAreaField,
  useNow,
} from "../design/index.ts";
import { PageBlock } from "../library/PageBlock.tsx";
import { named } from "./EvidenceDialog.tsx";
import { EvidenceList } from "./EvidenceList.tsx";
import { useHistory } from "./history.ts";
import { ageWords, hardObstacles, ITEM_GLYPHS, ITEM_WORDS, limitWords, numberWords } from "./items.ts";
import { clusterWords } from "./outputs.ts";

export type ItemActs = {
  answer(item: ItemView, state: ItemState): void;
  check(items: string[]): void;
  evidence(item: ItemView, file: File | null): void;
  removeEvidence(evidence: Evidence): void;
  assign(items: string[]): void;
  note(item: ItemView, text: string): Promise<boolean>;
};

const KEYS: [ItemState, string][] = [
  ["done", "D"],
  ["failed", "F"],
  ["not-applicable", "N"],
  ["waived", "W"],
];

export function ItemPanel({
  header,
  item,
  text,
  categoryTitle,
  unavailable,
  mayNote,
  zone,
  acts,
  onClose,
}: {
  header: LaunchHeader;
  item: ItemView;
  /** The item as the checklist has it, for its prose and commands. */
  text: Item | null;
  categoryTitle: string;
  unavailable: string | null;
  mayNote: string | null;
  zone: string;
  acts: ItemActs;
  onClose(): void;
}) {
  const body = useRef<HTMLElement>(null);
  const [isOver, setOver] = useState(false);
  const latest = useRef({ item, acts, unavailable });
  latest.current = { item, acts, unavailable };
  const takesEvidence = item.evidence !== "none" && item.derived === null;
  useEffect(() => {
    if (!takesEvidence) return undefined;
    // A picture pasted anywhere in the window belongs to the item that is open, unless a field or a dialog wants it.
    const onPaste = (event: ClipboardEvent): void => {
      const file = event.clipboardData?.files[0];
      if (file === undefined || latest.current.unavailable !== null || document.querySelector("[role=dialog]") !== null) return;
      event.preventDefault();
      latest.current.acts.evidence(latest.current.item, named(file));
    };
    document.addEventListener("paste", onPaste);
    return () => document.removeEventListener("paste", onPaste);
  }, [takesEvidence]);
  useEffect(() => {
    // Where the panel takes the place of the list, the row that had the focus is gone.
    if (document.querySelector<HTMLElement>(".readiness-items")?.offsetParent === null) body.current?.focus();
  }, []);
  return (
    <section
      className={`item-panel ${isOver ? "over" : ""}`}
      aria-label={`Item ${item.id}`}
      onDragOver={(event) => {
        if (!takesEvidence || unavailable !== null) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (!takesEvidence || unavailable !== null || file === undefined) return;
        event.preventDefault();
        acts.evidence(item, file);
      }}
    >
      <div className="panel-head">
        <IconButton label="Back to sign-off, Esc" onClick={onClose}>
          <ArrowLeft size={16} />
        </IconButton>
        <h2 className="mono">{item.id}</h2>
        <span>{categoryTitle}</span>
        <span className="end quiet">
          <StatusWord state={ITEM_GLYPHS[item.state]} word={ITEM_WORDS[item.state]} />
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1) */}
      <section ref={body} className="item-panel-body" tabIndex={0} aria-label={`${item.id} in full`}>
        {text === null ? <p className="item-title">{item.text}</p> : <SafeHtml html={text.html} as="div" className="prose item-title" />}
        <Answers item={item} unavailable={unavailable} acts={acts} />
        <Against item={item} />
        <Facts item={item} zone={zone} unavailable={unavailable} acts={acts} />
        {item.blocks > 0 ? <Check item={item} text={text} unavailable={unavailable} acts={acts} /> : null}
        {takesEvidence ? (
          <section aria-label="Evidence">
            <div className="panel-sub">
              <h3>Evidence</h3>
              <span className="dim">{item.evidence === "required" ? "required" : ""}</span>
              <Button
                small
                icon={<Paperclip size={14} aria-hidden="true" />}
                unavailable={unavailable}
                onClick={() => acts.evidence(item, null)}
              >
                Add
              </Button>
            </div>
            {item.evidences.length === 0 ? (
              <p className="dim">None yet. Drop a file here, or paste a picture.</p>
            ) : (
              <EvidenceList
                launch={header.launch}
                evidences={item.evidences}
                zone={zone}
                unavailable={unavailable}
                onRemove={(evidence) => acts.removeEvidence(evidence)}
              />
            )}
          </section>
        ) : null}
        <Notes item={item} unavailable={mayNote} onNote={(words) => acts.note(item, words)} />
        <History header={header} item={item} zone={zone} />
      </section>
    </section>
  );
}

function Answers({ item, unavailable, acts }: { item: ItemView; unavailable: string | null; acts: ItemActs }) {
  if (item.derived !== null) return <p className="mid">Holdpoint computes this item from the record; it cannot be answered.</p>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form; this is a row of buttons
    <div className="answer-row" role="group" aria-label={`Answer ${item.id}`}>
      {KEYS.map(([state, key]) => (
        <Button
          key={state}
          small
          icon={<Status state={ITEM_GLYPHS[state]} size={14} />}
          aria-keyshortcuts={key}
          aria-pressed={item.state === state}
          unavailable={unavailable}
          onClick={() => acts.answer(item, state)}
        >
          {ITEM_WORDS[state]}
        </Button>
      ))}
      {item.state === "open" ? null : (
        <Button small kind="ghost" unavailable={unavailable} onClick={() => acts.answer(item, "open")}>
          Open again
        </Button>
      )}
    </div>
  );
}

function Against({ item }: { item: ItemView }) {
  const hard = hardObstacles(item);
  const why = item.state === "open" || item.state === "failed" ? item.obstacles : [];
  const flags = item.flags.filter((flag) => !why.includes(flag));
  return (
    <>
      {item.reopened === "" ? null : <Notice kind="warn">Open again: {item.reopened}.</Notice>}
      {flags.length === 0 ? null : (
        <Notice kind="warn">
          {flags.map((flag) => (
            <div key={flag}>{flag}</div>
          ))}
        </Notice>
      )}
      {why.length === 0 || item.derived !== null ? null : (
        <Notice kind={hard.length === 0 ? "warn" : "fail"}>
          <b>Not done yet:</b>
          {why.map((one) => (
            <div key={one}>{one}</div>
          ))}
        </Notice>
      )}
    </>
  );
}

function Facts({ item, zone, unavailable, acts }: { item: ItemView; zone: string; unavailable: string | null; acts: ItemActs }) {
  const { answer } = item;
  const rows: [string, React.ReactNode][] = [
    ["Owner", item.ownerRole ?? ""],
    [
      "Assigned",
      <span key="a" className="fact-act">
        <span className={item.isOverdue ? "warn-text" : ""}>
          {item.assigneeName === "" ? "nobody" : item.assigneeName}
          {item.due === null ? "" : `, due ${formatMoment(item.due, zone)}${item.isOverdue ? ", overdue" : ""}`}
        </span>
        <Button small kind="ghost" unavailable={unavailable} onClick={() => acts.assign([item.id])}>
          Change
        </Button>
      </span>,
    ],
    ["Limit", limitWords(item)],
    ["Tests", item.tests ? "a report without a failure, an error or a skip" : ""],
    ["Not older than", item.maxAgeMs === null ? "" : ageWords(item.maxAgeMs)],
    ["Answered", answer === null ? "" : `${answer.name}, ${formatMoment(answer.at, zone)}`],
    ["Value", answer?.value == null ? "" : numberWords(answer.value, item.unit)],
    ["Reason", answer?.reason ?? ""],
    ["Note", answer?.note ?? ""],
    ["Waived until", answer?.expires == null ? "" : `${formatMoment(answer.expires, zone)}, approved by ${answer.approverName}`],
  ];
  return (
    <dl className="item-facts">
      {rows
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Check({ item, text, unavailable, acts }: { item: ItemView; text: Item | null; unavailable: string | null; acts: ItemActs }) {
  const now = useNow(10_000);
  const { check } = item;
  const where = check === null ? "" : clusterWords(check.cluster, check.context, check.clusterClass);
  return (
    <section aria-label="Automatic check">
      <div className="panel-sub">
        <h3>Automatic check</h3>
        {check === null ? null : (
          <a className="with-icon" href={routeHash({ view: "run", run: check.run })}>
            <SquareTerminal size={14} aria-hidden="true" /> Terminal
          </a>
        )}
        <Button small icon={<RefreshCw size={14} aria-hidden="true" />} unavailable={unavailable} onClick={() => acts.check([item.id])}>
          {check === null ? "Check" : "Check again"}
        </Button>
      </div>
      {check === null ? (
        <p className="dim">Not checked yet. A check supports an answer and never gives one.</p>
      ) : (
        <p>
          <StatusWord
            state={check.verdict === "skipped" ? "skipped" : check.verdict}
            size={14}
            word={`${check.verdict}${check.judgement === null ? "" : `, ${check.judgement}`}`}
          />{" "}
          <span className="mid">
            {check.measured === null ? "" : `${numberWords(check.measured, item.unit)}, `}
            {check.because}
          </span>
          <br />
          <span className={check.isOld ? "warn-text" : "dim"}>
            {formatAgo(now - Date.parse(check.at))}
            {check.isOld && item.maxAgeMs !== null ? `, older than ${ageWords(item.maxAgeMs)}` : ""}
            {where === "" ? "" : `, on ${where}`}
          </span>
          {check.verdict === "unknown" && check.judgement === null ? <span className="dim">. Judge it on the page of its run.</span> : null}
        </p>
      )}
      {text === null ? null : (
        <details className="item-blocks">
          <summary>What it runs</summary>
          {text.blocks.map((block) => (
            <PageBlock key={block.index} block={block} />
          ))}
        </details>
      )}
    </section>
  );
}

function Notes({ item, unavailable, onNote }: { item: ItemView; unavailable: string | null; onNote(text: string): Promise<boolean> }) {
  const [text, setText] = useState("");
  const now = useNow(10_000);
  const send = async (): Promise<void> => {
    if (text.trim() !== "" && unavailable === null && (await onNote(text.trim()))) setText("");
  };
  return (
    <section aria-label="Notes">
      <div className="panel-sub">
        <h3>Notes</h3>
      </div>
      <ul className="item-notes">
        {item.notes.map((note) => (
          <li key={note.seq}>
            <span className="setup-text">{note.text}</span>
            <small>
              {note.by}, {formatAgo(now - Date.parse(note.at))}
            </small>
          </li>
        ))}
      </ul>
      <form
        className="note-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <TextAreaField
          label={`Add a note to ${item.id}`}
          hideLabel
          placeholder="Add a note"
          rows={2}
          maxLength={10_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            event.stopPropagation();
            void send();
          }}
        />
        {text.trim() === "" ? null : (
          <Button small type="submit" unavailable={unavailable}>
            Add note
          </Button>
        )}
      </form>
    </section>
  );
}

function History({ header, item, zone }: { header: LaunchHeader; item: ItemView; zone: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="item-history" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>History</summary>
      {isOpen ? <Past header={header} item={item.id} zone={zone} /> : null}
    </details>
  );
}

function Past({ header, item, zone }: { header: LaunchHeader; item: string; zone: string }) {
  const rows = useHistory(header.log, item, header.events);
  if (rows === null) return <p className="dim">Reading the record…</p>;
  if (rows.length === 0) return <p className="dim">Nothing is on record for it yet.</p>;
  return (
    <ol className="item-past">
      {rows.map((row) => (
        <li key={row.seq}>
          <a href={routeHash({ view: "record", log: header.log, seq: row.seq })}>{row.what}</a>
          <small>
            {row.who}, {formatMoment(row.ts, zone)}, event {row.seq}
          </small>
        </li>
      ))}
    </ol>
  );
}
