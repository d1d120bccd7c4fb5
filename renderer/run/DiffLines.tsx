// Two texts as one list of lines: what stays, what is taken out, what is put in. Owns: the drawing; the difference is diff.ts.
import { plural, Visible } from "../design/index.ts";
import { lineDiff } from "./diff.ts";
import "./diff.css";

const MARK = { same: " ", out: "−", in: "+" } as const;

/** Null for a text that is not there. Nothing is drawn where neither has a line. */
export function DiffLines({ before, after, label }: { before: string | null; after: string | null; label: string }) {
  const lines = lineDiff(before, after);
  if (lines.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard
    <section className="run-diff" tabIndex={0} aria-label={label}>
      {lines.map((line, at) =>
        line.kind === "left-out" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no id, and equal ones stand twice
          <div key={at} className="left-out">
            {plural(line.lines, "line")} as before
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <div key={at} className={line.kind}>
            <i aria-hidden="true">{MARK[line.kind]}</i>
            {line.kind === "same" ? null : <span className="visually-hidden">{line.kind === "out" ? "taken out: " : "put in: "}</span>}
            <span>{line.text === "" ? " " : <Visible text={line.text} />}</span>
          </div>
        ),
      )}
    </section>
  );
}
