// Production's guards at the start of a run: the review of its text, and the decision of the launch it is part of.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type FakeApi, KUBE_SYSTEM, namespaceWith, openFakeApi, REVIEW_V1 } from "../cluster/fake-api.ts";
import { madeTeam } from "../launch/testing.ts";
import { as, copyOf, passwordOf } from "../people/testing.ts";
import type { LaunchId, OperatorId, ParamsOf, SignSubject } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { type Bench, COMMAND_LINE, openBench, runBench, runbookOf } from "./testing.ts";

const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });
const TEXT = runbookOf({ a: "echo a" }, "owner: ana\nversion: 3\n", true);

let home: string;
let bench: Bench;
let apis: FakeApi[];
let path: string;
beforeAll(async () => {
  home = await madeTeam();
  apis = await Promise.all([openFakeApi(), openFakeApi()]);
  for (const [index, api] of apis.entries())
    api.plan({
      [KUBE_SYSTEM]: namespaceWith(`uid-${index}`),
      [REVIEW_V1]: { status: 201, body: { status: { userInfo: { username: "jane", groups: [] } } } },
    });
  const copy = copyOf(home);
  const kubeconfig = join(copy, "kubeconfig");
  const [prod, sandbox] = apis.map(({ url }) => url);
  writeFileSync(
    kubeconfig,
    `clusters: [{name: c, cluster: {server: "${prod}"}}, {name: d, cluster: {server: "${sandbox}"}}]
users: [{name: jane, user: {token: s3cret-token-of-jane}}]
contexts: [{name: prod-eu-1, context: {cluster: c, user: jane}}, {name: play, context: {cluster: d, user: jane}}]
`,
  );
  bench = await openBench({ home: copy, operator: false, kubeconfig });
  for (const id of ["jon", "mira"]) await bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
  await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
  await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
  await bench.call("cluster.classify", { context: "prod-eu-1", class: "production" }, at("jon"));
  await bench.call("cluster.classify", { context: "play", class: "sandbox" }, at("jon"));
  path = bench.write("cut-over.md", TEXT);
  await bench.call("library.rescan", {}, at("jon"));
}, 120_000);
afterAll(async () => {
  await bench.remove();
  for (const api of apis) await api.close();
  rmSync(home, { recursive: true, force: true });
});

const onProduction = { main: "prod-eu-1" } as ParamsOf<"run.start">["contexts"];
const ask = (more: Partial<ParamsOf<"run.start">>, caller = at("jon")) =>
  bench.ask(
    "run.start",
    { path, mode: "live", contexts: onProduction, params: {}, placeholders: {}, typedCluster: "prod-eu-1", ...more },
    caller,
  );
const codesIn = (answer: Awaited<ReturnType<typeof ask>>): string[] =>
  answer.ok
    ? []
    : ((answer.error.details ?? {}) as { findings: { code: string; severity: string }[] }).findings
        .filter((one) => one.severity === "blocker")
        .map((one) => one.code);
async function sign(id: string, subject: SignSubject, meaning: "reviewed" | "approved", launch?: LaunchId) {
  const where = launch === undefined ? {} : { launch };
  const { ticket } = await bench.call("signoff.prepare", { ...where, subject, meaning }, at("mira"));
  return bench.ask("signoff.add", { ticket, id: id as OperatorId, password: passwordOf(id) }, at("mira"));
}
const end = async (answer: Awaited<ReturnType<typeof ask>>) => {
  if (!answer.ok) throw new Error(answer.error.message);
  const { run, log } = answer.value.header;
  await bench.call("run.abort", { run, reason: "seen" }, at("jon"));
  const rows = await bench.call("record.events", { log, filter: { type: "run.started" }, offset: 0, limit: 10 }, at("jon"));
  return (await bench.call("record.event", { log, seq: rows.rows.at(-1)!.seq }, at("jon"))).body;
};

