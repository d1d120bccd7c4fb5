// Values of a run: who set what, changed between steps only, with a reason; secrets by name alone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Bench, filesBelow, openBench, runbookOf } from "./testing.ts";

const FRONT = `params:
  - {name: RELEASE, type: string, pattern: 'v\\d+', required: true, about: image tag}
  - {name: WEIGHT, type: int, default: 10, min: 1, max: 100}
  - {name: TOKEN, type: secret}
`;
const TEXT = runbookOf(
  { first: 'echo "r=$RELEASE w=$WEIGHT t=$TOKEN n=<name>"', hold: "cat", last: 'echo "r=$RELEASE w=$WEIGHT t=$TOKEN n=<name>"' },
  FRONT,
);
const start = (bench: Bench) =>
  bench.start(TEXT, { params: { RELEASE: "v1", TOKEN: "first-secret-value" }, placeholders: { name: "alpha" } });

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.remove());

describe("values of a run", () => {
  test("each stands with who set it and how, and a secret without its value", async () => {
    const run = await start(bench);
    const values = await bench.call("run.values", { run: run.run });
    const release = values.find((one) => one.name === "RELEASE");
    expect(release).toMatchObject({ kind: "parameter", value: "v1", about: "image tag", fixed: "" });
    expect(release?.history).toMatchObject([{ by: "Dana Mercer", how: "start", value: "v1" }]);
    expect(values.find((one) => one.name === "WEIGHT")).toMatchObject({ value: "10", rule: "a whole number, at least 1, at most 100" });
    expect(values.find((one) => one.name === "name")).toMatchObject({ kind: "placeholder", value: "alpha" });
    expect(values.find((one) => one.name === "TOKEN")).toMatchObject({
      kind: "secret",
      value: null,
      history: [{ how: "start", value: null }],
    });
  });

  test("a changed one is what the next step gets, and the change stands on record with its reason", async () => {
    const run = await start(bench);
    expect((await run.runStep("first")).blocks[0]?.resolved).toContain("n=alpha");
    await bench.call("run.value", { run: run.run, name: "RELEASE", value: "v2", reason: "v1 was withdrawn" });
    await bench.call("run.value", { run: run.run, name: "name", value: "beta", reason: "the other pool" });
    await bench.call("run.value", { run: run.run, name: "TOKEN", value: "second-secret-value", reason: "it was rotated" });
    await bench.call("run.skip", { run: run.run, step: "hold" as never, reason: "not now" });
    const last = await run.runStep("last");
    expect(last.verdict).toBe("passed");
    expect(last.blocks[0]?.resolved).toContain("n=beta");
    const changes = await run.events("value.changed");
    expect(changes.map(({ body }) => [body.data["name"], body.data["value"] ?? null, body.reason])).toEqual([
      ["RELEASE", "v2", "v1 was withdrawn"],
      ["name", "beta", "the other pool"],
      ["TOKEN", null, "it was rotated"],
    ]);
    const recording = last.recording ?? "";
    const cast = [...filesBelow(`${bench.home}/recordings`)].find((file) => file.path.endsWith(recording))?.bytes.toString() ?? "";
    expect(cast).toContain("r=v2");
    for (const file of filesBelow(bench.home)) {
      expect(file.bytes.includes("second-secret-value"), file.path).toBe(false);
      expect(file.bytes.includes("first-secret-value"), file.path).toBe(false);
    }
    const values = await bench.call("run.values", { run: run.run });
    expect(values.find((one) => one.name === "RELEASE")?.history.map((fact) => [fact.how, fact.value])).toEqual([
      ["start", "v1"],
      ["changed", "v2"],
    ]);
  });

  test("none is changed while a step runs, or against its rule, or without a reason, or by a follower", async () => {
    const run = await start(bench);
    const change = (value: string, name = "RELEASE", reason = "why") => bench.ask("run.value", { run: run.run, name, value, reason });
    expect(await change("latest")).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await change("101", "WEIGHT")).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await change("a; rm -rf /", "name")).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await change("x", "NOBODY")).toMatchObject({ ok: false, error: { code: "not-found" } });
    expect(await change("v1")).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await change("v2", "RELEASE", " ")).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    expect(await change("first-secret-value", "name")).toMatchObject({ ok: false, error: { code: "invalid-params" } });
    await run.runStep("first");
    await bench.call("run.step", { run: run.run, step: "hold" as never });
    expect(await change("v2")).toMatchObject({ ok: false, error: { code: "busy" } });
    await bench.call("run.cancel", { run: run.run });
    await run.idle();
    expect(await change("v2")).toMatchObject({ ok: true });
    expect((await run.events("value.changed")).length).toBe(1);
  });

  test("a value that changes takes a signature out of force that released what comes after it", async () => {
    const { signaturesAhead } = await import("../run/hold-points.ts");
    const signature = { kind: "holdpoint", meaning: "approved", isStale: false, about: "last" };
    const state = { signatures: [signature], positions: new Map([["last", 0]]), steps: [{ status: "todo" }] };
    expect(signaturesAhead(state as never)).toEqual([signature]);
    expect(signaturesAhead({ ...state, steps: [{ status: "done" }] } as never)).toEqual([]);
  });
});
