// The way in for a newcomer: one card, one button. Owns: its words. Smaller once a run is on record.
import { Button, formatPlanned, Kbd, Mark } from "../design/index.ts";

const numbers = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"];
const inWords = (n: number): string => numbers[n] ?? String(n);

export function PracticeCard({
  isFresh,
  steps,
  plannedMs,
  onStart,
}: {
  isFresh: boolean;
  steps: number;
  plannedMs: number | null;
  onStart(): void;
}) {
  if (!isFresh)
    return (
      <section className="practice again" aria-label="Practice run">
        <span className="practice-mark">
          <Mark size={20} />
        </span>
        <p>
          <b>Practice run</b> {inWords(steps).toLowerCase()} steps on this computer, no cluster needed
        </p>
        <Button small onClick={onStart}>
          Practice again
        </Button>
      </section>
    );
  return (
    <section className="practice" aria-label="Practice run">
      <div className="practice-words">
        <span className="practice-mark">
          <Mark size={28} />
        </span>
        <h2>Start with the practice run</h2>
        <p>
          {inWords(steps)} steps on this computer, no cluster needed. You run a step, answer a command, meet a failure and an end that
          nobody saw, and see the record it leaves.
        </p>
      </div>
      <div className="practice-act">
        <button type="button" className="btn primary practice-button" onClick={onStart}>
          <span>Practice now</span>
          <Kbd combo="Enter" />
        </button>
        <p>
          {plannedMs === null ? null : (
            <>
              About {formatPlanned(plannedMs)}.<br />
            </>
          )}
          Nothing outside this computer is touched.
        </p>
      </div>
    </section>
  );
}
