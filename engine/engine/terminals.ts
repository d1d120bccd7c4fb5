// A view's connection to one shell. Owns: who may type. The bytes and their flow control are engine/shell.
import { fail, ok, type Result, type TerminalFromEngine, TerminalToEngine } from "../protocol/index.ts";
import type { Caller } from "./access.ts";
import { refusal } from "./access.ts";
import type { Context } from "./context.ts";

export type TerminalLink = { receive(message: unknown): void; detach(): void };

export function connectTerminal(
  context: Context,
  id: string,
  caller: Caller,
  send: (message: TerminalFromEngine) => void,
): Result<TerminalLink> {
  const standing = () => ({
    hasOperators: context.people.hasOperators(),
    session: context.people.session(caller.id),
    who: context.people.who(caller.id),
  });
  // Seeing is what run.get allows; typing is asked again for every message, since a lock may fall at any time.
  const seeing = refusal("run.get", caller, standing());
  if (seeing) return seeing;
  const found = context.runs.terminal(id);
  if (!found) return fail("not-found", `Terminal ${id} is gone: its shell has ended. The recording of its steps is in the record.`);
  if (caller.door === "follow") {
    const scoped = context.follow.refusal(caller.follow, "terminal.list", found.live.run);
    if (scoped) return scoped;
  }
  const { receive, detach } = found.lane.session.attach(send);
  return ok({
    receive(message) {
      const parsed = TerminalToEngine.safeParse(message);
      if (!parsed.success) return; // not ours: a view of another version, or somebody trying; nothing is typed from it
      if (parsed.data.type !== "ack" && refusal("run.step", caller, standing()) !== null) return;
      if (parsed.data.type === "input") {
        found.lane.typist = context.people.actor(caller.id);
        context.people.stir(caller.id);
      }
      receive(parsed.data);
    },
    detach,
  });
}
