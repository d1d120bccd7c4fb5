// Theme and contrast as attributes of the document: by setting, or as the system says.
// Owns: following both. Does not change settings.
import { useEffect, useSyncExternalStore } from "react";
import { useApp } from "../app/store.ts";

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query);
      media.addEventListener("change", listener);
      return () => media.removeEventListener("change", listener);
    },
    () => window.matchMedia(query).matches,
  );
}

/** The theme in force: components that draw outside CSS (terminals) ask here. */
export function useTheme(): "dark" | "light" {
  const theme = useApp(({ snapshot }) => snapshot?.settings.theme ?? "dark");
  const systemIsLight = useMedia("(prefers-color-scheme: light)");
  return theme === "system" ? (systemIsLight ? "light" : "dark") : theme;
}

export function useAppearance(): void {
  const theme = useTheme();
  const wantsContrast = useMedia("(prefers-contrast: more)");
  const isHigh = useApp(({ snapshot }) => snapshot?.settings.contrast === "high") || wantsContrast;
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    if (isHigh) document.documentElement.dataset.contrast = "high";
    else delete document.documentElement.dataset.contrast;
  }, [theme, isHigh]);
}
