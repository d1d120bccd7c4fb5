// Whether a rehearsal bundle is what was packed: its zip, its lists, its signature, and each run in it by the verifier that lies in
// every bundle. Owns: the order of these checks and their words. Writes nothing; runs in a thread of its own (worker.ts).
import { envelopeProblem, fingerprintOf, parseCanonical, readFingerprint } from "../../record/index.ts";
import { type BagFile, type BundleReport, readBag, verifyBundle } from "../verifiers/verify.mjs";
import { type Refusal, readContainer } from "./container.ts";
import { PARCEL_MANIFEST, PARCEL_TYPE, Parcel, textPathProblem } from "./parcel.ts";

/** The signed list is read whole. */
const MOST_MANIFEST_BYTES = 8 << 20;
const REPORTED = 20;

export type CheckedRun = {
  run: Parcel["runs"][number];
  inner: { files: Map<string, BagFile>; hashes: Map<string, string> };
  report: BundleReport;
};
export type Checked = {
  parcel: Parcel;
  files: Map<string, BagFile>;
  /** Path → hash as the signed list has it. */
  hashes: Map<string, string>;
  runs: CheckedRun[];
  fingerprint: string;
  /** That this is the bundle which was packed, told by a fingerprint that did not come with it. */
  isOriginProved: boolean;
};

/** `file`: an open descriptor, so that what is checked is what is unpacked. Throws CannotRead where it is no zip. */
export function checkParcel(file: number, options: { fingerprint?: string }): Checked | Refusal[] {
  const { files, hashes, refusals } = readContainer(file);
  if (refusals.length > 0) return inOrder(refusals);
  const manifest = files.get(PARCEL_MANIFEST);
  const read = manifest === undefined ? null : readManifest(manifest);
  if (manifest === undefined || read === null)
    return [
      files.has("data/events.ndjson")
        ? { code: "not-a-rehearsal", message: "It is a record's bundle, not a rehearsal bundle. Open it under Records." }
        : { code: "manifest-malformed", message: `${PARCEL_MANIFEST} is missing, or is not the signed list of a rehearsal bundle.` },
    ];
  const { parcel, envelope } = read;
  const unsigned = envelopeProblem(envelope, PARCEL_TYPE, parcel.install_key);
  if (unsigned !== null) return [{ code: "manifest-signature", message: `${PARCEL_MANIFEST} does not stand: ${unsigned}.` }];
  const problems = [...listProblems(parcel, files, hashes), ...textProblems(parcel, files)];
  if (problems.length > 0) return inOrder(problems);

  const fingerprint = fingerprintOf(hashes.get(PARCEL_MANIFEST)!);
  const given = options.fingerprint === undefined ? null : readFingerprint(options.fingerprint);
  if (options.fingerprint !== undefined && given !== fingerprint)
    return [
      {
        code: "fingerprint",
        message: `Its fingerprint is ${fingerprint}, not ${JSON.stringify(options.fingerprint)}: it is not the bundle that you were told of.`,
      },
    ];
  const runs: CheckedRun[] = [];
  for (const run of parcel.runs) {
    const found = runProblem(run, parcel, files);
    if ("code" in found) return [found];
    runs.push(found);
  }
  return { parcel, files, hashes, runs, fingerprint, isOriginProved: given !== null };
}

function readManifest(file: BagFile): { parcel: Parcel; envelope: unknown } | null {
  if (file.size > MOST_MANIFEST_BYTES) return null;
  const bytes = file.read(0, file.size);
  if (bytes.at(-1) !== 10) return null;
  try {
    const envelope = parseCanonical(bytes.subarray(0, -1).toString("utf8")) as { payload?: unknown };
    const parcel = Parcel.safeParse(envelope.payload);
    return parcel.success ? { parcel: parcel.data, envelope } : null;
  } catch {
    return null; // not canonical JSON: no list of ours
  }
}

