// A launch made by engine/launch and engine/people themselves, exported: what they record is what the verifiers ask for.
// The other tests of bundles write events by hand; this one fails where rooms and verifiers part.
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseDocument } from "../document/index.ts";
import type { Caller } from "../engine/access.ts";
import { openBench as openEngine, runBench } from "../engine/testing.ts";
import { as, type Bench, base64, credentials, madeSolo, madeTeam, must, openBench } from "../launch/testing.ts";
import { copyOf, passwordOf } from "../people/testing.ts";
import type { LaunchId, OperatorId, RunId, SignSubject, StepId } from "../protocol/index.ts";
import { DANA } from "../record/testing.ts";
import { exportLog } from "./index.ts";
import { bothVerdicts, openPython, type Python } from "./testing-bundle.ts";

const LIST = `---
kind: checklist
---
# Go-live

<!-- decision: {rule: all-categories-signed, and: no-open-blockers} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead, security-lead]} -->

- [ ] **INF-01** one
- [ ] **INF-02** two

## Business
<!-- category: {signoff: [product-owner]} -->

- [ ] **BUS-01** three
- [ ] **BUS-02** All others have signed <!-- item: {derived: signoffs-of-other-categories} -->
- [ ] **BUS-03** The decision <!-- item: {derived: decision} -->
`;
const homes: string[] = [];
let python: Python;
beforeAll(async () => {
  python = openPython();
  homes.push(await madeTeam(), await madeSolo());
}, 120_000);
afterAll(() => {
  python.close();
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});
const open = (home: string): Bench => openBench(home, (source, path) => parseDocument(source, { path }));

async function verdict(bench: Bench, launch: LaunchId) {
  const { log, fingerprint } = bench.store.logs().find((one) => one.genesis["launch"] === launch)!;
  const out = join(bench.home, "out.zip");
  const made = await exportLog(bench.store, log, { format: "bundle", out, recordingsDir: join(bench.home, "recordings"), actor: DANA });
  if (!made.ok) throw new Error(made.error.message);
  return bothVerdicts(python, readFileSync(out), { fingerprint });
}

it("a launch of several people verifies: answers, evidence, delegation, stale and new signatures, a newer text, the decision", {
  timeout: 120_000,
}, async () => {
  const bench = open(homes[0]!);
  try {
    const launch = await bench.launch(LIST);
    for (const [operator, role] of [
      ["ben", "infrastructure-lead"],
      ["mira", "security-lead"],
      ["ana", "product-owner"],
    ] as const)
      must(await bench.launches.assign(await bench.who("mira"), { launch, role, operator: as(operator) }));
    const answer = async (items: string[], state = "done", more: Record<string, unknown> = {}) =>
      must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items, state: state as never, ...more }));
    await answer(["INF-01", "INF-02", "BUS-01"]);
    must(
      await bench.launches.evidence(await bench.who("jon"), {
        launch,
        item: "INF-02",
        kind: "text",
        title: "log",
        name: "log.txt",
        mediaType: "text/plain",
        base64: base64("all good ≤ 2\n"),
      } as never),
    );
    must(await bench.sign(launch, "ben", "category", "infrastructure", { role: "infrastructure-lead" }));
    await answer(["INF-01"], "not-applicable", { reason: "there is none" });
    must(await bench.sign(launch, "ben", "category", "infrastructure", { role: "infrastructure-lead" }));
    must(await bench.sign(launch, "mira", "category", "infrastructure", { role: "security-lead" }));
    await bench.enter("ana's", "ana");
    const until = new Date(bench.ports.clock.now() + 86_400_000).toISOString();
    const { password } = credentials("ana");
    must(await bench.people.delegate("ana's", { to: as("ben"), roles: ["product-owner"], until, reason: "holiday", password } as never));
    must(await bench.sign(launch, "ben", "category", "business", { role: "product-owner", onBehalfOf: "ana" }));
    const text = LIST.replace("three", "three and a half");
    must(
      await bench.launches.replaceChecklist(await bench.who("mira"), {
        launch,
        checklist: bench.write("new.md", text),
        reason: "clearer",
      } as never),
    );
    await answer(["BUS-01"]);
    must(await bench.sign(launch, "ana", "category", "business", { role: "product-owner" }));
    const stale = bench.events(launch, "signoff.invalidated").length;
    expect(stale).toBeGreaterThan(1);
    for (const [id, key, role] of [
      ["ben", "infrastructure", "infrastructure-lead"],
      ["mira", "infrastructure", "security-lead"],
    ] as const)
      if ((await bench.view(launch)).categories.find((one) => one.key === key)!.missing.includes(role))
        must(await bench.sign(launch, id, "category", key, { role }));
    must(await bench.launches.propose(await bench.who("mira"), { launch, outcome: "go" } as never));
    const decision = (await bench.view(launch)).decisions.at(-1)!;
    const deciders = { lead: "mira", approver: "ben" } as Record<string, string>;
    for (const role of decision.missing) must(await bench.sign(launch, deciders[role] ?? "ana", "decision", decision.id, { role }));
    expect(bench.events(launch, "decision.taken")).toHaveLength(1);
    const answers = await verdict(bench, launch);
    expect(answers).toEqual({ verdict: "VERIFIED", problems: [], warnings: [], parted: "" });
  } finally {
    bench.close();
  }
});

