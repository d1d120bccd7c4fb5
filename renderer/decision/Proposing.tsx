// A proposal being drafted, and handed to the engine. Owns: the draft while it is on screen.
import { Gavel } from "lucide-react";
import { type ReactNode, useId, useMemo, useState } from "react";
import type { LaunchView, OperatorId } from "../../engine/protocol/index.ts";
import { announce, useKeys } from "../app/index.ts";
import { ActionBar, Button, PrimaryButton } from "../design/index.ts";
import { actOn } from "../launches/slice.ts";
import { fromLocalInput } from "../launches/words.ts";
import { roleWords } from "../signing/index.ts";
import { Columns } from "./Columns.tsx";
import { listed, OUTCOME_WORDS, standing, whyNot } from "./model.ts";
import { NEW_PROPOSAL, type ProposalDraft, type ProposalErrors, ProposeForm } from "./ProposeForm.tsx";

export function Proposing({
  view,
  board,
  zone,
  nameOf,
  names,
  unavailable,
  onBack,
  onDone,
}: {
  view: LaunchView;
  board: ReactNode;
  zone: string;
  nameOf(id: string): string;
  names: Map<string, string>;
  unavailable: string | null;
  onBack: (() => void) | null;
  onDone(): void;
}) {
  const form = useId();
  const { taken } = standing(view.decisions);
  const [draft, setDraft] = useState<ProposalDraft>(() => ({ ...NEW_PROPOSAL, outcome: view.board.canGo ? "go" : null }));
  const [errors, setErrors] = useState<ProposalErrors>({});
  const [isBusy, setBusy] = useState(false);
  const { outcome } = draft;
  const owners = useMemo(() => {
    const all = new Map([...names, ...view.people.map((one) => [one.operator, one.name] as [string, string])]);
    return [...all].map(([id, name]) => ({ id, name })).sort((a, b) => a.name.localeCompare(b.name));
  }, [names, view.people]);
  const why = unavailable ?? (outcome === null ? (whyNot("go", view.board) ?? "Choose what you propose.") : whyNot(outcome, view.board));

  const propose = async (): Promise<void> => {
    if (why !== null || outcome === null || isBusy) return;
    const found: ProposalErrors = {};
    if (draft.reason.trim() === "" && outcome === "no-go") found.reason = "A NO-GO needs a reason.";
    if (draft.reason.trim() === "" && taken !== null)
      found.reason = `${OUTCOME_WORDS[taken.outcome]} is in force: another decision needs a reason.`;
    const conditions = draft.conditions.map((one) => ({
      text: one.text.trim(),
      owner: one.owner as OperatorId,
      due: fromLocalInput(one.due, zone) ?? "",
    }));
    if (outcome === "conditional-go") {
      if (conditions.length === 0) found.conditions = "A conditional GO needs at least one condition.";
      else if (conditions.some((one) => one.text === "" || (one.owner as string) === "" || one.due === ""))
        found.conditions = "Each condition needs its words, an owner and a due time.";
    }
    setErrors(found);
    if (Object.keys(found).length > 0) {
      if (found.reason !== undefined) document.querySelector<HTMLElement>(`form[id="${form}"] [name=reason]`)?.focus();
      return;
    }
    setBusy(true);
    const result = await actOn("launch.propose", {
      launch: view.header.launch,
      outcome,
      ...(outcome === "conditional-go" ? { conditions } : {}),
      ...(draft.reason.trim() === "" ? {} : { reason: draft.reason.trim() }),
    });
    setBusy(false);
    if (!result.ok) return setErrors({ all: result.error.message });
    announce(`${OUTCOME_WORDS[outcome]} is proposed. It is signed next.`);
    onDone();
  };
  useKeys([{ combo: "Mod+Enter", scope: "free", run: () => void propose() }]);
  const word = outcome === null ? "" : OUTCOME_WORDS[outcome];
  return (
    <Columns
      board={board}
      title={taken === null ? "Propose the decision" : "Decide anew"}
      sub=""
      side={
        <ProposeForm
          id={form}
          board={view.board}
          draft={draft}
          owners={owners}
          zone={zone}
          errors={errors}
          needsReason={taken !== null}
          onChange={setDraft}
          onSubmit={() => void propose()}
        />
      }
      bar={
        <ActionBar
          icon={<Gavel size={22} aria-hidden="true" />}
          say={outcome === null ? "Nothing is proposed yet" : `Propose ${word}`}
          detail={`It is signed then by ${listed(view.board.decisionRoles.map((role) => roleOf(view, role, nameOf)))}.`}
        >
          {onBack === null ? null : <Button onClick={onBack}>Leave it</Button>}
          <PrimaryButton hotkey="Mod+Enter" unavailable={why} disabled={isBusy} onClick={() => void propose()}>
            {isBusy ? "Recording…" : outcome === null ? "Propose" : `Propose ${word}`}
          </PrimaryButton>
        </ActionBar>
      }
    />
  );
}

function roleOf(view: LaunchView, role: string, nameOf: (id: string) => string): string {
  const holders = view.people.filter((one) => one.role === role).map((one) => nameOf(one.operator));
  return holders.length === 0 ? roleWords(role) : `${roleWords(role)} (${holders.join(" or ")})`;
}
