// Settings of the installation. Every change goes to the engine at once and stands in the installation's record.
// Owns: the form. Does not keep values of its own.
import { type ReactNode, useId, useMemo, useState } from "react";
import type { Settings } from "../../engine/protocol/index.ts";
import { callOrNotify, FrameWork, useApp, useReadOnly } from "../app/index.ts";
import { CheckLine, Field, formatMoment, isZone, Notice, SelectField, useNow } from "../design/index.ts";
import "./settings.css";

export function SettingsView() {
  const snapshot = useApp((state) => state.snapshot);
  const refresh = useApp((state) => state.refresh);
  const readOnly = useReadOnly();
  if (snapshot === null) return null;
  const change = async (part: Partial<Settings>): Promise<void> => {
    await callOrNotify("settings.set", { change: part });
    await refresh();
  };
  return (
    <FrameWork label="Settings" scrolls hasHeading>
      <div className="settings">
        <h1>Settings</h1>
        <p className="mid">Each change is recorded with your name.</p>
        {readOnly === null ? null : <Notice kind="warn">{readOnly}</Notice>}
        <fieldset className="settings-all" disabled={readOnly !== null}>
          <legend className="visually-hidden">Settings of this installation</legend>
          <SettingsForm settings={snapshot.settings} machineZone={snapshot.zone} onChange={(part) => void change(part)} />
        </fieldset>
        <Section title="About">
          <dl className="facts about">
            <dt>Version</dt>
            <dd>{snapshot.version}</dd>
            <dt>Data directory</dt>
            <dd className="mono">{snapshot.home}</dd>
            <dt>Installation</dt>
            <dd className="mono">{snapshot.install}</dd>
            <dt>Account of this computer</dt>
            <dd>{snapshot.osUser}</dd>
            {snapshot.host.note === "" ? null : (
              <>
                <dt>This window</dt>
                <dd>{snapshot.host.note}</dd>
              </>
            )}
          </dl>
        </Section>
      </div>
    </FrameWork>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="settings-section" aria-label={title}>
      <h2>{title}</h2>
      <div className="settings-body">{children}</div>
    </section>
  );
}

export function SettingsForm({
  settings,
  machineZone,
  onChange,
}: {
  settings: Settings;
  machineZone: string;
  onChange(part: Partial<Settings>): void;
}) {
  return (
    <>
      <Section title="Appearance">
        <Choice
          label="Theme"
          value={settings.theme}
          options={[
            { value: "dark", label: "Dark" },
            { value: "light", label: "Light", hint: "For daylight and projectors" },
            { value: "system", label: "As the system" },
          ]}
          onChange={(theme) => onChange({ theme })}
        />
        <Choice
          label="Contrast"
          value={settings.contrast}
          options={[
            { value: "normal", label: "Normal" },
            { value: "high", label: "High", hint: "Also whenever the system asks for more" },
          ]}
          onChange={(contrast) => onChange({ contrast })}
        />
        <NumberField
          label="Terminal font size"
          hint="Pixels, 10 to 24"
          min={10}
          max={24}
          value={settings.terminalFontSize}
          onChange={(terminalFontSize) => onChange({ terminalFontSize })}
        />
      </Section>
      <Section title="Time">
        <ZoneField value={settings.siteZone} machineZone={machineZone} onChange={(siteZone) => onChange({ siteZone })} />
      </Section>
      <Section title="Attention">
        <CheckLine
          label="Sound"
          hint="When a step fails, is unknown, or the run waits for you"
          checked={settings.sound}
          onChange={(event) => onChange({ sound: event.target.checked })}
        />
        <CheckLine
          label="System notifications"
          hint="When this window is not in front"
          checked={settings.notifications}
          onChange={(event) => {
            const isOn = event.target.checked;
            // The browser asks once, and only on a person's own act.
            if (isOn && "Notification" in window && Notification.permission === "default") void Notification.requestPermission();
            onChange({ notifications: isOn });
          }}
        />
      </Section>
      <Section title="Security and records">
        <NumberField
          label="Lock after minutes without a key"
          hint="1 to 15. A running command goes on while locked."
          min={1}
          max={15}
          value={settings.idleLockMinutes}
          onChange={(idleLockMinutes) => onChange({ idleLockMinutes })}
        />
        <NumberField
          label="Keep records for years"
          hint="1 to 30. Prevents deleting; deletes nothing by itself."
          min={1}
          max={30}
          value={settings.retentionYears}
          onChange={(retentionYears) => onChange({ retentionYears })}
        />
      </Section>
    </>
  );
}

function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: { value: T; label: string; hint?: string }[];
  onChange(value: T): void;
}) {
  const name = useId();
  return (
    <fieldset className="choice">
      <legend>{label}</legend>
      {options.map((option) => (
        <CheckLine
          key={option.value}
          type="radio"
          name={name}
          label={option.label}
          {...(option.hint === undefined ? {} : { hint: option.hint })}
          checked={option.value === value}
          onChange={() => onChange(option.value)}
        />
      ))}
    </fieldset>
  );
}

/** Sent when the field is left or Enter is pressed, so that typing 12 does not record a 1 first. */
function NumberField({
  label,
  hint,
  min,
  max,
  value,
  onChange,
}: {
  label: string;
  hint: string;
  min: number;
  max: number;
  value: number;
  onChange(value: number): void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  const number = Number(draft ?? value);
  const isValid = Number.isInteger(number) && number >= min && number <= max;
  const send = (): void => {
    if (draft === null || !isValid) return;
    if (number !== value) onChange(number);
    setDraft(null);
  };
  return (
    <div className="settings-number">
      <Field
        label={label}
        hint={hint}
        type="number"
        min={min}
        max={max}
        step={1}
        value={draft ?? String(value)}
        error={draft !== null && !isValid ? `A whole number from ${min} to ${max}.` : null}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={send}
        onKeyDown={(event) => event.key === "Enter" && send()}
      />
    </div>
  );
}

function ZoneField({ value, machineZone, onChange }: { value: string; machineZone: string; onChange(zone: string): void }) {
  const now = useNow(30_000);
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")], []);
  const shown = value !== "" && isZone(value) ? value : machineZone;
  return (
    <SelectField
      label="Zone of the site"
      hint={`Shown beside UTC, which is always there. Now: ${formatMoment(now, shown)}`}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">As this computer ({machineZone})</option>
      {value !== "" && !zones.includes(value) ? <option value={value}>{value}, not known here</option> : null}
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone}
        </option>
      ))}
    </SelectField>
  );
}
