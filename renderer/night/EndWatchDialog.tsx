// The watch ended before its time: a reason, and a second person's id and password. Owns: the form.
import { useState } from "react";
import type { LaunchView, OperatorId, RosterEntry } from "../../engine/protocol/index.ts";
import { useApp } from "../app/index.ts";
import { Field, formatPlanned, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { actOn } from "../launches/slice.ts";

export function EndWatchDialog({ view, people, onClose }: { view: LaunchView; people: RosterEntry[]; onClose(): void }) {
  const own = useApp((state) => state.snapshot?.session?.operator.id ?? "");
  const isSolo = useApp((state) => state.snapshot?.solo === true) && view.header.solo;
  const others = people.filter((one) => one.id !== own);
  const [reason, setReason] = useState("");
  const [second, setSecond] = useState("");
  const [password, setPassword] = useState("");
  const { watch } = view;
  const [opened] = useState(() => Date.now());
  const left = watch.endsAt === null ? 0 : Math.max(0, Date.parse(watch.endsAt) - opened);
  return (
    <FormDialog
      title="End the watch before its time?"
      about={`${formatPlanned(left)} are left. ${isSolo ? "SOLO: one person ends it, and the record says so." : "It takes two people; both names stand in every report."}`}
      button="End the watch"
      isDanger
      problem={
        reason.trim() === ""
          ? "A reason is needed."
          : !isSolo && (second === "" || password === "")
            ? "A second person is needed: id and password."
            : null
      }
      onSend={async () => {
        const result = await actOn("launch.watchEnd", {
          launch: view.header.launch,
          reason: reason.trim(),
          ...(isSolo ? {} : { second: { id: second as OperatorId, password } }),
        });
        setPassword("");
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <TextAreaField label="Reason" rows={2} maxLength={2000} value={reason} onChange={(event) => setReason(event.target.value)} />
      {isSolo ? null : (
        <div className="launch-fields two">
          <SelectField label="Second person" value={second} onChange={(event) => setSecond(event.target.value)}>
            <option value="">choose</option>
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
          <Field
            label="Their password"
            type="password"
            autoComplete="off"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </div>
      )}
    </FormDialog>
  );
}
