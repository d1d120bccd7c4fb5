// Roll-outs, traffic and the record of objects, on a real API server with its controllers.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustKubectl, openTestCluster } from "../../build/control-plane/index.ts";
import type { ClusterName, WatchedObject } from "../protocol/index.ts";
import { type ClusterPin, type ClusterWatch, createPin, loadContexts, touchedBy } from "./index.ts";

const cluster = await openTestCluster();
const folder = mkdtempSync(join(tmpdir(), "hp-watch-"));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await cluster?.stop();
});

/** A hollow node is slow on a machine that does much else; it is asked, not waited for. */
async function poll<T>(ask: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  for (let tries = 0; tries < 900; tries += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await pause(100);
  }
  throw new Error(`never seen: ${what}`);
}

describe.skipIf(!cluster?.hasOurContexts)("the watch of a roll-out", () => {
  const namespace = `watch-${process.pid.toString(36)}`;
  const beside = `${namespace}-two`;
  const admin = (...args: string[]) => mustKubectl(cluster!.kubeconfig, ["--context=admin", ...args]);
  const here = (...args: string[]) => admin("-n", namespace, ...args);
  let pin: ClusterPin;
  let watch: ClusterWatch;
  let objects: WatchedObject[] = [];
  let notes: string[] = [];
  const pinTo = async (context: string): Promise<ClusterPin> => {
    const made = await createPin({
      loaded: loadContexts({ env: { PATH: process.env.PATH, KUBECONFIG: cluster!.kubeconfig }, homeDir: folder, classOf: () => null }),
      context,
      name: "main" as ClusterName,
      namespace,
      runtimeDir: join(folder, context),
    });
    if (!made.ok) throw new Error(made.error.message);
    return made.value;
  };
  const see = (kind: WatchedObject["kind"], name: string) => objects.find((one) => one.kind === kind && one.name === name);
  const touch = (text: string) => watch.touch([touchedBy([text], namespace)]);

  beforeAll(async () => {
    await admin("create", "namespace", namespace);
    await admin("create", "namespace", beside);
    pin = await pinTo("admin");
    watch = pin.watch((now, _state, words) => {
      objects = now;
      notes = words;
    });
    for (const colour of ["blue", "green"])
      await here("create", "deployment", `api-${colour}`, `--image=registry.test/api:${colour}`, "--replicas=2");
    // The label by which one service can stand before both.
    for (const colour of ["blue", "green"])
      await here(
        "patch",
        "deployment",
        `api-${colour}`,
        "--type=merge",
        "-p",
        JSON.stringify({ spec: { template: { metadata: { labels: { part: "api", colour } } } } }),
      );
    await poll(
      () => (["api-blue", "api-green"].every((name) => see("Deployment", name)?.state === "ok") ? true : undefined),
      "both colours ready",
    );
  }, 120_000);
  afterAll(async () => {
    watch?.stop();
    await pin?.dispose();
    await admin("delete", "namespace", namespace, beside, "--wait=false");
  });

  it("counts what is updated, available and old, with the replica sets of both templates, and ends observed", async () => {
    touch("kubectl set image deployment/api-green '*=registry.test/api:next'");
    const before = see("Deployment", "api-green")!.rollout!;
    await here("set", "image", "deployment/api-green", "*=registry.test/api:next");
    const under = await poll(() => {
      const rollout = see("Deployment", "api-green")?.rollout;
      // Sets of the roll-out before may still stand beside each other.
      const isNext = rollout?.sets[0]?.images.includes("registry.test/api:next") === true && rollout.generation > before.generation;
      return isNext && rollout.sets.some((set) => set.images.includes("registry.test/api:green")) && rollout.updated > 0
        ? rollout
        : undefined;
    }, "old and new side by side");
    expect(under.generation).toBeGreaterThan(before.generation);
    expect(under.sets[0]).toMatchObject({ isNew: true, images: ["registry.test/api:next"], revision: under.revision });
    expect(under.sets[1]).toMatchObject({ isNew: false, images: ["registry.test/api:green"] });
    const done = await poll(
      () => (see("Deployment", "api-green")?.state === "ok" ? see("Deployment", "api-green")! : undefined),
      "its end",
    );
    expect(done).toMatchObject({
      touched: true,
      ready: 2,
      wanted: 2,
      rollout: { updated: 2, available: 2, ready: 2, old: 0, isStuck: false },
    });
    expect(done.rollout!.observed).toBe(done.rollout!.generation);
    await poll(() => (see("Deployment", "api-green")!.rollout!.sets.length === 1 ? true : undefined), "the old set gone");
    expect(see("Deployment", "api-blue")!.touched).toBeUndefined();
    const marked = objects.filter((one) => one.touched);
    expect(marked.filter(({ kind }) => kind === "Pod").map(({ owner }) => owner)).toContain("api-green");
    expect(marked.some(({ kind, detail }) => kind === "Event" && detail.startsWith("ScalingReplicaSet"))).toBe(true);
    expect(marked.every(({ name }) => name.startsWith("api-green"))).toBe(true);
  }, 120_000);

  it("says that a roll-out is past its deadline, in the controller's words", async () => {
    await here("create", "deployment", "late", "--image=registry.test/late:1");
    const spec = { progressDeadlineSeconds: 2, minReadySeconds: 1, template: { spec: { nodeSelector: { no: "where" } } } };
    await here("patch", "deployment", "late", "-p", JSON.stringify({ spec }));
    const late = await poll(() => (see("Deployment", "late")?.rollout?.isStuck ? see("Deployment", "late")! : undefined), "the deadline");
    expect(late).toMatchObject({
      state: "trouble",
      detail: expect.stringContaining("ProgressDeadlineExceeded"),
      rollout: { condition: { reason: "ProgressDeadlineExceeded", message: expect.stringContaining("timed out") } },
    });
    await here("delete", "deployment", "late");
  }, 120_000);

  it("tells which colour a service leads to, and the share of each where one service stands before both", async () => {
    await here("create", "service", "clusterip", "api", "--tcp=80");
    await here(
      "patch",
      "service",
      "api",
      "--type=merge",
      "-p",
      JSON.stringify({ spec: { selector: { app: null, part: "api", colour: "blue" } } }),
    );
    await poll(() => (see("Service", "api")?.split?.parts[0]?.to === "api-blue" ? true : undefined), "blue live");
    expect(see("Service", "api")).toMatchObject({
      colour: "blue",
      split: { by: "selector", parts: [{ to: "api-blue", percent: 100, colour: "blue" }] },
    });
    touch("kubectl patch service api -p '{}'");
    await poll(() => (see("Deployment", "api-blue")?.touched ? true : undefined), "what the service leads to is touched with it");
    await here("patch", "service", "api", "--type=merge", "-p", JSON.stringify({ spec: { selector: { colour: "green" } } }));
    await poll(() => (see("Service", "api")?.split?.parts[0]?.to === "api-green" ? true : undefined), "green live");
    await here("patch", "service", "api", "--type=merge", "-p", JSON.stringify({ spec: { selector: { colour: null } } }));
    await here("scale", "deployment/api-blue", "--replicas=3");
    const shared = await poll(() => {
      const split = see("Service", "api")?.split;
      return split?.by === "ready replicas" && split.parts[0]?.percent === 60 ? split : undefined;
    }, "three to two");
    expect(shared.parts).toEqual([
      { to: "api-blue", percent: 60, colour: "blue" },
      { to: "api-green", percent: 40, colour: "green" },
    ]);
  }, 120_000);

  it("reads the canary's weight beside what it is taken from", async () => {
    for (const colour of ["blue", "green"]) await here("create", "service", "clusterip", `api-${colour}`, "--tcp=80");
    await here("create", "ingress", "api", "--rule=api.test/=api-blue:80");
    await here("create", "ingress", "api-canary", "--rule=api.test/=api-green:80");
    const note = "nginx.ingress.kubernetes.io/canary";
    for (const weight of [10, 25, 0]) {
      await here("annotate", "--overwrite", "ingress", "api-canary", `${note}=true`, `${note}-weight=${weight}`);
      const split = await poll(() => {
        const found = see("Ingress", "api-canary")?.split;
        return found?.parts[1]?.percent === weight ? found : undefined;
      }, `weight ${weight}`);
      expect(split).toEqual({
        by: "canary weight",
        parts: [
          { to: "api-blue", percent: 100 - weight, colour: "blue" },
          { to: "api-green", percent: weight, colour: "green" },
        ],
      });
    }
  }, 120_000);

  it("follows the namespace that a step names beside the pinned one, and only as long as it is touched", async () => {
    await admin("-n", beside, "create", "deployment", "far", "--image=registry.test/far:1", "--replicas=0");
    touch(`kubectl -n ${beside} rollout status deploy/far`);
    expect(await poll(() => see("Deployment", "far"), "the other namespace")).toMatchObject({ namespace: beside, touched: true });
    touch("kubectl rollout status deploy/api-blue");
    await poll(
      () => (see("Deployment", "far") === undefined && see("Deployment", "api-blue")?.touched ? true : undefined),
      "it gone again",
    );
    expect(notes).toEqual([]);
  }, 60_000);

  it("puts generation, images, digests and replicas on record, before and after", async () => {
    const touched = touchedBy(
      ["kubectl set image deploy/api-blue '*=registry.test/api:rc'\nkubectl get svc api\nkubectl delete deploy gone"],
      namespace,
    );
    const before = await pin.snapshot(touched);
    expect(before).toMatchObject({ absent: ["Deployment gone"], more: 0, because: "" });
    expect(before.objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["Deployment api-blue", "Service api"]);
    const [blue, service] = before.objects;
    expect(blue).toMatchObject({ ns: namespace, images: ["registry.test/api:blue"], replicas: 3, ready: 3, observed: blue!.generation });
    expect(blue!.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(blue!.digests.every((digest) => digest !== "" && !digest.includes("://"))).toBe(true);
    expect(service!.says).toContain("part=api");
    await here("set", "image", "deployment/api-blue", "*=registry.test/api:rc");
    await poll(
      () => (see("Deployment", "api-blue")?.detail.includes(":rc") && see("Deployment", "api-blue")?.state === "ok" ? true : undefined),
      "the new one",
    );
    const [after] = (await pin.snapshot(touched)).objects;
    expect(after).toMatchObject({ images: ["registry.test/api:rc"], uid: blue!.uid, updated: 3 });
    expect(after!.generation).toBe(blue!.generation! + 1);
    expect(Number(after!.resource_version)).toBeGreaterThan(Number(blue!.resource_version));
    const open = await pin.snapshot(touchedBy(["./deploy.sh"], namespace));
    expect(open.objects.map(({ name }) => name)).toEqual(["api-blue", "api-green"]);
    const labelled = await pin.snapshot(touchedBy(["kubectl rollout restart deploy -l app=api-green"], namespace));
    expect(labelled.objects.map(({ name }) => name)).toEqual(["api-green"]);
  }, 120_000);

  it("says what the permissions do not show, in the watch and in the record", async () => {
    const role = `see-${process.pid}`;
    await here("create", "role", role, "--verb=get,list", "--resource=deployments.apps");
    await here("create", "rolebinding", role, `--role=${role}`, "--user=viewer");
    const viewer = await pinTo("viewer");
    let words: string[] = [];
    let seen: WatchedObject[] = [];
    const own = viewer.watch((now, _state, what) => {
      seen = now;
      words = what;
    });
    await poll(() => (words.length === 2 ? true : undefined), "the words");
    expect(words[0]).toContain("replica sets, pods, services, ingresses, events of");
    expect(words[1]).toContain("deployments of");
    expect(words[1]).toContain("may be listed but not watched");
    expect(seen.map(({ name }) => name)).toEqual(["api-blue", "api-green"]);
    await here("scale", "deployment/api-green", "--replicas=1");
    await poll(() => (seen.find(({ name }) => name === "api-green")?.wanted === 1 ? true : undefined), "a change, asked for");
    const taken = await viewer.snapshot(touchedBy(["kubectl rollout restart deploy/api-green; kubectl patch svc api"], namespace));
    expect(taken.objects.map(({ name }) => name)).toEqual(["api-green"]);
    expect(taken.because).toContain("Service api may not be read");
    expect(taken.because).toContain("the pods of");
    own.stop();
    await viewer.dispose();
  }, 60_000);
});
