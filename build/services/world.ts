// What the built-in procedures are run against: a namespace of its own on the test cluster with both colours, a PostgreSQL, a Redis and metrics.
// Owns: the namespaces, the healthy figures, the database's 500 orders, and what the cut-over night wants besides. Knows no engine.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { fillNamespace, mustKubectl } from "../control-plane/index.ts";
import { type Metrics, startMetrics } from "./metrics.ts";
import { type Pipeline, startPipeline } from "./pipeline.ts";
import { type Postgres, serviceFolder, startPostgres } from "./postgres.ts";
import { type Redis, startRedis } from "./redis.ts";

export type Namespaces = {
  /** Its contexts: `primary` and `dr`, each a namespace of its own, with the blue and green of the fixture. */
  kubeconfig: string;
  primary: string;
  dr: string;
  kubectl(place: "primary" | "dr", args: string[], input?: string): Promise<string>;
  remove(): Promise<void>;
};

type Named = { name: string; [part: string]: unknown };
type Kubeconfig = {
  clusters: Named[];
  users: Named[];
  contexts: { name: string; context: { cluster: string; user: string; namespace: string } }[];
  "current-context": string;
};
/** `first`: kubeconfig of a control plane that becomes the first site, and may die; the second site then has a namespace with nothing in it. */
export type Places = { isTwo?: boolean; first?: string };

/** Two namespaces of this test's own on the test cluster, so that nobody else's deployments are switched. */
export async function openNamespaces(kubeconfig: string, { isTwo = false, first }: Places = {}): Promise<Namespaces> {
  const tag = randomBytes(4).toString("hex");
  const names = { primary: `procedures-${tag}`, dr: `procedures-${tag}-dr` };
  const dr = currentOf(kubeconfig, "dr", names.dr);
  const primary = currentOf(first ?? kubeconfig, "primary", names.primary);
  const own = join(tmpdir(), `hp-${names.primary}`);
  const config: Kubeconfig = {
    clusters: [primary.cluster, dr.cluster],
    users: [primary.user, dr.user],
    contexts: [primary.context, dr.context],
    "current-context": "primary",
  };
  writeFileSync(own, JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }), { mode: 0o600 });
  const kubectl: Namespaces["kubectl"] = (place, args, input) => mustKubectl(own, ["--context", place, ...args], input);
  await fillNamespace(own, names.primary);
  if (first !== undefined) await kubectl("dr", ["create", "namespace", names.dr]);
  else if (isTwo) await fillNamespace(own, names.dr);
  return {
    kubeconfig: own,
    ...names,
    kubectl,
    async remove() {
      const gone = first === undefined ? [names.primary, names.dr] : [names.dr];
      await kubectl("dr", ["delete", "namespace", ...gone, "--ignore-not-found", "--wait=false"]);
      rmSync(own, { force: true });
    },
  };
}

/** Cluster, user and context that a kubeconfig chooses, under the name of a site. */
function currentOf(
  kubeconfig: string,
  site: string,
  namespace: string,
): { cluster: Named; user: Named; context: Kubeconfig["contexts"][0] } {
  const config = parse(readFileSync(kubeconfig, "utf8")) as Kubeconfig;
  const current = config.contexts.find((one) => one.name === config["current-context"]);
  const cluster = config.clusters.find((one) => one.name === current?.context.cluster);
  const user = config.users.find((one) => one.name === current?.context.user);
  if (!current || !cluster || !user) throw new Error(`${kubeconfig} has no current context that is whole.`);
  return {
    cluster: { ...cluster, name: site },
    user: { ...user, name: site },
    context: { name: site, context: { ...current.context, cluster: site, user: site, namespace } },
  };
}

/** Figures of a healthy service, by the queries that the procedures ask when nobody gives others. */
export const HEALTHY = {
  "api:request_errors:percent_rate5m": 0.12,
  "api:request_errors:percent_rate5m:canary": 0.15,
  "api:request_duration_ms:p50_rate5m": 120,
  "api:request_duration_ms:p95_rate5m": 310,
  "api:request_duration_ms:p99_rate5m": 900,
  "api:cache_hits:percent_rate5m": 92,
  "api:schema_repairs:percent_rate5m": 0.02,
  "api:requests:increase5m:canary": 4200.4,
  "api:request_duration_ms:p50_rate5m:canary": 126,
  "api:request_duration_ms:p95_rate5m:canary": 318,
  "api:request_duration_ms:p95_rate5m:canary:enhanced": 371,
  "api:request_duration_ms:p99_rate5m:canary": 912,
  "api:cache_hits:percent_rate5m:canary": 91,
  "api:drift:percent": 0.1,
  "api:persistence_errors:percent_rate5m": 0.03,
  "api:request_duration_ms:p95_rate5m:enhanced": 362,
  "api:request_duration_ms:avg_rate5m": 245,
  "api:cpu:percent": 47,
  "api:memory:percent": 64,
  "api:database_connections": 38,
  "kpi:cache_hits:percent_rate5m": 97.3,
  'min(up{job=~"api|postgres|redis"})': 1,
  'min(up{job="api"})': 1,
  'min(up{job=~"postgres|redis"})': 1,
};

