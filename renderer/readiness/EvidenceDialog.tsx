// Adding evidence to an item: a file dropped, a picture pasted, a text, a link, a JUnit report, the output of a command.
// Owns: the draft. What the evidence says against the item is read by the engine.
import { useEffect, useState } from "react";
import type { LaunchView, ParamsOf, RunId } from "../../engine/protocol/index.ts";
import { Button, Field, formatBytes, SelectField, TextAreaField } from "../design/index.ts";
import { FormDialog } from "../launches/FormDialog.tsx";
import { base64OfText, readFile } from "../launches/files.ts";
import { OutputChoice, type OutputOf } from "./OutputChoice.tsx";
import { RunChoice } from "./RunChoice.tsx";

type GivenEvidence = Omit<ParamsOf<"item.evidence">, "launch" | "item">;
export type NewEvidence = GivenEvidence | ({ kind: "output"; title: string } & OutputOf) | { kind: "run"; title: string; run: RunId };
type Kind = NewEvidence["kind"];
const KIND_WORDS: Record<Kind, string> = {
  file: "File",
  picture: "Picture",
  output: "Command output",
  run: "Rehearsal or run",
  tests: "Test report (JUnit XML)",
  text: "Text",
  link: "Link",
};

/** What a file most likely is; the person may say otherwise. */
export async function kindOf(file: Blob & { name?: string }): Promise<Kind> {
  if (/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return "picture";
  if (/\.xml$/i.test(file.name ?? "") || /xml/.test(file.type)) {
    const begin = await file.slice(0, 4096).text();
    if (/<testsuites?[\s>]/.test(begin)) return "tests";
  }
  return "file";
}

export function EvidenceDialog({
  view,
  item,
  zone,
  file: given,
  onAdd,
  onClose,
}: {
  view: LaunchView;
  item: string;
  zone: string;
  /** Dropped or pasted; null to choose. */
  file: File | null;
  /** Resolves to the words of a refusal, or null. */
  onAdd(evidence: NewEvidence): Promise<string | null>;
  onClose(): void;
}) {
  const [file, setFile] = useState<File | null>(given);
  const [kind, setKind] = useState<Kind>("file");
  const [title, setTitle] = useState("");
  const [url, setUrl] = useState("https://");
  const [text, setText] = useState("");
  const [output, setOutput] = useState<OutputOf | null>(null);
  const [run, setRun] = useState<RunId | null>(null);
  /** The title as the step's own put it there: another choice puts another. */
  const [proposed, setProposed] = useState("");
  const take = async (chosen: File): Promise<void> => {
    setFile(chosen);
    setKind(await kindOf(chosen));
    setTitle((was) => (was === "" ? chosen.name.slice(0, 300) : was));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: the file that was dropped, once
  useEffect(() => {
    if (given !== null) void take(given);
  }, [given]);
  const isFile = kind === "file" || kind === "picture" || kind === "tests";
  const problem = isFile
    ? file === null
      ? "Choose a file, or paste a picture."
      : title.trim() === ""
        ? "It needs a title."
        : null
    : kind === "output" && output === null
      ? "Choose a run and a step whose command has ended."
      : kind === "run" && run === null
        ? "Choose a rehearsal or a run that has ended."
        : title.trim() === ""
          ? "It needs a title."
          : kind === "text" && text.trim() === ""
            ? "Write or paste the text."
            : kind === "link" && !/^https?:\/\/\S+/.test(url.trim())
              ? "A link begins with https:// or http://."
              : null;
  const send = async (): Promise<string | null> => {
    if (kind === "link") return onAdd({ kind, title: title.trim(), url: url.trim() });
    if (kind === "text") return onAdd({ kind, title: title.trim(), base64: base64OfText(text), mediaType: "text/plain" });
    if (kind === "output") return output === null ? "Choose a step." : onAdd({ kind, title: title.trim(), ...output });
    if (kind === "run") return run === null ? "Choose a run." : onAdd({ kind, title: title.trim(), run });
    if (file === null) return "Choose a file.";
    const read = await readFile(file);
    if (!read.ok) return read.why;
    return onAdd({
      kind,
      title: title.trim(),
      name: file.name.slice(0, 200),
      mediaType: file.type.slice(0, 100),
      base64: read.base64,
    });
  };
  return (
    <FormDialog
      title={`Add evidence to ${item}`}
      about="It is bound to the record by its hash. What it says against the item is read and shown; it can be struck out with a reason, and stays on record."
      button="Add evidence"
      problem={problem}
      wide={kind === "output" || kind === "run"}
      onSend={send}
      onClose={onClose}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pasting and dropping are ways beside the fields */}
      <div
        className="evidence-form"
        onPaste={(event) => {
          const pasted = event.clipboardData.files[0];
          if (pasted === undefined) return;
          event.preventDefault();
          void take(named(pasted));
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          const dropped = event.dataTransfer.files[0];
          if (dropped !== undefined) void take(dropped);
        }}
      >
        <SelectField label="Kind" value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
          {(Object.keys(KIND_WORDS) as Kind[]).map((one) => (
            <option key={one} value={one}>
              {KIND_WORDS[one]}
            </option>
          ))}
        </SelectField>
        {isFile ? (
          file === null ? (
            <Field
              label="File"
              type="file"
              hint="Or drop one here, or paste a picture with Ctrl V. At most 20 MB."
              onChange={(event) => {
                const chosen = event.target.files?.[0];
                if (chosen !== undefined) void take(chosen);
              }}
            />
          ) : (
            <div className="evidence-file">
              <Preview file={file} />
              <span className="grow">
                {file.name} <span className="dim">{formatBytes(file.size)}</span>
              </span>
              <Button small onClick={() => setFile(null)}>
                Another
              </Button>
            </div>
          )
        ) : null}
        {kind === "link" ? (
          <Field label="Address" type="url" maxLength={2000} value={url} onChange={(event) => setUrl(event.target.value)} />
        ) : null}
        {kind === "text" ? <TextAreaField label="Text" rows={5} value={text} onChange={(event) => setText(event.target.value)} /> : null}
        {kind === "output" ? (
          <OutputChoice
            view={view}
            item={item}
            zone={zone}
            onChange={(chosen, stepTitle) => {
              setOutput(chosen);
              if (chosen === null || (title !== "" && title !== proposed)) return;
              setTitle(stepTitle.slice(0, 300));
              setProposed(stepTitle.slice(0, 300));
            }}
          />
        ) : null}
        {kind === "run" ? (
          <RunChoice
            view={view}
            item={item}
            zone={zone}
            onChange={(chosen, runTitle) => {
              setRun(chosen);
              if (chosen === null || (title !== "" && title !== proposed)) return;
              setTitle(runTitle.slice(0, 300));
              setProposed(runTitle.slice(0, 300));
            }}
          />
        ) : null}
        <Field label="Title" maxLength={300} value={title} onChange={(event) => setTitle(event.target.value)} />
      </div>
    </FormDialog>
  );
}

/** A picture from the clipboard has no name of its own worth keeping. */
export const named = (file: File): File =>
  file.name === "" || file.name === "image.png"
    ? new File([file], `pasted-${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}.png`, { type: file.type })
    : file;

function Preview({ file }: { file: File }) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!/^image\/(png|jpeg|gif|webp)$/.test(file.type)) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url === null ? null : <img className="evidence-thumb" src={url} alt="" />;
}