it("a launch of one person alone verifies, labelled SOLO", { timeout: 120_000 }, async () => {
  const bench = open(homes[1]!);
  try {
    const launch = await bench.launch(LIST);
    must(await bench.launches.answer(await bench.who("dana"), "dana", { launch, items: ["INF-01", "INF-02"], state: "done" } as never));
    for (const role of ["infrastructure-lead", "security-lead"])
      must(await bench.sign(launch, "dana", "category", "infrastructure", { role }));
    expect(await verdict(bench, launch)).toEqual({ verdict: "VERIFIED WITH WARNINGS", problems: [], warnings: ["solo"], parted: "" });
  } finally {
    bench.close();
  }
});

const HOUR = 3_600_000;
const VERIFIED = { verdict: "VERIFIED", problems: [], warnings: [], parted: "" };
/** What of a launch is done the same way in each of the tests below. */
const actsOn = (bench: Bench, launch: LaunchId) => ({
  answer: async (items: string[], state = "done", more: Record<string, unknown> = {}) =>
    must(await bench.launches.answer(await bench.who("jon"), "jon", { launch, items, state: state as never, ...more })),
  assign: async (role: string, id: string, remove = false) =>
    must(await bench.launches.assign(await bench.who("mira"), { launch, role, operator: as(id), ...(remove ? { remove } : {}) })),
  inHours: (hours: number) => new Date(bench.ports.clock.now() + hours * HOUR).toISOString(),
  risk: async (more: Record<string, unknown>) => {
    const risk = { risk: "The vendor is slow", likelihood: "low", impact: "medium", controls: "", owner: "jon", status: "open", ...more };
    must(await bench.launches.risk(await bench.who("jon"), { launch, risk: risk as never }));
  },
  propose: async (outcome: string, more: Record<string, unknown> = {}) => {
    must(await bench.launches.propose(await bench.who("mira"), { launch, outcome: outcome as never, ...more }));
    return (await bench.view(launch)).decisions.at(-1)!.id;
  },
  sign: async (id: string, kind: string, about: string, role: string, more: Record<string, unknown> = {}) =>
    must(await bench.sign(launch, id, kind, about, { role, ...more })),
  advance: async (to: string, reason = "it is time") =>
    must(await bench.launches.advance(await bench.who("mira"), { launch, to: to as never, reason })),
});

