// What must be known before a run starts: mode, contexts, parameters, placeholders; and the request made from it.
// Owns: the draft and its rules as far as the window can see them. The engine decides: its preflight and start check everything again.
import type {
  ClusterClass,
  Finding,
  LaunchHeader,
  LaunchId,
  Mode,
  Param,
  ParamsOf,
  RehearsalSource,
  RunbookDocument,
} from "../../engine/protocol/index.ts";
import { emptyRehearsal, isPlayed, type RehearsalDraft, rehearsalMissing, rehearsalOf } from "./rehearsal.ts";

export type Draft = {
  mode: Mode;
  /** By the cluster's name in the runbook. */
  contexts: Record<string, string>;
  namespace: string;
  params: Record<string, string>;
  placeholders: Record<string, string>;
  typedCluster: string;
  overrideReason: string;
  /** Launch that the run is part of; null for a run of its own. */
  launch: LaunchId | null;
  /** Counts in a rehearsal only. */
  rehearsal: RehearsalDraft;
};
export type StartRequestInput = ParamsOf<"run.start">;

/** Named clusters that steps run on. A runbook that asks for none may still be pinned to one, by choice: `isOptional`. */
export function clustersWanted(document: RunbookDocument): { name: string; isOptional: boolean }[] {
  const named = new Set(document.clusters);
  // A step that names no cluster runs on the first of those the file names.
  const ownName = (on: string) => (on === "main" && !document.clusters.includes("main") ? (document.clusters[0] ?? "main") : on);
  for (const { directive } of document.steps) if (directive.on !== "none") named.add(ownName(directive.on));
  // `main` is what a file that names no cluster gets; only `requires` makes it needed (engine/run/plan.ts).
  const usesMain = document.steps.some((step) => ownName(step.directive.on) === "main");
  if (!document.requires.cluster) named.delete("main");
  const wanted = [...named].map((name) => ({ name, isOptional: false }));
  return wanted.length === 0 && usesMain ? [{ name: "main", isOptional: true }] : wanted;
}

export type PlaceholderUse = { name: string; steps: string[] };
/** Placeholders that nothing else fills: no parameter and no capture of that name. */
export function placeholdersWanted(document: RunbookDocument): PlaceholderUse[] {
  const filled = new Set(document.params.map((param) => param.name));
  for (const step of document.steps)
    for (const block of step.blocks) if (block.options.capture !== undefined) filled.add(block.options.capture);
  const uses = new Map<string, string[]>();
  for (const step of document.steps)
    for (const block of step.blocks) {
      if (!block.runnable) continue;
      for (const name of block.placeholders) {
        if (filled.has(name)) continue;
        const steps = uses.get(name);
        if (steps === undefined) uses.set(name, [step.number]);
        else if (!steps.includes(step.number)) steps.push(step.number);
      }
    }
  return [...uses].map(([name, steps]) => ({ name, steps }));
}

export function emptyDraft(document: RunbookDocument): Draft {
  const params: Record<string, string> = {};
  for (const param of document.params)
    params[param.name] = param.type === "secret" ? "" : (param.default ?? (param.type === "bool" ? "false" : ""));
  return {
    mode: "live",
    contexts: {},
    namespace: "",
    params,
    placeholders: {},
    typedCluster: "",
    overrideReason: "",
    launch: null,
    rehearsal: emptyRehearsal(),
  };
}

/** Launches that a run can still be part of, the newest first. */
export const launchesOffered = (list: LaunchHeader[]): LaunchHeader[] =>
  list.filter((one) => one.state !== "closed").sort((a, b) => b.number - a.number);

/** The draft as part of this launch: on its cluster, where the runbook asks for one and the kubeconfig has it. */
export function joined(draft: Draft, document: RunbookDocument, launch: LaunchHeader | null, contexts: string[]): Draft {
  const next = { ...draft, launch: launch?.launch ?? null };
  const own = launch?.facts.context ?? null;
  const wanted = clustersWanted(document).find((one) => !one.isOptional);
  if (own === null || wanted === undefined || draft.mode !== "live" || !contexts.includes(own)) return next;
  return { ...next, contexts: { ...draft.contexts, [wanted.name]: own }, typedCluster: "" };
}

