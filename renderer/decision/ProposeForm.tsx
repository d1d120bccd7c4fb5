// Proposing a decision: outcome, conditions with owner and due, reason. Owns: drawing; the caller keeps the draft.
import { Plus, Trash2 } from "lucide-react";
import { useId } from "react";
import type { Board } from "../../engine/protocol/index.ts";
import { Button, IconButton, Notice, SelectField, TextAreaField } from "../design/index.ts";
import { MomentField } from "../launches/MomentField.tsx";
import { roleWords } from "../signing/words.ts";
import { listed, OUTCOME_WORDS, type Outcome, whyNoGo, whyNot } from "./model.ts";

export type ConditionDraft = { key: number; text: string; owner: string; due: string };
export type ProposalDraft = { outcome: Outcome | null; conditions: ConditionDraft[]; reason: string };
export const NEW_PROPOSAL: ProposalDraft = { outcome: null, conditions: [], reason: "" };
export type ProposalErrors = { reason?: string; conditions?: string; all?: string };

const SAYS: Record<Outcome, string> = {
  go: "All rules are met; the cut-over may begin when everybody has signed.",
  "conditional-go": "It may begin, and each condition has somebody who answers for it by a time.",
  "no-go": "It does not begin. What stood against it is recorded with your reason.",
};

export function ProposeForm({
  id,
  board,
  draft,
  owners,
  zone,
  errors,
  needsReason,
  onChange,
  onSubmit,
}: {
  id: string;
  board: Board;
  draft: ProposalDraft;
  owners: { id: string; name: string }[];
  /** Zone that the due times are typed in. */
  zone: string;
  errors: ProposalErrors;
  /** A decision is in force: another one needs a reason, whatever its outcome. */
  needsReason: boolean;
  onChange(draft: ProposalDraft): void;
  onSubmit(): void;
}) {
  const group = useId();
  const { outcome, conditions } = draft;
  const stopped = whyNoGo(board);
  const change = (key: number, part: Partial<ConditionDraft>): void =>
    onChange({ ...draft, conditions: conditions.map((one) => (one.key === key ? { ...one, ...part } : one)) });
  return (
    <form
      id={id}
      className="sign-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <fieldset className="sign-meanings">
        <legend className="sign-label">What do you propose?</legend>
        <div className="outcome-row">
          {(Object.keys(OUTCOME_WORDS) as Outcome[]).map((one) => {
            const why = whyNot(one, board);
            return (
              <label key={one} className={`sign-choice outcome ${outcome === one ? "on" : ""} ${one === "no-go" ? "rejects" : ""}`}>
                <input
                  type="radio"
                  name={group}
                  checked={outcome === one}
                  disabled={why !== null}
                  aria-describedby={why === null ? undefined : `${group}-why`}
                  onChange={() => onChange({ ...draft, outcome: one })}
                />
                <span>{OUTCOME_WORDS[one]}</span>
              </label>
            );
          })}
        </div>
        {outcome === null ? null : <p className="sign-note">{SAYS[outcome]}</p>}
      </fieldset>
      {stopped.length === 0 ? null : (
        <div id={`${group}-why`}>
          <Notice kind="fail">
            {stopped.map((why) => (
              <p key={why}>{why}</p>
            ))}
          </Notice>
        </div>
      )}
      {outcome !== "conditional-go" ? null : (
        <fieldset className="conditions">
          <legend className="sign-label">Conditions, each with its owner and due time</legend>
          {conditions.map((one, index) => (
            <div key={one.key} className="condition">
              <TextAreaField
                label={`Condition ${index + 1}`}
                rows={2}
                value={one.text}
                onChange={(event) => change(one.key, { text: event.target.value })}
              />
              <div className="sign-fields">
                <SelectField label="Owner" value={one.owner} onChange={(event) => change(one.key, { owner: event.target.value })}>
                  <option value="">Choose…</option>
                  {owners.map((owner) => (
                    <option key={owner.id} value={owner.id}>
                      {owner.name}
                    </option>
                  ))}
                </SelectField>
                <MomentField label="Due" zone={zone} value={one.due} onChange={(due) => change(one.key, { due })} />
              </div>
              <IconButton
                label={`Remove condition ${index + 1}`}
                onClick={() => onChange({ ...draft, conditions: conditions.filter((other) => other.key !== one.key) })}
              >
                <Trash2 size={16} />
              </IconButton>
            </div>
          ))}
          <Button
            small
            icon={<Plus size={15} />}
            onClick={() =>
              onChange({
                ...draft,
                conditions: [...conditions, { key: (conditions.at(-1)?.key ?? 0) + 1, text: "", owner: "", due: "" }],
              })
            }
          >
            Add a condition
          </Button>
          {errors.conditions === undefined ? null : (
            <p className="field-error" role="alert">
              {errors.conditions}
            </p>
          )}
        </fieldset>
      )}
      <TextAreaField
        label={outcome === "no-go" || needsReason ? "Reason" : "Reason, if there is more to say"}
        name="reason"
        rows={3}
        value={draft.reason}
        error={errors.reason}
        onChange={(event) => onChange({ ...draft, reason: event.target.value })}
      />
      {errors.all === undefined ? null : (
        <p className="field-error" role="alert">
          {errors.all}
        </p>
      )}
      <p className="sign-note">
        Rule: {board.rule}. Signed by {listed(board.decisionRoles.map(roleWords))}.
      </p>
    </form>
  );
}
