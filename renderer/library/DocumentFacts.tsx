// The right column: what the file needs, what it asks for, what is wrong with it. Diagnostics lead to their line.
// Owns: drawing.
import type { Diagnostic, RunbookDocument } from "../../engine/protocol/index.ts";
import { formatDuration, PanelHead, plural, Status } from "../design/index.ts";

export function DocumentFacts({
  document: text,
  path,
  isBuiltIn,
  onShowLine,
}: {
  document: RunbookDocument;
  path: string;
  isBuiltIn: boolean;
  onShowLine(line: number): void;
}) {
  const facts: [string, string][] = [
    ["File", isBuiltIn ? `${path}, built in` : path],
    ["Owner", text.owner ?? ""],
    ["Review due", text.reviewDue ?? ""],
    ["Cluster", text.requires.cluster ? (text.clusters.length > 1 ? text.clusters.join(", ") : "one, chosen at the start") : "none needed"],
    ["Tools", text.requires.tools.join(", ")],
    ["Permissions", text.requires.permissions.join(", ")],
    ["Recovery time", text.rtoMs === null ? "" : formatDuration(text.rtoMs)],
    ["Recovery point", text.rpoMs === null ? "" : formatDuration(text.rpoMs)],
  ];
  return (
    <>
      <PanelHead title="Needs" />
      <dl className="fact-list">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd className={name === "File" || name === "Tools" ? "mono" : ""}>{value}</dd>
            </div>
          ))}
      </dl>
      {text.params.length === 0 ? null : (
        <>
          <PanelHead title="Asks for" sub={plural(text.params.length, "input")} />
          <ul className="param-list">
            {text.params.map((param) => (
              <li key={param.name}>
                <b className="mono">{param.name}</b>{" "}
                <span className="dim">
                  {param.type}
                  {param.required
                    ? ", required"
                    : param.default === null
                      ? ", optional"
                      : `, else ${param.type === "secret" ? "as set" : param.default}`}
                </span>
                {param.about === "" ? null : <div className="mid">{param.about}</div>}
              </li>
            ))}
          </ul>
        </>
      )}
      <PanelHead title="Findings in the text" sub={text.diagnostics.length === 0 ? "none" : plural(text.diagnostics.length, "finding")} />
      <Findings diagnostics={text.diagnostics} onShowLine={onShowLine} />
    </>
  );
}

const shapes = { error: "failed", warning: "nearmiss", info: "open" } as const;
/** Beyond this a list is not read; the command line gives all of them. */
const SHOWN = 200;

function Findings({ diagnostics, onShowLine }: { diagnostics: Diagnostic[]; onShowLine(line: number): void }) {
  if (diagnostics.length === 0)
    return (
      <p className="findings-none">
        <Status state="passed" size={14} /> Everything in it was understood.
      </p>
    );
  const order = { error: 0, warning: 1, info: 2 };
  const sorted = [...diagnostics].sort((a, b) => order[a.severity] - order[b.severity] || a.line - b.line);
  return (
    <ul className="findings">
      {sorted.slice(0, SHOWN).map((one) => (
        <li key={`${one.line}:${one.column} ${one.code} ${one.message}`}>
          <button type="button" onClick={() => onShowLine(one.line)}>
            <Status state={shapes[one.severity]} size={14} label={one.severity} />
            <span>
              {one.message}
              <small>
                line {one.line}, <span className="mono">{one.code}</span>
              </small>
            </span>
          </button>
        </li>
      ))}
      {sorted.length > SHOWN ? (
        <li className="findings-none">{plural(sorted.length - SHOWN, "more finding")}: run holdpoint lint for all.</li>
      ) : null}
    </ul>
  );
}
