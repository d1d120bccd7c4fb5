// The watch planned: how long, how often, what to look at, who is on shift when. Owns: the form; lists are edited a line each.
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { LaunchView, OperatorId, RosterEntry } from "../../engine/protocol/index.ts";
import { Button, Field, IconButton, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { MomentField } from "../launches/MomentField.tsx";
import { actOn } from "../launches/slice.ts";
import { fromLocalInput, toLocalInput } from "../launches/words.ts";
import { hoursOf, limitWords, minutesOf, readLimit } from "./words.ts";

type Line<T> = T & { key: number };
let lastKey = 0;
const keyed = <T extends object>(one: T): Line<T> => {
  lastKey += 1;
  return { ...one, key: lastKey };
};
type Span = { until: string; every: string };
type Look = { title: string; unit: string; limit: string; item: string };
type Shift = { operator: string; from: string; to: string };

export function WatchDialog({ view, people, onClose }: { view: LaunchView; people: RosterEntry[]; onClose(): void }) {
  const { config } = view.watch;
  const { launch, facts } = view.header;
  const zone = facts.zone === "" ? "UTC" : facts.zone;
  const isOn = view.header.state === "watch";
  const [hours, setHours] = useState(String(hoursOf(config.durationMs)));
  const [grace, setGrace] = useState(String(minutesOf(config.graceMs)));
  const [spans, setSpans] = useState<Line<Span>[]>(() =>
    config.schedule.map((one) => keyed({ until: String(hoursOf(one.untilMs)), every: String(minutesOf(one.everyMs)) })),
  );
  const [looks, setLooks] = useState<Line<Look>[]>(() =>
    config.looks.map((one) => keyed({ title: one.title, unit: one.unit, limit: limitWords(one.expect, ""), item: one.item })),
  );
  const [shifts, setShifts] = useState<Line<Shift>[]>(() =>
    config.shifts.map((one) => keyed({ operator: one.operator, from: toLocalInput(one.from, zone), to: toLocalInput(one.to, zone) })),
  );
  const [reason, setReason] = useState("");
  const isNumber = (text: string, least: number): boolean => /^\d+(\.\d+)?$/.test(text.trim()) && Number(text) >= least && Number(text) > 0;
  const problem = !isNumber(hours, 0)
    ? "Say how many hours it lasts."
    : !/^\d+(\.\d+)?$/.test(grace.trim())
      ? "Say after how many minutes a look counts as missed."
      : spans.length === 0 || spans.some((one) => !isNumber(one.until, 0) || !isNumber(one.every, 0))
        ? "Each line of the schedule needs an hour and minutes."
        : looks.some((one) => one.title.trim() === "" || readLimit(one.limit) === undefined)
          ? "Each thing to look at needs a name; its limit is written as <= 0.3."
          : shifts.some((one) => one.operator === "" || fromLocalInput(one.from, zone) === null || fromLocalInput(one.to, zone) === null)
            ? "Each shift needs a person, a start and an end."
            : isOn && reason.trim() === ""
              ? "The watch is under way: give a reason."
              : null;
  const send = async (): Promise<string | null> => {
    const result = await actOn("launch.watchSet", {
      launch,
      hours: Number(hours),
      graceMinutes: Number(grace),
      schedule: spans.map((one) => ({ untilHours: Number(one.until), everyMinutes: Number(one.every) })),
      looks: looks.map((one) => ({ title: one.title.trim(), unit: one.unit.trim(), expect: readLimit(one.limit) ?? null, item: one.item })),
      shifts: shifts.map((one) => ({
        operator: one.operator as OperatorId,
        from: fromLocalInput(one.from, zone) ?? "",
        to: fromLocalInput(one.to, zone) ?? "",
      })),
      ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
    });
    return result.ok ? null : result.error.message;
  };
  const checked = view.items.filter((one) => one.blocks > 0 && one.derived === null);
  return (
    <FormDialog
      wide
      title={isOn ? "Change the watch" : "Plan the watch"}
      about="It begins when the launch goes on watch. A look that nobody enters in time is shown as missed, and nothing is ever filled in for it."
      button="Keep it"
      problem={problem}
      onSend={send}
      onClose={onClose}
    >
      <div className="launch-fields two">
        <Field label="Hours in all" inputMode="decimal" value={hours} onChange={(event) => setHours(event.target.value)} />
        <Field
          label="Missed after, minutes"
          inputMode="decimal"
          hint="Or when the next look is due."
          value={grace}
          onChange={(event) => setGrace(event.target.value)}
        />
      </div>
      <Lines
        title="Schedule"
        add="Add a span"
        lines={spans}
        fresh={() => ({ until: hours, every: "60" })}
        onChange={setSpans}
        fields={(one, set, at) => (
          <>
            <Field
              label={`Until hour, span ${at}`}
              inputMode="decimal"
              value={one.until}
              onChange={(event) => set({ until: event.target.value })}
            />
            <Field
              label={`Every minutes, span ${at}`}
              inputMode="decimal"
              value={one.every}
              onChange={(event) => set({ every: event.target.value })}
            />
          </>
        )}
      />
      <Lines
        title="What to look at"
        add="Add a thing to look at"
        lines={looks}
        fresh={() => ({ title: "", unit: "", limit: "", item: "" })}
        onChange={setLooks}
        fields={(one, set, at) => (
          <>
            <Field
              label={`Name, look ${at}`}
              maxLength={200}
              placeholder="Error rate"
              value={one.title}
              onChange={(event) => set({ title: event.target.value })}
            />
            <Field
              label={`Unit, look ${at}`}
              maxLength={40}
              placeholder="%"
              value={one.unit}
              onChange={(event) => set({ unit: event.target.value })}
            />
            <Field
              label={`Limit, look ${at}`}
              placeholder="<= 0.3"
              value={one.limit}
              onChange={(event) => set({ limit: event.target.value })}
            />
            {checked.length === 0 ? null : (
              <SelectField label={`Check, look ${at}`} value={one.item} onChange={(event) => set({ item: event.target.value })}>
                <option value="">typed by hand</option>
                {checked.map((item) => (
                  <option key={item.id}>{item.id}</option>
                ))}
              </SelectField>
            )}
          </>
        )}
      />
      <Lines
        title="Shifts"
        add="Add a shift"
        lines={shifts}
        fresh={() => ({ operator: "", from: shifts.at(-1)?.to ?? "", to: "" })}
        onChange={setShifts}
        fields={(one, set, at) => (
          <>
            <SelectField label={`Person, shift ${at}`} value={one.operator} onChange={(event) => set({ operator: event.target.value })}>
              <option value="">choose</option>
              {people.map((person) => (
                <option key={person.id} value={person.id}>
                  {person.name}
                </option>
              ))}
            </SelectField>
            <MomentField label={`From, shift ${at}`} zone={zone} value={one.from} onChange={(from) => set({ from })} />
            <MomentField label={`To, shift ${at}`} zone={zone} value={one.to} onChange={(to) => set({ to })} />
          </>
        )}
      />
      {isOn ? (
        <TextAreaField
          label="Reason for the change"
          rows={2}
          maxLength={2000}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      ) : null}
    </FormDialog>
  );
}

function Lines<T extends object>({
  title,
  add,
  lines,
  fresh,
  fields,
  onChange,
}: {
  title: string;
  add: string;
  lines: Line<T>[];
  fresh(): T;
  fields(line: Line<T>, set: (part: Partial<T>) => void, at: number): React.ReactNode;
  onChange(lines: Line<T>[]): void;
}) {
  return (
    <fieldset className="night-lines">
      <legend>{title}</legend>
      {lines.map((line, index) => (
        <div className="night-line" key={line.key}>
          {fields(line, (part) => onChange(lines.map((one) => (one.key === line.key ? { ...one, ...part } : one))), index + 1)}
          <IconButton
            label={`Remove ${title.toLowerCase()} line ${index + 1}`}
            onClick={() => onChange(lines.filter((one) => one.key !== line.key))}
          >
            <X size={16} />
          </IconButton>
        </div>
      ))}
      <Button small icon={<Plus size={15} aria-hidden="true" />} onClick={() => onChange([...lines, keyed(fresh())])}>
        {add}
      </Button>
    </fieldset>
  );
}
