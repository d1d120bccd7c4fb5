// What a hand-over waits for, in words. Pure.
import type { HandoverView } from "../../engine/protocol/index.ts";

export function missingWords({ from, to, signed, staleBecause }: Pick<HandoverView, "from" | "to" | "signed" | "staleBecause">): string {
  if (staleBecause !== "") return `something happened since (${staleBecause}), it is summed up again`;
  const missing = [from, to].filter((one) => signed.every(({ id }) => id !== one.id)).map(({ name }) => name);
  return `waits for ${missing.join(" and ")} to sign`;
}
