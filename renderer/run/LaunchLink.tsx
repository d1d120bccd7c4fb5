// The launch that a run belongs to, by name, with the way there. Owns: the words; the name comes from the launches' slice.
import { Rocket } from "lucide-react";
import { useEffect } from "react";
import type { RunHeader } from "../../engine/protocol/index.ts";
import { go, type Route, routeHash } from "../app/index.ts";
import { Button } from "../design/index.ts";
import { useLaunches } from "../launches/slice.ts";

/** Null for a run of its own. Until the list was read the launch has no name here. */
export function useLaunchOf({ launch }: Pick<RunHeader, "launch">): { name: string; route: Route } | null {
  const list = useLaunches((state) => state.list);
  const refreshList = useLaunches((state) => state.refreshList);
  const isKnown = launch == null || (list ?? []).some((one) => one.launch === launch);
  useEffect(() => {
    if (!isKnown) void refreshList();
  }, [isKnown, refreshList]);
  if (launch == null) return null;
  const name = (list ?? []).find((one) => one.launch === launch)?.facts.name ?? "its launch";
  return { name, route: { view: "readiness", launch, item: null } };
}

export function LaunchLink({ header }: { header: RunHeader }) {
  const launch = useLaunchOf(header);
  if (launch === null) return null;
  const words = header.isChecks === true ? `Checks for ${launch.name}` : `Launch ${launch.name}`;
  return (
    <a className="run-launch" href={routeHash(launch.route)} title={`${words}: to its readiness`}>
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
      Back to readiness
    </Button>
  );
}
