// The thread that sets reports. Owns: one order in, one file's bytes out.
import { parentPort, workerData } from "node:worker_threads";
import { nightPdf } from "../night/pdf.ts";
import type { ReportOrder } from "./in-worker.ts";
import { makePdf } from "./pdf/index.ts";
import { recoveryTables } from "./recovery.ts";
import { makeSignoffsPdf, signoffTables } from "./signoffs.ts";
import { tablesOf } from "./tables.ts";
import { makeWorkbook } from "./xlsx.ts";

const made = await make(workerData as ReportOrder);
parentPort!.postMessage(new Uint8Array(made));

function make(order: ReportOrder): Promise<Uint8Array> {
  switch (order.kind) {
    case "pdf":
      return makePdf(order.model);
    case "workbook":
      return makeWorkbook(tablesOf(order.model), order.model.head.at);
    case "night":
      return nightPdf(order.report);
    case "signoffs-pdf":
      return makeSignoffsPdf(order.model);
    case "signoffs-workbook":
      return makeWorkbook(signoffTables(order.model), order.model.at);
    case "recovery-workbook":
      return makeWorkbook(recoveryTables(order.model), order.model.at);
    default:
      return order satisfies never;
  }
}
