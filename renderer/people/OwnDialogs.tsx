// What everybody does about themselves: a new password, handing roles on for a time, taking that back.
// Owns: the fields of each.
import { useState } from "react";
import type { Delegation, OperatorId, RosterEntry } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { CheckLine, Field, formatMoment, SelectField, TextAreaField } from "../design/index.ts";
import { MomentField } from "../launches/MomentField.tsx";
import { fromLocalInput, toLocalInput } from "../launches/words.ts";
import { ActDialog } from "./ActDialog.tsx";
import { passwordProblem } from "./ids.ts";
import { NewPassword, NOTHING_TYPED } from "./NewPassword.tsx";

type Self = { id: string; name: string };

export function PasswordDialog({ self, onDone, onClose }: { self: Self; onDone(): void; onClose(): void }) {
  const [typed, setTyped] = useState(NOTHING_TYPED);
  return (
    <ActDialog
      title="Change your password"
      description="Your signing key stays the same: only what locks it changes."
      button="Change it"
      self={self}
      needsSecond={false}
      problem={() => passwordProblem(typed.password, typed.again)}
      onSend={(proof) => callEngine("people.changePassword", { password: proof.ownPassword, newPassword: typed.password })}
      onDone={onDone}
      onClose={onClose}
    >
      <NewPassword
        label="New password"
        hint="At least 8 characters. A few words in a row are easy to type at night."
        typed={typed}
        onTyped={setTyped}
      />
    </ActDialog>
  );
}

/** Longest time that roles are handed on for, days (engine/people). */
const LONGEST_DAYS = 30;
const DAY_MS = 86_400_000;

export function DelegateDialog({
  self,
  people,
  zone,
  onDone,
  onClose,
}: {
  self: RosterEntry;
  people: RosterEntry[];
  zone: string;
  onDone(given: Delegation): void;
  onClose(): void;
}) {
  const others = people.filter((one) => one.status === "active" && one.id !== self.id);
  const [to, setTo] = useState("");
  const [isAll, setAll] = useState(true);
  const [roles, setRoles] = useState<string[]>([]);
  const [more, setMore] = useState("");
  const [until, setUntil] = useState(() => toLocalInput(new Date(Date.now() + DAY_MS).toISOString(), zone));
  const [reason, setReason] = useState("");
  const named = [...roles, ...more.split(/[\s,]+/).filter((one) => one !== "")];
  const end = fromLocalInput(until, zone);
  const problem = (): string | null => {
    if (to === "") return "Who stands in for you?";
    if (!isAll && named.length === 0) return "Name at least one role, or hand on all.";
    if (end === null) return "Until when?";
    if (Date.parse(end) <= Date.now()) return "The end is past.";
    if (Date.parse(end) - Date.now() > LONGEST_DAYS * DAY_MS) return `A delegation lasts at most ${LONGEST_DAYS} days.`;
    return reason.trim() === "" ? "A reason is needed; it stands in the record." : null;
  };
  return (
    <ActDialog
      title="Let somebody stand in for you"
      description="They sign with their own password, under their own name, on your behalf. It ends by itself."
      button="Hand it on"
      self={self}
      needsSecond={false}
      problem={problem}
      onSend={(proof) =>
        callEngine("people.delegate", {
          to: to as OperatorId,
          roles: isAll ? [] : [...new Set(named)],
          until: end ?? "",
          reason: reason.trim(),
          password: proof.ownPassword,
        })
      }
      onDone={onDone}
      onClose={onClose}
    >
      <div className="form two">
        <SelectField label="To" value={to} onChange={(event) => setTo(event.target.value)}>
          <option value="">Choose…</option>
          {others.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name} ({one.id})
            </option>
          ))}
        </SelectField>
        <MomentField label="Until" zone={zone} value={until} onChange={setUntil} />
      </div>
      <fieldset className="role-choice">
        <legend>What is handed on</legend>
        <CheckLine
          type="radio"
          name="what"
          label="All that I hold, except keeping the roster"
          checked={isAll}
          onChange={() => setAll(true)}
        />
        <CheckLine type="radio" name="what" label="Only these roles" checked={!isAll} onChange={() => setAll(false)} />
        {isAll ? null : (
          <div className="delegate-roles">
            {self.roles
              .filter((role) => role !== "admin")
              .map((role) => (
                <CheckLine
                  key={role}
                  label={role}
                  checked={roles.includes(role)}
                  onChange={(event) => setRoles(event.target.checked ? [...roles, role] : roles.filter((one) => one !== role))}
                />
              ))}
            <Field
              label="Roles of a launch"
              mono
              value={more}
              placeholder="infrastructure-lead"
              hint="As they stand in the checklist; several with a comma between."
              onChange={(event) => setMore(event.target.value)}
            />
          </div>
        )}
      </fieldset>
      <TextAreaField label="Reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
    </ActDialog>
  );
}

export function RevokeDialog({
  self,
  delegation,
  zone,
  nameOf,
  onDone,
  onClose,
}: {
  self: Self;
  delegation: Delegation;
  zone: string;
  nameOf(id: string): string;
  onDone(given: Delegation): void;
  onClose(): void;
}) {
  const [reason, setReason] = useState("");
  return (
    <ActDialog
      title="End this delegation"
      description={`${nameOf(delegation.to)} stands in for ${nameOf(delegation.from)} until ${formatMoment(delegation.until, zone)}. What was signed meanwhile stays.`}
      button="End it now"
      isDangerous
      self={self}
      needsSecond={false}
      problem={() => (reason.trim() === "" ? "A reason is needed; it stands in the record." : null)}
      onSend={(proof) => callEngine("people.revokeDelegation", { seq: delegation.seq, reason: reason.trim(), password: proof.ownPassword })}
      onDone={onDone}
      onClose={onClose}
    >
      <TextAreaField label="Reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
    </ActDialog>
  );
}
