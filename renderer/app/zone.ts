// The zone that local times are shown in: the site's where one is set, else this machine's.
import { isZone } from "../design/format.ts";
import { useApp } from "./store.ts";

/** IANA zone name. */
export function useSiteZone(): string {
  return useApp(({ snapshot }) => {
    const site = snapshot?.settings.siteZone ?? "";
    if (isZone(site)) return site;
    const machine = snapshot?.zone ?? "";
    return isZone(machine) ? machine : Intl.DateTimeFormat().resolvedOptions().timeZone;
  });
}
