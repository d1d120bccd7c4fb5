// The plan on screen and on paper: head with zone and zoom, summary, bars, lists, table.
// Owns: zoom, zone and which step is chosen. Asks nothing: the plan is given.
import { Minus, Plus, Printer } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import type { PlanView } from "../../engine/protocol/index.ts";
import { useKeys, useSiteZone } from "../app/index.ts";
import {
  Button,
  fingerprintGroups,
  formatClock,
  formatDate,
  formatMinute,
  IconButton,
  isZone,
  Notice,
  useNow,
  zoneWord,
} from "../design/index.ts";
import { Legend, PlanChart } from "./PlanChart.tsx";
import { PlanLists, PlanSummary } from "./PlanSummary.tsx";
import { PlanTable } from "./PlanTable.tsx";
import { usePaper } from "./usePaper.ts";
import "./plan.css";
import "./print.css";

const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32];
type Zone = "utc" | "site" | "local";
const ZONE_KEY = "holdpoint.plan.zone";

export function PlanPanel({
  view,
  skewMs,
  head,
  onOpen,
}: {
  view: PlanView;
  skewMs: number;
  /** At the right of the head: the way back to the text. */
  head: ReactNode;
  onOpen(step: string): void;
}) {
  const isLive = view.isStarted && view.endedAt === null;
  const tick = useNow() + skewMs;
  const now = isLive ? Math.max(tick, Date.parse(view.at)) : Date.parse(view.endedAt ?? view.start);
  const [zoomAt, setZoomAt] = useState(0);
  const [chosen, setChosen] = useState<number | null>(null);
  const paper = usePaper(view);
  const site = useSiteZone();
  const zones = useMemo((): Record<Zone, string> => {
    const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return { utc: "UTC", site: isZone(view.zone) ? view.zone : site, local };
  }, [view.zone, site]);
  const [kept, setKept] = useState<Zone>(() => (localStorage.getItem(ZONE_KEY) as Zone | null) ?? "utc");
  const choice: Zone = kept in zones ? kept : "utc";
  const zone = zones[choice];
  const clock = useCallback(
    (moment: number | string, withSeconds = false) => {
      if (withSeconds) return formatClock(moment, zone);
      const days = daysBetween(view.start, moment, zone);
      return `${formatMinute(moment, zone)}${days === 0 ? "" : ` ${days > 0 ? "+" : "−"}${Math.abs(days)} d`}`;
    },
    [zone, view.start],
  );
  const zoneWords = zoneWord(view.start, zone);
  // One function for ever: every bar and row has it, and would be drawn again with a new one.
  const opener = useRef<(index: number) => void>(() => {});
  opener.current = (index) => onOpen(view.steps[index]?.id ?? "");
  const open = useCallback((index: number) => opener.current(index), []);
  const onZoom = (direction: 1 | -1 | 0): void =>
    setZoomAt((was) => (direction === 0 ? 0 : Math.min(ZOOMS.length - 1, Math.max(0, was + direction))));
  useKeys([
    { combo: "+", scope: "free", run: () => onZoom(1) },
    { combo: "-", scope: "free", run: () => onZoom(-1) },
    { combo: "0", scope: "free", run: () => onZoom(0) },
  ]);
  const chart = {
    view,
    now,
    clock,
    chosen,
    onChoose: setChosen,
    onOpen: open,
    onZoom,
  };
  return (
    <section className="plan" data-region="document" aria-label="Plan">
      <div className="panel-head plan-head">
        <h2>Plan</h2>
        <span>
          {formatDate(view.start, zone)}, times in {zoneWords}
        </span>
        <span className="end">
          <fieldset className="plan-zones">
            <legend className="visually-hidden">Times in</legend>
            {(["utc", "site", "local"] as const).map((one) => (
              <label key={one} title={zones[one]}>
                <input
                  type="radio"
                  name="plan-zone"
                  checked={choice === one}
                  onChange={() => {
                    setKept(one);
                    localStorage.setItem(ZONE_KEY, one);
                  }}
                />
                <span>{one === "utc" ? "UTC" : one === "site" ? `Site ${zoneWord(view.start, zones.site)}` : "Local"}</span>
              </label>
            ))}
          </fieldset>
          <IconButton label="Zoom out, minus" disabled={zoomAt === 0} onClick={() => onZoom(-1)}>
            <Minus size={16} />
          </IconButton>
          <Button small onClick={() => onZoom(0)} aria-label="Fit the whole night, 0">
            Fit
          </Button>
          <IconButton label="Zoom in, plus" disabled={zoomAt === ZOOMS.length - 1} onClick={() => onZoom(1)}>
            <Plus size={16} />
          </IconButton>
          <Button small icon={<Printer size={15} aria-hidden="true" />} onClick={() => window.print()}>
            Print
          </Button>
          {head}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by key */}
      <section className="plan-body" tabIndex={0} data-region-focus aria-label="Bars and table">
        {paper.isPaper ? <PaperHead view={view} zoneWords={zoneWords} /> : null}
        <PlanSummary view={view} now={now} clock={clock} />
        {view.problems.length === 0 ? null : (
          <Notice kind="warn">
            <ul>
              {view.problems.map((problem) => (
                <li key={problem.message}>{problem.message}</li>
              ))}
            </ul>
          </Notice>
        )}
        <Legend />
        {paper.isPaper ? <PlanChart {...chart} zoom={1} paperPx={paper.widthPx} /> : <PlanChart {...chart} zoom={ZOOMS[zoomAt]!} />}
        {paper.isPaper ? null : <PlanLists view={view} now={now} clock={clock} onOpen={open} />}
        <PlanTable view={view} clock={clock} zoneWords={zoneWords} isPaper={paper.isPaper} chosen={chosen} onOpen={open} />
      </section>
    </section>
  );
}

const DAY_MS = 86_400_000;
/** Calendar days of the zone from one moment to the other: a night has times of two. */
function daysBetween(from: string, to: number | string, zone: string): number {
  const [a, b] = [formatDate(from, zone), formatDate(to, zone)];
  return a === b ? 0 : Math.round((Date.parse(`${b} UTC`) - Date.parse(`${a} UTC`)) / DAY_MS);
}

/** First on paper: what this sheet is about, and by which text. */
function PaperHead({ view, zoneWords }: { view: PlanView; zoneWords: string }) {
  const printed = new Date();
  return (
    <header className="plan-paper-head">
      <h1>{view.title}</h1>
      <p>
        {view.run === null ? "Run sheet of a plan that has not begun" : `Run ${view.number}, ${view.mode}`}
        {view.version === null ? "" : `, version ${view.version}`}, printed {formatDate(printed)} {formatMinute(printed)} UTC, times in{" "}
        {zoneWords}
      </p>
      <p className="mono">
        {view.log === null ? "" : `log ${view.log}  `}
        {view.fingerprint === null ? "" : `fingerprint ${fingerprintGroups(view.fingerprint).join(" ")}  `}text {view.sha256.slice(0, 16)}
      </p>
    </header>
  );
}
