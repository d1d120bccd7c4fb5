import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findBypasses } from "./bypasses.ts";

const where = (text: string) => findBypasses(text).map(({ line, column }) => `${line}:${column}`);

describe("walks round the pin", () => {
  it.each([
    ["kubectl --kubeconfig other get pods", "1:9"],
    ["kubectl get pods --kubeconfig=/tmp/x", "1:18"],
    ["kubectl --context prod get pods", "1:9"],
    ["kubectl --context=prod get pods", "1:9"],
    ["kubectl get pods -n core --server https://x", "1:26"],
    ["kubectl -s https://x get pods", "1:9"],
    ["kubectl -s=https://x get pods", "1:9"],
    ["kubectl --cluster dr get pods", "1:9"],
    ["kubectl --user admin get pods", "1:9"],
    ["kubectl --as root get pods", "1:9"],
    ["helm upgrade api ./c --kube-context prod", "1:22"],
    ["helm --kube-apiserver https://x list", "1:6"],
    ["KUBECONFIG=/tmp/x kubectl get pods", "1:1"],
    ["KUBECONFIG=/tmp/x", "1:1"],
    ["HELM_KUBECONTEXT=prod helm list", "1:1"],
    ["HELM_KUBEAPISERVER=x HELM_KUBETOKEN=y helm list", "1:1 1:22"],
    ["export KUBECONFIG=/tmp/x", "1:8"],
    ["export A=1 KUBECONFIG=/tmp/x", "1:12"],
    ["declare -x KUBECONFIG=/tmp/x", "1:12"],
    ["unset KUBECONFIG", "1:7"],
    ["env KUBECONFIG=/tmp/x kubectl get pods", "1:5"],
    ["env -u KUBECONFIG kubectl get pods", "1:8"],
    ["sudo KUBECONFIG=/etc/k kubectl get pods", "1:6"],
    ["set -gx KUBECONFIG /tmp/x", "1:9"],
    ["$env:KUBECONFIG = 'C:\\x'", "1:1"],
    ["kubectl config use-context prod", "1:16"],
    ["kubectl config set-cluster c --server=x", "1:16 1:30"],
    ["kubectl config set-context --current --namespace=x", "1:16"],
    ["alias kubectl='kubectl --context prod'", "1:7"],
    ["alias kubectl=kubecolor", "1:7"],
    ["alias k='kubectl --context prod'", "1:7"],
    ["alias helm=true", "1:7"],
    ['kubectl() { command kubectl --context prod "$@"; }', "1:1 1:29"],
    ["function kubectl { echo; }", "1:1"],
    ["function helm() { echo; }", "1:1"],
    ["function kubectl; command kubectl --context x $argv; end", "1:1 1:35"],
    ["kubectx prod", "1:1"],
    ["oc login https://x", "1:1"],
    ["gcloud container clusters get-credentials prod", "1:1"],
    ["aws eks --region x update-kubeconfig --name p", "1:1"],
    ["k9s --context prod", "1:5"],
    ["mytool --kubeconfig x", "1:8"],
  ])("%s", (text, places) => {
    expect(where(text).join(" ")).toBe(places);
  });

  it("finds it behind wrappers, in pipes, lists, substitutions and conditions", () => {
    expect(where("xargs -n1 kubectl --context x get")).toEqual(["1:19"]);
    expect(where("true && kubectl --context x get")).toEqual(["1:17"]);
    expect(where("a | kubectl --context x apply -f -")).toEqual(["1:13"]);
    expect(where('x="$(kubectl --context x get)"')).toEqual(["1:14"]);
    expect(where("x=`kubectl --context x get`")).toEqual(["1:12"]);
    expect(where("(cd x; kubectl --context y get)")).toEqual(["1:16"]);
    expect(where("if kubectl --context x get; then\n  KUBECONFIG=y helm list\nfi")).toEqual(["1:12", "2:3"]);
    expect(where("diff <(kubectl --context a get) <(kubectl --context b get)")).toEqual(["1:16", "1:43"]);
    expect(where("/usr/local/bin/kubectl --context x get")).toEqual(["1:24"]);
    expect(where("kubectl \\\n  --context x \\\n  get pods")).toEqual(["2:3"]);
    expect(where("kubectl '--context' x get")).toEqual(["1:9"]);
    expect(where("bash -c 'kubectl --context x get'")).toEqual(["1:9"]);
    expect(where("watch kubectl get pods --context x")).toEqual(["1:24"]);
  });
});

describe("does not walk round the pin", () => {
  it.each([
    "kubectl get pods -n core",
    "kubectl config view",
    "kubectl config current-context",
    "kubectl exec api -- curl --server x -s http://y",
    "curl -s https://example.test --cluster",
    "docker --context remote ps",
    "# kubectl --context prod",
    "echo kubectl --context prod",
    "echo 'KUBECONFIG=x'",
    'grep -- "--context" file',
    "cat <<EOF\nkubectl --context prod\nexport KUBECONFIG=x\nEOF",
    "cat <<-'EOF'\n\texport KUBECONFIG=x\n\tEOF",
    'echo "$KUBECONFIG"',
    'test -n "$KUBECONFIG"',
    "alias k=kubectl",
    "MY_KUBECONFIG_DIR=x make",
    'KUBECONFIG="$KUBECONFIG" kubectl get pods',
    `export KUBECONFIG="\${KUBECONFIG:-$HOME/.kube/config}"`,
    "helm -s templates/x.yaml template .",
    "kubectl logs api -c server --since 5m",
    "kubectx",
    "sort -k 2 --server",
  ])("%s", (text) => {
    expect(findBypasses(text)).toEqual([]);
  });
});

it("goes on after a here-document and names the line in the whole text", () => {
  expect(where("cat <<EOF > f\ntext\nEOF\nkubectl --context x get")).toEqual(["4:9"]);
});

it("ends on any text, closed or not, with places inside it", () => {
  const piece = fc.constantFrom(
    "kubectl ",
    "--context x",
    '"',
    "'",
    "`",
    "$(",
    ")",
    "(",
    "{",
    "}",
    "\n",
    "\\",
    "<<EOF\n",
    "EOF",
    "#",
    "=",
    ";",
    "alias k=",
    "é",
    "\0",
    "\r\n",
    "KUBECONFIG=x ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const lines = text.split("\n");
      for (const { line, column } of findBypasses(text)) {
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(column).toBeLessThanOrEqual((lines[line - 1]?.length ?? 0) + 1);
      }
    }),
    { numRuns: 500 },
  );
});

it("takes a long text in one pass", () => {
  const text = `${'echo "$(date)" | cat; '.repeat(20_000)}kubectl --context x get`;
  expect(findBypasses(text)).toHaveLength(1);
});
