// The debrief on paper: every fault of the instructor with its moments, what was done, and what a practised team does.
// Owns: that section. The figures are engine/rehearsal's.
import type { Debrief, DebriefFault } from "../../../protocol/index.ts";
import { seedWords, standWords } from "../debriefs.ts";
import type { ReportModel } from "../model.ts";
import type { Row, Sheet } from "../sheet.ts";
import { duration, lines, plural, quiet, say, shortened, strong } from "../words.ts";

/** Only where a rehearsal with an instructor has ended. */
export async function drawDebrief(sheet: Sheet, { debriefs }: ReportModel): Promise<void> {
  sheet.section("Debrief");
  sheet.paragraph(
    "What the instructor of the rehearsal put in, hidden from the team until the end. Noticed: when somebody said so, or first acted where it was. Dealt with: the step passed, was gone past or gone back from after that, or it was over. All of it follows from events.",
    { style: { colour: "t2" } },
  );
  for (const one of debriefs) await drawOne(sheet, one);
}

async function drawOne(sheet: Sheet, debrief: Debrief): Promise<void> {
  const { figures, scenario, falseAlarms } = debrief;
  sheet.heading(`${shortened(scenario.title || debrief.title)}${seedWords(scenario)}`);
  const times =
    figures.medianNoticeMs === null
      ? ""
      : ` Noticed after ${duration(figures.medianNoticeMs)} in the middle, ${duration(figures.slowestNoticeMs)} at the longest.`;
  const alarms = falseAlarms.length === 0 ? "" : ` ${plural(falseAlarms.length, "time")} a fault was seen where none was.`;
  sheet.paragraph(
    `${figures.injected} of ${figures.planned} faults came, ${figures.noticed} noticed, ${figures.handled} dealt with, ${plural(figures.hinted, "hint")} given.${times}${alarms}`,
  );
  await sheet.table(
    [
      { title: "Fault", share: 32 },
      { title: "Came", share: 18 },
      { title: "Noticed", share: 22 },
      { title: "Dealt with", share: 28 },
    ],
    debrief.faults.map(rowOf),
    "The scenario held no fault.",
  );
}

function rowOf(fault: DebriefFault): Row {
  const { injected, noticed, handled, step, hint } = fault;
  return {
    cells: [
      lines(
        [strong(shortened(fault.title))],
        [quiet(shortened(fault.what.replaceAll("\n", " · ")))],
        step !== null && [quiet(`step ${step.number} ${shortened(step.title, 80)}`)],
        fault.expected !== "" && [say(`A practised team: ${shortened(fault.expected)}`)],
      ),
      lines(
        [strong(injected === null ? standWords(fault) : `at ${duration(injected.elapsedMs)}`)],
        injected !== null && [quiet(`${fault.how === "real" ? "really broken" : "played"}, event ${injected.seq}`)],
        injected === null && [quiet(fault.moment)],
        fault.because !== "" && [quiet(shortened(fault.because))],
      ),
      lines(
        injected !== null && [strong(noticed === null ? "not noticed" : `after ${duration(noticed.afterMs)}`)],
        noticed !== null && [
          quiet(`${noticed.by}: ${noticed.how}${noticed.text === "" ? "" : `, ${shortened(noticed.text, 120)}`}, event ${noticed.seq}`),
        ],
        hint?.given != null && [quiet(`hint given, event ${hint.given.seq}`)],
      ),
      lines(
        injected !== null && [strong(handled === null ? "not dealt with" : `after ${duration(handled.afterMs)}`)],
        handled !== null && [quiet(`${handled.words}, event ${handled.seq}`)],
        ...fault.deeds
          .slice(0, 6)
          .map((deed) => [quiet(`${deed.by}: ${deed.how}${deed.text === "" ? "" : `, ${shortened(deed.text, 80)}`}`)]),
      ),
    ],
  };
}
