// Choosing the cluster of a run: the same rows as in the library, as a group of radio buttons. Broken contexts are listed, not choosable.
// Owns: drawing and keyboard. Takes contexts, answers, the choice.
import { useId } from "react";
import type { ContextEntry } from "../../engine/protocol/index.ts";
import { CLASS_WORDS, ClassGlyph, EmptyState, Status } from "../design/index.ts";
import type { ProbeState } from "../library/slice.ts";
import "./cluster.css";
import { answerWords, problemOf } from "./ContextRow.tsx";

export function ClusterPicker({
  label,
  contexts,
  probes,
  value,
  onChange,
}: {
  /** Legend of the group, e.g. "Cluster" or "Cluster dr". */
  label: string;
  contexts: ContextEntry[];
  probes: Record<string, ProbeState>;
  /** Name of the chosen context, or null: nothing is chosen in advance. */
  value: string | null;
  onChange(context: string): void;
}) {
  const group = useId();
  if (contexts.length === 0)
    return (
      <EmptyState title="No cluster context found">
        This runbook needs a cluster. Contexts come from the files in KUBECONFIG, else from ~/.kube/config.
      </EmptyState>
    );
  return (
    <fieldset className="picker">
      <legend>{label}</legend>
      {contexts.map((entry) => {
        const probe = probes[entry.name];
        const shown = (probe?.state === "answered" ? probe.probe.class : null) ?? entry.class ?? "none";
        const isBroken = entry.error !== null;
        const problem = problemOf(entry, probe);
        return (
          <label key={`${entry.file} ${entry.name}`} className={`picker-row ${isBroken ? "off" : ""} ${value === entry.name ? "on" : ""}`}>
            <input
              type="radio"
              name={group}
              value={entry.name}
              checked={value === entry.name}
              disabled={isBroken}
              onChange={() => onChange(entry.name)}
            />
            {isBroken ? <Status state="unknown" /> : <ClassGlyph of={shown} />}
            <span className="grow">
              <span className="context-head">
                <b>{entry.name}</b>
                <span className={`class-word ${isBroken ? "warn-text" : `cls-${shown}`}`}>
                  {isBroken ? "NOT USABLE" : CLASS_WORDS[shown]}
                </span>
              </span>
              <span className={`context-sub ${problem === null ? "" : "fail-text"}`}>{problem ?? answerWords(entry, probe)}</span>
            </span>
          </label>
        );
      })}
    </fieldset>
  );
}
