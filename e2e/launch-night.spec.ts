// A launch on the test control plane from the first person to a signed GO, and what leaves it: pages and a bundle, read by other programs.
// People, checks, evidence, signatures and the decision by what is on screen; only more people and plain answers come over the window's socket.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./holdpoint.ts";
import { becomeOperator, call, PASSWORD, PERSON, sign, takeSeat } from "./pages.ts";

const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];
const root = join(import.meta.dirname, "..");
/** The other person at the roster whom Dana enrols in the window, and those whom both enrol. */
const MIRA = { id: "mira", name: "Mira Olsen", title: "Release manager" };
const TEAM = [
  { id: "ana", name: "Ana Ruiz", title: "Infrastructure lead", roles: ["approver"] },
  { id: "ben", name: "Ben Okafor", title: "QA lead", roles: ["approver"] },
  { id: "jon", name: "Jon Lind", title: "DevOps", roles: ["operator"] },
] as const;

const CHECKLIST = `---
title: Night of the switch
kind: checklist
version: 2
requires:
  cluster: true
params:
  - {name: SERVICE, type: string, default: api, pattern: '[a-z]+', about: service that users reach}
---

# Night of the switch

<!-- decision: {rule: all-categories-signed, and: no-open-blockers, signoff: [lead, approver]} -->

## Infrastructure
<!-- category: {signoff: [infrastructure-lead]} -->

- [ ] **INF-01** Three instances stand behind the service.
  <!-- item: {max-age: 24h} -->

  \`\`\`sh {name=inf-01 timeout=1m expect=">= 3"}
  kubectl get endpoints "$SERVICE" -o jsonpath='{range .subsets[*].addresses[*]}{.targetRef.name}{"\\n"}{end}' | wc -l
  \`\`\`

- [ ] **INF-02** Blue and green are both rolled out.

  \`\`\`sh {name=inf-02 timeout=1m match=/^both ready$/m}
  for colour in blue green; do
    test "$(kubectl get deployment "$SERVICE-$colour" -o jsonpath='{.status.readyReplicas}')" -ge 1 || exit 1
  done
  echo "both ready"
  \`\`\`

## Testing
<!-- category: {signoff: [qa-lead]} -->

- [ ] **TST-01** The tests of the release are green.
  <!-- item: {tests: green} -->
- [ ] **TST-02** Everybody was told.
`;
const GREEN = '<testsuite name="all" tests="2" failures="0"><testcase name="a"/><testcase name="b"/></testsuite>';

type Signature = { id: string; name: string; role: string; meaning: string; statement: string; at: string; seq: number; state: string };
type Seen = { header: { launch: string; log: string; fingerprint: string }; signatures: Signature[] };
type Verdict = { verdict: string; problems: unknown[]; warnings: { code: string }[]; stale: { id: string; signer: string }[] };

const row = (page: Page, id: string) => page.getByRole("row", { name: new RegExp(id) });
const primary = (page: Page) => page.locator('[data-region="action"]');

async function enrolMira(page: Page): Promise<void> {
  await page.goto(`${new URL(page.url()).origin}/#/people`);
  await page.getByRole("button", { name: "Enrol a person" }).click();
  const dialog = page.getByRole("dialog", { name: "Enrol a person" });
  await dialog.getByLabel("Name").fill(MIRA.name);
  await dialog.getByLabel("Id, never given twice").fill(MIRA.id);
  await dialog.getByLabel("Title").fill(MIRA.title);
  await dialog.getByLabel("operator").uncheck();
  await dialog.getByLabel(/^lead/).check();
  await dialog.getByLabel(/^approver/).check();
  await dialog.getByLabel("How").fill("Company badge, in person");
  await dialog.getByLabel("New person's password").fill(PASSWORD);
  await dialog.getByLabel("The same again").fill(PASSWORD);
  await dialog.getByLabel(/^Your password/).fill(PERSON.password);
  await dialog.getByRole("button", { name: "Enrol" }).click();
  await expect(dialog).toBeHidden();
}

async function signCategory(page: Page, title: string, id: string): Promise<void> {
  await primary(page)
    .getByRole("button", { name: new RegExp(`Sign ${title}`) })
    .click();
  await expect(page.getByText(new RegExp(`I approve ${title} for Night one`)).last()).toBeVisible();
  await sign(page, id);
  await expect(page.getByRole("dialog")).toBeHidden();
}

