// What the steps changed on their clusters, on paper: before beside after, where they differ.
// Owns: that section. The comparison is objects.ts's.
import type { ReportModel } from "../model.ts";
import type { Row, Sheet } from "../sheet.ts";
import { SIZE } from "../tokens.ts";
import { lines, plural, quiet, shortened, strong } from "../words.ts";

/** Only where a step's objects were taken down both times. */
export async function drawObjects(sheet: Sheet, { objects: { changes, comparisons }, runs }: ReportModel): Promise<void> {
  if (comparisons.length === 0) return;
  sheet.heading("On the cluster, before and after");
  const compared = comparisons.reduce((sum, one) => sum + one.compared, 0);
  const missing = comparisons.filter((one) => one.missing !== "");
  sheet.paragraph(
    `Read from the cluster before each step's first command and after its last: ${plural(comparisons.length, "attempt")}, ${plural(compared, "reading")} compared. What is the same is not listed.${missing.length === 0 ? "" : ` Not whole in ${plural(missing.length, "attempt")}: ${[...new Set(missing.map((one) => one.missing))].join("; ")}.`}`,
    { style: { size: SIZE.small, colour: "t2" } },
  );
  const steps = new Map(runs.flatMap((run) => run.steps.map((step) => [`${run.run}\0${step.id}`, step] as const)));
  await sheet.table(
    [
      { title: "Step", share: 20 },
      { title: "Object", share: 26 },
      { title: "What", share: 12 },
      { title: "Before", share: 23 },
      { title: "After", share: 23 },
    ],
    changes.map((one): Row => {
      const step = steps.get(`${one.run}\0${one.step}`);
      return {
        cells: [
          lines(
            [strong(step?.number ?? ""), { text: ` ${shortened(step?.title ?? one.step)}` }],
            one.attempt > 1 && [quiet(`attempt ${one.attempt}`)],
            [quiet(`events ${one.from}, ${one.to}`)],
          ),
          lines(one.object, one.cluster !== "main" && [quiet(`cluster ${one.cluster}`)]),
          one.field === "says" ? "state" : one.field,
          one.before || [quiet("none")],
          one.after || [quiet("none")],
        ],
      };
    }),
    "Nothing that was read differs after any step.",
  );
}
