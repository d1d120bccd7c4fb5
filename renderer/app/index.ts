// What other features of the window use of the app: frame, subject, calls, keys, words for screen readers.
export { callEngine, callOrNotify } from "./call.ts";
export type { RunViewProps, StartDialogProps } from "./doors.ts";
export { FrameAlarm, FrameSituation, FrameWork, SituationCell } from "./Frame.tsx";
export { comboOf, useKeys, usesKey } from "./keys.ts";
export { announce } from "./live.ts";
export { useReadOnly } from "./read-only.ts";
export { go, parseRoute, type Route, routeHash } from "./route.ts";
export { type AppNotice, type AppState, type FrameSubject, useApp } from "./store.ts";
export { useFrameSubject } from "./subject.ts";
export { useSiteZone } from "./zone.ts";
