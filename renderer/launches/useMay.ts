// Who may act on a launch from this window, as a reason that buttons show. The engine decides; this says so before.
import { useReadOnly } from "../app/read-only.ts";
import { useApp } from "../app/store.ts";
import { roleProblem } from "./words.ts";

const KEEPERS = ["lead", "operator"];
const LEADERS = ["lead"];
const PARTICIPANTS = ["lead", "operator", "approver", "witness"];

export type May = { keep: string | null; lead: string | null; take: string | null };

/** null where the act is to be had: `keep` answers and facts, `lead` people and states, `take` notes and briefings. */
export function useMay(isClosed: boolean): May {
  const readOnly = useReadOnly();
  const roles = useApp(({ snapshot }) => snapshot?.session?.operator.roles ?? null);
  const why = readOnly ?? (isClosed ? "This launch is closed: its record is complete, and nothing can be added to it." : null);
  if (why !== null) return { keep: why, lead: why, take: why };
  return {
    keep: roleProblem(roles, KEEPERS, "This"),
    lead: roleProblem(roles, LEADERS, "This"),
    take: roleProblem(roles, PARTICIPANTS, "This"),
  };
}
