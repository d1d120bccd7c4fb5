// How a view tells the frame what it is about. Owns: setting and clearing. Does not draw.
import { useEffect } from "react";
import { type FrameSubject, useApp } from "./store.ts";

/** Band, record bar and the rehearsal's edge follow `subject` while the view is mounted. Pass a stable object (memoised). */
export function useFrameSubject(subject: FrameSubject): void {
  const setSubject = useApp((state) => state.setSubject);
  useEffect(() => setSubject(subject), [subject, setSubject]);
  useEffect(() => () => setSubject({ kind: "none" }), [setSubject]);
}
