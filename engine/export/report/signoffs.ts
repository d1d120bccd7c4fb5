// Sign-offs across launches on paper and in tables. Owns: the cover with filter and counts, the list of logs looked at.
// The signatures themselves are set as in a launch's report.
import type { SignoffsModel } from "../signoffs.ts";
import { masthead } from "./pdf/cover.ts";
import { signatureTable, signersOf } from "./pdf/signoffs.ts";
import { createSheet } from "./sheet.ts";
import { signoffsTable, type Table } from "./tables.ts";
import type { Text } from "./type.ts";
import { lines, mono, plural, quiet, say, strong, utc } from "./words.ts";

export async function makeSignoffsPdf(model: SignoffsModel): Promise<Uint8Array> {
  const { exporter, installId, logs, signatures, total, at } = model;
  const isPartial = Object.values(model.filter).some((value) => value !== undefined);
  const sheet = await createSheet({
    title: `Sign-offs: ${filterText(model)}`,
    subject: `Installation ${installId}, ${signatures.length} of ${total} signatures`,
    author: exporter.name,
    at: new Date(at),
    footer: {
      left: `installation ${installId}`,
      right: `Sign-off records, ${signatures.length} of ${plural(total, "signature")}, up to ${utc(at)} UTC${isPartial ? " · PARTIAL" : ""}`,
    },
  });
  masthead(
    sheet,
    "Sign-off records",
    "Sign-offs across launches",
    isPartial ? [{ text: "PARTIAL: a filter was set", ink: "warn", ground: "warnBg" }] : [],
  );
  sheet.facts([
    ["Source", lines([say("installation "), mono(installId)], `${plural(logs.length, "log")} looked at: ${countsOfLogs(model)}`)],
    ["Filter", filterText(model)],
    ["Counts", counts(model)],
    ["Signed by", signersOf(signatures) || "nobody"],
    ["Stands at", `the head of each log, listed below; the latest is of ${utc(at)} UTC`],
    ["Exported by", [strong(exporter.name), quiet(`  ${exporter.id}, ${exporter.role}`)]],
  ]);
  sheet.section("Sign-offs");
  await signatureTable(sheet, signatures, true);
  sheet.section("Logs looked at");
  await sheet.table(
    [
      { title: "Number", share: 10 },
      { title: "What", share: 36 },
      { title: "Signatures", share: 14 },
      { title: "Head and its fingerprint", share: 40 },
    ],
    logs.map((one) => ({
      cells: [
        [mono(String(one.number))],
        lines([strong(one.title || one.kind)], [quiet(`${one.kind}${one.solo ? ", SOLO" : ""}`)], [mono(one.log)]),
        `${one.meant} of ${one.all}`,
        lines([mono(one.head.fingerprint)], [quiet(`event ${one.head.seq}, ${utc(one.head.at)} UTC`)]),
      ],
    })),
    "The installation has no launch and no run.",
  );
  sheet.section("Verification", 150);
  sheet.paragraph(
    "These pages are for reading and prove nothing by themselves. Each signature stands in the log named beside it: ask for the bundle of that log (holdpoint export --signoffs --format bundle brings all of them) and verify it against the fingerprint above. The numbers of the installation's logs have no gaps, so that none can be missing unseen.",
  );
  return sheet.finish();
}

export function signoffTables(model: SignoffsModel): Table[] {
  const cover: [string, string | number][] = [
    ["Title", "Sign-offs across launches"],
    ["Installation", model.installId],
    ["Logs looked at", model.logs.length],
    ["Filter", filterText(model)],
    ["Signatures by the filter", model.signatures.length],
    ["Signatures in these logs", model.total],
    ["Valid", model.signatures.filter((one) => one.state === "valid").length],
    ["Up to (UTC)", model.at],
    ["Exported by", `${model.exporter.name} (${model.exporter.id}, ${model.exporter.role})`],
    ["Times", "UTC throughout"],
  ];
  return [
    {
      name: "Cover",
      columns: [
        { title: "what", kind: "text" },
        { title: "value", kind: "long" },
      ],
      rows: cover,
    },
    signoffsTable(model.signatures),
    {
      name: "Logs",
      columns: [
        { title: "number", kind: "number" },
        { title: "kind", kind: "text" },
        { title: "title", kind: "long" },
        { title: "log", kind: "text" },
        { title: "signatures", kind: "number" },
        { title: "signatures_in_all", kind: "number" },
        { title: "head_event", kind: "number" },
        { title: "head_at_utc", kind: "moment" },
        { title: "fingerprint", kind: "text" },
        { title: "solo", kind: "text" },
      ],
      rows: model.logs.map((one) => [
        one.number,
        one.kind,
        one.title,
        one.log,
        one.meant,
        one.all,
        one.head.seq,
        one.head.at,
        one.head.fingerprint,
        one.solo ? "SOLO" : "",
      ]),
    },
  ];
}

export function signoffsReadme(model: SignoffsModel): string {
  return `# Sign-offs across launches

Installation \`${model.installId}\`. Filter: ${filterText(model)}. ${model.signatures.length} of ${plural(model.total, "signature")} in ${plural(model.logs.length, "log")}.

- \`signoffs.pdf\`, \`signoffs.csv\`, \`signoffs.xlsx\`: for reading; they prove nothing by themselves.
- \`bundles/\`: the whole bundle of every log that one of these signatures stands in. Each has its own VERIFY.md and two verifiers:
  \`holdpoint verify bundles/NAME.zip --fingerprint "…"\`, with the fingerprint from a printed page or the change ticket.
`;
}

function filterText({ filter }: SignoffsModel): string {
  const said = [
    filter.from === undefined ? "" : `from ${filter.from}`,
    filter.to === undefined ? "" : `to ${filter.to}`,
    filter.launch === undefined ? "" : `launch ${filter.launch}`,
    filter.signer === undefined ? "" : `signed by ${filter.signer}`,
  ].filter(Boolean);
  return said.length === 0
    ? "none: all signatures of all launches and runs"
    : `${said.join(", ")}${filter.from !== undefined || filter.to !== undefined ? " (UTC, days inclusive)" : ""}`;
}
function countsOfLogs({ logs }: SignoffsModel): string {
  const launches = logs.filter((one) => one.kind === "launch").length;
  const runs = logs.filter((one) => one.kind === "run").length;
  return `${plural(launches, "launch", "launches")}, ${plural(runs, "run")} outside launches`;
}
function counts({ signatures, total }: SignoffsModel): Text {
  const state = (wanted: string) => signatures.filter((one) => one.state === wanted).length;
  return lines(
    [strong(`${signatures.length} of ${plural(total, "signature")}`), say(" in these logs")],
    `${state("valid")} valid, ${state("stale")} stale, ${state("withdrawn")} taken back, ${state("rejected")} ${state("rejected") === 1 ? "rejection" : "rejections"}`,
  );
}
