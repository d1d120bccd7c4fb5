// Verifying an exported log against `JSON.parse` and SHA-256 of each of its lines, at three sizes.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { exportLog } from "../engine/export/index.ts";
import { verifyEventsFile } from "../engine/record/index.ts";
import { growthExponent, median, sideBySide } from "./measure.ts";
import { ACTOR, createRunLog, EVENT, inFolder, openStore } from "./places.ts";
import type { Measurement, Result } from "./result.ts";

const SIZES = [200, 2_000, 20_000];

export const verify: Measurement = {
  name: "verify",
  run: () =>
    inFolder(async (folder) => {
      const results: Result[] = [];
      const points: [number, number][] = [];
      for (const events of SIZES) {
        const store = openStore(join(folder, `home-${events}`));
        const log = createRunLog(store);
        const data = { ...EVENT.data, recording: "" };
        store.appendAll(
          log,
          Array.from({ length: events }, (_, at) => ({ ...EVENT, type: "step.ended", data: { ...data, block: at } })),
        );
        const out = join(folder, `export-${events}`);
        const exported = await exportLog(store, log, { format: "json", out, recordingsDir: folder, actor: ACTOR });
        store.close();
        if (!exported.ok) throw new Error(exported.error.message);
        const file = join(out, "events.ndjson");
        const { ours, theirs } = await sideBySide(
          events >= 20_000 ? 5 : 15,
          2,
          () => {
            const report = verifyEventsFile(file);
            if (report.verdict === "NOT VERIFIED") throw new Error(report.problems[0]?.message);
          },
          () => {
            for (const line of readFileSync(file, "utf8").split("\n")) {
              if (line === "") continue;
              JSON.parse(line);
              createHash("sha256").update(line).digest();
            }
          },
        );
        points.push([events, median(ours)]);
        results.push({
          name: `verify-${events}`,
          against: "JSON.parse + SHA-256 per line of the same file",
          ours: median(ours),
          theirs: median(theirs),
          unit: "ms",
          figure: median(ours) / median(theirs),
          goal: { operator: "<=", value: 4 },
          exponent: null,
          note: `${events} events`,
        });
      }
      const exponent = growthExponent(points);
      return results.map((result) => ({ ...result, exponent }));
    }),
};
