// What signing is called on screen: meanings by kind of subject, and what a refusal means for the person. Pure.
// Owns: the words. Which meaning is taken for what is decided by the engine; this only offers no more than it takes.
import type { Failure, SignMeaning, SignSubject } from "../../engine/protocol/index.ts";

/** What each kind is signed as, the usual one first. */
export const MEANINGS: Record<SignSubject["kind"], readonly SignMeaning[]> = {
  category: ["approved", "rejected"],
  decision: ["approved", "rejected"],
  review: ["reviewed"],
  holdpoint: ["approved", "rejected"],
  amendment: ["approved", "rejected"],
  handover: ["approved", "rejected"],
  skip: ["approved", "rejected"],
  briefing: ["witnessed"],
  "break-glass": ["approved"],
  "break-glass-review": ["reviewed"],
  close: ["approved"],
};

export const MEANING_WORDS: Record<SignMeaning, { word: string; act: string; says: string }> = {
  approved: { word: "Approved", act: "Sign as approved", says: "You agree that it goes on." },
  reviewed: { word: "Reviewed", act: "Sign as reviewed", says: "You have read it and found it fit." },
  executed: { word: "Executed", act: "Sign as executed", says: "You did it yourself." },
  witnessed: { word: "Witnessed", act: "Sign as witness", says: "You were there and saw it." },
  rejected: { word: "Rejected", act: "Reject with this reason", says: "You stop it here; your reason stands beside your name." },
};

/** Tries until the engine locks an id out, and for how long; said before it happens. */
const LOCKOUT = "After 10 wrong ones in a row the id is locked out for 15 minutes.";

/** The engine's sentence, and what it means for a signature. */
export function refusalWords({ code, message }: Failure): string {
  if (code === "wrong-password") return `Id or password is wrong. Nothing was signed, and the try is on record. ${LOCKOUT}`;
  if (code === "locked") return `${message} Nothing was signed.`;
  if (code === "conflict") return `${message} What stands above has been read again.`;
  if (code === "forbidden") return `${message} Nothing was signed, and the refusal is on record.`;
  return message;
}

/** `infrastructure-lead` as `infrastructure lead`. */
export const roleWords = (role: string): string => role.replaceAll("-", " ");

/** What a subject is called before its statement is there. */
export const SUBJECT_WORDS: Record<SignSubject["kind"], string> = {
  category: "Sign the category",
  decision: "Sign the decision",
  review: "Sign the review",
  holdpoint: "Release the hold point",
  amendment: "Sign the new text",
  handover: "Sign the hand-over",
  skip: "Sign to go past the step",
  briefing: "Sign attendance",
  "break-glass": "Confirm the broken glass",
  "break-glass-review": "Sign the review",
  close: "Sign the close",
};

/** First groups of a hash, enough to compare by eye. */
export const hashWords = (hash: string): string => (hash === "" ? "none" : `${hash.slice(0, 4)} ${hash.slice(4, 8)} ${hash.slice(8, 12)}`);
