import { describe, expect, it } from "vitest";
import { fence } from "./test-text.ts";

describe("a shell fence that holds no commands does not run", () => {
  it.each([
    ["a request", ["GET /healthz HTTP/1.1"]],
    ["an answer", ["HTTP/1.1 200 OK"]],
    ["JSON", ["{", '  "status": "ok"', "}"]],
    ["JSON on one line", ['{"level":"info"}']],
    ["a manifest", ["apiVersion: v1", "kind: Pod"]],
    ["settings", ["max_connections = 100"]],
    ["SQL", ["SELECT * FROM pg_stat_activity"]],
    ["PromQL", ['sum by (job) (rate(http_requests_total{code=~"5.."}[5m]))']],
    ["PromQL over lines", ["# errors", "label_replace(", "  up", ")"]],
    ["PromQL with a selector", ['node_mtu{device!~"lo"} < 9000']],
    ["a sample of metrics", ["# one sample", "disk_reads_total{} 12"]],
    ["a range of metrics", ["up{}[5m]"]],
    ["a table of output", ["NAME   READY   STATUS", "web    1/1     Running"]],
    ["columns", ["target     prot opt source               destination"]],
    ["a result", ["deployment.apps/web created"]],
    ["a log", ["2026-02-03T10:11:12Z started"]],
    ["a klog line", ["I0203 10:11:12.000001 1 main.go:1] up"]],
    ["a sentence", ["Starting to serve on 127.0.0.1:8001"]],
    ["instructions", ["cd to the first directory in your path"]],
    ["a call in another language", ["Feature.enable(:thing)"]],
    ["code", ["const x = require('x')"]],
    ["a tree", ["├── bases", "└── prod"]],
    ["a list of names", ["ip_vs", "ip_vs_rr", "ip_vs_sh"]],
    ["options alone", ["--feature-gates=A=true"]],
    ["a rest left out", ["..."]],
    ["keys to press", ["helm status [tab][tab]"]],
    ["a diff", ["diff --git a/x b/x"]],
    ["brackets no shell takes", ["Chain INPUT (policy ACCEPT)"]],
  ])("%s", (_, lines) => {
    const block = fence("bash", ...lines);
    expect(block.runnable).toBe(false);
    expect(block.why).toMatch(/reads as|holds only/);
  });

  it("nor one whose later lines are the output of its first", () => {
    expect(fence("bash", "ceph status", "  cluster:", "    id: 1").why).toContain("line 2");
    expect(fence("sh", "kubectl get hpa", "NAME  REFERENCE  TARGETS").why).toContain("line 2");
    expect(fence("sh", "etcdctl member list -w table", "", "+----+------+", "| ID | NAME |").why).toContain("line 3");
  });
});

describe("what is a command stays one", () => {
  it.each([
    [["if [ -f x ]; then", "  (cd /tmp && ls)", "fi"]],
    [["for ((i = 0; i < 3; i++)); do", '  echo "$i"', "done"]],
    [["kubectl get pods", "if (( count > 3 )); then exit 1; fi", "while (( n-- )); do sleep 1; done"]],
    [["deploy() {", "  kubectl apply -f .", "}", "deploy"]],
    [["case $1 in", "  start) echo s ;;", "  *) echo other: $1 ;;", "esac"]],
    [["pods=(", "  web", "  db", ")", "echo $pods"]],
    [["cat > cm.yaml <<EOF", "apiVersion: v1", "kind: ConfigMap", "EOF", "kubectl apply -f cm.yaml"]],
    [["for n in $(kubectl get nodes -o name); do \\", '  kubectl cordon "$n"; \\', "done"]],
    [["find . -name x -exec rm {} +"]],
    [["echo {}"]],
    [["{", "  echo a", "  echo b", "} > out"]],
    [["kubectl get pods   # all of them", "sleep 5 # a moment (or two)"]],
    [["( cd /srv && ./run )"]],
    [["NAMESPACE=web", "export NAMESPACE"]],
    [["ls", "pwd", "date"]],
    [["./scripts/deploy.sh", "./scripts/check.sh"]],
    [["diff -u \\", "  <(sort a) \\", "  <(sort b)"]],
    [["while true; do date; sleep 1; done"]],
    [["git commit -m 'Fix: the thing'"]],
    [["curl -H 'Accept: text/plain' http://x"]],
    [["awk 'NR > 1 { print $1 }' file"]],
    [["[[ $x =~ ^(a|b)$ ]] && echo y"]],
    [["psql -c 'select count(*) from t'"]],
    [["GODEBUG=http2debug=1 ./server"]],
    [[": > empty", "echo >&2 note"]],
    [["date; uptime"]],
    [["echo the quick brown fox jumps"]],
    [["python3 - <<'PY'", "print(1)", "PY"]],
  ])("%j", (lines) => {
    expect(fence("bash", ...lines)).toMatchObject({ runnable: true, commands: `${lines.join("\n")}\n` });
  });

  it("also where the syntax of PowerShell or fish looks like settings or a call", () => {
    expect(fence("pwsh", "$pods = Get-Pod", "foreach ($p in $pods) { $p.Name }").runnable).toBe(true);
    expect(fence("fish", "echo (date)", "test (id -u) -eq 0; or exit 1").runnable).toBe(true);
    expect(fence("fish", "{", '  "a": 1', "}").runnable).toBe(false);
  });
});
