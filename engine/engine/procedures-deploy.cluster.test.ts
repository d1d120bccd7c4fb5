// The procedures of deployment, from the first to the last step, on the test cluster, a real PostgreSQL and a pipeline that answers as GitHub does.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPipeline } from "../../build/services/index.ts";
import { goBack, openGround, openWorld, releasesAlone, type Walked, type World, walk } from "./testing-procedures.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const contexts = { main: "primary" };
const WEIGHT = "jsonpath={.metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight}";
const IMAGE = "jsonpath={.spec.template.spec.containers[0].image}";
const RELEASE = { IMAGE: "registry.test/api:v1.0-rc1", REPLICAS: "1" };

describe.skipIf(!cluster)("procedures of deployment", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "");
  });
  afterAll(() => world?.close());
  const kubectl = (...args: string[]) => world.spaces.kubectl("primary", args);
  const weight = () => kubectl("get", "ingress", "api-canary", "-o", WEIGHT);
  const selected = () => kubectl("get", "service", "api", "-o", "jsonpath={.spec.selector.colour}");
  const seen: string[] = [];
  const look = (what: () => Promise<string>) => async () => void seen.push(await what());

  it("switches from blue to green in under a minute, measured, and back again", async () => {
    seen.length = 0;
    const { view, printed } = await walk(world.bench, {
      file: "blue-green-switch.md",
      contexts,
      params: { ...world.prometheus, ...RELEASE },
      before: { switch: look(selected), after: look(selected) },
      waysBack: ["turn-back"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["blue", "green"]);
    expect(await printed("switch")).toMatch(/^seconds: \d+\s*$/m);
    expect(await selected()).toBe("blue");
    expect(await kubectl("get", "deployment", "api-green", "-o", IMAGE)).toBe(RELEASE.IMAGE);
  });

  it("gives the canary a tenth and then all, and takes it away again", async () => {
    seen.length = 0;
    const { view } = await walk(world.bench, {
      file: "canary-rollout.md",
      contexts,
      params: { ...world.prometheus, ...RELEASE },
      before: { "weight-10": look(weight), "weight-100": look(weight), watch: look(weight) },
      waysBack: ["weight-0"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["0", "10", "100"]);
    expect(await weight()).toBe("0");
  });

  it("climbs the ladder of 5, 25, 50 and 100, and holds all six objectives on each rung", async () => {
    seen.length = 0;
    const { view, printed } = await walk(world.bench, {
      file: "deploy/canary-ladder.md",
      contexts,
      params: { ...world.prometheus, ...RELEASE },
      before: { "weight-25": look(weight), "weight-50": look(weight), "weight-100": look(weight), watch: look(weight) },
      waysBack: ["weight-0"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["5", "25", "50", "100"]);
    expect(await printed("weight-100")).toMatch(/p50 126 ms, p95 318 ms, p99 912 ms, errors 0\.15 %, cache 91 %, drift 0\.1 %/);
  });

  it("does not climb on where the cache answers only 80 %, and has the weight back", async () => {
    world.metrics.set("api:cache_hits:percent_rate5m:canary", 80);
    try {
      const { own, view } = await walk(world.bench, {
        file: "deploy/canary-ladder.md",
        contexts,
        params: { ...world.prometheus, ...RELEASE },
        stopsAt: "way-back",
      });
      expect(view.header).toMatchObject({ status: "held", nextAction: { step: "weight-5" } });
      expect(await weight()).toBe("5");
      expect((await goBack(world.bench, own, "weight-0")).verdict).toBe("passed");
      expect(await weight()).toBe("0");
    } finally {
      world.metrics.set("api:cache_hits:percent_rate5m:canary", 91);
    }
  });

  it("takes three steps of 10, 50 and 100 under the criteria of the soak", async () => {
    seen.length = 0;
    const { view, printed } = await walk(world.bench, {
      file: "deploy/canary-three-steps.md",
      contexts,
      params: { ...world.prometheus, ...RELEASE },
      before: { "weight-50": look(weight), "weight-100": look(weight), watch: look(weight) },
      waysBack: ["weight-0"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["10", "50", "100"]);
    expect(await printed("weight-100")).toContain("delta 53 ms");
  });

  it("calls 1968 ms beside a limit of 1500 failed, and too few requests no measurement", async () => {
    const params = { ...world.prometheus, ...RELEASE };
    const three = (stopsAt: "way-back" | "gate") => walk(world.bench, { file: "deploy/canary-three-steps.md", contexts, params, stopsAt });
    const end = async ({ own }: Walked) => {
      await world.bench.call("run.abort", { run: own.run, reason: "seen" });
      await kubectl("annotate", "ingress", "api-canary", "nginx.ingress.kubernetes.io/canary-weight=0", "--overwrite");
    };
    try {
      world.metrics.set("api:request_duration_ms:p95_rate5m:canary", 1968);
      const slow = await three("way-back");
      expect(slow.steps.get("weight-10")).toMatchObject({ verdict: "failed" });
      await end(slow);
      world.metrics.set("api:request_duration_ms:p95_rate5m:canary", 318);
      world.metrics.set("api:requests:increase5m:canary", 99);
      const few = await three("gate");
      expect(few.view.header.status).toBe("held");
      expect(few.steps.get("weight-10")?.verdict).toBeNull();
      await end(few);
    } finally {
      world.metrics.set("api:request_duration_ms:p95_rate5m:canary", 318);
      world.metrics.set("api:requests:increase5m:canary", 4200.4);
    }
  });

  it("gives the features to a quarter, half and all users, and sets the share as it was", async () => {
    seen.length = 0;
    const share = () => world.setting("flags", "ROLLOUT_PERCENT");
    const { view } = await walk(world.bench, {
      file: "deploy/flag-roll-out.md",
      contexts,
      params: world.prometheus,
      before: { "share-50": look(share), "share-100": look(share), "share-before": look(share) },
      waysBack: ["share-before"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["25", "50", "100"]);
    expect(await share()).toBe("0");
    expect(await world.setting("flags", "JOBS")).toBe("1");
  });

  it("changes the password over to the idle role, and back, with no password on screen or in the record", async () => {
    const { postgres } = world;
    await postgres.sql("create role app_a login password 'first-password'; create role app_b nologin", "app");
    await kubectl("create", "secret", "generic", "api-database", "--from-literal=PGUSER=app_a", "--from-literal=PGPASSWORD=first-password");
    const user = async () =>
      Buffer.from(await kubectl("get", "secret", "api-database", "-o", "jsonpath={.data.PGUSER}"), "base64").toString();
    const password = async () =>
      Buffer.from(await kubectl("get", "secret", "api-database", "-o", "jsonpath={.data.PGPASSWORD}"), "base64").toString();
    let made = "";
    let canLogIn = "";
    const { view, printed } = await walk(world.bench, {
      file: "deploy/secret-rotation.md",
      contexts,
      params: { ...world.database, ...world.prometheus },
      mayLeaveOut: ["worthless"],
      before: {
        restart: look(user),
        note: async () => {
          made = await password();
          canLogIn = await postgres.sql("select string_agg(rolname, ' ') from pg_roles where rolcanlogin and rolname like 'app\\_%'");
        },
      },
      waysBack: ["old-pair"],
    });
    expect(view.header.result).toBe("passed");
    expect([seen.at(-1), canLogIn, made.length]).toEqual(["app_b", "app_b", 40]);
    expect((await Promise.all(["set", "opens", "lock"].map(printed))).join("")).not.toContain(made);
    expect([await user(), await password()]).toEqual(["app_a", "first-password"]);
    expect(await postgres.sql("select rolcanlogin from pg_roles where rolname = 'app_a'")).toBe("t");
  });

  it("makes the old password worthless where it has leaked, past a signed point of no return", async () => {
    const { postgres } = world;
    const stored = () => postgres.sql("select rolpassword from pg_authid where rolname = 'app_a'", "app");
    const leaked = await stored();
    const { view, steps } = await walk(world.bench, {
      file: "deploy/secret-rotation.md",
      contexts,
      params: { ...world.database, ...world.prometheus, LEAKED: "yes" },
      mayLeaveOut: ["old-pair"],
      sign: releasesAlone(world.bench),
    });
    expect([view.header.result, steps.get("worthless")?.verdict]).toEqual(["passed", "passed"]);
    expect(view.header.pointOfNoReturn).toMatchObject({ step: "worthless" });
    expect(await stored()).not.toBe(leaked);
    expect(await postgres.sql("select rolcanlogin from pg_roles where rolname = 'app_a'")).toBe("f");
    await expect(kubectl("get", "secret", "api-database-before")).rejects.toThrow(/not found/);
  });

  it("freezes the pipeline, waits for what is under way, and thaws it; the freeze is open until then", async () => {
    const pipeline = await startPipeline();
    try {
      pipeline.underWay = 2;
      seen.length = 0;
      const { view } = await walk(world.bench, {
        file: "deploy/pipeline-freeze.md",
        params: { CI: pipeline.url, REPOSITORY: pipeline.repository, WORKFLOW: pipeline.workflow, CI_TOKEN: pipeline.token },
        before: { work: look(async () => `${pipeline.state}, ${pipeline.underWay} under way`) },
        waysBack: ["thaw-now"],
      });
      expect(view.header.result).toBe("passed");
      expect(seen).toEqual(["disabled_manually, 0 under way"]);
      expect(pipeline.state).toBe("active");
      expect(view.header.loops).toMatchObject([{ name: "pipeline-freeze", closedAt: expect.any(String) }]);
    } finally {
      await pipeline.stop();
    }
  });
});