/** States in which the decision to go is taken and signed (engine/engine/launch-runs.ts). */
const DECIDED = new Set(["go", "cut-over", "watch"]);
/** The launch without a GO that would be run on production with this draft; null where that is not so. */
export function withoutGo(draft: Draft, launches: LaunchHeader[], classOf: (context: string) => ClusterClass | null): LaunchHeader | null {
  const launch = launches.find((one) => one.launch === draft.launch);
  if (launch === undefined || draft.mode !== "live" || DECIDED.has(launch.state)) return null;
  return Object.values(draft.contexts).some((context) => classOf(context) === "production") ? launch : null;
}

/** What is wrong with one value, in words; null when nothing is. Patterns are the engine's: a hostile one must not stall the window. */
export function paramProblem(param: Param, value: string): string | null {
  if (value === "") return param.required && param.default === null ? "Needed." : null;
  if (param.type === "int" && !/^[+-]?\d+$/.test(value)) return "A whole number.";
  if (param.type === "number" && !(value.trim() !== "" && Number.isFinite(Number(value)))) return "A number.";
  if (param.type === "choice" && !param.choices.includes(value)) return `One of ${param.choices.join(", ")}.`;
  if (param.type === "int" || param.type === "number") {
    if (param.min !== null && Number(value) < param.min) return `At least ${param.min}.`;
    if (param.max !== null && Number(value) > param.max) return `At most ${param.max}.`;
  }
  return null;
}

/**
 * What the engine's preflight says of each parameter, so that it stands at the field it is about as well as in the list: the engine
 * lists its sentences one per line, each with the parameter's name first.
 */
export function saidOfParams(document: RunbookDocument, findings: Finding[] | null): Record<string, string> {
  const said: Record<string, string> = {};
  for (const finding of findings ?? []) {
    if (finding.code !== "params") continue;
    for (const line of finding.message.split("\n")) {
      const param = document.params.find((one) => line.startsWith(`Parameter "${one.name}" `));
      if (param !== undefined) said[param.name] = line.slice(`Parameter "${param.name}" `.length).replace(/^\(line \d+\) /, "It ");
    }
  }
  return said;
}

/** What a placeholder may hold (engine/document/placeholders.ts): nothing that a shell reads as more than a word. */
const SAFE = /^[A-Za-z0-9._:/@=+,-]*$/;
export function placeholderProblem(value: string): string | null {
  if (SAFE.test(value)) return null;
  const odd = [...new Set(value.replace(/[A-Za-z0-9._:/@=+,-]/g, ""))].map((one) => (one === " " ? "a space" : one));
  return `Not possible here: ${odd.join(" ")}`;
}

/** A walk or a replay: no shell, no cluster. */
export const runsNothing = (draft: Draft): boolean => draft.mode === "rehearsal" && isPlayed(draft.rehearsal);

/** Where nothing is run no secret is asked for. */
export const paramsWanted = (draft: Draft, document: RunbookDocument): Param[] =>
  runsNothing(draft) ? document.params.filter((param) => param.type !== "secret") : document.params;

export function requestOf(draft: Draft, document: RunbookDocument, path: string): StartRequestInput {
  const contexts = Object.fromEntries(
    (runsNothing(draft) ? [] : clustersWanted(document)).flatMap(({ name }) =>
      draft.contexts[name] ? [[name, draft.contexts[name]]] : [],
    ),
  ) as StartRequestInput["contexts"];
  // An empty field means "not given": the engine then takes the default or says that the value is missing.
  const given = (values: Record<string, string>) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
  const asked = new Set(paramsWanted(draft, document).map((param) => param.name));
  const isPinned = draft.namespace.trim() !== "" && !runsNothing(draft);
  return {
    path,
    mode: draft.mode,
    ...(draft.mode === "rehearsal" ? { rehearsal: rehearsalOf(draft.rehearsal) } : {}),
    contexts,
    params: given(Object.fromEntries(Object.entries(draft.params).filter(([name]) => asked.has(name)))),
    placeholders: given(draft.placeholders),
    ...(draft.launch === null ? {} : { launch: draft.launch }),
    ...(isPinned ? { namespace: draft.namespace.trim() } : {}),
    ...(draft.typedCluster === "" ? {} : { typedCluster: draft.typedCluster }),
    ...(draft.overrideReason.trim() === "" ? {} : { overrideReason: draft.overrideReason.trim() }),
  };
}

