// `holdpoint contexts`: the cluster contexts, and what each cluster says of itself.
// Owns: asking all of them at once, printing. Nothing is pinned or classified.
import type { Command } from "commander";
import type { ContextEntry, ContextProbe } from "../protocol/index.ts";
import { need, play } from "./command.ts";
import { EXIT, type Output, safe, table } from "./output.ts";

/** Clusters asked at once: enough to hide slow ones, few enough for a laptop's VPN. */
const PROBES_AT_ONCE = 8;

type Row = ContextEntry & { probe: ContextProbe | null };

function stateOf({ paint }: Output, { error, probe, server, user }: Row): string {
  if (error !== null) {
    const place = error.file === null ? "" : `${error.file}${error.line === null ? "" : `:${error.line}`}`;
    return safe(error.message.includes(place) ? error.message : `${place}: ${error.message}`);
  }
  const address = safe(server ?? "");
  if (probe === null) return address;
  if (!probe.reachable) return `${address}  ${paint("yellow", "not reachable")}: ${safe(probe.error ?? "")}`;
  if (probe.identity === null)
    return `${address}  ${safe(probe.version ?? "")}  ${paint("yellow", safe(probe.error ?? "does not say who it is"))}`;
  const who = safe(probe.principal?.username ?? user ?? "");
  return `${address}  ${safe(probe.version ?? "")}  ${who}  kube-system ${probe.identity.kubeSystemUid ?? "not readable (weaker identity)"}`;
}

function print(output: Output, rows: Row[]): void {
  const { paint } = output;
  const cells = rows.map((row) => {
    const mark = row.isCurrent ? "*" : " ";
    const kind = row.class ?? row.probe?.class ?? null;
    const shown =
      kind === null
        ? paint("dim", row.suggestedClass === null ? "no class" : `${row.suggestedClass}?`)
        : paint(kind === "production" ? "red" : "green", kind);
    return [mark, safe(row.name), row.error === null ? shown : paint("red", "broken"), stateOf(output, row)];
  });
  if (rows.length === 0) output.line("No contexts. Holdpoint reads KUBECONFIG, else ~/.kube/config.");
  for (const line of table(cells)) output.line(line);
}

export function register(program: Command, done: (code: Promise<number>) => void): void {
  program
    .command("contexts")
    .summary("the cluster contexts, with identity, class and errors")
    .description(
      "Lists the contexts by kubectl's rules, broken ones too, and asks each cluster who it is. Log-ins that would prompt are not started.",
    )
    .option("--no-probe", "only read the files; ask no cluster")
    .option("--json", "one JSON array on standard output")
    .action((options: { json?: boolean; probe: boolean }) => {
      const isJson = options.json === true;
      done(
        play("contexts", isJson, async ({ output, door }) => {
          const engine = await door();
          const rows: Row[] = need(await engine.call("cluster.contexts", {})).map((entry) => ({ ...entry, probe: null }));
          const waiting = options.probe ? rows.filter((row) => row.error === null) : [];
          let asked = 0;
          const work = async () => {
            for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
              asked += 1;
              output.progress(`asking cluster ${asked}: ${row.name}`);
              const probe = await engine.call("cluster.probe", { context: row.name });
              if (probe.ok) row.probe = probe.value;
              else row.error = { message: probe.error.message, file: row.file, line: null };
            }
          };
          await Promise.all(Array.from({ length: PROBES_AT_ONCE }, work));
          output.progress("");
          if (isJson) output.json(rows);
          else print(output, rows);
          return EXIT.ok;
        }),
      );
    });
}
