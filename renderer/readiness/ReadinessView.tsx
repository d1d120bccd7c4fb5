// The readiness of a launch: rings, items, sign-off; by hand, by checks, by keys. Owns: what is chosen, filtered and open.
// Facts and rules are the engine's; leaves take data and callbacks.
import { Keyboard, RefreshCw, SquareTerminal } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { ItemState, ItemView, LaunchId, LaunchView, RunbookDocument } from "../../engine/protocol/index.ts";
import { announce, FrameWork, routeHash, useApp, useKeys, useSiteZone } from "../app/index.ts";
import { Button, EmptyState, IconButton, isZone, Menu, PanelHead, plural, Status } from "../design/index.ts";
import { LaunchDock } from "../launches/LaunchDock.tsx";
import { LaunchSituation } from "../launches/LaunchSituation.tsx";
import "../launches/launches.css";
import { nextStep } from "../launches/next.ts";
import { useMay } from "../launches/useMay.ts";
import { useNext } from "../launches/useNext.tsx";
import { useOpenLaunch } from "../launches/useOpenLaunch.tsx";
import { usePaletteEntries } from "../palette/entries.ts";
import { Filters } from "./Filters.tsx";
import { ItemPanel } from "./ItemPanel.tsx";
import { ItemTable, type TableHandle } from "./ItemTable.tsx";
import { fits, ITEM_GLYPHS, ITEM_WORDS, type ItemFilter, NO_FILTER } from "./items.ts";
import { KeysDialog } from "./KeysDialog.tsx";
import { Rings } from "./Rings.tsx";
import "./item.css";
import "./readiness.css";
import { SignoffColumn } from "./SignoffColumn.tsx";
import { useItemActs } from "./useItemActs.tsx";

export function ReadinessView({ launch, item }: { launch: LaunchId; item: string | null }) {
  const { view, document, rest } = useOpenLaunch(launch, "Readiness");
  return view === null ? rest : <Readiness view={view} document={document} asked={item} />;
}

