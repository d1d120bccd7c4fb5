// The report as Markdown. Owns: how sections, tables and words of people become lines. What it says is words.ts.
// Words of people are text alone: nothing in them is markup, a link, HTML or a line of its own.
import { seen } from "../report/text.ts";
import { utc, wordOf } from "../report/words.ts";
import type { NightReport } from "./types.ts";
import { type Cell, OUTCOME_WORDS, type Part, sectionsOf, type Table } from "./words.ts";

export function nightMarkdown(report: NightReport): string {
  const { source, subject, summary, exporter } = report;
  const flags = [subject.rehearsal && "REHEARSAL", subject.solo && "SOLO: one person, nobody else existed to check"].filter(
    (one) => one !== false,
  );
  const out = [
    `# Deployment report: ${plain(subject.title)}`,
    "",
    `**${OUTCOME_WORDS[summary.outcome]}**${flags.length === 0 ? "" : `; ${flags.join("; ")}`}`,
    "",
    `Computed by Holdpoint from ${source.of} ${source.number}, log \`${source.log}\`, as of event ${source.seq}, ${utc(source.at)} UTC. Fingerprint \`${source.fingerprint}\`. Exported by ${plain(exporter.name)}. Only lessons, next steps, notes and the launch’s own summary were typed.`,
    "",
  ];
  for (const [i, { title, parts }] of sectionsOf(report).entries()) {
    out.push(`## ${i + 1}. ${title}`, "");
    for (const part of parts) out.push(...partLines(part));
  }
  return `${out.join("\n").trimEnd()}\n`;
}

function partLines({ heading, paragraphs = [], facts, table }: Part): string[] {
  const out: string[] = [];
  if (heading !== undefined) out.push(`### ${heading}`, "");
  for (const one of paragraphs) out.push(plain(one), "");
  if (facts !== undefined) {
    out.push("| | |", "| --- | --- |");
    for (const [name, value] of facts) out.push(`| **${plain(name)}** | ${value.split("\n").map(plain).join("<br>")} |`);
    out.push("");
  }
  if (table !== undefined) out.push(...tableLines(table), "");
  return out;
}

function tableLines({ columns, rows, none }: Table): string[] {
  if (rows.length === 0) return [none];
  return [
    `| ${columns.map(({ title }) => title).join(" | ")} |`,
    `| ${columns.map(() => "---").join(" | ")} |`,
    ...rows.map((row) => `| ${row.map(words).join(" | ")} |`),
  ];
}

function words({ state, word, lines, strong }: Cell): string {
  const [first = "", ...rest] = lines.map(plain);
  const said = strong === true && first !== "" ? [`**${first}**`, ...rest] : [first, ...rest];
  return [...(state === undefined ? [] : [`**${word ?? wordOf(state)}**`]), ...said].filter((one) => one !== "").join("<br>");
}

/** Words of people as text of a line, whatever they hold. */
export const plain = (text: string): string =>
  seen(text)
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\\`*_[\]<>|~#&!]/g, "\\$&");
