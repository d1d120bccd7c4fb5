// Recovery on paper: time and loss of each run against their targets, with the moments they follow from.
// Owns: that section. The figures are recovery.ts's.
import type { ReportModel } from "../model.ts";
import { againstTarget, lossWords, paceOf, type RecoveryRow } from "../recoveries.ts";
import type { Row, Sheet } from "../sheet.ts";
import type { Text } from "../type.ts";
import { duration, lines, mono, quiet, say, shortened, status, strong, utc } from "../words.ts";

/** Only where a run had something to do with recovery. */
export async function drawRecovery(sheet: Sheet, { recoveries }: ReportModel): Promise<void> {
  sheet.section("Recovery");
  sheet.paragraph(
    "Recovery time: from the declared moment of the disaster to the end of the step that verified the recovery. Data lost: from the last recoverable write, as a command printed it, to the declared moment. Both follow from events; nobody typed them in.",
    { style: { colour: "t2" } },
  );
  await sheet.table(
    [
      { title: "Run", share: 30 },
      { title: "Recovery time", share: 22 },
      { title: "Data lost", share: 22 },
      { title: "From what", share: 26 },
    ],
    recoveries.map(rowOf),
    "No run had a recovery to measure.",
  );
}

function rowOf(one: RecoveryRow): Row {
  const pace = paceOf(one);
  return {
    cells: [
      lines(
        [strong(shortened(one.title))],
        one.mode === "rehearsal" && [{ text: "REHEARSAL", style: { face: "medium", colour: "reh" } }],
        pace !== "" && [quiet(pace)],
        [mono(one.run)],
      ),
      figure(one.rtoMs, one.rtoTargetMs, one.declaredAt === "" ? "no disaster declared" : "not verified", [
        one.rtoTextMs === null ? "" : `${duration(one.rtoTextMs)} with the waits of the text`,
      ]),
      figure(one.rpoMs, one.rpoTargetMs, one.missing.length > 0 || one.measured.length === 0 ? "not measured" : "no disaster declared", []),
      lines(
        one.declaredAt !== "" && [say(`declared ${utc(one.declaredAt)} UTC by ${one.declaredBy} (event ${one.declaredSeq})`)],
        one.isClaimed && [quiet(`a moment given later: ${one.reason}`)],
        one.verifiedAt !== "" && [say(`verified ${utc(one.verifiedAt)} UTC (event ${one.verifiedSeq})`)],
        ...lossWords(one).map((words) => [quiet(words)]),
        one.clocksPartedMs > 0 && [quiet(`the clocks parted by ${duration(one.clocksPartedMs)} in between`)],
      ),
    ],
  };
}

function figure(ms: number | null, targetMs: number | null, isOpen: string, more: string[]): Text {
  const state = againstTarget(ms, targetMs, isOpen);
  return lines(
    [strong(ms === null ? "none" : duration(ms))],
    targetMs !== null && [quiet(`target ${duration(targetMs)}`)],
    ms === null ? [quiet(state)] : targetMs === null ? [quiet(state)] : status(state),
    ...more.map((words) => words !== "" && [quiet(words)]),
  );
}
