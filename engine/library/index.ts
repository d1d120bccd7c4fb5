// The library room's door: opened folders, trust, scan.
export { createFolders, type Folders, isInside, realPath, type TrustLog } from "./folders.ts";
export { createScanner, isMarkdown, type Scanner } from "./scan.ts";
