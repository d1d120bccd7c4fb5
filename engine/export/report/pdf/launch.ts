// A launch's facts, people, readiness and decision on paper. Owns: these sections; what they say comes from the launch's view.
import type { ItemView, LaunchView } from "../../../protocol/index.ts";
import type { ReportModel } from "../model.ts";
import type { Row, Sheet } from "../sheet.ts";
import { COLOURS, CONTENT_WIDTH, type Colour, lineHeight, PAGE, SIZE } from "../tokens.ts";
import type { Piece, Text } from "../type.ts";
import {
  ageWords,
  bytesOf,
  duration,
  GLASS,
  lines,
  minuteUtc,
  mono,
  OUTCOMES,
  plural,
  quiet,
  say,
  shortened,
  status,
  strong,
  utc,
  wordOf,
} from "../words.ts";

export async function drawFacts(sheet: Sheet, { launch }: ReportModel): Promise<void> {
  const { header, people, artefacts, briefings, states } = launch!.view;
  const { facts, checklist } = header;
  sheet.section("The launch");
  const window =
    facts.windowStart === null
      ? "not set"
      : `${minuteUtc(facts.windowStart)} to ${minuteUtc(facts.windowEnd)} UTC${facts.zone === "" ? "" : ` (site: ${facts.zone})`}`;
  sheet.facts([
    ["Name, version", [strong(facts.name), say(facts.version === "" ? "" : `, ${facts.version}`)]],
    ["Launch", [mono(header.launch)]],
    ["Change, approval", lines(facts.change, facts.approval) as Text],
    ["Change window", window],
    ["Risk class", facts.riskClass],
    ["Change freeze", facts.freezeException === "" ? "no exception stated" : `exception: ${facts.freezeException}`],
    ["Cluster", facts.context === null ? "none" : [strong(facts.context), quiet(`  ${header.clusterClass ?? "class not known"}`)]],
    [
      "Checklist",
      checklist === null
        ? "none was taken"
        : lines(
            `${checklist.title}${checklist.version === null ? "" : `, version ${checklist.version}`}`,
            [mono(checklist.path)],
            [quiet("SHA-256 "), mono(checklist.sha256)],
          ),
    ],
    ["Created", `${utc(header.createdAt)} UTC by ${header.createdBy}`],
  ]);
  sheet.heading("People and roles");
  await sheet.table(
    [
      { title: "Role", share: 26 },
      { title: "Name", share: 30 },
      { title: "Title", share: 26 },
      { title: "Since (UTC)", share: 18 },
    ],
    people.map((one) => ({ cells: [one.role, [strong(one.name), quiet(`\n${one.operator}`)], one.title, minuteUtc(one.since)] })),
    "Nobody was given a role.",
  );
  if (facts.tickets.length > 0) {
    sheet.heading("Tickets");
    await sheet.table(
      [
        { title: "Ticket", share: 22 },
        { title: "Title and address", share: 78 },
      ],
      facts.tickets.map((one) => ({ cells: [[mono(one.id)], lines(one.title, one.url !== "" && [quiet(one.url)])] })),
    );
  }
  if (artefacts.length > 0) {
    sheet.heading("Artefacts");
    await sheet.table(
      [
        { title: "Artefact", share: 34 },
        { title: "There", share: 14 },
        { title: "SHA-256 found", share: 36 },
        { title: "Looked at (UTC)", share: 16 },
      ],
      artefacts.map((one) => ({
        cells: [
          lines([mono(one.path)], [quiet(one.purpose)]),
          one.present === null ? quietly("not looked at") : status(one.present ? "passed" : "failed", one.present ? "there" : "missing"),
          lines(
            one.sha256 !== null && [mono(one.sha256)],
            one.expected !== null &&
              one.sha256 !== null &&
              (one.expected === one.sha256 ? status("passed", "as expected") : status("failed", "not the hash expected")),
            one.bytes !== null && bytesOf(one.bytes),
          ),
          minuteUtc(one.checkedAt),
        ],
      })),
    );
  }
  if (briefings.length > 0) {
    sheet.heading("Briefings");
    await sheet.table(
      [
        { title: "Held (UTC)", share: 18 },
        { title: "Text", share: 52 },
        { title: "Attendance signed by", share: 30 },
      ],
      briefings.map((one) => ({
        cells: [
          lines(minuteUtc(one.at), [quiet(one.by)]),
          one.text,
          one.attended.length === 0 ? quietly("nobody") : one.attended.join("\n"),
        ],
      })),
    );
  }
  sheet.heading("States");
  await sheet.table(
    [
      { title: "From (UTC)", share: 20 },
      { title: "State", share: 18 },
      { title: "By", share: 22 },
      { title: "Reason", share: 40 },
    ],
    states.map((one) => ({ cells: [utc(one.at), one.state, one.by, one.reason] })),
  );
}

