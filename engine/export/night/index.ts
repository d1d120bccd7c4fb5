// The morning's deployment report: one computation, as Markdown, as pages and as JSON. Owns: which files an export of it makes.
// It proves nothing by itself and names the head that does; what other rooms know comes in as a ReportSource.
import { basename, extname } from "node:path";
import type { RunbookDocument, StoredEvent } from "../../protocol/index.ts";
import { RecordError } from "../../record/index.ts";
import type { Report } from "../bundle/index.ts";
import type { ExportJob, Written } from "../index.ts";
import { writeWhole } from "../output.ts";
import { makeInWorker } from "../report/in-worker.ts";
import { type ReportModel, type ReportSource, readModel } from "../report/model.ts";
import { buildNight } from "./build.ts";
import type { Texts } from "./facts.ts";
import { nightMarkdown } from "./markdown.ts";
import type { NightReport } from "./types.ts";

export type { StepPlan } from "./phases.ts";
export type { NightReport } from "./types.ts";

/** The pages or the Markdown that `out` names by its ending, with the JSON twin beside it. Throws RecordError `invalid-params`. */
export async function writeNight(job: ExportJob, source: ReportSource): Promise<Written> {
  const ending = extname(job.out).toLowerCase();
  if (ending !== ".md" && ending !== ".pdf")
    throw new RecordError("invalid-params", `The deployment report is written as .md or .pdf, and ${basename(job.out)} ends otherwise.`);
  if (job.filter !== null)
    throw new RecordError("invalid-params", "The deployment report is computed from the whole log: export it without a filter.");
  const { model, all } = await readModel(job, source);
  if (model.kind === "install") throw new RecordError("invalid-params", "The installation’s own log holds no deployment to report on.");
  const report = await nightOf(job, model, all, source);
  const twin = `${job.out.slice(0, -ending.length)}.json`;
  const main = await writeWhole(
    job.part,
    `report${ending}`,
    ending === ".pdf" ? await makeInWorker({ kind: "night", report }) : nightMarkdown(report),
  );
  const json = await writeWhole(job.part, "report.json", jsonOf(report));
  return {
    moves: [
      { from: `${job.part}/report.json`, to: twin },
      { from: `${job.part}/report${ending}`, to: job.out },
    ],
    files: [basename(job.out), basename(twin)],
    bytes: main.bytes + json.bytes,
    events: model.events.length,
    sha256: main.sha256,
    damaged: [],
  };
}

/** What a bundle takes along of it. */
export async function nightReports(
  job: ExportJob,
  model: ReportModel,
  all: readonly StoredEvent[],
  source: ReportSource,
): Promise<Report[]> {
  const report = await nightOf(job, model, all, source);
  return [
    { path: "deployment.pdf", bytes: await makeInWorker({ kind: "night", report }) },
    { path: "deployment.md", bytes: Buffer.from(nightMarkdown(report)) },
    { path: "deployment.json", bytes: Buffer.from(jsonOf(report)) },
  ];
}

const jsonOf = (report: NightReport): string => `${JSON.stringify(report, null, 2)}\n`;

async function nightOf(job: ExportJob, model: ReportModel, all: readonly StoredEvent[], source: ReportSource): Promise<NightReport> {
  const texts = await textsOf(job, all, source);
  return buildNight({ model, events: all, texts, planOf: source.planOf });
}

/** Texts of the runs, parsed, each from the event on that brought it. One that was erased is not known. */
async function textsOf({ store, log }: ExportJob, all: readonly StoredEvent[], source: ReportSource): Promise<Texts> {
  const known = new Map<string, { seq: number; document: RunbookDocument }[]>();
  for (const { body } of all) {
    if (body.type !== "run.started" && body.type !== "run.amended") continue;
    const bytes = store.payload(log, body.seq, "plan");
    if (bytes === null) continue;
    const document = await source.parse(bytes, String(body.data["path"] ?? ""));
    known.set(body.subject.run, [...(known.get(body.subject.run) ?? []), { seq: body.seq, document }]);
  }
  return {
    of: (run, seq) => known.get(run)?.findLast((one) => one.seq <= seq)?.document ?? null,
    last: (run) => known.get(run)?.at(-1)?.document ?? null,
  };
}
