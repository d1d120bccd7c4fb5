// Settings and cluster classes as the install log's events leave them.
// Owns: the fold and the change, which is an event. Keeps no file of its own.
import { type Actor, ClusterClass, SETTINGS_DEFAULT, Settings } from "../protocol/index.ts";
import type { RecordStore } from "../record/index.ts";

export type SettingsStore = {
  get(): Settings;
  set(change: Partial<Settings>, actor: Actor): Settings;
  /** Class of a cluster's identity; null where nobody has said. */
  classOf(identityKey: string): ClusterClass | null;
  /** `identityKeys`: every key under which the cluster may be met, with more rights or fewer. */
  classify(identityKeys: string[], context: string, kind: ClusterClass, actor: Actor): void;
};

export function createSettings(store: RecordStore): SettingsStore {
  let settings = SETTINGS_DEFAULT;
  const classes = new Map<string, ClusterClass>();
  const remember = (keys: unknown, kind: unknown) => {
    const known = ClusterClass.safeParse(kind);
    if (!known.success || !Array.isArray(keys)) return;
    for (const key of keys) if (typeof key === "string") classes.set(key, known.data);
  };
  for (const { body } of store.eventsOfType(store.install, ["setting.changed", "cluster.classified"])) {
    if (body.type === "setting.changed") settings = merged(settings, body.data.change);
    else remember(body.data.identity_keys, body.data.class);
  }
  return {
    get: () => settings,
    set(change, actor) {
      const before = settings;
      const differing = Object.entries(change).filter(([key, value]) => before[key as keyof Settings] !== value);
      if (differing.length === 0) return settings;
      const data = {
        change: Object.fromEntries(differing),
        before: Object.fromEntries(differing.map(([key]) => [key, before[key as keyof Settings]])),
      };
      store.append(store.install, { type: "setting.changed", actor, data });
      settings = merged(settings, data.change);
      return settings;
    },
    classOf: (key) => classes.get(key) ?? null,
    classify(keys, context, kind, actor) {
      store.append(store.install, {
        type: "cluster.classified",
        actor,
        data: {
          identity_keys: keys,
          context,
          class: kind,
          before: keys.map((key) => classes.get(key)).find((one) => one !== undefined) ?? "",
        },
      });
      remember(keys, kind);
    },
  };
}

/** A setting that a later version wrote and this one does not know is left out, not fatal. */
function merged(settings: Settings, change: unknown): Settings {
  const parsed = Settings.partial().safeParse(change);
  if (!parsed.success) return settings;
  return { ...settings, ...Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined)) };
}
