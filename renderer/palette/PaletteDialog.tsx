// The palette as a list: field, groups, keys. Leaves band, situation and record bar uncovered.
// Owns: what is typed and which row is chosen. Takes entries.
import { Search } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { formatCount } from "../design/format.ts";
import { Kbd } from "../design/index.ts";
import { GROUPS, type PaletteEntry, type PaletteGroup } from "./entries.ts";
import "./palette.css";
import { type Hit, type Piece, prepare, search } from "./search.ts";

/** A first character narrows to some groups. */
const PREFIXES: Record<string, { word: string; groups: PaletteGroup[] }> = {
  ">": { word: "actions", groups: ["Actions", "Settings"] },
  "#": { word: "steps", groups: ["Steps of this run", "Steps of this runbook"] },
  "@": { word: "clusters", groups: ["Clusters"] },
};
/** Rows of one group while nothing narrows: the best of each stay in sight. */
const PER_GROUP = 6;
/** Candidates ranked before they are grouped. */
const RANKED = 80;

type Group = { group: PaletteGroup; hits: Hit<PaletteEntry>[] };

/** Grouped in the order of each group's best hit; as GROUPS says while nothing is typed. */
function grouped(hits: Hit<PaletteEntry>[], isTyped: boolean, perGroup: number): Group[] {
  const byGroup = new Map<PaletteGroup, Hit<PaletteEntry>[]>();
  for (const hit of hits) {
    const list = byGroup.get(hit.entry.group) ?? [];
    if (list.length < perGroup) list.push(hit);
    byGroup.set(hit.entry.group, list);
  }
  const order = isTyped ? [...byGroup.keys()] : GROUPS.filter((group) => byGroup.has(group));
  return order.map((group) => ({ group, hits: byGroup.get(group) ?? [] }));
}

export function PaletteDialog({ entries, onClose }: { entries: PaletteEntry[]; onClose(): void }) {
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const prefix = PREFIXES[typed.charAt(0)];
  const query = prefix === undefined ? typed : typed.slice(1);
  const within = useMemo(
    () => (prefix === undefined ? entries : entries.filter((one) => prefix.groups.includes(one.group))),
    [entries, prefix],
  );
  const index = useMemo(() => prepare(within), [within]);
  const { groups, total, tookMs } = useMemo(() => {
    const isTyped = query.trim() !== "";
    const start = performance.now();
    const found = search(index, query, isTyped ? RANKED : within.length);
    const took = performance.now() - start;
    return {
      groups: grouped(found.hits, isTyped, prefix === undefined ? PER_GROUP : RANKED),
      total: found.total,
      tookMs: isTyped ? took : null,
    };
  }, [index, query, prefix, within]);
  const rows = groups.flatMap((group) => group.hits);
  const at = Math.min(chosen, rows.length - 1);
  const optionId = (entry: PaletteEntry): string => `${listId}-${entry.id}`;

  useEffect(() => {
    list.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  });

  const act = (hit: Hit<PaletteEntry> | undefined): void => {
    if (hit === undefined) return;
    onClose();
    hit.entry.run();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined && rows.length > 0) {
      event.preventDefault();
      setChosen(Math.abs(step) === 1 ? (at + step + rows.length) % rows.length : Math.max(0, Math.min(rows.length - 1, at + step)));
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      act(rows[at]);
    }
  };
  const active = rows[at]?.entry;
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="scrim" />
        <Radix.Content className="palette" aria-describedby={undefined}>
          <Radix.Title className="visually-hidden">Search</Radix.Title>
          <div className="palette-head">
            <Search size={20} aria-hidden="true" />
            <input
              className="palette-input"
              placeholder="Steps, runbooks, runs, clusters, actions, settings"
              aria-label="Search steps, runbooks, runs, clusters, actions and settings"
              role="combobox"
              aria-expanded="true"
              aria-controls={listId}
              aria-activedescendant={active === undefined ? undefined : optionId(active)}
              aria-autocomplete="list"
              spellCheck={false}
              autoComplete="off"
              value={typed}
              onChange={(event) => {
                setTyped(event.target.value);
                setChosen(0);
              }}
              onKeyDown={onKeyDown}
            />
            <span className="dim nowrap" role="status">
              {tookMs === null
                ? `${formatCount(within.length)} to search`
                : `${formatCount(total)} of ${formatCount(within.length)} in ${tookMs.toFixed(1)} ms`}
            </span>
          </div>
          <div className="palette-list" id={listId} role="listbox" aria-label="Results" ref={list}>
            {rows.length === 0 ? (
              <p className="palette-none">
                Nothing has these letters.{" "}
                {prefix === undefined ? "" : `Only ${prefix.word} are searched: take away the “${typed.charAt(0)}” for all.`}
              </p>
            ) : null}
            {groups.map(({ group, hits }) => (
              // biome-ignore lint/a11y/useSemanticElements: a group of options inside a listbox has no HTML element of its own
              <div key={group} role="group" aria-label={group}>
                <div className="palette-group" aria-hidden="true">
                  {group}
                </div>
                {hits.map((hit) => {
                  const isChosen = hit.entry === active;
                  return (
                    <div
                      key={hit.entry.id}
                      id={optionId(hit.entry)}
                      role="option"
                      tabIndex={-1}
                      aria-selected={isChosen}
                      className="palette-row"
                      onClick={() => act(hit)}
                      onKeyDown={onKeyDown}
                      onPointerMove={() => setChosen(rows.indexOf(hit))}
                    >
                      <span className="palette-icon">{hit.entry.icon}</span>
                      <span className="palette-words">
                        <span>
                          <Marked pieces={hit.title} />
                        </span>
                        {hit.detail.length === 0 ? null : (
                          <span className="palette-detail">
                            <Marked pieces={hit.detail} />
                          </span>
                        )}
                      </span>
                      {isChosen ? (
                        <span className="palette-verb">
                          {hit.entry.verb ?? "Open"} <Kbd combo="Enter" />
                        </span>
                      ) : hit.entry.hotkey === undefined ? null : (
                        <Kbd combo={hit.entry.hotkey} />
                      )}
                    </div>
                  );
                })}
              </div>
            ))}
          </div>
          <div className="palette-foot" aria-hidden="true">
            <span>
              <Kbd combo="Up" /> <Kbd combo="Down" /> choose
            </span>
            <span>
              <Kbd combo="Enter" /> open
            </span>
            <span>
              <Kbd combo="Esc" /> close
            </span>
            <span className="grow" />
            {Object.entries(PREFIXES).map(([sign, { word }]) => (
              <span key={sign}>
                {sign} {word}
              </span>
            ))}
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Marked({ pieces }: { pieces: Piece[] }) {
  let at = 0;
  return pieces.map((piece) => {
    const key = at;
    at += piece.text.length;
    return piece.isHit ? <mark key={key}>{piece.text}</mark> : <span key={key}>{piece.text}</span>;
  });
}