it("asks for the signature of a non-author over exactly this text, or for a person's reason", { timeout: 60_000 }, async () => {
  const refused = await ask({});
  expect(refused).toMatchObject({ ok: false, error: { code: "not-ready" } });
  expect(codesIn(refused)).toEqual(["not-signed"]);
  // An account of the operating system is nobody who could answer for it.
  expect(await ask({ overrideReason: "no time" }, COMMAND_LINE)).toMatchObject({ ok: false, error: { code: "not-signed-in" } });
  const { reason, data } = await end(await ask({ overrideReason: "ana is ill" }));
  expect([reason, data.deviations]).toMatchObject(["ana is ill", [{ code: "not-signed", subject: "review" }]]);

  const { document } = await bench.call("document.open", { path }, at("jon"));
  const subject: SignSubject = { kind: "review", id: document.sha256 };
  expect(await sign("ana", subject, "reviewed")).toMatchObject({ ok: false, error: { code: "forbidden" } });
  const signed = await sign("mira", subject, "reviewed");
  expect(signed).toMatchObject({ ok: true, value: { name: "Mira", meaning: "reviewed", subject } });
  if (signed.ok) expect(signed.value.statement).toContain("I have reviewed “Test” version 3 for production");
  expect((await end(await ask({}))).data.deviations).toEqual([]);
  expect(await bench.call("record.verify", {}, at("jon"))).toMatchObject({ problems: [] });

  bench.write("cut-over.md", `${TEXT}\nOne word more.\n`);
  expect(codesIn(await ask({}))).toEqual(["not-signed"]);
  bench.write("cut-over.md", TEXT);
});

it("runs nothing of a launch on production before its go, whatever the reason, but through broken glass", { timeout: 60_000 }, async () => {
  const { header } = await bench.call("launch.create", { facts: { name: "v1", context: "prod-eu-1" } }, at("jon"));
  const { launch } = header;
  // No context is given: it is the launch's.
  for (const more of [{}, { overrideReason: "no time" }]) {
    const refused = await ask({ launch, contexts: {}, ...more });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "not-ready", message: expect.stringContaining("may not be run on production yet") },
    });
  }
  const { view } = await bench.call("launch.get", { launch }, at("jon"));
  expect(view.runs).toEqual([]);
  await bench.call("launch.breakGlass", { launch, kind: "no-go-override", reason: "the site is down" }, at("jon"));
  expect(await ask({ launch })).toMatchObject({ ok: false, error: { code: "not-ready" } });
  const opened = (await bench.call("launch.get", { launch }, at("jon"))).view.breakGlass[0]!;
  expect(await sign("mira", { kind: "break-glass", id: String(opened.seq) }, "approved", launch)).toMatchObject({ ok: true });
  const started = await ask({ launch, contexts: {} });
  expect(started.ok && started.value.header).toMatchObject({ launch, clusters: [{ context: "prod-eu-1", class: "production" }] });
  expect((await end(started)).subject.launch).toBe(launch);
});

it("checks a launch's list on production before its go, once the cluster's name was typed", { timeout: 60_000 }, async () => {
  const list = "---\nkind: checklist\n---\n# L\n\n## A\n\n- [ ] **A-01** It answers\n\n  ```sh\n  echo yes\n  ```\n";
  const facts = { name: "v3", context: "prod-eu-1" };
  const { header } = await bench.call("launch.create", { facts, checklist: bench.write("list.md", list) }, at("jon"));
  const { launch } = header;
  const asked = await bench.ask("item.check", { launch }, at("jon"));
  expect(asked).toMatchObject({ ok: false, error: { code: "confirmation-needed" } });
  const { run } = await bench.call("item.check", { launch, typedCluster: "prod-eu-1" }, at("jon"));
  const checks = runBench({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) } as Bench, run);
  const ended = await checks.until("the end", (one) => one.status === "finished");
  expect(ended).toMatchObject({ result: "passed", clusters: [{ context: "prod-eu-1", class: "production" }] });
  const { view } = await bench.call("launch.get", { launch }, at("jon"));
  expect(view.items[0]!.check).toMatchObject({ verdict: "passed", cluster: "main", run });
  expect(view.runs).toMatchObject([{ run, kind: "checks", status: "finished" }]);
});

it("runs a launch on another cluster only with a reason", { timeout: 60_000 }, async () => {
  const { header } = await bench.call("launch.create", { facts: { name: "v2", context: "prod-eu-1" } }, at("jon"));
  const elsewhere = { launch: header.launch, contexts: { main: "play" } as ParamsOf<"run.start">["contexts"] };
  expect(codesIn(await ask(elsewhere))).toEqual(["other-cluster"]);
  const { data, reason } = await end(await ask({ ...elsewhere, overrideReason: "tried on the sandbox first" }));
  expect([reason, data.deviations]).toMatchObject(["tried on the sandbox first", [{ code: "other-cluster" }]]);
  // A rehearsal is on no production, and is not asked why.
  const rehearsed = await ask({ ...elsewhere, mode: "rehearsal" });
  expect(rehearsed.ok && rehearsed.value.header.mode).toBe("rehearsal");
  await end(rehearsed);
});
