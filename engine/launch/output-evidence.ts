// The output of a step that ran, taken as evidence of an item: looked at first, then bound by run, event, verdict and hashes.
// Owns: the command and what speaks against the item in it. Reading the recording is the engine's (`deps.outputs`).
import { createHash } from "node:crypto";
import { textFindings } from "../checklist/index.ts";
import { fail, type Item, type OutputSource, ok, type Result } from "../protocol/index.ts";
import { itemForEvidence } from "./answering.ts";
import type { AttemptOf, LaunchDeps, Params, RunOutput, Who } from "./deps.ts";
import { KEEPERS, mayChange } from "./guards.ts";
import type { Live, Lives } from "./live.ts";
import { outputData } from "./output-source.ts";

/** Outside the launch's queue. The text goes through the redactor once more: the run's own knew its secrets, this one knows patterns. */
export async function readOutput(deps: LaunchDeps, { run, step, attempt }: AttemptOf): Promise<Result<RunOutput>> {
  if (!deps.outputs) return fail("unknown-method", "This Holdpoint cannot read what a run printed.");
  const read = await deps.outputs.read({ run, step, attempt });
  return read.ok ? ok({ ...read.value, text: deps.redactText(read.value.text) }) : read;
}

export function preview(live: Live, id: string, output: RunOutput): Result<RunOutput & { findings: string[] }> {
  const item = itemForEvidence(live, id);
  return item.ok ? ok({ ...output, findings: findingsOf(output, item.value) }) : item;
}

export function addOutput(
  deps: LaunchDeps,
  lives: Lives,
  live: Live,
  who: Who,
  params: Params<"item.outputEvidence">,
  output: RunOutput,
): Result<null> {
  const allowed = mayChange(deps, live, who, KEEPERS, "item.outputEvidence");
  if (!allowed.ok) return allowed;
  const item = itemForEvidence(live, params.item);
  if (!item.ok) return item;
  const { source, text } = output;
  const known = live.state.items.get(item.value.id)?.evidences.find((one) => !one.removed && one.output?.hash === source.hash);
  if (known)
    return fail(
      "already-exists",
      `“${known.title}” (event ${known.seq}) is the output of this attempt already. Strike it out to take it anew.`,
    );
  const bytes = Buffer.from(text);
  lives.append(live, allowed.value, [
    {
      type: "evidence.added",
      data: {
        item: item.value.id,
        kind: "output",
        title: deps.redactText(params.title),
        url: "",
        name: "output.txt",
        media_type: "text/plain",
        bytes: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        findings: findingsOf(output, item.value),
        tests: null,
        output: outputData(source),
      },
      payloads: [{ name: "evidence", mediaType: "text/plain", bytes }],
    },
  ]);
  return ok(null);
}

function findingsOf({ source, text }: RunOutput, item: Item): string[] {
  const verdict = verdictFinding(source);
  return [...(verdict === null ? [] : [verdict]), ...textFindings(text, item)];
}

/** As for an automatic check: passed, or unknown and accepted by a person, supports the item; anything else speaks against it. */
function verdictFinding({ verdict, because, judgement }: OutputSource): string | null {
  if (verdict === "passed" || judgement.startsWith("accepted")) return null;
  const judged = judgement === "" ? (verdict === "unknown" ? ", and nobody has judged it" : "") : ` (${judgement})`;
  return `the command ended ${verdict}${judged}: ${because}`;
}
