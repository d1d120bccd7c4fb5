// The kubeconfig of a shell that is bound to no cluster, in a rehearsal.
// Owns: its bytes. An empty or missing file would not do: kubectl then looks for a cluster around it, and for a proxy on port 8080.

export const NOWHERE_CONTEXT = "no-cluster";
/** A port of this machine that only root could open: refused at once, where a name would be asked for first. */
export const NOWHERE_SERVER = "https://127.0.0.1:1";

export const nowhereKubeconfig = (): string =>
  `${JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: NOWHERE_CONTEXT, cluster: { server: NOWHERE_SERVER } }],
      users: [{ name: NOWHERE_CONTEXT, user: {} }],
      contexts: [{ name: NOWHERE_CONTEXT, context: { cluster: NOWHERE_CONTEXT, user: NOWHERE_CONTEXT, namespace: "default" } }],
      "current-context": NOWHERE_CONTEXT,
    },
    null,
    2,
  )}\n`;
