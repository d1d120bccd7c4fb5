// What the shells of a rehearsal get to log in with: the credential itself, never the program or the session that it comes from.
// Owns: that kubeconfig, and keeping its token fresh. Runs no log-in program of its own: that is the connection's.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "./connection.ts";
import { proxyFor } from "./proxy.ts";
import type { OneContext } from "./resolve.ts";

export type GivenLogin = { config: OneContext; renew(): Promise<void> };

/**
 * The stand-alone kubeconfig without an exec plugin: a plugin would run in the shell with whatever it finds there, and a cloud's log-in leads to
 * all of that cloud's clusters. Its token lies in a file beside it, which kubectl reads again by itself. The proxy that the environment names
 * for this server is written into it, since the shells have no proxy variable.
 */
export async function withoutLogin(
  config: OneContext,
  connection: Connection,
  folder: string,
  env: Record<string, string | undefined>,
): Promise<GivenLogin> {
  const [{ name: cluster, cluster: place }] = config.clusters;
  const [{ name: user, user: login }] = config.users;
  const proxy = place["proxy-url"] ?? proxyFor(place.server, env);
  const clusters: OneContext["clusters"] = [{ name: cluster, cluster: { ...place, ...(proxy === null ? {} : { "proxy-url": proxy }) } }];
  if (!login.exec) return { config: { ...config, clusters }, renew: async () => {} };
  const { exec: _, ...rest } = login;
  const given = await connection.given();
  const path = join(folder, "token");
  const renew = async () => {
    const { token } = await connection.given();
    if (token === undefined || token === textOf(path)) return;
    writeFileSync(`${path}.new`, token, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  };
  if (given.token !== undefined) await renew();
  const user_ = {
    ...rest,
    ...(given.token === undefined ? {} : { tokenFile: path }),
    ...(given.certData === undefined || given.keyData === undefined
      ? {}
      : { "client-certificate-data": given.certData, "client-key-data": given.keyData }),
  };
  return { config: { ...config, clusters, users: [{ name: user, user: user_ }] }, renew };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // not written yet
  }
}
