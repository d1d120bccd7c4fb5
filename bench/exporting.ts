// Exporting a log of 20,000 events with 200 recordings, as a folder and as a bundle, against `zip` of the same files, turn by turn.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportLog } from "../engine/export/index.ts";
import { growthExponent, median, sideBySide } from "./measure.ts";
import { ACTOR, createRunLog, EVENT, inFolder, openStore } from "./places.ts";
import type { Measurement, Result } from "./result.ts";

/** One recording per hundred events. */
const SIZES = [200, 2_000, 20_000];
const EVENTS_PER_RECORDING = 100;
const RECORDING_LINES = 1_000;
/** The folder first: its files are what `zip` packs. */
const FORMATS = ["json", "bundle"] as const;
type Format = (typeof FORMATS)[number];
type Sample = { events: number; ours: number; theirs: number; grownMb: number };

export const exporting: Measurement = {
  name: "export",
  run: () =>
    inFolder(async (folder) => {
      const cast = Array.from(
        { length: RECORDING_LINES },
        (_, at) => `[0.010000, "o", "line ${at} of an ordinary command's output\\r\\n"]\n`,
      );
      const bytes = `{"version":3,"term":{"cols":120,"rows":32}}\n${cast.join("")}`;
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const samples: Record<Format, Sample[]> = { json: [], bundle: [] };
      for (const events of SIZES) {
        const store = openStore(join(folder, `home-${events}`));
        const log = createRunLog(store);
        const recordingsDir = join(folder, `recordings-${events}`);
        mkdirSync(recordingsDir);
        const all = Array.from({ length: events }, (_, at) => {
          const recording = `step-${Math.floor(at / EVENTS_PER_RECORDING)}.cast`;
          if (at % EVENTS_PER_RECORDING === 0) writeFileSync(join(recordingsDir, recording), bytes);
          return { ...EVENT, type: "step.ended", data: { ...EVENT.data, block: at, recording, recording_sha256: sha256 } };
        });
        store.appendAll(log, all);
        const out = join(folder, `export-${events}`);
        for (const format of FORMATS) {
          let grown = 0;
          const target = format === "bundle" ? `${out}.zip` : out;
          const { ours, theirs } = await sideBySide(
            events >= 20_000 ? 3 : 6,
            1,
            async () => {
              rmSync(target, { recursive: true, force: true });
              const before = process.memoryUsage().rss;
              const exported = await exportLog(store, log, { format, out: target, recordingsDir, actor: ACTOR });
              grown = Math.max(grown, process.memoryUsage().rss - before);
              if (!exported.ok) throw new Error(exported.error.message);
              if (exported.value.files.length < events / EVENTS_PER_RECORDING) throw new Error("the export lacks recordings");
            },
            () => {
              // The folder stands from the first turn of the folder's format on, which is thrown away.
              const zipped = spawnSync("zip", ["-qr", join(folder, "all.zip"), out]);
              if (zipped.error) throw zipped.error;
              rmSync(join(folder, "all.zip"), { force: true });
            },
          );
          samples[format].push({ events, ours: median(ours), theirs: median(theirs), grownMb: grown / 1e6 });
        }
        store.close();
      }
      return FORMATS.map((format) => resultOf(format, samples[format]));
    }),
};

function resultOf(format: Format, samples: Sample[]): Result {
  const { ours, theirs } = samples.at(-1)!;
  return {
    name: format === "json" ? "export" : "export-bundle",
    against: "zip of the same files",
    ours,
    theirs,
    unit: "ms",
    figure: ours / theirs,
    goal: { operator: "<=", value: 3 },
    exponent: growthExponent(samples.map((sample) => [sample.events, sample.ours])),
    note: `20,000 events, 200 recordings; resident memory grew by ${samples.map(({ grownMb }) => grownMb.toFixed(0)).join(", ")} MB for ${SIZES.join(", ")} events`,
  };
}
