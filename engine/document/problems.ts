// Collects what a file's reader must know, with line and column. Owns the limit and the order; the texts are the finders'.
import type { Diagnostic } from "../protocol/index.ts";
import type { Source } from "./source.ts";
import { lineAt } from "./source.ts";

/** A broken 10 MB file may find something on every line; a person reads the first ones. */
const MAX_PROBLEMS = 1_000;

export type Problems = {
  list: Diagnostic[];
  /** Line and column count from 1. */
  add(severity: Diagnostic["severity"], code: string, line: number, column: number, message: string): void;
  /** The same at an offset of the source's text. */
  addAt(severity: Diagnostic["severity"], code: string, offset: number, message: string): void;
  /** Line of an offset of the source's text. */
  lineAt(offset: number): number;
};

export function createProblems(source: Source): Problems {
  const list: Diagnostic[] = [];
  let left = MAX_PROBLEMS;
  const add: Problems["add"] = (severity, code, line, column, message) => {
    if (left-- > 0) list.push({ line, column, severity, code, message });
    else if (left === -1) {
      list.push({
        line,
        column,
        severity: "error",
        code: "too-many-problems",
        message: `More than ${MAX_PROBLEMS} problems; the rest is not listed.`,
      });
    }
  };
  return {
    list,
    add,
    lineAt: (offset) => lineAt(source.starts, offset),
    addAt(severity, code, offset, message) {
      const line = lineAt(source.starts, offset);
      add(severity, code, line, offset - (source.starts[line - 1] ?? 0) + 1, message);
    },
  };
}

/** By line, then column, then severity; stable, so the same file gives the same list. */
export function sortProblems(list: Diagnostic[]): Diagnostic[] {
  const rank = { error: 0, warning: 1, info: 2 };
  return list.sort((a, b) => a.line - b.line || a.column - b.column || rank[a.severity] - rank[b.severity]);
}