/** What the service reads, as it is in the night of a launch: flags on, rules of the new release, stores at their usual place. */
const CONFIG_MAPS: Record<string, Record<string, string>> = {
  flags: {
    USE_UNIFIED_PIPELINE: "1",
    CONV_STORE_PRIMARY: "redis",
    CONV_DUAL_WRITE: "0",
    FEATURE_DYNAMIC_PROMPTS: "1",
    FEATURE_SUGGESTED_ACTIONS: "1",
    JOBS: "1",
  },
  "alert-rules": { "errors.yml": "limit: 5", "new.yml": "limit: 1" },
  "alert-rules-before": { "errors.yml": "limit: 1" },
  stores: { "redis-host": "old-redis", "redis-port": "6379", "database-host": "old-database", "database-port": "5432" },
};

export type Services = {
  folder: string;
  postgres: Postgres;
  redis: Redis;
  metrics: Metrics;
  spaces: Namespaces;
  /** Parameters that lead a procedure to these servers. */
  database: Record<string, string>;
  cache: Record<string, string>;
  prometheus: Record<string, string>;
  /** One value of a ConfigMap of the namespace. */
  setting(map: string, key: string, place?: "primary" | "dr"): Promise<string>;
  close(): Promise<void>;
};

/** Servers and namespaces of one test file's own. The database `app` has 500 orders. */
export async function openServices(kubeconfig: string, { isTwo = false, first }: Places = {}): Promise<Services> {
  const folder = serviceFolder();
  const [postgres, redis, metrics, spaces] = await Promise.all([
    startPostgres({ dir: join(folder, "postgres") }),
    startRedis({ dir: join(folder, "redis") }),
    startMetrics(HEALTHY),
    openNamespaces(kubeconfig, { isTwo, ...(first === undefined ? {} : { first }) }),
  ]);
  await postgres.sql("create database app");
  await postgres.sql(SCHEMA, "app");
  const maps = Object.entries(CONFIG_MAPS).map(([name, data]) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: maps });
  for (const place of isTwo ? (["primary", "dr"] as const) : (["primary"] as const))
    await spaces.kubectl(place, ["create", "-f", "-"], list);
  const { host, port, user, password } = postgres;
  return {
    folder,
    postgres,
    redis,
    metrics,
    spaces,
    database: { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: password, PGDATABASE: "app" },
    cache: { REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), REDISCLI_AUTH: redis.password },
    prometheus: { PROMETHEUS: metrics.url },
    setting: (map, key, place = "primary") =>
      spaces.kubectl(place, ["get", "configmap", map, "-o", `jsonpath={.data.${key.replaceAll(".", "\\.")}}`]),
    async close() {
      await spaces.remove();
      await metrics.stop();
      await redis.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const SCHEMA = `
create table schema_migrations (version text primary key, applied_at timestamptz not null default now());
create table orders (id serial primary key, customer text not null, placed_at timestamptz not null default now());
insert into orders (customer) select 'customer ' || n from generate_series(1, 500) n;
`;

const FORWARD = `
create table if not exists order_notes (id serial primary key, order_id int not null references orders, note text not null);
insert into schema_migrations (version) values ('v1.0-rc1') on conflict do nothing;
`;

/** Adds what cut-over-night.md wants: a verified backup an hour old, the migration, a pipeline with its channel. Gives its parameters. */
export async function openNight(services: Services): Promise<{ pipeline: Pipeline; params: Record<string, string> }> {
  const pipeline = await startPipeline();
  const backups = join(services.folder, "backups");
  const latest = join(backups, "latest");
  mkdirSync(latest, { recursive: true });
  const { user, password, host, port } = services.postgres;
  const dump = ["-h", host, "-p", String(port), "-U", user, "--format=custom", "--file", join(latest, "database.dump"), "app"];
  execFileSync("pg_dump", dump, { env: { ...process.env, PGPASSWORD: password } });
  writeFileSync(join(latest, "taken-at"), `${Math.floor(Date.now() / 1000) - 3600}\n`);
  writeFileSync(join(latest, "verified"), `${Math.floor(Date.now() / 1000) - 3000}\n`);
  execFileSync("sh", ["-c", "sha256sum database.dump taken-at > SHA256SUMS"], { cwd: latest });
  writeFileSync(join(services.folder, "forward.sql"), FORWARD);
  const params = {
    ...services.database,
    ...services.prometheus,
    IMAGE: "registry.test/api:v1.0-rc1",
    REPLICAS: "1",
    MIGRATION: join(services.folder, "forward.sql"),
    BACKUPS: backups,
    CI: pipeline.url,
    REPOSITORY: pipeline.repository,
    WORKFLOW: pipeline.workflow,
    CI_TOKEN: pipeline.token,
    WEBHOOK: pipeline.webhook,
  };
  return { pipeline, params };
}
