// Prints what preflight found. Owns: the words' order and colour, and which exit code the findings mean.
import type { Finding } from "../protocol/index.ts";
import { EXIT, type Output, safe, table } from "./output.ts";

/** Findings that say the cluster is not there or not the one that was meant. */
const CLUSTER = /^cluster/;

export function printFindings(output: Output, findings: Finding[], line: (text: string) => void = output.line): void {
  const style = { blocker: "red", warning: "yellow", ok: "green" } as const;
  const rows = findings.map((one) => [
    `  ${output.paint(style[one.severity], one.severity)}`,
    safe(one.subject),
    safe(`${one.message}${one.line === null ? "" : ` (line ${one.line})`}${one.todo === "" ? "" : ` ${one.todo}`}`),
  ]);
  for (const text of table(rows)) line(text);
}

/** 0 nothing blocks · 4 a cluster does · 1 something else does. */
export function exitOfFindings(findings: Finding[]): number {
  const blockers = findings.filter((one) => one.severity === "blocker");
  if (blockers.length === 0) return EXIT.ok;
  return blockers.some((one) => CLUSTER.test(one.code)) ? EXIT.cluster : EXIT.failed;
}
