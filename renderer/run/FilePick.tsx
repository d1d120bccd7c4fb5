// A file chosen, or a picture pasted. Owns: reading it. What is taken is the engine's to say.
import { Paperclip } from "lucide-react";
import { useRef, useState } from "react";
import type { HandedFile } from "../../engine/protocol/index.ts";
import { Button, formatBytes } from "../design/index.ts";
import { readFile } from "../launches/files.ts";

type Props = { kind: "file" | "picture"; file: HandedFile | null; isDisabled?: boolean; fieldId?: string; onPick(file: HandedFile): void };

export function FilePick({ kind, file, isDisabled = false, fieldId, onPick }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState("");
  const take = async (given: File | undefined): Promise<void> => {
    if (given === undefined) return;
    const read = await readFile(given);
    setProblem(read.ok ? "" : read.why);
    if (read.ok) onPick({ name: given.name || "picture.png", mediaType: given.type || "application/octet-stream", base64: read.base64 });
  };
  const size = file === null ? 0 : Math.floor((file.base64.length * 3) / 4);
  return (
    <span className="run-pick">
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={kind === "picture" ? "Picture" : "File"}
        {...(kind === "picture" ? { accept: "image/png,image/jpeg,image/gif,image/webp" } : {})}
        onChange={(event) => void take(event.target.files?.[0])}
      />
      <Button
        small
        {...(fieldId === undefined ? {} : { id: fieldId })}
        icon={<Paperclip size={14} aria-hidden="true" />}
        disabled={isDisabled}
        onClick={() => input.current?.click()}
        onPaste={(event) => {
          const pasted = [...event.clipboardData.files][0];
          if (pasted === undefined) return;
          event.preventDefault();
          void take(pasted);
        }}
      >
        {kind === "picture" ? "Choose a picture, or paste one here" : "Attach a file, or paste a picture here"}
      </Button>
      {file === null ? null : (
        <small>
          {file.name}, {formatBytes(size)}
        </small>
      )}
      {problem === "" ? null : (
        <small className="fail-text" role="alert">
          {problem}
        </small>
      )}
    </span>
  );
}
