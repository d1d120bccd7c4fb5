// What counts as a block's output, and what does not.
import { expect, it } from "vitest";
import { realPorts } from "../ports.ts";
import { openBlock } from "./block.ts";
import type { BlockToRun } from "./types.ts";

it("judges nothing that was printed before the block had begun: a prompt that comes late is no output", async () => {
  const block = { match: /42/, expect: null } as unknown as BlockToRun;
  const open = openBlock(block, "token", "block", realPorts().clock);
  open.raw("prompt 42> ");
  open.begin(1);
  open.endByMark(
    { code: 0, pipeStatus: [], cwd: "/", reported: {} },
    { shellAlive: true, handOver: null, invalidBytes: 0, redactions: {} },
  );
  expect(await open.running.ended).toMatchObject({ verdict: "failed", lastLine: null, lastNumber: null });
});
