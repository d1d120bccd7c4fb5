// The first page: what this is, of what, how much, up to where, by whom; the decision and the categories at a glance; contents.
// Owns: that page. Its figures are what an auditor tests for completeness.
import type { ReportModel } from "../model.ts";
import { filterWords } from "../model.ts";
import type { Sheet } from "../sheet.ts";
import { COLOURS, CONTENT_WIDTH, type Colour, lineHeight, PAGE, SIZE } from "../tokens.ts";
import { PLAIN, type Text } from "../type.ts";
import { duration, lines, mono, OUTCOMES, plural, quiet, say, shortened, strong, utc } from "../words.ts";

type Chip = { text: string; ink: Colour; ground: Colour };
const WHITE: Colour = "s2";

export function drawCover(sheet: Sheet, model: ReportModel): void {
  masthead(sheet, { launch: "Launch record", run: "Run record", install: "Installation record" }[model.kind], model.title, chipsOf(model));
  const facts = model.launch?.view.header.facts;
  if (facts !== undefined && facts.summary !== "") sheet.paragraph(facts.summary, { style: { colour: "t2" }, gap: 10 });
  sheet.facts(coverFacts(model));
  summary(sheet, model);
}

/** The sign of the house, the kind of document, its title and the words that must not be overlooked. */
export function masthead(sheet: Sheet, kind: string, title: string, chips: readonly Chip[]): void {
  const { document } = sheet;
  const top = PAGE.top;
  // The hold line: two solid, two dashed.
  for (const [i, dashed] of [false, false, true, true].entries()) {
    document.lineWidth(1.6).moveTo(PAGE.left, top + 3 + i * 4);
    if (dashed) document.dash(5, { space: 3.4 });
    document
      .lineTo(PAGE.left + 36, top + 3 + i * 4)
      .stroke(COLOURS.t1)
      .undash();
  }
  sheet.put("Holdpoint", PAGE.left + 46, top + 1, 120, { face: "strong", size: 12 });
  const wide = sheet.type.width(kind, { ...PLAIN, size: 11, colour: "t3" });
  sheet.put(kind, PAGE.left + CONTENT_WIDTH - wide, top + 2, wide + 4, { size: 11, colour: "t3" });
  sheet.move(46);
  sheet.move(sheet.put(shortened(title), PAGE.left, sheet.y(), CONTENT_WIDTH, { face: "strong", size: SIZE.display }) + 8);
  if (chips.length === 0) {
    sheet.move(6);
    return;
  }
  let x: number = PAGE.left;
  for (const chip of chips) {
    const style = { ...PLAIN, face: "bold" as const, size: 9.5, colour: chip.ink };
    const width = sheet.type.width(chip.text, style) + 16;
    if (x + width > PAGE.left + CONTENT_WIDTH) {
      x = PAGE.left;
      sheet.move(24);
    }
    document.roundedRect(x, sheet.y(), width, 19, 3).fill(COLOURS[chip.ground]);
    if (chip.ground !== "t1" && chip.ink !== WHITE)
      document
        .roundedRect(x + 0.4, sheet.y() + 0.4, width - 0.8, 18.2, 3)
        .lineWidth(0.8)
        .stroke(COLOURS[chip.ink]);
    sheet.put(chip.text, x + 8, sheet.y() + (19 - lineHeight(9.5)) / 2, width, style);
    x += width + 7;
  }
  sheet.move(31);
}

function chipsOf(model: ReportModel): Chip[] {
  const chips: Chip[] = [];
  const header = model.launch?.view.header;
  const klass = header?.clusterClass ?? (model.kind === "run" ? model.runs[0]?.clusterClass : null);
  if (klass === "production") chips.push({ text: "PRODUCTION", ink: WHITE, ground: "prodChip" });
  else if (klass === "staging" || klass === "sandbox" || klass === "local")
    chips.push({ text: klass.toUpperCase(), ink: klass, ground: "s3" });
  if (model.rehearsal) chips.push({ text: "REHEARSAL", ink: WHITE, ground: "rehSolid" });
  if (model.solo) chips.push({ text: "SOLO: one person, nobody else existed to check", ink: "warn", ground: "warnBg" });
  if (model.filter !== null) chips.push({ text: "PARTIAL: a filter was set", ink: "warn", ground: "warnBg" });
  if (header !== undefined) chips.push({ text: `State: ${header.state}`, ink: "t2", ground: "s3" });
  else if (model.runs[0] !== undefined && model.kind === "run")
    chips.push({ text: `State: ${model.runs[0].status}`, ink: "t2", ground: "s3" });
  return chips;
}

