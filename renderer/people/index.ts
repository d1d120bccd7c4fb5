// People on screen: who they are, signing in, the roster. Import from here.
export { PeopleOverlays } from "./PeopleOverlays.tsx";
export { PeopleView } from "./PeopleView.tsx";
