import { mustOpen, temporaryHome, testPorts } from "./testing.ts";
import { verifyDatabase } from "./verify/database.ts";

const { home, remove } = temporaryHome();
const ports = testPorts();
const store = mustOpen(home, ports);
const N = Number(process.argv[2] ?? 20000);
const log = store.createLog({ kind: "run", genesis: {}, actor: { op_id: "a", name: "A", role: "", session: "", on_behalf_of: "" } });
let t = performance.now();
for (let k = 0; k < N / 100; k++)
  store.appendAll(
    log,
    Array.from({ length: 100 }, (_, i) => ({
      type: "block.ended",
      actor: { op_id: "dana", name: "Dana", role: "operator", session: "s", on_behalf_of: "" },
      outcome: "passed",
      data: {
        block: i,
        text: "kubectl get pods -n prod --selector app=web ≤",
        exit_code: 0,
        pipe_status: [0, 0],
        because: "exit 0",
        output_sha256: "a".repeat(64),
      },
    })),
  );
console.log("append all", N, performance.now() - t);
console.log("line", store.events(log, { from: 5, limit: 1 })[0]!.line.length);
const lines = store.events(log).map((e) => e.line);
store.close();

import { createHash } from "node:crypto";

for (let i = 0; i < 3; i++) {
  t = performance.now();
  for (const l of lines) {
    JSON.parse(l);
    createHash("sha256").update(l).digest();
  }
  const base = performance.now() - t;
  const r = verifyDatabase(`${home}/holdpoint.db`, { home });
  console.log(
    "base",
    base,
    r.verdict,
    r.events,
    r.durationMs,
    "ratio",
    r.durationMs / base,
    r.problems.slice(0, 3),
    r.warnings.map((w) => w.code),
    r.unanchored,
  );
}
remove();
