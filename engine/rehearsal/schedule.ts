// The schedule of a drill: its faults in one fixed form, byte for byte the same for the same seed and text.
// Owns: that form, writing and reading it. It is what the record keeps and what a restart goes on with.
import { z } from "zod";
import type { Scenario } from "./types.ts";

const FORMAT = "holdpoint drill 1";
const ms = z.int().min(0);

const Trigger = z.discriminatedUnion("on", [
  z.object({ on: z.literal("block"), step: z.string(), block: z.int(), probe: z.int().min(1), attempts: z.int().nullable() }),
  z.object({ on: z.literal("step"), step: z.string(), edge: z.enum(["start", "end"]), afterMs: ms }),
  z.object({ on: z.literal("gate"), step: z.string(), block: z.int(), afterMs: ms }),
  z.object({ on: z.enum(["start", "declaration"]), afterMs: ms }),
]);
const Effect = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("fails"), output: z.string(), exitCode: z.int() }),
  z.object({ kind: z.literal("hangs"), output: z.string() }),
  z.object({ kind: z.literal("reads"), value: z.string().nullable(), olderMs: ms.nullable(), exitCode: z.int() }),
  z.object({ kind: z.literal("slow"), byMs: ms }),
  z.object({ kind: z.literal("cut"), cluster: z.string().nullable(), host: z.string().nullable(), port: z.string().nullable() }),
  z.object({ kind: z.literal("away"), role: z.string() }),
  z.object({ kind: z.literal("commands"), run: z.string(), undo: z.string(), cluster: z.string() }),
  z.object({ kind: z.literal("scale-down"), cluster: z.string(), namespace: z.string().nullable(), workload: z.string(), to: z.int() }),
  z.object({ kind: z.literal("stop"), pidFile: z.string(), how: z.enum(["freeze", "kill"]), start: z.string() }),
]);
const Schedule = z.object({
  format: z.literal(FORMAT),
  title: z.string(),
  runbook: z.string(),
  faults: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      trigger: Trigger,
      effect: Effect,
      forMs: ms.nullable(),
      played: z.object({ step: z.string(), block: z.int(), output: z.string(), exitCode: z.int() }).nullable(),
      hint: z.object({ text: z.string(), afterMs: ms }).nullable(),
      expected: z.string(),
    }),
  ),
});

/** UTF-8 JSON with its keys in this file's order: the same scenario gives the same bytes. */
export const scheduleBytes = (scenario: Scenario): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify(Schedule.parse({ format: FORMAT, ...scenario }), null, 1)}\n`);

/** Null for bytes that are no schedule of this version. */
export function readSchedule(bytes: Uint8Array): Scenario | null {
  try {
    const { format: _, ...scenario } = Schedule.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return scenario;
  } catch {
    return null;
  }
}
