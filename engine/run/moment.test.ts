import { expect, it } from "vitest";
import { momentIn } from "./moment.ts";

const AT = Date.UTC(2026, 10, 20, 17, 36, 1, 123);

it("reads a moment as programs print it, to the millisecond and never later than it was", () => {
  for (const line of [
    "2026-11-20T17:36:01.123Z",
    "2026-11-20 17:36:01.123456+00",
    "2026-11-20 17:36:01.1239 UTC",
    "2026-11-20T19:36:01,123+0200",
    "2026-11-20 12:36:01.123-05:00",
    "1795196161.123999",
  ])
    expect(momentIn(line), line).toBe(AT);
  expect(momentIn("1795196161")).toBe(AT - 123);
  expect(momentIn("2026-11-20T17:36Z")).toBe(Date.UTC(2026, 10, 20, 17, 36));
});

it("takes nothing for a moment that names no zone, no date or a number of another kind", () => {
  for (const line of ["", "now", "2026-11-20 17:36:01", "17:36:01Z", "42", "1795196161123", "2026-13-40T00:00:00Z", "lag 1795196161"])
    expect(momentIn(line), line).toBeNull();
});
