// Takes a checklist into a launch: its bytes are copied into the log, so that later edits of the file change nothing.
// Owns: reading the file, what is refused, and which answers stay when another text replaces it.
import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { categoriesOf } from "../checklist/index.ts";
import { readRegularFile } from "../ports.ts";
import { type CanonicalValue, cannotRead, fail, ok, type Result, type RunbookDocument } from "../protocol/index.ts";
import type { LaunchDeps } from "./deps.ts";
import { type Draft, itemsOf, type Live, reopening } from "./live.ts";

/** A checklist of a thousand items has about 300 kB. Bytes. */
const MOST_BYTES = 8 << 20;
const MOST_ITEMS = 2_000;

export type Copy = { bytes: Uint8Array; document: RunbookDocument; path: string };

export async function readChecklist(deps: LaunchDeps, path: string): Promise<Result<Copy>> {
  if (!isAbsolute(path)) return fail("invalid-params", `${path} is not an absolute path.`);
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(path, MOST_BYTES);
  } catch (error) {
    return cannotRead(path, error);
  }
  const document = await deps.documents.parse(bytes, path);
  if (document.kind === "runbook") return fail("unreadable", runbookWords(path, document));
  const items = document.categories.reduce((count, category) => count + category.items.length, 0);
  if (items === 0) return fail("unreadable", `${path} has no item to answer: a checklist has task items (\`- [ ] …\`) under its headings.`);
  if (items > MOST_ITEMS) return fail("unreadable", `${path} has ${items} items; a launch takes up to ${MOST_ITEMS}. Split it.`);
  return ok({ bytes, document, path });
}

/** What speaks for a runbook, and how a checklist says that it is one. */
function runbookWords(path: string, document: RunbookDocument): string {
  const boxes = document.steps.reduce((count, step) => count + step.checks.length, 0);
  const found = `${document.steps.length} ${document.steps.length === 1 ? "step" : "steps"}${boxes === 0 ? "" : ` with ${boxes} ${boxes === 1 ? "box" : "boxes"}`}`;
  return `${path} reads as a runbook (${found}), and a launch takes a checklist. If its boxes are items to answer, write \`kind: checklist\` between two lines \`---\` at its very top (front matter) and take it again; a runbook is run as part of the launch instead.`;
}

/** The adoption, and every answer that was given to another text opened again. */
export function adoption(copy: Copy, live: Live | null, reason: string): Draft[] {
  const { bytes, document, path } = copy;
  const items = itemsOf(document);
  const rule = document.decision ?? {};
  const adopted: Draft = {
    type: "checklist.adopted",
    reason,
    subject: { plan_sha256: document.sha256 },
    data: {
      path,
      title: document.title,
      version: document.version ?? "",
      sha256: createHash("sha256").update(bytes).digest("hex"),
      items: items as CanonicalValue,
      categories: categoriesOf(document).map(({ key, title, signoff, eyes }) => ({ key, title, signoff, eyes })),
      decision: JSON.stringify(rule),
    },
    payloads: [{ name: "checklist", mediaType: "text/markdown", bytes }],
  };
  if (live === null) return [adopted];
  const reopened: Draft[] = [];
  for (const one of items) {
    const id = String(one["id"]);
    const answer = live.state.items.get(id)?.answer;
    if (!answer || answer.state === "open" || answer.sha256 === one["sha256"]) continue;
    reopened.push(reopening(live, id, "the item's text changed since it was answered", String(one["sha256"])));
  }
  return [adopted, ...reopened];
}
