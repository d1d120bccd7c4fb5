// The review of a runbook for production: who signed which text, and what is put before a reviewer.
// Owns: the subject of such a signature and the look-up of those on record. A review is of bytes: another text has none.
import { createHash } from "node:crypto";
import { readSignature, type Signable } from "../launch/index.ts";
import type { Library } from "../library/index.ts";
import { readRegularFile } from "../ports.ts";
import { fail, type LaunchId, type LogId, ok, type Result, type RunbookDocument, type SignSubject } from "../protocol/index.ts";
import { jcs, type RecordStore } from "../record/index.ts";

export type ReviewRooms = {
  store: RecordStore;
  library(): Library;
  /** Path at which this text was opened by itself, if it was. */
  openedText(sha256: string): string | undefined;
  parse(source: Uint8Array, path: string): Promise<RunbookDocument>;
};

/** Reviews of this text that count, in the order they were given: of the installation's log, or of any launch's. */
export function reviewsOf(store: RecordStore, sha256: string): ReturnType<typeof readSignature>[] {
  const logs = store.logs().filter(({ kind }) => kind === "install" || kind === "launch");
  return logs.flatMap(({ log }) => {
    const events = store.eventsOfType(log, ["signoff.added", "signoff.invalidated", "signoff.withdrawn"]);
    const gone = new Set(events.filter(({ body }) => body.type !== "signoff.added").map(({ body }) => body.data["signature"]));
    return events
      .filter(({ body }) => body.type === "signoff.added" && !gone.has(body.data["signature"]))
      .map(({ body }) => readSignature(body))
      .filter((one) => one.subject.kind === "review" && one.subject.id === sha256 && one.meaning === "reviewed");
  });
}

export async function reviewOf(rooms: ReviewRooms, launch: LaunchId | null, subject: SignSubject): Promise<Result<Signable>> {
  const found = await findText(rooms, subject.id);
  if (found === null)
    return fail("not-found", "No file of the opened folders has this text now. Open its folder, or review what the file says today.");
  const { store } = rooms;
  const { path, document } = found;
  let log: LogId = store.install;
  if (launch !== null) {
    const own = store.logs().find((one) => one.kind === "launch" && one.genesis["launch"] === launch);
    if (!own) return fail("not-found", `There is no launch ${launch} in this data directory.`);
    log = own.log;
  }
  const counted = reviewsOf(store, subject.id);
  const name = document.version === null ? `“${document.title}”` : `“${document.title}” version ${document.version}`;
  return ok({
    log,
    launch: launch ?? "",
    run: "",
    subject,
    meanings: ["reviewed"],
    planSha256: subject.id,
    digest: createHash("sha256")
      .update("holdpoint/review/v1\0")
      .update(jcs({ text: subject.id, title: document.title, version: document.version }))
      .digest("hex"),
    covered: [],
    roles: [],
    needed: 1,
    counted,
    missing: [],
    blockers: document.diagnostics.filter((one) => one.severity === "error").map((one) => `line ${one.line}: ${one.message}`),
    lines: [
      path,
      `Written by ${document.owner ?? "nobody named in the file"}`,
      ...document.steps.map((step) => `${step.number} ${step.title}: ${step.blocks.filter((block) => block.runnable).length} commands`),
    ],
    statement: (_, { role, note }) =>
      `I have reviewed ${name} for production${role === "" ? "" : ` as ${role}`}, and did not write it: ${document.steps.length} steps, SHA-256 ${subject.id}.${
        note === "" ? "" : ` ${note}.`
      }`,
    excluded: (operator) =>
      document.owner !== null && slug(document.owner) === slug(operator) ? "is its author: a text is reviewed by somebody else" : "",
    needsRight: true,
    after: () => [],
    ...(launch === null ? { record: (events) => store.appendAll(store.install, events) } : {}),
  });
}

const slug = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");

/** The file with exactly these bytes: as it was opened, else among the opened folders. */
async function findText(rooms: ReviewRooms, sha256: string): Promise<{ path: string; document: RunbookDocument } | null> {
  const opened = rooms.openedText(sha256);
  const folders = await rooms.library().all(false);
  const listed = folders.flatMap(({ entries }) => entries.filter(({ kind }) => kind === "runbook").map(({ path }) => path));
  for (const path of opened === undefined ? listed : [opened, ...listed]) {
    try {
      const bytes = await readRegularFile(path);
      if (createHash("sha256").update(bytes).digest("hex") === sha256) return { path, document: await rooms.parse(bytes, path) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      // Gone or unreadable since: then it is not the one.
    }
  }
  return null;
}
