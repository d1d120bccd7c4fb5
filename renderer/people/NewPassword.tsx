// A new password, typed twice. Owns: the two fields, side by side. What is wrong with them says ids.ts.
import { Field } from "../design/index.ts";

export type Typed = { password: string; again: string };
export const NOTHING_TYPED: Typed = { password: "", again: "" };

export function NewPassword({ label, hint, typed, onTyped }: { label: string; hint: string; typed: Typed; onTyped(typed: Typed): void }) {
  return (
    <div className="form two">
      <Field
        label={label}
        type="password"
        autoComplete="new-password"
        value={typed.password}
        hint={hint}
        onChange={(event) => onTyped({ ...typed, password: event.target.value })}
      />
      <Field
        label="The same again"
        type="password"
        autoComplete="new-password"
        value={typed.again}
        onChange={(event) => onTyped({ ...typed, again: event.target.value })}
      />
    </div>
  );
}
