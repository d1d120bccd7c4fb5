// A link from an alert or a ticket: shown at once where it leads into an opened folder, asked about where it does not. Never starts anything.
// Owns: that question. Where a link leads is the engine's answer.
import { useEffect, useState } from "react";
import type { ResultOf } from "../../engine/protocol/index.ts";
import { callEngine, FrameWork, routeHash, useApp } from "../app/index.ts";
import { Button, EmptyState, Notice } from "../design/index.ts";

type Answer = { led: ResultOf<"link.resolve"> } | { refused: string };

export function LinkView({ link }: { link: string }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const connection = useApp((state) => state.connection.state);
  useEffect(() => {
    if (connection !== "online") return;
    let isLeft = false;
    void callEngine("link.resolve", { link }).then((result) => {
      if (isLeft) return;
      if (!result.ok) {
        if (result.error.code !== "disconnected") setAnswer({ refused: result.error.message });
      } else if (result.value.isKnown) show(result.value);
      else setAnswer({ led: result.value });
    });
    return () => {
      isLeft = true;
    };
  }, [link, connection]);
  const library = <a href={routeHash({ view: "library" })}>To the library</a>;
  if (answer === null)
    return (
      <FrameWork label="Link">
        <div className="splash">Following the link…</div>
      </FrameWork>
    );
  if ("refused" in answer)
    return (
      <FrameWork label="Link" scrolls>
        <div className="document-failed">
          <Notice kind="fail" live>
            {answer.refused}
          </Notice>
          <EmptyState title="The link was not followed" action={library}>
            A link opens one runbook of this machine at a step, and runs nothing.
          </EmptyState>
        </div>
      </FrameWork>
    );
  return (
    <FrameWork label="Link" scrolls>
      <div className="document-failed">
        <EmptyState
          title="Show a file outside the opened folders?"
          action={
            <>
              <Button onClick={() => show(answer.led)}>Show it</Button> {library}
            </>
          }
        >
          A link asks for <code className="mono">{answer.led.path}</code>. Show it only if you know who sent the link. Nothing is run by it.
        </EmptyState>
      </div>
    </FrameWork>
  );
}

/** In place of the link, so that going back does not follow it again. */
function show({ path, step }: ResultOf<"link.resolve">): void {
  window.location.replace(routeHash({ view: "document", path, ...(step === null ? {} : { step }) }));
}
