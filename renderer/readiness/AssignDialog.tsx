// Who sees to items, and until when. Owns: the draft.
import { useState } from "react";
import type { ItemView, OperatorId, RosterEntry } from "../../engine/protocol/index.ts";
import { SelectField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { MomentField } from "../launches/MomentField.tsx";
import { fromLocalInput, toLocalInput } from "../launches/words.ts";

export function AssignDialog({
  items,
  people,
  zone,
  onAssign,
  onClose,
}: {
  items: ItemView[];
  people: RosterEntry[];
  zone: string;
  onAssign(operator: OperatorId | null, due: string | null): Promise<string | null>;
  onClose(): void;
}) {
  const first = items[0];
  const [operator, setOperator] = useState<string>(items.length === 1 ? (first?.assignee ?? "") : "");
  const [due, setDue] = useState(items.length === 1 ? toLocalInput(first?.due ?? null, zone) : "");
  return (
    <FormDialog
      title={items.length === 1 ? `Assign ${first?.id}` : `Assign ${items.length} items`}
      button="Assign"
      problem={due !== "" && fromLocalInput(due, zone) === null ? "Write the due time as 2026-03-14 22:00." : null}
      onSend={() => onAssign(operator === "" ? null : (operator as OperatorId), fromLocalInput(due, zone))}
      onClose={onClose}
    >
      <SelectField label="Person" value={operator} onChange={(event) => setOperator(event.target.value)}>
        <option value="">Nobody</option>
        {people.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name} ({one.id})
          </option>
        ))}
      </SelectField>
      <MomentField label="Due" zone={zone} value={due} onChange={setDue} />
    </FormDialog>
  );
}
