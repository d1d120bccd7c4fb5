import { expect, it } from "vitest";
import { tailOf } from "./run-events.ts";

it("shows the end of the last block's output only, and nothing that steers the terminal", () => {
  const cast = [
    '{"version":3,"term":{"cols":80,"rows":24}}',
    '[0.1,"o","first block\\r\\n"]',
    '[0.1,"m","2"]',
    `[0.1,"o",${JSON.stringify(Array.from({ length: 40 }, (_, index) => `line ${index}\r\n`).join(""))}]`,
    '[0.1,"r","100x30"]',
    '[0.1,"o","\\u001b[31mred\\u001b[0m \\u001b]0;title\\u0007end\\r\\n"]',
    '[0.1,"x","1"]',
    '[0.1,"o","cut of',
  ].join("\n");
  const tail = tailOf(cast);
  expect(tail.length).toBe(15);
  expect(tail.at(-1)).toBe("red end");
  expect(tail.join()).not.toContain("first block");
  expect(tailOf("")).toEqual([]);
});
