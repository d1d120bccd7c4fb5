// An entry of the plan, made or changed: which runbook, when, how long, who, after what. Owns: the form. The engine has the last word.
import { useState } from "react";
import type { LaunchPlanRow, LaunchView, LibraryEntry, ParamsOf, RosterEntry } from "../../engine/protocol/index.ts";
import { useApp } from "../app/index.ts";
import { baseName, CheckLine, Field, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { MomentField } from "../launches/MomentField.tsx";
import { actOn } from "../launches/slice.ts";
import { fromLocalInput, toLocalInput } from "../launches/words.ts";
import { readSpan, spanText } from "./words.ts";

const OTHER = "\u0000other";
type Draft = {
  path: string;
  isOther: boolean;
  title: string;
  planned: string;
  start: "after" | "offset" | "at";
  offset: string;
  at: string;
  role: string;
  owner: string;
  needs: string[];
  note: string;
  position: string;
  reason: string;
};

export function PlanEntryDialog({
  view,
  people,
  row,
  onClose,
}: {
  view: LaunchView;
  people: RosterEntry[];
  /** The entry that is changed; null for a new one. */
  row: LaunchPlanRow | null;
  onClose(): void;
}) {
  const folders = useApp((state) => state.snapshot?.folders ?? []);
  const shelves = folders.map((folder) => ({
    path: folder.path,
    label: folder.builtIn ? "Built in" : folder.path,
    runbooks: folder.entries.filter((entry) => entry.kind === "runbook" && entry.steps > 0),
  }));
  const runbooks = shelves.flatMap((shelf) => shelf.runbooks);
  const { facts, launch } = view.header;
  const zone = facts.zone === "" ? "UTC" : facts.zone;
  const { entries } = view.plan;
  const place = row === null ? entries.length : entries.findIndex((one) => one.id === row.id);
  const [draft, setDraft] = useState<Draft>(() => ({
    path: row?.path ?? "",
    isOther: row !== null && !runbooks.some((one) => one.path === row.path),
    title: row?.title ?? "",
    planned: spanText(row?.plannedMs ?? null),
    start: row?.at != null ? "at" : row?.offsetMs != null ? "offset" : "after",
    offset: spanText(row?.offsetMs ?? null),
    at: toLocalInput(row?.at ?? null, zone),
    role: row?.role ?? "",
    owner: row?.owner ?? "",
    needs: row?.needs ?? [],
    note: row?.note ?? "",
    position: String(place),
    reason: "",
  }));
  const set = (part: Partial<Draft>): void => setDraft({ ...draft, ...part });
  const isDecided = view.decisions.some((one) => one.state === "taken");
  const others = entries.filter((one) => one.id !== row?.id);
  const earlier = others.slice(0, Number(draft.position));
  const known = runbooks.find((one) => one.path === draft.path);
  const planned = readSpan(draft.planned);
  const offset = readSpan(draft.offset);
  const problem =
    draft.path.trim() === ""
      ? "Choose a runbook."
      : planned === undefined
        ? "Write the planned time as 1:30, or in minutes."
        : draft.start === "offset" && offset == null
          ? "Write the start as 0:30 after the window's start."
          : draft.start === "at" && fromLocalInput(draft.at, zone) === null
            ? "Write the start as 2026-03-14 22:00."
            : isDecided && draft.reason.trim() === ""
              ? "The launch has been decided: give a reason."
              : null;
  const send = async (): Promise<string | null> => {
    const needs = draft.needs.filter((id) => earlier.some((one) => one.id === id));
    const params: ParamsOf<"launch.planEntry"> = {
      launch,
      entry: {
        ...(row === null ? {} : { id: row.id }),
        path: draft.path.trim(),
        ...(draft.title.trim() === "" ? {} : { title: draft.title.trim() }),
        // Nothing typed leaves it to the runbook's text.
        ...(draft.planned.trim() === "" ? (row === null ? {} : { plannedMs: null }) : { plannedMs: planned ?? null }),
        offsetMs: draft.start === "offset" ? (offset ?? null) : null,
        at: draft.start === "at" ? fromLocalInput(draft.at, zone) : null,
        role: draft.role.trim(),
        owner: draft.owner as "",
        needs,
        note: draft.note.trim(),
        position: Number(draft.position),
      },
      ...(draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() }),
    };
    const result = await actOn("launch.planEntry", params);
    return result.ok ? null : result.error.message;
  };
  return (
    <FormDialog
      wide
      title={row === null ? "Add an entry to the plan" : `Change ${row.title}`}
      button={row === null ? "Add" : "Change"}
      problem={problem}
      onSend={send}
      onClose={onClose}
    >
      <SelectField
        label="Runbook"
        value={draft.isOther ? OTHER : draft.path}
        onChange={(event) => set(event.target.value === OTHER ? { isOther: true, path: "" } : { isOther: false, path: event.target.value })}
      >
        {draft.path === "" && !draft.isOther ? <option value="">Choose one</option> : null}
        {shelves.map((shelf) => (
          // Two folders can hold a file of the same name: only its folder tells which one is meant.
          <optgroup key={shelf.path} label={shelf.label}>
            {shelf.runbooks.map((one: LibraryEntry) => (
              <option key={one.path} value={one.path}>
                {one.title}, {baseName(one.path)}
              </option>
            ))}
          </optgroup>
        ))}
        <option value={OTHER}>Another file on this computer</option>
      </SelectField>
      {draft.isOther ? (
        <Field label="Path on this computer" mono value={draft.path} onChange={(event) => set({ path: event.target.value })} />
      ) : null}
      <div className="launch-fields three">
        <Field
          label="Called"
          maxLength={300}
          placeholder={known?.title ?? "as its text says"}
          value={draft.title}
          onChange={(event) => set({ title: event.target.value })}
        />
        <Field
          label="Planned time"
          placeholder={known?.plannedMs == null ? "0:30" : spanText(known.plannedMs)}
          hint="Hours:minutes; empty takes the text's own."
          value={draft.planned}
          onChange={(event) => set({ planned: event.target.value })}
        />
        <SelectField label="Place" value={draft.position} onChange={(event) => set({ position: event.target.value })}>
          {others.map((one, index) => (
            <option key={one.id} value={index}>
              before {one.title}
            </option>
          ))}
          <option value={others.length}>last</option>
        </SelectField>
      </div>
      <div className="launch-fields two">
        <SelectField label="Start" value={draft.start} onChange={(event) => set({ start: event.target.value as Draft["start"] })}>
          <option value="after">after what it needs</option>
          <option value="offset">a time after the window's start</option>
          <option value="at">at a moment</option>
        </SelectField>
        {draft.start === "offset" ? (
          <Field
            label="After the window's start"
            placeholder="0:30"
            value={draft.offset}
            onChange={(event) => set({ offset: event.target.value })}
          />
        ) : draft.start === "at" ? (
          <MomentField label="At" zone={zone} value={draft.at} onChange={(at) => set({ at })} />
        ) : null}
      </div>
      <div className="launch-fields two">
        <Field
          label="Role"
          maxLength={100}
          placeholder="release-manager"
          value={draft.role}
          onChange={(event) => set({ role: event.target.value })}
        />
        <SelectField label="Person" value={draft.owner} onChange={(event) => set({ owner: event.target.value })}>
          <option value="">nobody yet</option>
          {people.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      </div>
      {earlier.length === 0 ? null : (
        <fieldset className="night-needs">
          <legend>It needs (none ticked: the one before it)</legend>
          {earlier.map((one) => (
            <CheckLine
              key={one.id}
              label={one.title}
              checked={draft.needs.includes(one.id)}
              onChange={(event) =>
                set({ needs: event.target.checked ? [...draft.needs, one.id] : draft.needs.filter((id) => id !== one.id) })
              }
            />
          ))}
        </fieldset>
      )}
      <Field label="Note" maxLength={2000} value={draft.note} onChange={(event) => set({ note: event.target.value })} />
      {isDecided ? (
        <TextAreaField
          label="Reason for the change"
          rows={2}
          maxLength={2000}
          value={draft.reason}
          onChange={(event) => set({ reason: event.target.value })}
        />
      ) : null}
    </FormDialog>
  );
}
