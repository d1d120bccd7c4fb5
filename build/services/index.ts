// The real stores and the metrics that procedures are tested against: PostgreSQL, Redis, Alertmanager, a Prometheus-shaped service, a pipeline.
// Owns: the public names of this folder, and which Debian packages they come from.
export { type Alertmanager, startAlertmanager } from "./alertmanager.ts";
export { type Front, type Site, startFront, startSite } from "./front.ts";
export { type Metrics, startMetrics } from "./metrics.ts";
export { type Pipeline, startPipeline } from "./pipeline.ts";
export { type Postgres, postgresPrograms, serviceFolder, startPostgres, startStandby } from "./postgres.ts";
export { type Redis, startRedis } from "./redis.ts";

export { shorten } from "./shorten.ts";
export { HEALTHY, type Namespaces, openNamespaces, openNight, openServices, type Places, type Services } from "./world.ts";

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { postgresPrograms } from "./postgres.ts";

/** Installed with a policy that starts no service (build/provision): every server here is a test's own. */
export const SERVICE_PACKAGES = ["postgresql", "redis-server", "prometheus-alertmanager", "curl", "jq", "openssl"];

/** What the procedures' tests start or call, and is not on this machine. */
export function missingPrograms(): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const wanted = ["psql", "redis-server", "redis-cli", "prometheus-alertmanager", "curl", "jq", "openssl"];
  const missing = wanted.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  return postgresPrograms() === null ? ["initdb", ...missing] : missing;
}
