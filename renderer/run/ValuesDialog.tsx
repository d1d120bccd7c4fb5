// The values of a run: what each is, who set it and what it was before; one is changed between steps, with a reason.
// Owns: the list and its form. The engine says what may be changed, and refuses.
import { useCallback, useEffect, useState } from "react";
import type { RunId, ValueView } from "../../engine/protocol/index.ts";
import { callOrNotify } from "../app/index.ts";
import { Button, Dialog, EmptyState, Field, formatMoment, Notice, TextAreaField, Visible } from "../design/index.ts";
import { act, renewValues } from "./store.ts";
import { howWords, kindWords } from "./work-words.ts";

type Props = { run: RunId; zone: string; isReadOnly: boolean; events: number; onClose(): void };

export function ValuesDialog({ run, zone, isReadOnly, events, onClose }: Props) {
  const [values, setValues] = useState<ValueView[] | null>(null);
  const [changing, setChanging] = useState<string | null>(null);
  const read = useCallback(async () => {
    const found = await callOrNotify("run.values", { run });
    if (found !== null) setValues(found);
  }, [run]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a value changes with an event of the run
  useEffect(() => void read(), [read, events]);
  const one = values?.find((value) => value.name === changing) ?? null;
  if (one !== null)
    return (
      <ChangeValue
        key={one.name}
        run={run}
        value={one}
        onDone={() => {
          setChanging(null);
          void read();
        }}
      />
    );
  return (
    <Dialog
      open
      wide
      title="Values of this run"
      description="Who set what, on record. A value is changed between steps, with a reason; a secret is never shown."
      onClose={onClose}
      footer={
        <Button kind="accent" onClick={onClose}>
          Close
        </Button>
      }
    >
      {values === null ? null : values.length === 0 ? (
        <EmptyState title="No values">This runbook asks for no parameter and captures nothing.</EmptyState>
      ) : (
        <table className="table run-values">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Value</th>
              <th scope="col">Set by</th>
              <th scope="col">
                <span className="visually-hidden">Change</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {values.map((value) => (
              <tr key={value.name}>
                <th scope="row">
                  <code>{value.name}</code>
                  <small>{[kindWords(value), value.about].filter((part) => part !== "").join(", ")}</small>
                </th>
                <td className="mono run-break">
                  {value.kind === "secret" ? "never shown" : value.value === null ? <i>no value yet</i> : <Visible text={value.value} />}
                </td>
                <td>
                  {value.history.length === 0 ? "nobody" : null}
                  {value.history.toReversed().map((fact) => (
                    <p key={`${fact.at} ${fact.how}`} className="run-fact">
                      <b>{fact.by}</b> {howWords(fact)}, {formatMoment(fact.at, zone)}
                      {fact.reason === "" ? null : <small>“{fact.reason}”</small>}
                    </p>
                  ))}
                </td>
                <td>
                  {isReadOnly ? null : (
                    <Button
                      small
                      disabled={value.fixed !== ""}
                      title={value.fixed}
                      aria-label={`Change ${value.name}`}
                      onClick={() => setChanging(value.name)}
                    >
                      Change
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  );
}

function ChangeValue({ run, value, onDone }: { run: RunId; value: ValueView; onDone(): void }) {
  const [given, setGiven] = useState("");
  const [reason, setReason] = useState("");
  const [problem, setProblem] = useState("");
  const isReady = given !== "" && reason.trim() !== "";
  const send = async (): Promise<void> => {
    if (!isReady) return;
    const answer = await act("run.value", { run, name: value.name, value: given, reason: reason.trim() });
    if (answer === null) return;
    if (!answer.ok) return setProblem(answer.error.message);
    await renewValues(run);
    onDone();
  };
  return (
    <Dialog
      open
      title={`Change ${value.name}?`}
      description={
        value.kind === "secret"
          ? "Commands get the new one from the next step on. It is recorded nowhere; that it was changed is."
          : "Commands get the new one from the next step on. A signature that released a step ahead is given again."
      }
      onClose={onDone}
      footer={
        <>
          <Button onClick={onDone}>Cancel</Button>
          <Button kind="accent" disabled={!isReady} onClick={() => void send()}>
            Change the value
          </Button>
        </>
      }
    >
      {problem === "" ? null : <Notice kind="fail">{problem}</Notice>}
      <Field
        label={value.kind === "secret" ? "New secret" : `New value, instead of ${value.value ?? "none"}`}
        {...(value.rule === "" ? {} : { hint: value.rule })}
        mono
        autoFocus
        type={value.kind === "secret" ? "password" : "text"}
        autoComplete={value.kind === "secret" ? "new-password" : "off"}
        value={given}
        onChange={(event) => setGiven(event.target.value)}
      />
      <TextAreaField
        label="Reason"
        hint="Recorded with your name and the time. Ctrl Enter sends it."
        rows={3}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
          event.preventDefault();
          void send();
        }}
      />
    </Dialog>
  );
}
