// Opens a run and shows it: loading, an error in words, or the screen.
// Owns: following the run while it is shown. The screen is RunScreen.tsx.
import { useEffect } from "react";
import { FrameWork, go, type RunViewProps } from "../app/index.ts";
import { Button, EmptyState } from "../design/index.ts";
import { RunScreen } from "./RunScreen.tsx";
import { followRun, useRunStore } from "./store.ts";
import "./run.css";
import "./document.css";

export function RunView({ run }: RunViewProps) {
  useEffect(() => followRun(run), [run]);
  const picture = useRunStore((slice) => (slice.run === run ? slice.picture : null));
  const error = useRunStore((slice) => (slice.run === run ? slice.error : null));
  if (picture !== null) return <RunScreen run={run} picture={picture} />;
  return (
    <FrameWork label="Run">
      {error === null ? (
        <p className="run-opening" role="status">
          Opening the run…
        </p>
      ) : (
        <div className="run-opening">
          <EmptyState
            title="The run could not be opened"
            action={<Button onClick={() => go({ view: "records" })}>Go to the records</Button>}
          >
            {error.message}
          </EmptyState>
        </div>
      )}
    </FrameWork>
  );
}
