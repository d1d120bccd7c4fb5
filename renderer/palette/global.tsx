// Entries that are there wherever the window is: runbooks, runs, records, clusters, actions, settings.
// Owns: turning the snapshot into entries.
import {
  Archive,
  Drama,
  FileText,
  ListChecks,
  Lock,
  LogOut,
  Moon,
  Play,
  Rocket,
  Save,
  ScrollText,
  Server,
  Settings,
  ShieldCheck,
  Sun,
  SunMoon,
  Users,
} from "lucide-react";
import { useMemo } from "react";
import type { AppSnapshot, LaunchHeader, Settings as SettingsValues } from "../../engine/protocol/index.ts";
import { callOrNotify, go, useApp } from "../app/index.ts";
import { CLASS_WORDS, ClassGlyph, formatDate, plural, runStatus } from "../design/index.ts";
import { useLaunches } from "../launches/slice.ts";
import { STATE_WORDS } from "../launches/words.ts";
import { useLibrary } from "../library/slice.ts";
import type { PaletteEntry } from "./entries.ts";

export function useGlobalEntries(): PaletteEntry[] {
  const snapshot = useApp((state) => state.snapshot);
  const launches = useLaunches((state) => state.list);
  return useMemo(
    () =>
      snapshot === null
        ? []
        : [
            ...actions(snapshot),
            ...launchEntries(launches ?? []),
            ...runs(snapshot),
            ...documents(snapshot),
            ...clusters(snapshot),
            ...settings(snapshot),
          ],
    [snapshot, launches],
  );
}

function actions(snapshot: AppSnapshot): PaletteEntry[] {
  const practice = snapshot.folders
    .flatMap((folder) => (folder.builtIn ? folder.entries : []))
    .find((one) => /(^|[\\/])practice\.md$/.test(one.path));
  const { isReadOnly } = snapshot.host;
  const list: (PaletteEntry | null)[] = [
    practice === undefined || isReadOnly
      ? null
      : {
          id: "action practice",
          group: "Actions",
          title: "Practice run",
          detail: "needs no cluster",
          icon: <Play size={16} />,
          verb: "Start",
          run: () => useLibrary.getState().start(practice.path),
        },
    {
      id: "action library",
      group: "Actions",
      title: "Go to the library",
      icon: <FileText size={16} />,
      run: () => go({ view: "library" }),
    },
    {
      id: "action records",
      group: "Actions",
      title: "Go to the records",
      icon: <ScrollText size={16} />,
      run: () => go({ view: "records" }),
    },
    {
      id: "action rehearse",
      group: "Actions",
      title: "Go to the rehearsals",
      detail: "drills due, trend, comparison",
      icon: <Drama size={16} />,
      run: () => go({ view: "rehearse", path: null, compare: null }),
    },
    {
      id: "action launches",
      group: "Actions",
      title: "Go to the launches",
      icon: <Rocket size={16} />,
      run: () => go({ view: "launches" }),
    },
    { id: "action people", group: "Actions", title: "Go to the people", icon: <Users size={16} />, run: () => go({ view: "people" }) },
    { id: "action settings", group: "Actions", title: "Go to settings", icon: <Settings size={16} />, run: () => go({ view: "settings" }) },
    {
      id: "action verify",
      group: "Actions",
      title: "Verify the whole database",
      detail: "reads only",
      icon: <ShieldCheck size={16} />,
      verb: "Verify",
      run: () => go({ view: "records" }),
    },
    isReadOnly || snapshot.session === null
      ? null
      : {
          id: "action lock",
          group: "Actions",
          title: "Lock",
          detail: "a running command goes on",
          icon: <Lock size={16} />,
          verb: "Lock",
          run: () => void callOrNotify("people.lock", {}),
        },
    isReadOnly || snapshot.session === null
      ? null
      : {
          id: "action sign out",
          group: "Actions",
          title: "Sign out",
          detail: snapshot.session.operator.name,
          icon: <LogOut size={16} />,
          verb: "Sign out",
          run: () => void callOrNotify("people.signOut", {}),
        },
    isReadOnly
      ? null
      : {
          id: "action backup",
          group: "Actions",
          title: "Back up the database",
          detail: "a consistent copy, verified",
          icon: <Save size={16} />,
          verb: "Back up",
          run: () => void backUp(),
        },
  ];
  return list.filter((one) => one !== null);
}