const quietly = (text: string): Piece[] => [quiet(text)];

/** A bar per category, then the items of each. */
export async function drawReadiness(sheet: Sheet, { launch }: ReportModel): Promise<void> {
  const { categories, items } = launch!.view;
  sheet.section("Readiness");
  if (categories.length === 0)
    return sheet.paragraph("No checklist was taken, so there is nothing to be ready.", { style: { colour: "t3" } });
  overview(sheet, categories);
  for (const category of categories) {
    const own = items.filter((item) => item.category === category.key);
    const { counts } = category;
    sheet.heading(shortened(category.title));
    const signed =
      category.needed === 0
        ? quietly("asks for no signature")
        : [...status(category.state), say(`, ${category.signed} of ${category.needed} signatures`)];
    const missing = category.missing.length > 0 && category.needed > 0 ? [quiet(`; missing: ${category.missing.join(", ")}`)] : [];
    sheet.paragraph([say(`${plural(counts.total, "item")}, ${counts.done} done.  `), ...signed, ...missing], {
      style: { size: SIZE.small },
      gap: 4,
      withNext: true,
    });
    await sheet.table(ITEM_COLUMNS, own.map(itemRow), "This category has no items.");
    if (category.blockers.length > 0)
      sheet.paragraph(
        lines(
          ...category.blockers.slice(0, 12).map((text) => [{ mark: "failed" }, say(` ${text}`)] as Piece[]),
          category.blockers.length > 12 && `and ${category.blockers.length - 12} more`,
        ),
        {
          style: { size: SIZE.small },
          indent: 4,
        },
      );
  }
}

const SEGMENTS: [keyof LaunchView["categories"][number]["counts"], Colour][] = [
  ["done", "okQuiet"],
  ["waived", "t2"],
  ["notApplicable", "line2"],
  ["failed", "fail"],
  ["open", "s4"],
];
function overview(sheet: Sheet, categories: LaunchView["categories"]): void {
  const { document } = sheet;
  const row = lineHeight(SIZE.small) + 6;
  const name = 150;
  const bar = 105;
  for (const one of categories) {
    const { done, waived, notApplicable, failed, open, total } = one.counts;
    const words = [
      `${done} of ${total} done`,
      failed > 0 && `${failed} failed`,
      open > 0 && `${open} open`,
      waived > 0 && `${waived} waived`,
      notApplicable > 0 && `${notApplicable} n/a`,
    ]
      .filter(Boolean)
      .join(", ");
    const tall =
      Math.max(sheet.type.wrap(shortened(one.title), name - 10).length, sheet.type.wrap(words, 150).length) * lineHeight(SIZE.small) + 6;
    sheet.need(tall);
    const top = sheet.y();
    sheet.put(shortened(one.title), PAGE.left, top, name - 10);
    let x = PAGE.left + name;
    for (const [key, colour] of SEGMENTS) {
      const width = one.counts.total === 0 ? 0 : (one.counts[key] / one.counts.total) * bar;
      if (width > 0) document.rect(x, top + 2, width, row - 10).fill(COLOURS[colour]);
      x += width;
    }
    document
      .rect(PAGE.left + name, top + 2, bar, row - 10)
      .lineWidth(0.6)
      .stroke(COLOURS.line2);
    sheet.put(words, PAGE.left + name + bar + 10, top, 150, { colour: "t2" });
    sheet.put(one.needed === 0 ? quietly("no signature") : status(one.state), PAGE.left + CONTENT_WIDTH - 90, top, 95);
    sheet.move(tall);
  }
  sheet.paragraph("Bars: done (green), waived (dark), not applicable (grey), failed (red), open (pale).", {
    style: { size: SIZE.small, colour: "t3" },
    gap: 6,
  });
}

