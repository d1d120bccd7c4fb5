// A runbook with everything that a drill can touch, for tests. Owns: that text. Used by tests only.
import { parseDocument } from "../document/index.ts";
import type { RunbookDocument } from "../protocol/index.ts";

const TEXT = `---
title: Recover
kind: runbook
rto: 1h
rpo: 15m
planned: 40m
clusters: [primary, dr]
params:
  - {name: STORE, type: string, default: "127.0.0.1:6379", about: address}
  - {name: PGHOST, type: string, default: "127.0.0.1", about: host}
  - {name: PGPORT, type: int, default: 5432, about: port}
---

# Recover

## Confirm the loss
<!-- step: {id: loss, on: none, planned: 5m} -->

\`\`\`bash {name=last-write capture=LAST_WRITE}
psql -Atc 'select pg_last_xact_replay_timestamp()'
\`\`\`

## Restore
<!-- step: {id: restore, on: dr, planned: 10m} -->

\`\`\`bash {name=scale}
kubectl scale deployment/api --replicas=3
\`\`\`

\`\`\`python {name=fill interpreter=python3}
print("filled")
\`\`\`

## Watch
<!-- step: {id: watch, on: dr, planned: 10m} -->

\`\`\`bash {name=errors gate=hold for=10m every=1m expect="<= 0.3"}
curl -s http://127.0.0.1:9090/errors
\`\`\`

## Open
<!-- step: {id: open, on: none, signoff: [lead], needs: [watch]} -->

- [ ] It is open.
`;

export const drillDocument = (text = TEXT): RunbookDocument => parseDocument(new TextEncoder().encode(text), { path: "recover.md" });
