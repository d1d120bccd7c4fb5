// A decision in force, as it was signed, and whether it still holds. Owns: drawing; what comes next is the launch's.
import type { ReactNode } from "react";
import type { LaunchView } from "../../engine/protocol/index.ts";
import { Button, Notice } from "../design/index.ts";
import { LaunchDock } from "../launches/LaunchDock.tsx";
import { nextStep } from "../launches/next.ts";
import { useMay } from "../launches/useMay.ts";
import { useNext } from "../launches/useNext.tsx";
import { roleWords } from "../signing/index.ts";
import { Columns } from "./Columns.tsx";
import { OUTCOME_WORDS, signaturesOf, standing } from "./model.ts";

export function Taken({ view, board, may, onAnew }: { view: LaunchView; board: ReactNode; may: string | null; onAnew(): void }) {
  const taken = standing(view.decisions).taken!;
  const word = OUTCOME_WORDS[taken.outcome];
  const given = signaturesOf(view.signatures, taken.id).filter((one) => one.meaning !== "rejected");
  const stale = given.find((one) => one.state === "stale");
  const { header } = view;
  const next = nextStep(view);
  // Here already: what is left is to decide again, and that is the one action.
  const isAgain = next.plan.type === "decide";
  const step = isAgain
    ? {
        ...next,
        button: "Decide anew",
        say: `${word} ${stale === undefined ? "is in force" : "no longer holds"}`,
        detail: "A new decision takes its place, with a reason.",
      }
    : next;
  const { act, overlay } = useNext(view, () => false);
  const mayMove = useMay(header.state === "closed").lead;
  return (
    <Columns
      board={board}
      title={stale === undefined ? `${word} in force` : `${word} no longer holds`}
      sub={`${given.length} of ${taken.needed}`}
      side={
        <div className="sign-form">
          {stale === undefined ? null : (
            <Notice kind="warn">
              <b>It no longer holds.</b> {stale.staleBecause}. Decide again.
            </Notice>
          )}
          {given.map((one) => (
            <figure key={one.id} className="given">
              <blockquote className="sign-statement">{one.statement}</blockquote>
              <figcaption>
                <b>{one.name}</b>, {roleWords(one.role)}
                {one.onBehalfOf === "" ? "" : `, on behalf of ${one.onBehalfOf}`}
              </figcaption>
            </figure>
          ))}
        </div>
      }
      bar={
        <>
          <LaunchDock
            step={step}
            isGuarded={header.clusterClass === "production" || header.clusterClass === null}
            isPending={false}
            unavailable={isAgain ? may : step.plan.type === "advance" ? mayMove : null}
            refusal={null}
            end={
              isAgain ? null : (
                <Button unavailable={may} onClick={onAnew}>
                  Decide anew
                </Button>
              )
            }
            onPrimary={() => (isAgain ? onAnew() : act(step))}
          />
          {overlay}
        </>
      }
    />
  );
}
