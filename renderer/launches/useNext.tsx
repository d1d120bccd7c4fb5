// The primary action of a launch, done: goes there, signs, moves the state on. The same in every room of a launch.
// Owns: which of these it is. Rooms may do `item`, `category` and `check` themselves.
import { type ReactNode, useState } from "react";
import type { LaunchState, LaunchView, RunId, SignSubject } from "../../engine/protocol/index.ts";
import { go } from "../app/index.ts";
import { TextAreaField } from "../design/index.ts";
import { useLibrary } from "../library/slice.ts";
import { SignSheet } from "../signing/index.ts";
import { FormDialog } from "./FormDialog.tsx";
import type { NextPlan, NextStep } from "./next.ts";
import { actOn, useLaunches } from "./slice.ts";
import { STATE_WORDS } from "./words.ts";

export type Signing = { subject: SignSubject; role: string | null; title: string };

export function useNext(view: LaunchView, local: (plan: NextPlan) => boolean) {
  const [signing, setSigning] = useState<Signing | null>(null);
  const [advance, setAdvance] = useState<LaunchState | null>(null);
  const { launch } = view.header;
  const act = ({ plan }: NextStep): void => {
    if (local(plan)) return;
    switch (plan.type) {
      case "checklist":
        go({ view: "launch", launch });
        return;
      case "item":
        go({ view: "readiness", launch, item: plan.item });
        return;
      case "check":
        go({ view: "readiness", launch, item: plan.items[0] ?? null });
        return;
      case "category":
        go({ view: "readiness", launch, item: null });
        return;
      case "sign":
        setSigning({ subject: { kind: plan.kind, id: plan.id }, role: plan.role, title: `Sign ${plan.title}` });
        return;
      case "decide":
        go({ view: "decision", launch });
        return;
      case "advance":
        setAdvance(plan.to);
        return;
      case "start":
        useLibrary.getState().start(plan.path);
        return;
      case "run":
        go({ view: "run", run: plan.run as RunId });
        return;
      case "enter":
      case "watch":
        go({ view: "night", launch });
        return;
      case "none":
        return;
      default:
        plan satisfies never;
    }
  };
  const overlay: ReactNode = (
    <>
      {signing === null ? null : (
        <SignSheet
          key={`${signing.subject.kind} ${signing.subject.id} ${signing.role}`}
          launch={launch}
          subject={signing.subject}
          title={signing.title}
          {...(signing.role === null ? {} : { role: signing.role })}
          onSigned={() => {
            setSigning(null);
            void useLaunches.getState().refresh();
          }}
          onClose={() => setSigning(null)}
        />
      )}
      {advance === null ? null : <Advance view={view} to={advance} onClose={() => setAdvance(null)} />}
    </>
  );
  return { act, sign: setSigning, overlay };
}

function Advance({ view, to, onClose }: { view: LaunchView; to: LaunchState; onClose(): void }) {
  const [reason, setReason] = useState("");
  return (
    <FormDialog
      title={`${STATE_WORDS[to]}?`}
      about={`${view.header.facts.name} is ${STATE_WORDS[view.header.state].toLowerCase()} now. The change of state is recorded with your name and the time.`}
      button="Move on"
      onSend={async () => {
        const result = await actOn("launch.advance", {
          launch: view.header.launch,
          to,
          ...(reason.trim() === "" ? {} : { reason: reason.trim() }),
        });
        return result.ok ? null : result.error.message;
      }}
      onClose={onClose}
    >
      <TextAreaField
        label="Reason, if there is one to give"
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
    </FormDialog>
  );
}
