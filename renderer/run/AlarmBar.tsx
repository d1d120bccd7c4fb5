// A failure nobody has seen yet: the one thing in the window that blinks. Esc, or the button, says that it was seen.
// Owns: its drawing. Does not decide what is an alarm.

import { FrameAlarm } from "../app/Frame.tsx";
import { Button, Kbd, Status } from "../design/index.ts";
import type { Alarm } from "./store.ts";

export function AlarmBar({
  alarms,
  unknown,
  onSeen,
  onShow,
}: {
  alarms: Alarm[] /** Steps whose end is unknown: theirs is not a failure. */;
  unknown: ReadonlySet<string>;
  onSeen(): void;
  onShow(step: string): void;
}) {
  const alarm = alarms.at(-1);
  if (alarm === undefined) return null;
  const { step } = alarm;
  const isUnknown = step !== null && unknown.has(step);
  const isFailure = alarm.severity === "fail" && !isUnknown;
  return (
    <FrameAlarm>
      <section className={`run-alarm ${isFailure ? "fail" : "warn"}`} aria-label="Alarm">
        <span className={isFailure ? "run-alarm-glyph" : ""}>
          <Status
            state={isFailure ? "failed" : isUnknown ? "unknown" : "nearmiss"}
            size={26}
            label={isFailure ? "Failure" : isUnknown ? "Unknown" : "Warning"}
          />
        </span>
        <strong>{alarm.title}</strong>
        <span className="run-alarm-detail">{alarm.detail}</span>
        {alarms.length > 1 ? <span className="nowrap">1 of {alarms.length}</span> : null}
        {step === null ? null : (
          <Button small kind="ghost" onClick={() => onShow(step)}>
            Show step
          </Button>
        )}
        <Button className="run-seen" onClick={onSeen} aria-keyshortcuts="Escape">
          Seen <Kbd combo="Esc" />
        </Button>
      </section>
    </FrameAlarm>
  );
}