function coverFacts(model: ReportModel): [string, Text][] {
  const { head, exporter } = model;
  const what = { launch: "Launch", run: "Run", install: "Installation log" }[model.kind];
  const run = model.kind === "run" ? model.runs[0] : undefined;
  const about: [string, Text][] =
    run === undefined
      ? []
      : [
          [
            "Runbook",
            lines(
              [mono(run.path)],
              run.version !== "" && `version ${run.version}`,
              run.planSha256 !== "" && [quiet("SHA-256 "), mono(run.planSha256)],
            ),
          ],
          ["Mode", run.mode],
          [
            "Cluster",
            run.cluster === ""
              ? "none"
              : lines([strong(run.cluster), quiet(`  ${run.clusterClass}`)], run.principal !== "" && `as ${run.principal}`),
          ],
          ["Started, ended", `${utc(run.startedAt)} to ${run.endedAt === "" ? "not ended" : utc(run.endedAt)} UTC, by ${run.by}`],
        ];
  return [
    ...about,
    ["Source", lines([strong(`${what} number ${model.number} of installation`)], [mono(model.installId)], [say("log "), mono(model.log)])],
    ["Filter", filterWords(model.filter)],
    ["Counts", countsOf(model)],
    ["Head", lines([say(`event ${head.seq}, ${utc(head.at)} UTC`)], [mono(head.hash)])],
    ["Fingerprint of the head", [{ text: head.fingerprint, style: { face: "monoMedium", size: 13 } }]],
    ["Exported by", [strong(exporter.name), quiet(`  ${exporter.id}, ${exporter.role}`)]],
    ["Stands at", `the moment of its head. Later events are not in it; ages and dates are counted from there.`],
  ];
}

function countsOf({ events, total, signatures, runs, commands, recordings, payloads, launch, filter }: ReportModel): Text {
  const state = (wanted: string) => signatures.filter((one) => one.state === wanted).length;
  const signed = [
    `${state("valid")} valid`,
    `${state("stale")} stale`,
    `${state("withdrawn")} taken back`,
    `${state("rejected")} ${state("rejected") === 1 ? "rejection" : "rejections"}`,
  ];
  const items = launch?.view.items ?? [];
  const items_ = (wanted: string) => items.filter((item) => item.state === wanted).length;
  return lines(
    filter === null ? plural(total, "event") : `${events.length} of ${plural(total, "event")} by the filter`,
    `${plural(signatures.length, "signature")}: ${signed.join(", ")}`,
    launch !== null &&
      `${plural(items.length, "item")}: ${items_("done")} done, ${items_("waived")} waived, ${items_("not-applicable")} not applicable, ${items_("failed")} failed, ${items_("open")} open`,
    `${plural(runs.length, "run")}, ${plural(commands.length, "command")}, ${plural(recordings, "recording")}, ${plural(payloads, "payload")} (texts, evidence, attachments)`,
  );
}

function summary(sheet: Sheet, model: ReportModel): void {
  const view = model.launch?.view;
  if (view !== undefined) {
    const taken = view.decisions.findLast((one) => one.state === "taken") ?? view.decisions.at(-1);
    if (taken === undefined) sheet.box("plain", [strong("No decision was proposed.")]);
    else {
      const kind =
        taken.state !== "taken"
          ? "plain"
          : taken.overtaken !== ""
            ? "warn"
            : taken.outcome === "no-go"
              ? "fail"
              : taken.outcome === "go"
                ? "ok"
                : "warn";
      const overtaken = taken.overtaken === "" ? "" : `. Stale: ${taken.overtaken}`;
      const how =
        taken.state === "taken"
          ? `taken ${utc(taken.takenAt)} UTC, signed by ${taken.signed.join(", ")}${overtaken}`
          : `not in force: ${taken.state}`;
      sheet.box(kind, [{ text: `${OUTCOMES[taken.outcome]}  `, style: { face: "bold", size: 13 } }, say(how)]);
    }
  }
  const run = model.kind === "run" ? model.runs[0] : undefined;
  if (run === undefined) return;
  const took = run.endedAt === "" ? null : Date.parse(run.endedAt) - Date.parse(run.startedAt);
  sheet.box(run.status === "passed" ? "ok" : run.status === "failed" || run.status === "aborted" ? "fail" : "plain", [
    { text: `${run.status.toUpperCase()}  `, style: { face: "bold", size: 13 } },
    say(`planned ${duration(run.plannedMs) || "not stated"}, took ${duration(took) || "not ended"}`),
  ]);
}

/** Contents, at the foot of the cover where there is room, else on a page of their own. */
export function reserveContents(sheet: Sheet, sections: number): void {
  const height = 24 + sections * (lineHeight(SIZE.small) + 4);
  sheet.need(height + 6);
  const top = Math.max(sheet.y() + 4, PAGE.height - PAGE.bottom - height);
  sheet.put("Contents", PAGE.left, top, CONTENT_WIDTH, { face: "strong", size: SIZE.heading2 });
  sheet.contents(PAGE.left, top + 22, CONTENT_WIDTH);
  sheet.newPage();
}
