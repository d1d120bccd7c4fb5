// The application menu. Owns: its words and keys. Actions of the product stay in the window; the menu only repeats the platform's own.
import type { MenuItemConstructorOptions } from "electron";

export type MenuActions = { openDocumentation(): void; reportProblem(): void };

/** Template for `Menu.buildFromTemplate`. No reload and no developer tools in a packaged app: a reload by accident at night costs nerves. */
export function menuTemplate(platform: NodeJS.Platform, isPackaged: boolean, actions: MenuActions): MenuItemConstructorOptions[] {
  const isMac = platform === "darwin";
  const view: MenuItemConstructorOptions[] = [
    { role: "resetZoom" },
    { role: "zoomIn" },
    { role: "zoomOut" },
    { type: "separator" },
    { role: "togglefullscreen" },
  ];
  if (!isPackaged) view.push({ type: "separator" }, { role: "reload" }, { role: "toggleDevTools" });
  return [
    ...(isMac ? [{ role: "appMenu" } satisfies MenuItemConstructorOptions] : []),
    { label: "&File", submenu: [isMac ? { role: "close" } : { role: "quit" }] },
    { role: "editMenu" },
    { label: "&View", submenu: view },
    { role: "windowMenu" },
    {
      role: "help",
      submenu: [
        { label: "Documentation", click: actions.openDocumentation },
        { label: "Report a problem", click: actions.reportProblem },
      ],
    },
  ];
}
