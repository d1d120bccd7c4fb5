// A moment typed as year, month, day and 24-hour clock of a named zone: the browser's own field shows other orders and half days.
// Owns: the field and what it reads back. Values are "YYYY-MM-DD HH:MM" or "".
import { Field, formatDay, formatMinute, zoneWord } from "../design/index.ts";
import { fromLocalInput, isLocalMoment } from "./words.ts";

export function MomentField({
  label,
  zone,
  value,
  error,
  hint,
  onChange,
}: {
  label: string;
  zone: string;
  value: string;
  error?: string | null | undefined;
  hint?: string;
  onChange(value: string): void;
}) {
  const at = isLocalMoment(value) ? fromLocalInput(value, zone) : null;
  const read =
    at === null
      ? `Such as 2026-03-14 22:00, clock of ${zone}.`
      : `${formatDay(at, zone)}, ${formatMinute(at, zone)} ${zoneWord(at, zone)}${zoneWord(at, zone) === "UTC" ? "" : `, ${formatMinute(at)} UTC`}`;
  return (
    <Field
      label={label}
      placeholder="YYYY-MM-DD HH:MM"
      inputMode="numeric"
      autoComplete="off"
      maxLength={16}
      value={value}
      hint={hint === undefined || at === null ? read : `${read}. ${hint}`}
      error={error ?? (value !== "" && value.length >= 16 && at === null ? "This is no moment: year-month-day hour:minute." : null)}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
