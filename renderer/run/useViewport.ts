// Size of the window in CSS pixels, and whether a media query holds. Owns: listening. Does not decide what follows.
import { useSyncExternalStore } from "react";

let size = { width: 1440, height: 900 };
function read(): typeof size {
  const { innerWidth: width, innerHeight: height } = window;
  if (size.width !== width || size.height !== height) size = { width, height };
  return size;
}
function listen(listener: () => void): () => void {
  window.addEventListener("resize", listener);
  return () => window.removeEventListener("resize", listener);
}
export function useViewport(): { width: number; height: number } {
  return useSyncExternalStore(listen, read);
}
