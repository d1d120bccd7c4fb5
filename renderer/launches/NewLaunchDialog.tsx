// Making a launch: what it is about and which checklist. Owns: the draft. The engine keeps what comes of it.
import { useId, useState } from "react";
import type { ContextEntry, LaunchFacts, LibraryEntry } from "../../engine/protocol/index.ts";
import { Button, Dialog, Notice } from "../design/index.ts";
import { ChecklistChoice } from "./Checklists.tsx";
import { emptyFacts, FactsFields, factsOf, factsProblem } from "./Facts.tsx";

export function NewLaunchDialog({
  contexts,
  checklists,
  zone,
  isAlone,
  chosen,
  onPick,
  onCreate,
  onClose,
}: {
  contexts: ContextEntry[];
  checklists: LibraryEntry[];
  zone: string;
  /** One person on the roster: what is made now says SOLO for good. */
  isAlone: boolean;
  /** Checklist that is chosen to begin with. */
  chosen: string;
  onPick: (() => Promise<string | null>) | null;
  /** Resolves to the words of a failure, or null. */
  onCreate(facts: Partial<LaunchFacts> & Pick<LaunchFacts, "name">, checklist: string | null): Promise<string | null>;
  onClose(): void;
}) {
  const [draft, setDraft] = useState(() => emptyFacts(zone));
  const [path, setPath] = useState(chosen);
  const [isTried, setTried] = useState(false);
  const form = useId();
  const [isPending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const create = async (): Promise<void> => {
    setTried(true);
    if (isPending || Object.keys(factsProblem(draft)).length > 0) return;
    setPending(true);
    setRefusal(await onCreate(factsOf(draft), path === "" ? null : path));
    setPending(false);
  };
  return (
    <Dialog
      open
      wide
      title="New launch"
      description="One go-live with its checklist, people, risks and decision. Everything but the name can be filled in later; every change is on record."
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" type="submit" form={form} disabled={isPending}>
            {isPending ? "Making it…" : "Make the launch"}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="launch-form"
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
        {isAlone ? (
          <Notice kind="warn">
            You are the only person enrolled: the record of this launch will say SOLO for good, even when others join later. For a launch of
            several people enrol a second one first, under People.
          </Notice>
        ) : null}
        <FactsFields draft={draft} contexts={contexts} isTried={isTried} isFull={false} onChange={setDraft} />
        <ChecklistChoice entries={checklists} value={path} canBeNone onPick={onPick} onChange={setPath} />
        {refusal === null ? null : (
          <Notice kind="fail" live>
            {refusal}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
