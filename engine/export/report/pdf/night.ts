// A launch's plan, watch and open loops on paper: planned beside actual, what was looked at, what was missed. Owns: these tables.
// What they say comes from the launch's view as of the head; nothing is drawn where nothing was planned and no watch was kept.
import type { LaunchPlanRow, LaunchView, WatchEntry, WatchSlot } from "../../../protocol/index.ts";
import type { Row, Sheet } from "../sheet.ts";
import type { Piece } from "../type.ts";
import { duration, lines, minuteUtc, quiet, say, status, strong, utc } from "../words.ts";

export async function drawNight(sheet: Sheet, { plan, watch, duty }: LaunchView): Promise<void> {
  if (plan.entries.length > 0) {
    sheet.heading("The plan");
    await sheet.table(
      [
        { title: "Entry", share: 30 },
        { title: "State", share: 22 },
        { title: "Planned (UTC)", share: 18 },
        { title: "Actual (UTC)", share: 18 },
        { title: "Drift", share: 12 },
      ],
      plan.entries.map(planRow),
    );
  }
  if (watch.startedAt !== null || watch.isConfigured) {
    sheet.heading("The watch");
    const { counts, endedEarly } = watch;
    sheet.facts([
      [
        "From, to",
        watch.startedAt === null
          ? "not begun"
          : `${utc(watch.startedAt)} to ${utc(watch.endedAt ?? watch.endsAt)} UTC${watch.endedAt === null ? " (not over)" : ""}`,
      ],
      [
        "Looks",
        watch.startedAt === null
          ? `${counts.planned} planned`
          : `${counts.planned} were due by then: ${counts.entered} entered in time, ${counts.late} late, ${counts.missed} missed; ${counts.notOk} not ok or unknown`,
      ],
      ["Planned length", duration(watch.config.durationMs)],
      [
        "Shifts",
        watch.config.shifts.length === 0
          ? "nobody is named"
          : watch.config.shifts.map((one) => `${one.name}, ${minuteUtc(one.from)} to ${minuteUtc(one.to)}`).join("\n"),
      ],
      ...(endedEarly === null
        ? []
        : ([
            [
              "Ended early",
              `by ${endedEarly.by}${endedEarly.second === "" ? "" : ` with ${endedEarly.second}`}, ${duration(endedEarly.leftMs)} before its time: ${endedEarly.reason}`,
            ],
          ] as [string, string][])),
    ]);
    const rows = [
      ...watch.slots.filter((one) => one.state !== "upcoming").map(slotRow),
      ...watch.extra.map((one) => entryRow("beside", one)),
    ];
    if (rows.length > 0)
      await sheet.table(
        [
          { title: "Due (UTC)", share: 17 },
          { title: "State", share: 17 },
          { title: "Seen", share: 42 },
          { title: "Who, entered (UTC)", share: 24 },
        ],
        rows,
      );
  }
  if (duty.loops.length > 0) {
    sheet.heading("Open loops");
    await sheet.table(
      [
        { title: "What", share: 36 },
        { title: "Opened (UTC)", share: 22 },
        { title: "By when (UTC)", share: 18 },
        { title: "Closed (UTC)", share: 24 },
      ],
      duty.loops.map((one) => ({
        cells: [
          lines([strong(one.name)], one.note !== "" && [quiet(one.note)]),
          lines(minuteUtc(one.openedAt), [quiet(one.openedBy)]),
          minuteUtc(one.dueAt),
          one.closedAt === null ? status("failed", "still open") : lines(minuteUtc(one.closedAt), [quiet(one.closedBy)]),
        ],
      })),
    );
  }
}

const STATES: Record<LaunchPlanRow["state"], string> = {
  planned: "not started",
  due: "not started",
  running: "running",
  done: "done",
  failed: "failed",
  skipped: "skipped",
};

function planRow(row: LaunchPlanRow): Row {
  const who = [row.role, row.ownerName].filter((part) => part !== "").join(", ");
  return {
    cells: [
      lines([strong(row.title)], who !== "" && [quiet(who)], row.note !== "" && [quiet(row.note)]),
      lines(status(STATES[row.state]), row.because !== "" && [quiet(row.because)]),
      lines(
        minuteUtc(row.plannedStart),
        row.plannedEnd !== null && minuteUtc(row.plannedEnd),
        row.plannedMs !== null && [quiet(duration(row.plannedMs))],
      ),
      lines(utc(row.actualStart), row.actualEnd !== null && utc(row.actualEnd)),
      row.driftMs === null ? "" : duration(row.driftMs),
    ],
  };
}

const OUTCOMES = { ok: "passed", "not-ok": "failed", unknown: "unknown" } as const;
const WORDS = { ok: "ok", "not-ok": "not ok", unknown: "unknown" } as const;

function slotRow(slot: WatchSlot): Row {
  if (slot.entry !== null) return entryRow(minuteUtc(slot.due), slot.entry);
  const shift = slot.onShift.length === 0 ? "nobody on shift" : `on shift: ${slot.onShift.join(", ")}`;
  return {
    cells: [minuteUtc(slot.due), slot.state === "missed" ? status("failed", "missed") : status("not started", "due"), "", [quiet(shift)]],
  };
}

function entryRow(due: string, entry: WatchEntry): Row {
  const values = entry.values
    .filter((one) => one.value !== "")
    .map((one): Piece[] => {
      const said = `${one.title}: ${one.value} ${one.unit}`.trim();
      const limit = one.limit === "" ? [] : [quiet(` (${one.limit})`)];
      return one.verdict === "not met" ? [{ mark: "failed" }, strong(` ${said}`), ...limit] : [say(said), ...limit];
    });
  return {
    cells: [
      due,
      lines(status(OUTCOMES[entry.outcome], WORDS[entry.outcome]), entry.isLate && [quiet("entered late")]),
      lines(...values, entry.note),
      lines(entry.by, minuteUtc(entry.enteredAt), entry.isLate && [quiet(`says: looked ${minuteUtc(entry.claimedAt)}`)]),
    ],
  };
}
