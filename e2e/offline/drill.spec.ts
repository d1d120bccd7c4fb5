// Disaster recovery drills with no network: servers were destroyed and recovered elsewhere, the recording comes in a bundle to a fresh data
// directory, and is replayed in Chromium with a fault from a seed, from the declaration to the debrief. RTO and RPO of header and report are
// reckoned anew from the events.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, type Holdpoint, test } from "../holdpoint.ts";
import { becomeOperator, call, PERSON } from "../pages.ts";
import { attempts, interfaces } from "./namespace.ts";

/** More next actions than this lead in a circle. */
const MOST_ACTIONS = 400;
const SCRIPT = join(import.meta.dirname, "drilled.ts");
const LAUNCHER = join(import.meta.dirname, "..", "..", "build", "node24.mjs");
/** Where the test of the whole drill has packed its run, which took two control planes and two stores (build/test/main.ts). */
const WHOLE = process.env["HOLDPOINT_DRILL_BUNDLE"] ?? "";
const pictures = process.env["HOLDPOINT_PICTURES"];
const picture = async (page: Page, name: string): Promise<void> => {
  if (pictures === undefined) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
};

/** A drill that was really run, packed. */
type Made = { run: string; fingerprint: string; params: Record<string, string>; secrets: string[] };
type Drill = Made & {
  zip: string;
  title: string;
  /** Targets as the report writes them. */
  rto: string;
  rpo: string;
  seed: string;
  /** A step after the declaration. */
  later: string;
};

type Next = {
  kind: string;
  step: string | null;
  block: number | null;
  check: number | null;
  typed: string | null;
  say: string;
  detail: string;
  signs?: { subject: unknown; roles: string[] } | null;
};
type Recovery = {
  declared: { at: string } | null;
  verified: { at: string } | null;
  rto: { ms: number | null; state: string };
  rpo: { ms: number | null; state: string };
};
type Header = { log: string; status: string; result: string | null; events: number; nextAction: Next; recovery: Recovery };

// A real server, two engines and a browser, on two slow cores.
test.setTimeout(600_000);

