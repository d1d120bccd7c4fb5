// The board at the left, what is done about it at the right, its button in the corner. Owns: the layout.
import { PenLine } from "lucide-react";
import type { ReactNode } from "react";

export function Columns({
  board,
  title,
  sub,
  side,
  bar,
}: {
  board: ReactNode;
  title: string;
  sub: ReactNode;
  side: ReactNode;
  bar: ReactNode;
}) {
  return (
    <>
      <div className="decision">
        <div className="decision-board">{board}</div>
        <aside className="decision-side" aria-label={title}>
          <div className="sign-head">
            <PenLine size={18} aria-hidden="true" />
            <h2>{title}</h2>
            <span className="dim">{sub}</span>
          </div>
          <div className="sign-body">{side}</div>
        </aside>
      </div>
      {bar}
    </>
  );
}
