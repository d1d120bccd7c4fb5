// Who looks at the run now, small. Owns: the line.
import { Users } from "lucide-react";
import type { RunHeader } from "../../engine/protocol/index.ts";
import { useLookers } from "./useLookers.ts";
import { lookersWords } from "./words.ts";
import "./follow.css";

export function Lookers({ header }: { header: RunHeader }) {
  const lookers = useLookers(header.run);
  const words = lookersWords(lookers, header.operatorId ?? "");
  if (words === "") return null;
  return (
    <span className="follow-lookers" title={`Looking at this run now: ${words}`}>
      <Users size={14} aria-hidden="true" />
      <span className="visually-hidden">Looking at this run now: </span>
      <span>{words}</span>
    </span>
  );
}
