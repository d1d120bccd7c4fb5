import { describe, expect, it } from "vitest";
import { fillPlaceholders } from "./index.ts";
import { fence } from "./test-text.ts";

describe('what "run as shell" sends of a fence without a language', () => {
  it("has its prompts stripped and its output left out, as in a shell fence", () => {
    const block = fence("", "$ kubectl get pods", "NAME   READY", "$ helm list \\", "    -A");
    expect(block.runnable).toBe(false);
    expect(block.asShell).toMatchObject({
      commands: "kubectl get pods\nhelm list \\\n    -A\n",
      sampleOutput: "NAME   READY\n",
      why: null,
    });
    // What is shown stays what the file holds.
    expect(block.commands).toBe(block.text);
  });

  it("is the whole text where no line has a prompt", () => {
    expect(fence("", "cd /srv", "$HOME/bin/x && $(cmd)").asShell).toMatchObject({
      commands: "cd /srv\n$HOME/bin/x && $(cmd)\n",
      why: null,
    });
  });

  it("asks for its placeholders, and takes no redirection for one", () => {
    const block = fence("", "$ kubectl delete pod <pod> -n {{namespace}}", "$ sort < in > out");
    const asShell = block.asShell!;
    expect(asShell.placeholders).toEqual(["pod", "namespace"]);
    const filled = fillPlaceholders({ ...block, ...asShell }, { pod: "web-1", namespace: "shop" }, []);
    expect(filled).toEqual({ ok: true, value: "kubectl delete pod web-1 -n shop\nsort < in > out\n" });
    expect(fillPlaceholders({ ...block, ...asShell }, { pod: "web-1" }, []).ok).toBe(false);
  });

  it("is nothing where a prompt would be sent with it", () => {
    for (const lines of [["redis4# /opt/failover.sh"], ["mysql -u root", "mysql> SELECT 1;"], ["date", "$ uptime"], ["$ cat <<EOF", "x"]]) {
      const { asShell, why } = fence("", ...lines);
      expect(why, lines[0]).toContain(asShell!.why);
      expect(asShell!.commands, lines[0]).toBe("");
      expect(asShell!.why, lines[0]).toMatch(/prompt|never closed/);
    }
    expect(fence("", "").asShell).toMatchObject({ commands: "", why: "it is empty" });
  });

  it("is not offered for a query, nor where a language is named", () => {
    expect(fence("", "sum(rate(x_total[5m]))").asShell).toBeUndefined();
    expect(fence("text", "kubectl get pods").asShell).toBeUndefined();
  });
});
