// Where this machine keeps what could lead a rehearsal to production: names of variables, places in the home directory, sockets.
// Owns: those lists, and what of them is there now. Hides nothing itself.
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve, sep } from "node:path";
import { parse } from "yaml";
import { LEADING } from "../cluster/index.ts";

/**
 * Variables that a rehearsal's shell does not get, and that are taken away again where an rc file exports them: what chooses a cluster, what
 * leads to one through somebody, and what credentials usually come in. Patterns of the shell, because rc files set what no list has.
 */
export const WITHDRAWN = [
  ...["KUBE*", "kube*", "Kube*", "HELM_*", "KOPS_*", "EKS_*", "AKS_*", "GKE_*", "OPENSHIFT_*", "RANCHER_*", "ARGOCD_*", "FLUX_*", "TKE_*"],
  ...LEADING.filter((name) => !name.startsWith("KUBE")),
  ...["AWS_*", "AMAZON_*", "AZURE_*", "ARM_*", "MSI_*", "IDENTITY_*", "GOOGLE_*", "GCLOUD_*", "GCP_*", "CLOUDSDK_*", "DIGITALOCEAN_*"],
  ...["DO_*", "HCLOUD_*", "LINODE_*", "OCI_*", "OS_*", "IBMCLOUD_*", "SCW_*", "ALICLOUD_*", "TENCENTCLOUD_*"],
  ...["DOCKER_*", "REGISTRY_*", "CONTAINER_HOST", "BUILDKIT_*", "VAULT_*", "CONSUL_*", "NOMAD_*", "BOUNDARY_*", "TELEPORT_*", "TSH_*"],
  ...["GH_*", "GITHUB_*", "GITLAB_*", "BITBUCKET_*", "CI_*", "JENKINS_*", "TF_VAR_*", "TFE_*", "PULUMI_*", "OP_*", "BW_*", "SOPS_*"],
  ...[
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "SSH_ASKPASS",
    "GPG_AGENT_INFO",
    "GPG_TTY",
    "KRB5*",
    "DBUS_*",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
  ],
  ...["*TOKEN*", "*SECRET*", "*PASSW*", "*PASSPHRASE*", "*CREDENTIAL*", "*APIKEY*", "*API_KEY*", "*PRIVATE_KEY*", "*ACCESS_KEY*", "*_DSN"],
  ...["*_token", "*_secret", "*_password", "PGPASS*", "PGSERVICE*", "REDISCLI_AUTH", "MYSQL_PWD", "NETRC", "HOLDPOINT_*"],
];

/** Below the home directory: tools of clusters and clouds, keys, tokens. Directories and files. */
const IN_HOME = [
  ...[".kube", ".kubie", ".helm", ".minikube", ".k3d", ".rancher", ".tsh", ".argocd", ".oc", ".flux"],
  ...[".aws", ".azure", ".oci", ".bluemix", ".ibmcloud", ".aliyun", ".docker", ".ssh", ".gnupg", ".password-store", ".vault-token"],
  ...[".netrc", ".pgpass", ".pg_service.conf", ".my.cnf", ".mylogin.cnf", ".git-credentials", ".s3cfg", ".boto", ".terraform.d"],
];
const IN_CONFIG = [
  ...[
    "gcloud",
    "kube",
    "helm",
    "argocd",
    "doctl",
    "hcloud",
    "linode-cli",
    "scw",
    "openstack",
    "containers",
    "gh",
    "glab-cli",
    "op",
    "sops",
  ],
  ...["rclone", "k9s", "kubie", "azure", "vault", "teleport", "git/credentials"],
];
/** Of the machine: what a pod, a node and a container runtime find there. */
const OF_MACHINE = [
  ...["/var/run/secrets/kubernetes.io", "/run/secrets", "/etc/kubernetes", "/etc/rancher", "/var/lib/kubelet", "/var/lib/rancher"],
  ...["/var/lib/minikube", "/var/snap/microk8s"],
];
/** Whoever may talk to these has a program of the machine read a file for him. */
const SOCKETS = [
  "/run/docker.sock",
  "/var/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/podman/podman.sock",
  "/run/crio/crio.sock",
];
const OF_USER = [
  "bus",
  "systemd/private",
  "docker.sock",
  "podman/podman.sock",
  "gnupg/S.gpg-agent",
  "gnupg/S.gpg-agent.ssh",
  "keyring/ssh",
  "keyring/control",
];
/** A home directory with more entries than this is nobody's; what is left out is missed by no shell. */
const MOST_ENTRIES = 2_000;

type Environment = Record<string, string | undefined>;

const isWithdrawn = (() => {
  const pattern = new RegExp(`^(?:${WITHDRAWN.map((glob) => glob.replaceAll("*", ".*")).join("|")})$`);
  return (name: string): boolean => pattern.test(name);
})();
/** A key, a signed token, or an address with a password in it. */
const LOOKS_SECRET = /-----BEGIN |\beyJ[\w-]{8,}\.[\w-]+\.|[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i;

/** What a rehearsal's shell gets of an environment that is already without what steers Holdpoint itself, and the names that it does not get. */
export function withoutWays(environment: Record<string, string>): { environment: Record<string, string>; leftOut: string[] } {
  const kept: Record<string, string> = {};
  const leftOut: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (isWithdrawn(name) || LOOKS_SECRET.test(value)) leftOut.push(name);
    else kept[name] = value;
  }
  return { environment: kept, leftOut: leftOut.sort() };
}

