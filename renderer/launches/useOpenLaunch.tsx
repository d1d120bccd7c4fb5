// Opens the launch of a route, tells the frame, and says what to show until it is there. Owns: loading and its words.
import { type ReactNode, useEffect, useMemo } from "react";
import type { LaunchId, LaunchView, RunbookDocument } from "../../engine/protocol/index.ts";
import { FrameWork, routeHash, useFrameSubject } from "../app/index.ts";
import { Notice } from "../design/index.ts";
import { useLaunches } from "./slice.ts";

type Opened = { view: LaunchView; document: RunbookDocument | null; rest: null } | { view: null; document: null; rest: ReactNode };

export function useOpenLaunch(launch: LaunchId, label: string): Opened {
  const open = useLaunches((state) => state.open);
  const current = useLaunches((state) => (state.launch === launch ? state.view : null));
  const document = useLaunches((state) => state.document);
  const error = useLaunches((state) => (state.launch === launch ? state.error : null));
  useEffect(() => open(launch), [open, launch]);
  const header = current?.header ?? null;
  useFrameSubject(useMemo(() => (header === null ? { kind: "none" } : { kind: "launch", header }), [header]));
  if (current !== null) return { view: current, document, rest: null };
  return {
    view: null,
    document: null,
    rest: (
      <FrameWork label={label}>
        <div className="splash" role="status">
          {error === null ? (
            "Reading the launch…"
          ) : (
            <>
              <Notice kind="fail" live>
                {error}
              </Notice>
              <a href={routeHash({ view: "launches" })}>All launches</a>
            </>
          )}
        </div>
      </FrameWork>
    ),
  };
}
