// Signing in by id and password. Owns: the form. Lockout and limits are the engine's; its words are shown.
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field } from "../design/index.ts";

export function SignInDialog({
  lastId,
  onSignIn,
  onClose,
}: {
  lastId: string;
  onSignIn(id: string, password: string): Promise<string | null>;
  onClose(): void;
}) {
  const form = useId();
  const [id, setId] = useState(lastId);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (id === "" || password === "") return setError("Both are needed.");
    setBusy(true);
    const failure = await onSignIn(id.trim(), password);
    setBusy(false);
    setError(failure);
    if (failure !== null) setPassword("");
  };
  return (
    <Dialog
      open
      title="Sign in"
      description="What you do from here on stands in the record under your name."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button kind="accent" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Checking…" : "Sign in"}
          </Button>
        </>
      }
    >
      <form id={form} className="form two" onSubmit={(event) => void submit(event)} noValidate>
        <Field
          label="Your id"
          mono
          big
          autoComplete="username"
          autoCapitalize="none"
          autoFocus={lastId === ""}
          value={id}
          onChange={(event) => setId(event.target.value)}
        />
        <Field
          label="Password"
          type="password"
          big
          autoComplete="current-password"
          autoFocus={lastId !== ""}
          value={password}
          error={error}
          onChange={(event) => setPassword(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
