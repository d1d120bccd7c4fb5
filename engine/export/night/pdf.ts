// The report as pages. Owns: the cover and how sections, tables and states are set. What it says is words.ts.
// Deterministic: the moment is the head's.
import { masthead } from "../report/pdf/cover.ts";
import { createSheet, type Sheet } from "../report/sheet.ts";
import type { Piece, Text } from "../report/type.ts";
import { lines, mono, plural, quiet, say, status, strong, utc } from "../report/words.ts";
import type { NightReport, Outcome } from "./types.ts";
import { type Cell, OUTCOME_WORDS, type Part, sectionsOf } from "./words.ts";

const BOXES: Record<Outcome, Parameters<Sheet["box"]>[0]> = {
  deployed: "ok",
  "deployed with exceptions": "warn",
  "rolled back": "fail",
  "not completed": "fail",
  "under way": "plain",
  "nothing run": "plain",
};

export async function nightPdf(report: NightReport): Promise<Uint8Array> {
  const { source, subject, summary, exporter, contradictions } = report;
  const sheet = await createSheet({
    title: `Deployment report: ${subject.title}`,
    subject: `Log ${source.log}, event ${source.seq}, fingerprint ${source.fingerprint}`,
    author: exporter.name,
    at: new Date(source.at),
    ...(subject.rehearsal ? { mark: "REHEARSAL" } : {}),
    footer: {
      left: source.log,
      right: `Fingerprint ${source.fingerprint} at event ${source.seq}${subject.solo ? " · SOLO" : ""}${subject.rehearsal ? " · REHEARSAL" : ""}`,
    },
  });
  masthead(sheet, "Deployment report", subject.title, [
    ...(subject.clusterClass === "production" ? [{ text: "PRODUCTION", ink: "s2" as const, ground: "prodChip" as const }] : []),
    ...(subject.rehearsal ? [{ text: "REHEARSAL", ink: "s2" as const, ground: "rehSolid" as const }] : []),
    ...(subject.solo ? [{ text: "SOLO: one person, nobody else existed to check", ink: "warn" as const, ground: "warnBg" as const }] : []),
  ]);
  sheet.box(BOXES[summary.outcome], [
    { text: `${OUTCOME_WORDS[summary.outcome]}  `, style: { face: "bold", size: 13 } },
    say(summary.because),
  ]);
  if (contradictions.length > 0)
    sheet.box("warn", [strong(`${plural(contradictions.length, "typed figure")} contradicted by the record: `), say("see the summary.")]);
  sheet.facts([
    [
      "Source",
      lines([say(`${source.of} number ${source.number} of installation `), mono(source.installId)], [say("log "), mono(source.log)]),
    ],
    ["As of", `event ${source.seq}, ${utc(source.at)} UTC. Later events are not in it.`],
    ["Fingerprint of the head", [{ text: source.fingerprint, style: { face: "monoMedium", size: 13 } }]],
    ["Exported by", [strong(exporter.name), quiet(`  ${exporter.id}, ${exporter.role}`)]],
    [
      "Typed",
      "lessons, next steps, notes and the launch’s own summary. All other figures were computed from the log; how is said on the last pages.",
    ],
  ]);
  const sections = sectionsOf(report);
  const [first, ...rest] = sections;
  if (first !== undefined) await draw(sheet, first.title, first.parts);
  for (const { title, parts } of rest) await draw(sheet, title, parts);
  return sheet.finish();
}

async function draw(sheet: Sheet, title: string, parts: readonly Part[]): Promise<void> {
  sheet.section(title, 120);
  for (const { heading, paragraphs = [], facts, table, isWarning } of parts) {
    if (heading !== undefined) sheet.heading(isWarning === true ? [{ mark: "near-miss" }, say(` ${heading}`)] : heading);
    for (const one of paragraphs) sheet.paragraph(one, { style: { colour: "t2" }, withNext: table !== undefined });
    if (facts !== undefined) sheet.facts(facts);
    if (table !== undefined)
      await sheet.table(
        table.columns,
        table.rows.map((row) => ({ cells: row.map(cellText) })),
        table.none,
      );
  }
}

function cellText({ state, word, lines: said, strong: isStrong }: Cell): Text {
  const [first, ...rest] = said;
  const shown: Piece[][] = [
    ...(state === undefined ? [] : [word === undefined ? status(state) : status(state, word)]),
    ...(first === undefined ? [] : [isStrong === true ? [strong(first)] : state === undefined ? [say(first)] : [quiet(first)]]),
    ...rest.map((one) => (isStrong === true || state !== undefined ? [quiet(one)] : [say(one)])),
  ];
  return lines(...shown);
}
