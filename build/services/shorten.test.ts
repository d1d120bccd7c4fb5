import { expect, it } from "vitest";
import { parseDocument } from "../../engine/document/index.ts";
import { shorten } from "./shorten.ts";

const TEXT = `---
planned: 55m
---
# Night

for=5m every=15s stays in prose, and so does soak: 48h

## A
<!-- step: {id: a, planned: 15m, soak: 48h, rollback: "#b", target: 1m, rollback-valid: 24h} -->

\`\`\`sh {name=errors gate=hold for=30m every=15s expect="<= 0.3" timeout=10s}
echo "for=5m every=15s"
\`\`\`

\`\`\`sh {name=wait gate=wait within=1h30m every=2m timeout=1m expect="== 0"}
sleep 300
\`\`\`

## B
<!-- step: {id: b, planned: 5m, target: 1m} -->

\`\`\`sh {timeout=2m}
true
\`\`\`
`;

it("cuts the times of gates and soaks and leaves every other byte as it is", () => {
  const short = shorten(TEXT);
  const lines = TEXT.split("\n");
  const changed = short.split("\n").flatMap((line, index) => (line === lines[index] ? [] : [line]));
  expect(changed).toEqual([
    '<!-- step: {id: a, planned: 15m, soak: 1s, rollback: "#b", target: 1m, rollback-valid: 24h} -->',
    '```sh {name=errors gate=hold for=2s every=500ms expect="<= 0.3" timeout=10s}',
    '```sh {name=wait gate=wait within=40s every=500ms timeout=1m expect="== 0"}',
  ]);
});

it("leaves a runbook that says the same: the same steps, commands, limits and order", () => {
  const read = (text: string) =>
    parseDocument(Buffer.from(text), { path: "night.md" }).steps.map(({ id, blocks, directive }) => ({
      id,
      planned: directive.plannedMs,
      blocks: blocks.map(({ commands, options }) => ({
        commands,
        gate: options.gate,
        expect: options.expect,
        timeoutMs: options.timeoutMs,
      })),
    }));
  expect(read(shorten(TEXT))).toEqual(read(TEXT));
  expect(parseDocument(Buffer.from(shorten(TEXT)), { path: "night.md" }).diagnostics).toEqual([]);
  expect(shorten(shorten(TEXT))).toBe(shorten(TEXT));
});
