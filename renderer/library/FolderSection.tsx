// A folder opened by hand: its trust, its documents. Asked once, in words that say what trust means.
// Owns: drawing. The answer is recorded by the engine.
import { FolderX, ShieldCheck, ShieldOff } from "lucide-react";
import type { LibraryFolder } from "../../engine/protocol/index.ts";
import { Button, baseName, EmptyState, IconButton, Notice } from "../design/index.ts";
import { DocumentTable } from "./DocumentTable.tsx";

type Props = {
  folder: LibraryFolder;
  /** Why nothing about it can be changed here. */
  unavailable: string | null;
  onTrust(trusted: boolean): void;
  onClose(): void;
};
export function FolderSection({ folder, unavailable, onTrust, onClose }: Props) {
  return (
    <div className="folder">
      <DocumentTable
        title={baseName(folder.path)}
        sub={<span className="mono folder-path">{folder.path}</span>}
        entries={folder.entries}
        empty={
          folder.error === null ? (
            <EmptyState title="No Markdown here">
              Runbooks and checklists are files ending in .md. This folder and those below it have none.
            </EmptyState>
          ) : undefined
        }
        end={
          <>
            {folder.trusted ? (
              <Button kind="ghost" small icon={<ShieldOff size={15} />} unavailable={unavailable} onClick={() => onTrust(false)}>
                Trusted, take back
              </Button>
            ) : null}
            <IconButton label={`Close folder ${baseName(folder.path)}`} unavailable={unavailable} onClick={onClose}>
              <FolderX size={17} />
            </IconButton>
          </>
        }
      />
      {folder.error === null ? null : <Notice kind="fail">{folder.error}</Notice>}
      {folder.trusted || folder.entries.length === 0 ? null : (
        <TrustQuestion folder={folder.path} unavailable={unavailable} onTrust={() => onTrust(true)} />
      )}
    </div>
  );
}

export function TrustQuestion({ folder, unavailable, onTrust }: { folder: string; unavailable: string | null; onTrust(): void }) {
  return (
    <Notice kind="warn">
      <div className="trust">
        <span className="grow">
          <b>Not trusted: you can read, not run.</b>
          <small>
            A runbook is a program: its commands run with your account and your credentials. Trust <span className="mono">{folder}</span>{" "}
            only when you know who wrote what is in it. Your answer is asked once and stands on record.
          </small>
        </span>
        <Button small icon={<ShieldCheck size={15} />} unavailable={unavailable} onClick={onTrust}>
          Trust this folder
        </Button>
      </div>
    </Notice>
  );
}
