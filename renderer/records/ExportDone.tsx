// Where an export lies, and how to get at it from this window. Owns: drawing.
import { Copy, X } from "lucide-react";
import { callOrNotify } from "../app/index.ts";
import { Button, baseName, formatBytes, IconButton, Notice, plural } from "../design/index.ts";
import { AFTER_WORDS, type ExportFormat } from "./formats.ts";

export type Exported = { path: string; files: string[]; bytes: number; format: ExportFormat; isPartial: boolean };

export function ExportDone({ exported, canReveal, onClose }: { exported: Exported; canReveal: boolean; onClose(): void }) {
  const { path, files, bytes, isPartial } = exported;
  // The web host gives out single files that it exported for this window; a folder is fetched from the disk.
  const isOneFile = exported.format !== "json";
  return (
    <div className="export-done">
      <Notice kind="ok" live>
        <div className="notice-line">
          <span className="grow">
            <b>Exported{isPartial ? ", in part" : ""}:</b> <span className="mono">{path}</span>
            <small>
              {plural(Math.max(files.length, 1), "file")}, {formatBytes(bytes)}. {AFTER_WORDS[exported.format]}
            </small>
          </span>
          {canReveal ? (
            <Button small onClick={() => void callOrNotify("host.reveal", { path })}>
              Show in folder
            </Button>
          ) : isOneFile ? (
            <a className="btn small" href={`/api/exported?file=${encodeURIComponent(path)}`} download={baseName(path)}>
              Download
            </a>
          ) : null}
          <Button small icon={<Copy size={15} />} onClick={() => void navigator.clipboard?.writeText(path)}>
            Copy path
          </Button>
          <IconButton label="Close" onClick={onClose}>
            <X size={16} />
          </IconButton>
        </div>
      </Notice>
    </div>
  );
}
