// Taking one's own signature back: a signed act of its own, with a reason. Owns: the form; the password lives in its field alone.
import { type FormEvent, useId, useState } from "react";
import type { Failure, LaunchId, OperatorId, SignatureView } from "../../engine/protocol/index.ts";
import { announce } from "../app/index.ts";
import { bridge } from "../bridge/index.ts";
import { Button, Dialog, Field, TextAreaField } from "../design/index.ts";
import { refusalWords } from "./words.ts";

export function WithdrawDialog({
  launch,
  signature,
  onDone,
  onClose,
}: {
  launch: LaunchId;
  signature: SignatureView;
  onDone(): void;
  onClose(): void;
}) {
  const form = useId();
  const [reason, setReason] = useState("");
  const [id, setId] = useState<string>(signature.signer);
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (reason.trim() === "" || id === "" || password === "") return setError("Reason, id and password are needed.");
    setBusy(true);
    const result = await bridge().call("signoff.withdraw", {
      launch,
      signature: signature.id,
      id: id as OperatorId,
      password,
      reason: reason.trim(),
    });
    setBusy(false);
    setPassword("");
    if (!result.ok) return setError(result.error.code === "disconnected" ? result.error.message : refusalWords(result.error as Failure));
    announce("The signature is taken back.");
    onDone();
  };
  return (
    <Dialog
      open
      title="Take your signature back"
      description="It stays in the record, with your reason, and counts no more."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button kind="danger" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Checking…" : "Take it back"}
          </Button>
        </>
      }
    >
      <form id={form} className="form" onSubmit={(event) => void submit(event)} noValidate autoComplete="off">
        <blockquote className="sign-statement">{signature.statement}</blockquote>
        <TextAreaField label="Reason" rows={2} value={reason} onChange={(event) => setReason(event.target.value)} />
        <div className="sign-fields">
          <Field label="Your id" mono autoComplete="off" value={id} onChange={(event) => setId(event.target.value)} />
          <Field
            label="Password"
            type="password"
            autoComplete="off"
            value={password}
            error={error}
            onChange={(event) => setPassword(event.target.value)}
          />
        </div>
      </form>
    </Dialog>
  );
}