/** A drill as evidence: marked, with its figures and how old it was when it was taken. */
function runLines(one: NonNullable<ItemView["evidences"][number]["ofRun"]>): Piece[][] {
  const figure = (ms: number | null, targetMs: number | null, open: string): string =>
    `${ms === null ? open : duration(ms)}${targetMs === null ? "" : ` of ${duration(targetMs)}`}`;
  const { recovery } = one;
  return [
    ...(one.mode === "rehearsal" ? [[{ text: `REHEARSAL, ${one.way}`, style: { face: "medium" as const, colour: "reh" as const } }]] : []),
    [quiet(`run ${one.number} “${one.title}”, ${one.result}, ended ${minuteUtc(one.endedAt)}, ${ageWords(one.ageMs)} old when taken`)],
    ...(recovery === null
      ? []
      : [
          [say(`recovery time ${figure(recovery.rtoMs, recovery.rtoTargetMs, "not verified")}`)],
          [say(`data lost ${figure(recovery.rpoMs, recovery.rpoTargetMs, "not measured")}`)],
        ]),
    [quiet(`event ${one.seq} of ${one.log.slice(0, 12)}…`)],
  ];
}

const ITEM_COLUMNS = [
  { title: "Item", share: 46 },
  { title: "State", share: 58 },
  { title: "Text", share: 148 },
  { title: "Who, when (UTC)", share: 90 },
  { title: "Evidence", share: 96 },
  { title: "Automatic check", share: 86 },
];

function itemRow(item: ItemView): Row {
  const { answer } = item;
  const waived =
    item.state === "waived" && answer !== null
      ? [
          strong(`until ${answer.expires === null ? "no date" : answer.expires.slice(0, 10)}`),
          say(`, approved by ${answer.approverName || "nobody else"}`),
        ]
      : null;
  const text = lines(
    item.text,
    waived,
    answer !== null && answer.value !== null && [strong(`${answer.value}${item.unit === "" ? "" : ` ${item.unit}`}`)],
    answer !== null && answer.reason !== "" && [quiet(`Reason: ${answer.reason}`)],
    answer !== null && answer.note !== "" && [quiet(`Note: ${answer.note}`)],
    item.reopened !== "" && [{ mark: "stale" }, say(` ${item.reopened}`)],
    ...item.flags.map((flag) => [{ mark: "near-miss" }, { text: ` ${flag}`, style: { colour: "warn" } }] as Piece[]),
    ...item.notes.map((note) => [quiet(`${note.by}, ${minuteUtc(note.at)}: ${note.text}`)]),
  );
  const evidence = lines(
    ...item.evidences.map((one) =>
      lines(
        [one.removed ? quiet(`${one.title} (struck out)`) : say(one.title)],
        one.url !== null && [quiet(one.url)],
        one.output != null && [
          quiet(
            `output of “${one.output.stepTitle}”, ${one.output.verdict}${one.output.judgement === "" ? "" : ` (${one.output.judgement})`}${one.output.context === "" ? "" : `, on ${one.output.context}`}, event ${one.output.seq} of ${one.output.log.slice(0, 12)}…`,
          ),
        ],
        ...(one.ofRun == null ? [] : runLines(one.ofRun)),
        one.tests !== null &&
          `${one.tests.passed} of ${one.tests.total} passed, ${one.tests.failed + one.tests.errors} failed, ${one.tests.skipped} skipped`,
        ...one.findings.map((finding) => [{ text: finding, style: { colour: "fail" as Colour } }]),
        [quiet(one.by)],
        [quiet(minuteUtc(one.at))],
        [quiet(`event ${one.seq}${one.sha256 === "" ? "" : ` · ${one.sha256.slice(0, 8)}…`}`)],
      ),
    ),
  );
  const check = item.check;
  const checked =
    check === null
      ? quietly(item.derived !== null ? `computed: ${item.derived.replaceAll("-", " ")}` : item.blocks > 0 ? "not run" : "")
      : lines(
          status(check.verdict),
          check.judgement !== null && [quiet("judged: "), ...status(check.judgement)],
          check.measured !== null && [
            strong(`${check.measured}${item.unit === "" ? "" : ` ${item.unit}`}`),
            quiet(item.expect === null ? "" : ` (${item.expect.operator} ${item.expect.value})`),
          ],
          check.because,
          check.context ? [quiet(`on ${check.context}${check.clusterClass ? `, ${check.clusterClass}` : ""}`)] : null,
          [quiet(`${minuteUtc(check.at)}, event ${check.seq}${check.isOld ? ", old" : ""}`)],
        );
  const who =
    answer === null ? quietly("nobody yet") : lines(answer.name, [quiet(`${minuteUtc(answer.at)}`)], [quiet(`event ${answer.seq}`)]);
  return {
    cells: [
      [{ text: item.id, style: { face: "mono" } }],
      status(item.state),
      text,
      item.derived !== null ? quietly("Holdpoint") : who,
      evidence.length > 0 ? evidence : quietly(item.evidence === "required" ? "required, none" : ""),
      checked,
    ],
    ...(item.state === "failed" ? { ground: "failBg" as Colour } : {}),
  };
}