it("a launch with a waiver, a withdrawn signature, replaced and conditional decisions, broken glass and its close verifies", {
  timeout: 120_000,
}, async () => {
  const bench = open(homes[0]!);
  try {
    const launch = await bench.launch(LIST);
    const on = actsOn(bench, launch);
    for (const [id, role] of [
      ["ben", "infrastructure-lead"],
      ["mira", "security-lead"],
      ["ana", "product-owner"],
    ] as const)
      await on.assign(role, id);
    must(await bench.launches.briefing(await bench.who("mira"), { launch, text: "Who does what tonight" }));
    const briefing = String((await bench.view(launch)).briefings[0]!.seq);
    await on.sign("wim", "briefing", briefing, "witness", { meaning: "witnessed" });
    await on.sign("jon", "briefing", briefing, "operator", { meaning: "witnessed" });
    await on.answer(["INF-01"]);
    await on.answer(["INF-02"], "failed", { note: "no" });
    await on.answer(["INF-02", "BUS-01"], "waived", {
      reason: "not before spring",
      expires: on.inHours(400),
      approver: credentials("ben"),
    });
    await on.risk({});
    await on.risk({ risk: "Nobody knows the switch", impact: "high" });
    await on.sign("ben", "category", "infrastructure", "infrastructure-lead");
    must(
      await bench.sign(launch, "mira", "category", "infrastructure", {
        role: "security-lead",
        meaning: "rejected",
        reason: "INF-01 is too thin",
      }),
    );
    const mine = (await bench.view(launch)).signatures.at(-1)!;
    must(
      await bench.launches.withdraw(await bench.who("mira"), "mira", {
        launch,
        signature: mine.id,
        ...credentials("mira"),
        reason: "I had not looked",
      } as never),
    );
    await on.sign("mira", "category", "infrastructure", "security-lead");
    // An absent product owner: the glass is broken by two, and an approver signs in the place of nobody.
    must(await bench.launches.breakGlass(await bench.who("jon"), { launch, kind: "approver-absent", reason: "Ana is ill" }));
    const glass = String((await bench.view(launch)).breakGlass[0]!.seq);
    await on.sign("ben", "break-glass", glass, "approver");
    await on.assign("product-owner", "ana", true);
    await on.sign("mira", "category", "business", "product-owner");
    await on.sign("ben", "break-glass-review", glass, "approver", { meaning: "reviewed" });
    const first = await on.propose("no-go", { reason: "the vendor has not answered" });
    await on.sign("mira", "decision", first, "lead");
    const withdrawn = (await bench.view(launch)).signatures.at(-1)!;
    must(
      await bench.launches.withdraw(await bench.who("mira"), "mira", {
        launch,
        signature: withdrawn.id,
        ...credentials("mira"),
        reason: "they have",
      } as never),
    );
    // Replaced while open, then rejected, then taken, and replaced by another one.
    const second = await on.propose("conditional-go", {
      reason: "with an eye on it",
      conditions: [{ text: "Ask the vendor", owner: as("jon"), due: on.inHours(24) }],
    });
    must(await bench.sign(launch, "ben", "decision", second, { role: "approver", meaning: "rejected", reason: "not like this" }));
    const third = await on.propose("conditional-go", {
      reason: "with two eyes on it",
      conditions: [{ text: "Ask the vendor ≤ 24 h", owner: as("jon"), due: on.inHours(24) }],
    });
    await on.sign("mira", "decision", third, "lead");
    await on.sign("ben", "decision", third, "approver");
    await on.risk({ id: "R1", status: "mitigated", controls: "a second vendor" });
    const fourth = await on.propose("conditional-go", {
      reason: "R1 is better",
      conditions: [{ text: "Watch the vendor", owner: as("jon"), due: on.inHours(48) }],
    });
    for (const [id, role] of [
      ["mira", "lead"],
      ["ben", "approver"],
    ] as const)
      await on.sign(id, "decision", fourth, role);
    expect((await bench.view(launch)).decisions.map((one) => one.state)).toEqual(["replaced", "withdrawn", "replaced", "taken"]);
    // Unknown to the decision's digest, and known to it: the second takes its signatures away.
    must(
      await bench.launches.change(await bench.who("mira"), { launch, change: { summary: "in brief" }, reason: "for the report" } as never),
    );
    await on.advance("cut-over");
    await on.risk({ id: "R2", status: "closed" });
    await on.advance("watch");
    bench.ports.advance(48 * HOUR);
    must(await bench.launches.note(await bench.who("jon"), { launch, kind: "note", title: "Quiet", text: "nothing" } as never));
    await on.advance("retrospective");
    must(
      await bench.launches.closeCondition(await bench.who("jon"), { launch, decision: fourth, index: 0, note: "it was quiet" } as never),
    );
    await on.sign("mira", "close", launch, "lead");
    must(await bench.launches.note(await bench.who("jon"), { launch, kind: "note", title: "One thing more", text: "" } as never));
    await on.sign("ben", "close", launch, "approver");
    await on.sign("mira", "close", launch, "lead");
    expect((await bench.view(launch)).header.state).toBe("closed");
    expect(bench.events(launch, "launch.closed")).toHaveLength(1);
    expect(await verdict(bench, launch)).toEqual(VERIFIED);
  } finally {
    bench.close();
  }
});

