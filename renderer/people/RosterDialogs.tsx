// The acts on the roster as dialogs: enrolling, changing, resetting. Owns: the fields of each.
import { useState } from "react";
import type { OperatorId, Role, RosterEntry } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/index.ts";
import { CheckLine, Field, TextAreaField } from "../design/index.ts";
import { ActDialog, type Proof } from "./ActDialog.tsx";
import { idFromName, idProblem, passwordProblem } from "./ids.ts";
import { NewPassword, NOTHING_TYPED } from "./NewPassword.tsx";
import { RoleChoice } from "./RoleChoice.tsx";
import { CANNOT_MEET, cannotMeet, hasSecond } from "./roster.ts";

type Shared = { people: RosterEntry[]; self: { id: string; name: string }; onDone(entry: RosterEntry): void; onClose(): void };
const proofOf = ({ ownPassword, second }: Proof) => ({
  ownPassword,
  ...(second === undefined ? {} : { second: { id: second.id as OperatorId, password: second.password } }),
});

export function EnrolDialog({ people, self, onDone, onClose }: Shared) {
  const [name, setName] = useState("");
  const [ownId, setOwnId] = useState<string | null>(null);
  const [title, setTitle] = useState("");
  const [roles, setRoles] = useState<Role[]>(["operator"]);
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [checkedBy, setCheckedBy] = useState(self.name);
  const [how, setHow] = useState("");
  const id = ownId ?? idFromName(name);
  const problem = (): string | null => {
    if (name.trim() === "") return "The name is missing, as it shall stand in the record.";
    const wrongId = idProblem(id);
    if (wrongId !== null) return wrongId;
    if (people.some((one) => one.id === id)) return `The id ${id} is or was somebody's, and an id is never given twice.`;
    if (roles.length === 0) return "At least one role is needed.";
    if (cannotMeet(roles)) return CANNOT_MEET;
    if (checkedBy.trim() === "" || how.trim().length < 3) return "Who checked the identity, and how? Both stand in the record.";
    return passwordProblem(typed.password, typed.again);
  };
  return (
    <ActDialog
      wide
      title="Enrol a person"
      description="The new person chooses the password at this keyboard. It makes their own signing key, which nobody else can use."
      button="Enrol"
      self={self}
      needsSecond={hasSecond(people, self.id, id)}
      problem={problem}
      onSend={(proof) =>
        callEngine("people.enrol", {
          id: id as OperatorId,
          name: name.trim(),
          title: title.trim(),
          roles,
          password: typed.password,
          checkedBy: checkedBy.trim(),
          how: how.trim(),
          ...proofOf(proof),
        })
      }
      onDone={onDone}
      onClose={onClose}
    >
      <div className="form two">
        <Field label="Name" autoFocus autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <Field
          label="Id, never given twice"
          mono
          autoComplete="off"
          autoCapitalize="none"
          value={id}
          onChange={(event) => setOwnId(event.target.value)}
        />
        <Field
          label="Title"
          autoComplete="off"
          value={title}
          placeholder="Database lead"
          onChange={(event) => setTitle(event.target.value)}
        />
      </div>
      <RoleChoice roles={roles} onChange={setRoles} />
      <div className="form two">
        <Field label="Identity checked by" autoComplete="off" value={checkedBy} onChange={(event) => setCheckedBy(event.target.value)} />
        <Field
          label="How"
          autoComplete="off"
          value={how}
          placeholder="Company badge, in person"
          onChange={(event) => setHow(event.target.value)}
        />
      </div>
      <NewPassword label="New person's password" hint="At least 8 characters, typed by the new person." typed={typed} onTyped={setTyped} />
    </ActDialog>
  );
}

export function ChangeDialog({ entry, people, self, onDone, onClose }: Shared & { entry: RosterEntry }) {
  const [name, setName] = useState(entry.name);
  const [title, setTitle] = useState(entry.title);
  const [roles, setRoles] = useState<Role[]>([...entry.roles]);
  const [isGone, setGone] = useState(entry.status === "gone");
  const [reason, setReason] = useState("");
  const hasOtherRoles = roles.length !== entry.roles.length || roles.some((one) => !entry.roles.includes(one));
  const isBack = entry.status === "gone" && !isGone;
  const isLeaving = entry.status === "active" && isGone;
  const changed = {
    ...(name.trim() === entry.name ? {} : { name: name.trim() }),
    ...(title.trim() === entry.title ? {} : { title: title.trim() }),
    ...(hasOtherRoles ? { roles } : {}),
    ...(isBack ? { status: "active" as const } : isLeaving ? { status: "gone" as const } : {}),
  };
  return (
    <ActDialog
      wide
      title={`Change ${entry.name}`}
      description={
        <>
          The id <span className="mono">{entry.id}</span> stays. What was signed before stays as it was signed.
        </>
      }
      button={isLeaving ? "Record that they left" : "Change"}
      isDangerous={isLeaving}
      self={self}
      needsSecond={(hasOtherRoles || isBack) && hasSecond(people, self.id, entry.id)}
      problem={() =>
        Object.keys(changed).length === 0
          ? "Nothing would change yet."
          : roles.length === 0
            ? "At least one role is needed."
            : cannotMeet(roles)
              ? CANNOT_MEET
              : reason.trim() === ""
                ? "A reason is needed; it stands in the record."
                : null
      }
      onSend={(proof) => callEngine("people.change", { id: entry.id, ...changed, reason: reason.trim(), ...proofOf(proof) })}
      onDone={onDone}
      onClose={onClose}
    >
      <div className="form two">
        <Field label="Name" autoComplete="off" value={name} onChange={(event) => setName(event.target.value)} />
        <Field label="Title" autoComplete="off" value={title} onChange={(event) => setTitle(event.target.value)} />
      </div>
      <RoleChoice roles={roles} onChange={setRoles} />
      <CheckLine
        label="Has left"
        hint="Signed out everywhere, signs nothing any more. The entry stays, and the id is never given again."
        checked={isGone}
        onChange={(event) => setGone(event.target.checked)}
      />
      <TextAreaField label="Reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
    </ActDialog>
  );
}

export function ResetDialog({ entry, people, self, onDone, onClose }: Shared & { entry: RosterEntry }) {
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [reason, setReason] = useState("");
  const hasTwo = hasSecond(people, self.id, entry.id);
  return (
    <ActDialog
      title={`New password and key for ${entry.name}`}
      description="For a password that is lost. Old signatures stay valid under the old key; from now on a new key signs."
      button="Make a new key"
      isDangerous
      self={self}
      needsSecond
      problem={() =>
        !hasTwo
          ? "This takes two people besides the one it is about, and there are not so many on the roster."
          : reason.trim() === ""
            ? "A reason is needed; it stands in the record."
            : passwordProblem(typed.password, typed.again)
      }
      onSend={(proof) =>
        callEngine("people.reset", {
          id: entry.id,
          password: typed.password,
          reason: reason.trim(),
          ownPassword: proof.ownPassword,
          second: { id: (proof.second?.id ?? "") as OperatorId, password: proof.second?.password ?? "" },
        })
      }
      onDone={onDone}
      onClose={onClose}
    >
      <TextAreaField label="Reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
      <NewPassword
        label={`New password of ${entry.name}`}
        hint="At least 8 characters, typed by the person."
        typed={typed}
        onTyped={setTyped}
      />
    </ActDialog>
  );
}
