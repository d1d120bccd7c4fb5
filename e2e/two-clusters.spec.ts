// A run on two real clusters of which the first is dead from the start: what waits is said, the other goes on, and a second person signs to go past a step.
import { readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { parse } from "yaml";
import { clean } from "./axe.ts";
import { expect, test } from "./holdpoint.ts";
import { act, becomeOperator, call, expectStep, openRunbook, PASSWORD, PERSON, sign } from "./pages.ts";

const kubeconfig = process.env["HOLDPOINT_TEST_KUBECONFIG"];
const step = (id: string, title: string, on: string, text: string) =>
  `## ${title}\n\n<!-- step: {id: ${id}, on: ${on}} -->\n\n\`\`\`sh\n${text}\n\`\`\`\n\n`;
const TEXT = `---
title: Fail over to the second site
reviewed: 2026-01-01
clusters: [primary, dr]
---

# Fail over

${step("fence", "Fence the first site", "primary", "kubectl get nodes")}${step("promote", "Promote the second site", "dr", "kubectl get namespaces -o name\nsh ./look.sh || true")}${step("tell", "Tell the customers", "none", "echo told")}${step("clean", "Clean up the first site", "primary", "kubectl get namespaces -o name")}`;
/** What no reading of the runbook finds: it is named when it is tried. */
const LOOK = "kubectl --context production get nodes\n";

/** A line to a server that can be cut and mended. */
async function openLine(to: number) {
  const sockets = new Set<Socket>();
  let server: Server;
  let port = 0;
  const mend = () =>
    new Promise<void>((resolve) => {
      server = createServer((incoming) => {
        const outgoing = connect(to, "127.0.0.1");
        for (const socket of [incoming, outgoing]) {
          sockets.add(socket);
          socket.on("error", () => {});
          socket.on("close", () => {
            sockets.delete(socket);
            incoming.destroy();
            outgoing.destroy();
          });
        }
        incoming.pipe(outgoing).pipe(incoming);
      });
      server.listen(port, "127.0.0.1", () => {
        port = (server.address() as AddressInfo).port;
        resolve();
      });
    });
  await mend();
  return {
    port,
    mend,
    async cut() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

test("the first of two clusters is dead: its steps wait, the others go on, and two persons go past one", async ({ holdpoint }) => {
  test.setTimeout(180_000);
  expect(kubeconfig, "the cluster tests need the control plane: run them by `npm test`, or set HOLDPOINT_TEST_KUBECONFIG").toBeTruthy();
  type Named = { name: string; cluster: { server: string } };
  const config = parse(readFileSync(kubeconfig!, "utf8")) as { clusters: Named[]; users: unknown[] };
  const of = (name: string) => config.clusters.find((one) => one.name === name)!.cluster;
  const line = await openLine(Number(new URL(of("main").server).port));
  const own = join(holdpoint.folder, "kubeconfig");
  writeFileSync(
    own,
    JSON.stringify({
      ...config,
      clusters: [
        { name: "site-a", cluster: { ...of("main"), server: `https://127.0.0.1:${line.port}` } },
        { name: "site-b", cluster: of("other") },
      ],
      contexts: ["site-a", "site-b"].map((name) => ({ name, context: { cluster: name, user: "admin", namespace: "default" } })),
      "current-context": "site-a",
    }),
  );
  holdpoint.write("look.sh", LOOK);
  const path = holdpoint.write("fail-over.md", TEXT);
  const page = await holdpoint.open(await holdpoint.serve({ KUBECONFIG: own }));
  await becomeOperator(page);
  await call(page, "people.enrol", {
    id: "mira",
    name: "Mira Olsen",
    title: "Site lead",
    roles: ["operator"],
    password: PASSWORD,
    checkedBy: PERSON.name,
    how: "Company badge, in person",
    ownPassword: PERSON.password,
  });
  for (const context of ["site-a", "site-b"]) await call(page, "cluster.classify", { context, class: "sandbox" });
  await openRunbook(page, path);
  await page.getByRole("button", { name: /Trust this folder/ }).click();
  await line.cut();
  const contexts = { primary: "site-a", dr: "site-b" };
  const started = await call<{ header: { run: string } }>(page, "run.start", {
    path,
    mode: "rehearsal",
    rehearsal: { way: "sandbox" },
    contexts,
    params: {},
    placeholders: {},
  });
  await page.evaluate((run) => {
    location.hash = `#/run/${run}`;
  }, started.header.run);

  const away = page.getByRole("region", { name: "Cluster primary does not answer" });
  await expect(away).toContainText("Steps 1, 4 wait for it; dr goes on.");
  await expect(page.getByRole("banner")).toContainText("not reachable");
  await clean(page, "a run with a dead cluster");
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Promote the second site");
  await expect(page.getByText(/Kept inside the rehearsal/).first()).toBeVisible();
  await page.screenshot({ path: join(test.info().outputDir, "one-dead.png") });
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Tell the customers");

  await page.getByRole("button", { name: /Skip with a reason/ }).click();
  const ask = page.getByRole("dialog", { name: "Skip 1 Fence the first site?" });
  await expect(ask).toContainText("a second person signs");
  await ask.getByRole("textbox").fill("The first site is without power until noon.");
  await ask.getByRole("button", { name: /Ask to go past it/ }).click();
  await expect(away).toContainText("Dana Mercer asks to go past step 1");
  await page.screenshot({ path: join(test.info().outputDir, "asked.png") });
  await page
    .locator('[data-region="action"]')
    .getByRole("button", { name: /Sign to go past it/ })
    .click();
  await expect(page.getByText(/I agree, as a second person, to go past step 1/)).toBeVisible();
  await page.screenshot({ path: join(test.info().outputDir, "signing.png") });
  await sign(page, "mira");
  await expectStep(page, "Skipped", "Fence the first site");
  await expect(away).toContainText("Step 4 waits for it");
  await page.screenshot({ path: join(test.info().outputDir, "signed.png") });

  await line.mend();
  await expect(away).toBeHidden({ timeout: 30_000 });
  await act(page, /Run step/);
  await expectStep(page, "Passed", "Clean up the first site");
  await page.screenshot({ path: join(test.info().outputDir, "back.png") });
  await line.cut();
});
