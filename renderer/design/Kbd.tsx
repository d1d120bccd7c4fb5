// A key or a combination as printed on a cap. `Mod` is Ctrl, or ⌘ on a Mac.
const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const names: Record<string, string> = { Mod: isMac ? "⌘" : "Ctrl", Up: "↑", Down: "↓", Left: "←", Right: "→", Space: "Space" };

/** `combo` such as `Mod+K` or `Enter`. One cap per key. */
export function Kbd({ combo }: { combo: string }) {
  return (
    <span className="kbds">
      {combo.split("+").map((key) => (
        <kbd className="kbd" key={key}>
          {names[key] ?? key}
        </kbd>
      ))}
    </span>
  );
}
/** The same as words, for labels: "Ctrl K". */
export const comboWords = (combo: string): string =>
  combo
    .split("+")
    .map((key) => names[key] ?? key)
    .join(" ");
