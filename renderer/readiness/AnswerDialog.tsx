// Answering items with what an answer needs: a reason, a note, a value, for a waiver its end and an approver's password.
// Owns: the draft; the password lives in the field alone. The engine decides, for all items or for none.
import { useState } from "react";
import type { ItemState, ItemView, OperatorId, ParamsOf, RosterEntry } from "../../engine/protocol/index.ts";
import { CheckLine, Field, Notice, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { MomentField } from "../launches/MomentField.tsx";
import { fromLocalInput, toLocalInput } from "../launches/words.ts";
import { hardObstacles, ITEM_WORDS, limitWords, needsValue } from "./items.ts";

const STATES: ItemState[] = ["done", "failed", "not-applicable", "waived", "open"];
const HINTS: Record<ItemState, string> = {
  done: "It holds, and what speaks for it is there.",
  failed: "It does not hold. It blocks the signature until it is put right or waived.",
  "not-applicable": "It does not apply here; a reason is needed.",
  waived: "Accepted until a date, with a reason and an approver's password.",
  open: "Nobody has answered it. Takes an answer back.",
};
const NEEDS_REASON: ItemState[] = ["not-applicable", "waived"];
/** A waiver that nobody dated otherwise holds a week. Milliseconds. */
const WAIVER_MS = 7 * 86_400_000;

/** As many ids as are read at a glance; the rest is counted. */
const MOST_NAMED = 12;
const namedItems = (items: readonly ItemView[]): string => {
  const ids = items.slice(0, MOST_NAMED).map((item) => item.id);
  return items.length > MOST_NAMED ? `${ids.join(", ")} and ${items.length - MOST_NAMED} more` : ids.join(", ");
};

export type Answer = Omit<ParamsOf<"item.answer">, "launch" | "items">;

export function AnswerDialog({
  items,
  state: given,
  zone,
  people,
  onAnswer,
  onClose,
}: {
  items: ItemView[];
  state: ItemState;
  /** Zone in which the end of a waiver is typed. */
  zone: string;
  people: RosterEntry[];
  /** Resolves to the words of a refusal, or null. */
  onAnswer(answer: Answer): Promise<string | null>;
  onClose(): void;
}) {
  const [state, setState] = useState(given);
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const [value, setValue] = useState("");
  const [expires, setExpires] = useState(() => toLocalInput(new Date(Date.now() + WAIVER_MS).toISOString(), zone));
  const [approver, setApprover] = useState("");
  const [password, setPassword] = useState("");
  const single = items.length === 1 ? items[0]! : null;
  const takesValue = single !== null && single.expect !== null && (state === "done" || state === "failed");
  const number = Number(value.trim().replace(",", "."));
  const isNumber = value.trim() === "" || Number.isFinite(number);
  const end = fromLocalInput(expires, zone);
  const against = state === "done" ? items.flatMap((item) => hardObstacles(item).map((why) => ({ item: item.id, why }))) : [];
  const approvers = people.filter((one) => one.roles.includes("approver") && one.status === "active");
  const problem =
    NEEDS_REASON.includes(state) && reason.trim() === ""
      ? "A reason is needed."
      : !isNumber
        ? "The value is a number, such as 465.2."
        : takesValue && state === "done" && single !== null && needsValue(single) && value.trim() === ""
          ? `A value is needed: ${limitWords(single)}.`
          : state === "waived" && end === null
            ? "Say until when it holds."
            : state === "waived" && (approver.trim() === "" || password === "")
              ? "The approver's id and password are needed."
              : null;
  const send = async (): Promise<string | null> => {
    const words = await onAnswer({
      state,
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
      ...(note.trim() === "" ? {} : { note: note.trim() }),
      ...(takesValue && value.trim() !== "" ? { value: number } : {}),
      ...(state === "waived" && end !== null ? { expires: end, approver: { id: approver.trim() as OperatorId, password } } : {}),
    });
    setPassword("");
    return words;
  };
  return (
    <FormDialog
      title={single === null ? `Answer ${items.length} items` : `Answer ${single.id}`}
      about={single === null ? `${namedItems(items)}. One answer for all of them, or for none.` : single.text}
      button={state === "open" ? "Open again" : `Answer: ${ITEM_WORDS[state]}`}
      problem={problem}
      onSend={send}
      onClose={onClose}
    >
      <fieldset className="answer-states">
        <legend>State</legend>
        {STATES.map((one) => (
          <CheckLine
            key={one}
            type="radio"
            name="answer-state"
            label={ITEM_WORDS[one]}
            checked={one === state}
            onChange={() => setState(one)}
          />
        ))}
      </fieldset>
      <p className="answer-hint">{HINTS[state]}</p>
      {against.length === 0 ? null : (
        <Notice kind="warn">
          Done would be refused now:
          <ul className="answer-against">
            {against.slice(0, 6).map(({ item, why }) => (
              <li key={`${item} ${why}`}>
                {single === null ? <b>{item} </b> : null}
                {why}
              </li>
            ))}
            {against.length > 6 ? <li>and {against.length - 6} more</li> : null}
          </ul>
        </Notice>
      )}
      {takesValue && single !== null ? (
        <Field
          label={`Value${single.unit === "" ? "" : ` in ${single.unit}`}`}
          hint={`The limit is ${limitWords(single)}.${single.check?.measured == null ? "" : ` The check measured ${single.check.measured}.`}`}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
      ) : null}
      {state === "waived" ? (
        <>
          <MomentField
            label="Holds until"
            zone={zone}
            value={expires}
            hint="After that it is open again by itself, and its signatures are stale."
            onChange={setExpires}
          />
          <div className="launch-fields two">
            {approvers.length === 0 ? (
              <Field label="Approver's id" autoComplete="off" value={approver} onChange={(event) => setApprover(event.target.value)} />
            ) : (
              <SelectField label="Approver" value={approver} onChange={(event) => setApprover(event.target.value)}>
                <option value="">Choose…</option>
                {approvers.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name} ({one.id})
                  </option>
                ))}
              </SelectField>
            )}
            <Field
              label="Approver's password"
              type="password"
              autoComplete="off"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </div>
        </>
      ) : null}
      <TextAreaField
        label={NEEDS_REASON.includes(state) ? "Reason" : "Reason, if there is one to give"}
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {single === null ? null : (
        <TextAreaField label="Note" rows={2} maxLength={10_000} value={note} onChange={(event) => setNote(event.target.value)} />
      )}
    </FormDialog>
  );
}
