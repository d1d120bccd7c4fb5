import { describe, expect, it } from "vitest";
import {
  baseName,
  fingerprintGroups,
  formatAgo,
  formatBytes,
  formatClock,
  formatDay,
  formatDuration,
  formatMoment,
  formatPlanned,
  formatSet,
  formatSpent,
  formatTook,
  initials,
  isZone,
  plural,
  zoneWord,
} from "./format.ts";

describe("durations", () => {
  it("are minutes and seconds, with hours only from an hour on", () => {
    expect([0, 999, 1000, 102_000, 725_000, 3_599_999, 3_600_000, 37_000_000].map(formatDuration)).toEqual([
      "0:00",
      "0:00",
      "0:01",
      "1:42",
      "12:05",
      "59:59",
      "1:00:00",
      "10:16:40",
    ]);
  });
  it("carry a minus sign when negative, and none at zero", () => {
    expect(formatDuration(-90_000)).toBe("−1:30");
    expect(formatDuration(-400)).toBe("0:00");
  });
  it("keep the shape of a clock in a column, but for what took less than a second", () => {
    expect([0, 84, 999.4, 999.6, 6_400, 102_000].map(formatSpent)).toEqual(["0 ms", "84 ms", "999 ms", "0:01", "0:06", "1:42"]);
    expect(formatSpent(-400)).toBe("0:00");
  });
  it("says a time that was set so short that a clock would read nothing", () => {
    expect([500, 1000, 1500, 2000, 15_000, 59_940, 60_000, 300_000].map(formatSet)).toEqual([
      "500 ms",
      "1 s",
      "1.5 s",
      "2 s",
      "15 s",
      "59.9 s",
      "1:00",
      "5:00",
    ]);
  });
  it("say how long something took in the unit a person would use", () => {
    expect([0.4, 84, 999.4, 1000, 6_400, 59_940, 59_960, 95_000].map(formatTook)).toEqual([
      "0 ms",
      "84 ms",
      "999 ms",
      "1.0 s",
      "6.4 s",
      "59.9 s",
      "0:59",
      "1:35",
    ]);
  });
  it("say a plan in words", () => {
    expect([30_000, 60_000, 240_000, 3_600_000, 4_800_000].map(formatPlanned)).toEqual([
      "30 s",
      "1 minute",
      "4 minutes",
      "1 h",
      "1 h 20 min",
    ]);
  });
  it("say an age, and now for a moment that is not yet", () => {
    expect([-5, 999, 4_000, 119_000, 7_200_000, 86_400_000, 432_000_000].map(formatAgo)).toEqual([
      "now",
      "now",
      "4 s ago",
      "1 min ago",
      "2 h ago",
      "1 day ago",
      "5 days ago",
    ]);
  });
});

describe("moments", () => {
  const moment = "2026-03-15T00:55:12.345Z";
  it("are written in UTC unless a zone is named, on a 24-hour clock", () => {
    expect(formatClock(moment)).toBe("00:55:12");
    expect(formatClock(moment, "Europe/Athens")).toBe("02:55:12");
    expect(formatDay(moment, "America/New_York")).toBe("Sat 14 Mar");
  });
  it("always say their zone, by the letters in use that day", () => {
    expect(zoneWord(moment)).toBe("UTC");
    expect(formatMoment(moment)).toBe("15 Mar 2026, 00:55:12 UTC");
    expect(zoneWord(moment, "Europe/Athens")).not.toBe(zoneWord("2026-07-01T00:00:00Z", "Europe/Athens"));
  });
  it("fall back to UTC, and say UTC, for a zone this machine does not know", () => {
    expect(isZone("Mars/Olympus")).toBe(false);
    expect(isZone("")).toBe(false);
    expect(`${formatClock(moment, "Mars/Olympus")} ${zoneWord(moment, "Mars/Olympus")}`).toBe("00:55:12 UTC");
  });
});

describe("figures", () => {
  it("count bytes in decimal units", () => {
    expect([0, 999, 1000, 48_200, 999_499, 999_600, 12_400_000, 212e9].map(formatBytes)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "48.2 kB",
      "999 kB",
      "1.0 MB",
      "12.4 MB",
      "212 GB",
    ]);
  });
  it("agree with their noun", () => {
    expect([0, 1, 1207].map((n) => plural(n, "event"))).toEqual(["0 events", "1 event", "1,207 events"]);
    expect(plural(2, "entry", "entries")).toBe("2 entries");
  });
  it("group a fingerprint by four, whatever it came with", () => {
    expect(fingerprintGroups("0a9v-3TQH m7ce2XKD6JWP")).toEqual(["0A9V", "3TQH", "M7CE", "2XKD", "6JWP"]);
  });
});

describe("names", () => {
  it("have the initials of the first and the last word", () => {
    expect(["Dana Mercer", "  Ruth van der Almeida ", "Li", ""].map(initials)).toEqual(["DM", "RA", "L", ""]);
  });
  it("of files come after the last slash of either kind", () => {
    expect(["/srv/books/a.md", "C:\\books\\b.md", "c.md", "/srv/books/"].map(baseName)).toEqual(["a.md", "b.md", "c.md", "books"]);
  });
});
