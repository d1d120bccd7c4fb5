import { describe, expect, it } from "vitest";
import type { Finding, LaunchHeader, Param } from "../../engine/protocol/index.ts";
import { exampleBlock, exampleDocument, exampleStep } from "../run/example.ts";
import {
  clustersWanted,
  emptyDraft,
  joined,
  launchesOffered,
  paramProblem,
  placeholderProblem,
  placeholdersWanted,
  preflightKey,
  readiness,
  requestOf,
  saidOfParams,
  withoutGo,
} from "./model.ts";

const param = (name: string, extra: Partial<Param> = {}): Param => ({
  name,
  type: "string",
  required: false,
  default: null,
  pattern: null,
  min: null,
  max: null,
  choices: [],
  about: "",
  line: 1,
  ...extra,
});
const finding = (code: string, severity: Finding["severity"] = "blocker"): Finding => ({
  code,
  severity,
  subject: code,
  message: `${code}.`,
  todo: "Do it.",
  step: null,
  line: null,
});
const step = exampleStep("a", "1", "A", {
  blocks: [
    exampleBlock(0, "echo <host> <RELEASE> <found>\n"),
    exampleBlock(1, "echo <host>\n"),
    exampleBlock(2, "date\n", { options: { capture: "found" } }),
  ],
});
const book = exampleDocument([step], {
  clusters: ["main"],
  params: [param("RELEASE", { required: true }), param("WEIGHT", { type: "int", default: "10", min: 1, max: 100 })],
});
const none = () => null;

describe("what a start asks for", () => {
  it("is one context per named cluster, the default one where the runbook needs a cluster", () => {
    expect(clustersWanted(book)).toEqual([{ name: "main", isOptional: false }]);
    const dr = exampleStep("b", "2", "B", { directive: { on: "dr" } });
    expect(clustersWanted(exampleDocument([dr], { clusters: ["primary", "dr"] })).map((one) => one.name)).toEqual(["primary", "dr"]);
  });
  it("is none where every step runs on none, and one by choice where the runbook does not say", () => {
    expect(
      clustersWanted(exampleDocument([step], { clusters: ["main"], requires: { tools: [], permissions: [], cluster: false } })),
    ).toEqual([{ name: "main", isOptional: true }]);
    const nowhere = exampleStep("b", "2", "B", { directive: { on: "none" } });
    const requires = { tools: [], permissions: [], cluster: false };
    expect(clustersWanted(exampleDocument([nowhere], { requires }))).toEqual([]);
    expect(clustersWanted(exampleDocument([step], { requires }))).toEqual([{ name: "main", isOptional: true }]);
  });
  it("is a value for each placeholder that neither a parameter nor a capture fills, once, with its steps", () => {
    expect(placeholdersWanted(book)).toEqual([{ name: "host", steps: ["1"] }]);
  });
  it("checks types and limits, and leaves patterns to the engine", () => {
    expect(paramProblem(param("A", { required: true }), "")).toBe("Needed.");
    expect(paramProblem(param("A", { type: "int", min: 1, max: 100 }), "101")).toBe("At most 100.");
    expect(paramProblem(param("A", { type: "int" }), "1.5")).toBe("A whole number.");
    expect(paramProblem(param("A", { type: "choice", choices: ["x", "y"] }), "z")).toContain("x, y");
    expect(paramProblem(param("A", { pattern: "(a+)+$" }), "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")).toBeNull();
  });
});

describe("the request", () => {
  it("leaves out what was not given, so that defaults count", () => {
    const draft = { ...emptyDraft(book), params: { RELEASE: "v1", WEIGHT: "" }, contexts: { main: "sandbox" } };
    expect(requestOf(draft, book, "/x.md")).toEqual({
      path: "/x.md",
      mode: "live",
      contexts: { main: "sandbox" },
      params: { RELEASE: "v1" },
      placeholders: {},
    });
  });
});

describe("the preflight", () => {
  it("is asked again for other inputs, and not for a typed name or a reason", () => {
    const draft = { ...emptyDraft(book), contexts: { main: "sandbox" } };
    const key = preflightKey(draft, book, "/x.md");
    expect(preflightKey({ ...draft, typedCluster: "sand", overrideReason: "known" }, book, "/x.md")).toBe(key);
    expect(preflightKey({ ...draft, placeholders: { host: "db-1" } }, book, "/x.md")).not.toBe(key);
    expect(preflightKey({ ...draft, mode: "rehearsal" }, book, "/x.md")).not.toBe(key);
  });
});

