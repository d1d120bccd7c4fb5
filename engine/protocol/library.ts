// The library, settings and the state of the installation, as the window draws them.
import { z } from "zod";
import { ContextEntry } from "./cluster.ts";
import { Diagnostic } from "./document.ts";
import { Following } from "./follow.ts";
import { RunId, Timestamp } from "./ids.ts";
import { SessionView } from "./people.ts";
import { LogSummary } from "./record.ts";
import { DrillEvery } from "./series.ts";
import { Trouble } from "./way-back.ts";

export const LibraryEntry = z.object({
  path: z.string(),
  folder: z.string(),
  title: z.string(),
  kind: z.enum(["runbook", "checklist", "unreadable"]),
  builtIn: z.boolean(),
  steps: z.int(),
  items: z.int(),
  plannedMs: z.number().nullable(),
  needsCluster: z.boolean(),
  errors: z.int(),
  warnings: z.int(),
  /** A few words of what it is, from the front matter or the first paragraph. */
  about: z.string(),
  error: z.string().nullable(),
  /** Troubles that it is a procedure for. */
  troubles: z.array(Trouble).optional(),
  /** Of a recovery runbook: its targets; and how often it is to be rehearsed. Absent where it says nothing of them. */
  rtoMs: z.int().optional(),
  rpoMs: z.int().optional(),
  drill: DrillEvery.optional(),
});
export type LibraryEntry = z.infer<typeof LibraryEntry>;
export const LibraryFolder = z.object({
  path: z.string(),
  builtIn: z.boolean(),
  trusted: z.boolean(),
  entries: z.array(LibraryEntry),
  error: z.string().nullable(),
});
export type LibraryFolder = z.infer<typeof LibraryFolder>;

export const Settings = z.object({
  theme: z.enum(["dark", "light", "system"]),
  contrast: z.enum(["normal", "high"]),
  siteZone: z.string().max(64),
  idleLockMinutes: z.int().min(1).max(15),
  terminalFontSize: z.int().min(10).max(24),
  sound: z.boolean(),
  notifications: z.boolean(),
  retentionYears: z.int().min(1).max(30),
});
export type Settings = z.infer<typeof Settings>;
export const SETTINGS_DEFAULT: Settings = {
  theme: "dark",
  contrast: "normal",
  siteZone: "",
  idleLockMinutes: 10,
  terminalFontSize: 13,
  sound: true,
  notifications: true,
  retentionYears: 7,
};

/** What this door and machine can do; the window asks for these, never for the host's name. */
export const HostCapabilities = z.object({
  hasNativeMenu: z.boolean(),
  canPickFolder: z.boolean(),
  canRevealFile: z.boolean(),
  canOpenExternal: z.boolean(),
  isReadOnly: z.boolean(),
  note: z.string(),
});
export type HostCapabilities = z.infer<typeof HostCapabilities>;

export const AppSnapshot = z.object({
  version: z.string(),
  install: z.string(),
  home: z.string(),
  hasOperators: z.boolean(),
  session: SessionView.nullable(),
  solo: z.boolean(),
  settings: Settings,
  folders: z.array(LibraryFolder),
  contexts: z.array(ContextEntry),
  logs: z.array(LogSummary),
  activeRun: RunId.nullable(),
  host: HostCapabilities,
  diskFreeBytes: z.number().nullable(),
  clock: z.enum(["in step", "adrift", "unknown"]),
  osUser: z.string(),
  zone: z.string(),
  installEvents: z.int(),
  installFingerprint: z.string(),
  startedAt: Timestamp,
  recordProblem: z.string().nullable(),
  /** Of a window that was opened by a link which only follows. */
  following: Following.optional(),
});
export type AppSnapshot = z.infer<typeof AppSnapshot>;
export const OpenedDocumentMeta = z.object({
  path: z.string(),
  trusted: z.boolean(),
  builtIn: z.boolean(),
  diagnostics: z.array(Diagnostic),
});
