// The run room on a record of its own whose disk can be filled and freed, for tests.
// Owns: setting up, filling, taking down. Used by tests only.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checksDocument } from "../checklist/index.ts";
import { checkParams, fillPlaceholders, parseDocument } from "../document/index.ts";
import { type Ports, realPorts } from "../ports.ts";
import type { RunHeader, RunId, StartRequest } from "../protocol/index.ts";
import { openRecordStore } from "../record/index.ts";
import { createRunService, ownPast, type Who } from "../run/index.ts";

/** The run room on its own store, so that the disk can be filled under it. */
export async function ownRuns(isSolo = true, ports: Ports = realPorts()) {
  const home = mkdtempSync(join(tmpdir(), "hp-full-"));
  const opened = openRecordStore({ home, ports });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  const alarms: string[] = [];
  const refusals: string[] = [];
  const severities: string[] = [];
  const runs = createRunService({
    ports,
    store,
    past: ownPast(store, home),
    home,
    runtimeDir: mkdtempSync(join(tmpdir(), "hp-full-run-")),
    environment: process.env,
    documents: { parse: async (source, path) => parseDocument(source, { path }), fillPlaceholders, checkParams, checksDocument },
    contexts: () => ({ entries: [], byName: new Map(), sources: { env: {}, homeDir: "", classOf: () => null } }) as never,
    folderOf: () => ({ folder: home, trusted: true, builtIn: false }),
    isSolo: () => isSolo,
    diskFree: async () => 1e12,
    notify: {
      changed: () => {},
      alarm: (_run, _step, severity, title) => {
        alarms.push(title);
        severities.push(severity);
      },
      watched: () => {},
      refused: (_who, _what, why) => void refusals.push(why),
    },
  });
  const who: Who = {
    actor: { op_id: "dana", name: "Dana", role: "operator", session: "", on_behalf_of: "" },
    roles: ["operator"],
    title: "",
    isAuthenticated: true,
  };
  const path = join(home, "full.md");
  const start = async (text: string): Promise<RunId> => {
    writeFileSync(path, text);
    const request: StartRequest = { path, mode: "live", contexts: {}, params: {}, placeholders: {} };
    const started = await runs.start(who, request);
    if (!started.ok) throw new Error(started.error.message);
    return started.value.header.run;
  };
  const header = async (run: RunId): Promise<RunHeader> => {
    const got = await runs.get(run);
    if (!got.ok) throw new Error(got.error.message);
    return got.value.view.header;
  };
  return {
    home,
    store,
    runs,
    who,
    alarms,
    severities,
    refusals,
    start,
    header,
    /** No page more: what SQLite says then is what it says on a full disk. */
    fill() {
      store.database.pragma(`max_page_count = ${String(store.database.pragma("page_count", { simple: true }))}`);
      // The free bytes of the last pages take a few events more: they are used up first, by large ones and then by small ones.
      for (const size of [900, 90, 1])
        for (let n = 0; ; n += 1) {
          if (n === 500) throw new Error("the disk did not become full");
          try {
            store.append(store.install, { type: "note.filled", actor: who.actor, data: { filler: "x".repeat(size) } });
          } catch {
            break;
          }
        }
    },
    free: () => void store.database.pragma("max_page_count = 1073741823"),
    async close() {
      await runs.close();
      store.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
