import { expect, it } from "vitest";
import { suggestClass } from "./class-suggestion.ts";

it.each([
  ["prod", "production"],
  ["eu-west-1-prod", "production"],
  ["gke_acme-production_europe_main", "production"],
  ["prod1", "production"],
  ["live", "production"],
  ["pre-prod", "staging"],
  ["preprod-eu", "staging"],
  ["nonprod", "staging"],
  ["acme/staging", "staging"],
  ["uat-2", "staging"],
  ["dev-jane", "sandbox"],
  ["sandbox", "sandbox"],
  ["kind-kind", "local"],
  ["minikube", "local"],
  ["docker-desktop", "local"],
  ["products", null],
  ["delivery", null],
  ["contest", null],
  ["eu-1", null],
])("suggests for a context %s: %s", (context, expected) => {
  expect(suggestClass({ context, cluster: "c", server: "https://10.0.0.1" })).toBe(expected);
});

it("takes the name before the server: a tunnel to production runs on this machine", () => {
  expect(suggestClass({ context: "prod", cluster: "c", server: "https://127.0.0.1:6443" })).toBe("production");
  expect(suggestClass({ context: "x", cluster: "c", server: "https://127.0.0.1:6443" })).toBe("local");
  expect(suggestClass({ context: "x", cluster: "c", server: "https://api.prod.acme.test" })).toBe("production");
  expect(suggestClass({ context: "x", cluster: "c", server: null })).toBeNull();
});
