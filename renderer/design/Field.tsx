// Labelled inputs: the label, the hint and the error belong to the control for a screen reader too.
// Owns: the wiring of ids. Does not validate.
import { type ComponentProps, type ReactNode, useId } from "react";
import { Status } from "./Status.tsx";

type Shared = { label: ReactNode; hint?: ReactNode; error?: string | null | undefined; hideLabel?: boolean };

function Wrapped({ id, label, hint, error, hideLabel, children }: Shared & { id: string; children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel === true ? "visually-hidden" : ""}>
        {label}
      </label>
      {children}
      {hint === undefined ? null : (
        <div className="field-hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
      {error === undefined || error === null || error === "" ? null : (
        <div className="field-error" id={`${id}-error`} role="alert">
          <Status state="failed" size={14} />
          <span>{error}</span>
        </div>
      )}
    </div>
  );
}

const describedBy = (id: string, { hint, error }: Pick<Shared, "hint" | "error">): string | undefined => {
  const ids = [hint === undefined ? "" : `${id}-hint`, error ? `${id}-error` : ""].filter((part) => part !== "");
  return ids.length === 0 ? undefined : ids.join(" ");
};

export function Field({
  label,
  hint,
  error,
  hideLabel,
  mono = false,
  big = false,
  id: given,
  ...input
}: Shared & { mono?: boolean; big?: boolean } & Omit<ComponentProps<"input">, "className">) {
  const own = useId();
  const id = given ?? own;
  return (
    <Wrapped id={id} label={label} hint={hint} error={error} {...(hideLabel === undefined ? {} : { hideLabel })}>
      <input
        id={id}
        className={`input ${mono ? "mono" : ""} ${big ? "big" : ""}`}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        spellCheck={false}
        {...input}
      />
    </Wrapped>
  );
}

export function TextAreaField({ label, hint, error, hideLabel, ...input }: Shared & Omit<ComponentProps<"textarea">, "className" | "id">) {
  const id = useId();
  return (
    <Wrapped id={id} label={label} hint={hint} error={error} {...(hideLabel === undefined ? {} : { hideLabel })}>
      <textarea
        id={id}
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { hint, error })}
        {...input}
      />
    </Wrapped>
  );
}

export function SelectField({
  label,
  hint,
  error,
  hideLabel,
  children,
  ...input
}: Shared & Omit<ComponentProps<"select">, "className" | "id">) {
  const id = useId();
  return (
    <Wrapped id={id} label={label} hint={hint} error={error} {...(hideLabel === undefined ? {} : { hideLabel })}>
      <select id={id} className="input" aria-describedby={describedBy(id, { hint, error })} {...input}>
        {children}
      </select>
    </Wrapped>
  );
}

export function CheckLine({
  label,
  hint,
  type = "checkbox",
  ...input
}: { label: ReactNode; hint?: ReactNode; type?: "checkbox" | "radio" } & Omit<ComponentProps<"input">, "className" | "type">) {
  return (
    <label className="checkline">
      <input type={type} {...input} />
      <span>
        {label}
        {hint === undefined ? null : <small>{hint}</small>}
      </span>
    </label>
  );
}