export async function drawDecision(sheet: Sheet, { launch }: ReportModel): Promise<void> {
  const { decisions, board, breakGlass } = launch!.view;
  sheet.section("Decision");
  sheet.paragraph([
    quiet("Rule: "),
    say(board.rule === "" ? "none stated by the checklist" : board.rule.replaceAll("-", " ")),
    quiet("   Decided by: "),
    say(board.decisionRoles.join(", ") || "no role stated"),
  ]);
  if (decisions.length === 0) sheet.paragraph("No decision was proposed.", { style: { colour: "t3" } });
  for (const one of decisions) {
    sheet.heading([{ text: OUTCOMES[one.outcome] ?? one.outcome }, { text: `   ${wordOf(one.state)}`, style: { colour: "t3", size: 10 } }]);
    sheet.facts([
      [
        "State",
        lines(
          status(one.overtaken === "" ? one.state : "stale"),
          one.takenAt !== null && `taken ${utc(one.takenAt)} UTC`,
          one.overtaken !== "" && `overtaken since: ${one.overtaken}`,
        ),
      ],
      ["Proposed", `${utc(one.proposedAt)} UTC by ${one.proposedBy}, event ${one.seq}`],
      [
        "Signed by",
        one.signed.length > 0 ? `${one.signed.join(", ")} (${one.signed.length} of ${one.needed})` : `nobody yet (0 of ${one.needed})`,
      ],
      ...(one.missing.length > 0 ? ([["Missing", one.missing.join(", ")]] as [string, Text][]) : []),
      ["Reason", one.reason || "none given"],
      ...(one.replaces === null ? [] : ([["Replaces", [mono(one.replaces)]]] as [string, Text][])),
    ]);
    if (one.conditions.length > 0)
      await sheet.table(
        [
          { title: "Condition", share: 52 },
          { title: "Owner", share: 14 },
          { title: "Due (UTC)", share: 16 },
          { title: "Closed", share: 18 },
        ],
        one.conditions.map((condition) => ({
          cells: [
            condition.text,
            condition.owner,
            minuteUtc(condition.due),
            condition.closedAt === null
              ? status("open")
              : lines(status("done", "closed"), [quiet(`${condition.closedBy}, ${minuteUtc(condition.closedAt)}`)]),
          ],
        })),
      );
  }
  if (board.blockers.length > 0) {
    sheet.heading("What stands between here and GO");
    await sheet.table(
      [{ title: "Blocker", share: 100 }],
      board.blockers.map((one) => ({ cells: [[{ mark: "failed" }, say(` ${one.text}`)]] })),
    );
  }
  if (board.criteria.length > 0) {
    sheet.heading("Criteria with a limit");
    await sheet.table(
      [
        { title: "Item", share: 12 },
        { title: "Criterion", share: 36 },
        { title: "Limit", share: 13 },
        { title: "Measured", share: 21 },
        { title: "Verdict", share: 18 },
      ],
      board.criteria.map((one) => ({
        cells: [
          [mono(one.item)],
          one.text,
          one.limit,
          lines(
            [strong(one.measured || "nothing")],
            one.at !== null && [quiet([minuteUtc(one.at), one.isOld ? "old" : "", one.source].filter(Boolean).join(", "))],
          ),
          status(one.verdict),
        ],
      })),
    );
  }
  if (board.waivers.length > 0) {
    sheet.heading("Waivers");
    await sheet.table(
      [
        { title: "Item", share: 12 },
        { title: "Text", share: 48 },
        { title: "Until", share: 18 },
        { title: "Approved by", share: 22 },
      ],
      board.waivers.map((one) => ({
        cells: [
          [mono(one.item)],
          one.text,
          one.until === null ? "no date" : lines(minuteUtc(one.until), one.isExpired && status("failed", "ran out")),
          one.approver || "nobody else",
        ],
      })),
    );
  }
  if (breakGlass.length > 0) {
    sheet.heading("Break-glass");
    await sheet.table(
      [
        { title: "What", share: 22 },
        { title: "Reason", share: 36 },
        { title: "Who", share: 22 },
        { title: "Review", share: 20 },
      ],
      breakGlass.map((one) => ({
        cells: [
          lines([strong(GLASS[one.kind] ?? one.kind)], [quiet(`event ${one.seq}`)]),
          one.reason,
          lines(one.by, one.second === "" ? status("unsigned", "no second person yet") : `with ${one.second}`, [quiet(minuteUtc(one.at))]),
          one.reviewedAt === null
            ? lines(status("open", "not reviewed"), [quiet(`due ${minuteUtc(one.reviewDue)}`)])
            : lines(status("done", "reviewed"), [quiet(minuteUtc(one.reviewedAt))]),
        ],
      })),
    );
  }
}

