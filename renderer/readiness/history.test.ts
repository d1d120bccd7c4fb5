import { expect, it } from "vitest";
import type { EventRow } from "../../engine/protocol/index.ts";
import { rowsOf } from "./history.ts";

const row = (seq: number, type: string, what: string): EventRow => ({
  seq,
  ts: "2026-11-20T12:00:00.000Z",
  type,
  what,
  who: "Dana",
  outcome: "",
  hash: "0".repeat(64),
  step: "",
  attempt: 0,
});

it("an item's history is its own, newest first, and not that of an id that begins alike", () => {
  const rows = [
    row(3, "item.answered", "INF-1 done"),
    row(4, "item.answered", "INF-10 done"),
    row(5, "evidence.added", "Evidence for INF-1: shot.png"),
    row(6, "signoff.invalidated", "Signature of category infrastructure stale: INF-1 was answered"),
    row(7, "item.noted", "Note on INF-1: looked"),
  ];
  expect(rowsOf(rows, "INF-1").map((one) => one.seq)).toEqual([7, 5, 3]);
  expect(rowsOf(rows, "a.b(")).toEqual([]);
});
