// Loaded before Holdpoint's own modules: keeps their compiled form, so that a start does not translate the same TypeScript again.
// Owns: where it lies: within the installation, as private as the code itself. Where that cannot be written, nothing is kept.
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

enableCompileCache?.(join(dirname(dirname(fileURLToPath(import.meta.url))), "node_modules", ".cache", "holdpoint"));
