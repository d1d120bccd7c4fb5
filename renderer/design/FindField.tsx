// The field that searches in what is on screen: words, how many, on, back, close. The runbook and the terminal have the same one.
// Owns: the field, its keys and its look. Does not search.
import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { IconButton } from "./Button.tsx";

export function FindField({
  where,
  value,
  said,
  isMono = false,
  onChange,
  onGo,
  onClose,
}: {
  /** What is searched, for the field's name: `runbook`, `terminal`. */
  where: string;
  value: string;
  /** `2 of 5`, `not found`, or nothing yet. */
  said: string;
  isMono?: boolean;
  onChange(value: string): void;
  onGo(direction: 1 | -1): void;
  onClose(): void;
}) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const name = `Find in the ${where}`;
  return (
    <search>
      <form
        className="find"
        onSubmit={(event) => {
          event.preventDefault();
          onGo(1);
        }}
      >
        <input
          ref={field}
          className={`input ${isMono ? "mono" : ""}`}
          aria-label={name}
          placeholder={name}
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.preventDefault();
              event.stopPropagation();
              onClose();
            } else if (event.key === "Enter" && event.shiftKey) {
              event.preventDefault();
              onGo(-1);
            }
          }}
        />
        <span className="dim nowrap" role="status">
          {said}
        </span>
        <IconButton label="Previous, Shift Enter" onClick={() => onGo(-1)}>
          <ArrowUp size={16} />
        </IconButton>
        <IconButton label="Next, Enter" type="submit">
          <ArrowDown size={16} />
        </IconButton>
        <IconButton label="Close search, Esc" onClick={onClose}>
          <X size={16} />
        </IconButton>
      </form>
    </search>
  );
}
