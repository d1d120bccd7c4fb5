// `npm run bench [-- NAME…] [--json FILE] [--keep]`: measures, prints the table, fails where something got worse.
// Owns: the order, the output and the exit code. --keep writes the figures as the new baseline (tolerances stay).
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MEASUREMENTS } from "./measurements.ts";
import { Baseline, isRegression, type Result, table } from "./result.ts";

/** Room for a slow moment of a shared machine; tightened by hand in baseline.json where a metric is steady. */
const DEFAULT_TOLERANCE = 1.5;

const baselinePath = join(import.meta.dirname, "baseline.json");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "string" }, keep: { type: "boolean", default: false } },
});

const baseline = Baseline.parse(JSON.parse(readFileSync(baselinePath, "utf8")));
const results: Result[] = [];
let broken = 0;
for (const measurement of MEASUREMENTS) {
  if (positionals.length > 0 && !positionals.includes(measurement.name)) continue;
  process.stderr.write(`measuring ${measurement.name} …\n`);
  try {
    results.push(...(await measurement.run()));
  } catch (error) {
    broken++;
    process.stderr.write(
      `${measurement.name} could not be measured: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
}

process.stdout.write(`${table(results, baseline)}\n`);
process.stdout.write(`${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}\n`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
if (values.keep) {
  const kept = { ...baseline };
  for (const { name, figure } of results)
    kept[name] = { figure: Number(figure.toPrecision(3)), tolerance: baseline[name]?.tolerance ?? DEFAULT_TOLERANCE };
  writeFileSync(baselinePath, `${JSON.stringify(kept, null, 2)}\n`);
}
process.exit(broken > 0 || results.some((result) => isRegression(result, baseline)) ? 1 : 0);
