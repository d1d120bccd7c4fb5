// A small form over the window: fields, one button, and the engine's words when it refuses. Owns: sending once.
import { type ReactNode, useId, useState } from "react";
import { Button, Dialog, Notice } from "../design/index.ts";

export function FormDialog({
  title,
  about,
  button,
  problem = null,
  isDanger = false,
  wide = false,
  children,
  onSend,
  onClose,
}: {
  title: string;
  about?: ReactNode;
  button: string;
  /** What is missing before it can be sent; null where nothing is. */
  problem?: string | null;
  isDanger?: boolean;
  wide?: boolean;
  children: ReactNode;
  /** Resolves to the words of a refusal, or null when it is done; the caller closes by taking the dialog away. */
  onSend(): Promise<string | null>;
  onClose(): void;
}) {
  const form = useId();
  const [isPending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const send = async (): Promise<void> => {
    if (isPending || problem !== null) return;
    setPending(true);
    const words = await onSend();
    setPending(false);
    if (words === null) onClose();
    else setRefusal(words);
  };
  return (
    <Dialog
      open
      wide={wide}
      title={title}
      {...(about === undefined ? {} : { description: about })}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind={isDanger ? "danger" : "accent"} type="submit" form={form} disabled={isPending} unavailable={problem}>
            {isPending ? "Working…" : button}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="launch-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
          event.preventDefault();
          void send();
        }}
      >
        {children}
        {refusal === null ? null : (
          <Notice kind="fail" live>
            {refusal}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
