// The parameters and placeholders of a runbook as fields: type, limits and what they are for; secrets without echo.
// Owns: the fields. Does not keep the values.
import type { Param } from "../../engine/protocol/index.ts";
import { CheckLine, Field, SelectField } from "../design/index.ts";
import { type PlaceholderUse, paramProblem, placeholderProblem } from "./model.ts";

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}`;

function hintOf(param: Param): string {
  const parts: string[] = [];
  if (param.about !== "") parts.push(sentence(param.about));
  if (param.type === "secret") parts.push("Secret: never recorded, and masked in all output.");
  if (param.min !== null || param.max !== null) parts.push(`${param.min ?? "…"} to ${param.max ?? "…"}.`);
  if (param.default !== null && param.type !== "secret") parts.push(`Default ${param.default === "" ? "empty" : param.default}.`);
  if (!param.required && param.default === null && param.type !== "bool") parts.push("May be left empty.");
  // Last, and without a full stop: it would read as a part of the pattern. A default shows its form better than a pattern does.
  if (param.pattern !== null && (param.default ?? "") === "") parts.push(`Must match ${param.pattern}`);
  return parts.join(" ");
}

export function ParamField({
  param,
  value,
  said,
  isAsked,
  onChange,
  onDone,
}: {
  param: Param;
  value: string;
  /** What the engine found wrong with this very value; patterns are tried there alone. */
  said: string | null;
  isAsked: boolean;
  onChange(value: string): void;
  onDone(): void;
}) {
  const hint = hintOf(param);
  const problem = paramProblem(param, value);
  const shared = { label: <span className="mono">{param.name}</span>, ...(hint === "" ? {} : { hint }) };
  if (param.type === "bool")
    return (
      <CheckLine
        label={<span className="mono">{param.name}</span>}
        {...(hint === "" ? {} : { hint })}
        checked={value === "true"}
        onChange={(event) => {
          onChange(event.target.checked ? "true" : "false");
          onDone();
        }}
      />
    );
  if (param.type === "choice")
    return (
      <SelectField
        {...shared}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
          onDone();
        }}
      >
        {value === "" || !param.choices.includes(value) ? <option value="">Choose…</option> : null}
        {param.choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </SelectField>
    );
  return (
    <Field
      {...shared}
      mono
      type={param.type === "secret" ? "password" : "text"}
      inputMode={param.type === "int" || param.type === "number" ? "decimal" : "text"}
      autoComplete={param.type === "secret" ? "new-password" : "off"}
      required={param.required}
      error={value !== "" || isAsked ? (problem ?? said) : null}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onBlur={onDone}
    />
  );
}

export function PlaceholderField({
  use,
  value,
  onChange,
  onDone,
}: {
  use: PlaceholderUse;
  value: string;
  onChange(value: string): void;
  onDone(): void;
}) {
  return (
    <Field
      label={<span className="mono">{`<${use.name}>`}</span>}
      hint={`Filled into ${use.steps.length === 1 ? "step" : "steps"} ${use.steps.join(", ")}. Letters, digits and . _ : / @ = + , - only.`}
      mono
      autoComplete="off"
      error={placeholderProblem(value)}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onBlur={onDone}
    />
  );
}
