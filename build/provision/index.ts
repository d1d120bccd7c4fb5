// What the tests need from the machine: Debian packages, source packages, a cache folder.
// Owns: the public names of this folder. Other folders of build/ import only from here.
export { ensurePackages, fetchSource, type Provisioned } from "./apt.ts";
export { cacheRoot, lock } from "./cache.ts";
