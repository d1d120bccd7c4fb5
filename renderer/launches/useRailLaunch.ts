// The launch whose rooms the rail leads to: the one opened last, else the newest that is not closed.
import { useEffect } from "react";
import type { AppSnapshot, LaunchHeader } from "../../engine/protocol/index.ts";
import { useLaunches } from "./slice.ts";

export function useRailLaunch(snapshot: AppSnapshot): LaunchHeader | null {
  const { list, launch, view, refreshList } = useLaunches();
  const known = snapshot.logs.filter((one) => one.kind === "launch").length;
  useEffect(() => {
    if (known > 0) void refreshList();
  }, [known, refreshList]);
  if (view !== null) return view.header;
  const open = (list ?? []).filter((one) => one.state !== "closed").sort((a, b) => b.number - a.number);
  return (list ?? []).find((one) => one.launch === launch) ?? open[0] ?? null;
}
