// The word of a tab, with what goes on behind it. Owns: how a mark is drawn.
import type { ReactNode } from "react";
import { Status } from "../design/index.ts";
import type { TabMark } from "./tab-marks.ts";

export function TabLabel({ icon, word, more = "", mark = null }: { icon: ReactNode; word: string; more?: string; mark?: TabMark | null }) {
  return (
    <>
      {mark === null ? icon : <Status state={mark.state} size={14} />}
      <span>
        {word}
        {more === "" ? "" : `, ${more}`}
        {mark === null ? "" : ", "}
        {mark === null ? null : <b className={mark.state === "running" ? "accent-text" : "warn-text"}>{mark.word}</b>}
      </span>
    </>
  );
}