/** What the preflight is asked: neither the typed name nor the reason changes what it finds. */
export function preflightRequest(draft: Draft, document: RunbookDocument, path: string): StartRequestInput {
  const { typedCluster: _typed, overrideReason: _reason, rehearsal, ...request } = requestOf(draft, document, path);
  if (rehearsal === undefined) return request;
  // Neither does its pace, nor who makes things fail.
  const { way, source } = rehearsal;
  return { ...request, rehearsal: { way, ...(source === undefined ? {} : { source }) } };
}
/** Two drafts with the same key have the same findings. Holds secrets: kept in memory, compared, never shown. */
export const preflightKey = (draft: Draft, document: RunbookDocument, path: string): string =>
  JSON.stringify(preflightRequest(draft, document, path));

/** Findings that no reason gets past (engine/run/start.ts): there would be no run, or one on the wrong cluster. */
const FINAL = new Set(["not-trusted", "params", "not-a-runbook", "no-steps", "rehearsal-guard", "secret-placeholder", "no-context"]);
export const isFinal = (finding: Finding): boolean => finding.severity === "blocker" && FINAL.has(finding.code);

export type Readiness = {
  /** Why Start is not possible yet, the first thing to do first; empty when it is. */
  missing: string[];
  /** Blockers that a reason gets past; the field for it is shown. */
  needsReason: boolean;
  /** Context name to be typed, on production. */
  typeName: string | null;
};
export function readiness(
  draft: Draft,
  document: RunbookDocument,
  classOf: (context: string) => ClusterClass | null,
  findings: Finding[] | null,
  /** The preflight of this very draft could not be made: the start would meet the same. */
  isBlind = false,
  sources: readonly RehearsalSource[] | null = null,
): Readiness {
  const missing: string[] = draft.mode === "rehearsal" ? rehearsalMissing(draft.rehearsal, sources) : [];
  // A rehearsal may do without one: its shells then find no kubeconfig.
  for (const { name, isOptional } of clustersWanted(document))
    if (!draft.contexts[name] && !isOptional && draft.mode === "live")
      missing.push(`Choose the cluster${name === "main" ? "" : ` ${name}`}.`);
  const wrong = paramsWanted(draft, document).filter((param) => paramProblem(param, draft.params[param.name] ?? "") !== null);
  if (wrong.length > 0)
    missing.push(
      `${wrong.length === 1 ? "A parameter needs" : `${wrong.length} parameters need`} a good value: ${wrong.map((one) => one.name).join(", ")}.`,
    );
  const odd = Object.entries(draft.placeholders).filter(([, value]) => placeholderProblem(value) !== null);
  if (odd.length > 0)
    missing.push(
      `${odd.length === 1 ? "A placeholder needs" : `${odd.length} placeholders need`} a good value: ${odd.map(([name]) => name).join(", ")}.`,
    );
  const production = Object.values(draft.contexts).find((context) => classOf(context) === "production") ?? null;
  const typeName = draft.mode === "live" ? production : null;
  const blockers = (findings ?? []).filter((finding) => finding.severity === "blocker");
  // Parameters and contexts were named above where the window sees what is wrong; patterns only the engine tries.
  for (const finding of blockers)
    if (isFinal(finding) && finding.code !== "no-context" && (finding.code !== "params" || wrong.length + odd.length === 0))
      missing.push(`${finding.message} ${finding.todo}`.trim());
  if (isBlind && missing.length === 0) missing.push("The preflight could not look. Put right what it says, or choose another cluster.");
  const needsReason = blockers.some((finding) => !isFinal(finding));
  if (needsReason && draft.overrideReason.trim() === "") missing.push("Put the blockers right, or give a reason to start all the same.");
  if (typeName !== null && draft.typedCluster !== typeName) missing.push(`Type ${typeName}.`);
  return { missing, needsReason, typeName };
}
