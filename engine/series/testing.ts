// Runs as events, written out for tests: each event says what it needs to, and the clock goes on by a second with each.
// Owns: that writing. Used by tests only; the product's own events come from engine/run.
import type { EventBody, StoredEvent } from "../protocol/index.ts";

export const PATH = "/books/restore.md";
export type Said = { step?: string; attempt?: number; outcome?: string; reason?: string; data?: object; who?: string };
export type Writer = {
  events: StoredEvent[];
  say(type: string, said?: Said): void;
  /** Milliseconds that pass before the next event. */
  wait(ms: number): void;
  /** One attempt of a step that takes `ms`. */
  attempt(step: string, attempt: number, outcome: string, ms: number, within?: () => void): void;
};
export type Start = {
  run: number;
  mode?: "live" | "rehearsal";
  rehearsal?: object;
  at?: string;
  steps?: Record<string, string>;
  data?: object;
};

/** Hash of a step's text: made up from its words. */
export const hashOf = (text: string): string => Buffer.from(text).toString("hex").padEnd(64, "0").slice(0, 64);
export const runId = (run: number): string => `run-${String(run).padStart(26, "0")}`;

/** A run's events in a log of its own; `steps`: id to text. */
export function write({
  run,
  mode = "rehearsal",
  rehearsal,
  at = "2026-01-10T10:00:00.000Z",
  steps = { a: "one", b: "two" },
  data = {},
}: Start): Writer {
  let now = Date.parse(at);
  const events: StoredEvent[] = [];
  const say: Writer["say"] = (type, said = {}) => {
    const seq = events.length + 1;
    const body = {
      v: 1,
      log: `log-${String(run).padStart(26, "0")}`,
      seq,
      type,
      ts_utc: new Date(now).toISOString(),
      actor: { op_id: said.who ?? "dana", name: said.who ?? "Dana", role: "operator", session: "", on_behalf_of: "" },
      subject: {
        launch: "",
        run: runId(run),
        mode,
        plan_sha256: hashOf("plan"),
        step: said.step ?? "",
        attempt: said.attempt ?? 0,
        cluster: "",
      },
      outcome: said.outcome ?? "",
      reason: said.reason ?? "",
      data: said.data ?? {},
    } as unknown as EventBody;
    events.push({ hash: seq.toString(16).padStart(64, "0"), line: "", body });
    now += 1_000;
  };
  say("run.started", {
    data: {
      kind: "runbook",
      title: "Restore",
      path: PATH,
      version: "1",
      planned_ms: 60_000,
      ...(mode === "rehearsal"
        ? { rehearsal: rehearsal ?? { way: "sandbox", speed: "1", compress: "1", seed: null, scenario: null } }
        : {}),
      steps: Object.entries(steps).map(([id, text], index) => ({
        id,
        number: String(index + 1),
        title: id,
        sha256: hashOf(text),
        planned_ms: null,
        way_back: false,
      })),
      ...data,
    },
  });
  return {
    events,
    say,
    wait: (ms) => {
      now += ms;
    },
    attempt(step, attempt, outcome, ms, within = () => {}) {
      say("step.started", { step, attempt, data: { sha256: hashOf(steps[step] ?? ""), only_block: null } });
      within();
      say("step.ended", { step, attempt, outcome, data: { duration_ms: ms } });
    },
  };
}
