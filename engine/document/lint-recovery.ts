// Lint of recovery targets: an rto or an rpo that nothing starts, ends or measures, and names that lead nowhere.
// Owns those rules. How the clocks run is engine/run.
import type { Block } from "../protocol/index.ts";
import type { LintInput } from "./lint-input.ts";
import { didYouMean } from "./suggest.ts";

export function lintRecovery(input: LintInput, ids: Set<string>, names: Map<string, Block>): void {
  const { rtoMs, rpoMs, recovery, drill, kind } = input.document;
  const at = input.reading.front.recovery?.at ?? 0;
  const say = (severity: "error" | "warning", code: string, message: string): void => input.problems.addAt(severity, code, at, message);
  const { declared = null, verified = null, lastWrite = [] } = recovery ?? {};
  if (rtoMs !== null && verified === null)
    say(
      "warning",
      "target-without-measure",
      'The front matter promises an rto, and names no step whose end is the verified recovery: add recovery: {declared: "#step", verified: "#step"}.',
    );
  if (kind === "runbook" && rtoMs !== null && drill === undefined)
    input.problems.addAt(
      "info",
      "no-drill",
      0,
      "The front matter promises an rto, and does not say how often that is rehearsed: add drill, such as drill: 3 months.",
    );
  if (rtoMs !== null && verified !== null && declared === null)
    say(
      "warning",
      "target-without-measure",
      'The front matter promises an rto, and names no step that declares the disaster: without recovery: {declared: "#step"} a person has to do it by hand.',
    );
  if (rpoMs !== null && lastWrite.length === 0)
    say(
      "warning",
      "target-without-measure",
      "The front matter promises an rpo, and names no block that measures the loss: add recovery: {last-write: block-name}; its last line is the moment of the last recoverable write.",
    );
  for (const [key, id] of [
    ["declared", declared],
    ["verified", verified],
  ] as const)
    if (id !== null && !ids.has(id))
      say("error", "unknown-step", `recovery: ${key} is "#${id}", which does not exist.${didYouMean(id, ids)}`);
  if (declared !== null && declared === verified)
    say("error", "unknown-step", `recovery: declared and verified are both "#${declared}", so the time would be nothing.`);
  for (const name of lastWrite) {
    const block = names.get(name);
    if (block === undefined)
      say(
        "error",
        "unknown-block",
        `recovery: last-write names the block "${name}", which does not exist.${didYouMean(name, names.keys())}`,
      );
    else if (!block.runnable)
      say("error", "unknown-block", `recovery: last-write names the block on line ${block.line}, which does not run: ${block.why}.`);
    else if (block.options.background === true || block.options.danger === true)
      say(
        "warning",
        "unknown-block",
        `recovery: last-write names the block on line ${block.line}; a measure only reads, and is waited for.`,
      );
  }
}
