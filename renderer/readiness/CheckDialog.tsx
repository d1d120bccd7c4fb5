// Before automatic checks run: their parameters, and on production the cluster's name typed. Owns: the draft.
import { useState } from "react";
import type { Param } from "../../engine/protocol/index.ts";
import { Field, Notice, plural } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { ParamField } from "../start/Inputs.tsx";
import { paramProblem } from "../start/model.ts";

export const defaultValues = (params: readonly Param[]): Record<string, string> =>
  Object.fromEntries(
    params.map((param) => [param.name, param.type === "secret" ? "" : (param.default ?? (param.type === "bool" ? "false" : ""))]),
  );

export function CheckDialog({
  count,
  params,
  values: given,
  context,
  expected,
  onStart,
  onClose,
}: {
  /** Items that are checked. */
  count: number;
  params: Param[];
  values: Record<string, string>;
  context: string | null;
  /** Name of the cluster to type; null where none is asked for. */
  expected: string | null;
  /** Resolves to the words of a refusal, or null. */
  onStart(values: Record<string, string>, typed: string | null): Promise<string | null>;
  onClose(): void;
}) {
  const [values, setValues] = useState(given);
  const [typed, setTyped] = useState("");
  const wrong = params.map((param) => paramProblem(param, values[param.name] ?? "")).find((problem) => problem !== null) ?? null;
  const problem = wrong ?? (expected !== null && typed !== expected ? `Type the cluster's name: ${expected}` : null);
  return (
    <FormDialog
      wide={params.length > 3}
      title={`Check ${plural(count, "item")}`}
      about={
        context === null
          ? "No cluster is chosen for this launch: checks that need one are refused until one is chosen on the set-up page."
          : `The checks read from ${context}, which is proved before each of them. A check supports an answer and never gives one.`
      }
      button="Run the checks"
      problem={problem}
      onSend={() => onStart(values, expected === null ? null : typed)}
      onClose={onClose}
    >
      {expected === null ? null : (
        <>
          <Notice kind="warn">{expected} is a PRODUCTION cluster.</Notice>
          <Field
            label={
              <>
                Type the cluster's name: <code>{expected}</code>
              </>
            }
            mono
            autoFocus
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </>
      )}
      {params.map((param) => (
        <ParamField
          key={param.name}
          param={param}
          value={values[param.name] ?? ""}
          said={null}
          isAsked={false}
          onChange={(value) => setValues({ ...values, [param.name]: value })}
          onDone={() => undefined}
        />
      ))}
    </FormDialog>
  );
}
