import { describe, expect, it } from "vitest";
import type { WatchedObject } from "../../engine/protocol/index.ts";
import { shortDetail, shortName, watchPicture } from "./watch-model.ts";

const object = (kind: WatchedObject["kind"], name: string, extra: Partial<WatchedObject> = {}): WatchedObject => ({
  kind,
  name,
  namespace: "core",
  detail: "",
  ready: null,
  wanted: null,
  state: "ok",
  owner: null,
  colour: null,
  weight: null,
  at: null,
  ...extra,
});

describe("the cluster watch", () => {
  it("puts pods under their deployment, by name or by replica set, the longest name first", () => {
    const picture = watchPicture([
      object("Pod", "api-green-9c4d-xn2gv", { owner: "api-green-9c4d" }),
      object("Deployment", "api-green", { colour: "green" }),
      object("Deployment", "api", {}),
      object("Deployment", "api-blue", { colour: "blue" }),
      object("Pod", "job-x", { owner: "job" }),
      object("Pod", "api-blue-6f7b-2kxqd", { owner: "api-blue" }),
    ]);
    expect(picture.deployments.map(({ object: one, pods }) => [one.name, pods.length])).toEqual([
      ["api-blue", 1],
      ["api-green", 1],
      ["api", 0],
    ]);
    expect(picture.loosePods.map((pod) => pod.name)).toEqual(["job-x"]);
    expect(shortName("api-blue-6f7b-2kxqd", "api-blue")).toBe("6f7b-2kxqd");
  });
  it("reads the split from the canary's weight, and from the selector where there is none", () => {
    const service = object("Service", "api", { colour: "blue" });
    const canary = (weight: number) => object("Ingress", "api-canary", { colour: "green", weight });
    expect(watchPicture([service]).traffic).toMatchObject({ blue: 100, green: 0, source: "selector of api" });
    expect(watchPicture([service, canary(10)]).traffic).toMatchObject({ blue: 90, green: 10 });
    expect(watchPicture([object("Service", "api", { colour: "green" }), canary(0)]).traffic).toMatchObject({ blue: 0, green: 100 });
    expect(watchPicture([]).traffic).toBeNull();
  });
  it("shows the newest events first, and not all of them", () => {
    const events = Array.from({ length: 12 }, (_, index) => object("Event", `e${index}`, { at: `2026-03-15T00:00:${10 + index}.000Z` }));
    expect(
      watchPicture(events)
        .events.map((event) => event.name)
        .slice(0, 2),
    ).toEqual(["e11", "e10"]);
    expect(watchPicture(events).events).toHaveLength(8);
  });
  it("shows the image without its registry, and the update only while it is under way", () => {
    expect(shortDetail("3 of 3 updated · registry.test/api:v1.41.0")).toBe("api:v1.41.0");
    expect(shortDetail("1 of 3 updated · registry.test/team/api:v1")).toBe("1 of 3 updated · api:v1");
    expect(shortDetail("")).toBe("");
  });
});
