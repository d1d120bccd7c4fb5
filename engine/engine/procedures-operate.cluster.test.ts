// The procedures of runbooks/operate, from the first to the last step: a certificate really served, a real Alertmanager, a page on the ingress.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { createServer } from "node:https";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAlertmanager } from "../../build/services/index.ts";
import { LIBRARY, openGround, openWorld, type World, walk } from "./testing-procedures.ts";

const cluster = await openGround();
afterAll(() => cluster?.stop());
const contexts = { main: "primary" };

describe.skipIf(!cluster)("procedures of operation", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(cluster?.kubeconfig ?? "");
  });
  afterAll(() => world?.close());
  const kubectl = (...args: string[]) => world.spaces.kubectl("primary", args);

  it("renews a certificate until a client gets the new one, and leaves no key behind", async () => {
    const pki = join(world.folder, "pki");
    mkdirSync(pki);
    const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: pki, stdio: ["ignore", "pipe", "ignore"] }).toString();
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    openssl("req", "-x509", ...curve, "-keyout", "ca.key", "-out", "ca.crt", "-days", "30", "-subj", "/CN=test issuer");
    openssl("req", "-x509", ...curve, "-keyout", "old.key", "-out", "old.crt", "-days", "5", "-subj", "/CN=api.test");
    await kubectl("create", "secret", "tls", "api-tls", `--cert=${join(pki, "old.crt")}`, `--key=${join(pki, "old.key")}`);
    const read = async (part: string) =>
      Buffer.from(await kubectl("get", "secret", "api-tls", "-o", `jsonpath={.data.tls\\.${part}}`), "base64");
    const pair = async () => ({ cert: await read("crt"), key: await read("key") });
    const old = await pair();
    const server = createServer(old, (_request, response) => void response.end("served\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    try {
      const { view, printed } = await walk(world.bench, {
        file: "operate/certificate-renewal.md",
        contexts,
        params: {
          CA_CERTIFICATE: join(pki, "ca.crt"),
          CA_KEY: join(pki, "ca.key"),
          FOLDER: join(pki, "work"),
          ENDPOINT: `127.0.0.1:${port}`,
        },
        // What an ingress controller does when its Secret changes.
        before: { served: async () => server.setSecureContext(await pair()) },
        waysBack: ["old-pair"],
      });
      expect(view.header.result).toBe("passed");
      expect(await printed("days")).toContain("4 days left");
      expect(readdirSync(join(pki, "work"))).toEqual([]);
      expect(await read("crt")).toEqual(old.cert);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it("silences warnings of one service, and ends the silence after the stable time", async () => {
    const alertmanager = await startAlertmanager({ dir: join(world.folder, "alertmanager") });
    try {
      const active: number[] = [];
      const count = async () => void active.push((await alertmanager.silences()).filter((one) => one.status.state === "active").length);
      const { view } = await walk(world.bench, {
        file: "operate/alert-silence.md",
        params: { ...world.prometheus, ALERTMANAGER: alertmanager.url },
        before: { work: count, call: count },
        waysBack: ["loud"],
      });
      expect(view.header.result).toBe("passed");
      expect(active).toEqual([1, 0]);
    } finally {
      await alertmanager.stop();
    }
  });

  it("shows the page while the work is done, and takes it away before the jobs run again", async () => {
    await kubectl("create", "service", "clusterip", "maintenance-page", "--tcp=80:8080");
    const backend = () => kubectl("get", "ingress", "api", "-o", "jsonpath={.spec.rules[0].http.paths[0].backend.service.name}");
    const seen: string[] = [];
    const look = async () => void seen.push(await backend(), await world.setting("flags", "JOBS"));
    const { view } = await walk(world.bench, {
      file: "operate/maintenance-window.md",
      contexts,
      params: world.prometheus,
      before: { work: look, "jobs-run": look, over: look },
      waysBack: ["page-on", "page-off", "jobs-again"],
    });
    expect(view.header.result).toBe("passed");
    expect(seen).toEqual(["maintenance-page", "0", "api", "0", "api", "1"]);
    expect(await backend()).toBe("api");
  });

  it("says before the first step that a Helm release needs Helm", async () => {
    const path = join(LIBRARY, "operate", "helm-release.md");
    const hasHelm = (process.env.PATH ?? "").split(delimiter).some((folder) => readdirSafe(folder).includes("helm"));
    const request = { path, mode: "live" as const, contexts: contexts as never, params: {}, placeholders: {} };
    const findings = await world.bench.call("run.preflight", request);
    const helm = findings.find((one) => one.subject.includes("helm"));
    expect(helm?.severity).toBe(hasHelm ? "ok" : "blocker");
  });
});

function readdirSafe(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a folder of PATH that is not there holds no program
  }
}
