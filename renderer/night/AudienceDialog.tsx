// An audience of updates, made or changed, and the address of its webhook. Owns: the two forms. The address is sent once and kept nowhere here.
import { useState } from "react";
import type { Audience, LaunchId } from "../../engine/protocol/index.ts";
import { CheckLine, Field, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { actOn } from "../launches/slice.ts";
import { CHANNEL_WORDS, minutesOf } from "./words.ts";

const TEMPLATE =
  "{launch} at {time}: {state}, {drift}.\nNow: {step}. Next: {next}. {incidents}.\nExpected end {forecast}, window until {window_end}.";
const NAMES = "{launch} {version} {state} {step} {elapsed} {planned} {drift} {next} {forecast} {window_end} {incidents} {bridge} {time}";

export function AudienceDialog({ launch, audience, onClose }: { launch: LaunchId; audience: Audience | null; onClose(): void }) {
  const [name, setName] = useState(audience?.name ?? "");
  const [every, setEvery] = useState(audience === null ? "30" : String(minutesOf(audience.everyMs)));
  const [template, setTemplate] = useState(audience?.template ?? TEMPLATE);
  const [channel, setChannel] = useState<Audience["channel"]>(audience?.channel ?? "clipboard");
  const [environment, setEnvironment] = useState(audience?.environment ?? "");
  const [onWatch, setOnWatch] = useState(audience?.onWatch ?? false);
  return (
    <FormDialog
      title={audience === null ? "Add an audience" : `Change ${audience.name}`}
      button={audience === null ? "Add" : "Change"}
      problem={
        name.trim() === ""
          ? "It needs a name."
          : !(Number(every) > 0)
            ? "Say how often, in minutes."
            : template.trim() === ""
              ? "It needs a template."
              : !/^([A-Za-z_][A-Za-z0-9_]*)?$/.test(environment.trim())
                ? "A variable has a name of letters, digits and _; the address itself is not written here."
                : null
      }
      onSend={async () => {
        const result = await actOn("launch.audience", {
          launch,
          ...(audience === null ? {} : { id: audience.id }),
          name: name.trim(),
          everyMinutes: Number(every),
          template: template.trim(),
          channel,
          environment: environment.trim(),
          onWatch,
        });
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <div className="launch-fields three">
        <Field label="Audience" maxLength={200} placeholder="Business" value={name} onChange={(event) => setName(event.target.value)} />
        <Field label="Every minutes" inputMode="decimal" value={every} onChange={(event) => setEvery(event.target.value)} />
        <SelectField label="Goes to" value={channel} onChange={(event) => setChannel(event.target.value as Audience["channel"])}>
          {(Object.keys(CHANNEL_WORDS) as Audience["channel"][]).map((one) => (
            <option key={one} value={one}>
              {CHANNEL_WORDS[one]}
            </option>
          ))}
        </SelectField>
      </div>
      {channel === "clipboard" ? null : (
        <Field
          label="Environment variable with the address, if there is one"
          mono
          hint="Without one the address is given by hand: it is a secret, kept in memory alone, and wanted again after a restart."
          value={environment}
          onChange={(event) => setEnvironment(event.target.value)}
        />
      )}
      <TextAreaField
        label="Template"
        hint={`These are filled in: ${NAMES}`}
        rows={4}
        maxLength={4000}
        value={template}
        onChange={(event) => setTemplate(event.target.value)}
      />
      <CheckLine label="Also during the watch" checked={onWatch} onChange={(event) => setOnWatch(event.target.checked)} />
    </FormDialog>
  );
}

export function AddressDialog({ launch, audience, onClose }: { launch: LaunchId; audience: Audience; onClose(): void }) {
  const [url, setUrl] = useState("");
  return (
    <FormDialog
      title={`Address for ${audience.name}`}
      about="Whoever has it can post there, so it is kept in memory until Holdpoint ends, and is written nowhere."
      button="Use it"
      problem={url.trim() === "" ? "Paste the webhook's address." : null}
      onSend={async () => {
        const result = await actOn("launch.audienceAddress", { launch, audience: audience.id, url: url.trim() });
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <Field
        label="Webhook"
        type="password"
        autoComplete="off"
        placeholder="https://"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
    </FormDialog>
  );
}
