// Choosing roles, each with what it is for. Owns: drawing.
import type { Role } from "../../engine/protocol/index.ts";
import { CheckLine } from "../design/index.ts";
import { CANNOT_MEET, cannotMeet, ROLE_WORDS, ROLES } from "./roster.ts";

export function RoleChoice({ roles, onChange }: { roles: readonly Role[]; onChange(roles: Role[]): void }) {
  return (
    <fieldset className="role-choice">
      <legend>Roles</legend>
      <div>
        {ROLES.map((role) => (
          <CheckLine
            key={role}
            label={role}
            hint={ROLE_WORDS[role]}
            checked={roles.includes(role)}
            onChange={(event) => onChange(event.target.checked ? [...roles, role] : roles.filter((one) => one !== role))}
          />
        ))}
      </div>
      {cannotMeet(roles) ? <p className="field-error">{CANNOT_MEET}</p> : null}
    </fieldset>
  );
}
