// Paths named in kubeconfig files.
// Owns: how a relative one is taken. Reads no content.
import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";

/** A path as kubectl takes it: relative ones are relative to the folder of the kubeconfig file that names them. */
export const pathIn = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path));

/** Whether a file is there and may be read. */
export function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false; // missing or forbidden: the caller names the path either way
  }
}
