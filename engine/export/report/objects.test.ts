import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../protocol/index.ts";
import { changeLines, changesOf } from "./objects.ts";

type Given = { when: string; objects?: object[]; attempt?: number; because?: string; more?: number };
const event = (seq: number, { when, objects = [], attempt = 1, because = "", more = 0 }: Given): StoredEvent =>
  ({
    hash: "",
    line: "",
    body: {
      seq,
      type: "cluster.objects",
      subject: { run: "r", step: "s", attempt, cluster: "main" },
      data: { name: "main", when, objects, absent: [], more, because },
    },
  }) as unknown as StoredEvent;
const api = (more: object) => ({ kind: "Deployment", ns: "core", name: "api", uid: "u", generation: 1, observed: 1, ready: 1, ...more });

describe("what a step changed on its cluster", () => {
  it("is what differs between the first reading before it and the last one after it", () => {
    const { changes, comparisons } = changesOf([
      event(1, { when: "before", objects: [api({ images: ["v1"] })] }),
      event(2, { when: "after", objects: [api({ images: ["v1"], generation: 2, observed: 1 })] }),
      event(3, { when: "before", objects: [api({ images: ["v1"], generation: 2 })] }),
      event(4, { when: "after", objects: [api({ images: ["v2"], generation: 3, observed: 3 })] }),
    ]);
    expect(changes.map(({ field, before, after, from, to }) => [field, before, after, from, to])).toEqual([
      ["images", "v1", "v2", 1, 4],
      ["generation", "1", "3", 1, 4],
      ["observed", "1", "3", 1, 4],
    ]);
    expect(comparisons).toEqual([{ run: "r", step: "s", attempt: 1, cluster: "main", compared: 1, missing: "" }]);
    expect(changeLines(changes)).toEqual(["Deployment core/api: images v1 → v2, generation 1 → 3, observed 1 → 3"]);
  });

  it("is nothing where only the controller counted on, and per attempt", () => {
    const twice = [1, 2].flatMap((attempt) => [
      event(attempt * 10, { when: "before", objects: [api({ observed: 0 })], attempt }),
      event(attempt * 10 + 1, { when: "after", objects: [api({ observed: 1 })], attempt }),
    ]);
    expect(changesOf(twice)).toMatchObject({ changes: [], comparisons: [{ attempt: 1 }, { attempt: 2 }] });
  });

  it("tells what came and what went, but not where a reading was not whole", () => {
    const came = (because: string) =>
      changesOf([event(1, { when: "before", because }), event(2, { when: "after", objects: [api({ images: ["v1"] })] })]).changes;
    expect(came("")).toMatchObject([{ object: "Deployment core/api", field: "object", before: "not there", after: "v1" }]);
    expect(came("the pods of core may not be read")).toEqual([]);
    expect(changesOf([event(1, { when: "before", objects: [api({})] }), event(2, { when: "after" })]).changes).toMatchObject([
      { before: "there", after: "gone" },
    ]);
  });

  it("compares nothing where one of the two readings is missing, and takes no harm from what is not of its kind", () => {
    expect(changesOf([event(1, { when: "before", objects: [api({})] })])).toEqual({ changes: [], comparisons: [] });
    const odd = [
      event(1, { when: "before", objects: "x" as never }),
      event(2, { when: "after", objects: [{ images: 7, generation: "a" }] }),
    ];
    expect(() => changesOf(odd)).not.toThrow();
  });
});
