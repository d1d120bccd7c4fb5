import type { V1Deployment, V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { watchedDeployment, watchedEvent, watchedIngress, watchedPod, watchedService } from "./watched.ts";

const deployment = (replicas: number, status: object, generation = 1) =>
  watchedDeployment({
    metadata: { name: "api-green", namespace: "core", generation },
    spec: {
      replicas,
      selector: {},
      template: { metadata: { labels: { colour: "green" } }, spec: { containers: [{ name: "api", image: "api:v2" }] } },
    },
    status: { observedGeneration: 1, ...status },
  } as V1Deployment);
const whole = { replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };

describe("a deployment", () => {
  it("is fine when every replica is new and available", () => {
    expect(deployment(3, whole)).toMatchObject({ state: "ok", ready: 3, wanted: 3, colour: "green", detail: "3 of 3 updated · api:v2" });
  });
  it("rolls out while the controller has not seen the change, replicas are old, missing, or one too many", () => {
    expect(deployment(3, whole, 2).state).toBe("progress");
    expect(deployment(3, { ...whole, updatedReplicas: 1 }).state).toBe("progress");
    expect(deployment(3, { ...whole, availableReplicas: 2 }).state).toBe("progress");
    expect(deployment(3, { ...whole, replicas: 4 }).state).toBe("progress");
  });
  it("is in trouble past its deadline, with the reason, but not for a failure that an unseen change may mend", () => {
    const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out\n  progressing" }];
    expect(deployment(3, { ...whole, availableReplicas: 0, conditions })).toMatchObject({
      state: "trouble",
      detail: "ProgressDeadlineExceeded: timed out progressing",
    });
    expect(deployment(3, { conditions }, 2).state).toBe("progress");
    expect(
      deployment(3, { conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message: "exceeded quota" }] }).state,
    ).toBe("trouble");
  });
  it("is idle at no replicas", () => {
    expect(deployment(0, {}).state).toBe("idle");
  });
});

describe("a pod", () => {
  const pod = (status: object, metadata: object = {}) =>
    watchedPod({ metadata: { name: "p", ...metadata }, spec: { containers: [{ name: "a" }] }, status } as V1Pod);
  const running = { phase: "Running", containerStatuses: [{ ready: true, restartCount: 0, state: { running: {} } }] };

  it("is fine when it runs and is ready, and under way before that", () => {
    expect(pod(running)).toMatchObject({ state: "ok", ready: 1, wanted: 1, detail: "Running" });
    expect(pod({ phase: "Running", containerStatuses: [{ ready: false, restartCount: 0, state: {} }] }).state).toBe("progress");
    expect(
      pod({ phase: "Pending", containerStatuses: [{ ready: false, restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } }] })
        .state,
    ).toBe("progress");
    expect(pod(running, { deletionTimestamp: new Date() })).toMatchObject({ state: "progress", detail: "Terminating" });
  });
  it("is in trouble when its image cannot be had, it crashes, or no node takes it", () => {
    expect(
      pod({ phase: "Pending", containerStatuses: [{ ready: false, restartCount: 0, state: { waiting: { reason: "ImagePullBackOff" } } }] }),
    ).toMatchObject({ state: "trouble", detail: "ImagePullBackOff" });
    expect(
      pod({ phase: "Running", containerStatuses: [{ ready: false, restartCount: 4, state: { waiting: { reason: "CrashLoopBackOff" } } }] })
        .detail,
    ).toBe("CrashLoopBackOff · 4 restarts");
    expect(
      pod({ phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }] }),
    ).toMatchObject({ state: "trouble", detail: "Unschedulable: 0/1 nodes" });
    expect(pod({ phase: "Failed" }).state).toBe("trouble");
    expect(pod({ phase: "Succeeded" }).state).toBe("idle");
  });
  it("belongs to its deployment, not to the replica set between", () => {
    const owned = (name: string, kind = "ReplicaSet") =>
      pod(running, { labels: { "pod-template-hash": "5f6c" }, ownerReferences: [{ controller: true, kind, name }] }).owner;
    expect([owned("api-blue-5f6c"), owned("bare-set"), owned("job-1", "Job"), pod(running).owner]).toEqual([
      "api-blue",
      "bare-set",
      "job-1",
      null,
    ]);
  });
});

describe("services, ingresses and events", () => {
  it("show the colour that a service selects, and the weight of a canary", () => {
    expect(watchedService({ metadata: { name: "api" }, spec: { selector: { app: "api", colour: "blue" } } })).toMatchObject({
      colour: "blue",
      detail: "→ app=api, colour=blue",
      state: "ok",
    });
    const ingress = (annotations: Record<string, string>) =>
      watchedIngress({
        metadata: { name: "api-canary", annotations },
        spec: { rules: [{ host: "a.test", http: { paths: [{ pathType: "Prefix", backend: { service: { name: "api" } } }] } }] },
      });
    const canary = "nginx.ingress.kubernetes.io/canary";
    expect(ingress({ [canary]: "true", [`${canary}-weight`]: "10" })).toMatchObject({ weight: 10, state: "ok", detail: "a.test → api" });
    expect(ingress({ [`${canary}-weight`]: "0" })).toMatchObject({ weight: 0, state: "idle" });
    expect(ingress({ [`${canary}-weight`]: "ten" }).weight).toBeNull();
    expect(ingress({}).weight).toBeNull();
  });
  it("name the object an event is about, and take a warning as trouble", () => {
    const event = {
      metadata: { name: "e.1" },
      involvedObject: { kind: "Pod", name: "p-1" },
      reason: "FailedScheduling",
      message: "x".repeat(900),
      type: "Warning",
      count: 3,
      lastTimestamp: new Date("2026-01-01T00:00:00Z"),
    };
    const shown = watchedEvent(event);
    expect(shown).toMatchObject({ kind: "Event", name: "p-1", owner: "Pod", state: "trouble", at: "2026-01-01T00:00:00.000Z" });
    expect(shown.detail.length).toBe(300);
    expect(watchedEvent({ ...event, type: "Normal" }).state).toBe("ok");
  });
});