export async function drawRisks(sheet: Sheet, { launch }: ReportModel): Promise<void> {
  sheet.section("Risks");
  await sheet.table(
    [
      { title: "Risk", share: 10 },
      { title: "What", share: 32 },
      { title: "Likelihood, impact", share: 18 },
      { title: "Controls", share: 26 },
      { title: "Owner, status", share: 16 },
    ],
    launch!.view.risks.map((one) => ({
      cells: [[mono(one.id)], one.risk, `${one.likelihood}, ${one.impact}`, one.controls, lines(one.owner, [strong(one.status)])],
    })),
    "No risk was set down.",
  );
}

const TROUBLES = ["incident", "near-miss"];
export async function drawNotes(sheet: Sheet, { launch }: ReportModel): Promise<void> {
  const { notes, attachments } = launch!.view;
  const table = (wanted: string[]) =>
    sheet.table(
      [
        { title: "When (UTC)", share: 19 },
        { title: "Kind", share: 15 },
        { title: "What", share: 50 },
        { title: "By", share: 18 },
      ],
      notes
        .filter((note) => wanted.includes(note.kind))
        .map((note) => ({
          cells: [
            lines(minuteUtc(note.at), [quiet(`event ${note.seq}`)]),
            lines(TROUBLES.includes(note.kind) ? status(note.kind) : note.kind.replace("-", " "), note.severity !== "" && note.severity),
            lines([strong(note.title)], note.text),
            lines(
              note.by,
              note.closedAt === null ? (note.kind === "incident" ? status("open") : null) : [quiet(`closed ${minuteUtc(note.closedAt)}`)],
            ),
          ],
        })),
      "None was set down.",
    );
  sheet.heading("Incidents and near-misses");
  await table(TROUBLES);
  const others = notes.map((note) => note.kind).filter((kind) => !TROUBLES.includes(kind));
  if (others.length > 0) {
    sheet.heading("Notes");
    await table(others);
  }
  if (attachments.length > 0) {
    sheet.heading("Attachments");
    await sheet.table(
      [
        { title: "Title", share: 40 },
        { title: "Size", share: 12 },
        { title: "SHA-256", share: 28 },
        { title: "By", share: 20 },
      ],
      attachments.map((one) => ({
        cells: [
          lines(one.title, [quiet(`${one.mediaType}, event ${one.seq}`)]),
          bytesOf(one.bytes),
          [mono(one.sha256)],
          lines(one.by, [quiet(minuteUtc(one.at))]),
        ],
      })),
    );
  }
}