it("a waiver that ran out, a name that changed and evidence that was struck out verify: what they touch went stale in the same act", {
  timeout: 120_000,
}, async () => {
  const bench = open(homes[0]!);
  try {
    const launch = await bench.launch(LIST);
    const on = actsOn(bench, launch);
    await on.assign("product-owner", "ben");
    await on.answer(["BUS-01"], "waived", {
      reason: "later",
      expires: on.inHours(24).replace(/\.\d+Z$/, "Z"),
      approver: credentials("ana"),
    });
    await on.sign("ben", "category", "business", "product-owner");
    bench.ports.advance(25 * HOUR);
    expect((await bench.view(launch)).items.find((one) => one.id === "BUS-01")!.state).toBe("open");
    await on.answer(["BUS-01"]);
    must(
      await bench.launches.evidence(await bench.who("jon"), {
        launch,
        item: "BUS-01",
        kind: "link",
        title: "ticket",
        url: "https://example.com/1",
      } as never),
    );
    await on.sign("ben", "category", "business", "product-owner");
    must(await bench.launches.change(await bench.who("mira"), { launch, change: { name: "v1.0-rc2" }, reason: "a new build" } as never));
    await on.sign("ben", "category", "business", "product-owner");
    const { seq } = (await bench.view(launch)).items.find((one) => one.id === "BUS-01")!.evidences[0]!;
    must(await bench.launches.removeEvidence(await bench.who("jon"), { launch, seq, reason: "of another ticket" } as never));
    await on.sign("ben", "category", "business", "product-owner");
    expect(bench.events(launch, "signoff.invalidated")).toHaveLength(3);
    const no = await on.propose("no-go", { reason: "the rest is open" });
    await on.sign("mira", "decision", no, "lead");
    await on.sign("ben", "decision", no, "approver");
    must(await bench.launches.change(await bench.who("mira"), { launch, change: { riskClass: "high" }, reason: "seen late" } as never));
    expect(bench.events(launch, "signoff.invalidated")).toHaveLength(5);
    expect(await verdict(bench, launch)).toEqual(VERIFIED);
  } finally {
    bench.close();
  }
});

it("people who come, change, get a new key, stand in and leave while a launch goes on: the record verifies", {
  timeout: 120_000,
}, async () => {
  const bench = open(homes[0]!);
  try {
    const launch = await bench.launch(LIST);
    const on = actsOn(bench, launch);
    await on.assign("product-owner", "ana");
    await on.answer(["BUS-01"]);
    await bench.enter("d", "dana");
    const own = { ownPassword: credentials("dana").password };
    const id = as("zoe");
    const zoe = { id, name: "Zoé", title: "Product owner", roles: ["approver"], ...{ checkedBy: "Dana", how: "passport, in person" } };
    must(await bench.people.enrol("d", { ...zoe, password: passwordOf("zoe"), ...own, second: credentials("mira") } as never));
    must(await bench.people.change("d", { id, title: "Owner", reason: "shorter", ...own } as never));
    must(
      await bench.people.change("d", {
        id: as("wim"),
        roles: ["witness", "approver"],
        reason: "trained",
        ...own,
        second: credentials("ben"),
      } as never),
    );
    must(
      await bench.people.reset("d", {
        id: as("ben"),
        password: "another password",
        reason: "forgot it",
        ...own,
        second: credentials("mira"),
      } as never),
    );
    await bench.enter("z", "zoe");
    must(await bench.people.changePassword("z", { password: passwordOf("zoe"), newPassword: "still another one" } as never));
    await bench.enter("a", "ana");
    const pause = () => bench.ports.advance(1_000);
    const until = on.inHours(20);
    const given = must(
      await bench.people.delegate("a", { to: as("wim"), roles: [], until, reason: "ill", password: passwordOf("ana") } as never),
    );
    pause();
    await on.sign("wim", "category", "business", "product-owner", { onBehalfOf: "ana" });
    pause();
    must(await bench.people.revokeDelegation("a", { seq: given.seq, reason: "back again", password: passwordOf("ana") } as never));
    await on.answer(["BUS-01"], "failed", { note: "no" });
    await on.answer(["BUS-01"], "waived", {
      reason: "later",
      expires: on.inHours(24),
      approver: { id: as("ben"), password: "another password" },
    });
    must(await bench.people.change("d", { id: as("wim"), status: "gone", reason: "left", ...own } as never));
    await on.sign("ana", "category", "business", "product-owner");
    expect(await verdict(bench, launch)).toEqual(VERIFIED);
    const { fingerprint } = bench.store.head(bench.store.install);
    const install = join(bench.home, "install.zip");
    const made = await exportLog(bench.store, bench.store.install, {
      format: "bundle",
      out: install,
      recordingsDir: join(bench.home, "recordings"),
      actor: DANA,
    });
    expect(made.ok).toBe(true);
    expect(await bothVerdicts(python, readFileSync(install), { fingerprint })).toMatchObject({ problems: [], parted: "" });
  } finally {
    bench.close();
  }
});

