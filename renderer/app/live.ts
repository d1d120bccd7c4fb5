// Words for screen readers: verdicts, holds, lost connections. Two live regions stand in the frame, empty from the start.
// Owns: getting the same sentence read twice when it is said twice. Does not show anything.

export const POLITE_ID = "live-polite";
export const ASSERTIVE_ID = "live-assertive";

/** `assertive` only for what must interrupt: a failure, a hold, production. */
export function announce(text: string, urgency: "polite" | "assertive" = "polite"): void {
  const region = document.getElementById(urgency === "polite" ? POLITE_ID : ASSERTIVE_ID);
  if (region === null) return;
  // A region whose text stays the same is not read again: a no-break space makes it another text.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
