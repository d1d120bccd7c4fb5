// The window of somebody who follows by a link: the run as it goes, who is on, what comes next, what is wrong; and nothing to press.
// Owns: the frame without rail, search and sign-in. The run itself is drawn by renderer/run, which shows no acts here.
import { Eye } from "lucide-react";
import type { ReactNode } from "react";
import type { Following } from "../../engine/protocol/index.ts";
import { Frame } from "../app/Frame.tsx";
import { useApp } from "../app/store.ts";
import { Mark } from "../design/index.ts";
import "./follow.css";

export function FollowWindow({
  following,
  band,
  record,
  view,
  notices,
}: {
  following: Following;
  band: ReactNode;
  record: ReactNode;
  view: ReactNode;
  notices: ReactNode;
}) {
  const subject = useApp((app) => app.subject);
  const header = subject.kind === "run" ? subject.header : null;
  return (
    <Frame
      isRehearsal={header?.mode === "rehearsal"}
      band={band}
      rail={null}
      view={
        <>
          {view}
          <aside className="follow-strip" aria-label="Who is on">
            <span>
              <Eye size={16} aria-hidden="true" /> Following by the link “{following.name}”
            </span>
            {header === null ? null : (
              <b>
                On: {header.operator}
                {header.handover ? `, hands over to ${header.handover.to.name}` : ""}
              </b>
            )}
          </aside>
        </>
      }
      record={record}
      overlay={notices}
    />
  );
}

/** In place of the window, once the link shows nothing. */
export function FollowEnded() {
  return (
    <div className="splash" role="alert">
      <Mark size={44} />
      <h1>This link shows nothing any more</h1>
      <p>It was revoked, or Holdpoint was started again at another address. Ask whoever gave it to you for a new one.</p>
    </div>
  );
}
