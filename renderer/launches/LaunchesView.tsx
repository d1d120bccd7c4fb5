// The launches: what is being prepared, what went live. Owns: joining the slice to the table; the table takes data.
import { Plus, Rocket } from "lucide-react";
import { useEffect, useState } from "react";
import type { LaunchHeader } from "../../engine/protocol/index.ts";
import { callEngine, FrameWork, go, routeHash, useApp, useKeys, useReadOnly, useSiteZone } from "../app/index.ts";
import { Button, ClassGlyph, EmptyState, formatDate, Notice, PanelHead, StatusWord } from "../design/index.ts";
import { checklistsOf } from "./Checklists.tsx";
import { NewLaunchDialog } from "./NewLaunchDialog.tsx";
import "./launches.css";
import { usePeople } from "./SetupPeople.tsx";
import { useLaunches } from "./slice.ts";
import { decisionWords, roleProblem, STATE_GLYPHS, STATE_WORDS, windowWords } from "./words.ts";

export function LaunchesView() {
  const snapshot = useApp((state) => state.snapshot);
  const { list, listError, begunWith, begin: beginWith, refreshList } = useLaunches();
  const [isMaking, setMaking] = useState(false);
  const zone = useSiteZone();
  const people = usePeople();
  const readOnly = useReadOnly();
  useEffect(() => void refreshList(), [refreshList]);
  const session = snapshot?.session ?? null;
  const unavailable = readOnly ?? roleProblem(session?.operator.roles ?? null, ["lead", "operator"], "Making a launch");
  const begin = (): void => {
    if (unavailable !== null || snapshot === null) return;
    // A launch stands under somebody's name: who that is comes first.
    if (session === null) {
      if (snapshot.hasOperators) useApp.getState().setSignInOpen(true);
      else useApp.getState().postponeFirstRun(false);
      return;
    }
    setMaking(true);
  };
  // Came here from a checklist: its launch is begun at once; who is not signed in does that first.
  const isSomebody = session !== null && !session.locked;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once when it is asked for, and again when somebody has signed in
  useEffect(() => {
    if (begunWith !== null) begin();
  }, [begunWith, isSomebody]);
  useKeys([{ combo: "Enter", scope: "free", run: () => list?.length === 0 && begin() }]);
  if (snapshot === null) return null;
  const launches = [...(list ?? [])].sort((a, b) => b.number - a.number);
  return (
    <FrameWork label="Launches" scrolls>
      <div className="launches">
        <PanelHead
          icon={<Rocket size={16} aria-hidden="true" />}
          title="Launches"
          sub="one per go-live: checklist, people, risks, sign-offs, decision"
          end={
            launches.length === 0 ? undefined : (
              <Button kind="accent" small icon={<Plus size={15} aria-hidden="true" />} unavailable={unavailable} onClick={begin}>
                New launch
              </Button>
            )
          }
        />
        {listError === null ? null : (
          <div className="launches-pad">
            <Notice kind="fail">{listError}</Notice>
          </div>
        )}
        {list === null ? (
          <p className="launches-pad mid" role="status">
            Reading the launches…
          </p>
        ) : launches.length === 0 ? (
          <div className="launches-pad">
            <EmptyState
              title="No launch yet"
              action={
                <Button kind="accent" icon={<Plus size={16} aria-hidden="true" />} unavailable={unavailable} onClick={begin}>
                  New launch
                </Button>
              }
            >
              A launch is one go-live. It takes a copy of a checklist, and people answer its items with evidence; some items check
              themselves against the cluster. Each category is signed by its role with id and password, and what is changed after a
              signature makes it stale. When nothing blocks any more, the go / no-go decision is proposed and signed. All of it is one
              record that can be verified and exported.
            </EmptyState>
          </div>
        ) : (
          <LaunchTable launches={launches} />
        )}
      </div>
      {isMaking ? (
        <NewLaunchDialog
          contexts={snapshot.contexts}
          checklists={checklistsOf(snapshot.folders)}
          zone={zone}
          isAlone={people.length === 1}
          chosen={begunWith ?? checklistsOf(snapshot.folders).find((one) => /go-live-100\.md$/.test(one.path))?.path ?? ""}
          onPick={
            snapshot.host.canPickFolder
              ? async () => {
                  const picked = await callEngine("host.pick", { kind: "file" });
                  return picked.ok ? picked.value : null;
                }
              : null
          }
          onCreate={async (facts, checklist) => {
            const made = await callEngine("launch.create", { facts, ...(checklist === null ? {} : { checklist }) });
            if (!made.ok) return made.error.message;
            setMaking(false);
            beginWith(null);
            go({ view: "launch", launch: made.value.header.launch });
            return null;
          }}
          onClose={() => {
            setMaking(false);
            beginWith(null);
          }}
        />
      ) : null}
    </FrameWork>
  );
}

function LaunchTable({ launches }: { launches: LaunchHeader[] }) {
  return (
    <table className="table launch-table">
      <thead>
        <tr>
          <th className="num">No.</th>
          <th>Launch</th>
          <th>Where</th>
          <th>State</th>
          <th>Window</th>
          <th>Checklist</th>
          <th>Signed</th>
          <th>Decision</th>
        </tr>
      </thead>
      <tbody>
        {launches.map((one) => (
          <LaunchRow key={one.launch} launch={one} />
        ))}
      </tbody>
    </table>
  );
}

function LaunchRow({ launch: one }: { launch: LaunchHeader }) {
  const to = { view: "readiness", launch: one.launch, item: null } as const;
  const decision = decisionWords(one.decision);
  return (
    <tr onClick={() => go(to)}>
      <td className="num dim">{one.number}</td>
      <td>
        <a href={routeHash(to)} onClick={(event) => event.stopPropagation()}>
          {one.facts.name}
        </a>
        <div className="launch-sub">
          {[one.facts.version, one.facts.change, `made ${formatDate(one.createdAt)} by ${one.createdBy}`]
            .filter((word) => word !== "")
            .join(", ")}{" "}
          {one.solo ? <span className="chip">SOLO</span> : null}
        </div>
      </td>
      <td>
        {one.facts.context === null ? (
          <span className="dim">no cluster</span>
        ) : (
          <span className="status-word">
            <ClassGlyph of={one.clusterClass ?? "none"} size={14} /> {one.facts.context}
            <span className="dim">{one.clusterClass ?? "no class"}</span>
          </span>
        )}
      </td>
      <td className="quiet">
        <StatusWord state={STATE_GLYPHS[one.state]} word={STATE_WORDS[one.state]} />
      </td>
      <td className="mid">{windowWords(one.facts) || <span className="dim">not set</span>}</td>
      <td>
        {one.checklist === null ? (
          <span className="dim">none</span>
        ) : (
          <>
            {one.answered} of {one.items}
            {one.failed === 0 ? null : <b className="fail-text">, {one.failed} failed</b>}
            <div className="launch-sub">{one.checklist.title}</div>
          </>
        )}
      </td>
      <td className="nowrap">
        {one.signed} of {one.categories}
        {one.stale === 0 ? null : <b className="warn-text">, {one.stale} stale</b>}
      </td>
      <td className="quiet">
        <StatusWord {...decision} />
      </td>
    </tr>
  );
}
