import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Expectation, LaunchId } from "../protocol/index.ts";
import { LaunchView, METHODS } from "../protocol/index.ts";
import { type Bench, COMMAND_LINE, FOLLOWER, openBench } from "./testing.ts";

const LIST = join(import.meta.dirname, "../../checklists/go-live-100.md");
const PASSWORD = "correct horse battery";
const GREEN = '<testsuite><testcase name="one"/></testsuite>';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.remove());

const within = ({ operator, value }: Expectation): number =>
  value + (operator.startsWith("<") ? -0.5 : operator.startsWith(">") ? 0.5 : operator === "!=" ? 1 : 0);
const base64 = (text: string) => Buffer.from(text).toString("base64");

async function sign(launch: LaunchId, kind: "category" | "decision", id: string): Promise<void> {
  const { ticket } = await bench.call("signoff.prepare", { launch, subject: { kind, id }, meaning: "approved" });
  const signed = await bench.call("signoff.add", { ticket, id: "dana" as never, password: PASSWORD });
  expect(METHODS["signoff.add"].result.parse(signed).statement).toContain("SOLO");
}

describe("a launch through the engine's one door", { timeout: 240_000 }, () => {
  it("goes from the built-in list of a hundred items to a signed go by one new user", async () => {
    const { header } = await bench.call("launch.create", { facts: { name: "v1.0" }, checklist: LIST });
    const { launch } = header;
    const { view, document } = await bench.call("launch.get", { launch });
    expect([view.items.length, document?.categories.length]).toEqual([100, 10]);
    expect(view.header.solo).toBe(true);
    const answerable = view.items.filter((one) => one.derived === null);
    for (const item of answerable.filter((one) => one.tests))
      await bench.call("item.evidence", { launch, item: item.id, kind: "tests", title: "suite", base64: base64(GREEN) });
    for (const item of answerable.filter((one) => one.evidence === "required" && !one.tests))
      await bench.call("item.evidence", { launch, item: item.id, kind: "text", title: "seen", base64: base64("seen on the screen") });
    for (const item of answerable.filter((one) => one.expect !== null))
      await bench.call("item.answer", { launch, items: [item.id], state: "done", value: within(item.expect!) });
    const rest = answerable.filter((one) => one.expect === null).map((one) => one.id);
    const answered = LaunchView.parse(await bench.call("item.answer", { launch, items: rest, state: "done", note: "walked through" }));
    expect(answered.items.filter((one) => one.state !== "done").map((one) => one.derived)).toEqual([
      "signoffs-of-other-categories",
      "decision",
    ]);
    for (const category of answered.categories) for (let n = 0; n < category.needed; n++) await sign(launch, "category", category.key);
    const proposed = await bench.call("launch.propose", { launch, outcome: "go" });
    expect(proposed.header.state).toBe("ready");
    const [decision] = proposed.decisions;
    for (let n = 0; n < decision!.needed; n++) await sign(launch, "decision", decision!.id);
    const after = LaunchView.parse((await bench.call("launch.get", { launch })).view);
    expect(after.header).toMatchObject({ state: "go", answered: 100, decision: { outcome: "go", state: "taken" } });
    expect(after.items.every((one) => one.state === "done")).toBe(true);
    expect(await bench.call("launch.list", {})).toMatchObject([{ launch, state: "go" }]);
    expect(bench.news.filter((one) => one.event === "launch.changed").length).toBeGreaterThan(0);
    expect((await bench.call("record.verify", {})).verdict).toMatch(/^VERIFIED/);
  });

  it("is read by a follower and changed by nobody without a name", async () => {
    const { header } = await bench.call("launch.create", { facts: { name: "v1.0", context: "prod-eu-1" } });
    const { launch } = header;
    expect(await bench.ask("launch.get", { launch }, FOLLOWER)).toMatchObject({ ok: true });
    const listed = async () => (await bench.call("record.logs", {})).find((log) => log.kind === "launch");
    expect((await listed())?.cluster, "in the list of records").toBe("prod-eu-1");
    await bench.call("launch.change", { launch, change: { context: null } });
    expect((await listed())?.cluster).toBeNull();
    expect(await bench.ask("launch.note", { launch, kind: "note", title: "x", text: "" }, FOLLOWER)).toMatchObject({
      error: { code: "read-only" },
    });
    expect(await bench.ask("launch.note", { launch, kind: "note", title: "x", text: "" }, COMMAND_LINE)).toMatchObject({
      error: { code: "not-signed-in" },
    });
    await bench.call("people.lock", {});
    expect(await bench.ask("launch.note", { launch, kind: "note", title: "x", text: "" })).toMatchObject({ error: { code: "locked" } });
    expect(await bench.ask("signoff.prepare", { launch, subject: { kind: "close", id: launch }, meaning: "approved" })).toMatchObject({
      error: { code: "locked" },
    });
  });

  it("keeps a pasted token out of notes, reasons and evidence", async () => {
    const token = `ghp_${"a1B2".repeat(9)}`;
    const { header } = await bench.call("launch.create", { facts: { name: "v1.0" }, checklist: LIST });
    const { launch } = header;
    await bench.call("launch.note", { launch, kind: "note", title: "x", text: `with ${token}` });
    await bench.call("item.note", { launch, item: "INF-01", text: token });
    await bench.call("item.evidence", { launch, item: "INF-01", kind: "text", title: "x", base64: base64(`export TOKEN=${token}`) });
    const { view } = await bench.call("launch.get", { launch });
    const [evidence] = view.items.find((one) => one.id === "INF-01")!.evidences;
    const { base64: kept } = await bench.call("launch.payload", { launch, seq: evidence!.seq, name: "evidence" });
    expect(Buffer.from(kept, "base64").toString()).not.toContain(token);
    expect(JSON.stringify(view)).not.toContain(token);
  });
});
