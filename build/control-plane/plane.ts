// A real control plane on loopback: etcd, API server, controller manager, scheduler, one hollow node; and a second API server.
// Owns: the processes and the files in its folder. Runs no container: pods become Running, nothing answers in them.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { join, resolve } from "node:path";
import { findBinaries } from "./binaries.ts";
import { createAuthority, issueClient } from "./certificates.ts";
import { startHollowNode } from "./hollow-node.ts";
import { CONTEXTS, createUsers, type Place, programKubeconfig, tokenFile, type User, writeKubeconfig } from "./kubeconfig.ts";
import { contextsOf } from "./kubectl.ts";
import { endPrograms, freePorts, type Program, startProgram, until } from "./processes.ts";

export type ControlPlane = {
  kubeconfig: string;
  contexts: string[];
  stop(): Promise<void>;
  /** All of it dies at once, as a site does; the kubeconfig stays. Throws where the control plane is somebody else's. */
  kill(): Promise<void>;
};

/** An API server is ready in 3 s on two idle cores, the node within 20 s; these are for a machine that does much else. */
const SERVER_READY_MS = 120_000;
const NODE_READY_MS = 180_000;
/** A port may be taken between finding it free and using it; then everything is tried again with others. */
const ATTEMPTS = 3;

/**
 * Starts everything in `dir` (made if needed) and returns when the node is Ready. The binaries must be there: buildBinaries().
 * With HOLDPOINT_TEST_KUBECONFIG set, starts nothing and returns that file; an empty `env` starts one in any case. `isSingle` leaves out
 * the second API server, and its context then reaches nobody. Throws with the log's last lines.
 */
