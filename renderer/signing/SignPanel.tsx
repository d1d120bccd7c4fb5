// One signature, whole: what is signed, who may, id and password, and the button. For a sheet or a column of a view.
// Owns: joining the flow to its leaves. What happens after a signature is the caller's (`onSigned`).
import { PenLine } from "lucide-react";
import { useId, useState } from "react";
import type { SignatureView, SignMeaning } from "../../engine/protocol/index.ts";
import { Button, PrimaryButton } from "../design/index.ts";
import { SignForm, useSignButton } from "./SignForm.tsx";
import { type SignTarget, useSigning } from "./useSigning.ts";
import { MEANINGS, SUBJECT_WORDS } from "./words.ts";

export type SignPanelProps = SignTarget & {
  /** The meaning offered first; the usual one of the kind by default. */
  meaning?: SignMeaning;
  title?: string;
  onSigned(signature: SignatureView): void;
  onClose?(): void;
};

export function SignPanel({ launch, run, subject, role, meaning: wanted, title, onSigned, onClose }: SignPanelProps) {
  const form = useId();
  const meanings = MEANINGS[subject.kind];
  const [meaning, setMeaning] = useState<SignMeaning>(wanted ?? meanings[0]!);
  const signing = useSigning({ launch, run, subject, role }, meaning);
  const button = useSignButton(signing, meaning);
  const { prepared } = signing;
  return (
    <div className="sign-panel">
      <div className="sign-head">
        <PenLine size={18} aria-hidden="true" />
        <h2>{title ?? SUBJECT_WORDS[subject.kind]}</h2>
        {prepared === null ? null : (
          <span className="dim">
            {subject.kind === "briefing" ? `signature ${prepared.n}` : `signature ${prepared.n} of ${prepared.m}`}
          </span>
        )}
      </div>
      <div className="sign-body">
        <SignForm id={form} signing={signing} meanings={meanings} meaning={meaning} onMeaning={setMeaning} onSigned={onSigned} />
      </div>
      <div className="sign-foot">
        {onClose === undefined ? null : (
          <Button kind="ghost" onClick={onClose}>
            Not now
          </Button>
        )}
        <PrimaryButton
          type="submit"
          form={form}
          hotkey="Mod+Enter"
          unavailable={button.unavailable}
          aria-disabled={!button.isReady}
          className={button.unavailable === null && !button.isReady ? "arming" : ""}
        >
          {button.label}
        </PrimaryButton>
      </div>
    </div>
  );
}
