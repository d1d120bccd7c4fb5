// A part of the set-up page: head, what is there, one small act. Owns: the frame.
import type { ReactNode } from "react";
import { Button, PanelHead } from "../design/index.ts";

export function Section({
  title,
  sub,
  act,
  actLabel,
  unavailable,
  end,
  empty,
  isEmpty = false,
  children,
}: {
  title: string;
  sub?: ReactNode;
  act?: () => void;
  actLabel?: string;
  unavailable?: string | null;
  /** Further acts before the one of the section. */
  end?: ReactNode;
  /** What stands there while there is nothing, in words that teach. */
  empty?: string;
  isEmpty?: boolean;
  children?: ReactNode;
}) {
  return (
    <section className="setup-section card" aria-label={title}>
      <PanelHead
        title={title}
        {...(sub === undefined ? {} : { sub })}
        end={
          <>
            {end}
            {act === undefined || actLabel === undefined ? null : (
              <Button small unavailable={unavailable ?? null} onClick={act}>
                {actLabel}
              </Button>
            )}
          </>
        }
      />
      <div className="setup-body">
        {isEmpty && empty !== undefined ? <p className="mid">{empty}</p> : null}
        {/* Also while there is nothing: the form that adds the first one stands among them. */}
        {children}
      </div>
    </section>
  );
}
