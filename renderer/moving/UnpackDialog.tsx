// Opening a rehearsal bundle: asked for, checked whole, and either unpacked or refused with each finding by its name.
// Owns: the form and the refusal. The engine checks and unpacks.
import { FileArchive } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import type { Failure, ResultOf } from "../../engine/protocol/index.ts";
import { callEngine, go, useApp } from "../app/index.ts";
import { Button, Dialog, Field, Notice, plural } from "../design/index.ts";
import "./moving.css";

type Unpacked = ResultOf<"rehearsal.unpack">;

export function UnpackDialog({ onClose }: { onClose(): void }) {
  const form = useId();
  const canPick = useApp((state) => state.snapshot?.host.canPickFolder) === true;
  const [path, setPath] = useState("");
  const [fingerprint, setFingerprint] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [done, setDone] = useState<Unpacked | null>(null);
  const [isBusy, setBusy] = useState(false);
  const open = async (wanted: string): Promise<void> => {
    const given = wanted.trim();
    if (given === "") return setFailure({ code: "invalid-params", message: "Type or paste the path of the bundle first." });
    setBusy(true);
    setFailure(null);
    const told = fingerprint.trim();
    const result = await callEngine("rehearsal.unpack", told === "" ? { path: given } : { path: given, fingerprint: told });
    setBusy(false);
    if (result.ok) setDone(result.value);
    else setFailure(result.error as Failure);
  };
  if (done !== null) return <Done done={done} onClose={onClose} />;
  return (
    <Dialog
      open
      title="Open a rehearsal bundle"
      description="A runbook with its recorded runs, packed on another machine. Every byte is checked before anything is unpacked. Nothing is run, and no network is needed."
      onClose={onClose}
      footer={
        <>
          {canPick ? (
            <>
              <Button
                icon={<FileArchive size={16} />}
                onClick={() =>
                  void callEngine("host.pick", { kind: "file" }).then((picked) => {
                    if (!picked.ok || picked.value === null) return undefined;
                    setPath(picked.value);
                    return open(picked.value);
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
            {isBusy ? "Checking…" : "Open"}
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
          placeholder="/srv/drills/restore-the-shop.zip"
          onChange={(event) => setPath(event.target.value)}
        />
        <Field
          label="Fingerprint, if you were told one by another way"
          mono
          autoComplete="off"
          value={fingerprint}
          placeholder="D3BE CGM8 M1B4 XQ0D GT28"
          hint="It was shown where the bundle was packed. Only with it is it proved that this is that bundle."
          onChange={(event) => setFingerprint(event.target.value)}
        />
        {failure === null ? null : <Refused failure={failure} />}
      </form>
    </Dialog>
  );
}

type Refusal = { code: string; message: string };

function Refused({ failure }: { failure: Failure }) {
  const refusals = (failure.details as { refusals?: Refusal[] } | undefined)?.refusals ?? [];
  if (refusals.length === 0)
    return (
      <Notice kind="fail" live>
        {failure.message}
      </Notice>
    );
  return (
    <Notice kind="fail" live>
      <b>Refused. Nothing of it was unpacked.</b>
      <ul className="refusals">
        {refusals.map(({ code, message }) => (
          <li key={`${code} ${message}`}>
            <span className="mono">{code}</span> {message}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Done({ done, onClose }: { done: Unpacked; onClose(): void }) {
  const { title, packedBy, install, runs, texts, isOriginProved, warnings, main } = done;
  const read = (): void => {
    onClose();
    go({ view: "document", path: main });
  };
  const rehearse = (): void => {
    onClose();
    go({ view: "rehearse", path: main, compare: null });
  };
  return (
    <Dialog
      open
      title={title}
      description={`Packed by ${packedBy}. Checked, and unpacked into this data directory.`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={read}>Read the text</Button>
          <Button kind="accent" autoFocus onClick={rehearse}>
            Rehearse it
          </Button>
        </>
      }
    >
      <Notice kind={isOriginProved ? "ok" : "warn"} live>
        {isOriginProved
          ? "Verified: every byte is as it was packed, and the fingerprint proves which bundle it is."
          : "Verified: every byte is as it was signed. Who signed it is not proved: no fingerprint was given."}
      </Notice>
      <dl className="facts">
        <dt>Texts</dt>
        <dd>{plural(texts.length, "file")}</dd>
        <dt>Runs to replay</dt>
        <dd>
          {runs.length === 0 ? "none: it can be walked through" : runs.map(({ number, title: name }) => `${number} ${name}`).join(", ")}
        </dd>
        <dt>Installation</dt>
        <dd className="mono">{install}</dd>
        <dt>Lies in</dt>
        <dd className="mono">{done.folder}</dd>
      </dl>
      {warnings.length <= (isOriginProved ? 0 : 1) ? null : (
        <details className="event-more">
          <summary>{plural(warnings.length, "remark")} of the checks</summary>
          <ul className="refusals">
            {warnings.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </details>
      )}
    </Dialog>
  );
}