test("a launch on the cluster is signed to GO, goes stale on screen, on paper and for both verifiers", async ({ holdpoint }) => {
  expect(kubeconfig, "the cluster tests need the control plane: run them by `npm test`, or set HOLDPOINT_TEST_KUBECONFIG").toBeTruthy();
  const checklist = holdpoint.write("night.md", CHECKLIST);
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: kubeconfig!, TZ: "Europe/Athens" }));
  page.setDefaultTimeout(20_000);
  const origin = new URL(page.url()).origin;
  await becomeOperator(page);
  await call(page, "library.openFolder", { path: holdpoint.books });
  await call(page, "library.trust", { folder: holdpoint.books, trusted: true });
  await call(page, "cluster.classify", { context: "deployer", class: "production" });

  await test.step("two enrol the others", async () => {
    await enrolMira(page);
    const second = { id: MIRA.id, password: PASSWORD };
    const checked = { checkedBy: PERSON.name, how: "Company badge, in person", ownPassword: PERSON.password, second };
    for (const person of TEAM) await call(page, "people.enrol", { ...person, password: PASSWORD, ...checked });
    await expect(page.getByRole("row", { name: /Ben Okafor/ })).toBeVisible();
  });
  const facts = { name: "Night one", version: "v1.0-rc1", context: "deployer", zone: "Europe/Athens" };
  const { header } = await call<Seen>(page, "launch.create", { facts, checklist });
  const { launch, log } = header;
  for (const [role, operator] of [
    ["lead", PERSON.id],
    ["approver", MIRA.id],
    ["infrastructure-lead", "ana"],
    ["qa-lead", "ben"],
  ])
    await call(page, "launch.assign", { launch, role, operator });
  const seen = async () => (await call<{ view: Seen }>(page, "launch.get", { launch })).view;

  await test.step("Jon lets the list check itself on production, brings evidence, and answers", async () => {
    await takeSeat(page, "jon", "Jon Lind");
    await page.goto(`${origin}/#/launch/${launch}/readiness`);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByRole("menuitem").filter({ hasText: "Check everything" }).click();
    const dialog = page.getByRole("dialog", { name: "Check 2 items" });
    await expect(dialog.getByText("PRODUCTION")).toBeVisible();
    await expect(dialog.getByRole("button", { name: "Run the checks" })).toBeDisabled();
    await dialog.getByLabel(/Type the cluster's name/).fill("deployer");
    await dialog.getByRole("button", { name: "Run the checks" }).click();
    for (const id of ["INF-01", "INF-02"]) await expect(row(page, id)).toContainText(/passed|checked (now|\d)/, { timeout: 60_000 });
    const evidence = { kind: "tests", title: "Nightly run", name: "junit.xml", mediaType: "text/xml" };
    await call(page, "item.evidence", { launch, item: "TST-01", ...evidence, base64: Buffer.from(GREEN).toString("base64") });
    await row(page, "INF-01").focus();
    await page.keyboard.press("d");
    await expect(row(page, "INF-01")).toContainText("Done");
    await call(page, "item.answer", { launch, items: ["INF-02", "TST-01", "TST-02"], state: "done", note: "seen" });
  });

  await test.step("Ana and Ben sign at the same window, Dana proposes GO and signs, Mira decides", async () => {
    await signCategory(page, "Infrastructure", "ana");
    await signCategory(page, "Testing", "ben");
    await takeSeat(page, PERSON.id, PERSON.name, PERSON.password);
    await page.goto(`${origin}/#/launch/${launch}/decision`);
    await page.getByRole("button", { name: /Propose GO/ }).click();
    await expect(page.getByRole("heading", { name: "GO is proposed" })).toBeVisible();
    await sign(page, PERSON.id, PERSON.password);
    await expect(page.getByText("Your signature makes the decision")).toBeVisible();
    await sign(page, MIRA.id);
    await expect(page.getByRole("heading", { name: "GO is decided" })).toBeVisible();
    expect((await seen()).signatures.map((one) => one.state)).toEqual(["valid", "valid", "valid", "valid"]);
  });

  await test.step("an item signed for changes: stale on screen, and only what covers it", async () => {
    await call(page, "item.answer", { launch, items: ["INF-02"], state: "done", note: "green was restarted" });
    await expect(page.getByRole("heading", { name: /GO was decided, and no longer holds/ })).toBeVisible();
    await expect(page.getByRole("link", { name: /Infrastructure: .*stale/ })).toBeVisible();
    await expect(page.getByRole("link", { name: /Testing: .*stale/ })).toBeHidden();
    await expect(page.getByRole("region", { name: "Decision signatures" }).getByText("Stale").first()).toBeVisible();
  });
  const { signatures } = await seen();
  const stale = signatures.filter((one) => one.state === "stale");
  expect(signatures.filter((one) => one.state === "valid").map((one) => one.name)).toEqual(["Ben Okafor"]);
  expect(stale.map((one) => one.name)).toEqual(["Ana Ruiz", PERSON.name, MIRA.name]);

  /** What the command line writes beside the running window. */
  const exported = (format: string, ending: string): string => {
    const out = join(holdpoint.folder, `night.${ending}`);
    const args = [join(root, "build", "holdpoint.mjs"), "export", log, "--format", format, "--out", out, "--json"];
    const env = { PATH: process.env["PATH"], HOME: join(holdpoint.folder, "user"), HOLDPOINT_HOME: holdpoint.home } as NodeJS.ProcessEnv;
    const { path } = JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", env })) as { path: string };
    expect(path).toBe(out);
    return out;
  };

  await test.step("pdftotext reads of every signature who, as what, what it means, when in which zone, and whether it is stale", () => {
    const pdf = exported("pdf", "pdf");
    // In the order of writing: a row of the table is one piece of text, from the signer to the event.
    const text = execFileSync("pdftotext", ["-raw", "-enc", "UTF-8", pdf, "-"], { encoding: "utf8" }).replace(/\s+/g, " ");
    const squeezed = text.replaceAll(" ", "");
    for (const { name, role, statement, at, seq, state } of signatures) {
      // The signature's own row: what stands between its sentence's signer and its event.
      const upTo = squeezed.search(new RegExp(`event${seq}covers`));
      expect(upTo, `${name}: a row that ends with event ${seq}`).toBeGreaterThan(0);
      const one = squeezed.slice(squeezed.lastIndexOf(name.replaceAll(" ", ""), squeezed.lastIndexOf("“", upTo)), upTo);
      const moment = `${at.slice(0, 10)} ${at.slice(11, 19)} UTC`;
      for (const said of [name, `as ${role}`, "Approved:", `“${statement}”`, moment]) expect(one).toContain(said.replaceAll(" ", ""));
      expect(one).toMatch(/Europe\/Athens\(UTC\+0[23]:00\)/);
      expect(/stalesince/i.test(one), `${name} is ${state}`).toBe(state === "stale");
    }
    expect(squeezed).toContain("4signatures:1valid,3stale");
  });

  await test.step("the bundle's own verifiers, under Node and under Python, say the same and name the stale signatures", () => {
    const bundle = exported("bundle", "zip");
    const bag = join(holdpoint.folder, "bag");
    mkdirSync(bag);
    execFileSync("unzip", ["-q", bundle, "-d", bag]);
    const [top] = execFileSync("ls", [bag], { encoding: "utf8" }).trim().split("\n");
    const found = (name: string) =>
      execFileSync("find", [join(bag, top!), "-name", name], { encoding: "utf8" })
        .trim()
        .split("\n")[0] as string;
    const ask = (command: string[], verifier: string, ...more: string[]) => {
      const [program, ...flags] = command;
      const ended = spawnSync(program!, [...flags, verifier, bundle, ...more], { encoding: "utf8", cwd: holdpoint.folder, env: {} });
      return { code: ended.status, text: ended.stdout, errors: ended.stderr };
    };
    // As on a machine that has nothing else: Node may read bundle and verifier alone, Python takes neither packages nor variables from around.
    const python = execFileSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" }).trim();
    const both = [
      [[process.execPath, "--permission", `--allow-fs-read=${bag}`, `--allow-fs-read=${bundle}`], found("verify.mjs")],
      [[python, "-I", "-S"], found("verify.py")],
    ] as [string[], string][];
    for (const more of [[], ["--fingerprint", header.fingerprint]]) {
      const [underNode, underPython] = both.map(([command, verifier]) => ask(command, verifier, ...more, "--json"));
      const said = [underNode, underPython].map((one) => JSON.parse(one!.text) as Verdict);
      expect(said[0]!.problems).toEqual([]);
      expect(said[1]).toMatchObject({ verdict: said[0]!.verdict, problems: [], warnings: said[0]!.warnings.map(({ code }) => ({ code })) });
      expect(underNode!.code).toBe(underPython!.code);
      for (const { stale: named } of said)
        expect(named.map(({ id, signer }) => ({ id, signer }))).toEqual(
          stale.map(({ id, name }) => ({ id, signer: expect.stringContaining(name.split(" ")[0]!.toLowerCase()) })),
        );
    }
    const words = both.map(([command, verifier]) => ask(command, verifier).text);
    expect(words[0]).toBe(words[1]);
    for (const { id } of stale) expect(words[0]).toContain(`stale: signature ${id} `);
    expect(words[0]).toContain("4 signatures (1 valid, 3 stale, 0 withdrawn)");
  });
});
