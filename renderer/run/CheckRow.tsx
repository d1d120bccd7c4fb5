// A check confirmed by hand, in the signed-in person's name; some ask for a value first.
// Owns: the drawing and the field. Does not confirm: it calls back.
import type { Check, StepState } from "../../engine/protocol/index.ts";
import { formatMoment, SafeHtml } from "../design/index.ts";

export type CheckRowProps = {
  check: Check;
  state: StepState["checks"][number] | undefined;
  fieldId: string;
  draft: string;
  canConfirm: boolean;
  isNext: boolean;
  zone: string;
  onConfirm(): void;
  onDraft(value: string): void;
};

export function CheckRow({ check, state, fieldId, draft, canConfirm, isNext, zone, onConfirm, onDraft }: CheckRowProps) {
  const isDone = state?.confirmed === true;
  const needsValue = check.value !== null && !isDone;
  const textId = `${fieldId}-text`;
  const limit = check.expect === null ? "" : `, expected ${check.expect.operator} ${check.expect.value}`;
  return (
    <div className={`run-check ${isDone ? "done" : ""} ${isNext ? "next" : ""}`}>
      <input
        type="checkbox"
        checked={isDone}
        aria-labelledby={textId}
        className="run-box"
        disabled={isDone || !canConfirm || (needsValue && draft.trim() === "")}
        onChange={onConfirm}
      />
      <div className="grow">
        <div id={textId} className="run-check-text">
          <SafeHtml html={check.html} as="span" />
        </div>
        {isDone ? (
          <small>
            Confirmed by {state?.by}
            {state?.at ? `, ${formatMoment(state.at, zone)}` : ""}
            {state?.value === null || state?.value === undefined ? "" : `: ${state.value}`}
          </small>
        ) : needsValue ? (
          <span className="run-value">
            <label className="visually-hidden" htmlFor={fieldId}>
              Value for: {check.text}
            </label>
            <input
              id={fieldId}
              className="input mono"
              inputMode={check.value === "number" ? "decimal" : "text"}
              placeholder={check.value === "number" ? "number" : check.value === "text" ? "what you see" : "path of the file"}
              autoComplete="off"
              spellCheck={false}
              disabled={!canConfirm}
              value={draft}
              onChange={(event) => onDraft(event.target.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || event.repeat || draft.trim() === "" || event.ctrlKey || event.metaKey) return;
                event.preventDefault();
                onConfirm();
              }}
            />
            <small>
              {check.value === "number" ? "A number" : check.value === "text" ? "Text" : "A file; its hash is recorded"}
              {limit}, recorded in your name.
            </small>
          </span>
        ) : (
          <small>{canConfirm ? "Confirmed by hand, in your name." : `Confirmed by hand when the step is under way${limit}.`}</small>
        )}
      </div>
    </div>
  );
}