test("a Redis drill is replayed on a fresh machine with a fault from a seed, from the declaration to the debrief", async ({
  holdpoint,
}) => {
  expect(interfaces(), "run by `npm test -- offline`: here are other networks").toEqual(["lo"]);
  const zip = join(holdpoint.folder, "drill.zip");
  const said = execFileSync(process.execPath, [LAUNCHER, SCRIPT, zip], {
    env: { ...process.env, HOME: holdpoint.folder, KUBECONFIG: join(holdpoint.folder, "none") },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const made = JSON.parse(said.trim().split("\n").at(-1) ?? "") as Made;
  await replayed(holdpoint, { ...made, zip, title: "Redis lost", rto: "4 h", rpo: "1 h", seed: "drill 371", later: "load" });
});

test("so is the whole disaster recovery drill, which two control planes and two stores were lost in", async ({ holdpoint }) => {
  const made = JSON.parse(readFileSync(`${WHOLE}.json`, "utf8")) as Made;
  const targets = { title: "Disaster recovery drill", rto: "1 h", rpo: "15 min" };
  await replayed(holdpoint, { ...made, ...targets, zip: WHOLE, seed: "drill 168", later: "lay-out" });
});

async function replayed(holdpoint: Holdpoint, drill: Drill): Promise<void> {
  const { zip, run: source, fingerprint, params, secrets, title, seed } = drill;
  const before = attempts();
  for (const secret of secrets)
    for (const form of [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")])
      expect(readFileSync(zip).includes(form), "a password in the bundle").toBe(false);

  const page = await holdpoint.open(await holdpoint.serve());
  const origin = new URL(page.url()).origin;
  await becomeOperator(page);
  await page.goto(`${origin}/#/rehearse`);
  await page.getByRole("button", { name: "Open a rehearsal bundle" }).click();
  const dialog = page.getByRole("dialog", { name: "Open a rehearsal bundle" });
  await dialog.getByLabel("Path on this computer").fill(zip);
  await dialog.getByLabel(/Fingerprint/).fill(fingerprint);
  await dialog.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Rehearse it" }).click();
  const [moved] = await call<{ main: string }[]>(page, "rehearsal.moved", {});
  const { header } = await call<{ header: { run: string } }>(page, "run.start", {
    path: moved!.main,
    mode: "rehearsal",
    rehearsal: { way: "replay", source, speed: 0, compress: 600, seed },
    contexts: {},
    params,
    placeholders: {},
  });
  const { run } = header;
  await page.goto(`${origin}/#/run/${run}`);
  await expect(page.getByRole("banner").getByText("REHEARSAL").first()).toBeVisible();
  const now = async (): Promise<Header> => (await call<{ view: { header: Header } }>(page, "run.get", { run })).view.header;
  let noticed = 0;
  for (let n = 0; ; n += 1) {
    expect(n, "a circle of next actions").toBeLessThan(MOST_ACTIONS);
    await expect.poll(async () => (await now()).nextAction.kind, { timeout: 60_000 }).not.toBe("wait");
    const { nextAction: next, recovery } = await now();
    const at = { run, step: next.step };
    if (next.kind === "none") break;
    if (next.kind === "run-step") {
      if (next.step === drill.later) {
        expect(recovery.rto.state).toBe("running");
        await expect(page.getByRole("region", { name: "Recovery clocks" }).first()).toBeVisible();
        await picture(page, `${title}-declared`);
      }
      await call(page, "run.step", { ...at, ...(next.typed === null ? {} : { typed: next.typed }) });
    } else if (next.kind === "run-block") await call(page, "run.block", { ...at, block: next.block ?? 0 });
    else if (next.kind === "confirm-check") await call(page, "run.check", { ...at, check: next.check ?? 0 });
    else if (next.kind === "walk") await call(page, "run.walked", { ...at, block: next.block ?? 0, outcome: "passed" });
    else if (next.kind === "finish") await call(page, "run.finish", { run });
    else if (next.kind === "blocked" && next.signs) await sign(page, run, next.signs);
    else if (next.kind === "retry-or-skip") {
      // A person sees it: two keys, and then does it again.
      await page.keyboard.press("F7");
      await page.getByRole("dialog").getByRole("textbox").first().fill(`It does not do what it did then: ${next.say}`);
      await page.keyboard.press("Enter");
      await expect(page.getByRole("dialog")).toBeHidden();
      noticed += 1;
      await picture(page, `${title}-fault-${noticed}`);
      await call(page, "run.retry", { ...at, reason: "as the debrief will show" });
    } else throw new Error(`${next.kind}: ${next.say} (${next.detail})`);
  }
  const end = await now();
  expect([end.status, end.result]).toEqual(["finished", "passed"]);

  // Reckoned anew, from the events alone.
  const events: { type: string; ts_utc: string; data: Record<string, string> }[] = [];
  for (let seq = 1; seq <= end.events; seq += 1)
    events.push((await call<{ body: (typeof events)[number] }>(page, "record.event", { log: end.log, seq })).body);
  const one = (type: string) => events.filter((event) => event.type === type);
  const [declared] = one("disaster.declared");
  const [verified] = one("recovery.verified");
  const moment = (event: (typeof events)[number] | undefined) => Date.parse(event?.data["at"] || event?.ts_utc || "");
  const rto = moment(verified) - moment(declared);
  const lost = one("recovery.measured").map(({ data }) => Math.max(0, moment(declared) - Date.parse(data["last_write"] ?? "")));
  expect(lost.length).toBeGreaterThan(0);
  expect({ rto: end.recovery.rto.ms, rpo: end.recovery.rpo.ms }).toEqual({ rto, rpo: Math.max(...lost) });
  const out = join(holdpoint.folder, "drill.md");
  await call(page, "record.export", { log: end.log, format: "md", out });
  const report = readFileSync(out, "utf8");
  expect(report).toContain("REHEARSAL");
  expect(report).toContain(`Recovery of “${title}”`);
  const figures = report.match(
    new RegExp(`Recovery of “${title}”.*?: ([\\d.a-z ]+?) of ${drill.rto} .*?; lost ([\\d.a-z ]+?) of ${drill.rpo}`),
  );
  expect(says(figures?.[1] ?? "", rto), `${figures?.[1]} of ${rto} ms`).toBe(true);
  expect(says(figures?.[2] ?? "", Math.max(...lost)), `${figures?.[2]} of ${Math.max(...lost)} ms`).toBe(true);

  // The debrief: what the seed had put in, and that it was noticed.
  type Fault = { kind: string; state: string; noticed: { how: string } | null; handled: unknown };
  const debrief = await call<{ faults: Fault[]; scenario: { seed: string } }>(page, "run.debrief", { run });
  expect(debrief.scenario.seed).toBe(seed);
  const failures = debrief.faults.filter(({ kind, state }) => kind === "fails" && state === "met");
  expect(failures.length).toBeGreaterThan(0);
  // Each was seen by a person who said so, and dealt with.
  expect(noticed).toBe(failures.length);
  for (const fault of failures) expect(fault).toMatchObject({ noticed: { how: "said" }, handled: expect.anything() });
  await page.goto(`${origin}/#/run/${run}/debrief`);
  await expect(page.getByRole("region", { name: "Debrief" })).toBeVisible();
  await picture(page, `${title}-debrief`);
  expect((await call<{ problems: unknown[] }>(page, "record.verify", {})).problems).toEqual([]);
  expect(attempts().v4, "attempts to leave the namespace").toBe(before.v4);
}

async function sign(page: Page, run: string, { subject, roles }: NonNullable<Next["signs"]>): Promise<void> {
  for (const role of roles) {
    const { ticket } = await call<{ ticket: string }>(page, "signoff.prepare", { run, subject, meaning: "approved", role });
    await call(page, "signoff.add", { ticket, id: PERSON.id, password: PERSON.password });
  }
}

const UNITS: Record<string, number> = { h: 3_600_000, min: 60_000, s: 1_000, ms: 1 };
/** Whether words such as `1 min 12 s` or `3.4 s` are this time, as exact as they are. */
function says(words: string, ms: number): boolean {
  const parts = [...words.matchAll(/([\d.]+) (h|min|ms|s)/g)];
  const told = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS[unit ?? ""]!, 0);
  const grain = words.includes(".") ? 100 : words.includes("ms") ? 1 : 1_000;
  return parts.length > 0 && ms >= told - 1e-6 && ms < told + grain;
}
