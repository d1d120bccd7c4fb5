// Durable append of an event against one bare insert with synchronous=FULL, turn by turn on the same disk.
import { join } from "node:path";
import Database from "better-sqlite3";
import { median, sideBySide } from "./measure.ts";
import { createRunLog, EVENT, inFolder, openStore } from "./places.ts";
import type { Measurement } from "./result.ts";

const ROUNDS = 400;
const WARM_UP = 40;

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
      ];
    }),
};
