import { describe, expect, it } from "vitest";
import { touchedBy } from "./touched.ts";

const of = (text: string, values: Record<string, string> = {}) => touchedBy([text], "core", values);
const names = (text: string, values?: Record<string, string>) =>
  of(text, values).objects.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);

describe("what a step's commands touch", () => {
  it("is read from kind and name, in every way that kubectl takes them", () => {
    expect(names("kubectl rollout status deployment/api-green --timeout=600s")).toEqual(["Deployment core/api-green"]);
    expect(names("kubectl set image deploy/api api=registry.test/api:v2 sidecar=x:1 -n shop")).toEqual(["Deployment shop/api"]);
    expect(names("kubectl -n shop scale --replicas 3 deployments.apps api web")).toEqual(["Deployment shop/api", "Deployment shop/web"]);
    expect(names("sudo kubectl --namespace=shop rollout undo sts db")).toEqual(["StatefulSet shop/db"]);
    expect(names(`kubectl patch service api -p '{"spec":{"selector":{"colour":"green"}}}'`)).toEqual(["Service core/api"]);
    expect(names("kubectl annotate --overwrite ingress api-canary nginx.ingress.kubernetes.io/canary-weight=25")).toEqual([
      "Ingress core/api-canary",
    ]);
    expect(names("kubectl label deploy api tier- env=prod")).toEqual(["Deployment core/api"]);
    expect(names("kubectl delete deploy,svc old")).toEqual(["Deployment core/old", "Service core/old"]);
    expect(names("kubectl create deployment web --image nginx:1")).toEqual(["Deployment core/web"]);
    expect(names("kubectl expose deployment web --port 80")).toEqual(["Service core/web", "Deployment core/web"]);
    expect(names("kubectl wait --for=condition=available deploy/a deploy/b")).toEqual(["Deployment core/a", "Deployment core/b"]);
    expect(names("kubectl argo rollouts promote api -n shop")).toEqual(["Rollout shop/api"]);
  });

  it("knows what stands in pipes, substitutions, conditions and inner shells", () => {
    expect(names('if ! test "$(kubectl get deploy/a -o jsonpath={.status})" = x; then kubectl rollout restart deploy b; fi')).toEqual([
      "Deployment core/a",
      "Deployment core/b",
    ]);
    expect(names(`bash -c 'kubectl delete pod p'`)).toEqual(["Pod core/p"]);
  });

  it("fills parameters and what the text itself sets, and is open where a name is not known", () => {
    expect(of(`APP=api\nkubectl -n "$NS" rollout restart "deployment/$APP-\${COLOUR}"`, { NS: "shop", COLOUR: "green" })).toMatchObject({
      objects: [{ kind: "Deployment", namespace: "shop", name: "api-green" }],
      namespaces: ["shop"],
      isOpen: false,
    });
    expect(of("kubectl rollout restart deployment/$(pick)")).toMatchObject({ objects: [], namespaces: ["core"], isOpen: true });
    expect(of("APP=$(pick); kubectl rollout restart deployment/$APP", { APP: "old" })).toMatchObject({ objects: [], isOpen: true });
  });

  it("takes labels, and a Helm release by the label of its charts", () => {
    expect(of("kubectl rollout restart deploy -l app=api,tier!=db")).toMatchObject({
      selections: [{ kind: "Deployment", namespace: "core", labels: "app=api,tier!=db" }],
      isOpen: false,
    });
    expect(of("helm upgrade api ./chart -n shop --set image.tag=v2 --wait").selections[0]).toEqual({
      kind: "Deployment",
      namespace: "shop",
      labels: "app.kubernetes.io/instance=api",
    });
  });

  it("reads manifests within the text, and is open for those in a file", () => {
    const text = `kubectl apply -f - <<'EOF'
apiVersion: apps/v1
kind: Deployment
metadata: {name: api-green}
---
kind: Service
metadata:
  name: api
  namespace: shop
EOF
kubectl rollout status deploy/api-green`;
    expect(names(text)).toEqual(["Deployment core/api-green", "Service shop/api"]);
    expect(of(text)).toMatchObject({ isOpen: false, namespaces: ["core", "shop"] });
    expect(of("kubectl apply -f deploy/green.yaml")).toMatchObject({ objects: [], isOpen: true });
    expect(of("kubectl apply -f - <<EOF\na: [\nEOF").isOpen).toBe(true);
  });

  it("is the namespace's deployments for a script, and for a text without any command to the cluster", () => {
    for (const text of ["./deploy.sh green", "bash deploy.sh", "echo hello", "kubectl logs deploy/api", ""])
      expect(of(text)).toEqual({ objects: [], selections: [], namespaces: ["core"], isOpen: true });
    expect(of("kubectl rollout restart deploy/api && ./smoke.sh")).toMatchObject({ objects: [{ name: "api" }], isOpen: true });
    expect(of("kubectl rollout restart deploy/api | tee log; sleep 5; curl -fsS http://x")).toMatchObject({ isOpen: false });
  });

  it("never takes a secret's object, an option's value or a container's command for one", () => {
    expect(names("kubectl get secret db -o yaml")).toEqual([]);
    expect(names("kubectl exec deploy/api -- kubectl delete deploy/x")).toEqual([]);
    expect(names("kubectl get -o name deploy api -- deploy/other")).toEqual(["Deployment core/api"]);
    expect(names("kubectl get deploy 'Not A Name'")).toEqual([]);
  });

  it("is bounded, and open beyond the bound", () => {
    const many = Array.from({ length: 60 }, (_, index) => `kubectl -n ns${index} delete deploy/d${index}`).join("\n");
    const touched = of(many);
    expect(touched.objects).toHaveLength(40);
    expect(touched.namespaces).toHaveLength(4);
    expect(touched.isOpen).toBe(true);
  });
});