export async function startControlPlane({
  dir,
  env = process.env,
  isSingle = false,
}: {
  dir: string;
  env?: NodeJS.ProcessEnv;
  isSingle?: boolean;
}): Promise<ControlPlane> {
  const theirs = env.HOLDPOINT_TEST_KUBECONFIG;
  if (theirs) {
    const kill = async () => {
      throw new Error(`${theirs} is a cluster of somebody else's: only one that was started here can be killed.`);
    };
    return { kubeconfig: theirs, contexts: await contextsOf(theirs), stop: async () => {}, kill };
  }
  const binaries = findBinaries();
  if (binaries === null) {
    throw new Error(
      "the control plane is not built yet: run `node build/node24.mjs build/control-plane/main.ts build` (about 8 minutes, once).",
    );
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(resolve(dir), binaries.folder, isSingle);
    } catch (error) {
      const isPortTaken = error instanceof Error && /address already in use/.test(error.message);
      if (!isPortTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

async function startOnce(dir: string, bin: string, isSingle: boolean): Promise<ControlPlane> {
  const state = join(dir, "state");
  rmSync(state, { recursive: true, force: true }); // left by one that was killed
  const logs = join(state, "logs");
  mkdirSync(logs, { recursive: true });
  chmodSync(state, 0o700);
  const [etcdPort = 0, peerPort = 0, mainPort = 0, otherPort = 0, kubeletPort = 0, readOnlyPort = 0, unreachablePort = 0] =
    await freePorts(7);
  const programs: Program[] = [];
  const start = (name: string, program: string, args: string[]) => {
    const started = startProgram(name, join(bin, program), args, join(logs, `${name}.log`));
    programs.unshift(started); // ended in reverse order
    return started;
  };
  const kubeconfig = join(dir, "kubeconfig");
  const stop = async () => {
    await endPrograms(programs);
    rmSync(state, { recursive: true, force: true });
    rmSync(kubeconfig, { force: true });
  };
  const kill = async () => {
    for (const program of programs) program.child.kill("SIGKILL");
    await Promise.all(programs.map((program) => program.ended));
  };
  try {
    const users = createUsers();
    const admin = users.find((user) => user.name === "admin")!;
    const tokens = join(state, "tokens.csv");
    writeFileSync(tokens, tokenFile(users), { mode: 0o600 });
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    start("etcd", "etcd", [
      ...["--name=holdpoint", `--data-dir=${join(state, "etcd")}`, "--logger=zap", "--log-level=error"],
      ...[`--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`],
      ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=holdpoint=${peerUrl}`],
    ]);
    // The second server keeps its objects under another prefix of the same etcd: another cluster in everything that shows.
    const [mainCa, otherCa] = await Promise.all([
      createAuthority(join(state, "pki-main"), "holdpoint test main"),
      createAuthority(join(state, "pki-other"), "holdpoint test other"),
    ]);
    await issueClient(mainCa, "certificate", "deployer-certificate", ["release"], 1);
    const server = (name: string, port: number, folder: string) =>
      start(name, "kube-apiserver", [
        ...[`--etcd-servers=${etcdUrl}`, `--etcd-prefix=/${name}`, `--secure-port=${port}`, "--bind-address=127.0.0.1"],
        // Never used (no endpoint of its own is kept), but without one the server looks for a default route.
        ...["--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none"],
        ...[`--tls-cert-file=${join(folder, "server.crt")}`, `--tls-private-key-file=${join(folder, "server.key")}`],
        ...[`--client-ca-file=${join(folder, "ca.crt")}`, `--token-auth-file=${tokens}`, `--cert-dir=${folder}`],
        ...["--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount", "--service-cluster-ip-range=10.254.0.0/24"],
        ...[
          "--service-account-issuer=https://kubernetes.default.svc",
          `--service-account-key-file=${join(folder, "service-accounts.key")}`,
        ],
        `--service-account-signing-key-file=${join(folder, "service-accounts.key")}`,
      ]);
    server("apiserver-main", mainPort, mainCa.folder);
    const main: Place = { server: `https://127.0.0.1:${mainPort}`, ca: mainCa.ca };
    const other: Place = { server: `https://127.0.0.1:${otherPort}`, ca: otherCa.ca };
    await until("the API server was ready", () => isReady(main, admin), SERVER_READY_MS, programs);
    // Starting both at once would double the longest wait on two cores, so the second follows.
    if (!isSingle) server("apiserver-other", otherPort, otherCa.folder);
    const own = join(state, "program.kubeconfig");
    writeFileSync(own, programKubeconfig(main, admin.token), { mode: 0o600 });
    const quiet = ["--leader-elect=false", "--port=0", "--secure-port=0"];
    start("controller-manager", "kube-controller-manager", [
      ...[`--kubeconfig=${own}`, `--service-account-private-key-file=${join(mainCa.folder, "service-accounts.key")}`],
      ...["--controllers=*,-nodeipam,-cloud-node-lifecycle", ...quiet],
    ]);
    start("scheduler", "kube-scheduler", [`--kubeconfig=${own}`, ...quiet]);
    const scratch = join(state, "kubelet");
    mkdirSync(scratch);
    programs.unshift(
      startHollowNode({ bin, scratch, log: join(logs, "kubelet.log"), kubeconfig: own, ports: [kubeletPort, readOnlyPort] }),
    );
    if (!isSingle) await until("the second API server was ready", () => isReady(other, admin), SERVER_READY_MS, programs);
    await until("the node was Ready", () => isNodeReady(main, admin), NODE_READY_MS, programs);
    writeKubeconfig(kubeconfig, {
      main,
      other,
      users,
      certificate: { crt: join(mainCa.folder, "certificate.crt"), key: join(mainCa.folder, "certificate.key") },
      unreachablePort,
    });
    return { kubeconfig, contexts: [...CONTEXTS], stop, kill };
  } catch (error) {
    await stop();
    throw error;
  }
}

const isReady = async (place: Place, user: User) => (await get(place, user, "/readyz"))?.status === 200;

async function isNodeReady(place: Place, user: User): Promise<boolean> {
  const answer = await get(place, user, "/api/v1/nodes/hollow-node");
  if (answer?.status !== 200) return false;
  const node = JSON.parse(answer.body) as { status?: { conditions?: { type: string; status: string }[] } };
  return node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** One GET; null while nobody answers. */
function get({ server, ca }: Place, { token }: User, path: string): Promise<{ status: number; body: string } | null> {
  return new Promise((done) => {
    const call = request(
      `${server}${path}`,
      { ca: readFileSync(ca), headers: { authorization: `Bearer ${token}` }, timeout: 5_000 },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (text: string) => (body += text));
        answer.on("end", () => done({ status: answer.statusCode ?? 0, body }));
        answer.on("error", () => done(null));
      },
    );
    call.on("timeout", () => call.destroy());
    call.on("error", () => done(null)); // not up yet: asked again
    call.end();
  });
}
