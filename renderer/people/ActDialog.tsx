// The frame of every act on the roster: fields, one's own password again, a second person where it takes two, one button.
// Owns: passwords while they are typed, emptied after every try; whose was wrong. Does not know which act it is.
import { type FormEvent, type ReactNode, useId, useRef, useState } from "react";
import type { CallResult } from "../bridge/index.ts";
import { Button, Dialog, Field } from "../design/index.ts";

export type Proof = { ownPassword: string; second?: { id: string; password: string } };

export function ActDialog<T>({
  title,
  description,
  button,
  isDangerous = false,
  wide = false,
  self,
  needsSecond: asksSecond,
  problem,
  onSend,
  onDone,
  onClose,
  children,
}: {
  title: string;
  description?: ReactNode;
  button: string;
  isDangerous?: boolean;
  wide?: boolean;
  self: { id: string; name: string };
  needsSecond: boolean;
  /** What is missing in the fields, checked before anything is sent; null for nothing. */
  problem(): string | null;
  onSend(proof: Proof): Promise<CallResult<T>>;
  onDone(value: T): void;
  onClose(): void;
  children?: ReactNode;
}) {
  const form = useId();
  const element = useRef<HTMLFormElement>(null);
  // The engine asks for a second person where this window did not expect it (the last other lead leaves, many leave in a day).
  const [isAsked, setAsked] = useState(false);
  const needsSecond = asksSecond || isAsked;
  const [own, setOwn] = useState("");
  const [secondId, setSecondId] = useState("");
  const [secondPassword, setSecondPassword] = useState("");
  const [error, setError] = useState<{ whose: "all" | "own" | "second"; text: string } | null>(null);
  const [isBusy, setBusy] = useState(false);
  const refuse = (whose: "all" | "own" | "second", text: string): void => {
    setError({ whose, text });
    if (whose !== "all") element.current?.querySelector<HTMLInputElement>(`[name=${whose}]`)?.focus();
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    const found = problem();
    if (found !== null) return refuse("all", found);
    if (own === "") return refuse("own", "Your own password is needed again.");
    if (needsSecond && (secondId.trim() === "" || secondPassword === ""))
      return refuse("second", "The second person types id and password here.");
    setBusy(true);
    setError(null);
    const result = await onSend({
      ownPassword: own,
      ...(needsSecond ? { second: { id: secondId.trim(), password: secondPassword } } : {}),
    });
    setBusy(false);
    setOwn("");
    setSecondPassword("");
    if (result.ok) return onDone(result.value);
    const { code, message } = result.error;
    const whose = (result.error.details as { whose?: "own" | "second" } | undefined)?.whose;
    if (code === "confirmation-needed") setAsked(true);
    refuse(whose ?? "all", message);
  };
  return (
    <Dialog
      open
      wide={wide}
      title={title}
      {...(description === undefined ? {} : { description })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind={isDangerous ? "danger" : "accent"} type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Signing…" : button}
          </Button>
        </>
      }
    >
      <form id={form} ref={element} className="form" onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
        {children}
        <fieldset className="proof">
          <legend>{needsSecond ? "Signed by two" : "Signed by you"}</legend>
          <div className="form two">
            <Field
              label={`Your password, ${self.name}`}
              name="own"
              type="password"
              autoComplete="off"
              value={own}
              error={error?.whose === "own" ? error.text : null}
              onChange={(event) => setOwn(event.target.value)}
            />
          </div>
          {needsSecond ? (
            <div className="form two">
              <Field
                label="Second person's id"
                mono
                autoComplete="off"
                autoCapitalize="none"
                value={secondId}
                onChange={(event) => setSecondId(event.target.value)}
              />
              <Field
                label="Second person's password"
                name="second"
                type="password"
                autoComplete="off"
                value={secondPassword}
                error={error?.whose === "second" ? error.text : null}
                onChange={(event) => setSecondPassword(event.target.value)}
              />
            </div>
          ) : null}
        </fieldset>
        {error?.whose === "all" ? (
          <p className="field-error" role="alert">
            {error.text}
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}
