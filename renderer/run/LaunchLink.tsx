// The launch that a run belongs to, by name, with the way there. Owns: the words; the name comes from the launches' slice.
import { Rocket } from "lucide-react";
import { useEffect } from "react";
import type { RunHeader } from "../../engine/protocol/index.ts";
import { go, type Route, routeHash, useApp } from "../app/index.ts";
import { Button } from "../design/index.ts";
import { useLaunches } from "../launches/slice.ts";

/** Null for a run of its own. Until the list was read the launch has no name here. */
export function useLaunchOf({
  launch,
  isChecks,
}: Pick<RunHeader, "launch" | "isChecks">): { name: string; isNight: boolean; route: Route } | null {
  const list = useLaunches((state) => state.list);
  const refreshList = useLaunches((state) => state.refreshList);
  const isKnown = launch == null || (list ?? []).some((one) => one.launch === launch);
  useEffect(() => {
    if (!isKnown) void refreshList();
  }, [isKnown, refreshList]);
  if (launch == null) return null;
  const known = (list ?? []).find((one) => one.launch === launch);
  const name = known?.facts.name ?? "its launch";
  // Once it has been decided a run is one of its night; before that, of its readiness.
  const isNight = isChecks !== true && known !== undefined && !["preparing", "ready"].includes(known.state);
  return { name, isNight, route: isNight ? { view: "night", launch } : { view: "readiness", launch, item: null } };
}

export function LaunchLink({ header }: { header: RunHeader }) {
  const launch = useLaunchOf(header);
  // A window that follows by a link is shown no launch: neither its name nor a way there.
  const isFollowing = useApp((state) => state.snapshot?.following != null);
  if (launch === null || isFollowing) return null;
  const words = header.isChecks === true ? `Checks for ${launch.name}` : `Launch ${launch.name}`;
  return (
    <a className="run-launch" href={routeHash(launch.route)} title={`${words}: to its ${launch.isNight ? "night" : "readiness"}`}>
      <Rocket size={14} aria-hidden="true" />
      <span>{words}</span>
    </a>
  );
}

/** In the action bar once nothing is left to do here. */
export function BackToLaunch({ header }: { header: RunHeader }) {
  const launch = useLaunchOf(header);
  if (launch === null || header.endedAt === null) return null;
  return (
    <Button kind="accent" icon={<Rocket size={16} aria-hidden="true" />} onClick={() => go(launch.route)}>
      {launch.isNight ? "Back to the night" : "Back to readiness"}
    </Button>
  );
}
