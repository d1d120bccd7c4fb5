// One look of the watch, entered: the values seen, ok or not, and when it was looked where that is not now. Owns: the form.
// A look that is not ok is offered as an incident; nothing is opened by itself.
import { useState } from "react";
import type { LaunchView } from "../../engine/protocol/index.ts";
import { CheckLine, Field, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { MomentField } from "../launches/MomentField.tsx";
import { actOn } from "../launches/slice.ts";
import { fromLocalInput } from "../launches/words.ts";
import { clockOf, limitWords } from "./words.ts";

export function EnterDialog({ view, due, onClose }: { view: LaunchView; due: string | null; onClose(): void }) {
  const { launch, facts } = view.header;
  const { config, slots } = view.watch;
  const zone = facts.zone === "" ? "UTC" : facts.zone;
  const [values, setValues] = useState<Record<string, string>>({});
  const [isOk, setOk] = useState<boolean | null>(null);
  const [note, setNote] = useState("");
  const [claimed, setClaimed] = useState("");
  const [isIncident, setIncident] = useState(true);
  const slot = slots.find((one) => one.due === due);
  const isMissed = slot?.state === "missed";
  const send = async (): Promise<string | null> => {
    const claimedAt = fromLocalInput(claimed, zone);
    const result = await actOn("launch.watchEnter", {
      launch,
      ...(due === null ? {} : { due }),
      ok: isOk === true,
      values: Object.entries(values).map(([look, value]) => ({ look, value })),
      ...(note.trim() === "" ? {} : { note: note.trim() }),
      ...(claimedAt === null ? {} : { claimedAt }),
    });
    if (!result.ok) return result.error.message;
    if (isOk === false && isIncident) {
      const title =
        (note.trim().split("\n")[0] ?? "").slice(0, 300) || `Watch: the look of ${clockOf(due ?? new Date().toISOString())} UTC is not ok`;
      const opened = await actOn("launch.note", { launch, kind: "incident", title, text: note.trim() });
      if (!opened.ok) return `The look is entered. The incident is not: ${opened.error.message}`;
    }
    return null;
  };
  return (
    <FormDialog
      title={due === null ? "Enter a look" : `Enter the look of ${clockOf(due)} UTC`}
      {...(isMissed ? { about: "It was missed. What is entered now is marked as entered late, with both times." } : {})}
      button="Enter it"
      problem={
        isOk === null
          ? "Say whether it is ok."
          : claimed !== "" && fromLocalInput(claimed, zone) === null
            ? "Write the time as 2026-03-14 22:00."
            : null
      }
      onSend={send}
      onClose={onClose}
    >
      {config.looks.length === 0 ? null : (
        <div className="launch-fields two">
          {config.looks.map((look) => (
            <Field
              key={look.id}
              label={look.title}
              hint={[limitWords(look.expect, look.unit) || look.unit, look.item === "" ? "" : `empty takes the last check of ${look.item}`]
                .filter((part) => part !== "")
                .join("; ")}
              maxLength={200}
              value={values[look.id] ?? ""}
              onChange={(event) => setValues({ ...values, [look.id]: event.target.value })}
            />
          ))}
        </div>
      )}
      <fieldset className="night-needs">
        <legend>All in all</legend>
        <CheckLine type="radio" name="watch-ok" label="Ok" checked={isOk === true} onChange={() => setOk(true)} />
        <CheckLine type="radio" name="watch-ok" label="Not ok" checked={isOk === false} onChange={() => setOk(false)} />
      </fieldset>
      {isOk === false ? (
        <CheckLine
          label="Open an incident as well"
          hint="Its clock begins at once: who is to be called after 5, 15 and 30 minutes, unless somebody acknowledges it."
          checked={isIncident}
          onChange={(event) => setIncident(event.target.checked)}
        />
      ) : null}
      <TextAreaField label="Note" rows={2} maxLength={10_000} value={note} onChange={(event) => setNote(event.target.value)} />
      <MomentField label="Looked at, if not now" zone={zone} value={claimed} onChange={setClaimed} />
    </FormDialog>
  );
}