function Readiness({ view, document, asked }: { view: LaunchView; document: RunbookDocument | null; asked: string | null }) {
  const { header, categories, items } = view;
  const siteZone = useSiteZone();
  const zone = isZone(header.facts.zone) ? header.facts.zone : siteZone;
  const may = useMay(header.state === "closed");
  const me = useApp(({ snapshot }) => snapshot?.session?.operator.id ?? null);
  const roles = useMemo(() => view.people.filter((one) => one.operator === me).map((one) => one.role), [view.people, me]);
  const step = nextStep(view);
  const [category, setCategory] = useState<string | null>(() => firstCategory(view, asked));
  const [filter, setFilter] = useState<ItemFilter>(NO_FILTER);
  const [current, setCurrent] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [isKeys, setKeys] = useState(false);
  const table = useRef<TableHandle>(null);
  const anchor = useRef<string | null>(null);
  const clear = useCallback(() => setSelected(new Set()), []);
  const acts = useItemActs(view, document, zone, clear);

  const byCategory = useMemo(() => Map.groupBy(items, (one) => one.category), [items]);
  const inCategory = useMemo(() => (category === null ? items : (byCategory.get(category) ?? [])), [items, byCategory, category]);
  const shown = useMemo(() => inCategory.filter((one) => fits(one, filter, me, roles)), [inCategory, filter, me, roles]);
  const byId = useMemo(() => new Map(items.map((one) => [one.id, one])), [items]);
  const texts = useMemo(
    () => new Map((document?.categories ?? []).flatMap((one) => one.items.map((text) => [text.id, text] as const))),
    [document],
  );
  const titles = useMemo(() => new Map(categories.map((one) => [one.key, one.title])), [categories]);
  const chosen = categories.find((one) => one.key === category) ?? null;
  const openItem = open === null ? null : (byId.get(open) ?? null);
  const currentItem = current === null ? null : (byId.get(current) ?? null);
  const picked = useMemo(() => shown.filter((one) => selected.has(one.id)), [shown, selected]);
  /** What keys act on: the selection, else the item with the mark. */
  const meant: ItemView[] = picked.length > 0 ? picked : currentItem === null ? [] : [currentItem];

  const showItem = useCallback(
    (id: string): void => {
      const item = byId.get(id);
      if (item === undefined) return;
      setFilter(NO_FILTER);
      setCategory((was) => (was === null ? null : item.category));
      setCurrent(id);
      setOpen(id);
      requestAnimationFrame(() => table.current?.focus(id));
    },
    [byId],
  );
  const shownFor = useRef<string | null>(null);
  useEffect(() => {
    if (asked === null || shownFor.current === asked) return;
    shownFor.current = asked;
    if (byId.has(asked)) showItem(asked);
    else if (titles.has(asked)) setCategory(asked);
  }, [asked, byId, titles, showItem]);
  const answeredWords = `${header.answered} of ${header.items} answered, ${header.failed} failed, ${header.stale} signatures stale`;
  const said = useRef(answeredWords);
  useEffect(() => {
    // Of what others did; one's own acts say themselves.
    if (said.current === answeredWords) return;
    said.current = answeredWords;
    announce(answeredWords);
  }, [answeredWords]);

  usePaletteEntries(
    "readiness",
    useMemo(
      () =>
        items.map((one) => ({
          id: `item ${one.id}`,
          group: "Items of this launch" as const,
          title: `${one.id} ${one.text}`,
          detail: ITEM_WORDS[one.state],
          icon: <Status state={ITEM_GLYPHS[one.state]} size={16} />,
          run: () => showItem(one.id),
        })),
      [items, showItem],
    ),
  );

  const toggle = (id: string, isRange: boolean): void => {
    const next = new Set(selected);
    const from = shown.findIndex((one) => one.id === (anchor.current ?? current));
    const to = shown.findIndex((one) => one.id === id);
    if (isRange && from >= 0 && to >= 0) for (const one of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one.id);
    else if (next.has(id)) next.delete(id);
    else next.add(id);
    anchor.current = id;
    setCurrent(id);
    setSelected(next);
  };
  const closeItem = (): void => {
    setOpen(null);
    if (current !== null) table.current?.focus(current);
  };
  const guarded = (run: () => void) => (): void => {
    if (meant.length === 0) return;
    if (may.keep === null) run();
    else useApp.getState().notify("warn", may.keep);
  };
  const answerKey = (combo: string, state: ItemState) => ({
    combo,
    scope: "free" as const,
    run: guarded(() => acts.answerMany(meant, state)),
  });
  useKeys([
    answerKey("D", "done"),
    answerKey("F", "failed"),
    answerKey("N", "not-applicable"),
    answerKey("W", "waived"),
    {
      combo: "E",
      scope: "free",
      run: guarded(() => {
        const [item] = meant;
        if (item !== undefined) acts.evidence(item, null);
      }),
    },
    { combo: "C", scope: "free", run: guarded(() => acts.check(meant.map((one) => one.id))) },
    { combo: "A", scope: "free", run: guarded(() => acts.assign(meant.map((one) => one.id))) },
    { combo: "/", scope: "free", run: () => window.document.getElementById("readiness-find")?.focus() },
    { combo: "?", scope: "free", run: () => setKeys(true) },
    {
      combo: "Escape",
      scope: "free",
      run: () => {
        if (open !== null) closeItem();
        else clear();
      },
    },
  ]);

  const next = useNext(view, (plan) => {
    switch (plan.type) {
      case "item":
        showItem(plan.item);
        return true;
      case "category":
        setCategory(plan.category);
        return true;
      case "check":
        acts.check(plan.items);
        return true;
      default:
        return false;
    }
  });
  const isGuarded = header.facts.context !== null && (header.clusterClass === null || header.clusterClass === "production");
  const needsKeeper = step.plan.type === "check" || step.plan.type === "checklist";
  const checkable = (list: ItemView[]): string[] => list.filter((one) => one.blocks > 0 && one.derived === null).map((one) => one.id);
  const running = view.runs.findLast((one) => one.kind === "checks" && (one.status === "active" || one.status === "held"));

  return (
    <>
      <LaunchSituation view={view} room="readiness" />
      <FrameWork label={`Readiness of ${header.facts.name}`}>
        {header.checklist === null ? (
          <div className="launches-pad grow">
            <EmptyState title="No checklist yet">
              The readiness of a launch is answered item by item on a checklist. Choose one: the ten rings of its categories stand here
              then.
            </EmptyState>
          </div>
        ) : (
          <div className="readiness-room">
            <Rings
              categories={categories}
              items={byCategory}
              chosen={category}
              onChoose={(key) => {
                setCategory(key);
                setOpen(null);
                clear();
              }}
            />
            <div className={`readiness ${openItem === null ? "" : "has-item"}`}>
              <section className="readiness-items" aria-label="Items">
                <PanelHead
                  title={chosen?.title ?? "All categories"}
                  sub={plural(inCategory.length, "item")}
                  end={
                    <>
                      <Tally items={inCategory} />
                      {running === undefined ? null : (
                        <a className="with-icon" href={routeHash({ view: "run", run: running.run })}>
                          <Status state={running.status === "held" ? "held" : "running"} size={14} />
                          {running.status === "held" ? "Checks held" : "Checks running"}
                          <SquareTerminal size={14} aria-hidden="true" />
                        </a>
                      )}
                      <Menu
                        trigger={
                          <Button small icon={<RefreshCw size={14} aria-hidden="true" />} disabled={acts.isChecking}>
                            Check
                          </Button>
                        }
                        items={checkMenu({
                          shown: checkable(inCategory),
                          all: checkable(items),
                          old: checkable(items.filter((one) => one.check?.isOld === true || one.check?.verdict === "failed")),
                          title: chosen?.title ?? null,
                          unavailable: may.keep,
                          lastRun: view.runs.findLast((one) => one.kind === "checks")?.run ?? null,
                          onCheck: acts.check,
                        })}
                      />
                      <IconButton label="Keys, ?" onClick={() => setKeys(true)}>
                        <Keyboard size={16} />
                      </IconButton>
                    </>
                  }
                />
                <Filters
                  filter={filter}
                  shown={shown.length}
                  total={inCategory.length}
                  canBeMine={me !== null}
                  onChange={(to) => {
                    setFilter(to);
                    clear();
                  }}
                />
                {picked.length === 0 ? null : (
                  <Bulk
                    count={picked.length}
                    unavailable={may.keep}
                    onAnswer={(state) => acts.answerMany(picked, state)}
                    onCheck={() => acts.check(picked.map((one) => one.id))}
                    onAssign={() => acts.assign(picked.map((one) => one.id))}
                    onClear={clear}
                  />
                )}
                {shown.length === 0 ? (
                  <p className="readiness-empty mid">
                    {inCategory.length === 0 ? "This category has no items." : "No item here fits the search and filters."}{" "}
                    {category !== null && items.some((one) => fits(one, filter, me, roles)) ? (
                      <button type="button" className="link" onClick={() => setCategory(null)}>
                        Look in all categories
                      </button>
                    ) : null}
                  </p>
                ) : (
                  <ItemTable
                    ref={table}
                    items={shown}
                    current={current}
                    selected={selected}
                    label={chosen?.title ?? "All items"}
                    categoryOf={category === null ? (one) => titles.get(one.category) ?? "" : null}
                    onCurrent={(id) => {
                      setCurrent(id);
                      // The open panel follows the mark, so that a list is read through with one key.
                      if (open !== null) setOpen(id);
                    }}
                    onToggle={toggle}
                    onOpen={setOpen}
                  />
                )}
              </section>
              <aside className="readiness-side" aria-label={openItem === null ? "Sign-off" : "Item"}>
                {openItem !== null ? (
                  <ItemPanel
                    key={openItem.id}
                    header={header}
                    item={openItem}
                    text={texts.get(openItem.id) ?? null}
                    categoryTitle={titles.get(openItem.category) ?? ""}
                    unavailable={may.keep}
                    mayNote={may.take}
                    zone={zone}
                    acts={acts}
                    onClose={closeItem}
                  />
                ) : chosen === null ? (
                  <AllSignoffs view={view} onChoose={setCategory} />
                ) : (
                  <SignoffColumn
                    key={chosen.key}
                    view={view}
                    category={chosen}
                    zone={zone}
                    unavailable={may.take}
                    onSign={(role) => next.sign({ subject: { kind: "category", id: chosen.key }, role, title: `Sign ${chosen.title}` })}
                    onItem={showItem}
                  />
                )}
              </aside>
            </div>
          </div>
        )}
        <LaunchDock
          step={step}
          isGuarded={isGuarded}
          isPending={acts.isChecking}
          unavailable={needsKeeper ? may.keep : null}
          refusal={null}
          onPrimary={() => next.act(step)}
        />
      </FrameWork>
      {acts.ask}
      {next.overlay}
      {isKeys ? <KeysDialog onClose={() => setKeys(false)} /> : null}
    </>
  );
}

