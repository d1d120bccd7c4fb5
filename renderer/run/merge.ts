// Keeps the window's picture of a run true: one snapshot, then changes merged by step id.
// Owns: the rules of order (sequence, counts of events). Does not talk to the engine; the store does.
import type { PayloadOf, RunbookDocument, RunHeader, RunView, StepState } from "../../engine/protocol/index.ts";

export type RunPicture = {
  view: RunView;
  document: RunbookDocument;
  /** Sequence of the last change merged; null right after a snapshot, when any sequence may follow. */
  seq: number | null;
};
export type RunChange = PayloadOf<"run.changed">;
export type Merged = { picture: RunPicture /** A change was missed: ask for a new snapshot. */; isStale: boolean };

/**
 * Merges one change. A jump in the sequence means that something was missed: the change is still shown, since it is
 * newer than what stands there, and the caller is told to ask for the whole again.
 */
export function mergeChange(picture: RunPicture, change: RunChange): Merged {
  if (change.header.run !== picture.view.header.run) return { picture, isStale: false };
  if (picture.seq === null) {
    // A change sent before the snapshot was taken must not turn the picture back.
    if (change.header.events < picture.view.header.events) return { picture, isStale: false };
  } else if (change.seq === picture.seq) {
    return { picture, isStale: false };
  }
  // An amendment puts another text in force: steps come and go, and the text itself is in the snapshot alone.
  const isAmended = change.header.planSha256 !== picture.view.header.planSha256;
  const isStale = isAmended || (picture.seq !== null && change.seq !== picture.seq + 1);
  const steps = mergeSteps(picture.view.steps, change.steps);
  const values = mergeValues(picture, change.steps);
  return { picture: { ...picture, seq: change.seq, view: { header: change.header, steps, values } }, isStale };
}

/** A change carries steps alone: what their blocks captured is taken from them, as the engine itself does. */
function mergeValues(picture: RunPicture, changed: StepState[]): Record<string, string> {
  let { values } = picture.view;
  for (const { id, blocks } of changed) {
    if (blocks.every((block) => block.captured === null)) continue;
    const step = picture.document.steps.find((one) => one.id === id);
    for (const { index, captured } of blocks) {
      const name = step?.blocks.find((one) => one.index === index)?.options.capture;
      if (name !== undefined && captured !== null && values[name] !== captured) values = { ...values, [name]: captured };
    }
  }
  return values;
}

/** A command's answer is a header alone; it counts only if nothing newer came first. */
export function mergeHeader(picture: RunPicture, header: RunHeader): RunPicture {
  if (header.run !== picture.view.header.run || header.events < picture.view.header.events) return picture;
  return { ...picture, view: { ...picture.view, header } };
}

/** Replaces by id and keeps every untouched object, so that only the rows of changed steps are drawn again. */
function mergeSteps(steps: StepState[], changed: StepState[]): StepState[] {
  if (changed.length === 0) return steps;
  const byId = new Map(changed.map((step) => [step.id as string, step]));
  const merged = steps.map((step) => byId.get(step.id) ?? step);
  return merged.some((step, index) => step !== steps[index]) ? merged : steps;
}

/** A snapshot, with the changes that arrived while it was on its way. */
export function pictureFrom(snapshot: { view: RunView; document: RunbookDocument }, waiting: RunChange[]): Merged {
  let merged: Merged = { picture: { ...snapshot, seq: null }, isStale: false };
  for (const change of waiting) {
    const next = mergeChange(merged.picture, change);
    merged = { picture: next.picture, isStale: merged.isStale || next.isStale };
  }
  return merged;
}
