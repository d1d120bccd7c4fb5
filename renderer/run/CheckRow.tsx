// A check confirmed by hand, in the signed-in person's name; some ask for a value first.
// Owns: the drawing and the field. Does not confirm: it calls back.
import type { Check, HandedFile, StepState } from "../../engine/protocol/index.ts";
import { formatMoment, SafeHtml } from "../design/index.ts";
import { FilePick } from "./FilePick.tsx";
import { attachedWords } from "./work-words.ts";

export type CheckRowProps = {
  check: Check;
  state: StepState["checks"][number] | undefined;
  fieldId: string;
  draft: string;
  canConfirm: boolean;
  isNext: boolean;
  zone: string;
  /** `file`: what a check that asks for a file or a picture is confirmed with. */
  onConfirm(file?: HandedFile): void;
  onDraft(value: string): void;
};

export function CheckRow({ check, state, fieldId, draft, canConfirm, isNext, zone, onConfirm, onDraft }: CheckRowProps) {
  const isDone = state?.confirmed === true;
  const needsValue = check.value !== null && !isDone;
  const asked = check.value === "file" || check.value === "picture" ? check.value : null;
  const needsFile = asked !== null && !isDone;
  const textId = `${fieldId}-text`;
  const limit = check.expect === null ? "" : `, expected ${check.expect.operator} ${check.expect.value}`;
  return (
    <div className={`run-check ${isDone ? "done" : ""} ${isNext ? "next" : ""}`}>
      <input
        type="checkbox"
        checked={isDone}
        aria-labelledby={textId}
        className="run-box"
        disabled={isDone || !canConfirm || needsFile || (needsValue && draft.trim() === "")}
        onChange={() => onConfirm()}
      />
      <div className="grow">
        <div id={textId} className="run-check-text">
          <SafeHtml html={check.html} as="span" />
        </div>
        {isDone ? (
          <small>
            Confirmed by {state?.by}
            {state?.at ? `, ${formatMoment(state.at, zone)}` : ""}
            {state?.attachment !== undefined
              ? `: ${attachedWords(state.attachment)}`
              : state?.value === null || state?.value === undefined
                ? ""
                : `: ${state.value}`}
          </small>
        ) : needsFile ? (
          <span className="run-value">
            <FilePick kind={asked} file={null} isDisabled={!canConfirm} fieldId={fieldId} onPick={onConfirm} />
            <small>Confirmed in your name as soon as it is attached; it is kept with its hash, up to 20 MB.</small>
          </span>
        ) : needsValue ? (
          <span className="run-value">
            <label className="visually-hidden" htmlFor={fieldId}>
              Value for: {check.text}
            </label>
            <input
              id={fieldId}
              className="input mono"
              inputMode={check.value === "number" ? "decimal" : "text"}
              placeholder={check.value === "number" ? "number" : "what you see"}
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
              {check.value === "number" ? "A number" : "Text"}
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
