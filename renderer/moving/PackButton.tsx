// Packing a runbook for another machine: how many of its runs go along, what else is searched for, and where it lies afterwards.
// Owns: the button, the form and the word of what was packed. The engine packs and searches.
import { Copy, PackageOpen } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { ResultOf } from "../../engine/protocol/index.ts";
import { callEngine, callOrNotify, useApp, useReadOnly } from "../app/index.ts";
import { Button, baseName, Dialog, Field, formatBytes, Notice, plural, TextAreaField } from "../design/index.ts";
import "./moving.css";

export function PackButton({ path, runs }: { path: string; runs: number }) {
  const readOnly = useReadOnly();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button small icon={<PackageOpen size={15} aria-hidden="true" />} unavailable={readOnly} onClick={() => setOpen(true)}>
        Pack for another machine
      </Button>
      {isOpen ? <PackDialog path={path} runs={runs} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

type Packed = ResultOf<"rehearsal.pack">;
/** The last night, and the rehearsals before it. */
const USUAL = 3;
const MOST = 20;

function PackDialog({ path, runs, onClose }: { path: string; runs: number; onClose(): void }) {
  const form = useId();
  const [many, setMany] = useState(String(Math.min(USUAL, runs)));
  const [values, setValues] = useState("");
  const [error, setError] = useState("");
  const [packed, setPacked] = useState<Packed | null>(null);
  const [isBusy, setBusy] = useState(false);
  const pack = async (): Promise<void> => {
    if (!/^\d{1,2}$/.test(many) || Number(many) > MOST) return setError(`Give a number of runs from 0 to ${MOST}.`);
    setBusy(true);
    setError("");
    const lines = values.split(/\r?\n/).filter((line) => line.trim() !== "");
    const result = await callEngine("rehearsal.pack", { path, runs: Number(many), values: lines });
    setBusy(false);
    setValues(""); // not kept a moment longer than it is needed
    if (result.ok) setPacked(result.value);
    else setError(result.error.message);
  };
  if (packed !== null) return <Done packed={packed} onClose={onClose} />;
  return (
    <Dialog
      open
      title="Pack for another machine"
      description={`${baseName(path)} with what it links to, its scenarios and its last runs, as one file. It opens there for walking and replaying, without network.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="accent" type="submit" form={form} disabled={isBusy}>
            {isBusy ? "Packing and searching…" : "Pack"}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void pack();
        }}
      >
        <Field
          label="Runs that go along, the newest first"
          type="number"
          min={0}
          max={MOST}
          value={many}
          hint={runs === 0 ? "There is none yet: it can be walked through there." : `${plural(runs, "run")} of it on record.`}
          onChange={(event) => setMany(event.target.value)}
        />
        <TextAreaField
          label="Further secrets to search for, one in a line"
          rows={2}
          autoComplete="off"
          spellCheck={false}
          value={values}
          hint="Kept nowhere. What the environment, kubeconfigs and runs under way hold, and the shapes of tokens, is searched for in any case."
          onChange={(event) => setValues(event.target.value)}
        />
        {error === "" ? null : (
          <Notice kind="fail" live>
            {error}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}

function Done({ packed, onClose }: { packed: Packed; onClose(): void }) {
  const canReveal = useApp((state) => state.snapshot?.host.canRevealFile) === true;
  const { path, bytes, fingerprint, texts, runs, searched } = packed;
  return (
    <Dialog
      open
      title="Packed"
      description="Carry the file over. Tell the fingerprint by another way than the file: on the phone, in the ticket."
      onClose={onClose}
      footer={
        <>
          {canReveal ? (
            <Button onClick={() => void callOrNotify("host.reveal", { path })}>Show in folder</Button>
          ) : (
            <a className="btn" href={`/api/exported?file=${encodeURIComponent(path)}`} download={baseName(path)}>
              Download
            </a>
          )}
          <Button icon={<Copy size={15} />} onClick={() => void navigator.clipboard?.writeText(fingerprint)}>
            Copy fingerprint
          </Button>
          <Button kind="accent" autoFocus onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <p className="parcel-fingerprint mono">{fingerprint}</p>
      <dl className="facts">
        <dt>File</dt>
        <dd className="mono">{path}</dd>
        <dt>Holds</dt>
        <dd>
          {plural(texts.length, "text")}, {plural(runs, "run")}, {formatBytes(bytes)}
        </dd>
        <dt>Searched</dt>
        <dd>
          {plural(searched.files, "file")}, {formatBytes(searched.bytes)}, for {plural(searched.values, "known value")} and the shapes of
          tokens: none found
        </dd>
      </dl>
    </Dialog>
  );
}
