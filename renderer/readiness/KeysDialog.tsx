// The keys of this room. Owns: the list on screen.
import { Button, Dialog, Kbd } from "../design/index.ts";

const KEYS: [string[], string][] = [
  [["J", "Down"], "Next item"],
  [["K", "Up"], "Item before"],
  [["Enter"], "Open the item"],
  [["Space"], "Select or leave it; with Shift, all up to it"],
  [["D"], "Done"],
  [["F"], "Failed"],
  [["N"], "Not applicable"],
  [["W"], "Waived"],
  [["E"], "Add evidence"],
  [["C"], "Run the automatic check"],
  [["A"], "Assign"],
  [["/"], "Find items"],
  [["Escape"], "Close the item, then clear the selection"],
  [["Mod+Enter"], "The large button, from anywhere"],
  [["?"], "These keys"],
];

export function KeysDialog({ onClose }: { onClose(): void }) {
  return (
    <Dialog
      open
      title="Keys"
      description="They act on the item with the mark, or on all that are selected."
      onClose={onClose}
      footer={
        <Button kind="accent" onClick={onClose}>
          Close
        </Button>
      }
    >
      <dl className="keys-list">
        {KEYS.map(([combos, words]) => (
          <div key={words}>
            <dt>
              {combos.map((combo) => (
                <Kbd key={combo} combo={combo} />
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
