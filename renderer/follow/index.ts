// Who looks at a run, links by which others follow it, and the window that only follows. Import from here.
export { FollowEnded, FollowWindow } from "./FollowWindow.tsx";
export { LinksDialog } from "./LinksDialog.tsx";
export { Lookers } from "./Lookers.tsx";
