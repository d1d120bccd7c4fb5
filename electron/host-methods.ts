// What only the desktop can do for the window: native file dialogs, and showing a file in its folder.
// Owns: those two. They name paths to the window and open nothing in it.
import { isAbsolute } from "node:path";
import type { Dialog, Shell } from "electron";
import { fail, ok, type Result } from "../engine/protocol/index.ts";

export type HostMethods = {
  /** The path that the person chose, or null where the dialog was closed. */
  pick(kind: "file" | "folder"): Promise<Result<unknown>>;
  reveal(path: string): Promise<Result<unknown>>;
};

export function hostMethods(dialog: Pick<Dialog, "showOpenDialog">, shell: Pick<Shell, "showItemInFolder">): HostMethods {
  return {
    async pick(kind) {
      const chosen = await dialog.showOpenDialog(
        kind === "folder"
          ? { properties: ["openDirectory"] }
          : { properties: ["openFile"], filters: [{ name: "Markdown", extensions: ["md", "markdown", "mdx"] }] },
      );
      return ok(chosen.canceled ? null : (chosen.filePaths[0] ?? null));
    },
    async reveal(path) {
      if (!isAbsolute(path)) return fail("invalid-params", "Only a whole path can be shown in its folder; nothing was done.");
      // Shown in the file manager, never opened: opening a file may run it.
      shell.showItemInFolder(path);
      return ok(null);
    },
  };
}
