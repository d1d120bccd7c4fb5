// Set-up: risks, and artefacts with whether they are there. Owns: these sections and their forms.
import { FileSearch } from "lucide-react";
import { useState } from "react";
import type { Artefact, LaunchView, Risk } from "../../engine/protocol/index.ts";
import { Button, Field, formatAgo, formatBytes, plural, SelectField, StatusWord, TextAreaField, useNow } from "../design/index.ts";
import { FormDialog } from "./FormDialog.tsx";
import { Section } from "./Section.tsx";
import { actOn, actOrNotify } from "./slice.ts";
import type { May } from "./useMay.ts";

type Draft = Omit<Risk, "id"> & { id?: string };
const NEW_RISK: Draft = { risk: "", likelihood: "low", impact: "medium", controls: "", owner: "", status: "open" };
const LEVELS = ["low", "medium", "high"] as const;

export function RisksSection({ view, may }: { view: LaunchView; may: May }) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const open = view.risks.filter((one) => one.status === "open").length;
  return (
    <Section
      title="Risks"
      sub={open === 0 ? "" : <span className="warn-text">{open} open</span>}
      act={() => setDraft(NEW_RISK)}
      actLabel="Add"
      unavailable={may.keep}
      isEmpty={view.risks.length === 0}
      empty="What may go wrong, what is done against it, and who watches it. An open risk stands on the go / no-go board."
    >
      <ul className="setup-list">
        {view.risks.map((one) => (
          <li key={one.id}>
            <span className="mono">{one.id}</span>
            <span className="grow">
              {one.risk}
              <small>
                likelihood {one.likelihood}, impact {one.impact}
                {one.owner === "" ? "" : `, ${one.owner}`}
                {one.controls === "" ? "" : `. ${one.controls}`}
              </small>
            </span>
            <StatusWord state={RISK_GLYPHS[one.status]} word={one.status} />
            <Button kind="ghost" small unavailable={may.keep} onClick={() => setDraft(one)}>
              Change<span className="visually-hidden"> risk {one.id}</span>
            </Button>
          </li>
        ))}
      </ul>
      {draft === null ? null : (
        <RiskForm
          draft={draft}
          onChange={setDraft}
          onSend={async () => {
            const result = await actOn("launch.risk", { launch: view.header.launch, risk: draft });
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setDraft(null)}
        />
      )}
    </Section>
  );
}
const RISK_GLYPHS = { open: "nearmiss", mitigated: "passed", accepted: "waived", closed: "na" } as const;

function RiskForm({
  draft,
  onChange,
  onSend,
  onClose,
}: {
  draft: Draft;
  onChange(draft: Draft): void;
  onSend(): Promise<string | null>;
  onClose(): void;
}) {
  return (
    <FormDialog
      title={draft.id === undefined ? "Add a risk" : `Change risk ${draft.id}`}
      button={draft.id === undefined ? "Add" : "Change"}
      problem={draft.risk.trim() === "" ? "Say what may happen." : null}
      onSend={onSend}
      onClose={onClose}
    >
      <TextAreaField
        label="What may happen"
        rows={2}
        maxLength={500}
        value={draft.risk}
        onChange={(event) => onChange({ ...draft, risk: event.target.value })}
      />
      <div className="launch-fields two">
        <SelectField
          label="Likelihood"
          value={draft.likelihood}
          onChange={(event) => onChange({ ...draft, likelihood: event.target.value as Risk["likelihood"] })}
        >
          {LEVELS.map((level) => (
            <option key={level}>{level}</option>
          ))}
        </SelectField>
        <SelectField
          label="Impact"
          value={draft.impact}
          onChange={(event) => onChange({ ...draft, impact: event.target.value as Risk["impact"] })}
        >
          {LEVELS.map((level) => (
            <option key={level}>{level}</option>
          ))}
        </SelectField>
        <Field label="Owner" value={draft.owner} onChange={(event) => onChange({ ...draft, owner: event.target.value })} />
        <SelectField
          label="Status"
          value={draft.status}
          onChange={(event) => onChange({ ...draft, status: event.target.value as Risk["status"] })}
        >
          {["open", "mitigated", "accepted", "closed"].map((status) => (
            <option key={status}>{status}</option>
          ))}
        </SelectField>
      </div>
      <TextAreaField
        label="What is done against it"
        rows={2}
        maxLength={2000}
        value={draft.controls}
        onChange={(event) => onChange({ ...draft, controls: event.target.value })}
      />
    </FormDialog>
  );
}

