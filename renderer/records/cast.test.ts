import { describe, expect, it } from "vitest";
import { indexAfter, readPlayable, sizeOf } from "./cast.ts";

const v3 = [
  JSON.stringify({ version: 3, term: { cols: 100, rows: 30 }, timestamp: 1_763_168_620 }),
  "# a comment",
  JSON.stringify([0.5, "o", "a"]),
  JSON.stringify([1, "m", "upgrade"]),
  JSON.stringify([0.25, "r", "120x40"]),
  JSON.stringify([0.25, "o", "b"]),
  JSON.stringify([0, "x", "0"]),
].join("\n");

describe("a recording", () => {
  it("of version 3 adds up the times between its events", () => {
    const cast = readPlayable(v3)!;
    expect(cast.events.map((event) => [event.at, event.kind])).toEqual([
      [0.5, "o"],
      [1.5, "m"],
      [1.75, "r"],
      [2, "o"],
      [2, "x"],
    ]);
    expect(cast).toMatchObject({ cols: 100, rows: 30, durationS: 2, startedAt: 1_763_168_620_000, broken: 0 });
  });
  it("of version 2 has times since its start", () => {
    const cast = readPlayable(`{"version":2,"width":80,"height":24}\n[0.5,"o","a"]\n[1.5,"o","b"]`)!;
    expect(cast.events.map((event) => event.at)).toEqual([0.5, 1.5]);
    expect(cast.startedAt).toBeNull();
  });
  it("whose writer was killed plays up to the last whole line, and says how much was left out", () => {
    const cast = readPlayable(`${v3}\n[1,"o","cut`)!;
    expect(cast.events).toHaveLength(5);
    expect(cast.broken).toBe(1);
  });
  it("is none without a header, or with a version nobody knows", () => {
    for (const text of ["", "not json", "null", "[]", '{"version":1}', '{"version":"3"}']) expect(readPlayable(text)).toBeNull();
  });
  it("does not run backwards, nor take a size out of reason", () => {
    const cast = readPlayable(`{"version":3,"term":{"cols":-1,"rows":100000}}\n[-5,"o","a"]\n[1e999,"o","b"]\n[1,"o","c"]`)!;
    expect(cast).toMatchObject({ cols: 80, rows: 24, durationS: 1, broken: 1 });
    expect(sizeOf("120x40")).toEqual({ cols: 120, rows: 40 });
    for (const size of ["0x0", "9999x9999", "12x", "axb"]) expect(sizeOf(size)).toBeNull();
  });
  it("is cut after the events of a moment", () => {
    const { events } = readPlayable(v3)!;
    expect([0, 0.5, 1.7, 2, 9].map((at) => indexAfter(events, at))).toEqual([0, 1, 2, 5, 5]);
  });
});
