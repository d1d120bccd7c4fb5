// A command as text: what was filled in stands out, what is missing says so, comments step back.
// Owns: the markup of code. Does not run it.
import { memo } from "react";
import type { Block } from "../../engine/protocol/index.ts";
import { Visible } from "../design/index.ts";
import { piecesOf, variablesUsed } from "./highlight.ts";

type Props = {
  block: Block;
  values: Record<string, string>;
  resolved: string | null;
  variables: ReadonlySet<string>;
  secrets: ReadonlySet<string>;
};

export const Code = memo(function Code({ block, values, resolved, variables, secrets }: Props) {
  if (!block.runnable) {
    return (
      <pre className="run-code">
        <Visible text={block.text.replace(/\s+$/, "")} />
      </pre>
    );
  }
  const pieces = piecesOf(block, values, resolved, variables);
  let at = 0;
  return (
    <pre className="run-code">
      {pieces.map((piece) => {
        const key = at;
        at += piece.text.length;
        if (piece.kind === "text") return <Visible key={key} text={piece.text} />;
        if (piece.kind === "comment")
          return (
            <i key={key}>
              <Visible text={piece.text} />
            </i>
          );
        if (piece.kind === "missing")
          return (
            <mark key={key} className="missing" title={`${piece.name} has no value yet`}>
              {piece.text}
            </mark>
          );
        const value = secrets.has(piece.name) ? "a secret, never shown" : values[piece.name];
        return (
          <b key={key} title={piece.kind === "value" ? `value of ${piece.name}` : `${piece.name} = ${value ?? "not given"}`}>
            {piece.text}
          </b>
        );
      })}
    </pre>
  );
});

/** Under a command: the inputs it takes and the values they have in this run. */
export function Inputs({ block, values, variables, secrets }: Omit<Props, "resolved">) {
  const names = [...block.placeholders, ...variablesUsed(block.commands, variables).filter((name) => !block.placeholders.includes(name))];
  if (!block.runnable || names.length === 0) return null;
  return (
    <dl className="run-inputs">
      {names.map((name) => {
        const value = values[name];
        return (
          <div key={name}>
            <dt>{name}</dt>
            {secrets.has(name) ? (
              <dd className="dim">secret, never shown</dd>
            ) : value === undefined ? (
              <dd className="warn-text">no value yet</dd>
            ) : (
              <dd className="mono">{value === "" ? "(empty)" : value}</dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}
