// The open proposal being signed, one person after the other, at this window. Owns: which meaning is chosen.
import { PenLine } from "lucide-react";
import { type ReactNode, useId, useMemo, useState } from "react";
import type { LaunchView, SignMeaning } from "../../engine/protocol/index.ts";
import { useKeys } from "../app/index.ts";
import { ActionBar, Button, PrimaryButton, plural } from "../design/index.ts";
import { useLaunches } from "../launches/slice.ts";
import { MEANINGS, SignForm, useSignButton, useSigning } from "../signing/index.ts";
import { Columns } from "./Columns.tsx";
import { OUTCOME_WORDS } from "./model.ts";

export function Signing({
  view,
  decision,
  board,
  onAnew,
}: {
  view: LaunchView;
  decision: string;
  board: ReactNode;
  onAnew: (() => void) | null;
}) {
  const form = useId();
  const [meaning, setMeaning] = useState<SignMeaning>("approved");
  const subject = useMemo(() => ({ kind: "decision" as const, id: decision }), [decision]);
  const signing = useSigning({ launch: view.header.launch, subject }, meaning);
  const { outcome } = view.decisions.find((one) => one.id === decision)!;
  const word = OUTCOME_WORDS[outcome];
  const button = useSignButton(signing, meaning, meaning === "rejected" ? `Reject ${word}` : `Sign ${word}`);
  const { prepared } = signing;
  const isLast = prepared !== null && prepared.n >= prepared.m && meaning !== "rejected";
  useKeys([
    { combo: "Mod+Enter", scope: "free", run: () => document.querySelector<HTMLFormElement>(`form[id="${form}"]`)?.requestSubmit() },
  ]);
  return (
    <Columns
      board={board}
      title={`Sign ${word}`}
      sub={prepared === null ? "" : `signature ${prepared.n} of ${prepared.m}`}
      side={
        <>
          <SignForm
            id={form}
            signing={signing}
            meanings={MEANINGS.decision}
            meaning={meaning}
            onMeaning={setMeaning}
            onSigned={() => {
              setMeaning("approved");
              void useLaunches.getState().refresh();
            }}
          />
          {onAnew === null ? null : (
            <p className="sign-anew">
              <Button small kind="ghost" onClick={onAnew}>
                Propose something else instead
              </Button>
            </p>
          )}
        </>
      }
      bar={
        <ActionBar
          icon={<PenLine size={22} aria-hidden="true" />}
          say={
            meaning === "rejected"
              ? "Your rejection ends this proposal"
              : isLast
                ? "Your signature makes the decision"
                : `${word} is being signed`
          }
          detail={
            meaning === "rejected"
              ? "It is withdrawn with your reason on record. Another proposal can follow."
              : isLast
                ? "It cannot be taken back. A later decision is a new entry, with a reason."
                : prepared === null
                  ? "Each role signs with id and password."
                  : `${plural(prepared.m - prepared.n + 1, "signature")} missing. Each role signs with id and password, at this keyboard or another.`
          }
        >
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
        </ActionBar>
      }
    />
  );
}
