// One line per log for lists: title, status, people, cluster. Owns: the fold of the few events that say so.
// Nothing is stored: an append costs nothing here, and a log is read again only when it has grown.
import type { EventBody, LogId, LogSummary, RunId, StoredEvent } from "../protocol/index.ts";
import type { Writer } from "./store.ts";

const OF_LAUNCHES = ["launch.created", "launch.changed", "launch.state", "launch.closed"];
const TELLING = ["run.started", "cluster.pinned", "run.held", "run.resumed", "run.crash_recovered", "run.finished", "run.aborted"];

type Told = Pick<LogSummary, "run" | "title" | "path" | "mode" | "endedAt" | "status" | "cluster" | "clusterClass" | "operator" | "solo">;

export function createSummaries(writer: Writer): () => LogSummary[] {
  const known = new Map<LogId, LogSummary>();
  return () =>
    writer.rows().map(({ log, kind, number }) => {
      const { seq, hash, fingerprint } = writer.head(log);
      const before = known.get(log);
      if (before?.head === hash) return before;
      const genesis = writer.genesis(log);
      const told = fold(genesis, kind === "install" ? [] : writer.eventsOfType(log, kind === "launch" ? OF_LAUNCHES : TELLING));
      const summary: LogSummary = {
        log,
        kind,
        number,
        ...told,
        ...(kind === "launch" ? { runs: writer.eventsOfType(log, ["run.started"]).map(({ body }) => body.subject.run as RunId) } : {}),
        title: kind === "install" ? "Installation" : told.title,
        openedAt: String(genesis["opened_at"]),
        events: seq,
        head: hash,
        fingerprint,
      };
      known.set(log, summary);
      return summary;
    });
}

const textIn = (from: Record<string, unknown>, key: string): string => (typeof from[key] === "string" ? (from[key] as string) : "");

function fold(genesis: Record<string, unknown>, events: readonly StoredEvent[]): Told {
  const run = textIn(genesis, "run");
  const mode = textIn(genesis, "mode");
  const told: Told = {
    run: (run === "" ? null : run) as Told["run"],
    title: textIn(genesis, "title"),
    path: textIn(genesis, "path"),
    mode: mode === "live" || mode === "rehearsal" ? mode : null,
    endedAt: null,
    status: "active",
    cluster: null,
    clusterClass: null,
    operator: "",
    solo: genesis["solo"] === true,
  };
  for (const { body } of events) step(told, body);
  return told;
}

function step(told: Told, body: EventBody): void {
  switch (body.type) {
    case "run.started": {
      const mode = textIn(body.data, "mode") || body.subject.mode;
      told.run = (body.subject.run || told.run) as Told["run"];
      told.title = textIn(body.data, "title") || told.title;
      told.path = textIn(body.data, "path") || told.path;
      told.mode = mode === "live" || mode === "rehearsal" ? mode : told.mode;
      told.operator = body.actor.name;
      told.solo = told.solo || body.data["solo"] === true;
      break;
    }
    case "cluster.pinned":
      told.cluster ??= textIn(body.data, "context") || null;
      told.clusterClass ??= textIn(body.data, "class") || null;
      break;
    case "launch.created":
      told.operator = body.actor.name;
      told.status = "preparing";
      told.cluster = contextIn((body.data["facts"] as { context?: unknown } | undefined)?.context);
      break;
    case "launch.changed": {
      const { name, context } = (body.data["changes"] ?? {}) as Record<string, { to?: unknown } | undefined>;
      if (typeof name?.to === "string") told.title = name.to;
      if (context !== undefined) told.cluster = contextIn(context.to);
      break;
    }
    case "launch.state":
      told.status = textIn(body.data, "to") || told.status;
      break;
    case "launch.closed":
      told.status = "closed";
      told.endedAt = body.ts_utc;
      break;
    case "run.held":
    case "run.crash_recovered":
      told.status = "held";
      break;
    case "run.resumed":
      told.status = "active";
      break;
    case "run.finished":
    case "run.aborted":
      told.status = body.type === "run.finished" ? "finished" : "aborted";
      told.endedAt = body.ts_utc;
      break;
  }
}

const contextIn = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);
