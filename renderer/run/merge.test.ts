import { describe, expect, it } from "vitest";
import { RunId } from "../../engine/protocol/index.ts";
import { exampleDocument, exampleHeader, exampleState, exampleStep } from "./example.ts";
import { mergeChange, mergeHeader, pictureFrom } from "./merge.ts";

const steps = [exampleStep("a", "1", "A"), exampleStep("b", "2", "B")];
const document = exampleDocument(steps);
const snapshot = (events: number) => ({
  document,
  view: { header: exampleHeader({ events }), steps: steps.map((step) => exampleState(step)), values: {} },
});
const change = (seq: number, events: number, status: "todo" | "running" | "done" = "running") => ({
  header: exampleHeader({ events }),
  steps: [exampleState(steps[0]!, { status })],
  seq,
});

describe("merging a run's changes", () => {
  it("replaces the steps that changed and keeps the others as the same objects", () => {
    const { picture } = pictureFrom(snapshot(10), []);
    const merged = mergeChange(picture, change(5, 11));
    expect(merged.isStale).toBe(false);
    expect(merged.picture.view.steps[0]!.status).toBe("running");
    expect(merged.picture.view.steps[1]).toBe(picture.view.steps[1]);
    expect(merged.picture.view.header.events).toBe(11);
  });
  it("asks for a new snapshot when the sequence jumps, and shows the newer change meanwhile", () => {
    let { picture } = pictureFrom(snapshot(10), []);
    picture = mergeChange(picture, change(5, 11)).picture;
    const merged = mergeChange(picture, change(7, 13, "done"));
    expect(merged.isStale).toBe(true);
    expect(merged.picture.view.steps[0]!.status).toBe("done");
  });
  it("asks for a new snapshot when the sequence starts again, as after a restart of the engine", () => {
    let { picture } = pictureFrom(snapshot(10), []);
    picture = mergeChange(picture, change(50, 11)).picture;
    expect(mergeChange(picture, change(1, 12)).isStale).toBe(true);
  });
  it("asks for a new snapshot when the run was amended: the text is in the snapshot alone", () => {
    let { picture } = pictureFrom(snapshot(10), []);
    picture = mergeChange(picture, change(5, 11)).picture;
    const amended = { ...change(6, 12), header: exampleHeader({ events: 12, planSha256: "f".repeat(64) }) };
    expect(mergeChange(picture, amended).isStale).toBe(true);
  });
  it("ignores the same change delivered twice", () => {
    let { picture } = pictureFrom(snapshot(10), []);
    picture = mergeChange(picture, change(5, 11)).picture;
    const again = mergeChange(picture, change(5, 11, "done"));
    expect(again.picture).toBe(picture);
    expect(again.isStale).toBe(false);
  });
  it("drops changes that were sent before the snapshot was taken and applies those after it", () => {
    const { picture, isStale } = pictureFrom(snapshot(10), [change(3, 9, "done"), change(4, 10), change(5, 12, "done")]);
    expect(isStale).toBe(false);
    expect(picture.view.steps[0]!.status).toBe("done");
    expect(picture.view.header.events).toBe(12);
    expect(picture.seq).toBe(5);
  });
  it("never mixes two runs", () => {
    const { picture } = pictureFrom(snapshot(10), []);
    const other = { ...change(5, 99), header: exampleHeader({ events: 99, run: RunId.parse("run-01BX5ZZKBKACTAV9WEVGEMMVRZ") }) };
    expect(mergeChange(picture, other).picture).toBe(picture);
    expect(mergeHeader(picture, other.header)).toBe(picture);
  });
  it("does not turn the header back when a command's answer comes after a newer change", () => {
    let { picture } = pictureFrom(snapshot(10), []);
    picture = mergeChange(picture, change(5, 14)).picture;
    expect(mergeHeader(picture, exampleHeader({ events: 12 })).view.header.events).toBe(14);
    expect(mergeHeader(picture, exampleHeader({ events: 15 })).view.header.events).toBe(15);
  });
});
