import { describe, expect, it } from "vitest";
import type { WatchedObject } from "../../engine/protocol/index.ts";
import {
  countWords,
  eventWords,
  imageWords,
  rolloutWords,
  shortDetail,
  shortName,
  trafficWords,
  troubleWords,
  watchPicture,
} from "./watch-model.ts";

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
    expect(picture.front.map(({ object: one, pods }) => [one.name, pods.length])).toEqual([
      ["api-blue", 1],
      ["api-green", 1],
      ["api", 0],
    ]);
    expect(picture.loosePods.map((pod) => pod.name)).toEqual(["job-x"]);
    expect(shortName("api-blue-6f7b-2kxqd", "api-blue")).toBe("6f7b-2kxqd");
  });
  const parts = (blue: number, green: number) => [
    { to: "api-blue", percent: blue, colour: "blue" as const },
    { to: "api-green", percent: green, colour: "green" as const },
  ];
  it("shows a way in with its weights, and a service only where no way in stands for it", () => {
    const service = object("Service", "api", { split: { by: "selector", parts: [{ to: "api-blue", percent: 100, colour: "blue" }] } });
    const canary = object("Ingress", "api-canary", { split: { by: "canary weight", parts: parts(90, 10) } });
    const words = (objects: WatchedObject[]) =>
      watchPicture(objects).traffic.map((traffic) => `${traffic.source}: ${trafficWords(traffic).first}, ${trafficWords(traffic).rest}`);
    expect(words([service])).toEqual(["selector of service api: Blue 100 %, "]);
    expect(words([service, canary])).toEqual([
      "canary weight of ingress api-canary: Blue 90 %, green 10 %",
      "selector of service api: Blue 100 %, ",
    ]);
    const switched = object("Ingress", "api-canary", {
      split: { by: "canary weight", parts: parts(100, 0).map((part) => ({ ...part, colour: "green" as const })) },
    });
    expect(words([switched])).toEqual(["canary weight of ingress api-canary: Green 100 %, "]);
    const behind = object("Service", "api-blue", { split: { by: "selector", parts: parts(100, 0) } });
    expect(words([behind, canary])).toHaveLength(1);
    const shared = object("Service", "web", { split: { by: "ready replicas", parts: [{ to: "web-a", percent: 75, colour: null }] } });
    expect(words([shared])).toEqual(["ready pods behind service web, no weight is set: Web-a 75 %, "]);
    expect(watchPicture([]).traffic).toEqual([]);
  });
  it("puts in front what the step touches, both colours, and what moves; folds the rest away, and folds nothing where nothing is named", () => {
    const touched = object("Deployment", "web", { touched: true });
    const others = [
      object("Deployment", "api-blue", { colour: "blue" }),
      object("Deployment", "late", { state: "trouble" }),
      object("Deployment", "quiet"),
    ];
    const noise = object("Event", "quiet-1", { at: "2026-03-15T00:00:30.000Z" });
    const own = object("Event", "web-1", { at: "2026-03-15T00:00:10.000Z", touched: true });
    const picture = watchPicture([touched, ...others, noise, own]);
    expect(picture.front.map(({ object: one }) => one.name)).toEqual(["api-blue", "web", "late"]);
    expect(picture.others.map(({ object: one }) => one.name)).toEqual(["quiet"]);
    expect(picture.events.map(({ name }) => name)).toEqual(["web-1"]);
    expect(watchPicture([...others, noise]).others).toEqual([]);
    expect(watchPicture([...others, noise]).events).toHaveLength(1);
  });
  it("shows eight pods of a deployment, those that are not well first, and counts the rest", () => {
    const pods = Array.from({ length: 20 }, (_, index) => object("Pod", `web-a-${10 + index}`, { owner: "web" }));
    const bad = object("Pod", "web-a-99", { owner: "web", state: "trouble" });
    const [web] = watchPicture([object("Deployment", "web"), ...pods, bad]).front;
    expect(web).toMatchObject({ morePods: 13, pods: { length: 8, 0: { name: "web-a-99" } } });
  });
  it("says where a roll-out stands, and why it does not go on", () => {
    const rollout = {
      ...{ wanted: 3, updated: 1, ready: 2, available: 2, old: 2, generation: 5, observed: 5, revision: "4", images: ["r.test/t/api:v2"] },
      ...{ isStuck: false, isPaused: false, condition: null, sets: [] },
    };
    const moving = object("Deployment", "api", { state: "progress", rollout });
    expect(rolloutWords(moving)).toBe("1 of 3 updated · 2 available · 2 old");
    expect(imageWords(moving)).toBe("api:v2, revision 4");
    expect(countWords({ ...moving, ready: 4, wanted: 3 })).toBe("1 of 3 new");
    expect(countWords({ ...moving, ready: 3, wanted: 3, rollout: { ...rollout, old: 0 } })).toBe("3 of 3");
    expect(rolloutWords({ ...moving, rollout: { ...rollout, observed: 4 } })).toBe("Change 5 is not taken up yet");
    expect(rolloutWords({ ...moving, state: "ok" })).toBe("");
    expect(rolloutWords({ ...moving, state: "ok", rollout: { ...rollout, isPaused: true } })).toBe("Paused");
    const condition = { reason: "ProgressDeadlineExceeded", message: "ReplicaSet has timed out progressing." };
    expect(troubleWords({ ...moving, state: "trouble", rollout: { ...rollout, isStuck: true, condition } })).toBe(
      "Past its deadline: ReplicaSet has timed out progressing.",
    );
    expect(troubleWords(moving)).toBe("");
  });
  it("names the pod of an event whose words do not", () => {
    expect(eventWords(object("Event", "web-1", { owner: "Pod", detail: "Pulled: image is there" }))).toBe("web-1: Pulled: image is there");
    expect(eventWords(object("Event", "web", { owner: "Deployment", detail: "ScalingReplicaSet: up" }))).toBe("ScalingReplicaSet: up");
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
