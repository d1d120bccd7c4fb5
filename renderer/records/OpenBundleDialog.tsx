// Asking for a bundle by its path, or by the host's own dialog where it has one. Owns: the form.
import { FileArchive } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button, Dialog, Field } from "../design/index.ts";

export function OpenBundleDialog({
  canPick,
  onPick,
  onOpen,
  onClose,
}: {
  canPick: boolean;
  onPick(): Promise<string | null>;
  /** Words of a failure, or null when it is open. */
  onOpen(path: string, fingerprint: string): Promise<string | null>;
  onClose(): void;
}) {
  const form = useId();
  const [path, setPath] = useState("");
  const [fingerprint, setFingerprint] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const open = async (wanted: string): Promise<void> => {
    if (wanted.trim() === "") return setError("Type or paste the path of the bundle first.");
    setBusy(true);
    setError(await onOpen(wanted.trim(), fingerprint.trim()));
    setBusy(false);
  };
  return (
    <Dialog
      open
      title="Open a bundle"
      description="A record that somebody exported, of this or another installation. It is verified before anything of it is shown, and nothing of it is kept."
      onClose={onClose}
      footer={
        <>
          {canPick ? (
            <>
              <Button
                icon={<FileArchive size={16} />}
                onClick={() =>
                  void onPick().then((picked) => {
                    if (picked === null) return undefined;
                    setPath(picked);
                    return open(picked);
                  })
                }
              >
                Choose file
              </Button>
              <span className="grow" />
            </>
          ) : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Verifying…" : "Open"}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void open(path);
        }}
      >
        <Field
          label="Path on this computer"
          mono
          big
          autoFocus
          autoComplete="off"
          value={path}
          error={error}
          placeholder="/srv/audit/launch-v1.0-rc1.zip"
          onChange={(event) => setPath(event.target.value)}
        />
        <Field
          label="Fingerprint, if you were given one by another way"
          mono
          autoComplete="off"
          value={fingerprint}
          placeholder="D3BE CGM8 M1B4 XQ0D GT28"
          hint="Of the log's head, from the change ticket or the minutes. Only with it is it proved where the record comes from."
          onChange={(event) => setFingerprint(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
