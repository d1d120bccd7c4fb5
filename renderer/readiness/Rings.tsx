// The categories as rings: a mark per item by state, how many are settled, and the signature below.
// Owns: drawing. Choosing goes back to the view. Any number of categories: they wrap, and scroll sideways where they would fill the window.
import type { CategoryView, ItemView } from "../../engine/protocol/index.ts";
import { Status } from "../design/index.ts";
import { CATEGORY_SIGNS, type Segment, segmentsOf, settledCount, signWords } from "./items.ts";

const RADIUS = 28;
const SIZE = 66;

export function Rings({
  categories,
  items,
  chosen,
  onChoose,
}: {
  categories: CategoryView[];
  items: ReadonlyMap<string, ItemView[]>;
  /** Key of a category; null for all of them. */
  chosen: string | null;
  onChoose(key: string | null): void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form; this is a row of toggles
    <div className="rings" role="group" aria-label="Categories">
      {categories.map((category) => {
        const { counts } = category;
        const words = [
          `${settledCount(category)} of ${counts.total} settled`,
          counts.failed === 0 ? "" : `${counts.failed} failed`,
          counts.open === 0 ? "" : `${counts.open} open`,
          counts.waived === 0 ? "" : `${counts.waived} waived`,
          counts.notApplicable === 0 ? "" : `${counts.notApplicable} not applicable`,
          signWords(category).toLowerCase(),
        ].filter((word) => word !== "");
        const isChosen = category.key === chosen;
        return (
          <button
            key={category.key}
            type="button"
            className="ring"
            aria-pressed={isChosen}
            aria-label={`${category.title}: ${words.join(", ")}`}
            onClick={() => onChoose(isChosen ? null : category.key)}
          >
            <svg width={SIZE} height={SIZE} viewBox={`0 0 ${SIZE} ${SIZE}`} aria-hidden="true">
              {segmentsOf(items.get(category.key) ?? []).map((segment) => (
                <Arc key={segment.from} segment={segment} />
              ))}
              <text x="50%" y="50%" className="ring-count">
                {settledCount(category)}
                <tspan className="ring-total">/{counts.total}</tspan>
              </text>
            </svg>
            <b>{category.title}</b>
            <span className={`ring-sign st-${CATEGORY_SIGNS[category.state].state}`}>
              <Status state={CATEGORY_SIGNS[category.state].state} size={14} />
              {signWords(category)}
            </span>
          </button>
        );
      })}
    </div>
  );
}

/** Failed stands out and thick, open is a thin line, waived is hatched, not applicable is dotted: told apart without colour. */
function Arc({ segment: { state, from, part } }: { segment: Segment }) {
  const radius = state === "failed" ? RADIUS + 1.5 : RADIUS;
  const round = 2 * Math.PI * radius;
  const gap = part === 1 ? 0 : Math.min(2.6, (part * round) / 3);
  const length = Math.max(0.6, part * round - gap);
  const common = { cx: SIZE / 2, cy: SIZE / 2, r: radius, fill: "none", transform: `rotate(${from * 360 - 90} ${SIZE / 2} ${SIZE / 2})` };
  const dash = (on: number, off: number): string => {
    const marks: number[] = [];
    let left = length;
    while (left > 0) {
      const mark = Math.min(on, left);
      marks.push(mark);
      left -= mark;
      const hole = Math.min(off, Math.max(0, left));
      left -= hole;
      marks.push(left > 0 ? hole : 0);
    }
    if (marks.length % 2 === 1) marks.push(0);
    marks[marks.length - 1] = round;
    return marks.map((mark) => mark.toFixed(2)).join(" ");
  };
  return (
    <circle
      {...common}
      className={`arc arc-${state}`}
      strokeDasharray={
        state === "waived" ? dash(2, 1.6) : state === "not-applicable" ? dash(1.2, 3) : `${length.toFixed(2)} ${round.toFixed(2)}`
      }
    />
  );
}
