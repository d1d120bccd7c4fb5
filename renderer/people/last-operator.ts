// The id typed last in this browser profile, so that it need not be typed again. No secret, no record.
const KEY = "holdpoint.last-operator.v1";
export function lastOperator(): string {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return ""; // storage off: the id is typed
  }
}
export function rememberOperator(id: string): void {
  try {
    localStorage.setItem(KEY, id);
  } catch {
    // storage off: nothing is remembered
  }
}