export function ArtefactsSection({ view, may }: { view: LaunchView; may: May }) {
  const [isOpen, setOpen] = useState(false);
  const [draft, setDraft] = useState({ path: "", purpose: "", expected: "" });
  const [isLooking, setLooking] = useState(false);
  const { launch } = view.header;
  const look = async (): Promise<void> => {
    setLooking(true);
    await actOrNotify("launch.checkArtefacts", { launch });
    setLooking(false);
  };
  const expected = draft.expected.trim().toLowerCase();
  return (
    <Section
      title="Artefacts"
      sub={view.artefacts.length === 0 ? "" : plural(view.artefacts.length, "file")}
      act={() => setOpen(true)}
      actLabel="Add"
      unavailable={may.keep}
      end={
        view.artefacts.length === 0 ? null : (
          <Button
            small
            icon={<FileSearch size={15} aria-hidden="true" />}
            unavailable={may.keep}
            disabled={isLooking}
            onClick={() => void look()}
          >
            {isLooking ? "Looking…" : "Look whether they are there"}
          </Button>
        )
      }
      isEmpty={view.artefacts.length === 0}
      empty="Files the night needs: images, scripts, backups. Holdpoint looks whether each is there and hashes it."
    >
      <ul className="setup-list">
        {view.artefacts.map((one) => (
          <li key={one.id}>
            <span className="grow">
              <span className="mono setup-path">{one.path}</span>
              <small>
                {one.purpose}
                {one.sha256 === null
                  ? ""
                  : `${one.purpose === "" ? "" : ", "}${formatBytes(one.bytes ?? 0)}, SHA-256 ${one.sha256.slice(0, 12)}…`}
              </small>
            </span>
            <Presence artefact={one} />
            <Button
              kind="ghost"
              small
              unavailable={may.keep}
              onClick={() =>
                void actOrNotify("launch.artefact", { launch, path: one.path, purpose: one.purpose, id: one.id, remove: true })
              }
            >
              Remove<span className="visually-hidden"> {one.path}</span>
            </Button>
          </li>
        ))}
      </ul>
      {isOpen ? (
        <FormDialog
          title="Add an artefact"
          button="Add"
          problem={
            draft.path.trim() === ""
              ? "Give its path on this computer."
              : expected !== "" && !/^[0-9a-f]{64}$/.test(expected)
                ? "A SHA-256 has 64 digits of 0 to 9 and a to f."
                : null
          }
          onSend={async () => {
            const result = await actOn("launch.artefact", {
              launch,
              path: draft.path.trim(),
              purpose: draft.purpose.trim(),
              expected: expected === "" ? null : expected,
            });
            if (result.ok) setDraft({ path: "", purpose: "", expected: "" });
            return result.ok ? null : result.error.message;
          }}
          onClose={() => setOpen(false)}
        >
          <Field label="Path" mono value={draft.path} onChange={(event) => setDraft({ ...draft, path: event.target.value })} />
          <Field
            label="What it is for"
            maxLength={500}
            value={draft.purpose}
            onChange={(event) => setDraft({ ...draft, purpose: event.target.value })}
          />
          <Field
            label="Expected SHA-256, if known"
            mono
            value={draft.expected}
            onChange={(event) => setDraft({ ...draft, expected: event.target.value })}
          />
        </FormDialog>
      ) : null}
    </Section>
  );
}

function Presence({ artefact: one }: { artefact: Artefact }) {
  const now = useNow(10_000);
  const when = one.checkedAt === null ? "" : `, looked ${formatAgo(now - Date.parse(one.checkedAt))}`;
  if (one.present === null) return <StatusWord state="open" word="not looked yet" />;
  if (!one.present) return <StatusWord state="failed" word={`missing${when}`} />;
  if (one.expected !== null && one.sha256 !== null && one.expected !== one.sha256)
    return <StatusWord state="failed" word={`another file than expected${when}`} />;
  return <StatusWord state="passed" word={`there${one.expected === null ? "" : ", as expected"}${when}`} />;
}
