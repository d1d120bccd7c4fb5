// Opens a run and shows it: loading, an error in words, or the screen.
// Owns: following the run while it is shown. The screen is RunScreen.tsx.
import { useEffect, useState } from "react";
import { FrameWork, go, type RunViewProps, useApp } from "../app/index.ts";
import { Button, EmptyState } from "../design/index.ts";
import { RunScreen } from "./RunScreen.tsx";
import { followRun, useRunStore } from "./store.ts";
import "./run.css";
import "./document.css";
import "./amend.css";
import "./gate.css";

export function RunView({ run }: RunViewProps) {
  const [asking, askAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is what the counter is for
  useEffect(() => followRun(run), [run, asking]);
  // Whoever signs in may see what was refused before; a run that is on screen is not opened anew.
  const person = useApp((app) => (app.snapshot?.session?.locked === false ? app.snapshot.session.operator.id : null));
  useEffect(() => {
    const { picture, error } = useRunStore.getState();
    if (person !== null && picture === null && error !== null) askAgain((count) => count + 1);
  }, [person]);
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
            action={
              error.code === "not-signed-in" ? (
                <Button kind="accent" onClick={() => useApp.getState().setSignInOpen(true)}>
                  Sign in
                </Button>
              ) : (
                <Button onClick={() => go({ view: "records" })}>Go to the records</Button>
              )
            }
          >
            {error.message}
          </EmptyState>
        </div>
      )}
    </FrameWork>
  );
}