const launchEntries = (launches: readonly LaunchHeader[]): PaletteEntry[] =>
  [...launches]
    .sort((a, b) => b.number - a.number)
    .map((one) => ({
      id: `launch ${one.launch}`,
      group: "Launches",
      title: one.facts.name,
      detail: `launch ${one.number}, ${STATE_WORDS[one.state].toLowerCase()}, ${one.answered} of ${one.items} answered`,
      icon: <Rocket size={16} />,
      run: () => go({ view: "readiness", launch: one.launch, item: null }),
    }));

async function backUp(): Promise<void> {
  const made = await callOrNotify("record.backup", {});
  if (made !== null) useApp.getState().notify("ok", `Backed up to ${made.path}: ${made.report.verdict}.`);
}

function runs({ logs, activeRun }: AppSnapshot): PaletteEntry[] {
  return logs
    .filter((log) => log.kind === "run")
    .sort((a, b) => b.number - a.number)
    .flatMap((log) => {
      const about = `run ${log.number}, ${runStatus(log.status).word.toLowerCase()}, ${formatDate(log.openedAt)}${log.cluster === null ? "" : `, ${log.cluster}`}`;
      const record: PaletteEntry = {
        id: `record ${log.log}`,
        group: "Records",
        title: `Record of ${log.title}`,
        detail: about,
        icon: <Archive size={16} />,
        run: () => go({ view: "record", log: log.log, seq: null }),
      };
      const { run } = log;
      if (run === null) return [record];
      const word = run === activeRun ? "Go to" : "Open";
      return [
        {
          id: `run ${run}`,
          group: "Runs" as const,
          title: log.title,
          detail: about,
          icon: <Play size={16} />,
          verb: word,
          run: () => go({ view: "run", run }),
        },
        record,
      ];
    });
}

function documents({ folders }: AppSnapshot): PaletteEntry[] {
  return folders.flatMap((folder) =>
    folder.entries.map((entry): PaletteEntry => {
      const isChecklist = entry.kind === "checklist";
      const size = isChecklist ? plural(entry.items, "item") : plural(entry.steps, "step");
      return {
        id: `document ${entry.path}`,
        group: isChecklist ? "Checklists" : "Runbooks",
        title: entry.title,
        detail: entry.kind === "unreadable" ? "cannot be read" : `${size}, ${folder.builtIn ? "built in" : folder.path}`,
        icon: isChecklist ? <ListChecks size={16} /> : <FileText size={16} />,
        run: () => go({ view: "document", path: entry.path }),
      };
    }),
  );
}

function clusters({ contexts, host }: AppSnapshot): PaletteEntry[] {
  return contexts.map((entry) => ({
    id: `cluster ${entry.file} ${entry.name}`,
    group: "Clusters",
    title: entry.name,
    detail: entry.error === null ? `${CLASS_WORDS[entry.class ?? "none"].toLowerCase()}, ${entry.server ?? ""}` : entry.error.message,
    icon: entry.error === null ? <ClassGlyph of={entry.class ?? "none"} /> : <Server size={16} />,
    verb: "Look at",
    run: () => {
      go({ view: "library" });
      if (entry.error === null && !host.isReadOnly) void useLibrary.getState().probe(entry.name);
    },
  }));
}

function settings({ settings: now, host }: AppSnapshot): PaletteEntry[] {
  if (host.isReadOnly) return [];
  const set = (change: Partial<SettingsValues>) => async (): Promise<void> => {
    await callOrNotify("settings.set", { change });
    await useApp.getState().refresh();
  };
  const entry = (id: string, title: string, isNow: boolean, icon: PaletteEntry["icon"], change: Partial<SettingsValues>): PaletteEntry => ({
    id: `setting ${id}`,
    group: "Settings",
    title,
    ...(isNow ? { detail: "as it is now" } : {}),
    icon,
    verb: "Set",
    run: () => void set(change)(),
  });
  return [
    entry("dark", "Theme: dark", now.theme === "dark", <Moon key="i" size={16} />, { theme: "dark" }),
    entry("light", "Theme: light", now.theme === "light", <Sun key="i" size={16} />, { theme: "light" }),
    entry("system", "Theme: as the system", now.theme === "system", <SunMoon key="i" size={16} />, { theme: "system" }),
    entry("high", "Contrast: high", now.contrast === "high", <SunMoon key="i" size={16} />, { contrast: "high" }),
    entry("normal", "Contrast: normal", now.contrast === "normal", <SunMoon key="i" size={16} />, { contrast: "normal" }),
    entry("sound", now.sound ? "Sound: off" : "Sound: on", false, <Settings key="i" size={16} />, { sound: !now.sound }),
  ];
}
