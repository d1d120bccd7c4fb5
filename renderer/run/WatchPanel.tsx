// The cluster beside the terminal: deployments with their pods, which colour serves, what just happened.
// Owns: the drawing. Does not watch: the engine does, through the pinned file.
import { Activity } from "lucide-react";
import { useMemo } from "react";
import type { PinView, WatchedObject } from "../../engine/protocol/index.ts";
import { EmptyState, formatAgo, formatClock, Status, type StatusState, useNow } from "../design/index.ts";
import type { Watch } from "./store.ts";
import {
  countWords,
  type Deployment,
  eventWords,
  imageWords,
  newReady,
  rolloutWords,
  shortImage,
  shortName,
  type Traffic,
  trafficWords,
  troubleWords,
  watchPicture,
} from "./watch-model.ts";

const GLYPH: Record<WatchedObject["state"], StatusState> = { ok: "passed", progress: "running", trouble: "failed", idle: "open" };
const WORD: Record<WatchedObject["state"], string> = { ok: "Ready", progress: "Starting", trouble: "Trouble", idle: "Idle" };

export function WatchPanel({
  pins,
  watch,
  active,
  onActivate,
  hasHead = true,
}: {
  pins: PinView[];
  watch: Record<string, Watch>;
  active: string;
  onActivate(name: string): void;
  hasHead?: boolean;
}) {
  const pin = pins.find((one) => one.name === active) ?? pins[0];
  const shown = pin === undefined ? undefined : watch[pin.name];
  return (
    <div className="run-watch">
      {hasHead ? (
        <div className="panel-head">
          <Activity size={16} aria-hidden="true" />
          <h2>Cluster watch</h2>
          {pin?.identity ? <span>namespace {pin.identity.namespace}</span> : null}
          <span className="end">
            {pins.length > 1
              ? pins.map((one) => (
                  <button
                    key={one.name}
                    type="button"
                    className={`run-pin ${one.name === pin?.name ? "on" : ""}`}
                    aria-pressed={one.name === pin?.name}
                    onClick={() => onActivate(one.name)}
                  >
                    {one.name}
                  </button>
                ))
              : null}
            <WatchAge watch={shown} />
          </span>
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by key */}
      <section className="run-watch-body" tabIndex={0} aria-label="Watched objects" data-region-focus>
        {shown === undefined ? (
          <p className="dim">Asking the cluster…</p>
        ) : shown.objects.length === 0 ? (
          <EmptyState title={shown.state === "off" ? "Not watched" : "Nothing here yet"}>
            {shown.state === "off"
              ? "The cluster is not watched while a run waits to be resumed, and not where it cannot be reached or these permissions do not allow it. Every step is proved before and after all the same."
              : "Deployments, pods and events of the namespace appear here as they change."}
          </EmptyState>
        ) : (
          <Objects objects={shown.objects} />
        )}
        {(shown?.notes ?? []).map((note) => (
          <p key={note} className="run-watch-note">
            {note}
          </p>
        ))}
      </section>
    </div>
  );
}

export function WatchAge({ watch }: { watch: Watch | undefined }) {
  const now = useNow();
  if (watch === undefined) return null;
  if (watch.state === "lost")
    return <span className="warn-text nowrap">lost, trying again, last {formatAgo(now - Date.parse(watch.at))}</span>;
  return <span className="nowrap">{watch.state === "off" ? "off" : formatAgo(now - Date.parse(watch.at))}</span>;
}

/** In a few words, for a tab: `green 2 of 3 new`. */
export function watchWords(watch: Watch | undefined): string {
  const moving = watch?.objects.find((one) => one.kind === "Deployment" && (one.state === "progress" || one.state === "trouble"));
  if (moving === undefined) return "";
  return `${moving.colour ?? moving.name} ${countWords(moving)}`;
}

function Objects({ objects }: { objects: WatchedObject[] }) {
  const picture = useMemo(() => watchPicture(objects), [objects]);
  return (
    <>
      {/* First: in a low panel it would lie below the cards, out of sight, and it is what a cut-over is about. */}
      {picture.traffic.map((traffic) => (
        <TrafficBar key={traffic.key} traffic={traffic} />
      ))}
      <Cards deployments={picture.front.filter((one) => one.object.colour !== null)} />
      <Cards deployments={picture.front.filter((one) => one.object.colour === null)} />
      {picture.loosePods.length > 0 ? (
        <ul className="run-pods loose">
          {picture.loosePods.map((pod) => (
            <Pod key={pod.name} pod={pod} name={pod.name} />
          ))}
        </ul>
      ) : null}
      {picture.events.length > 0 ? (
        <ul className="run-events" aria-label="Events, times in UTC">
          {picture.events.map((event) => (
            <li key={`${event.name} ${event.at} ${event.detail}`}>
              {event.at === null ? <span /> : <time dateTime={event.at}>{formatClock(event.at)}</time>}
              <span className={event.state === "trouble" ? "run-trouble" : ""}>
                {event.state === "trouble" ? <Status state="nearmiss" size={14} label="Warning" /> : null}
                {eventWords(event)}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {picture.others.length > 0 ? (
        <details className="run-watch-others">
          <summary>{picture.others.length === 1 ? "1 deployment" : `${picture.others.length} deployments`} this step does not name</summary>
          <Cards deployments={picture.others} />
        </details>
      ) : null}
    </>
  );
}

function Cards({ deployments }: { deployments: Deployment[] }) {
  if (deployments.length === 0) return null;
  return (
    <div className="run-deployments">
      {deployments.map((one) => (
        <DeploymentCard key={`${one.object.kind} ${one.object.namespace}/${one.object.name}`} deployment={one} />
      ))}
    </div>
  );
}

function DeploymentCard({ deployment: { object, pods, morePods } }: { deployment: Deployment }) {
  const trouble = troubleWords(object);
  const words = rolloutWords(object);
  const sets = object.rollout?.sets ?? [];
  const image = imageWords(object);
  return (
    <section
      className={`run-deployment ${object.touched ? "touched" : ""}`}
      aria-label={`${object.kind} ${object.name}${object.touched ? ", touched by this step" : ""}`}
    >
      <header>
        {object.colour === null ? null : <span className={`run-colour ${object.colour}`}>{object.colour.toUpperCase()}</span>}
        <h3>{object.name}</h3>
        <span className={`end ${object.state === "progress" ? "accent-text" : object.state === "trouble" ? "fail-text run-strong" : ""}`}>
          {countWords(object)}
        </span>
      </header>
      {image === "" ? null : (
        <div className="run-deployment-detail" title={object.rollout?.images.join(", ") || object.detail}>
          {image}
        </div>
      )}
      {words === "" ? null : (
        <div className="run-rollout">
          <RolloutBar object={object} />
          <span>{words}</span>
        </div>
      )}
      {trouble === "" ? null : (
        <div className="run-rollout-trouble">
          <Status state="failed" size={14} />
          <span>{trouble}</span>
        </div>
      )}
      {sets.length < 2 ? null : (
        <ul className="run-sets" aria-label="Replica sets, ready of wanted">
          {sets.map((set) => (
            <li key={set.name} title={set.name}>
              <b>{set.isNew ? "New" : "Old"}</b>
              <span className="mono">{set.images.map(shortImage).join(", ")}</span>
              <span className="end">
                {set.ready} of {set.wanted}
              </span>
            </li>
          ))}
        </ul>
      )}
      <ul className="run-pods">
        {pods.map((pod) => (
          <Pod key={pod.name} pod={pod} name={shortName(pod.name, object.name)} />
        ))}
        {morePods > 0 ? <li className="dim">and {morePods} more</li> : null}
      </ul>
    </section>
  );
}

/** Ready ones of the new template, filled; all of the new template, behind them. The words beside it say the same. */
function RolloutBar({ object: { rollout } }: { object: WatchedObject }) {
  if (rollout === undefined || rollout.wanted === 0) return null;
  const share = (count: number) => `${Math.min(100, (count * 100) / rollout.wanted)}%`;
  return (
    <div className="run-rollout-bar" aria-hidden="true">
      <i className="updated" style={{ width: share(rollout.updated) }} />
      <i className="ready" style={{ width: share(newReady(rollout)) }} />
    </div>
  );
}

function Pod({ pod, name }: { pod: WatchedObject; name: string }) {
  return (
    <li title={pod.name}>
      <Status state={GLYPH[pod.state]} size={14} />
      <span className="mono">{name}</span>
      <span className="end">{pod.detail || WORD[pod.state]}</span>
    </li>
  );
}

function TrafficBar({ traffic }: { traffic: Traffic }) {
  const { first, rest } = trafficWords(traffic);
  return (
    <div className="run-traffic">
      <div>
        <span>
          Traffic <span className="dim">by {traffic.source}</span>
        </span>
        <span>
          <b>{first}</b>
          {rest === "" ? null : `, ${rest}`}
        </span>
      </div>
      <div className="run-split" aria-hidden="true">
        {traffic.parts
          .filter(({ percent }) => percent > 0)
          .map(({ to, percent, colour }) => (
            <i key={to} className={colour ?? "plain"} style={{ width: `${percent}%` }} title={to} />
          ))}
      </div>
    </div>
  );
}
