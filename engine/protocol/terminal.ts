// What travels on a terminal's own channel (MessagePort or WebSocket), one object per message.
// Flow control: the view acknowledges what xterm has written; see ACK_EVERY_CHARS.
import { z } from "zod";

export * from "./flow-control.ts";

export const TerminalToEngine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("input"), data: z.string().max(100_000) }),
  z.object({ type: z.literal("resize"), cols: z.int().min(20).max(500), rows: z.int().min(2).max(300) }),
  z.object({ type: z.literal("ack"), chars: z.int().min(0) }),
]);
export type TerminalToEngine = z.infer<typeof TerminalToEngine>;
export const TerminalFromEngine = z.discriminatedUnion("type", [
  /** Whole screen with scrollback: reset, then write `data`. Sent on attach and on re-sync. */
  z.object({ type: z.literal("screen"), data: z.string(), cols: z.int(), rows: z.int() }),
  z.object({ type: z.literal("data"), data: z.string() }),
  z.object({ type: z.literal("closed"), reason: z.string() }),
]);
export type TerminalFromEngine = z.infer<typeof TerminalFromEngine>;
