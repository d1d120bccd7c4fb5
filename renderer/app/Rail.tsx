// The rail: the places of the window. Owns: the links. Does not know routes beyond their addresses.
import {
  ChartNoAxesGantt,
  Drama,
  Gavel,
  Library,
  ListChecks,
  MoonStar,
  Rocket,
  ScrollText,
  Settings,
  SquareTerminal,
  Users,
} from "lucide-react";
import type { LaunchHeader, RunId } from "../../engine/protocol/index.ts";
import { Tooltip } from "../design/index.ts";
import { type Route, routeHash } from "./route.ts";

export function Rail({
  route,
  activeRun,
  launch,
  drillsDue,
}: {
  route: Route;
  activeRun: RunId | null;
  /** The launch whose rooms are offered. */
  launch: LaunchHeader | null;
  /** Runbooks whose next rehearsal is overdue. */
  drillsDue: number;
}) {
  const run = route.view === "run" ? route.run : activeRun;
  const wanting = launch === null ? 0 : launch.failed + launch.stale;
  const places = [
    {
      id: "library",
      word: "Library",
      icon: <Library size={20} />,
      to: routeHash({ view: "library" }),
      isHere: route.view === "library" || route.view === "document",
    },
    {
      id: "launches",
      word: "Launches",
      icon: <Rocket size={20} />,
      to: routeHash({ view: "launches" }),
      isHere: route.view === "launches" || route.view === "launch",
    },
    ...(launch === null
      ? []
      : [
          {
            id: "readiness",
            word: "Readiness",
            icon: <ListChecks size={20} />,
            to: routeHash({ view: "readiness", launch: launch.launch, item: null }),
            isHere: route.view === "readiness",
            count: wanting,
            says: `${launch.failed} failed, ${launch.stale} stale`,
          },
          {
            id: "decision",
            word: "Decision",
            icon: <Gavel size={20} />,
            to: routeHash({ view: "decision", launch: launch.launch }),
            isHere: route.view === "decision",
          },
          {
            id: "night",
            word: "Night",
            icon: <MoonStar size={20} />,
            to: routeHash({ view: "night", launch: launch.launch }),
            isHere: route.view === "night",
          },
        ]),
    ...(run === null
      ? []
      : [
          {
            id: "run",
            word: "Run",
            icon: <SquareTerminal size={20} />,
            to: routeHash({ view: "run", run }),
            isHere: route.view === "run" && route.part === undefined,
            mark: activeRun !== null && route.view !== "run",
          },
          {
            id: "plan",
            word: "Plan",
            icon: <ChartNoAxesGantt size={20} />,
            to: routeHash({ view: "run", run, part: "plan" }),
            isHere: route.view === "run" && route.part === "plan",
          },
        ]),
    {
      id: "rehearse",
      word: "Rehearse",
      icon: <Drama size={20} />,
      to: routeHash({ view: "rehearse", path: null, compare: null }),
      isHere: route.view === "rehearse",
      count: drillsDue,
      says: drillsDue === 1 ? "1 drill due" : `${drillsDue} drills due`,
    },
    {
      id: "records",
      word: "Records",
      icon: <ScrollText size={20} />,
      to: routeHash({ view: "records" }),
      isHere: route.view === "records" || route.view === "record",
    },
    {
      id: "people",
      word: "People",
      icon: <Users size={20} />,
      to: routeHash({ view: "people" }),
      isHere: route.view === "people",
    },
    {
      id: "settings",
      word: "Settings",
      icon: <Settings size={20} />,
      to: routeHash({ view: "settings" }),
      isHere: route.view === "settings",
    },
  ];
  return (
    <nav className="frame-rail" aria-label="Places">
      {places.map((place) => (
        <Tooltip key={place.id} text={place.word}>
          <a href={place.to} aria-current={place.isHere ? "page" : undefined} className={place.id === "settings" ? "last" : ""}>
            {place.icon}
            <span>{place.word}</span>
            {"count" in place && place.count > 0 ? (
              <em className="count" title={place.says}>
                {place.count}
                <span className="visually-hidden">: {place.says}</span>
              </em>
            ) : null}
            {"mark" in place && place.mark ? (
              <em>
                <span className="visually-hidden">, under way</span>
              </em>
            ) : null}
          </a>
        </Tooltip>
      ))}
    </nav>
  );
}
