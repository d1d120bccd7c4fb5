// The child of crash.test.ts: appends to a data directory until it is killed, and says each event on standard output only
// after append returned. Owns: nothing of the product.
import { writeSync } from "node:fs";
import { realPorts } from "../ports.ts";
import { openRecordStore } from "./open.ts";
import { DANA } from "./testing.ts";

const opened = openRecordStore({ home: process.argv[2]!, ports: realPorts() });
if (!opened.ok) {
  writeSync(2, `${opened.error.code}: ${opened.error.message}\n`);
  process.exit(3);
}
const store = opened.value;
const last = store.logs().at(-1)!;
const log = last.number === 0 ? store.createLog({ kind: "run", genesis: { title: "crash" }, actor: DANA }) : last.log;
writeSync(1, `open ${store.problem === null ? "well" : store.problem}\n`);
for (let i = 0; ; i++) {
  const payloads = i % 7 === 0 ? [{ name: "p", mediaType: "text/plain", bytes: Buffer.alloc(5_000, i) }] : [];
  const text = "x".repeat((i * 37) % 3_000);
  const stored =
    i % 5 === 0
      ? store.appendAll(log, [
          { type: "a", actor: DANA, data: { text } },
          { type: "b", actor: DANA, payloads },
        ])
      : [store.append(log, { type: "c", actor: DANA, data: { text }, payloads })];
  for (const event of stored) writeSync(1, `${event.body.seq} ${event.hash}\n`);
}
