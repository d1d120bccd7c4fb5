// Choosing a checklist: those of the library, or a file by its path. Owns: the field. Takes entries.
import type { LibraryEntry, LibraryFolder } from "../../engine/protocol/index.ts";
import { Button, CheckLine, Field, plural } from "../design/index.ts";

export const checklistsOf = (folders: LibraryFolder[]): LibraryEntry[] =>
  folders.flatMap((folder) => folder.entries.filter((entry) => entry.kind === "checklist"));

const OTHER = "\u0000other";

export function ChecklistChoice({
  entries,
  value,
  canBeNone,
  onPick,
  onChange,
}: {
  entries: LibraryEntry[];
  /** Path; "" for none. */
  value: string;
  canBeNone: boolean;
  /** Asks the host for a file, where it has a dialog. */
  onPick: (() => Promise<string | null>) | null;
  onChange(path: string): void;
}) {
  const isListed = entries.some((one) => one.path === value);
  const chosen = value === "" ? (canBeNone ? "" : OTHER) : isListed ? value : OTHER;
  return (
    <fieldset className="launch-choice">
      <legend>Checklist</legend>
      {canBeNone ? (
        <CheckLine
          type="radio"
          name="launch-checklist"
          label="None yet"
          hint="One can be taken on the set-up page."
          checked={chosen === ""}
          onChange={() => onChange("")}
        />
      ) : null}
      {entries.map((entry) => (
        <CheckLine
          key={entry.path}
          type="radio"
          name="launch-checklist"
          label={entry.title}
          hint={`${plural(entry.items, "item")}, ${entry.builtIn ? "built in" : entry.path}`}
          checked={chosen === entry.path}
          onChange={() => onChange(entry.path)}
        />
      ))}
      <div className="launch-choice-path">
        <Field
          label="Or the path of a checklist on this computer"
          mono
          placeholder="/home/you/checklists/go-live.md"
          value={isListed ? "" : value}
          onChange={(event) => onChange(event.target.value)}
        />
        {onPick === null ? null : (
          <Button
            onClick={async () => {
              const path = await onPick();
              if (path !== null) onChange(path);
            }}
          >
            Choose a file
          </Button>
        )}
      </div>
    </fieldset>
  );
}
