import { describe, expect, it } from "vitest";
import { fence } from "./test-text.ts";

const QUERIES = [
  ["(jobs_open / jobs_limit) * 100"],
  ["sum(rate(jobs_done[5m]))"],
  ["# how full", "max by (queue) (", "  jobs_open", ")"],
  ["(", '  jobs_open{queue="mail"} > 3', ")"],
  ["(", "  sum by (queue) (jobs_open)", "    / 2", ")"],
  ["jobs_open > 10"],
  ["queue_free_bytes"],
  ["jobs_open[10m]"],
  ["1 - (a / b)"],
  ["up{}"],
  ["  avg_over_time(jobs_open[1h])"],
];

describe("a query", () => {
  it.each(QUERIES)("is named one in a console block without a prompt: %s", (...lines) => {
    expect(fence("console", ...lines)).toMatchObject({ runnable: false, why: "it reads as a query of metrics, not as commands" });
  });

  it.each(QUERIES)("is named one in a fence without a language, and may not be run as shell: %s", (...lines) => {
    expect(fence("", ...lines)).toMatchObject({ runnable: false, isQuery: true, why: expect.stringContaining("never sent to a shell") });
  });

  it("may be SQL", () => {
    expect(fence("", "SELECT name FROM jobs;")).toMatchObject({ isQuery: true, why: expect.stringContaining("SQL") });
  });
});

describe("what is no query", () => {
  it.each([
    ["(cd /srv && ls)"],
    ["( sleep 1; date )"],
    ["kubectl get pods"],
    ["curl 'http://x/api?query=sum(rate(a[5m]))'"],
    ["psql -c 'SELECT 1'"],
    ["make_report > out.txt"],
    ["count_lines file"],
    ["{", '  "a": 1', "}"],
    ["Error: it failed"],
  ])("may be run as shell from a fence without a language: %s", (...lines) => {
    const block = fence("", ...lines);
    expect(block.isQuery).toBeUndefined();
    expect(block.why).toContain("explicit act");
  });

  it("is output behind the administrator's prompt", () => {
    expect(fence("console", "# curl :9100/metrics", "up{} 1")).toMatchObject({ runnable: true, sampleOutput: "up{} 1\n" });
  });

  it("keeps the reason of a console block without a prompt", () => {
    expect(fence("console", "kubectl get pods").why).toContain("no line begins with a prompt");
  });

  it("runs in a shell fence, a function of such a name included", () => {
    expect(fence("sh", "count() { wc -l; }", "count < jobs")).toMatchObject({ runnable: true });
  });
});
