// The desktop shell: one window, one engine process, one door between them.
// Owns: start, single instance, restart of the engine, shutdown. Every rule lies in a file of its own beside this one.
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, protocol, session, shell, utilityProcess } from "electron";
import { dataDirectory } from "../engine/ports.ts";
import { CONNECTION_EVENT, EVENT } from "./channels.ts";
import { type EngineHost, startEngineHost } from "./engine-host.ts";
import { hostMethods } from "./host-methods.ts";
import { openDoor } from "./ipc.ts";
import { pageFor, takeLinks } from "./links.ts";
import { menuTemplate } from "./menu.ts";
import { APP_SCHEME, APP_URL, guardContents, guardSession, outsideUrl } from "./navigation.ts";
import { servePage } from "./pages.ts";
import { windowOptions } from "./window.ts";

/** Time the engine gets at the end to interrupt shells and write its checkpoint. */
const CLOSE_LIMIT_MS = 5_000;

const here = dirname(fileURLToPath(import.meta.url));
const appRoot = join(here, "..", "..");
/** Runbooks and documents are real files beside the archive, so that a shell can stand in their folder. */
const appFiles = app.isPackaged ? process.resourcesPath : appRoot;

// Before `ready`, or the scheme is treated as opaque: no storage, no origin, no fetch.
protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

let window: BrowserWindow | null = null;
let engine: EngineHost | null = null;

const openOutside = (url: string) => {
  const checked = outsideUrl(url);
  if (checked !== null) void shell.openExternal(checked);
};

function tellWindow(event: string, payload: unknown): void {
  if (window !== null && !window.isDestroyed()) window.webContents.send(EVENT, { event, payload });
}

/** In the window there is, in front of the others; else in a new one. */
function showPage(page: string): void {
  if (window === null) {
    openWindow(page);
    return;
  }
  if (page !== APP_URL) void window.loadURL(page);
  if (window.isMinimized()) window.restore();
  window.focus();
}

function openWindow(page: string = APP_URL): void {
  const own = new BrowserWindow(windowOptions(join(here, "preload.cjs")));
  window = own;
  own.once("ready-to-show", () => own.show());
  own.on("closed", () => {
    if (window === own) window = null;
  });
  // The engine and its shells live on: a new page attaches to them again.
  own.webContents.on("render-process-gone", () => own.reload());
  void own.loadURL(page);
}

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  app.on("second-instance", (_event, argv) => showPage(pageFor(argv)));
  // Before the window is there, a link waits for it.
  let isReady = false;
  let first: string | null = null;
  takeLinks(app, app.isPackaged, (page) => {
    if (isReady) showPage(page);
    else first = page;
  });
  app.on("web-contents-created", (_event, contents) => guardContents(contents, { openOutside }));
  app.on("window-all-closed", () => app.quit());
  app.on("activate", () => window === null && openWindow());
  let isEnding = false;
  app.on("before-quit", (event) => {
    if (isEnding || engine === null) return;
    event.preventDefault();
    isEnding = true;
    void engine.close(CLOSE_LIMIT_MS).then(() => app.quit());
  });

  await app.whenReady();
  guardSession(session.defaultSession);
  protocol.handle(APP_SCHEME, (request) => servePage(request.url, join(appRoot, "dist", "renderer")));
  Menu.setApplicationMenu(
    Menu.buildFromTemplate(
      menuTemplate(process.platform, app.isPackaged, {
        openDocumentation: () => void shell.openPath(join(appFiles, "docs")),
        reportProblem: () => void shell.openPath(join(appFiles, "README.md")),
      }),
    ),
  );
  engine = startEngineHost({
    fork: () =>
      utilityProcess.fork(join(here, "engine-process.mjs"), [dataDirectory(process.env, process.platform, homedir()), appFiles], {
        serviceName: "Holdpoint engine",
        stdio: "inherit",
      }),
    createChannel: () => new MessageChannelMain(),
    onEvent: tellWindow,
    onConnection: (state) => tellWindow(CONNECTION_EVENT, state),
  });
  const host = hostMethods(dialog, shell);
  openDoor(ipcMain, () => window?.webContents ?? null, { host, ...engine });
  isReady = true;
  openWindow(first ?? pageFor(process.argv));
}
