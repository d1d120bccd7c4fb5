// Subjects of runs, for the signing flow of engine/launch. Owns: the joining of the two rooms, neither of which knows the other.
import { readSignature, type Signable } from "../launch/index.ts";
import { fail, type LaunchId, ok, type Result, type RunId, type SignSubject } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";
import type { RunService, RunSignable } from "../run/index.ts";
import { type ReviewRooms, reviewOf } from "./reviews.ts";

type Rooms = ReviewRooms & { runs: Pick<RunService, "signable"> };

export async function signableOf(
  rooms: Rooms,
  at: { launch: LaunchId | null; run: RunId | null },
  subject: SignSubject,
): Promise<Result<Signable>> {
  const { store, runs } = rooms;
  if (subject.kind === "review") return reviewOf(rooms, at.launch, subject);
  if (at.run === null) return fail("invalid-params", `A ${subject.kind} belongs to a run: say which.`);
  const found = await runs.signable(at.run, subject);
  if (!found.ok) return found;
  const { launch } = found.value;
  if (launch !== (at.launch ?? ""))
    return fail(
      "invalid-params",
      launch === "" ? "That run is part of no launch." : `That run is part of the launch ${launch}: say so, its people sign.`,
    );
  return ok(withSignatures(store, found.value));
}

function withSignatures(store: RecordStore, { countedSeqs, ...signable }: RunSignable): Signable {
  const counted = countedSeqs.flatMap((seq) => store.events(signable.log, { from: seq, limit: 1 }).map(({ body }) => readSignature(body)));
  return { ...signable, counted };
}
