// What the test clusters hold: blue and green deployments with services and ingresses, deployments that cannot roll out, and roles.
// Owns: the objects. Applied with kubectl, so that filling twice changes nothing.
import { contextsOf, mustKubectl } from "./kubectl.ts";

const NAMESPACE = "core";
const IMAGE = "registry.test/api:v1.41.0";
/** Six hollow pods become Ready in about 10 s on two idle cores. */
const ROLLOUT_SECONDS = 120;

/**
 * Fills the current context's cluster, and the cluster of the context `other` where there is one: namespace, deployments,
 * services, ingresses, and the roles of the test users. Waits until blue and green are rolled out. Throws with kubectl's words.
 */
export async function fillFixture(kubeconfig: string): Promise<void> {
  const contexts = await contextsOf(kubeconfig);
  const places = [contexts.includes("admin") ? ["--context=admin"] : [], ...(contexts.includes("other") ? [["--context=other"]] : [])];
  for (const place of places) {
    // Server-side validation does not exist on old servers, and the answer to a wrong object is an error either way.
    await mustKubectl(
      kubeconfig,
      [...place, "apply", "--validate=false", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: objects() }),
    );
  }
  // Only the first cluster has a node; the other's deployments exist and do nothing.
  for (const name of ["api-blue", "api-green"]) {
    await mustKubectl(kubeconfig, [
      ...places[0]!,
      ...["-n", NAMESPACE, "rollout", "status", `deployment/${name}`, `--timeout=${ROLLOUT_SECONDS}s`],
    ]);
  }
}

/** Pods of a test's own namespace: enough for a roll-out, and few on the one hollow node that all share. */
const OWN_REPLICAS = 1;

/** The same deployments, services and ingresses in a namespace of a test's own, without roles. Waits until blue and green are rolled out. */
export async function fillNamespace(kubeconfig: string, namespace: string): Promise<void> {
  const own = objects()
    .filter(({ kind }) => !/^(Namespace|Role|RoleBinding|ClusterRole|ClusterRoleBinding)$/.test(kind))
    .map((object) => {
      const moved = { ...object, metadata: { ...object.metadata, namespace } };
      if (object.kind !== "Deployment") return moved;
      const spec = object["spec"] as { replicas: number; template: { spec: object } };
      // Without a grace period the API server lets go of a pod at once; the hollow node takes 10 s and more to say that it has ended.
      const template = { ...spec.template, spec: { ...spec.template.spec, terminationGracePeriodSeconds: 0 } };
      return { ...moved, spec: { ...spec, template, replicas: Math.min(spec.replicas, OWN_REPLICAS) } };
    });
  const items = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...own];
  await mustKubectl(kubeconfig, ["apply", "--validate=false", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  for (const name of ["api-blue", "api-green"])
    await mustKubectl(kubeconfig, ["-n", namespace, "rollout", "status", `deployment/${name}`, `--timeout=${ROLLOUT_SECONDS}s`]);
}

type Manifest = { apiVersion: string; kind: string; metadata: { name: string }; [field: string]: unknown };

function objects(): Manifest[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
    deployment("api-blue", { app: "api", colour: "blue" }, 3),
    deployment("api-green", { app: "api", colour: "green" }, 3),
    service("api", { app: "api", colour: "blue" }),
    service("api-preview", { app: "api", colour: "green" }),
    ingress("api", "api", {}),
    // A canary is an ingress of its own beside the main one; at weight 0 it gets nothing.
    ingress("api-canary", "api-preview", {
      "nginx.ingress.kubernetes.io/canary": "true",
      "nginx.ingress.kubernetes.io/canary-weight": "0",
    }),
    // Any image "succeeds" on a hollow node, so these fail by other means. They rest at 0 replicas: `kubectl scale` makes the trouble.
    deployment("api-unready", { app: "api-unready" }, 0, {
      // Port 1 of loopback answers nobody, and the probe leaves this machine alone.
      probe: { httpGet: { host: "127.0.0.1", port: 1, path: "/healthz" }, periodSeconds: 2 },
    }),
    deployment("api-unplaced", { app: "api-unplaced" }, 0, { nodeSelector: { "holdpoint.test/disk": "none-has-this" } }),
    ...roles(),
  ];
}

type Extras = { probe?: object; nodeSelector?: Record<string, string> };

function deployment(name: string, labels: Record<string, string>, replicas: number, { probe, nodeSelector }: Extras = {}): Manifest {
  const container = {
    name: "api",
    image: IMAGE,
    env: [
      { name: "USE_UNIFIED_PIPELINE", value: "0" },
      { name: "CONV_STORE_PRIMARY", value: "mongo" },
    ],
    ports: [{ containerPort: 8080 }],
    ...(probe === undefined ? {} : { readinessProbe: probe }),
  };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: namespaced(name, labels),
    spec: {
      replicas,
      // The default of ten minutes is longer than any test waits.
      progressDeadlineSeconds: 20,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [container], ...(nodeSelector === undefined ? {} : { nodeSelector }) },
      },
    },
  };
}

const namespaced = (name: string, labels: Record<string, string> = {}, annotations: Record<string, string> = {}) => ({
  name,
  namespace: NAMESPACE,
  labels,
  annotations,
});

const service = (name: string, selector: Record<string, string>): Manifest => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: namespaced(name, { app: "api" }),
  spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
});

const ingress = (name: string, backend: string, annotations: Record<string, string>): Manifest => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: namespaced(name, { app: "api" }, annotations),
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host: "api.test",
        http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: backend, port: { number: 80 } } } }] },
      },
    ],
  },
});

/** `deployer` may do what a cut-over needs and read kube-system's UID; `viewer` reads the namespace and nothing else. */
function roles(): Manifest[] {
  const read = ["get", "list", "watch"];
  const rule = (apiGroups: string[], resources: string[], verbs: string[]) => ({ apiGroups, resources, verbs });
  const seeing = [
    rule([""], ["pods", "pods/log", "services", "endpoints", "events", "configmaps"], read),
    rule(["apps"], ["deployments", "replicasets"], read),
    rule(["networking.k8s.io"], ["ingresses"], read),
  ];
  const role = (name: string, rules: object[]): Manifest => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: namespaced(name),
    rules,
  });
  const binding = (name: string, group: string): Manifest => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: namespaced(name),
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
  });
  return [
    role("deployer", [
      ...seeing,
      rule(["apps"], ["deployments", "deployments/scale"], ["patch", "update"]),
      rule([""], ["services", "configmaps"], ["patch", "update"]),
      rule(["networking.k8s.io"], ["ingresses"], ["patch", "update"]),
    ]),
    role("viewer", seeing),
    binding("deployer", "release"),
    binding("viewer", "viewers"),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "cluster-identity" },
      rules: [{ apiGroups: [""], resources: ["namespaces"], resourceNames: ["kube-system"], verbs: ["get"] }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "cluster-identity" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-identity" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "release" }],
    },
  ];
}
