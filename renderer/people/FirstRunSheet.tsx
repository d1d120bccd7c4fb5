// The first minute: one operator of this installation, by name, id and password. Keyboard only: three fields and Enter.
// Owns: the form. The engine makes the keys.
import { type FormEvent, useId, useState } from "react";
import { Button, Field, Sheet } from "../design/index.ts";
import { idFromName, idProblem, passwordProblem } from "./ids.ts";

export function FirstRunSheet({
  home,
  onCreate,
  onLater,
}: {
  home: string;
  /** Words of a failure, or null when done. */
  onCreate(given: { id: string; name: string; password: string }): Promise<string | null>;
  onLater(): void;
}) {
  const form = useId();
  const [name, setName] = useState("");
  const [ownId, setOwnId] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [errors, setErrors] = useState<{ name?: string | null; id?: string | null; password?: string | null; all?: string | null }>({});
  const [isBusy, setBusy] = useState(false);
  const id = ownId ?? idFromName(name);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const found = {
      name: name.trim() === "" ? "Your name as it should stand in the record." : null,
      id: idProblem(id),
      password: passwordProblem(password, again),
    };
    setErrors(found);
    const first = found.name !== null ? "name" : found.id !== null ? "id" : found.password !== null ? "password" : null;
    if (first !== null) {
      event.currentTarget.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
      return;
    }
    setBusy(true);
    setErrors({ all: await onCreate({ id, name: name.trim(), password }) });
    setBusy(false);
  };
  return (
    <Sheet
      open
      title="Who are you?"
      description="What is done here is recorded by name. This makes the first operator of this installation, in under a minute."
      onClose={onLater}
      footer={
        <>
          <Button kind="ghost" onClick={onLater}>
            Look around first
          </Button>
          <span className="grow" />
          <Button kind="accent" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Making your key…" : "Begin"}
          </Button>
        </>
      }
    >
      <form id={form} className="form" onSubmit={(event) => void submit(event)} noValidate>
        <Field
          label="Name"
          name="name"
          big
          autoFocus
          autoComplete="name"
          value={name}
          error={errors.name}
          placeholder="Dana Mercer"
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label="Id"
          name="id"
          big
          mono
          autoComplete="username"
          autoCapitalize="none"
          value={id}
          error={errors.id}
          hint="Short, chosen once, never given to anybody else. You sign in with it."
          onChange={(event) => setOwnId(event.target.value)}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          big
          autoComplete="new-password"
          value={password}
          error={errors.password}
          hint="At least 8 characters. It unlocks your own key on this computer, and is stored nowhere."
          onChange={(event) => setPassword(event.target.value)}
        />
        <Field
          label="Password again"
          type="password"
          big
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.target.value)}
        />
        {errors.all === undefined || errors.all === null ? null : (
          <p className="field-error" role="alert">
            {errors.all}
          </p>
        )}
        <dl className="facts">
          <dt>Kept in</dt>
          <dd className="mono">{home}</dd>
          <dt>Until a second person exists</dt>
          <dd>records say SOLO</dd>
          <dt>Lost password</dt>
          <dd>a lead and a second person make a new key; alone, there is no way back in</dd>
        </dl>
      </form>
    </Sheet>
  );
}
