// A choice of this screen, kept in its browser profile; nothing recorded.
// Owns: one flag per key. Columns remember their sizes by themselves.
import { useState } from "react";

export function useKeptFlag(key: string): [boolean, (isOn: boolean) => void] {
  const [isOn, setOn] = useState(() => localStorage.getItem(key) === "on");
  const keep = (next: boolean): void => {
    setOn(next);
    localStorage.setItem(key, next ? "on" : "off");
  };
  return [isOn, keep];
}
