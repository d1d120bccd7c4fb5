import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type EventBody, LaunchView, type StoredEvent } from "../protocol/index.ts";
import { foldLaunch } from "./fold.ts";
import { viewOf } from "./view.ts";

const TYPES = [...readFileSync(join(import.meta.dirname, "fold.ts"), "utf8").matchAll(/^ {2}"([a-z_]+\.[a-z_]+)"/gm)].map(
  (match) => match[1]!,
);
const KEYS =
  "launch facts solo changes items steps from to role op_id id path present sha256 bytes item item_sha256 state note value expires kind title findings tests seq verdict measured run step_seq signature subject meaning envelope decision conditions outcome index roles needed review_due data".split(
    " ",
  );
const VALUES = [null, "", "x", 7, -1, true, [], [null], [{ id: null }], {}, { to: null }, { name: { to: 9 } }, "2026-03-15T00:00:00.000Z"];

function event(type: string, seq: number, data: Record<string, unknown>): StoredEvent {
  const body = {
    type,
    seq,
    data,
    log: "log-01JZZZZZZZZZZZZZZZZZZZZZZZ",
    ts_utc: "2026-03-15T00:00:00.000Z",
    actor: { op_id: "jon", name: "Jon", role: "operator", session: "s", on_behalf_of: "" },
    subject: { launch: "", run: "run-1", mode: "", plan_sha256: "", step: "x", attempt: 1, cluster: "" },
    outcome: "x",
    reason: "",
    payloads: [],
    corrects: 0,
  };
  return { hash: "0".repeat(64), line: "", body: body as unknown as EventBody };
}

it("reads any data of any of its events without an exception, and still gives a view", () => {
  expect(TYPES.length).toBeGreaterThan(30);
  for (const value of VALUES) {
    const data = Object.fromEntries(KEYS.map((key) => [key, value]));
    // Twice, so that an event also meets the state that its own odd kind has left.
    const events = [...TYPES, ...TYPES].map((type, index) => event(type, index + 1, data));
    const state = foldLaunch(events);
    const view = viewOf(state, null, { clusterClass: null, isAlone: false, number: 1, fingerprint: "" }, 0);
    expect(view.header.events).toBe(events.length);
    expect(Object.keys(view).sort()).toEqual(Object.keys(LaunchView.shape).sort());
  }
});
