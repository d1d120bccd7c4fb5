// The last page: what the record proves, what it does not, and how anybody can check it. Owns: these words.
// It promises nothing of this paper: a printed report is for reading, the bundle is what is verified.
import type { ReportModel } from "../model.ts";
import type { Sheet } from "../sheet.ts";
import { SIZE } from "../tokens.ts";
import { lines, mono, plural, quiet, say, strong, utc } from "../words.ts";

const PROVED = [
  "Every event is bound to the one before it by SHA-256: none can be changed, taken out, put in or moved without the head becoming another.",
  "Every signature is Ed25519 over the sentence printed here, the events it covers and the head before it; the key could only be used by giving the password.",
  "The head is the fingerprint at the foot of every page. Read it out, or paste it into the change ticket: whoever has it from there can tell this record from any other.",
  "The installation's own log numbers all logs without gaps, aborted ones too.",
];
const NOT_PROVED = [
  "that what was recorded was true when it was recorded (a lie at capture time)",
  "that nobody with full rights on the machine forged it while it was written",
  "that the machine's clock was right: the order is proved, the times are a claim",
  "that a password was used by its owner and not given away",
  "that this paper says what the record says: paper can be printed by anybody. Check the bundle, and compare the fingerprint.",
];

export async function drawVerification(sheet: Sheet, model: ReportModel): Promise<void> {
  const { head, log, payloads, recordings } = model;
  sheet.section("Verification", 560);
  sheet.facts([
    ["Fingerprint", [{ text: head.fingerprint, style: { face: "monoMedium", size: 13 } }]],
    ["Head", lines([say(`event ${head.seq} of `), mono(log)], [mono(head.hash)], `${utc(head.at)} UTC`)],
    [
      "Bound by hash",
      `${plural(recordings, "recording")}, ${plural(payloads, "payload")} (texts, evidence, attachments); they are in the bundle`,
    ],
  ]);
  sheet.heading("What the record proves");
  for (const text of PROVED) sheet.paragraph([{ mark: "passed" }, say(` ${text}`)], { gap: 3 });
  sheet.heading("What no check can prove");
  for (const text of NOT_PROVED) sheet.paragraph([{ mark: "near-miss" }, say(` ${text}`)], { gap: 3 });
  sheet.heading("How to check it");
  sheet.paragraph(
    "Ask for the bundle of this log. Two programs lie in it, written apart from each other; neither needs anything but its language, opens a connection or changes a file. Take them from a copy of Holdpoint that you trust.",
    { gap: 5 },
  );
  const command = (text: string) => sheet.paragraph([{ text, style: { face: "mono", size: SIZE.small } }], { indent: 12, gap: 2 });
  command(`node verify.mjs BUNDLE.zip --fingerprint "${head.fingerprint}"`);
  command(`python3 verify.py BUNDLE.zip --fingerprint "${head.fingerprint}"`);
  command(`holdpoint verify BUNDLE.zip --fingerprint "${head.fingerprint}"`);
  sheet.move(5);
  sheet.paragraph(
    [
      strong("VERIFIED"),
      say(": nothing is wrong and the origin is proved. "),
      strong("VERIFIED WITH WARNINGS"),
      say(": nothing is wrong; read the warnings. "),
      strong("OPEN"),
      say(": the last events are protected by the chain alone. "),
      strong("NOT VERIFIED"),
      say(": something was changed; all of it is listed."),
    ],
    { gap: 5 },
  );
  sheet.paragraph(
    [
      quiet(
        "Without a fingerprint or roster from outside, a verifier can only say that the record is consistent in itself: anybody can make up an installation.",
      ),
    ],
    { style: { size: SIZE.small } },
  );
}
