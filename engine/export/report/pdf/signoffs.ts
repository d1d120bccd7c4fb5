// Signatures on paper: name, title, role, meaning, the exact sentence, time with zone, and whether something has overtaken it.
// Owns: how one is set (21 CFR 11.50). Used for one launch and for sign-offs across launches.
import type { ReportModel } from "../model.ts";
import type { Sheet } from "../sheet.ts";
import type { SignatureRow } from "../signatures.ts";
import type { Piece, Text } from "../type.ts";
import { lines, local, mono, plural, quiet, say, status, strong, utc } from "../words.ts";

export async function drawSignoffs(sheet: Sheet, { signatures }: ReportModel): Promise<void> {
  sheet.section("Sign-offs");
  sheet.paragraph(
    "Each signature was given with id and password, over exactly the sentence printed beside it, and co-signs the record up to the event before it.",
    { style: { colour: "t2" } },
  );
  await signatureTable(sheet, signatures, false);
}

export async function signatureTable(sheet: Sheet, signatures: readonly SignatureRow[], withLaunch: boolean): Promise<void> {
  await sheet.table(
    [
      { title: "Signed by", share: 27 },
      { title: "Meaning, and what was signed", share: 45 },
      { title: "When", share: 28 },
    ],
    signatures.map((one) => ({
      cells: [who(one), what(one, withLaunch), when(one)],
      ...(one.state === "stale" ? { ground: "warnBg" as const } : {}),
    })),
    "There are no signatures.",
  );
}

const who = (one: SignatureRow): Text =>
  lines(
    [strong(one.name)],
    one.position,
    [quiet("as "), say(one.role)],
    one.onBehalfOf !== "" && [quiet("on behalf of "), say(one.onBehalfOf)],
    [quiet(`id ${one.opId}`)],
    one.keyId !== "" && [quiet("key "), mono(one.keyId.slice(0, 12))],
  );

function what(one: SignatureRow, withLaunch: boolean): Text {
  return lines(
    withLaunch && [strong(`${one.title}`), quiet(`  number ${one.number}`)],
    [strong(capital(one.meaning)), say(`: ${one.subject}`), quiet(one.m > 0 ? `  (${one.n} of ${one.m})` : "")],
    [say(`“${one.statement}”`)],
    one.reason !== "" && [quiet(`Reason: ${one.reason}`)],
    state(one),
  );
}
function state(one: SignatureRow): Piece[] {
  const when_ = one.changedAt === "" ? "" : ` since ${utc(one.changedAt)} UTC`;
  if (one.state === "stale") return [...status("stale"), say(`${when_}: ${one.why}`)];
  if (one.state === "withdrawn") return [...status("withdrawn"), say(`${when_}: ${one.why}`)];
  return one.state === "rejected" ? status("rejected", "a rejection") : status("valid", "valid, nothing it covers has changed");
}
const when = (one: SignatureRow): Text =>
  lines(
    [strong(`${utc(one.at)} UTC`)],
    [quiet("signer's clock:")],
    local(one.at, one.zone, one.offset),
    [quiet(`event ${one.seq}`)],
    one.digest !== "" && [quiet("covers "), mono(`${one.digest.slice(0, 12)}…`)],
  );

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Of people: how often each signed what, for the cover of sign-offs across launches. */
export function signersOf(signatures: readonly SignatureRow[]): string {
  const by = new Map<string, number>();
  for (const one of signatures) by.set(`${one.name} (${one.opId})`, (by.get(`${one.name} (${one.opId})`) ?? 0) + 1);
  return [...by].map(([name, n]) => `${name}: ${plural(n, "signature")}`).join(", ");
}
