// What the document and the menus may ask for, as one object handed down: leaves hold no store and no engine.
// Owns: the shape. RunScreen.tsx gives it its meaning.
import type { HandedFile } from "../../engine/protocol/index.ts";

export type WalkedOutcome = "passed" | "failed" | "unknown";

export type StepActs = {
  runStep(step: string, nested?: boolean): void;
  runBlock(step: string, block: number): void;
  /** Ends what runs in the step's lane; without a step, in every lane. */
  stop(step?: string): void;
  confirm(step: string, check: number, file?: HandedFile): void;
  setDraft(step: string, check: number, value: string): void;
  setFill(step: string, name: string, value: string): void;
  /** Gives the step the values it lacks, and starts it. */
  fill(step: string): void;
  asShell(step: string, block: number): void;
  retry(step: string): void;
  skip(step: string): void;
  judge(step: string, outcome?: "accepted" | "rejected"): void;
  /** How a block ended that is walked through; remark and value are those typed at its card. */
  walked(step: string, block: number, outcome: WalkedOutcome): void;
  /** Has the read-only block looked that this one names. */
  recheck(step: string, block: number): void;
  /** Goes on with a gate or the soak (`block` null) that was interrupted. */
  goOn(step: string, block: number | null, go: "continue" | "restart"): void;
  endSoak(step: string): void;
  /** Writes down that the step was done in another place. */
  manual(step: string): void;
  wayBack(step: string): void;
  /** Puts the hold point before a person, in this role. */
  sign(step: string, role: string): void;
  /** Brings a step's section into view and gives it the focus. */
  show(step: string): void;
};
