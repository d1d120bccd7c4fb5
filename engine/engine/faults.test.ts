// What goes wrong in the night: restarts, secrets, a lost recording.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import type { StepId } from "../protocol/index.ts";
import { type Bench, filesBelow, openBench, runBench, runbookOf } from "./testing.ts";
import { ownRuns } from "./testing-runs.ts";

const benches: Bench[] = [];
const bench = async (...options: Parameters<typeof openBench>) => {
  const made = await openBench(...options);
  benches.push(made);
  return made;
};
afterEach(async () => {
  for (const made of benches.splice(0)) await made.remove();
});
const sid = (id: string) => id as never;
const SECRET = "Zx9-pearl&onion'17";
const SECRET_PARAM = "params:\n  - {name: TOKEN, type: secret, required: true}\n";

/** The forms in which a secret could lie in a file. */
function formsOf(secret: string): [string, Buffer][] {
  const forms: [string, string][] = [
    ["raw", secret],
    ["json", JSON.stringify(secret).slice(1, -1)],
    ["url", encodeURIComponent(secret)],
    ["hex", Buffer.from(secret).toString("hex")],
    [
      "hex, byte by byte",
      Buffer.from(secret)
        .toString("hex")
        .slice(0, 24)
        .replaceAll(/..(?!$)/g, "$& "),
    ],
    ["base64", Buffer.from(secret).toString("base64").slice(0, -4)],
  ];
  return forms.map(([name, text]) => [name, Buffer.from(text)]);
}

