// The library room's door: opened folders, trust, scan.
export { createFolders, type Folders, isInside, realPath, type TrustLog } from "./folders.ts";
export { createLibrary, type Library, proceduresIn } from "./library.ts";
export { createScanner, isMarkdown } from "./scan.ts";
