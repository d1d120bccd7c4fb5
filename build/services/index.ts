// The real stores and the metrics that procedures are tested against: PostgreSQL, Redis, Alertmanager, a Prometheus-shaped service.
// Owns: the public names of this folder, and which Debian packages they come from.
export { type Alertmanager, startAlertmanager } from "./alertmanager.ts";
export { type Metrics, startMetrics } from "./metrics.ts";
export { type Postgres, postgresPrograms, serviceFolder, startPostgres, startStandby } from "./postgres.ts";
export { type Redis, startRedis } from "./redis.ts";

export { shorten } from "./shorten.ts";

/** Installed with a policy that starts no service (build/provision): every server here is a test's own. */
export const SERVICE_PACKAGES = ["postgresql", "redis-server", "prometheus-alertmanager", "curl", "jq", "openssl"];
