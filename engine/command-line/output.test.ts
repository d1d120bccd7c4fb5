import { expect, it } from "vitest";
import { colours, duration, exitOf, safe, table } from "./output.ts";
import { parseDuration } from "./run.ts";

it("colours a terminal only, and keeps NO_COLOR and a dumb terminal plain", () => {
  expect(colours({ isTTY: true }, {})("red", "x")).toBe("\x1b[31mx\x1b[39m");
  expect(colours({ isTTY: true }, { NO_COLOR: "" })("red", "x")).toContain("\x1b[");
  for (const [stream, env] of [
    [{ isTTY: true }, { NO_COLOR: "1" }],
    [{ isTTY: true }, { TERM: "dumb" }],
    [{}, {}],
  ] as const) {
    expect(colours(stream, env)("red", "x")).toBe("x");
  }
});

it("lets no text from outside steer the terminal", () => {
  expect(safe("a\x1b]0;title\x07b\x1b[2Jc")).toBe("abc");
  expect(safe("a\rb\u202ec\x9bd")).not.toMatch(/[\r\u202e\x9b]/);
  expect(safe("Zürich 東京 👍\tx\ny")).toBe("Zürich 東京 👍\tx\ny");
});

it("lines columns up without counting colour", () => {
  expect(
    table([
      ["a", "\x1b[31mred\x1b[39m", "x"],
      ["long", "b", ""],
    ]),
  ).toEqual(["a     \x1b[31mred\x1b[39m  x", "long  b"]);
});

it("gives each refusal the exit code of the command line", () => {
  const code = (name: string) => exitOf({ code: name as never, message: "" });
  expect([code("cluster-unreachable"), code("cluster-differs"), code("cluster-invalid")]).toEqual([4, 4, 4]);
  expect([code("confirmation-needed"), code("not-trusted"), code("unsupported-step")]).toEqual([3, 3, 3]);
  expect([code("invalid-params"), code("wrong-password"), code("not-found")]).toEqual([2, 2, 2]);
});

it("reads and writes durations", () => {
  expect([parseDuration("90s"), parseDuration("1h30m"), parseDuration("500ms")]).toEqual([90_000, 5_400_000, 500]);
  for (const bad of ["", "10", "m", "1d", "-1s", "1.5h"]) expect(() => parseDuration(bad)).toThrow();
  expect([duration(950), duration(61_000), duration(null)]).toEqual(["950 ms", "1 min 01 s", ""]);
});
