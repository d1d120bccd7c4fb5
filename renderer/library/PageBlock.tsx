// One fence as it stands in the text: what would run, what is only shown and why, and its sample output apart.
// Owns: drawing. Nothing is sent from here.
import type { Block } from "../../engine/protocol/index.ts";
import { formatDuration, Visible } from "../design/index.ts";
import { piecesOf } from "../run/highlight.ts";

const NO_VALUES: Record<string, string> = {};
const NO_VARIABLES: ReadonlySet<string> = new Set();

export function PageBlock({ block }: { block: Block }) {
  const { options } = block;
  const marks = [
    options.danger ? "danger" : "",
    options.confirmTyped ? "name typed first" : "",
    options.gate === undefined ? "" : `gate: ${options.gate}`,
    options.timeoutMs === undefined ? "" : `within ${formatDuration(options.timeoutMs)}`,
    options.expect === undefined ? "" : `expects ${options.expect.operator} ${options.expect.value}`,
    options.match === undefined ? "" : `expects /${options.match.source}/`,
    options.capture === undefined ? "" : `keeps $${options.capture}`,
    options.job ? "long job" : "",
  ].filter((mark) => mark !== "");
  return (
    <div className={`page-block ${block.runnable ? "" : "quiet-block"}`}>
      <div className="page-block-head">
        <b>{block.name ?? (block.runnable ? (block.interpreter ?? block.shell) : block.language === "" ? "text" : block.language)}</b>
        <span className="dim">
          {block.runnable ? (block.name === null ? "" : (block.interpreter ?? block.shell)) : `shown only: ${block.why ?? "not a command"}`}
        </span>
        <span className="page-block-marks">
          {marks.map((mark) => (
            <span key={mark} className={`chip ${mark === "danger" ? "fail-text" : ""}`}>
              {mark}
            </span>
          ))}
        </span>
      </div>
      <pre>{block.runnable ? <Pieces block={block} /> : <Visible text={block.text.replace(/\s+$/, "")} />}</pre>
      {block.sampleOutput === null || block.sampleOutput === "" ? null : (
        <>
          <div className="page-sample">sample output, not run</div>
          <pre className="dim">
            <Visible text={block.sampleOutput.replace(/\s+$/, "")} />
          </pre>
        </>
      )}
    </div>
  );
}

function Pieces({ block }: { block: Block }) {
  let at = 0;
  return piecesOf(block, NO_VALUES, null, NO_VARIABLES).map((piece) => {
    const key = at;
    at += piece.text.length;
    if (piece.kind === "missing")
      return (
        <mark key={key} title={`${piece.name}: asked for before the start`}>
          {piece.text}
        </mark>
      );
    return piece.kind === "comment" ? (
      <span key={key} className="dim">
        <Visible text={piece.text} />
      </span>
    ) : (
      <Visible key={key} text={piece.text} />
    );
  });
}
