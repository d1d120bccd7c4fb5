// The plan of a run, and of a file before it is started: asking, waiting and failing in words.
// Owns: nothing but that; the plan is drawn by PlanPanel.tsx.
import type { ReactNode } from "react";
import type { RunId } from "../../engine/protocol/index.ts";
import { Notice } from "../design/index.ts";
import { PlanPanel } from "./PlanPanel.tsx";
import { type PlanAnswer, usePlanOfFile, usePlanOfRun } from "./usePlan.ts";

type Props = { head: ReactNode; onOpen(step: string): void };

export function RunPlan({ run, ...props }: Props & { run: RunId }) {
  return <Answer answer={usePlanOfRun(run)} {...props} />;
}

export function DocumentPlan({ path, ...props }: Props & { path: string }) {
  return <Answer answer={usePlanOfFile(path)} {...props} />;
}

function Answer({ answer: { view, error, skewMs }, head, onOpen }: Props & { answer: PlanAnswer }) {
  if (view !== null) return <PlanPanel view={view} skewMs={skewMs} head={head} onOpen={onOpen} />;
  return (
    <section className="plan" data-region="document" aria-label="Plan">
      <div className="panel-head">
        <h2>Plan</h2>
        <span className="end">{head}</span>
      </div>
      {error === null ? (
        <p className="run-opening" role="status">
          Reading the plan…
        </p>
      ) : (
        <Notice kind="fail" live>
          {error}
        </Notice>
      )}
    </section>
  );
}
