// What a rehearsal bundle says in words: bag-info.txt and REHEARSE.md. Owns: the sentences and labels.
import type { FileEntry } from "../recordings.ts";
import type { Parcel } from "./parcel.ts";

type About = Pick<Parcel, "title" | "main" | "texts" | "runs" | "searched"> & {
  at: string;
  install: string;
  actor: { op_id: string; name: string };
};

/** One line: a label's value must not begin another label. */
const line = (text: string): string => text.replace(/[\s\u0000-\u001f\u007f]+/g, " ").trim() || "-";

export function parcelInfo({ title, main, texts, runs, searched, at, install, actor }: About, data: readonly FileEntry[]): string {
  const labels: [string, string][] = [
    ["Bag-Software-Agent", "Holdpoint"],
    ["Bagging-Date", at.slice(0, 10)],
    ["External-Description", line(`Rehearsal bundle: ${title}`)],
    ["Payload-Oxum", `${data.reduce((sum, { bytes }) => sum + bytes, 0)}.${data.length}`],
    ["Holdpoint-Rehearsal", line(main)],
    ["Holdpoint-Source", install],
    ["Holdpoint-Counts", `${texts.length} texts, ${runs.length} runs`],
    [
      "Holdpoint-Searched",
      `${searched.files} files, ${searched.bytes} bytes, for ${searched.values} known values and the shapes of tokens`,
    ],
    ["Holdpoint-Exporter", line(`${actor.op_id} (${actor.name})`)],
  ];
  return labels.map(([label, value]) => `${label}: ${value}\n`).join("");
}

export function rehearseText({ title, main, texts, runs, at }: About): string {
  return `# ${line(title)}: a rehearsal bundle

REHEARSAL. Nothing in here was made to be run against production; it holds no secret that was known when it was packed (${at}).

## Open it

    holdpoint unpack BUNDLE.zip        or in the window: Library, "Open a rehearsal bundle"

Holdpoint checks every byte before anything is unpacked, and refuses by name what was changed, taken out or put in. Give
\`--fingerprint\` as it was read to you by another way: only then it is proved that this is the bundle that was packed.
Then open ${JSON.stringify(main)} in the library and start a rehearsal: walk through it, or replay one of the runs. No network is needed.

## What lies here

${texts.map(({ path, file }) => `- \`${file}\`: ${JSON.stringify(path)}`).join("\n")}
${runs.map(({ file, number, title: name, log }) => `- \`${file}\`: run ${number}, ${JSON.stringify(line(name))}, the whole log \`${log}\` with its recordings`).join("\n")}

Each run is a bundle of its own, as an auditor gets it. The two programs that lie here check it without Holdpoint:

    node verify.mjs data/runs/0001.zip      (Node 18 or newer)
    python3 verify.py data/runs/0001.zip    (Python 3.9 or newer)

\`manifest.dsse.json\` is the list of every file with its hash, signed by the installation that packed it (DSSE, Ed25519).
The other lists are BagIt 1.0 (RFC 8493). Nothing in the zip is compressed.
`;
}
