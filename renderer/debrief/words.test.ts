import { describe, expect, it } from "vitest";
import type { Debrief, DebriefFault } from "../../engine/protocol/index.ts";
import { earlierWords, resultWords, standOf } from "./words.ts";

const figures = { planned: 3, injected: 2, noticed: 2, handled: 2, hinted: 0, medianNoticeMs: 114_000, slowestNoticeMs: 240_000 };
const words = (more: Partial<Debrief["figures"]>) => resultWords({ figures: { ...figures, ...more } } as Debrief);

describe("what the debrief says", () => {
  it("puts first what was not noticed", () => {
    expect(words({ noticed: 1, handled: 1, slowestNoticeMs: 114_000 })).toEqual({
      state: "failed",
      title: "1 of 2 not noticed",
      detail: "1 of 2 dealt with. It took 1:54 to notice. 1 fault did not come.",
    });
    expect(words({})).toMatchObject({ state: "passed", title: "All 2 noticed" });
    expect(words({ handled: 1 })).toMatchObject({ state: "nearmiss" });
    expect(words({ injected: 0, noticed: 0 }).title).toBe("No fault came");
  });

  it("calls a fault by the worst that is true of it", () => {
    const fault = (more: object) => standOf({ state: "met", noticed: null, handled: null, ...more } as DebriefFault).word;
    expect(fault({})).toBe("Not noticed");
    expect(fault({ handled: {} })).toBe("Not noticed");
    expect(fault({ noticed: {} })).toBe("Noticed, not dealt with");
    expect(fault({ noticed: {}, handled: {} })).toBe("Noticed and dealt with");
    expect(fault({ state: "never" })).toBe("Did not come");
    expect(fault({ state: "left-out" })).toBe("Left out");
  });

  it("compares with earlier rehearsals, oldest first", () => {
    const at = { run: "run-1" as never, at: "2026-01-01T00:00:00.000Z" };
    expect(
      earlierWords([
        { ...at, number: 3, noticedAfterMs: null },
        { ...at, number: 2, noticedAfterMs: 271_000 },
      ]),
    ).toBe("Rehearsal 2 took 4:31, rehearsal 3 did not notice it.");
    expect(earlierWords([])).toBe("");
  });
});
