// The lock: covers the work, leaves band, situation and record bar, because the night goes on behind it.
// Owns: the form. The engine locks and unlocks.
import { Lock } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type FormEvent, useState } from "react";
import { Button, Field } from "../design/index.ts";

export function LockScreen({
  name,
  id,
  minutes,
  isRunning,
  onUnlock,
  onSignOut,
}: {
  name: string;
  id: string;
  minutes: number;
  isRunning: boolean;
  onUnlock(password: string): Promise<string | null>;
  onSignOut(): void;
}) {
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const failure = await onUnlock(password);
    setBusy(false);
    setError(failure);
    setPassword("");
  };
  return (
    <Radix.Root open>
      <Radix.Portal>
        <Radix.Content
          className="lock"
          onEscapeKeyDown={(event) => event.preventDefault()}
          onInteractOutside={(event) => event.preventDefault()}
        >
          <form className="lock-card" onSubmit={(event) => void submit(event)} noValidate>
            <Lock size={26} className="warn-text" aria-hidden="true" />
            <Radix.Title className="lock-title">Locked</Radix.Title>
            <Radix.Description className="mid">
              {isRunning ? "A running command goes on, and its record with it. " : ""}
              Locked by hand or after {minutes} {minutes === 1 ? "minute" : "minutes"} without a key.
            </Radix.Description>
            <div className="lock-who">
              <b>{name}</b> <span className="mono dim">{id}</span>
            </div>
            <input type="text" className="visually-hidden" tabIndex={-1} aria-hidden="true" autoComplete="username" value={id} readOnly />
            <Field
              label="Password"
              type="password"
              big
              autoFocus
              autoComplete="current-password"
              value={password}
              error={error}
              onChange={(event) => setPassword(event.target.value)}
            />
            <div className="lock-acts">
              <Button kind="ghost" onClick={onSignOut}>
                Somebody else: sign {name.split(" ")[0]} out
              </Button>
              <Button kind="accent" type="submit" disabled={isBusy || password === ""}>
                {isBusy ? "Checking…" : "Unlock"}
              </Button>
            </div>
          </form>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
