// An output in words (who ran it where and when, how it ended) and as its text. Owns: the wording, and the box that it scrolls in.
import type { OutputSource } from "../../engine/protocol/index.ts";
import { formatMoment } from "../design/index.ts";
import { clusterWords } from "./outputs.ts";

export function OutputFacts({ source, zone }: { source: OutputSource; zone: string }) {
  const where = clusterWords(source.cluster, source.context, source.clusterClass);
  const who = source.ranBy.map((one) => one.name).join(", ");
  return (
    <span className="mid">
      {source.because}
      {source.judgement === "" ? "" : `; ${source.judgement}`}. {source.mode === "rehearsal" ? "Rehearsal of " : ""}“{source.title}”
      {source.attempt > 1 ? `, attempt ${source.attempt}` : ""}
      {where === "" ? "" : `, on ${where}`}
      {who === "" ? "" : `, run by ${who}`}, {formatMoment(source.endedAt, zone)}
      {source.kept < source.chars
        ? `; ${source.kept.toLocaleString("en")} of ${source.chars.toLocaleString("en")} characters are kept`
        : ""}
      .
    </span>
  );
}

export function OutputText({
  label,
  source,
  text,
}: {
  label: string;
  source: OutputSource /** Null while it is read. */;
  text: string | null;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region is reached and scrolled by keyboard (WCAG 2.1.1)
    <section className="output-text" tabIndex={0} aria-label={label}>
      <pre>
        {source.commands.map((one) => `$ ${one.text.trimEnd()}\n`).join("")}
        {text === null ? "Reading…" : text === "" ? "(nothing was printed)" : text}
      </pre>
    </section>
  );
}