/** Where the work is: the category of the item asked for, of what comes next, else the first. */
function firstCategory(view: LaunchView, asked: string | null): string | null {
  const of = (id: string | null): string | null => view.items.find((one) => one.id === id)?.category ?? null;
  const known = (key: string | null): string | null => (view.categories.some((one) => one.key === key) ? key : null);
  return of(asked) ?? known(asked) ?? of(view.next.target) ?? known(view.next.target) ?? view.categories[0]?.key ?? null;
}

function Tally({ items }: { items: ItemView[] }) {
  const states: ItemState[] = ["done", "failed", "waived", "not-applicable", "open"];
  return (
    <span className="tally">
      {states.map((state) => {
        const count = items.filter((one) => one.state === state).length;
        return count === 0 ? null : (
          <span key={state} className={state === "failed" ? "fail-text" : ""}>
            <Status state={ITEM_GLYPHS[state]} size={14} label={ITEM_WORDS[state]} /> {count}
          </span>
        );
      })}
    </span>
  );
}

function checkMenu({
  shown,
  all,
  old,
  title,
  unavailable,
  lastRun,
  onCheck,
}: {
  shown: string[];
  all: string[];
  old: string[];
  title: string | null;
  unavailable: string | null;
  lastRun: LaunchView["runs"][number]["run"] | null;
  onCheck(items: string[]): void;
}): Parameters<typeof Menu>[0]["items"] {
  const entry = (id: string, label: string, items: string[]) => ({
    id,
    label,
    hint: items.length === 0 ? "none checks itself" : plural(items.length, "item"),
    disabled: unavailable !== null || items.length === 0,
    onSelect: () => onCheck(items),
  });
  return [
    ...(unavailable === null ? [] : [{ kind: "label" as const, id: "why", label: unavailable }]),
    ...(title === null ? [] : [entry("category", `Check ${title}`, shown)]),
    entry("old", "Check what failed or is old", old),
    entry("all", "Check everything", all),
    ...(lastRun === null
      ? []
      : [
          { kind: "separator" as const, id: "line" },
          {
            id: "terminal",
            label: "Terminal of the last checks",
            onSelect: () => {
              window.location.hash = routeHash({ view: "run", run: lastRun });
            },
          },
        ]),
  ];
}

