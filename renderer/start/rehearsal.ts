// The choice of a way to rehearse, and the request made of it. Owns: the draft of it and its rules as far as the window sees them. Pure.
import type { RehearsalSource, RehearsalWay, RunbookDocument, RunId, StartRequest } from "../../engine/protocol/index.ts";

export type RehearsalDraft = {
  way: RehearsalWay;
  /** Run whose recordings play. */
  source: RunId | null;
  /** As typed or chosen; a field may be half filled. */
  speed: string;
  compress: string;
  /** Nobody, a scenario file, or faults made up from a seed. */
  instructor: "none" | "file" | "seed";
  scenario: string;
  seed: string;
};

export const emptyRehearsal = (): RehearsalDraft => ({
  way: "walk",
  source: null,
  speed: "1",
  compress: "1",
  instructor: "none",
  scenario: "",
  seed: "",
});

/** Nothing is run: no shell, no cluster, no secret. */
export const isPlayed = ({ way }: Pick<RehearsalDraft, "way">): boolean => way !== "sandbox";

export function rehearsalOf(draft: RehearsalDraft): NonNullable<StartRequest["rehearsal"]> {
  const { way, source, instructor } = draft;
  const [speed, compress] = [Number(draft.speed), Number(draft.compress)];
  return {
    way,
    ...(way === "replay" && source !== null ? { source } : {}),
    ...(way === "replay" && Number.isFinite(speed) ? { speed } : {}),
    ...(Number.isFinite(compress) && compress > 1 ? { compress } : {}),
    ...(instructor === "file" && draft.scenario !== "" ? { scenario: draft.scenario } : {}),
    ...(instructor !== "none" && draft.seed.trim() !== "" ? { seed: draft.seed.trim() } : {}),
  };
}

/** Why it cannot be started yet, the first thing first. */
export function rehearsalMissing(draft: RehearsalDraft, sources: readonly RehearsalSource[] | null): string[] {
  const missing: string[] = [];
  if (draft.way === "replay" && draft.source === null)
    missing.push(
      sources !== null && sources.length === 0
        ? "No run of this runbook has ended yet, so there is nothing to replay. Walk it, or run it once."
        : "Choose the run that is replayed.",
    );
  const compress = Number(draft.compress);
  if (!(compress >= 1 && compress <= 10_000)) missing.push("Waits are divided by a number from 1 to 10,000.");
  if (draft.instructor === "file" && draft.scenario === "") missing.push("Choose the instructor's scenario.");
  if (draft.instructor === "seed" && draft.seed.trim() === "") missing.push("Give the instructor a seed: any word.");
  return missing;
}

/** What the source was run with, where this text still asks for it and it was not entered otherwise. */
export function inputsOf(
  source: RehearsalSource,
  document: RunbookDocument,
): { params: Record<string, string>; placeholders: Record<string, string> } {
  const open = new Set(document.params.filter((param) => param.type !== "secret").map((param) => param.name));
  return {
    params: Object.fromEntries(Object.entries(source.params).filter(([name]) => open.has(name))),
    placeholders: { ...source.placeholders },
  };
}
