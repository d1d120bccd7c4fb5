import { describe, expect, it } from "vitest";
import { createAckCounter } from "./acks.ts";

describe("acknowledging what was written", () => {
  it("waits for a whole batch and then acknowledges everything written so far", () => {
    const counter = createAckCounter(5000);
    expect(counter.written(4999)).toBe(0);
    expect(counter.written(3)).toBe(5002);
    expect(counter.written(10)).toBe(0);
    expect(counter.pending).toBe(10);
  });
  it("loses and invents nothing over many writes", () => {
    const counter = createAckCounter(5000);
    let acknowledged = 0;
    let written = 0;
    for (let size = 1; size < 400; size += 7) {
      written += size;
      acknowledged += counter.written(size);
    }
    expect(acknowledged + counter.pending).toBe(written);
  });
  it("starts afresh with a new screen", () => {
    const counter = createAckCounter(5000);
    counter.written(4000);
    counter.reset();
    expect(counter.written(4000)).toBe(0);
  });
});
