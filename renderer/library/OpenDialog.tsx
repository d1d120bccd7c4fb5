// Opening a file or a folder by its path, with completion from what was opened before; or by the host's own dialog where it has one.
// Owns: the form. The engine reads the disk and says what is wrong.
import { FileText, Folder, FolderOpen } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field } from "../design/index.ts";
import { completions, looksLikeFile } from "./paths.ts";

export function OpenDialog({
  recent,
  known,
  canPick,
  onPick,
  onOpen,
  onClose,
}: {
  recent: string[];
  known: string[];
  canPick: boolean;
  onPick(kind: "file" | "folder"): Promise<string | null>;
  /** Words of a failure, or null when it is open. */
  onOpen(path: string): Promise<string | null>;
  onClose(): void;
}) {
  const [path, setPath] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const listId = useId();
  const offers = completions(path, [...recent, ...known]);
  const open = async (wanted: string): Promise<void> => {
    if (wanted.trim() === "") return setError("Type or paste a path first, for example ~/runbooks.");
    setBusy(true);
    setError(await onOpen(wanted.trim()));
    setBusy(false);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const offer = offers[chosen];
    void open(offer ?? path);
  };
  const pick = async (kind: "file" | "folder"): Promise<void> => {
    const picked = await onPick(kind);
    if (picked !== null) await open(picked);
  };
  return (
    <Dialog
      open
      title="Open a file or folder"
      description="A runbook or checklist in Markdown, or a folder of them. Opening never changes a file and runs nothing."
      onClose={onClose}
      footer={
        <>
          {canPick ? (
            <>
              <Button icon={<FolderOpen size={16} />} onClick={() => void pick("folder")}>
                Choose folder
              </Button>
              <Button icon={<FileText size={16} />} onClick={() => void pick("file")}>
                Choose file
              </Button>
              <span className="grow" />
            </>
          ) : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" type="submit" form={`${listId}-form`} disabled={isBusy}>
            {isBusy ? "Opening…" : "Open"}
          </Button>
        </>
      }
    >
      <form id={`${listId}-form`} onSubmit={submit}>
        <Field
          label="Path on this computer"
          mono
          big
          autoFocus
          value={path}
          error={error}
          placeholder="~/runbooks or /srv/runbooks/switch.md"
          role="combobox"
          aria-expanded={offers.length > 0}
          aria-controls={listId}
          aria-activedescendant={chosen >= 0 && chosen < offers.length ? `${listId}-${chosen}` : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          onChange={(event) => {
            setPath(event.target.value);
            setChosen(-1);
            setError(null);
          }}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown" || event.key === "ArrowUp") {
              event.preventDefault();
              const step = event.key === "ArrowDown" ? 1 : -1;
              setChosen(offers.length === 0 ? -1 : (chosen + step + offers.length + (chosen < 0 && step < 0 ? 1 : 0)) % offers.length);
            } else if (event.key === "Tab" && chosen >= 0 && offers[chosen] !== undefined) {
              event.preventDefault();
              setPath(offers[chosen]);
              setChosen(-1);
            }
          }}
        />
      </form>
      <div className="open-offers">
        {offers.length === 0 ? null : <div className="field-hint">Opened before</div>}
        <div id={listId} role="listbox" aria-label="Paths opened before">
          {offers.map((offer, index) => (
            <div
              key={offer}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              className="open-offer mono"
              onClick={() => void open(offer)}
              onKeyDown={(event) => event.key === "Enter" && void open(offer)}
            >
              {looksLikeFile(offer) ? <FileText size={15} aria-hidden="true" /> : <Folder size={15} aria-hidden="true" />}
              {offer}
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
