import { describe, expect, it } from "vitest";
import { prepare, search } from "./search.ts";

const entries = [
  { title: "Roll out green", number: "2.2", detail: "running" },
  { title: "Smoke tests on green", number: "2.3", detail: "next" },
  { title: "Blue-green cut-over", detail: "17 steps, needs a cluster" },
  { title: "prod-eu-1", detail: "production, namespace core" },
  { title: "Hold", detail: "the run stands until it is resumed" },
];
const text = (pieces: { text: string }[]) => pieces.map((one) => one.text).join("");
const marked = (pieces: { text: string; isHit: boolean }[]) => pieces.filter((one) => one.isHit).map((one) => one.text);

describe("the palette's search", () => {
  const index = prepare(entries);
  it("finds every entry that has the word, and marks the word", () => {
    const { hits, total } = search(index, "green");
    expect(hits.map((hit) => hit.entry.title).sort()).toEqual(["Blue-green cut-over", "Roll out green", "Smoke tests on green"]);
    expect(total).toBe(3);
    expect(hits.every((hit) => marked(hit.title).join("") === "green")).toBe(true);
  });
  it("keeps the shown text whole, hits or not", () => {
    const { hits } = search(index, "smoke");
    expect(text(hits[0]!.title)).toBe("2.3 Smoke tests on green");
    expect(text(hits[0]!.detail)).toBe("next");
  });
  it("finds a step by its number", () => {
    expect(search(index, "2.3").hits[0]?.entry.title).toBe("Smoke tests on green");
  });
  it("finds by the words of the detail too, and marks them there", () => {
    const { hits } = search(index, "production");
    expect(hits[0]?.entry.title).toBe("prod-eu-1");
    expect(marked(hits[0]!.detail)).toEqual(["production"]);
    expect(marked(hits[0]!.title)).toEqual([]);
  });
  it("puts a title that begins with the query before one that only contains it", () => {
    const two = prepare([{ title: "Withhold the release" }, { title: "Hold" }]);
    expect(search(two, "hold").hits[0]?.entry.title).toBe("Hold");
  });
  it("finds two words that stand in any order", () => {
    expect(search(index, "green roll").hits[0]?.entry.title).toBe("Roll out green");
  });
  it("finds nothing for letters that are nowhere", () => {
    expect(search(index, "zzqx")).toEqual({ hits: [], total: 0 });
  });
  it("gives the entries as they stand for an empty query, and counts beyond the limit", () => {
    const { hits, total } = search(index, "  ", 2);
    expect(hits.map((hit) => hit.entry.title)).toEqual(["Roll out green", "Smoke tests on green"]);
    expect(total).toBe(5);
  });
});
