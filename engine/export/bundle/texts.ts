// What a bundle says in words: bag-info.txt and VERIFY.md. Owns: the sentences and labels.
// The cover says source, filter, counts, head and exporter: what an auditor tests for completeness.
import { fingerprintOf } from "../../record/index.ts";
import type { ExportJob } from "../index.ts";

export type Counts = {
  events: number;
  installEvents: number;
  signatures: number;
  recordings: number;
  payloads: number;
  checkpoints: number;
  dataBytes: number;
  dataFiles: number;
};

/** One line: a label's value must not begin another label. */
const line = (text: string): string => text.replace(/[\s\u0000-\u001f\u007f]+/g, " ").trim() || "-";

function nameOf({ store, log }: ExportJob): string {
  const genesis = store.genesis(log);
  const what = { install: "Installation", launch: "Launch", run: "Run" }[String(genesis["kind"])] ?? "Log";
  const name = genesis["name"] ?? genesis["title"];
  return line(`${what} ${genesis["number"]}${typeof name === "string" ? `: ${name}` : ""}`);
}

export function bagInfo(job: ExportJob, counts: Counts): string {
  const { store, log, head, actor } = job;
  const { events, signatures, recordings, payloads, checkpoints } = counts;
  const labels: [string, string][] = [
    ["Bag-Software-Agent", "Holdpoint"],
    ["Bagging-Date", head.at.slice(0, 10)],
    ["External-Identifier", log],
    ["External-Description", nameOf(job)],
    ["Payload-Oxum", `${counts.dataBytes}.${counts.dataFiles}`],
    ["Holdpoint-Source", `${log} of installation ${store.installId}`],
    ["Holdpoint-Filter", "none: whole logs"],
    [
      "Holdpoint-Counts",
      `${events} events, ${signatures} signatures, ${recordings} recordings, ${payloads} payloads, ${checkpoints} checkpoints`,
    ],
    ["Holdpoint-Install-Log", log === store.install ? "this log" : `${counts.installEvents} events of ${store.install}`],
    ["Holdpoint-Head", `event ${head.seq}, ${head.hash}`],
    ["Holdpoint-Head-Time", head.at],
    ["Holdpoint-Fingerprint", fingerprintOf(head.hash)],
    ["Holdpoint-Exporter", line(`${actor.op_id} (${actor.name})`)],
  ];
  return labels.map(([label, value]) => `${label}: ${value}\n`).join("");
}

