// The window's view of one run: a snapshot, the changes since, unseen alarms, the cluster watch.
// Owns: when to ask for a snapshot, and the acts sent to the engine. Holds nothing that is recorded only here.
import { create } from "zustand";
import type { Method, ParamsOf, PayloadOf, ResultOf, RunHeader, RunId, WatchedObject } from "../../engine/protocol/index.ts";
import { callEngine } from "../app/call.ts";
import { announce } from "../app/live.ts";
import { useApp } from "../app/store.ts";
import { bridge, type CallFailure, type CallResult } from "../bridge/index.ts";
import { announcements } from "./announce.ts";
import { mergeChange, mergeHeader, pictureFrom, type RunChange, type RunPicture } from "./merge.ts";
import { cryOut } from "./outcry.ts";

export type Alarm = Omit<PayloadOf<"run.alarm">, "run"> & { key: string; at: number };
export type Watch = { objects: WatchedObject[]; at: string; state: "live" | "lost" | "off"; notes?: string[] };

export type RunSlice = {
  run: RunId | null;
  /** Why the run could not be opened. */
  error: CallFailure | null;
  picture: RunPicture | null;
  /** Not yet seen, newest last. */
  alarms: Alarm[];
  /** By the cluster's name within the run. */
  watch: Record<string, Watch>;
  /** Method whose answer is awaited: the same act is not sent twice. */
  pending: Method | null;
  /** The last refused act, until the next one or until it is dismissed. */
  refusal: CallFailure | null;
};

export const useRunStore = create<RunSlice>(() => empty(null));
function empty(run: RunId | null): RunSlice {
  return { run, error: null, picture: null, alarms: [], watch: {}, pending: null, refusal: null };
}
const { getState, setState } = useRunStore;

function show(picture: RunPicture): void {
  const before = getState().picture;
  stall(picture);
  const said = before === null ? [] : announcements(before.view, picture.view);
  setState({ picture });
  if (said.length > 0) announce(said.map((one) => one.text).join(" "), said.some((one) => one.isUrgent) ? "assertive" : "polite");
}

/** Opens a run and follows it; returns how to stop. */
export function followRun(run: RunId): () => void {
  setState(empty(run), true);
  isStalled = false;
  const host = bridge();
  /** Changes that arrive while a snapshot is under way; null when none is. */
  let waiting: RunChange[] | null = null;
  let isAskedAgain = false;
  let isStopped = false;
  const takeSnapshot = async (): Promise<void> => {
    if (waiting !== null) {
      isAskedAgain = true;
      return;
    }
    waiting = [];
    const answer = await host.call("run.get", { run });
    const changes = waiting;
    waiting = null;
    if (isStopped) return;
    if (!answer.ok) {
      // A lost connection is not an answer: the picture stays, and the next connection asks again.
      if (answer.error.code !== "disconnected") setState({ error: answer.error });
      return;
    }
    const before = getState().picture;
    const { picture, isStale } = pictureFrom(answer.value, changes);
    // The pinned text changes by an amendment alone: keeping the object keeps everything drawn from it.
    if (before !== null && before.document.sha256 === picture.document.sha256) picture.document = before.document;
    show(picture);
    setState({ error: null });
    if (before === null) alarmAtOpening(picture);
    if (!isStale && !isAskedAgain) return;
    isAskedAgain = false;
    await takeSnapshot();
  };
  let wasOnline = false;
  const stops = [
    host.subscribe("run.changed", (change) => {
      if (change.header.run !== run) return;
      waiting?.push(change);
      const { picture } = getState();
      if (picture === null) return;
      const merged = mergeChange(picture, change);
      if (merged.picture !== picture) show(merged.picture);
      if (merged.isStale && waiting === null) void takeSnapshot();
    }),
    host.subscribe("run.alarm", (alarm) => {
      if (alarm.run === run) raise({ step: alarm.step, severity: alarm.severity, title: alarm.title, detail: alarm.detail });
    }),
    host.subscribe("cluster.watched", ({ cluster, objects, at, state, notes = [], run: of }) => {
      if (of === run) setState(({ watch }) => ({ watch: { ...watch, [cluster]: { objects, at, state, notes } } }));
    }),
    host.onConnection(({ state }) => {
      const isOnline = state === "online";
      if (isOnline && !wasOnline) void takeSnapshot();
      wasOnline = isOnline;
    }),
  ];
  return () => {
    isStopped = true;
    for (const stop of stops) stop();
    if (getState().run === run) setState(empty(null), true);
  };
}

/** Asks for the objects once; what follows comes as events. */
export async function watchCluster(run: RunId, cluster: ParamsOf<"cluster.watch">["cluster"]): Promise<void> {
  const answer = await bridge().call("cluster.watch", { run, cluster });
  if (getState().run !== run) return;
  setState(({ watch }) => {
    if (answer.ok && watch[cluster] !== undefined && watch[cluster].objects.length > 0) return {};
    const next: Watch = answer.ok
      ? { objects: answer.value, at: new Date().toISOString(), state: "live" }
      : { objects: [], at: new Date().toISOString(), state: "off" };
    return { watch: { ...watch, [cluster]: next } };
  });
}

