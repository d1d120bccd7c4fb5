// Durable append of an event against one bare insert with synchronous=FULL, turn by turn on the same disk.
import { join } from "node:path";
import Database from "better-sqlite3";
import { median, quantile, sideBySide, timed } from "./measure.ts";
import { createRunLog, EVENT, inFolder, openStore } from "./places.ts";
import type { Measurement } from "./result.ts";

const ROUNDS = 400;
const WARM_UP = 40;
const BULK_ROUNDS = 30;
const SEEDS_BULK_MS = 27;

export const append: Measurement = {
  name: "append",
  run: () =>
    inFolder(async (folder) => {
      const store = openStore(join(folder, "home"));
      const log = createRunLog(store);
      const bare = new Database(join(folder, "bare.db"));
      bare.pragma("journal_mode = WAL");
      bare.pragma("synchronous = FULL");
      bare.exec("CREATE TABLE events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
      const insert = bare.prepare("INSERT INTO events (body) VALUES (?)");
      const body = JSON.stringify({ ...EVENT, filler: "x".repeat(600) });
      const { ours, theirs } = await sideBySide(
        ROUNDS,
        WARM_UP,
        () => store.append(log, EVENT),
        () => insert.run(body),
      );
      const hundred: number[] = [];
      for (let round = 0; round < BULK_ROUNDS; round++) {
        const items = Array.from({ length: 100 }, (_, at) => ({ ...EVENT, data: { ...EVENT.data, block: at } }));
        hundred.push(await timed(() => store.appendAll(log, items)));
      }
      store.close();
      bare.close();
      const [a, b] = [median(ours), median(theirs)];
      return [
        {
          name: "append",
          against: "one bare better-sqlite3 insert, WAL, synchronous=FULL, same disk",
          ours: a,
          theirs: b,
          unit: "ms",
          figure: a / b,
          goal: { operator: "<=", value: 1.5 },
          exponent: null,
          note: `median of ${ROUNDS}`,
        },
        {
          name: "append-100",
          against: "27 ms, the seeds' bulk figure",
          ours: median(hundred),
          theirs: SEEDS_BULK_MS,
          unit: "ms",
          figure: median(hundred),
          goal: { operator: "<", value: SEEDS_BULK_MS },
          exponent: null,
          note: `100 events in one durable append, median of ${BULK_ROUNDS}; p95 ${quantile(hundred, 0.95).toFixed(1)} ms`,
        },
      ];
    }),
};
