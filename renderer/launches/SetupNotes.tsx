// Set-up: notes, incidents and near-misses, attachments, broken glass. Owns: these sections and their forms.
import { useState } from "react";
import type { z } from "zod";
import type { LaunchView, Note } from "../../engine/protocol/index.ts";
import {
  Button,
  Field,
  formatBytes,
  formatMoment,
  plural,
  SelectField,
  Status,
  type StatusState,
  StatusWord,
  TextAreaField,
  useNow,
} from "../design/index.ts";
import { FormDialog } from "./FormDialog.tsx";
import { readFile, savePayload } from "./files.ts";
import { Section } from "./Section.tsx";
import { actOn, actOrNotify } from "./slice.ts";
import type { May } from "./useMay.ts";

type Kind = z.infer<typeof Note>["kind"];
const NOTE_WORDS: Record<Kind, string> = {
  incident: "Incident",
  "near-miss": "Near-miss",
  note: "Note",
  decision: "Decision",
  lesson: "Lesson",
  "next-step": "Next step",
};
const NOTE_GLYPHS: Record<Kind, StatusState> = {
  incident: "failed",
  "near-miss": "nearmiss",
  note: "open",
  decision: "signoff",
  lesson: "open",
  "next-step": "open",
};

export function NotesSection({ view, may }: { view: LaunchView; may: May }) {
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState<{ kind: Kind; title: string; text: string; severity: string }>({
    kind: "note",
    title: "",
    text: "",
    severity: "",
  });
  const { launch } = view.header;
  const open = view.notes.filter((one) => one.kind === "incident" && one.closedAt === null).length;
  return (
    <Section
      title="Notes, incidents, near-misses"
      sub={open === 0 ? "" : <span className="fail-text">{plural(open, "open incident")}</span>}
      act={() => setOpen(true)}
      actLabel="Add"
      unavailable={may.take}
      isEmpty={view.notes.length === 0}
      empty="What happened besides the plan. A near-miss went away by itself and is worth a line all the same."
    >
      <ul className="setup-notes">
        {view.notes.map((one) => (
          <li key={one.seq}>
            <div className="setup-line">
              <Status state={NOTE_GLYPHS[one.kind]} size={16} />
              <b className="grow">
                {NOTE_WORDS[one.kind]}: {one.title}
                {one.severity === "" ? "" : ` (${one.severity})`}
              </b>
              {one.kind !== "note" && one.kind !== "lesson" && one.closedAt === null ? (
                <Button
                  small
                  unavailable={may.take}
                  onClick={() => void actOrNotify("launch.note", { launch, kind: one.kind, title: one.title, text: "", closes: one.seq })}
                >
                  Close<span className="visually-hidden"> {one.title}</span>
                </Button>
              ) : null}
            </div>
            {one.text === "" ? null : <p className="setup-text">{one.text}</p>}
            <p className="dim">
              {one.by}, {formatMoment(one.at)}
              {one.closedAt === null ? "" : `; closed ${formatMoment(one.closedAt)}`}
            </p>
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          title="Add a note"
          button="Record it"
          problem={draft.title.trim() === "" ? "It needs a title." : null}
          onSend={async () => {
            const { severity, ...rest } = draft;
            const result = await actOn("launch.note", {
              launch,
              ...rest,
              ...(severity.trim() === "" ? {} : { severity: severity.trim() }),
            });
            if (result.ok) setDraft({ kind: "note", title: "", text: "", severity: "" });
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpen(false)}
        >
          <SelectField label="Kind" value={draft.kind} onChange={(event) => setDraft({ ...draft, kind: event.target.value as Kind })}>
            {(Object.keys(NOTE_WORDS) as Kind[]).map((kind) => (
              <option key={kind} value={kind}>
                {NOTE_WORDS[kind]}
              </option>
            ))}
          </SelectField>
          <Field
            label="Title"
            maxLength={300}
            value={draft.title}
            onChange={(event) => setDraft({ ...draft, title: event.target.value })}
          />
          {draft.kind === "note" ? null : (
            <Field
              label="Severity"
              maxLength={40}
              placeholder="SEV-2"
              value={draft.severity}
              onChange={(event) => setDraft({ ...draft, severity: event.target.value })}
            />
          )}
          <TextAreaField
            label="What happened"
            rows={4}
            maxLength={10_000}
            value={draft.text}
            onChange={(event) => setDraft({ ...draft, text: event.target.value })}
          />
        </FormDialog>
      ) : null}
    </Section>
  );
}

export function AttachmentsSection({ view, may }: { view: LaunchView; may: May }) {
  const [isOpen, setOpen] = useState(false);
  const [title, setTitle] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const { launch } = view.header;
  return (
    <Section
      title="Attachments"
      act={() => setOpen(true)}
      actLabel="Add"
      unavailable={may.keep}
      isEmpty={view.attachments.length === 0}
      empty="Minutes, approvals, drawings: kept in the record, bound to it by hash."
    >
      <ul className="setup-list">
        {view.attachments.map((one) => (
          <li key={one.seq}>
            <span className="grow">
              {one.title}
              <small>
                {one.mediaType}, {formatBytes(one.bytes)}, SHA-256 {one.sha256.slice(0, 12)}…, {one.by}
              </small>
            </span>
            <Button kind="ghost" small onClick={() => void savePayload(launch, one.seq, one.payload, one.title)}>
              Save a copy<span className="visually-hidden"> of {one.title}</span>
            </Button>
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          title="Add an attachment"
          about="At most 20 MB. It becomes part of the record and cannot be taken out again."
          button="Add"
          problem={file === null ? "Choose a file." : title.trim() === "" ? "It needs a title." : null}
          onSend={async () => {
            if (file === null) return "Choose a file.";
            const read = await readFile(file);
            if (!read.ok) return read.why;
            const result = await actOn("launch.attach", {
              launch,
              title: title.trim(),
              name: file.name.slice(0, 200),
              mediaType: file.type.slice(0, 100),
              base64: read.base64,
            });
            if (result.ok) {
              setTitle("");
              setFile(null);
            }
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpen(false)}
        >
          <Field
            label="File"
            type="file"
            onChange={(event) => {
              const chosen = event.target.files?.[0] ?? null;
              setFile(chosen);
              if (chosen !== null && title === "") setTitle(chosen.name.slice(0, 300));
            }}
          />
          <Field label="Title" maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
        </FormDialog>
      ) : null}
    </Section>
  );
}

type GlassKind = LaunchView["breakGlass"][number]["kind"];
const GLASS_WORDS: Record<GlassKind, string> = {
  "outside-window": "Outside the window",
  "approver-absent": "An approver is absent",
  "no-go-override": "Against a NO-GO",
};

export function GlassSection({
  view,
  may,
  onSign,
}: {
  view: LaunchView;
  may: May;
  onSign(kind: "break-glass" | "break-glass-review", seq: number): void;
}) {
  const [isOpen, setOpen] = useState(false);
  const now = useNow(60_000);
  const [draft, setDraft] = useState<{ kind: GlassKind; reason: string }>({ kind: "outside-window", reason: "" });
  const { launch } = view.header;
  return (
    <Section
      title="Break-glass"
      act={() => setOpen(true)}
      actLabel="Break the glass"
      unavailable={may.lead}
      isEmpty={view.breakGlass.length === 0}
      empty="For the night when a rule must be left: two people, a reason, and a review afterwards. It stands in every report."
    >
      <ul className="setup-notes">
        {view.breakGlass.map((one) => (
          <li key={one.seq}>
            <div className="setup-line">
              <StatusWord
                state={one.isOpen ? "signoff" : one.reviewedAt === null ? "nearmiss" : "passed"}
                word={
                  one.isOpen
                    ? "Second person missing"
                    : one.reviewedAt !== null
                      ? "Reviewed"
                      : Date.parse(one.reviewDue) < now
                        ? "In force, review overdue"
                        : "In force, review due"
                }
              />
              <b className="grow">{GLASS_WORDS[one.kind]}</b>
              {one.isOpen ? (
                <Button small unavailable={may.take} onClick={() => onSign("break-glass", one.seq)}>
                  Sign as the second
                </Button>
              ) : one.reviewedAt === null ? (
                <Button small unavailable={may.take} onClick={() => onSign("break-glass-review", one.seq)}>
                  Sign the review
                </Button>
              ) : null}
            </div>
            <p className="setup-text">{one.reason}</p>
            <p className="dim">
              {one.by}
              {one.second === "" ? "" : ` with ${one.second}`}, {formatMoment(one.at)}; review by {formatMoment(one.reviewDue)}
            </p>
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          title="Break the glass?"
          about="It is not in force until a second person has signed it. It is reviewed within days, and stands in every report."
          button="Break the glass"
          isDanger
          problem={draft.reason.trim() === "" ? "A reason is needed." : null}
          onSend={async () => {
            const result = await actOn("launch.breakGlass", { launch, kind: draft.kind, reason: draft.reason.trim() });
            if (result.ok) setDraft({ kind: "outside-window", reason: "" });
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpen(false)}
        >
          <SelectField
            label="Which rule"
            value={draft.kind}
            onChange={(event) => setDraft({ ...draft, kind: event.target.value as GlassKind })}
          >
            {(Object.keys(GLASS_WORDS) as GlassKind[]).map((kind) => (
              <option key={kind} value={kind}>
                {GLASS_WORDS[kind]}
              </option>
            ))}
          </SelectField>
          <TextAreaField
            label="Reason"
            rows={3}
            maxLength={2000}
            value={draft.reason}
            onChange={(event) => setDraft({ ...draft, reason: event.target.value })}
          />
        </FormDialog>
      ) : null}
    </Section>
  );
}
