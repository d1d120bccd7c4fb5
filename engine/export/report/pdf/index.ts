// The PDF report of a log. Owns: which sections there are, in which order, and the words at the foot of each page.
import type { ReportModel } from "../model.ts";
import { createSheet, type Sheet } from "../sheet.ts";
import { drawCommands, drawDeviations, drawNoticed, drawTimeline } from "./course.ts";
import { drawCover, reserveContents } from "./cover.ts";
import { drawDebrief } from "./debrief.ts";
import { drawDecision, drawFacts, drawNotes, drawReadiness, drawRisks } from "./launch.ts";
import { drawObjects } from "./objects.ts";
import { drawRecovery } from "./recovery.ts";
import { drawSignoffs } from "./signoffs.ts";
import { drawVerification } from "./verification.ts";

type Section = (sheet: Sheet, model: ReportModel) => Promise<void>;

/** The same model gives the same bytes. */
export async function makePdf(model: ReportModel): Promise<Uint8Array> {
  const { head, log, title, kind } = model;
  const sheet = await createSheet({
    title: `${{ launch: "Launch", run: "Run", install: "Installation" }[kind]} ${model.number}: ${title}`,
    subject: `Log ${log}, event ${head.seq}, fingerprint ${head.fingerprint}`,
    author: model.exporter.name,
    at: new Date(head.at),
    ...(model.rehearsal ? { mark: "REHEARSAL" } : {}),
    footer: {
      left: log,
      right: `Fingerprint ${head.fingerprint} at event ${head.seq}${model.solo ? " · SOLO" : ""}${model.rehearsal ? " · REHEARSAL" : ""}${model.filter === null ? "" : " · PARTIAL"}`,
    },
  });
  const sections: Section[] = [
    ...(model.launch === null ? [] : [drawFacts, drawReadiness]),
    ...(model.launch !== null || model.signatures.length > 0 ? [drawSignoffs] : []),
    ...(model.launch === null ? [] : [drawDecision, drawRisks]),
    drawTimeline,
    ...(model.recoveries.length > 0 ? [drawRecovery] : []),
    ...(model.debriefs.length > 0 ? [drawDebrief] : []),
    drawCommandsAndObjects,
    drawDeviations,
    drawIncidents,
    drawVerification,
  ];
  drawCover(sheet, model);
  reserveContents(sheet, sections.length);
  for (const draw of sections) await draw(sheet, model);
  return sheet.finish();
}

async function drawIncidents(sheet: Sheet, model: ReportModel): Promise<void> {
  sheet.section("Incidents");
  if (model.launch !== null) await drawNotes(sheet, model);
  await drawNoticed(sheet, model);
}

async function drawCommandsAndObjects(sheet: Sheet, model: ReportModel): Promise<void> {
  await drawCommands(sheet, model);
  await drawObjects(sheet, model);
}