function Bulk({
  count,
  unavailable,
  onAnswer,
  onCheck,
  onAssign,
  onClear,
}: {
  count: number;
  unavailable: string | null;
  onAnswer(state: ItemState): void;
  onCheck(): void;
  onAssign(): void;
  onClear(): void;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form; this is a row of buttons
    <div className="bulk" role="group" aria-label="Selected items">
      <b role="status">{count} selected</b>
      {(["done", "failed", "not-applicable", "waived"] as ItemState[]).map((state) => (
        <Button
          key={state}
          small
          icon={<Status state={ITEM_GLYPHS[state]} size={14} />}
          unavailable={unavailable}
          onClick={() => onAnswer(state)}
        >
          {ITEM_WORDS[state]}
        </Button>
      ))}
      <Button small unavailable={unavailable} onClick={onCheck}>
        Check
      </Button>
      <Button small unavailable={unavailable} onClick={onAssign}>
        Assign
      </Button>
      <Button small kind="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}

function AllSignoffs({ view, onChoose }: { view: LaunchView; onChoose(key: string): void }) {
  return (
    <section className="signoff" aria-label="Sign-off of all categories">
      <PanelHead title="Sign-off" sub="all categories" end={`${view.header.signed} of ${view.header.categories} signed`} />
      <ul className="signoff-body all-signoffs">
        {view.categories
          .filter((one) => one.needed > 0)
          .map((one) => (
            <li key={one.key}>
              <button type="button" className="link" onClick={() => onChoose(one.key)}>
                {one.title}
              </button>
              <span className="dim">
                {one.signed} of {one.needed}
                {one.blockers.length === 0 ? "" : `, ${plural(one.blockers.length, "blocker")}`}
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
