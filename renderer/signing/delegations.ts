// Names and delegations for the choice of whom one stands in for; read from the roster once per opening.
// Owns: nothing. Where the roster cannot be read, one signs for oneself, or as the engine said.
import { useEffect, useState } from "react";
import type { Delegation } from "../../engine/protocol/index.ts";
import { bridge } from "../bridge/index.ts";

export type Handed = { names: Map<string, string>; delegations: Delegation[] };
const NOBODY: Handed = { names: new Map(), delegations: [] };

export function useDelegations(): Handed {
  const [handed, setHanded] = useState(NOBODY);
  useEffect(() => {
    let isGone = false;
    void bridge()
      .call("people.roster", {})
      .then((result) => {
        if (!isGone && result.ok)
          setHanded({ names: new Map(result.value.people.map((one) => [one.id, one.name])), delegations: result.value.delegations });
      });
    return () => {
      isGone = true;
    };
  }, []);
  return handed;
}