const SEEN_KEY = "holdpoint.seen-alarms";
/** Seen alarms of this window: a reload must not ring again for what was seen, and must ring for what was not. */
function seenKeys(): Set<string> {
  try {
    return new Set(JSON.parse(sessionStorage.getItem(SEEN_KEY) ?? "[]") as string[]);
  } catch {
    return new Set(); // storage refused: everything counts as unseen, which is the safe side
  }
}
function raise(alarm: Omit<Alarm, "key" | "at">): void {
  const run = getState().run;
  const step = getState().picture?.view.steps.find((one) => one.id === alarm.step);
  const settings = useApp.getState().snapshot?.settings;
  if (alarm.severity === "info") {
    // Nothing went wrong: it is heard and told, and there is nothing to be seen to.
    if (settings !== undefined) cryOut(alarm, settings);
    announce(`${alarm.title}. ${alarm.detail}`);
    return;
  }
  // One alarm per attempt of a step: what is said later about the same end replaces what was said first.
  const key = alarm.step === null ? [run, alarm.title].join("|") : alarmKey(alarm.step, step?.attempt ?? 0);
  // A gate that has warned and then fails rings again.
  const isNew = !getState().alarms.some((one) => one.key === key && one.severity === alarm.severity);
  setState(({ alarms }) => ({ alarms: [...alarms.filter((one) => one.key !== key), { ...alarm, key, at: Date.now() }] }));
  if (isNew && settings !== undefined) cryOut(alarm, settings);
  announce(`${alarm.severity === "fail" ? "Alarm" : "Warning"}: ${alarm.title}. ${alarm.detail}`, "assertive");
}
/** One alarm for each time that a command comes to stand still, whether or not it was seen meanwhile; it goes when the output goes on. */
const STALLED = "stalled";
let isStalled = false;
function stall({ view }: RunPicture): void {
  const { nextAction: action } = view.header;
  if ((action.isStalled === true) === isStalled) return;
  isStalled = action.isStalled === true;
  const rest = getState().alarms.filter((one) => one.key !== STALLED);
  if (!isStalled) {
    setState({ alarms: rest });
    return;
  }
  const alarm = { step: action.step, severity: "warn" as const, title: action.say, detail: action.detail };
  setState({ alarms: [...rest, { ...alarm, key: STALLED, at: Date.now() }] });
  const settings = useApp.getState().snapshot?.settings;
  if (settings !== undefined) cryOut(alarm, settings);
  announce(`Warning: ${alarm.title}. ${alarm.detail}`, "assertive");
}
/** A window opened on a run that stands at a failure shows the alarm too, unless this window has seen it. */
function alarmAtOpening({ view }: RunPicture): void {
  const { nextAction } = view.header;
  if (!["judge", "recheck", "retry-or-skip", "gate", "way-back"].includes(nextAction.kind)) return;
  const step = view.steps.find((one) => one.id === nextAction.step);
  if (nextAction.kind === "gate" && step !== undefined) {
    const key = alarmKey(step.id, step.attempt);
    if (getState().alarms.length > 0 || seenKeys().has(key)) return;
    const { say: title, detail } = nextAction;
    setState({ alarms: [{ step: step.id, severity: "warn", title, detail, key, at: Date.now() }] });
    return;
  }
  if (step?.verdict !== "failed" && step?.verdict !== "unknown") return;
  const key = alarmKey(step.id, step.attempt);
  if (getState().alarms.length > 0 || seenKeys().has(key)) return;
  const title = `${step.number} ${step.title}: ${step.verdict}`;
  setState({
    alarms: [{ step: step.id, severity: step.verdict === "failed" ? "fail" : "warn", title, detail: step.because, key, at: Date.now() }],
  });
}
const alarmKey = (step: string, attempt: number): string => [getState().run, step, attempt].join("|");

/** The newest alarm is seen; earlier ones come up after it. */
export function markSeen(): void {
  const { alarms } = getState();
  const newest = alarms.at(-1);
  if (newest !== undefined) seen([newest]);
}
function seen(which: Alarm[]): void {
  if (which.length === 0) return;
  const keys = seenKeys();
  for (const alarm of which) keys.add(alarm.key);
  try {
    sessionStorage.setItem(SEEN_KEY, JSON.stringify([...keys].slice(-200)));
  } catch {
    // storage refused: the alarm comes back after a reload, which is the safe side
  }
  setState(({ alarms }) => ({ alarms: alarms.filter((one) => !which.includes(one)) }));
}

type HeaderMethod = {
  [M in Method]: ResultOf<M> extends RunHeader ? M : never;
}[Method];
/** Sends an act. While one is under way no second one is sent: null then. Refusals are shown, and returned to the caller. */
export async function act<M extends HeaderMethod | "run.cancel">(method: M, params: ParamsOf<M>): Promise<CallResult<ResultOf<M>> | null> {
  // Stop and hold are for trouble: they must get through while another act waits for its answer.
  const isUrgent = method === "run.hold" || method === "run.cancel" || method === "run.abort";
  if (getState().pending !== null && !isUrgent) return null;
  if (!isUrgent) setState({ pending: method });
  setState({ refusal: null });
  const answer = await callEngine(method, params);
  if (!isUrgent) setState({ pending: null });
  if (!answer.ok) {
    setState({ refusal: answer.error });
    return answer;
  }
  // Who acts on a step has seen what happened to it.
  if ("step" in params) seen(getState().alarms.filter((one) => one.step === params.step));
  if (method !== "run.cancel") {
    const { picture } = getState();
    const header = answer.value as RunHeader;
    if (picture !== null && header.run === picture.view.header.run) show(mergeHeader(picture, header));
  }
  return answer;
}
/** After placeholders were given: what the engine keeps of them, redacted, is what the window shows. */
export async function renewValues(run: RunId): Promise<Record<string, string>> {
  const answer = await bridge().call("run.get", { run });
  const { picture } = getState();
  if (picture === null || getState().run !== run) return {};
  if (!answer.ok) return picture.view.values;
  const { values } = answer.value.view;
  setState({ picture: { ...picture, view: { ...picture.view, values } } });
  return values;
}
export function dismissRefusal(): void {
  setState({ refusal: null });
}
