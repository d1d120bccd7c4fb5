// The thread that checks a rehearsal bundle and unpacks it, so that terminals and clocks of a running engine go on. One message in, one out.
import { closeSync, fstatSync, openSync, rmSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { sha256OfFile } from "../../record/index.ts";
import { CannotRead } from "../verifiers/verify.mjs";
import { checkParcel } from "./check.ts";
import type { Refusal } from "./container.ts";
import { layDown } from "./lay-down.ts";
import type { Parcel } from "./parcel.ts";

/** `into`: a folder that is not there yet; its parent is. */
export type UnpackOrder = { path: string; into: string; fingerprint?: string };
export type UnpackAnswer =
  | { done: { parcel: Parcel; fingerprint: string; isOriginProved: boolean; sha256: string; warnings: string[] } }
  | { refused: Refusal[] }
  | { failed: string; code: string };

/** Left free on the disk after unpacking, bytes: the record of a run under way must not be the one that finds it full. */
const LEFT_FREE = 256 << 20;

const order = workerData as UnpackOrder;
const answer = (said: UnpackAnswer): void => parentPort!.postMessage(said);
let file = -1;
try {
  file = openSync(order.path, "r");
  const { size } = fstatSync(file);
  const { bavail, bsize } = statfsSync(dirname(order.into));
  if (size + LEFT_FREE > bavail * bsize)
    answer({ failed: `It needs ${size} bytes, and the disk has ${bavail * bsize} left.`, code: "ENOSPC" });
  else {
    const checked = checkParcel(file, order.fingerprint === undefined ? {} : { fingerprint: order.fingerprint });
    if (Array.isArray(checked)) answer({ refused: checked });
    else {
      layDown(checked, order.into);
      const { parcel, fingerprint, isOriginProved, runs } = checked;
      const warnings = runs.flatMap(({ run, report }) =>
        report.problems.concat(report.warnings).map(({ message }) => `Run ${run.number}: ${message}`),
      );
      answer({ done: { parcel, fingerprint, isOriginProved, sha256: sha256OfFile(order.path).sha256, warnings: warnings.slice(0, 50) } });
    }
  }
} catch (error) {
  rmSync(order.into, { recursive: true, force: true });
  const { code, message } = error as NodeJS.ErrnoException;
  if (!(error instanceof CannotRead) && !(error instanceof RangeError) && code === undefined) throw error;
  answer({ failed: message, code: code ?? "" });
} finally {
  if (file !== -1) closeSync(file);
}
