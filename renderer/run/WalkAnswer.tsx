// How a block would have ended that is walked through: a person's word, with a remark, and the value that it would have printed.
// Owns: the drawing. Does not keep what is typed nor send it: it calls back.
import { Check, CircleHelp, X } from "lucide-react";
import { Button, Field } from "../design/index.ts";
import type { WalkedOutcome } from "./acts.ts";

/** Names under which the drafts of a walked block are kept, beside its step's placeholders: no placeholder is called so. */
export const walkNote = (block: number): string => ` note ${block}`;
export const walkValue = (block: number): string => ` value ${block}`;

export function WalkAnswer({
  captures,
  note,
  value,
  onNote,
  onValue,
  onAnswer,
}: {
  /** Name of the value that the command captures; null for none. */
  captures: string | null;
  note: string;
  value: string;
  onNote(text: string): void;
  onValue(text: string): void;
  onAnswer(outcome: WalkedOutcome): void;
}) {
  return (
    <section className="run-walk" aria-label="How would it end?">
      <p>
        <b>How would it end?</b> Nothing is run. Read it, do what you would do, then say it; the time until then is on record.
      </p>
      <div className="run-walk-fields">
        {captures === null ? null : (
          <Field
            label={
              <>
                It would print <span className="mono">{captures}</span>
              </>
            }
            mono
            autoComplete="off"
            maxLength={10_000}
            value={value}
            onChange={(event) => onValue(event.target.value)}
          />
        )}
        <Field
          label="Remark, goes on record"
          autoComplete="off"
          maxLength={2_000}
          value={note}
          onChange={(event) => onNote(event.target.value)}
        />
      </div>
      <div className="run-walk-acts">
        <Button small icon={<Check size={15} aria-hidden="true" />} onClick={() => onAnswer("passed")}>
          Passed
        </Button>
        <Button small icon={<X size={15} aria-hidden="true" />} onClick={() => onAnswer("failed")}>
          Failed
        </Button>
        <Button small icon={<CircleHelp size={15} aria-hidden="true" />} onClick={() => onAnswer("unknown")}>
          Unknown
        </Button>
      </div>
    </section>
  );
}
