// Text that runs or ran, with the characters in it that nobody would see shown by name.
// Owns: the drawing. What is hidden is hidden.ts.
import { cutAtHidden } from "./hidden.ts";

export function Visible({ text }: { text: string }) {
  let at = 0;
  return cutAtHidden(text).map((piece) => {
    const key = at;
    at += piece.text.length;
    if (piece.name === null) return piece.text;
    return (
      <mark key={key} className="hidden-character" title="A character that is not seen: what is read is not what runs">
        {piece.name}
      </mark>
    );
  });
}