export type Found = {
  /** Directories to be seen empty; of these, the kubeconfig's own place. */
  folders: string[];
  /** Kubeconfig files, which are to show a cluster that is not there. */
  kubeconfigs: string[];
  /** Everything else that is a file. */
  files: string[];
};

/** Credentials that are there now, by real path. `kubeconfigs`: files that contexts were read from, wherever they lie. */
export function foundPlaces(home: string, environment: Environment, kubeconfigs: readonly string[]): Found {
  const uid = process.getuid?.() ?? 0;
  const runtime = [...new Set([environment.XDG_RUNTIME_DIR, `/run/user/${uid}`])].filter(
    (path): path is string => !!path && isAbsolute(path),
  );
  const config =
    environment.XDG_CONFIG_HOME && isAbsolute(environment.XDG_CONFIG_HOME) ? environment.XDG_CONFIG_HOME : join(home, ".config");
  const named = [...kubeconfigs, ...(environment.KUBECONFIG ?? "").split(delimiter)]
    .filter((path) => path !== "")
    .map((path) => resolve(path));
  const lists = [...new Set(named)].flatMap(realOf);
  const found: Found = { folders: [], kubeconfigs: lists, files: [] };
  const candidates = [
    ...IN_HOME.map((name) => join(home, name)),
    ...IN_CONFIG.map((name) => join(config, name)),
    ...OF_MACHINE,
    ...SOCKETS,
    ...runtime.flatMap((folder) => OF_USER.map((name) => join(folder, name))),
    ...[
      environment.SSH_AUTH_SOCK,
      environment.DOCKER_CONFIG,
      environment.AWS_SHARED_CREDENTIALS_FILE,
      environment.GOOGLE_APPLICATION_CREDENTIALS,
    ],
    ...lists.flatMap(filesIn),
  ];
  for (const path of new Set(candidates.flatMap((one) => (one && isAbsolute(one) ? realOf(one) : []))))
    if (statSync(path).isDirectory()) found.folders.push(path);
    else if (!lists.includes(path)) found.files.push(path);
  // What lies in a directory that is seen empty needs nothing of its own.
  const isCovered = (path: string) => found.folders.some((folder) => path !== folder && path.startsWith(folder + sep));
  return {
    folders: found.folders.filter((path) => !isCovered(path)),
    kubeconfigs: found.kubeconfigs.filter((path) => !isCovered(path)),
    files: found.files.filter((path) => !isCovered(path)),
  };
}

/** Keys, certificates and tokens that a kubeconfig names by their path. A broken file names nothing. */
function filesIn(kubeconfig: string): string[] {
  try {
    const { users } = parse(readFileSync(kubeconfig, "utf8")) as { users?: { user?: Record<string, unknown> }[] };
    return (users ?? []).flatMap(({ user }) =>
      ["client-key", "client-certificate", "tokenFile"].flatMap((field) => {
        const path = user?.[field];
        return typeof path === "string" && path !== "" ? [resolve(dirname(kubeconfig), path)] : [];
      }),
    );
  } catch {
    return [];
  }
}

function realOf(path: string): string[] {
  try {
    const real = realpathSync(path);
    // A pipe or a device under such a name is nothing of ours.
    const stats = statSync(real);
    return stats.isDirectory() || stats.isFile() || stats.isSocket() ? [real] : [];
  } catch {
    return []; // not there
  }
}

/**
 * Version managers write their starters anew whenever a shell begins, with the home's path in each: through a link that would put the path of
 * this home, which goes with the run, into the person's own.
 */
const WRITES_SHIMS = [".asdf", ".goenv", ".jenv", ".nodenv", ".pyenv", ".rbenv"];

/**
 * Makes `path` a home directory in which everything of the person's own is found again, but for the places of credentials; `.kube/config`
 * is left for whoever puts one there. Written files stay in it, and go with it.
 */
export function mirrorHome(home: string, path: string): void {
  mkdirSync(join(path, ".kube"), { recursive: true, mode: 0o700 });
  link(home, path, new Set([...IN_HOME, ".config", ...WRITES_SHIMS]));
  for (const name of WRITES_SHIMS) {
    if (!existsSync(join(home, name))) continue;
    mkdirSync(join(path, name, "shims"), { recursive: true, mode: 0o700 });
    link(join(home, name), join(path, name), new Set(["shims"]));
  }
  mkdirSync(join(path, ".config"), { mode: 0o700 });
  link(join(home, ".config"), join(path, ".config"), new Set(IN_CONFIG.map((name) => name.split("/")[0] ?? name)));
}

function link(from: string, to: string, but: ReadonlySet<string>): void {
  let names: string[];
  try {
    names = readdirSync(from);
  } catch {
    return; // no such directory: nothing to be found again
  }
  for (const name of names.slice(0, MOST_ENTRIES)) {
    if (but.has(name) || /kube-?config/i.test(name)) continue;
    try {
      lstatSync(join(to, name));
    } catch {
      symlinkSync(join(from, name), join(to, name));
    }
  }
}