export function verifyText(job: ExportJob): string {
  const { store, log, head } = job;
  const isInstall = log === store.install;
  return `# How to check this bundle

${nameOf(job)}. Log \`${log}\`, up to event ${head.seq}, ${head.at}.
Fingerprint of its head: \`${fingerprintOf(head.hash)}\`

## Check it

Two programs lie here, written apart from each other and from Holdpoint. Either is enough, both is better. Neither needs anything
but its language, neither opens a connection, neither changes anything.

    node verify.mjs BUNDLE.zip      (Node 18 or newer)
    python3 verify.py BUNDLE.zip    (Python 3.9 or newer)

BUNDLE.zip may also be the folder that it was unpacked to. A checker that comes with what it checks proves little: whoever changed
the bundle could have changed it too. Take both programs from a copy of Holdpoint that you trust.

Without more, they say that the record is consistent in itself, and warn that its origin is not proved: anybody can make up an
installation. To prove the origin, give something that did not come with this bundle:

    --fingerprint "FIVE GROUPS OF FOUR CHARACTERS"   as read from the screen, a printed page or the change ticket
    --roster roster.json                             the installation's roster from an earlier export that you trust

## What the last line means

| line | exit code | meaning |
| --- | --- | --- |
| VERIFIED | 0 | nothing is wrong, and the origin is proved |
| VERIFIED WITH WARNINGS | 2 | nothing is wrong; read the warnings |
| OPEN | 2 | nothing is wrong, but the events named are protected by the chain alone: no checkpoint, no signature came after them |
| NOT VERIFIED | 1 | something was changed, cut, put in or signed against the rules; all of it is listed |
| (cannot read) | 3 | there is no bundle |

## What lies here

| file | what it is |
| --- | --- |
| data/events.ndjson | the record: line 1 what the log is, then one event a line, last a closing line signed by the installation. It is the authority: all else is bound to it or repeats it |
${isInstall ? "" : "| data/install.ndjson | the whole log of the installation up to this head: people, keys, delegations, settings, sign-ins, and the index of all logs. Whole, because a chain with holes proves little |\n"}| data/signatures.ndjson | the signatures out of the two logs, for reading |
| data/checkpoints.ndjson | heads signed by the installation as time went on |
| data/roster.json, data/keys.json | people and keys as the installation's log has them |
| data/files.json | which payload and recording belongs to which event, with the salts |
| data/plans, data/evidence, data/attachments, data/payloads | texts, evidence and attachments as they were recorded |
| data/recordings | terminal recordings (asciicast) |
| data/reports | reports for people, made from the record; where they differ, the record counts |
| manifest.dsse.json | the hash of every file, signed by the installation (DSSE, Ed25519) |
| bagit.txt, bag-info.txt, manifest-sha256.txt, tagmanifest-sha256.txt | BagIt 1.0 (RFC 8493): any BagIt tool can check the hashes |

Nothing in the zip is compressed, so that the same record gives the same bytes on every machine.

## How the record is built

    h0 = SHA-256("holdpoint/genesis/v1" NUL first line)
    hn = SHA-256("holdpoint/event/v1" NUL h(n-1) line)           h(n-1) as 32 bytes; each line names it as "prev"
    payload = SHA-256("holdpoint/payload/v1" NUL salt bytes)     each line names it as "commitment"
    signature = Ed25519 over the DSSE encoding of the canonical JSON (RFC 8785)

A person's signature names the hash of the event before it, so it vouches for everything up to there.

## What both programs ask of signatures

- The key was that person's then, the name and title are the roster's, and what is signed is what the events before it say: items,
  answers, checks and evidence of a category; conditions, categories, risks and waivers of a decision; the steps before a hold point.
- The signer held the role that was asked, in the launch or on the roster, or stood in for who did by a delegation in force, or the
  glass was broken by two because an approver was absent. Nobody signs what they executed, proposed, opened or, as far as the text
  names its owner, wrote; who ran a command has executed what its output is evidence for. Nobody counts twice; who keeps the roster
  approves nothing.
- What changed after a signature took the signature out of force, by an event of its own. Waivers carry an approver's signature and
  an end. Decisions have every signature that the checklist asks for, a closed launch those of a lead and an approver.
- An adopted checklist's items, ids, categories, roles and rule are those of its text, and no item of it is left out. Where a runbook
  asks for signatures before a step, those roles signed before it started. A go had nothing in its way; a closed launch has no open
  incident and no open condition. The texts are compared line by line, not parsed: forms of Markdown that only its whole grammar tells
  (items in HTML, in quotes or behind other marks, hold points before any heading) give a warning where they are not borne out.
- A gate that passed has the probes for it, a soak lasted or was ended early with a reason, and a kept promise of a way back follows from
  the time it took. Nobody goes back past a point of no return by a way that is gone with it. Work done elsewhere was done before it was
  entered. A look's outcome follows from what was seen; a watch that ended early carries a second person's signature.
- What came first is told by the sequence, across logs by the heads that the installation's log took, and by clocks only between those.
- Everybody on the roster was put there, changed and given a new key by the people that such an act takes. The first person's own key
  signed their entry (records of before that have no such signature). A lead stands in for the admin only to reset the only admin's key.
- One person alone (SOLO) is asked for none of these second people; the record says SOLO, and the programs warn.

## What no check can prove

- that what was recorded was true when it was recorded (a lie at capture time)
- that nobody with full rights on the machine (root) forged it while it was written
- that the machine's clock was right: the order is proved, the times are a claim
- that a password was used by its owner and not given away
- that Holdpoint read a text as its author meant it, a gate's or a look's limits among it; what stood in a go's way besides items, signatures and risks (age, limits, missing
  evidence) is taken from the record
- the order of a signature and a change of the roster at one and the same time, where no head in the install log lies between them
- anything about other logs of the installation than the one here
`;
}
