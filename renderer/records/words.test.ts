import { describe, expect, it } from "vitest";
import { runStatus } from "../design/run-status.ts";
import { dataRows } from "./event-data.ts";
import { outcomeOf, verdictOf } from "./words.ts";

describe("the record's words", () => {
  it("show what the engine found, and never a failure or an unknown as passed", () => {
    expect(outcomeOf("block.ended", "passed").state).toBe("passed");
    expect(outcomeOf("block.ended", "failed").state).toBe("failed");
    expect(outcomeOf("block.ended", "unknown").state).toBe("unknown");
  });
  it("keep a judged unknown apart from a pass", () => {
    expect(outcomeOf("step.judged", "accepted")).toEqual({ state: "unknown", word: "Accepted" });
  });
  it("show an outcome nobody planned for as it stands, without a verdict's colour", () => {
    expect(outcomeOf("gate.probed", "near_miss")).toEqual({ state: "na", word: "Near miss" });
    expect(outcomeOf("something.new", "")).toEqual({ state: "open", word: "Written" });
  });
  it("do not call a run finished that is held or aborted", () => {
    expect(["active", "held", "finished", "aborted", "closed"].map((status) => runStatus(status).word)).toEqual([
      "Under way",
      "Held",
      "Finished",
      "Aborted",
      "Closed",
    ]);
  });
  it("do not tick a finished run that failed, ended unknown or left steps undone", () => {
    expect(["passed", "accepted", "failed", "unknown", "incomplete"].map((result) => runStatus("finished", result).state)).toEqual([
      "passed",
      "passed",
      "failed",
      "unknown",
      "skipped",
    ]);
  });
  it("are green for VERIFIED alone", () => {
    expect((["VERIFIED", "VERIFIED WITH WARNINGS", "OPEN", "NOT VERIFIED"] as const).map((verdict) => verdictOf(verdict).kind)).toEqual([
      "ok",
      "warn",
      "warn",
      "fail",
    ]);
  });
});

describe("the data of an event", () => {
  it("is named and given its unit, and the long text is left to its own place", () => {
    expect(dataRows({ exit_code: 3, duration_ms: 6400, bytes: 48_200, kubeconfig_ok: true, text: "echo", because: "exit 3" })).toEqual([
      ["Exit code", "3", false],
      ["Took", "6.4 s", false],
      ["Bytes", "48.2 kB", false],
      ["Pinned file kept", "yes", false],
      ["Because", "exit 3", false],
    ]);
  });
  it("shortens hashes to groups that can be compared by eye", () => {
    expect(dataRows({ output_sha256: `${"0123456789ab".padEnd(60, "0")}cdef` })).toEqual([["Output", "0123 4567 89ab to cdef", true]]);
  });
  it("writes lists and objects so that nothing in them is lost", () => {
    expect(dataRows({ pipe_status: [1, 0], redactions: { TOKEN: 2 }, differs: [] }).map(([, value]) => value)).toEqual([
      "1, 0",
      '{"TOKEN":2}',
      "",
    ]);
  });
});