it("leaves a secret in no file under home: printed whole, split, encoded, typed into a reason, in a failing command", async () => {
  const mine = await bench();
  const run = await mine.start(
    runbookOf(
      {
        whole: 'echo "$TOKEN"; echo "$TOKEN" >&2; env | grep TOKEN',
        split: `printf "%s" "\${TOKEN:0:7}"; sleep 0.2; printf "%s\\n" "\${TOKEN:7}"; for ((i = 0; i < \${#TOKEN}; i++)); do printf "%s" "\${TOKEN:$i:1}"; sleep 0.01; done; echo`,
        coded: 'printf "%s" "$TOKEN" | base64; printf "%s" "$TOKEN" | od -An -tx1 | tr -d " \\n"; echo; printf "%s" "$TOKEN" | od -An -tx1',
        goes: 'mkdir -p "/tmp/holdpoint-$$/$TOKEN"; cd "/tmp/holdpoint-$$/$TOKEN"',
        there: 'echo "I am in $PWD"; rm -rf "$(dirname "$PWD")"; cd /',
        fails: 'set -x; test "$TOKEN" = wrong',
      },
      SECRET_PARAM,
    ),
    { params: { TOKEN: SECRET } },
  );
  for (const id of ["whole", "split", "coded", "goes", "there"]) expect(await run.runStep(id)).toMatchObject({ verdict: "passed" });
  expect(await run.runStep("fails")).toMatchObject({ verdict: "failed" });
  await mine.call("run.skip", { run: run.run, step: sid("fails"), reason: `it is not ${SECRET} at all` });
  const { header, values } = await run.view();
  expect(header.redactions).toBeGreaterThan(4);
  expect(JSON.stringify({ header, values })).not.toContain(SECRET);
  const [whole] = await run.events("block.ended");
  expect(Object.values(whole!.body.data.redactions as Record<string, number>).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  await mine.call("run.finish", { run: run.run, reason: "done" });
  const made = await mine.call("record.export", { log: header.log, format: "json" });
  expect(made.files.length).toBeGreaterThan(1);
  await mine.call("record.backup", {});
  let files = 0;
  for (const { path, bytes } of filesBelow(mine.home)) {
    files += 1;
    for (const [form, wanted] of formsOf(SECRET)) expect([path, form, bytes.includes(wanted)]).toEqual([path, form, false]);
  }
  expect(files).toBeGreaterThan(8);
});

it("refuses to capture a value that holds a secret: captures are recorded", async () => {
  const mine = await bench();
  const text = runbookOf({ a: 'echo "it is $TOKEN"' }, SECRET_PARAM).replace("```bash", "```bash {capture=COPY}");
  const run = await mine.start(text, { params: { TOKEN: SECRET } });
  const step = await run.runStep("a");
  expect(step).toMatchObject({ verdict: "failed" });
  expect(step.because).toContain("secret");
  expect((await run.view()).values).toEqual({});
});

it("refuses a secret as a placeholder, and a parameter that would choose the cluster", async () => {
  const mine = await bench();
  for (const [front, body, code] of [
    [SECRET_PARAM, "echo <TOKEN>", "not-ready"],
    ["params:\n  - {name: KUBECONFIG, type: string, default: /tmp/x}\n", "echo", "invalid-params"],
  ] as const) {
    const path = mine.write("bad.md", runbookOf({ a: body }, front));
    const answer = await mine.ask("run.start", {
      path,
      mode: "live",
      contexts: {},
      params: { TOKEN: SECRET },
      placeholders: { TOKEN: "abcdef" },
    });
    expect([front, answer.ok ? "ok" : answer.error.code]).toEqual([front, front === SECRET_PARAM ? code : "invalid-params"]);
  }
});

it("goes on after a restart as it stood, asks for secrets again, and holds until then", async () => {
  const mine = await bench();
  const run = await mine.start(runbookOf({ a: "export KEPT=1; echo a", b: 'test -n "$TOKEN" && test -z "$KEPT"' }, SECRET_PARAM), {
    params: { TOKEN: SECRET },
  });
  await run.runStep("a");
  const before = await run.step("a");
  await mine.close();
  const again = await bench({ home: mine.home });
  const same = runBench(again, run.run);
  const { header } = await same.view();
  expect(header).toMatchObject({ status: "held", secretsWanted: ["TOKEN"], terminals: [] });
  expect(header.hold?.reason).toContain("closed");
  expect(await same.step("a")).toEqual(before);
  expect((await again.call("app.snapshot", {})).activeRun).toBe(run.run);
  const refused = await again.ask("run.resume", { run: run.run });
  expect(refused.ok ? "ok" : refused.error.code).toBe("invalid-params");
  await again.call("run.resume", { run: run.run, secrets: { TOKEN: SECRET } });
  expect(await same.runStep("b")).toMatchObject({ verdict: "passed" });
  expect((await again.call("run.finish", { run: run.run })).result).toBe("passed");
});

it("ends what runs when the engine closes, and knows it as unknown afterwards", async () => {
  const mine = await bench();
  const run = await mine.start(runbookOf({ a: "sleep 995" }));
  await mine.call("run.step", { run: run.run, step: sid("a") });
  await mine.close();
  const again = await bench({ home: mine.home });
  const same = runBench(again, run.run);
  expect(await same.step("a")).toMatchObject({ status: "done", verdict: "unknown" });
  expect((await same.step("a")).because).toContain("was closed while it ran");
  expect((await same.view()).header.status).toBe("held");
  expect((await again.call("record.verify", {})).problems).toEqual([]);
});

it("reads an ended run back from its record alone, and its file may be gone", async () => {
  const mine = await bench();
  const run = await mine.start(runbookOf({ a: "echo a" }));
  await run.runStep("a");
  await mine.call("run.finish", { run: run.run });
  await mine.close();
  rmSync(mine.folder, { recursive: true, force: true });
  const again = await bench({ home: mine.home });
  const { view, document } = await again.call("run.get", { run: run.run });
  expect([view.header.status, view.header.result, document.steps[0]?.blocks[0]?.commands]).toEqual(["finished", "passed", "echo a\n"]);
  const answer = await again.ask("run.step", { run: run.run, step: sid("a") });
  expect(answer.ok ? "ok" : answer.error.code).toBe("conflict");
});

it("refuses a step of another role once there is somebody else to ask, and says which role was wanted while there is not", async () => {
  const text = runbookOf({ a: "echo a" }).replace("{id: a}", "{id: a, role: release-manager}");
  const own = await ownRuns(false);
  const run = await own.start(text);
  const refused = await own.runs.step(own.who, run, { step: "a" });
  expect(refused.ok ? "ok" : refused.error.code).toBe("forbidden");
  expect(own.refusals).toHaveLength(1);
  const titled = { ...own.who, title: "Release Manager" };
  expect((await own.runs.step(titled, run, { step: "a" })).ok).toBe(true);
  await expect.poll(async () => (await own.header(run)).nextAction.kind, { timeout: 20_000 }).toBe("finish");
  await own.close();
  const solo = await ownRuns();
  const alone = await solo.start(text);
  expect((await solo.runs.step(solo.who, alone, { step: "a" })).ok).toBe(true);
  const { log } = await solo.header(alone);
  expect(solo.store.eventsOfType(log, ["step.started"])[0]?.body.data.role_wanted).toBe("release-manager");
  await solo.close();
});

it("says when a folder of recordings cannot be written, and starts nothing that could not be recorded", async () => {
  const mine = await bench();
  const run = await mine.start(runbookOf({ a: "echo a" }));
  writeFileSync(join(mine.home, "recordings"), "a file where the folder should be");
  const answer = await mine.ask("run.step", { run: run.run, step: "a" as StepId });
  expect(answer.ok ? "ok" : answer.error.code).toBe("unreadable");
  expect(await run.step("a")).toMatchObject({ status: "todo" });
  expect((await run.view()).header.status).toBe("active");
  rmSync(join(mine.home, "recordings"));
  expect(await run.runStep("a")).toMatchObject({ verdict: "passed" });
});
