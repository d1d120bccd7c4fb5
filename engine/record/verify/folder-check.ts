// The files of an export folder against its signed manifest. Owns: that nothing was changed, removed or added unseen.
// The events file itself is checked apart from it, and does not need it.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { sha256OfFile } from "../backup.ts";
import { envelopeProblem, payloadCommitment } from "../chain.ts";
import { type Closing, MANIFEST_TYPE, type Manifest } from "../events-format.ts";
import { inside } from "../files.ts";
import type { Walked } from "./chain-check.ts";
import { readLine } from "./closing.ts";
import type { Findings } from "./report.ts";

export function checkFolder(folder: string, walked: Walked, publicKey: string, closing: Closing | null, findings: Findings): void {
  const manifest = readManifest(join(folder, "manifest.json"), publicKey, findings);
  if (manifest === null) return;
  if (manifest.log !== walked.log || (closing !== null && (manifest.head !== closing.head || manifest.seq !== closing.seq)))
    findings.problem("manifest-of-another-export", "The manifest is of another export than the events file.", walked.log);
  for (const { path, bytes, sha256 } of manifest.files) {
    const file = inside(folder, path);
    if (file === null || !existsSync(file)) findings.problem("file-missing", `${path}, listed by the manifest, is missing.`);
    else if (statSync(file).size !== bytes || sha256OfFile(file).sha256 !== sha256)
      findings.problem("file-changed", `${path} does not have the hash that the manifest says.`);
  }
  const listed = new Set(manifest.files.map(({ path }) => path));
  for (const path of filesBelow(folder))
    if (path !== "manifest.json" && !listed.has(path))
      findings.warning("file-unlisted", `${path} is not part of the export: it was added.`);
  checkPayloads(folder, manifest, walked, findings);
  for (const what of manifest.damaged) findings.problem("damaged-at-export", `Known when it was exported: ${what}.`);
}

function readManifest(path: string, publicKey: string, findings: Findings): Manifest | null {
  const refuse = (why: string): null => {
    findings.problem("manifest", `manifest.json ${why}.`);
    return null;
  };
  if (!existsSync(path)) return refuse("is missing: the other files of the folder cannot be checked");
  const bytes = readFileSync(path);
  const value = bytes.at(-1) === 0x0a ? (readLine(bytes.subarray(0, -1)) as { payload?: unknown } | null | undefined) : undefined;
  if (value === undefined || value === null) return refuse("is not one canonical line: it was changed");
  const wrong = envelopeProblem(value, MANIFEST_TYPE, publicKey);
  if (wrong !== null) return refuse(`does not count: ${wrong}`);
  const manifest = value.payload as Manifest;
  // The signature fits, so the shape is what some Holdpoint wrote: only a version that this one does not know is refused.
  return manifest.v === 1 && Array.isArray(manifest.files) && Array.isArray(manifest.payloads) && Array.isArray(manifest.damaged)
    ? manifest
    : refuse("is of a newer Holdpoint");
}

function checkPayloads(folder: string, manifest: Manifest, walked: Walked, findings: Findings): void {
  const given = new Map(manifest.payloads.map((one) => [`${one.seq}\0${one.name}`, one]));
  for (const { seq, name, commitment } of walked.payloads) {
    const one = given.get(`${seq}\0${name}`);
    const file = one === undefined ? null : inside(folder, one.path);
    if (one === undefined || file === null || !existsSync(file)) {
      findings.problem("payload-missing", `The payload "${name}" of event ${seq} is missing.`, walked.log, seq);
      continue;
    }
    const salt = Buffer.from(one.salt, "hex");
    if (salt.length !== 32 || payloadCommitment(salt, readFileSync(file)) !== commitment)
      findings.problem(
        "payload-changed",
        `The payload "${name}" of event ${seq} does not have the hash that its event says.`,
        walked.log,
        seq,
      );
  }
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .sort();