it("a closed launch whose log holds an amended run, checks and hold points verifies, and so do a run of its own and reviews", {
  timeout: 240_000,
}, async () => {
  const at = (id: string): Caller => ({ id: `window of ${id}`, door: "window", isReadOnly: false });
  const bench = await openEngine({ home: copyOf(homes[0]!), operator: false });
  try {
    for (const id of ["jon", "mira"]) await bench.call("people.signIn", { id: as(id), password: passwordOf(id) }, at(id));
    await bench.call("library.openFolder", { path: bench.folder }, at("jon"));
    await bench.call("library.trust", { folder: bench.folder, trusted: true }, at("jon"));
    const step = (id: string, inner: string, more = "") => `## ${id}\n\n<!-- step: {id: ${id}${more}} -->\n\n${inner}\n`;
    const sh = (text: string) => `\`\`\`bash\n${text}\n\`\`\`\n`;
    const steps = [step("a", sh("echo a")), step("b", sh("exit 3")), step("gate", "Look at the board.", ", signoff: [lead]")];
    const last = step("c", sh("echo c"), ", signoff: [lead, dba]");
    const textOf = (parts: string[]) => `---\ntitle: Cut-over\nversion: 3\nowner: ana\n---\n\n${parts.join("")}`;
    const path = bench.write("cut-over.md", textOf([...steps, last]));
    await bench.call("library.rescan", {}, at("jon"));
    const list = `---\nkind: checklist\n---\n# Go-live\n\n## Infrastructure\n<!-- category: {signoff: [infrastructure-lead]} -->\n\n- [ ] **INF-01** Three answer <!-- item: {expect: ">= 3"} -->\n\n  ${sh("echo 3").trimEnd().replaceAll("\n", "\n  ")}\n- [ ] **INF-02** by hand\n`;
    const { header } = await bench.call("launch.create", { facts: { name: "v1" }, checklist: bench.write("list.md", list) }, at("jon"));
    const { launch, log } = header;
    for (const [role, id] of [
      ["dba", "ben"],
      ["infrastructure-lead", "ben"],
    ] as const)
      await bench.call("launch.assign", { launch, role, operator: as(id) }, at("mira"));
    const sign = async (
      id: string,
      where: object,
      subject: SignSubject,
      role: string,
      more: { meaning?: string; reason?: string } = {},
    ) => {
      const { meaning = "approved", reason } = more;
      const shown = await bench.call("signoff.prepare", { ...where, subject, meaning, role } as never, at("mira"));
      const given = { ticket: shown.ticket, id: id as OperatorId, password: passwordOf(id), ...(reason === undefined ? {} : { reason }) };
      return bench.call("signoff.add", given as never, at("mira"));
    };
    const play = async (more: object) => {
      const started = await bench.call(
        "run.start",
        { path, mode: "live", contexts: {}, params: {}, placeholders: {}, ...more } as never,
        at("jon"),
      );
      const { run } = started.header;
      const on = runBench({ ...bench, call: (method, params, caller = at("jon")) => bench.call(method, params, caller) }, run);
      const hold = (about: string): SignSubject => ({ kind: "holdpoint", id: `${run}/${about}` });
      const where = { run, ...more };
      await on.runStep("a");
      await on.runStep("b");
      await bench.call("run.skip", { run, step: "b" as StepId, reason: "known, and harmless" }, at("jon"));
      await sign("mira", where, hold("gate"), "lead");
      await bench.call("run.retry", { run, step: "a" as StepId, reason: "to be sure" }, at("jon"));
      await on.idle();
      await sign("mira", where, hold("gate"), "lead");
      await sign("dana", where, hold("c"), "lead", { meaning: "rejected", reason: "the lag is too high" });
      await bench.call("run.resume", { run }, at("jon"));
      // Amended in its middle: b, which was done, is no more, and a step is added before the last.
      bench.write("cut-over.md", textOf([steps[0]!, steps[2]!, step("d", sh("echo d")), last]));
      const { proposed } = await bench.call("run.amend", { run, reason: "b was too weak" }, at("jon"));
      await sign("mira", where, proposed!.subject as SignSubject, "approver");
      bench.write("cut-over.md", textOf([...steps, last]));
      await on.runStep("d");
      await sign("dana", where, hold("c"), "lead");
      return { run, on, hold, where };
    };
    const within = await play({ launch });
    await sign("ben", within.where, within.hold("c"), "dba");
    await within.on.runStep("c");
    await bench.call("run.finish", { run: within.run }, at("jon"));
    const { run } = await bench.call("item.check", { launch }, at("jon"));
    const asJon = { ...bench, call: ((method, params, caller = at("jon")) => bench.call(method, params, caller)) as typeof bench.call };
    await runBench(asJon, run as RunId).until("the end", (one) => one.status === "finished");
    await bench.call("item.answer", { launch, items: ["INF-01", "INF-02"] as never, state: "done" }, at("jon"));
    const { view } = await bench.call("launch.get", { launch }, at("jon"));
    expect(view.items.map((one) => one.check?.verdict)).toEqual(["passed", undefined]);
    await sign("ben", { launch }, { kind: "category", id: "infrastructure" }, "infrastructure-lead");
    const { plan_sha256: text } = (await within.on.events("run.started"))[0]!.body.subject;
    await sign("ben", { launch }, { kind: "review", id: text }, "approver", { meaning: "reviewed" });
    await bench.call("launch.propose", { launch, outcome: "go" } as never, at("mira"));
    const decision = (await bench.call("launch.get", { launch }, at("mira"))).view.decisions.at(-1)!.id;
    await sign("mira", { launch }, { kind: "decision", id: decision }, "lead");
    await sign("ben", { launch }, { kind: "decision", id: decision }, "approver");
    for (const to of ["cut-over", "retrospective"])
      await bench.call("launch.advance", { launch, to, reason: "it is time" } as never, at("mira"));
    await sign("mira", { launch }, { kind: "close", id: launch }, "lead");
    await sign("ben", { launch }, { kind: "close", id: launch }, "approver");
    expect((await bench.call("launch.get", { launch }, at("mira"))).view.header.state).toBe("closed");
    const outside = await play({});
    await bench.call("run.abort", { run: outside.run, reason: "enough" }, at("jon"));
    // Reviewed outside of any launch: the installation's log holds the signature, and every bundle that log.
    const other = `---\ntitle: Other\nowner: ana\n---\n\n${steps[0]}`;
    bench.write("other.md", other);
    await bench.call("library.rescan", {}, at("jon"));
    const sha256 = createHash("sha256").update(other).digest("hex");
    await sign("mira", {}, { kind: "review", id: sha256 }, "lead", { meaning: "reviewed" });
    const verdictOf = async (id: string) => {
      const made = await bench.call("record.export", { log: id as never, format: "bundle" }, at("jon"));
      const zip = made.path.endsWith(".zip") ? made.path : join(made.path, made.files.find((file) => file.endsWith(".zip")) ?? "");
      return bothVerdicts(python, readFileSync(zip));
    };
    const origin = { verdict: "VERIFIED WITH WARNINGS", problems: [], warnings: ["origin-not-proved"], parted: "" };
    expect(await verdictOf(log)).toEqual(origin);
    expect(await verdictOf((await outside.on.view()).header.log)).toEqual(origin);
    const { log: install } = (await bench.call("record.logs", {}, at("jon"))).find((one) => one.kind === "install")!;
    expect(await verdictOf(install)).toMatchObject({ problems: [], parted: "" });
  } finally {
    await bench.remove();
  }
});

it("a new key for the only admin, made by a lead and a second person, verifies", {
  timeout: 120_000,
}, async () => {
  const bench = open(homes[0]!);
  try {
    await bench.enter("m", "mira");
    const given = { id: as("dana"), password: "a fresh password", reason: "forgot it on leave", ownPassword: passwordOf("mira") };
    must(await bench.people.reset("m", { ...given, second: credentials("jon") }));
    const out = join(bench.home, "roster.zip");
    const { store } = bench;
    const { fingerprint } = store.head(store.install);
    const made = await exportLog(store, store.install, {
      format: "bundle",
      out,
      recordingsDir: join(bench.home, "recordings"),
      actor: DANA,
    });
    if (!made.ok) throw new Error(made.error.message);
    expect(await bothVerdicts(python, readFileSync(out), { fingerprint })).toMatchObject({ problems: [], parted: "" });
  } finally {
    bench.close();
  }
});
