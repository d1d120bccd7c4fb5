// Whom to call, where everybody talks, and after how long each level of escalation is called. Owns: the form; these are facts of the launch.
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { Contact, LaunchView } from "../../engine/protocol/index.ts";
import { Button, Field, IconButton, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { actOn } from "../launches/slice.ts";
import { minutesOf } from "./words.ts";

let lastKey = 0;
const keyed = (one: Contact): Contact & { key: number } => {
  lastKey += 1;
  return { ...one, key: lastKey };
};

export function ContactsDialog({ view, onClose }: { view: LaunchView; onClose(): void }) {
  const { facts, launch } = view.header;
  const [contacts, setContacts] = useState(() => facts.contacts.map(keyed));
  const [bridge, setBridge] = useState(facts.bridge);
  const [levels, setLevels] = useState(() =>
    facts.escalation.map((one) => ({ level: one.level, minutes: String(minutesOf(one.afterMs)) })),
  );
  const [reason, setReason] = useState("");
  const isDecided = view.decisions.some((one) => one.state === "taken");
  const set = (key: number, part: Partial<Contact>): void =>
    setContacts(contacts.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <FormDialog
      wide
      title="Contacts, bridge, escalation"
      button="Keep it"
      problem={
        contacts.some((one) => one.name.trim() === "")
          ? "Each contact needs a name."
          : levels.some((one) => !/^\d+(\.\d+)?$/.test(one.minutes.trim()))
            ? "Write the minutes of each level as a number."
            : isDecided && reason.trim() === ""
              ? "The launch has been decided: give a reason."
              : null
      }
      onSend={async () => {
        const result = await actOn("launch.change", {
          launch,
          change: {
            contacts: contacts.map(({ key: _, ...one }) => one),
            bridge: bridge.trim(),
            escalation: levels.map((one) => ({ level: one.level, afterMs: Math.round(Number(one.minutes) * 60_000) })),
          },
          ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        });
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <Field
        label="Bridge"
        maxLength={1000}
        placeholder="https:// or a number"
        value={bridge}
        onChange={(event) => setBridge(event.target.value)}
      />
      <fieldset className="night-lines">
        <legend>An incident that nobody acknowledges</legend>
        <div className="launch-fields three">
          {levels.map((one) => (
            <Field
              key={one.level}
              label={`Level ${one.level} after minutes`}
              inputMode="decimal"
              value={one.minutes}
              onChange={(event) =>
                setLevels(levels.map((each) => (each.level === one.level ? { ...each, minutes: event.target.value } : each)))
              }
            />
          ))}
        </div>
      </fieldset>
      <fieldset className="night-lines">
        <legend>Contacts</legend>
        {contacts.map((one, index) => (
          <div className="night-line" key={one.key}>
            <Field
              label={`Name, contact ${index + 1}`}
              maxLength={200}
              value={one.name}
              onChange={(event) => set(one.key, { name: event.target.value })}
            />
            <Field
              label={`Role, contact ${index + 1}`}
              maxLength={200}
              value={one.role}
              onChange={(event) => set(one.key, { role: event.target.value })}
            />
            <Field
              label={`How, contact ${index + 1}`}
              maxLength={500}
              placeholder="+370 …"
              value={one.reach}
              onChange={(event) => set(one.key, { reach: event.target.value })}
            />
            <SelectField
              label={`Level, contact ${index + 1}`}
              value={one.level}
              onChange={(event) => set(one.key, { level: Number(event.target.value) })}
            >
              <option value={0}>none</option>
              {levels.map(({ level }) => (
                <option key={level} value={level}>
                  {level}
                </option>
              ))}
            </SelectField>
            <IconButton label={`Remove contact ${index + 1}`} onClick={() => setContacts(contacts.filter((each) => each.key !== one.key))}>
              <X size={16} />
            </IconButton>
          </div>
        ))}
        <Button
          small
          icon={<Plus size={15} aria-hidden="true" />}
          onClick={() => setContacts([...contacts, keyed({ name: "", role: "", reach: "", level: 1 })])}
        >
          Add a contact
        </Button>
      </fieldset>
      {isDecided ? (
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
