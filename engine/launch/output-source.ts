// What an event says of the output that it took as evidence: written and read back. Owns: the keys of `data.output`.
// Reading treats them as untrusted: a record that does not hold what belongs to it gives null, and the evidence stands without it.
import { type CanonicalValue, OutputSource } from "../protocol/index.ts";
import { type Data, list, number, record, text } from "./read-data.ts";

export function outputData(source: OutputSource): Record<string, CanonicalValue> {
  return {
    run: source.run,
    log: source.log,
    seq: source.seq,
    hash: source.hash,
    title: source.title,
    mode: source.mode,
    step: source.step,
    step_title: source.stepTitle,
    attempt: source.attempt,
    verdict: source.verdict,
    because: source.because,
    judgement: source.judgement,
    ended_at: source.endedAt,
    cluster: source.cluster,
    context: source.context,
    class: source.clusterClass,
    ran_by: source.ranBy.map(({ id, name }) => ({ op_id: id, name })),
    commands: source.commands.map((one) => ({
      text: one.text,
      text_sha256: one.textSha256,
      verdict: one.verdict,
      because: one.because,
      output_sha256: one.outputSha256,
    })),
    recordings: source.recordings.map(({ path, sha256, bytes }) => ({ path, sha256, bytes })),
    chars: source.chars,
    kept: source.kept,
  };
}

export function readOutputData(data: Data): OutputSource | null {
  const said = record(data, "output");
  const parsed = OutputSource.safeParse({
    run: said["run"],
    log: said["log"],
    seq: said["seq"],
    hash: said["hash"],
    title: text(said, "title"),
    mode: text(said, "mode"),
    step: said["step"],
    stepTitle: text(said, "step_title"),
    attempt: number(said, "attempt"),
    verdict: said["verdict"],
    because: text(said, "because"),
    judgement: text(said, "judgement"),
    endedAt: said["ended_at"],
    cluster: text(said, "cluster"),
    context: text(said, "context"),
    clusterClass: text(said, "class"),
    ranBy: (list(said, "ran_by") as Data[]).map((one) => ({ id: text(one, "op_id"), name: text(one, "name") })),
    commands: (list(said, "commands") as Data[]).map((one) => ({
      text: text(one, "text"),
      textSha256: text(one, "text_sha256"),
      verdict: text(one, "verdict"),
      because: text(one, "because"),
      outputSha256: text(one, "output_sha256"),
    })),
    recordings: (list(said, "recordings") as Data[]).map((one) => ({
      path: text(one, "path"),
      sha256: text(one, "sha256"),
      bytes: number(one, "bytes"),
    })),
    chars: number(said, "chars"),
    kept: number(said, "kept"),
  });
  return parsed.success ? parsed.data : null;
}
