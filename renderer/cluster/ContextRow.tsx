// One context: shape and word of its class, what its server said. Used by the column and by the picker.
// Owns: drawing and the words of an answer.
import type { ReactNode } from "react";
import type { ContextEntry, ContextProbe } from "../../engine/protocol/index.ts";
import { Button, CLASS_WORDS, ClassGlyph, type ShownClass, Status } from "../design/index.ts";
import type { ProbeState } from "../library/slice.ts";

export function ContextRow({
  entry,
  probe,
  end,
  onProbe,
}: {
  entry: ContextEntry;
  probe: ProbeState | undefined;
  end?: ReactNode;
  onProbe?(): void;
}) {
  const shown: ShownClass = (probe?.state === "answered" ? probe.probe.class : null) ?? entry.class ?? "none";
  const problem = problemOf(entry, probe);
  return (
    <li className="context">
      {entry.error !== null ? <Status state="unknown" /> : <ClassGlyph of={shown} />}
      <div className="grow">
        <div className="context-head">
          <b>{entry.name}</b>
          <span className={`class-word ${entry.error === null ? `cls-${shown}` : "warn-text"}`}>
            {entry.error === null ? CLASS_WORDS[shown] : "NOT USABLE"}
          </span>
        </div>
        <div className={problem === null ? "context-sub" : "context-sub fail-text"}>{problem ?? answerWords(entry, probe)}</div>
        {problem !== null && entry.error === null && onProbe !== undefined ? (
          <Button kind="ghost" small className="context-again" onClick={onProbe}>
            Ask again
          </Button>
        ) : null}
      </div>
      {end}
    </li>
  );
}

export function problemOf(entry: ContextEntry, probe: ProbeState | undefined): string | null {
  if (entry.error !== null) {
    const { message, file, line } = entry.error;
    const where = file === null ? "" : `, named in ${file}${line === null ? "" : ` line ${line}`}`;
    return file !== null && message.includes(file) ? message : `${message}${where}`;
  }
  if (probe?.state === "failed") return probe.message;
  return probe?.state === "answered" ? silence(probe.probe) : null;
}

/** Why a server that was asked is of no use: it did not answer, or it answered that it does not know us. */
function silence({ reachable, identity, error }: ContextProbe): string | null {
  if (!reachable) return error ?? "Does not answer";
  return identity === null ? error : null;
}

/** `v1.33.4, namespace core, answers in 41 ms`. */
export function answerWords(entry: ContextEntry, probe: ProbeState | undefined): string {
  const namespace = `namespace ${entry.namespace ?? "default"}`;
  if (probe === undefined) return `${namespace}, not asked yet`;
  if (probe.state !== "answered") return `${namespace}, asking…`;
  return [probe.probe.version, namespace, latency(probe.probe), expiry(probe.probe)]
    .filter((part) => part !== null && part !== "")
    .join(", ");
}
const latency = ({ latencyMs }: ContextProbe): string =>
  latencyMs === null ? "answers" : `answers in ${Math.max(1, Math.round(latencyMs))} ms`;
const expiry = ({ credentialExpiry }: ContextProbe): string =>
  credentialExpiry === null ? "" : `credentials until ${credentialExpiry.slice(0, 16).replace("T", " ")} UTC`;
