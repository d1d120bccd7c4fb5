// What is shown of the items: state, mine, overdue, flagged, words. Owns: the fields. The filter is the view's.
import { Search } from "lucide-react";
import type { ItemState } from "../../engine/protocol/index.ts";
import { Button } from "../design/index.ts";
import { ITEM_WORDS, type ItemFilter, isFiltering, NO_FILTER } from "./items.ts";

const STATES = Object.keys(ITEM_WORDS) as ItemState[];

export function Filters({
  filter,
  shown,
  total,
  canBeMine,
  onChange,
}: {
  filter: ItemFilter;
  shown: number;
  total: number;
  /** Somebody is signed in whose items could be asked for. */
  canBeMine: boolean;
  onChange(filter: ItemFilter): void;
}) {
  const toggle = (key: "mine" | "overdue" | "flagged", word: string) => (
    <button type="button" className="filter-toggle" aria-pressed={filter[key]} onClick={() => onChange({ ...filter, [key]: !filter[key] })}>
      {word}
    </button>
  );
  return (
    <search className="item-filters" aria-label="Items shown">
      <span className="filter-find">
        <Search size={14} aria-hidden="true" />
        <input
          type="search"
          id="readiness-find"
          aria-label="Find items by words"
          placeholder="Find items"
          value={filter.text}
          onChange={(event) => onChange({ ...filter, text: event.target.value })}
        />
      </span>
      <select
        aria-label="State"
        value={filter.state}
        onChange={(event) => onChange({ ...filter, state: event.target.value as ItemFilter["state"] })}
      >
        <option value="">Any state</option>
        {STATES.map((state) => (
          <option key={state} value={state}>
            {ITEM_WORDS[state]}
          </option>
        ))}
      </select>
      {canBeMine ? toggle("mine", "Mine") : null}
      {toggle("overdue", "Overdue")}
      {toggle("flagged", "Flagged")}
      {isFiltering(filter) ? (
        <>
          <span className="dim nowrap" role="status">
            {shown} of {total}
          </span>
          <Button kind="ghost" small onClick={() => onChange(NO_FILTER)}>
            Clear
          </Button>
        </>
      ) : null}
    </search>
  );
}
