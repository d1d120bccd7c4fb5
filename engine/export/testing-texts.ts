// Checklists and runbooks for tests of bundles, with the hashes that engine/document gives their items and steps.
// Owns: their words. The hashes are made here by hand: that engine/document gives the same is asked by texts.test.ts.
import type { CanonicalValue } from "../protocol/index.ts";
import { sha256Hex } from "../record/index.ts";

type Data = Record<string, CanonicalValue>;

const WORDS: Record<string, string> = { "INF-01": "Load balancer ≥ 2 nodes", "INF-02": "Backup" };
const lineOf = (id: string): string =>
  id.endsWith("*")
    ? `- [ ] **${id.slice(0, -1)}** The decision <!-- item: {derived: decision} -->`
    : `- [ ] **${id}** ${WORDS[id] ?? "Looked at"}`;

/** A list of these items; `INF-03*` is one that Holdpoint computes. `head` stands before the first category. */
export function checklistOf(ids: readonly string[], head = ""): string {
  const under = (prefix: string): string =>
    ids
      .filter((id) => id.startsWith(prefix))
      .map((id) => `${lineOf(id)}\n`)
      .join("");
  return `# Go-live
${head}
## Infrastructure
<!-- category: {signoff: [infrastructure-lead, approver]} -->

${under("INF")}
## Security
<!-- category: {signoff: [security-lead]} -->

${under("SEC")}`;
}

/** The hash of the one line that the item is. */
export function itemHash(text: string, id: string): string {
  const line = text.split("\n").find((one) => one.includes(`**${id}**`));
  if (line === undefined) throw new Error(`the text has no item ${id}`);
  return sha256Hex(line);
}

export type Runbook = { text: string; sha256: string; steps: Data[]; payloads: { name: string; mediaType: string; bytes: Buffer }[] };
/** A runbook of a heading for each step; `more` are the words of one of them. */
export function runbookOf(ids: readonly string[], more: Record<string, string> = {}): Runbook {
  const parts = ids.map((id) => `## ${id}\n\n${more[id] ?? `Do ${id}.`}`);
  const text = `# Cut-over\n\n${parts.join("\n\n")}\n`;
  const steps = ids.map(
    (id, i): Data => ({ id: id.toLowerCase(), number: String(i + 1), title: id, sha256: sha256Hex(parts[i]!), way_back: false }),
  );
  return { text, sha256: sha256Hex(text), steps, payloads: [{ name: "plan", mediaType: "text/markdown", bytes: Buffer.from(text) }] };
}
