// The placeholders that a step still lacks, as fields in its card, with the button that fills them in and starts it.
// Owns: the drawing. Does not keep the values nor send them: it calls back.
import { PencilLine } from "lucide-react";
import type { KeyboardEvent } from "react";
import { Button, Field } from "../design/index.ts";
import { placeholderProblem } from "../start/model.ts";
import { fillFieldId, fillKey } from "./filling.ts";

export function FillStep({
  run,
  step,
  names,
  drafts,
  isGuarded,
  onDraft,
  onFill,
}: {
  run: string;
  step: string;
  names: string[];
  drafts: Record<string, string>;
  /** On production the button is for the pointer and Ctrl/⌘ Enter. */
  isGuarded: boolean;
  onDraft(name: string, value: string): void;
  onFill(): void;
}) {
  const value = (name: string): string => drafts[fillKey(step, name)] ?? "";
  const isReady = names.every((name) => value(name).trim() !== "" && placeholderProblem(value(name).trim()) === null);
  /** Enter goes on to the next field: nothing runs from within a field. */
  const next = (event: KeyboardEvent, at: number): void => {
    if (event.key !== "Enter" || event.repeat || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const to = names[at + 1];
    document.getElementById(to === undefined ? fillFieldId(run, step, "") : fillFieldId(run, step, to))?.focus();
  };
  return (
    <section className="run-fill" aria-label="Values this step needs">
      <p>
        <b>Before it starts:</b> the command needs {names.length === 1 ? "a value" : "values"}. What you type is filled in and stands on
        record; letters, digits and . _ : / @ = + , - only.
      </p>
      {names.map((name, at) => (
        <Field
          key={name}
          id={fillFieldId(run, step, name)}
          label={<span className="mono">{`<${name}>`}</span>}
          mono
          autoComplete="off"
          maxLength={10_000}
          error={placeholderProblem(value(name).trim())}
          value={value(name)}
          onChange={(event) => onDraft(name, event.target.value)}
          onKeyDown={(event) => next(event, at)}
        />
      ))}
      <Button
        id={fillFieldId(run, step, "")}
        kind="accent"
        icon={<PencilLine size={16} aria-hidden="true" />}
        disabled={!isReady}
        onKeyDown={(event) => {
          const isPlain = !event.ctrlKey && !event.metaKey;
          if ((event.key === "Enter" || event.key === " ") && (event.repeat || (isGuarded && isPlain))) event.preventDefault();
        }}
        onClick={onFill}
      >
        Fill in and run the step
      </Button>
    </section>
  );
}