/** The signed list against what is there; the BagIt lists, which anybody can write again, were held against it before. */
function listProblems(parcel: Parcel, files: Map<string, BagFile>, hashes: Map<string, string>): Refusal[] {
  const refusals: Refusal[] = [];
  const listed = new Map(parcel.files.map((one) => [one.path, one]));
  for (const { path, bytes, sha256 } of parcel.files) {
    const file = files.get(path);
    if (file === undefined) refusals.push({ code: "file-missing", message: `${path}, which was signed for, is missing.` });
    else if (hashes.get(path) !== sha256 || file.size !== bytes)
      refusals.push({ code: "file-changed", message: `${path} is not the file that was signed for.` });
  }
  for (const path of files.keys())
    if (!listed.has(path) && path !== PARCEL_MANIFEST && path !== "tagmanifest-sha256.txt")
      refusals.push({ code: "file-unlisted", message: `${path} was put in: nobody signed for it.` });
  return refusals;
}

function textProblems({ texts, runs, main }: Parcel, files: Map<string, BagFile>): Refusal[] {
  const refusals: Refusal[] = [];
  const seen = new Set<string>();
  for (const { path, file } of texts) {
    const problem = textPathProblem(path);
    if (problem !== null) refusals.push({ code: "text-path", message: `Its text ${JSON.stringify(path)} ${problem}.` });
    const folded = path.toLowerCase();
    if (seen.has(folded)) refusals.push({ code: "text-twice", message: `Its text ${JSON.stringify(path)} comes twice.` });
    // A folder and a text of one name could not both be unpacked.
    if ([...seen].some((other) => other.startsWith(`${folded}/`) || folded.startsWith(`${other}/`)))
      refusals.push({ code: "text-path", message: `Its text ${JSON.stringify(path)} would lie within another.` });
    seen.add(folded);
    if (!files.has(file)) refusals.push({ code: "file-missing", message: `${file}, the text ${JSON.stringify(path)}, is missing.` });
  }
  for (const { file, number } of runs)
    if (!files.has(file)) refusals.push({ code: "file-missing", message: `${file}, the bundle of run ${number}, is missing.` });
  if (new Set(runs.map(({ log }) => log)).size !== runs.length) refusals.push({ code: "run-twice", message: "It holds one run twice." });
  if (!texts.some(({ path }) => path === main))
    refusals.push({ code: "file-missing", message: `The text that it is about, ${main}, is missing.` });
  return refusals;
}

function runProblem(run: Parcel["runs"][number], parcel: Parcel, files: Map<string, BagFile>): CheckedRun | Refusal {
  const file = files.get(run.file)!;
  const report = verifyBundle({ size: file.size, read: file.read });
  const name = `Run ${run.number} (${run.file})`;
  if (report.verdict === "NOT VERIFIED") {
    const [first] = report.problems;
    return { code: "run-not-verified", message: `${name} does not verify: ${first?.message ?? "nothing is known of why"}` };
  }
  if (report.fingerprint !== fingerprintOf(run.head))
    return {
      code: "run-differs",
      message: `${name} is not the record that the list says: its head is ${report.fingerprint ?? "unknown"}.`,
    };
  const inner = readBag({ size: file.size, read: file.read });
  const genesis = genesisOf(inner.files.get("data/events.ndjson"));
  if (genesis === null || genesis.log !== run.log || genesis.install_key !== parcel.install_key)
    return { code: "run-differs", message: `${name} is not a run of the installation that packed this bundle.` };
  return { run, inner, report };
}

/** First line of the log of a bundle that verified. */
function genesisOf(events: BagFile | undefined): { log?: unknown; install_key?: unknown } | null {
  if (events === undefined) return null;
  const head = events.read(0, Math.min(events.size, 1 << 20)).toString("utf8");
  try {
    return JSON.parse(head.slice(0, head.indexOf("\n"))) as { log?: unknown; install_key?: unknown };
  } catch {
    return null;
  }
}

/** What says what happened first, what the zip says of itself last: a changed byte is told by the file it is in. */
const LATE = new Set(["zip-damaged", "bag-manifest", "bagit-txt", "zip-time"]);
const inOrder = (refusals: Refusal[]): Refusal[] =>
  [...refusals.filter(({ code }) => !LATE.has(code)), ...refusals.filter(({ code }) => LATE.has(code))].slice(0, REPORTED);