describe("readiness to start", () => {
  const ready = { ...emptyDraft(book), params: { RELEASE: "v1", WEIGHT: "10" }, contexts: { main: "prod" }, typedCluster: "prod" };
  it("names what is missing, cluster first", () => {
    expect(readiness(emptyDraft(book), book, none, null).missing).toEqual([
      "Choose the cluster.",
      "A parameter needs a good value: RELEASE.",
    ]);
    expect(readiness(ready, book, none, []).missing).toEqual([]);
  });
  it("names a placeholder that a shell would read as more than a word, and what only the engine could find in a parameter", () => {
    const odd = { ...ready, placeholders: { host: "db1; rm" } };
    expect(readiness(odd, book, none, [finding("params")]).missing).toEqual(["A placeholder needs a good value: host."]);
    expect(placeholderProblem("db1; rm")).toBe("Not possible here: ; a space");
    expect(placeholderProblem("db-1.eu:5432/core@x=+,")).toBeNull();
    expect(readiness(ready, book, none, [finding("params")]).missing).toEqual(["params. Do it."]);
  });
  it("is never ready where the preflight could not look", () => {
    expect(readiness(ready, book, none, null, true).missing).toEqual([expect.stringContaining("could not look")]);
  });
  it("asks for the name on production, live only", () => {
    const production = () => "production" as const;
    expect(readiness({ ...ready, typedCluster: "pro" }, book, production, []).missing).toEqual(["Type prod."]);
    expect(readiness(ready, book, production, [])).toMatchObject({ missing: [], typeName: "prod" });
    expect(readiness({ ...ready, mode: "rehearsal", typedCluster: "" }, book, production, []).typeName).toBeNull();
  });
  it("takes a reason for blockers, but none for those that nothing gets past", () => {
    expect(readiness(ready, book, none, [finding("tool-missing")])).toMatchObject({ needsReason: true });
    expect(readiness({ ...ready, overrideReason: "known" }, book, none, [finding("tool-missing")]).missing).toEqual([]);
    const final = readiness({ ...ready, overrideReason: "known" }, book, none, [finding("not-trusted")]);
    expect(final.needsReason).toBe(false);
    expect(final.missing).toEqual(["not-trusted. Do it."]);
    expect(readiness(ready, book, none, [finding("review-due", "warning")])).toMatchObject({ needsReason: false, missing: [] });
  });
});

it("puts what the engine says of a parameter at that parameter's field", () => {
  const told = {
    ...finding("params"),
    message:
      'Parameter "RELEASE" (line 4) is "one", which does not match ^v.\nThere is no parameter "WEIGH".\nParameter "WEIGHT" (line 5) is 0.',
  };
  expect(saidOfParams(book, [finding("tool"), told])).toEqual({ RELEASE: 'It is "one", which does not match ^v.', WEIGHT: "It is 0." });
  expect(saidOfParams(book, null)).toEqual({});
});

describe("a run as part of a launch", () => {
  const launch = (number: number, state: LaunchHeader["state"], context: string | null = "prod-eu-1") =>
    ({ launch: `launch-${number}`, number, state, facts: { name: `v${number}`, context } }) as unknown as LaunchHeader;
  it("is offered for launches that are not closed, the newest first", () => {
    const list = [launch(1, "closed"), launch(2, "preparing"), launch(3, "go")];
    expect(launchesOffered(list).map((one) => one.number)).toEqual([3, 2]);
  });
  it("takes the launch's cluster where the runbook asks for one and the kubeconfig has it, and says so in the request", () => {
    const draft = joined({ ...emptyDraft(book), typedCluster: "other" }, book, launch(2, "go"), ["prod-eu-1"]);
    expect(draft).toMatchObject({ launch: "launch-2", contexts: { main: "prod-eu-1" }, typedCluster: "" });
    expect(requestOf(draft, book, "/b.md")).toMatchObject({ launch: "launch-2", contexts: { main: "prod-eu-1" } });
    expect(joined(emptyDraft(book), book, launch(2, "go"), ["staging"]).contexts).toEqual({});
    expect(joined({ ...emptyDraft(book), mode: "rehearsal" }, book, launch(2, "go"), ["prod-eu-1"]).contexts).toEqual({});
    expect(requestOf(joined(draft, book, null, []), book, "/b.md")).not.toHaveProperty("launch");
  });
  it("is warned of on production while the launch has no GO, and on nothing else", () => {
    const production = () => "production" as const;
    const list = [launch(2, "ready"), launch(3, "go")];
    const of = (number: number) => joined(emptyDraft(book), book, list.find((one) => one.number === number) ?? null, ["prod-eu-1"]);
    expect(withoutGo(of(2), list, production)?.number).toBe(2);
    expect(withoutGo(of(2), list, () => "staging")).toBeNull();
    expect(withoutGo(of(3), list, production)).toBeNull();
    expect(withoutGo({ ...of(2), mode: "rehearsal" }, list, production)).toBeNull();
  });
});
