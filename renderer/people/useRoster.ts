// The roster as the engine tells it, renewed after each act and when somebody signs in or out.
// Owns: asking. Nothing of it is kept beyond the view.
import { useCallback, useEffect, useState } from "react";
import type { Delegation, RosterEntry } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";

export type Roster = { people: RosterEntry[]; delegations: Delegation[] };

export function useRoster(): { roster: Roster | null; error: string | null; refresh(): Promise<void> } {
  const [roster, setRoster] = useState<Roster | null>(null);
  const [error, setError] = useState<string | null>(null);
  const refresh = useCallback(async (): Promise<void> => {
    const result = await bridge().call("people.roster", {});
    if (result.ok) {
      setRoster(result.value);
      setError(null);
    } else if (result.error.code !== "disconnected") setError(result.error.message);
  }, []);
  useEffect(() => {
    void refresh();
    return bridge().subscribe("app.changed", ({ what }) => {
      if (what === "session" || what === "record") void refresh();
    });
  }, [refresh]);
  return { roster, error, refresh };
}
