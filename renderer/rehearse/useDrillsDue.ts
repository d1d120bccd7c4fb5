// How many drills are overdue, for the rail. Owns: when to ask. A runbook that was never rehearsed is no reminder: nobody began with it yet.
import { useEffect, useState } from "react";
import { useApp } from "../app/store.ts";
import { bridge } from "../bridge/index.ts";

/** A drill is due by the day; it is asked for when a run began or ended, and not oftener than this, milliseconds. */
const EVERY_MS = 60_000;

export function useDrillsDue(): number {
  const [due, setDue] = useState(0);
  const connection = useApp((app) => app.connection.state);
  const isSomebody = useApp((app) => app.snapshot !== null && app.snapshot.session !== null && !app.snapshot.session.locked);
  useEffect(() => {
    if (connection !== "online" || !isSomebody) return undefined;
    let isLeft = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let askedAt = Number.NEGATIVE_INFINITY;
    const ask = async (): Promise<void> => {
      timer = null;
      askedAt = performance.now();
      const result = await bridge().call("series.list", {});
      if (!isLeft && result.ok) setDue(result.value.filter(({ drill }) => drill?.state === "due").length);
    };
    const soon = (): void => {
      timer ??= setTimeout(() => void ask(), Math.max(FIRST_MS, askedAt + EVERY_MS - performance.now()));
    };
    soon();
    const stop = bridge().subscribe("app.changed", ({ what }) => {
      if (what === "logs" || what === "library") soon();
    });
    return () => {
      isLeft = true;
      if (timer !== null) clearTimeout(timer);
      stop();
    };
  }, [connection, isSomebody]);
  return due;
}

/** What a window is opened for comes first, milliseconds. */
const FIRST_MS = 2_000;
