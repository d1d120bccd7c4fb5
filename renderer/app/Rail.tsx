// The rail: the places of the window. Owns: the links. Does not know routes beyond their addresses.
import { Library, ScrollText, Settings, SquareTerminal } from "lucide-react";
import type { RunId } from "../../engine/protocol/index.ts";
import { Tooltip } from "../design/index.ts";
import { type Route, routeHash } from "./route.ts";

export function Rail({ route, activeRun }: { route: Route; activeRun: RunId | null }) {
  const run = route.view === "run" ? route.run : activeRun;
  const places = [
    {
      id: "library",
      word: "Library",
      icon: <Library size={20} />,
      to: routeHash({ view: "library" }),
      isHere: route.view === "library" || route.view === "document",
    },
    ...(run === null
      ? []
      : [
          {
            id: "run",
            word: "Run",
            icon: <SquareTerminal size={20} />,
            to: routeHash({ view: "run", run }),
            isHere: route.view === "run",
            mark: activeRun !== null && route.view !== "run",
          },
        ]),
    {
      id: "records",
      word: "Records",
      icon: <ScrollText size={20} />,
      to: routeHash({ view: "records" }),
      isHere: route.view === "records" || route.view === "record",
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
