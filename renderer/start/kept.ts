// What was typed into the start dialog while its text is reviewed: the way to the review leads out of the dialog, and back into it.
// Owns: that memory, for one text each, in this window alone. Keeps no secret and nothing that confirms a start.
import type { RunbookDocument } from "../../engine/protocol/index.ts";
import type { Draft } from "./model.ts";

const kept = new Map<string, { sha256: string; draft: Draft }>();

export function keepDraft(path: string, document: RunbookDocument, draft: Draft): void {
  const params = { ...draft.params };
  for (const param of document.params) if (param.type === "secret") params[param.name] = "";
  kept.set(path, { sha256: document.sha256, draft: { ...draft, params, typedCluster: "", overrideReason: "" } });
}

/** Null where nothing was kept, or the text is another by now. */
export function keptDraft(path: string, document: RunbookDocument): Draft | null {
  const found = kept.get(path);
  return found?.sha256 === document.sha256 ? found.draft : null;
}

export const forgetDraft = (path: string): void => {
  kept.delete(path);
};
