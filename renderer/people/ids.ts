// An id from a name, and the rules of both. Pure; the engine checks again.

/** `dana.mercer` of "Dana Mercer": lower case, no accents, dots between words, at most 32 characters. */
export function idFromName(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ".")
    .replace(/^\.+|\.+$/g, "")
    .slice(0, 32)
    .replace(/\.+$/, "");
}

/** What is wrong with an id, or null. */
export function idProblem(id: string): string | null {
  if (id === "") return "An id is needed: it stands under everything you do.";
  return /^[a-z0-9][a-z0-9._-]{0,31}$/.test(id)
    ? null
    : "Lower-case letters, digits, dot, dash and underscore, beginning with a letter or digit; at most 32.";
}

/** Characters; the engine refuses fewer. */
export const PASSWORD_MIN = 8;
export function passwordProblem(password: string, again: string): string | null {
  if (password.length < PASSWORD_MIN) return `At least ${PASSWORD_MIN} characters. A few words in a row are easy to type at night.`;
  return password === again ? null : "The two do not match. Type the second one again.";
}
