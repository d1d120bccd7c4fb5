// The categories as small rings: share of states around, the signature inside. Owns: drawing.
import type { CategoryView } from "../../engine/protocol/index.ts";
import { Status } from "../design/index.ts";
import { ringParts, ringWords, SIGN_STATES } from "./model.ts";

const RADIUS = 15;
const ROUND = 2 * Math.PI * RADIUS;

export function RingsRow({ categories, href }: { categories: readonly CategoryView[]; href(category: string): string }) {
  return (
    <ul className="rings-row" aria-label="Categories">
      {categories.map((category) => (
        <li key={category.key}>
          <a href={href(category.key)} aria-label={`${category.title}: ${ringWords(category)}`}>
            <span className="ring-small">
              <Ring category={category} />
              <Status state={SIGN_STATES[category.state].state} size={14} />
            </span>
            <span className="ring-words">
              <b>{category.title}</b>
              <small>
                {category.counts.total - category.counts.open} of {category.counts.total}
                {category.needed === 0 ? "" : `, ${SIGN_STATES[category.state].word.toLowerCase()}`}
              </small>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Ring({ category }: { category: CategoryView }) {
  let from = 0;
  return (
    <svg width="38" height="38" viewBox="0 0 38 38" aria-hidden="true">
      <circle cx="19" cy="19" r={RADIUS} className="ring-track" />
      {ringParts(category).map(({ state, part }) => {
        const offset = from;
        from += part;
        return state === "open" ? null : (
          <circle
            key={state}
            cx="19"
            cy="19"
            r={RADIUS}
            className={`ring-part ring-${state}`}
            strokeDasharray={`${Math.max(0.5, part * ROUND - (part === 1 ? 0 : 1.4))} ${ROUND}`}
            strokeDashoffset={-offset * ROUND}
          />
        );
      })}
    </svg>
  );
}
